"""The workflows: valid by GitHub's schema and zizmor, and run step by step as they stand, attacked by the student."""

from __future__ import annotations

import ast
import dataclasses
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import __version__, cli
from autograder.common.diagnosis import Diagnosis
from autograder.common.errors import InfrastructureError, UserError
from autograder.course.course import Course
from autograder.platforms.ci import actions, changed, checkout, page
from autograder.release import git_hashes
from autograder.release.command import release
from autograder.release.student import release_to
from autograder.results import redacted
from autograder.results import result as results
from autograder.results.result import CheckResult, Result
from autograder.submission.source import read_source
from tests.support import readers
from tests.support.extras import skip_without
from tests.support.files import notebook, put
from tests.support.places import ROOT

skip_without("nbgrader")

pytestmark = pytest.mark.usefixtures("forked_sandboxes")


CLASS = ROOT / "tests" / "class"

_spec = importlib.util.spec_from_file_location("dry_run", ROOT / ".ci" / "dry_run.py")
assert _spec is not None
assert _spec.loader is not None
dry = importlib.util.module_from_spec(_spec)
sys.modules["dry_run"] = dry
_spec.loader.exec_module(dry)

linux = pytest.mark.skipif(sys.platform != "linux", reason="the workflows' runner is Linux")


# --- valid ---------------------------------------------------------------------------------------------------------


def tool(name: str) -> str:
    """A program that was installed beside this Python."""
    path = Path(sysconfig.get_path("scripts")) / name
    if not path.is_file():
        pytest.skip(f"{name} is not installed: pip install -e '.[lint]'")
    return str(path)


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student repository as it is released, with the first assignment alone, in git."""
    course = small_course(tmp_path_factory.mktemp("course"))
    folder = tmp_path_factory.mktemp("released") / "student"
    assert release_to(course, folder) == 0
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Initial commit")
    return folder


def small_course(folder: Path) -> Course:
    """A course of a1_permute, out of ours."""
    for name in ("pyproject.toml", "constraints.txt", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "solutions" / "a1_permute", folder / "solutions" / "a1_permute")
    put(folder / "data" / "words.txt", "no images are needed for this assignment")
    declared = 'from autograder.data import DataSet\nDATA = DataSet("Words", released=("words.txt",))\n'
    put(folder / "data" / "words.py", declared)
    return Course(folder)


def repository_of_a_course(folder: Path) -> Course:
    """That course as its own repository: released, with the package, in git."""
    folder.mkdir()
    course = small_course(folder)
    assert release(course) == 0
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "The course")
    return course


def git(folder: Path, *words: str) -> str:
    """Run git as nobody in particular."""
    who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = os.environ | who | {"GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, env=environment
    ).stdout


def commit(folder: Path, message: str) -> None:
    """Commit everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.mark.heavy
@pytest.mark.parametrize("which", ["course", "student"])
def test_the_workflows_are_valid_and_safe(which: str, student: Path) -> None:
    folder = (ROOT if which == "course" else student) / ".github" / "workflows"
    files = sorted(map(str, folder.glob("*.yml")))
    assert files
    schema = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *files]
    done = subprocess.run(schema, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    audit = [tool("zizmor"), "--offline", "--config", str(ROOT / ".github" / "zizmor.yml"), *files]
    done = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pins_are_gits_own_names(student: Path) -> None:
    """Else no student's repository would hold what its workflow asks for."""
    found = git(student, "ls-tree", "-r", "-t", "HEAD").splitlines()
    listed = {line.split("\t")[1]: line.split()[2] for line in found}
    pins = dict(pin.rsplit(":", 1) for pin in git_hashes.git_hashes(student).split())
    assert pins == {name: listed[name] for name in pins}
    files = {line.split("\t")[1] for line in found if " blob " in line}
    worked_in = {name for name in files if name.startswith(git_hashes.WORKED_IN)}
    assert set(pins) == {*git_hashes.FOLDERS, *git_hashes.FILES, *worked_in}
    assert (
        f"        {git_hashes.git_hashes(student)}\n"
        in (student / ".github" / "workflows" / "classroom.yml").read_text()
    )


# --- run as they stand ---------------------------------------------------------------------------------------------

RIGHT = (CLASS / "ada_right" / "a1_permute" / "a1_permute.py").read_text(encoding="utf-8")


@pytest.fixture
def push(student: Path, tmp_path: Path) -> Callable[..., Any]:
    """Commit some files to a student's clone, and run the workflow on it."""
    if int(importlib.metadata.version("setuptools").split(".")[0]) < 77:
        pytest.skip("without a network the workflow builds with the setuptools that is here, and this one is too old")

    def run(files: dict[str, str | None], **options: Any) -> Any:
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "-q", str(student), str(clone))
        for name, text in files.items():
            path = clone / name
            if text is None:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        commit(clone, "My work")
        workflow = student / ".github" / "workflows" / "classroom.yml"
        return dry.dry_run(workflow, options.pop("repository", clone), tmp_path / "run", **options)

    return run


