"""What is uploaded to Classroom 50 and to Gradescope: what is in it, and what it does when it is run there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.common.errors import UserError
from autograder.common.files import sha256
from autograder.course.course import Course
from autograder.release import classroom50, generated
from autograder.release.leaks import find_leaks, secret_lines
from tests.platforms.ci.test_workflows import CLASS, ROOT, commit, dry, git, hidden_words, put, small_course
from tests.support import readers
from tests.support.extras import skip_without

skip_without("nbgrader")


linux = pytest.mark.skipif(sys.platform != "linux", reason="these systems run Linux")

WRONG = (CLASS / "cleo_one_wrong" / "a1_permute.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course with its first assignment alone, released."""
    course = small_course(tmp_path_factory.mktemp("course"))
    names = shutil.ignore_patterns("a[2-9]_*", ".release.json")
    shutil.copytree(ROOT / "assignments", course.root / "assignments", ignore=names)
    return course


# --- Classroom 50 --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that Classroom 50 would publish for a1_permute."""
    folder = tmp_path_factory.mktemp("out") / "bundles"
    assert classroom50.release_bundles(course, folder) == 0
    return folder / "autograders" / "a1-permute"


def test_a_bundle_is_small_public_and_named_as_classroom50_wants(course: Course, bundle: Path) -> None:
    files = set(generated.files_in(bundle))
    assert {"autograder.py", "course/assignments/manifest.json", "course/pyproject.toml"} <= files
    assert {f"course/assignments/a1_permute/diagnoses.{form}" for form in ("json", "safetensors")} <= files
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,38}", bundle.name)
    assert classroom50.packed_size(bundle) < 10_000_000
    assert not [
        name for name in files if "hidden" in name or "solutions" in name or "a1_permute/misconceptions" in name
    ]
    assert find_leaks(course.solutions, bundle) == []
    runtime = json.loads((bundle.parent.parent / "runtime.json").read_bytes())
    assert re.fullmatch(r"[A-Za-z0-9._+-]{1,32}", runtime["python"])
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]{0,63}", name) for name in runtime["apt"])
    assert not (bundle.parent / "autograde.yaml").exists()


@pytest.mark.heavy
def test_bundles_are_made_anew_and_never_over_other_work(course: Course, bundle: Path) -> None:
    top = bundle.parent.parent
    before = {name: sha256(path.read_bytes()) for name, path in generated.files_in(top).items()}
    assert classroom50.release_bundles(course, top) == 0
    assert {name: sha256(path.read_bytes()) for name, path in generated.files_in(top).items()} == before
    put(top / "mine.txt", "my own")
    with pytest.raises(UserError, match=r"mine\.txt"):
        classroom50.release_bundles(course, top)
    (top / "mine.txt").unlink()


def test_classroom50_goes_with_a_folder(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["release", "--classroom50"]) == 2
    assert "--to FOLDER" in capsys.readouterr().err


