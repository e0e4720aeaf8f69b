"""`update`: a newer release reaches repositories that students have worked in, whatever state they are in."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import cli
from autograder.common.errors import InfrastructureError, UserError
from autograder.course.handed_out import read_record
from autograder.release import generated, git_hashes
from autograder.student import update
from tests.support.files import put
from tests.support.small_course import tree

STUB = "assignments/a1/a1.py"
BOOK = "assignments/notebooks/a1/a1.ipynb"
CHECKS = "assignments/a1/test_a1.py"
ENGINE = "autograder/engine.py"
GONE = "assignments/a0/test_a0.py"
WORK = b"def f(x):\r\n    return 2 * x  # mine\r\n"


def make_release(folder: Path, version: str, **more: str) -> Path:
    """A small release: a stub in both forms, checks, the package, a README, and the record."""
    files = {STUB: "def f(x): ...\n", "assignments/.stubs/a1.py": "def f(x): ...\n", BOOK: "{}\n"}
    files |= {CHECKS: f"# checks, {version}\n", ENGINE: f"# engine, {version}\n", "README.md": f"# {version}\n"}
    files |= {".github/workflows/classroom.yml": f"# pins, {version}\n"}
    for name, text in {**files, **more}.items():
        put(folder / name, text)
    generated.write_record(folder)
    return folder


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return make_release(tmp_path / "newer", "2", **{"assignments/a2/a2.py": "def g(x): ...\n"})


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_release(tmp_path / "mine", "1", **{GONE: "# of an assignment that is given up\n"})
    put(folder / STUB, WORK)
    monkeypatch.chdir(folder)
    return folder


def test_what_is_untouched_is_replaced_and_work_stays(
    mine: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["update", str(newer)]) == 0
    assert tree(mine) == tree(newer) | {STUB: WORK}
    said = " ".join(capsys.readouterr().out.split())
    assert "1 file new." in said
    assert "1 file removed." in said
    assert "git add -A" in said
    assert STUB not in said, "its stub has not changed: that is no news"
    assert cli.main(["update", str(newer)]) == 0
    assert "Everything is up to date." in capsys.readouterr().out


def test_a_changed_stub_is_offered_beside_the_work(mine: Path, newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_release(newer, "2", **{STUB: "def f(x, y): ...\n", "assignments/.stubs/a1.py": "def f(x, y): ...\n"})
    assert cli.main(["update", str(newer)]) == 0
    assert (mine / STUB).read_bytes() == WORK
    assert (mine / "assignments/.stubs/a1.py").read_text() == "def f(x, y): ...\n"
    assert f"{STUB} is yours and stays as it is. The new stub is in assignments/.stubs/a1.py" in " ".join(
        capsys.readouterr().out.split()
    )


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def conflict(mine: Path) -> None:
    put(mine / STUB, "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n")


STATES: dict[str, Callable[[Path], object]] = {
    "no git at all": lambda mine: None,
    "committed": lambda mine: (git(mine, "init"), git(mine, "add", "-A"), git(mine, "commit", "-m", "work")),
    "dirty": lambda mine: (git(mine, "init"), git(mine, "add", "-A")),
    "on a branch": lambda mine: (git(mine, "init"), git(mine, "checkout", "-b", "other")),
    "detached": lambda mine: (
        git(mine, "init"),
        git(mine, "add", "-A"),
        git(mine, "commit", "-m", "x"),
        git(mine, "checkout", "--detach"),
    ),
    "in conflict": conflict,
    "the checks deleted": lambda mine: (mine / CHECKS).unlink(),
    "Windows line ends in what is ours": lambda mine: put(mine / CHECKS, b"# checks, 1\r\n"),
    "both forms worked in": lambda mine: put(mine / BOOK, '{"mine": 1}\n'),
    "the record lost": lambda mine: (mine / ".release.json").unlink(),
    "the record broken": lambda mine: put(mine / ".release.json", "{"),
    "files of the student's own": lambda mine: put(mine / "assignments/a1/helper.py", "# mine\n"),
    "a README of the student's own": lambda mine: put(mine / "README.md", "# mine\n"),
}


@pytest.mark.parametrize("state", STATES)
def test_any_state_of_a_repository(state: str, mine: Path, newer: Path) -> None:
    STATES[state](mine)
    before = tree(mine)
    assert cli.main(["update", str(newer)]) == 0
    after = tree(mine)
    for name in (CHECKS, ENGINE, ".github/workflows/classroom.yml", "assignments/a2/a2.py", ".release.json"):
        assert after[name] == tree(newer)[name], name
    theirs = [name for name, content in before.items() if b"mine" in content or b"<<<<" in content]
    assert theirs
    assert {name: after[name] for name in theirs} == {name: before[name] for name in theirs}


def test_what_was_changed_of_ours_is_kept_and_replaced(
    mine: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(mine / CHECKS, "# easier checks\n")
    assert cli.main(["update", str(newer)]) == 0
    assert (mine / CHECKS).read_text() == "# checks, 2\n"
    assert (mine / "assignments/a1/backup/test_a1-1.py").read_text() == "# easier checks\n"
    assert "was changed here: yours is kept in assignments/a1/backup." in " ".join(capsys.readouterr().out.split())


def test_a_kill_in_the_middle_is_made_good_by_the_same_command(
    mine: Path, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = update.write_whole, []

    def killed(path: Path, content: bytes) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(path)
        real(path, content)

    monkeypatch.setattr(update, "write_whole", killed)
    assert cli.main(["update", str(newer)]) == 130
    monkeypatch.setattr(update, "write_whole", real)
    assert cli.main(["update", str(newer)]) == 0
    assert tree(mine) == tree(newer) | {STUB: WORK}


def test_a_zip_and_a_repository_of_git(mine: Path, newer: Path, tmp_path: Path) -> None:
    packed = tmp_path / "course-main.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in tree(newer).items():
            archive.writestr(f"course-main/{name}", content)
    with update.opened(str(packed)) as folder:
        assert tree(folder) == tree(newer)
    git(newer, "init", "-q")
    git(newer, "add", "-A")
    git(newer, "commit", "-qm", "release")
    with update.opened(newer.as_uri()) as folder:
        assert tree(folder) == tree(newer)


def test_what_is_no_release_is_told(mine: Path, tmp_path: Path) -> None:
    put(tmp_path / "other" / "x.py")
    before = tree(mine)
    with pytest.raises(UserError, match="is not a student repository"):
        update.run(SimpleNamespace(source=str(tmp_path / "other")))  # type: ignore[arg-type]
    with pytest.raises(UserError, match="cannot be opened"):
        update.run(SimpleNamespace(source=str(put(tmp_path / "broken.zip", "PK"))))  # type: ignore[arg-type]
    with pytest.raises(InfrastructureError, match="cannot be fetched"):
        update.run(SimpleNamespace(source=str(tmp_path / "nowhere")))  # type: ignore[arg-type]
    assert tree(mine) == before


@pytest.mark.parametrize(("files", "locked", "says"), [(0, False, "no .release.json"), (1, True, "password")])
def test_an_empty_zip_and_one_with_a_password_are_told(
    mine: Path, tmp_path: Path, files: int, locked: bool, says: str
) -> None:
    path = tmp_path / "course.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(files):
            archive.writestr(f"{number}.txt", "x")
    if locked:  # the bit that says so, in the file's own header and in the list of files
        content = bytearray(path.read_bytes())
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            content[content.index(mark) + place] |= 1
        path.write_bytes(content)
    with pytest.raises(UserError, match=says):
        update.run(SimpleNamespace(source=str(path)))  # type: ignore[arg-type]


def test_a_fetch_that_fails_says_why(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "ssh: no such host\nfatal: Could not read from remote repository.\n\nPlease make sure\nand the repository exists.\n"
    failed = SimpleNamespace(returncode=128, stderr=said)
    monkeypatch.setattr(update.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(
        InfrastructureError, match=r"cannot be fetched: fatal: Could not read from remote repository\.$"
    ):
        update.run(SimpleNamespace(source="git@example.invalid:x.git"))  # type: ignore[arg-type]
    monkeypatch.undo()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InfrastructureError, match="git is not installed here"):
        update.run(SimpleNamespace(source="https://example.invalid/x.git"))  # type: ignore[arg-type]


def test_no_path_of_a_record_leads_out(mine: Path, newer: Path) -> None:
    record = json.loads((newer / ".release.json").read_text())
    put(newer / ".release.json", json.dumps(record | {"../outside.py": "0" * 64, "/tmp/outside.py": "0" * 64}))
    assert set(read_record(newer)) == set(record)


def test_after_an_update_git_holds_all_that_the_workflow_asks_for(mine: Path, newer: Path) -> None:
    """The workflow takes checks and package by git's names: each is there once the update is committed."""
    shutil.rmtree(newer / "assignments" / "a2")
    put(newer / "pyproject.toml", "")
    generated.write_record(newer)
    STATES["committed"](mine)
    assert cli.main(["update", str(newer)]) == 0
    git(mine, "add", "-A")
    git(mine, "commit", "-qm", "Update the course")
    for pin in git_hashes.git_hashes(newer).split():
        name, _, named = pin.rpartition(":")
        assert git(mine, "cat-file", "-t", named).strip() == ("tree" if name in git_hashes.FOLDERS else "blob"), name