@linux
@pytest.mark.heavy
def test_a_push_is_graded_annotated_and_kept(push: Callable[..., Any]) -> None:
    """And a student who edits the grader or the checks is graded by the release's, and told."""
    wrong = (CLASS / "cleo_one_wrong" / "a1_permute.py").read_text(encoding="utf-8")
    done = push(
        {
            "assignments/a1_permute/a1_permute.py": wrong,
            "autograder/grading/engine.py": "raise SystemExit('this is the student's engine')\n",
            "autograder/ci/__init__.py": "print('score=99')\n",
            "assignments/a1_permute/test_a1_permute.py": "def test(): pass\n",
            "assignments/a1_permute/conftest.py": "raise SystemExit\n",
            "constraints.txt": "torch==0.1\n",
            "pip.py": "raise SystemExit('not pip')\n",
            "data/x::error::y": "",
        }
    )
    assert done.failed == "", done.steps[-1].output
    assert done.outputs == {"score": "3", "max-score": "4"}
    ((_, place, text),) = [c for c in done.commands if c[0] == "error"]
    line = next(n for n, row in enumerate(wrong.splitlines(), start=1) if row.startswith("def to_nchw"))
    assert place == {
        "file": "assignments/a1_permute/a1_permute.py",
        "line": str(line),
        "title": "a1_permute: to_nchw",
    }
    assert "You used reshape or view" in text
    assert "## 3 of 4 points" in done.summary
    for name in ("autograder/grading/engine.py (changed)", "test_a1_permute.py (changed)", "conftest.py (added)"):
        assert name in done.summary
    ((kept,),) = [list(done.artifacts["results"].rglob("a1_permute.json"))]
    assert results.from_json(json.loads(kept.read_bytes())).score == 3
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in done.sudo


@linux
def test_a_push_tells_when_an_update_waits(student: Path, tmp_path: Path) -> None:
    """The step as it stands: nothing is said where nothing waits, and where nobody answers."""
    course = small_course(tmp_path)
    assert release_to(course, tmp_path / "newer", github="org/students") == 0
    text = (tmp_path / "newer" / ".github" / "workflows" / "classroom.yml").read_text(encoding="utf-8")
    assert 'UPSTREAM: "https://github.com/org/students"' in text
    git(tmp_path / "newer", "init", "-q", "-b", "main")
    commit(tmp_path / "newer", "Repair a check")
    steps = text.partition("      # No cache")[0] + "      - name: End\n        run: exit 1\n"

    def said(upstream: str, mine: Path) -> tuple[list[Any], str]:
        (tmp_path / "one.yml").write_text(steps.replace("https://github.com/org/students", upstream))
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        done = dry.dry_run(tmp_path / "one.yml", mine, tmp_path / "run")
        assert done.failed == "End", done.steps[-1].output
        return done.commands, done.summary

    newer = tmp_path / "newer"
    ((kind, place, told),), summary = said(newer.as_uri(), student)
    assert (kind, place["title"]) == ("notice", "A newer version of the course waits")
    assert told.endswith(f"autograder update {newer.as_uri()}")
    assert told in summary
    for upstream, mine in ((newer.as_uri(), newer), ((tmp_path / "nowhere").as_uri(), student), ("", student)):
        assert said(upstream, mine) == ([], "")