def runner(bundle: Path, folder: Path, files: dict[str, str], **environment: str) -> tuple[int, dict[str, Any], str]:
    """What Classroom 50's runner.py does with an assignment's autograder.py: (exit code, result.json, log).

    It clears old outputs, runs the script in the student's checkout, stamps what it knows better, and validates.
    """
    workspace = folder / "workspace"
    for name, text in files.items():
        put(workspace / name, text)
    git(workspace, "init", "-q")
    commit(workspace, "My work")
    python = dry.python_of(folder / "python")
    identity = {
        "CLASSROOM": "cnn",
        "ASSIGNMENT": "a1-permute",
        "ASSIGNMENT_TYPE": "individual",
        "USERNAME": "ada",
        "OWNER": "ada",
        "SUBMISSION_TAG": "submit/2026-11-20T12-00-00Z-abcdef0",
        "COMMIT_URL": "https://github.com/org/cnn-a1-permute-ada/commit/abcdef0",
        "RELEASE_URL": "https://github.com/org/cnn-a1-permute-ada/releases/tag/x",
        "REVIEW_URL": "https://github.com/org/cnn-a1-permute-ada/compare/x",
        "PAGES_BASE_URL": "https://org.github.io/classroom50",
        "CLASSROOM50_BUNDLE_DIR": str(bundle),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_ACTOR": "ada",
        # No network here: pip finds what is installed.
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "OMP_NUM_THREADS": "1",
        "PATH": f"{python / 'bin'}:/usr/bin:/bin",
        "HOME": str(folder),
    }
    for name in ("result.json", "release-body.md"):
        if (workspace / name).exists():
            (workspace / name).unlink()
    done = subprocess.run(
        [str(python / "bin" / "python"), str(bundle / "autograder.py")],
        cwd=workspace,
        env=identity | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    path = workspace / "result.json"
    return done.returncode, json.loads(path.read_bytes()) if path.is_file() else {}, done.stdout


@pytest.mark.heavy
@linux
def test_a_bundle_grades_a_checkout_by_the_contract(bundle: Path, tmp_path: Path) -> None:
    """With files in the checkout that would be taken for pip, autograder and Python's own settings."""
    bad = "raise SystemExit('taken from the checkout')\n"
    trap = tmp_path / "trap"
    put(trap, "not to be touched")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "release-body.md").symlink_to(tmp_path / "nowhere")
    files = {
        "assignments/a1_permute/a1_permute.py": WRONG,
        "autograder/__init__.py": bad,
        "autograder/__main__.py": bad,
    }
    files |= dict.fromkeys(("pip.py", "sitecustomize.py", "torch.py", "conftest.py", "setup.py"), bad)
    code, result, log = runner(bundle, tmp_path, files)
    assert code == 0, log
    assert "taken from the checkout" not in log
    # The runner stamps these again; all else is ours.
    stamped = result | {"owner": "ada", "assignment_type": "individual", "datetime": "2026-11-20T12:00:00Z"}
    assert readers.classroom50(json.dumps(stamped).encode()) == (3, 4)
    assert (result["classroom"], result["assignment"]) == ("cnn", "a1-permute")
    assert result["submission"].startswith("submit/")
    body = (workspace / "release-body.md").read_text()
    assert body.startswith("### a1_permute: 3 of 4 points")
    assert not (tmp_path / "nowhere").exists()
    assert readers.github_output((tmp_path / "output").read_text()) == {
        "status": "failure",
        "summary": "a1_permute: 3/4",
    }


@linux
@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"AUTOGRADER_SECONDS": "1"}, "could not be installed"),  # the 15 minutes are up
        # no index, no network
        pytest.param({"PIP_CONSTRAINT": "/nowhere"}, "could not be installed", marks=pytest.mark.heavy),
        pytest.param({"AUTOGRADER_TIER": "D"}, "grading did not finish", marks=pytest.mark.heavy),  # no sandbox
    ],
)
def test_an_infrastructure_failure_is_no_grade(
    environment: dict[str, str], says: str, bundle: Path, tmp_path: Path
) -> None:
    code, result, log = runner(bundle, tmp_path, {"a1_permute.py": WRONG, "result.json": "{}"}, **environment)
    assert code == 3, log
    assert result == {}
    assert says in log
    assert "::error title=Not graded::" in log


def test_outside_of_classroom50_there_is_nothing_to_report_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "a1_permute.py", WRONG)
    monkeypatch.setenv("CLASSROOM", "cnn")
    words = ["ci", str(tmp_path), "--course", str(ROOT), "--to", "classroom50"]
    assert cli.main([*words, "--assignment", "a1"]) == 2
    assert "SUBMISSION_TAG" in capsys.readouterr().err
    assert cli.main(words) == 2
    assert "one assignment at a time" in capsys.readouterr().err


# --- Gradescope ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def upload(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip for a1_permute."""
    path = tmp_path_factory.mktemp("zip") / "a1.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course.root)
        patch.setenv("AUTOGRADER_SECRET", "4711 is the secret")
        assert cli.main(["gradescope-zip", "a1", "--out", str(path)]) == 0
        again = path.with_name("again.zip")
        assert cli.main(["gradescope-zip", "a1_permute", "--out", str(again)]) == 0
    assert again.read_bytes() == path.read_bytes()
    return path