FORGER = """
import os, sys
FORGED = "\\n::error file=x::forged\\n::set-output name=score::10\\n ##[error]forged\\n::stop-commands::x\\n::notice title=Score::4 of 4"
print(FORGED); print(FORGED, file=sys.stderr); os.write(1, FORGED.encode()); os.write(2, FORGED.encode())
for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV"):
    with open(os.environ.get(name, "/nowhere/" + name), "a") as file:
        file.write("score=10")
for name in ("OUTPUT_FILE", "SUMMARY_FILE"):
    try:
        with open(name, "a") as file: file.write("score=10\\n")
    except OSError as error:
        print(FORGED, error)
"""


BODIES = {
    "to_nchw": "raise ValueError(FORGED)",
    "to_nhwc": "raise type(FORGED, (Exception,), {})(FORGED + '%0A::error::forged')",
    "image_to_batch": "return FORGED",
    "add_channel_axis": "class A:\n        def __repr__(self): return FORGED\n    return A()",
}


@linux
def test_no_output_forges_a_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever student code prints, raises, returns or is called: the runner obeys our own commands alone."""
    tasks = "".join(f"\ndef {task}(images):\n    {body}\n" for task, body in BODIES.items())
    # The attacker knows where the runner's files are; only the sandbox keeps them.
    forger = FORGER.replace("OUTPUT_FILE", str(tmp_path / "output")).replace("SUMMARY_FILE", str(tmp_path / "summary"))
    put(tmp_path / "output", "")
    put(tmp_path / "summary", "")
    put(tmp_path / "work" / "a1_permute.py", forger + tasks)
    put(tmp_path / "work" / "autograder" / "x\n::error::forged.py", "")
    assert ci(tmp_path, "actions", "--require-sandbox", "B") == 0
    captured = capfd.readouterr()
    seen = dry.DryRun()
    dry.obey(captured.out + captured.err, seen)
    assert {name for name, _, _ in seen.commands} <= {"error", "warning", "notice"}
    assert [text for name, _, text in seen.commands if name == "notice"] == ["0 of 10 points"]
    errors = [place for name, place, _ in seen.commands if name == "error"]
    assert len(errors) == len(BODIES)
    assert all(place["file"] == "a1_permute.py" for place in errors)
    outputs = readers.github_output((tmp_path / "output").read_text(encoding="utf-8"))
    assert outputs == {"score": "0", "max-score": "10", "sandbox": outputs["sandbox"]}
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary.startswith("## 0 of 10 points\n")


@linux
def test_without_the_release_in_its_history_nothing_is_graded(push: Callable[..., Any], tmp_path: Path) -> None:
    other = tmp_path / "other"
    put(other / "assignments" / "a1_permute" / "a1_permute.py", RIGHT)
    git(other, "init", "-q", "-b", "main")
    commit(other, "No history")
    done = push({"x": ""}, repository=other)
    assert done.failed == "Take autograder and checks from the release"
    ((name, place, text),) = done.commands
    assert (name, place["title"]) == ("error", "Not graded")
    assert "fresh copy" in text


@linux
@pytest.mark.heavy
def test_with_a_deploy_key_the_hidden_checks_run_and_say_nothing(tmp_path: Path) -> None:
    """The course's own repository, at the commit that was released, fetched as the key would fetch it."""
    course = repository_of_a_course(tmp_path / "course")
    folder = tmp_path / "student"
    with pytest.raises(UserError, match="OWNER/NAME"):
        release_to(course, folder, "not a repository")
    assert release_to(course, folder, "org/course") == 0
    workflow = folder / ".github" / "workflows" / "classroom.yml"
    assert 'COURSE: "git@github.com:org/course.git"' in workflow.read_text()
    git(folder, "init", "-q", "-b", "main")
    put(
        folder / "assignments" / "a1_permute" / "a1_permute.py",
        (CLASS / "cleo_one_wrong" / "a1_permute.py").read_text(),
    )
    commit(folder, "My work")
    # There is no ssh and no GitHub here: the address alone is another.
    local = tmp_path / "local.yml"
    local.write_text(workflow.read_text().replace("git@github.com:org/course.git", course.root.as_uri()))
    done = dry.dry_run(local, folder, tmp_path / "run", secrets={"COURSE_DEPLOY_KEY": "key", "COURSE_SECRET": "s"})
    assert done.failed == "", done.steps[-1].output
    assert done.outputs == {"score": "7", "max-score": "10"}
    assert not (tmp_path / "run" / "temp" / "deploy").exists()
    hidden = hidden_words(course.root / "solutions" / "a1_permute" / "test_a1_permute_hidden.py")
    told = "".join(step.output for step in done.steps) + done.summary
    told += "".join(path.read_text() for path in done.artifacts["results"].rglob("*.json"))
    assert not [word for word in hidden if word in told]
    assert "on other inputs (0 of 2)" in done.summary
    assert '"seed"' not in told

    put(course.root / "solutions" / "a1_permute" / "misconceptions.py", "# changed\n")
    with pytest.raises(UserError, match="Commit your changes first"):
        release_to(course, tmp_path / "again", "org/course")


def hidden_words(path: Path) -> list[str]:
    """What the hidden checks of a file are called, and their titles."""
    functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    words = [word for node in functions for word in (node.name, ast.get_docstring(node) or node.name)]
    assert len(words) >= 6
    return words


@linux
def test_the_courses_own_workflow_runs_what_everybody_runs(tmp_path: Path) -> None:
    repository = tmp_path / "course"
    script = put(repository / ".ci" / "run", "#!/bin/sh\necho everything ran under $PIP_EXTRA_INDEX_URL\n")
    script.chmod(0o755)
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "The course")
    done = dry.dry_run(WORKFLOWS / "ci.yml", repository, tmp_path / "run")
    assert done.failed == "", done.steps[-1].output
    assert "everything ran under https://download.pytorch.org/whl/cpu" in done.steps[-1].output
    assert "apt-get install" in done.sudo


WORKFLOWS = ROOT / ".github" / "workflows"


@linux
@pytest.mark.parametrize(
    ("job", "matrix", "said"),
    [("pythons", {"python": "3.14"}, "constraints.txt"), ("lowest", {}, ".ci/lowest.txt")],
)
def test_other_versions_are_tested_as_ours_is(job: str, matrix: dict[str, str], said: str, tmp_path: Path) -> None:
    """Each step as it stands; the tests themselves are another Makefile's here."""
    repository = tmp_path / "course"
    put(repository / "Makefile", "CONSTRAINTS ?= constraints.txt\ntest:\n\t@echo tested with $(CONSTRAINTS)\n")
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "The course")
    done = dry.dry_run(WORKFLOWS / "platforms.yml", repository, tmp_path / "run", job_name=job, matrix=matrix)
    assert done.failed == "", done.steps[-1].output
    assert f"tested with {said}" in done.steps[-1].output


@linux
@pytest.mark.heavy
def test_what_students_run_is_run_as_on_other_systems(tmp_path: Path) -> None:
    job, matrix = "students", {"system": "windows-2025"}
    done = dry.dry_run(WORKFLOWS / "platforms.yml", ROOT, tmp_path / "run", job_name=job, matrix=matrix)
    assert done.failed == "", done.steps[-1].output
    assert "All of it did what it should." in done.steps[-1].output