def test_the_upload_holds_checks_and_no_solution(course: Course, upload: Path) -> None:
    kept = ("_hidden.py", "misconceptions.py")
    with zipfile.ZipFile(upload) as archive:
        names = set(archive.namelist())
        # A hidden check may compute as a solution does, and a misconception may be right in part; nothing else may.
        everything = b"\n".join(archive.read(name) for name in names if not name.endswith(kept))
        modes = {name: archive.getinfo(name).external_attr >> 16 & 0o777 for name in names}
    assert {"setup.sh", "run_autograder", "course/solutions/a1_permute/test_a1_permute_hidden.py"} <= names
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert not [name for name in names if "release" in name or "verify" in name]
    squeezed = "".join(everything.decode("utf-8", "replace").split()).replace("'", '"')
    solution = [s for s in secret_lines(course.solutions) if s.file == "a1_permute/a1_permute.py"]
    assert solution
    assert not [secret for secret in solution if secret.spelling in squeezed]
    assert b"4711 is the secret" not in everything


def container(upload: Path, folder: Path, files: dict[str, str]) -> Path:
    """Gradescope's /autograder, after setup.sh: in a folder of ours, with the package as the zip brings it."""
    with zipfile.ZipFile(upload) as archive:
        archive.extractall(folder / "source")
    command = put(
        folder / "venv" / "bin" / "autograder",
        f'#!/bin/sh\nPYTHONPATH="{folder}/source/course" exec "{sys.executable}" -P -m autograder "$@"\n',
    )
    command.chmod(0o755)
    (folder / "submission").mkdir()
    for name, text in files.items():
        put(folder / "submission" / name, text)
    put(folder / "submission_metadata.json", '{"created_at": "2026-11-20T21:00:00.123456-05:00"}')
    return folder


def run_autograder(folder: Path, **environment: str) -> tuple[dict[str, Any], str]:
    """What run_autograder leaves: (results.json, log)."""
    done = subprocess.run(
        ["bash", str(folder / "source" / "run_autograder")],
        env=os.environ | {"AUTOGRADER_GRADESCOPE": str(folder), "OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0
    raw = (folder / "results" / "results.json").read_bytes()
    readers.gradescope(raw)
    return json.loads(raw), done.stdout


@linux
@pytest.mark.heavy
def test_gradescope_gets_the_score_and_students_no_hidden_check(course: Course, upload: Path, tmp_path: Path) -> None:
    folder = container(upload, tmp_path, {"a1_permute.py": WRONG, "torch.py": "raise SystemExit('theirs')\n"})
    data, log = run_autograder(folder)
    assert data["score"] == 7, log
    assert sum(test["max_score"] for test in data["tests"]) == 10
    assert data["extra_data"]["submitted"] == "2026-11-21T02:00:00Z"
    hidden = hidden_words(course.solutions / "a1_permute" / "test_a1_permute_hidden.py")
    assert not [word for word in hidden if word in json.dumps(data) or word in log]
    view = readers.gradescope_student_view(json.dumps(data).encode(), published=False)
    assert "score" not in view
    assert len(view["tests"]) == 4


@linux
@pytest.mark.parametrize(
    ("environment", "seconds"), [({"AUTOGRADER_TIER": "D"}, None), ({}, "0.2")], ids=["no sandbox", "time is up"]
)
def test_gradescope_has_a_result_before_anything_runs(
    environment: dict[str, str], seconds: str | None, upload: Path, tmp_path: Path
) -> None:
    folder = container(upload, tmp_path, {"a1_permute.py": WRONG})
    script = folder / "source" / "run_autograder"
    if seconds is not None:
        script.write_text(script.read_text().replace("--kill-after=10 570", f"--kill-after=1 {seconds}"))
    data, log = run_autograder(folder, **environment)
    assert data["score"] == 0
    assert "did not finish" in data["output"]
    assert "the result that was written first remains" in log


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["a9"], "no assignment"),
        (["a1", "--minutes", "90"], "40 minutes"),
        (["a1", "--memory", "10"], "256 MB"),
    ],
)
def test_misuse_is_told(
    words: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["gradescope-zip", *words, "--out", str(tmp_path / "x.zip")]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x.zip").exists()


@linux
def test_the_scripts_are_sound_shell() -> None:
    for script in (ROOT / "autograder" / "release" / "gradescope_files").iterdir():
        assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