@linux
@pytest.mark.heavy
def test_a_tag_makes_the_wheel_and_the_student_repository(tmp_path: Path) -> None:
    course = repository_of_a_course(tmp_path / "course").root
    workflow = WORKFLOWS / "release.yml"
    other = dry.dry_run(workflow, course, tmp_path / "other", environment={"GITHUB_REF_NAME": "v0.0.1"})
    assert other.failed == "The tag is the version"
    done = dry.dry_run(workflow, course, tmp_path / "run", environment={"GITHUB_REF_NAME": f"v{__version__}"})
    assert done.failed == "", done.steps[-1].output
    (wheel,) = done.artifacts["release"].glob("*.whl")
    assert wheel.name.endswith(f"-{__version__}-py3-none-any.whl")
    with tarfile.open(done.artifacts["release"] / "students.tar.gz") as archive:
        names = archive.getnames()
    assert "students/assignments/a1_permute/a1_permute.py" in names
    assert not [name for name in names if "solutions" in name]


# --- the command in each form --------------------------------------------------------------------------------------


def ci(folder: Path, form: str, *more: str, course: Path = ROOT) -> int:
    """`autograder ci FOLDER/work`, with files for what GitHub gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_OUTPUT", str(folder / "output"))
        patch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary"))
        patch.setenv("AUTOGRADER_SECRET", "for tests")
        words = ["ci", str(folder / "work"), "--course", str(course), "--to", form, "--require-sandbox", "C"]
        return cli.main([*words, "--assignment", "a1", *more])


@pytest.mark.heavy
def test_the_old_reporter_is_given_its_outputs(tmp_path: Path) -> None:
    put(tmp_path / "work" / "a1_permute.py", (CLASS / "cleo_one_wrong" / "a1_permute.py").read_text())
    assert ci(tmp_path, "github-classroom") == 0
    posted, most, table = readers.github_classroom((tmp_path / "output").read_text())
    assert (posted, most, table) == (7, 10, 7)


@pytest.mark.heavy
def test_a_notebooks_lines_are_those_of_its_file(tmp_path: Path) -> None:
    """The line of the JSON file that holds the line of code."""
    released = ROOT / "assignments" / "notebooks" / "a1_permute" / "a1_permute.ipynb"
    text = released.read_text(encoding="utf-8").replace(
        'raise NotImplementedError(\\"to_nhwc\\")', "return images.permute(0, 1, 2, 3, 4, 5, 6)"
    )
    path = put(tmp_path / "work" / "a1_permute.ipynb", text)
    assert ci(tmp_path, "actions") == 0
    source, raw = read_source(path), text.splitlines()
    definition = checkout.definitions(source)["to_nhwc"]
    line = checkout.line_of_file(source.locate(definition), source, raw)
    assert "def to_nhwc" in raw[line - 1]
    raised = next(n for n, row in enumerate(raw, start=1) if "permute(0, 1, 2, 3, 4, 5, 6)" in row)
    assert checkout.line_of_file(source.locate(definition + 1), source, raw) <= raised
    assert checkout.line_of_file("cell 99, line 1", source, raw) == 1
    assert checkout.line_of_file("no line at all", source, raw) == 1


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a1_permute.py": "def to_nchw(images:\n"}, "at line 1 (read as Python"),
        ({"a1_permute.py": RIGHT, "b/a1_permute.py": RIGHT + "x = 1\n"}, "ambiguous"),
        ({"a1_permute.py": "\x00\x00"}, "unreadable"),
        ({}, "not begun yet"),
        ({"a1_permute.py": (ROOT / "assignments/a1_permute/a1_permute.py").read_text()}, "not begun yet"),
    ],
)
def test_work_that_cannot_be_graded_is_told_with_its_reason(files: dict[str, str], says: str, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    for name, text in files.items():
        put(tmp_path / "work" / name, text)
    assert ci(tmp_path, "actions") == 0
    assert says in (tmp_path / "summary").read_text(encoding="utf-8")
    assert "score=0\nmax-score=10\n" in (tmp_path / "output").read_text()


@pytest.mark.parametrize(("hidden", "said"), [(False, "score=4\nmax-score=4\n"), (True, "score=0\nmax-score=10\n")])
def test_a_stub_with_a_quiz_of_ones_own_is_no_second_answer(tmp_path: Path, hidden: bool, said: str) -> None:
    """The notebook of a student with an own quiz was called a second answer. Hidden checks believe no checkout."""
    mine = put(tmp_path / "work" / "a1_permute.ipynb", notebook("QUIZ = 'of my own'"))
    stubs = {"a1_permute": {"ipynb": read_source(mine).code_digest}}
    manifest = {"schema": "autograder/manifest/v1", "assignments": {}, "stubs": stubs}
    put(tmp_path / "work" / "assignments" / "manifest.json", json.dumps(manifest))
    put(tmp_path / "work" / "assignments" / "a1_permute.py", RIGHT)
    shutil.copytree(ROOT / "assignments", tmp_path / "course" / "assignments")
    assert ci(tmp_path, "actions", course=ROOT if hidden else tmp_path / "course") == 0
    assert said in (tmp_path / "output").read_text()


def test_a_zip_or_a_link_in_a_checkout_is_graded_as_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A zip that somebody had dragged into the browser ended the run, for all assignments."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "work" / "a1_permute.py", (ROOT / "assignments" / "a1_permute" / "a1_permute.py").read_bytes())
    with zipfile.ZipFile(tmp_path / "work" / "hand in.zip", "w") as archive:
        archive.writestr("a1/a1_permute.py", RIGHT.replace("0, 3, 1, 2", "0, 3, 2, 1"))
    assert ci(Path(), "actions") == 0
    assert "file=hand in.zip/a1/a1_permute.py,line=" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "work")
    put(tmp_path / "work" / "mine.py", RIGHT)
    (tmp_path / "work" / "a1_permute.py").symlink_to("mine.py")
    assert ci(Path(), "actions") == 0
    assert "score=10\nmax-score=10\n" in (tmp_path / "output").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ci", "/nowhere/at/all", "--to", "actions"], "is not a folder"),
        (["ci", ".", "--to", "actions", "--memory", "1"], "256 MB"),
        (["ci", ".", "--to", "gradescope"], "one assignment"),
        (["ci", ".", "--to", "actions", "--assignment", "a99"], "no assignment"),
    ],
)
def test_misuse_is_told(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words, "--course", str(ROOT)]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("kind", [InfrastructureError, UserError, RuntimeError])
def test_an_error_of_the_machine_cannot_be_made_a_command(
    kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its message may quote the work; and nothing claims a score."""

    def fail(request: object) -> None:
        raise kind("a check met\n::set-output name=score::10\r\n##[add-mask]x\n  ::error::forged")

    monkeypatch.setattr("autograder.platforms.ci.grade_checkout", fail)
    put(tmp_path / "work" / "a1_permute.py", RIGHT)
    assert ci(tmp_path, "actions") == (2 if kind is UserError else 3)
    captured = capsys.readouterr()
    seen = dry.DryRun()
    dry.obey(captured.out + captured.err, seen)
    assert seen.commands == []
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "output").exists()


# --- annotations, pages, results for students ----------------------------------------------------------------------

evil = st.text(
    st.sampled_from("%:,\r\n\t#[]=<>&|`@ \x1b\x00\u2028\u202eab0") | st.characters(exclude_categories=["Cs"])
)


@given(evil, evil, evil)
def test_a_command_stays_one_command(message: str, title: str, file: str) -> None:
    line = actions.command("error", message, title=title, file=file, line="3")
    assert "\n" not in line
    assert "\r" not in line
    assert "##[" not in line
    seen = dry.DryRun()
    dry.obey(line, seen)
    ((name, place, data),) = seen.commands
    assert name == "error"
    assert set(place) <= {"title", "file", "line"}
    assert place["line"] == "3"
    assert "".join(c for c in data if c.isalnum()) != "" or not any(c.isalnum() for c in message)


def result_with(text: str, hidden: str = "no word of this") -> checkout.Graded:
    """A result whose every text is `text`, and whose hidden check says `hidden`."""
    open_ = CheckResult("test_a", text, "to_nchw", 1, 0, "failed", False, Diagnosis("d", text), text)
    closed = CheckResult("test_h", hidden, "to_nchw", 3, 0, "error", True, Diagnosis("e", hidden), hidden)
    earned = CheckResult("test_k", hidden, "to_nchw", 2, 2, "passed", True, None, hidden)
    result = Result("ada", "a1_permute", "py", "graded", 2, 6, (open_, closed, earned), notes=(text, hidden))
    return checkout.Graded(result, Path("a1_permute.py"), (("to_nchw", 3),))


@given(evil)
def test_a_page_holds_a_students_text_as_text(text: str) -> None:
    shown = page.page([result_with(text)], [text])
    inside = shown.split("<pre>")[1:]
    assert all("</pre>" in part for part in inside)
    for part in inside:
        escaped = part.split("</pre>")[0]
        assert "<" not in escaped
        assert "@" not in escaped
    assert "no word of this" not in shown
    assert "on other inputs (2 of 5)" in shown


def test_a_page_stays_within_githubs_limit() -> None:
    many = [result_with("x" * 10_000 + "ß" * 10_000) for _ in range(400)]
    shown = page.page(many, [f"autograder/{n}.py (changed)" for n in range(10_000)])
    assert len(shown.encode()) < 1 << 20
    assert shown.endswith("too long for this page.)\n")


def test_at_most_ten_annotations_and_a_word_on_the_rest() -> None:
    checks = tuple(CheckResult(f"t{n}", "T", f"task{n}", 1, 0, "failed", False, message="no") for n in range(14))
    graded = checkout.Graded(Result("ada", "a1_permute", "py", "graded", 0, 14, checks), Path("x,y:z.py"))
    lines = actions.error_lines([graded])
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert lines[-1] == "::notice title=More::4 more tasks lost points: see the summary of this run."
    assert "file=x%2Cy%3Az.py" in lines[0]


@given(evil)
def test_results_for_students_hold_nothing_hidden(text: str) -> None:
    graded = result_with(text, "hidden words")
    environment = {"sandbox": "A", "seed": 4711}
    told = redacted.redacted(dataclasses.replace(graded.result, environment=environment, notes=("hidden words",)))
    data = results.to_json(told)
    assert (told.score, told.max_score) == (2, 6)
    assert results.from_json(json.loads(json.dumps(data))).score == 2
    assert "hidden words" not in json.dumps(data)
    assert "4711" not in json.dumps(data)


def test_changed_files_are_found_whatever_they_are(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for root in (ours, theirs):
        for name in ("autograder/a.py", "autograder/b.py", "autograder/c.py", "data/train.gz", "data/x.gz"):
            put(root / name, "same\n")
        put(root / "assignments" / "a1" / "a1.py", f"answer in {root.name}")
        put(root / "assignments" / "a1" / "test_a1.py", "checks\n")
    put(theirs / "autograder" / "a.py", "same\r\n")  # Windows
    (theirs / "autograder" / "b.py").unlink()
    (theirs / "autograder" / "c.py").unlink()
    (theirs / "autograder" / "c.py").symlink_to("/dev/zero")
    (theirs / "autograder" / "loop").symlink_to(theirs)
    os.mkfifo(theirs / "autograder" / "pipe")
    put(theirs / "assignments" / "a1" / "test_a1.py", "other\n")
    put(theirs / "assignments" / "a1" / "notes.txt", "my own")
    put(theirs / "autograder" / "__pycache__" / "x.pyc", "")
    shutil.rmtree(theirs / "data")
    (theirs / "data").symlink_to("/proc")
    assert changed.changed_files(theirs, ours, ["a1"]) == [
        "assignments/a1/test_a1.py (changed)",
        "autograder/b.py (removed)",
        "autograder/c.py (changed)",
        "autograder/loop (added)",
        "autograder/pipe (added)",
        "data/ (removed)",
    ]
