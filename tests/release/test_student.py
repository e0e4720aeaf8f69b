"""The package as students get it: what can be reached from their commands, notebooks, checks and workflow; nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autograder import cli
from autograder.common import own_imports
from autograder.common.errors import UserError
from autograder.common.files import sha256
from autograder.common.run_file import own_package
from autograder.course.course import Course
from autograder.course.handed_out import RECORD
from autograder.release import generated, student
from autograder.release.leaks import find_leaks
from autograder.release.student import release_to
from tests.support.places import ROOT
from tests.support.small_course import replace_in, tree

# `ci` is what the workflow calls; `data` checks and fetches the images.
THEIRS = {name for name, (_, _, who) in cli.COMMANDS.items() if who == "Students"} | {"ci", "data"}
COURSES = sorted(cli.COMMANDS.keys() - THEIRS)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is released."""
    folder = tmp_path_factory.mktemp("given") / "autograder"
    student.copy_package(folder)
    return folder


def test_students_get_what_they_can_reach_and_nothing_else(given: Path) -> None:
    names = sorted(own_imports.modules_of(given))
    assert len(names) > 60
    rooms = {name.split(".")[1] for name in names if name.count(".")}
    assert rooms.isdisjoint({"release", "report"})
    assert "autograder.grading.command" not in names, "nobody there grades a class"
    # All of it is there: every import of every module, those inside functions too, but for commands of the course.
    here = own_imports.modules_of(own_package())
    for name, path in own_imports.modules_of(given).items():
        missing = {other for other in own_imports.imported_by(path, name) if other in here} - set(names)
        assert not missing, f"{name} imports {missing}"


def test_the_package_shows_no_line_of_this_courses_solutions(given: Path) -> None:
    assert list(map(str, find_leaks(ROOT / "solutions", given))) == []


def test_nothing_but_modules_and_their_data_is_given_and_installed(given: Path) -> None:
    others = {
        path.relative_to(given).as_posix() for path in given.rglob("*") if path.is_file() and path.suffix != ".py"
    }
    assert others == {"checks/student_errors.txt", "grading/plugin.ini", "submission/syntax.txt"}
    installed = tomllib.loads(student.pyproject(Course(ROOT)))["tool"]["setuptools"]["package-data"]
    assert installed == {"*": [f"*{suffix}" for suffix in own_imports.DATA]}


def autograder(given: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`autograder ...` in a student's repository."""
    environment = {**os.environ, "PYTHONPATH": str(given.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, cwd=given.parent, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COURSES)
def test_a_command_of_the_course_says_so_in_one_sentence(given: Path, command: str) -> None:
    ended = autograder(given, command, "--help")
    assert ended.returncode == 2
    assert ended.stderr == f"autograder {command}: this works only in the course repository.\n"


def test_the_help_lists_what_works_there(given: Path) -> None:
    listed = {line.split()[0] for line in autograder(given, "--help").stdout.splitlines() if line.startswith("  ")}
    assert listed == THEIRS - {"ci"}, "the workflow calls it, and nobody else"
    assert all(autograder(given, name, "--help").returncode == 0 for name in listed)
    here = {line.split()[0] for line in cli._help().splitlines() if line.startswith("  ")}
    assert here == cli.COMMANDS.keys(), "and in the course everything"


def test_the_student_repository_is_complete_and_says_nothing(small_course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(small_course, folder) == 0
    files = set(generated.files_in(folder))
    assert {
        "README.md",
        "pyproject.toml",
        ".gitignore",
        ".github/workflows/classroom.yml",
        "assignments/b1_tiny/b1_tiny.py",
        "assignments/b1_tiny/test_b1_tiny.py",
        "assignments/b1_tiny/diagnoses.json",
        "assignments/b1_tiny/diagnoses.safetensors",
        "assignments/notebooks/b1_tiny/b1_tiny.ipynb",
        "assignments/manifest.json",
        "autograder/cli.py",
        "autograder/grading/plugin.ini",
        "data/train-images.idx.gz",
    } <= files
    of_the_course = {name for name in files if not name.startswith("autograder/")}
    assert not [n for n in of_the_course if "hidden" in n or "misconceptions" in n or "solutions" in n]
    assert "data/test-images.idx.gz" not in files
    assert not [name for name in files if name.startswith(("autograder/release", "autograder/verify"))]
    assert find_leaks(small_course.solutions, folder) == []
    readme = (folder / "README.md").read_text()
    assert "| `b1_tiny` | `double`, `ANSWERS`, `Counter` | 7 |" in readme
    assert "{" not in readme


@pytest.mark.heavy
def test_the_student_repository_can_be_made_anew_and_keeps_its_git(small_course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(small_course, folder) == 0
    first = tree(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert release_to(small_course, folder) == 0
    assert tree(folder) == first
    replace_in(small_course.solutions / "b1_tiny" / "b1_tiny.py", "Twice x.", "Two times x.")
    assert release_to(small_course, folder) == 0
    assert "Two times" in (folder / "assignments/b1_tiny/b1_tiny.py").read_text()
    assert (folder / ".git" / "HEAD").is_file()
    assert generated.edited_files(folder) == []


def test_an_interrupted_update_is_completed(small_course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(small_course, folder) == 0
    record = json.loads((folder / RECORD).read_text())
    stub = folder / "assignments/b1_tiny/b1_tiny.py"
    stub.write_text("# of the release that was interrupted\n")
    record["assignments/b1_tiny/b1_tiny.py"] = [record["assignments/b1_tiny/b1_tiny.py"], sha256(stub.read_bytes())]
    (folder / RECORD).write_text(json.dumps(record))
    (folder / "README.md").unlink()
    assert release_to(small_course, folder) == 0
    assert (folder / "README.md").is_file()
    assert "double" in stub.read_text()


@pytest.mark.parametrize("what", ["new", "edited", "file", "course"])
def test_a_folder_that_holds_anything_else_is_refused(small_course: Course, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "student"
    if what == "course":
        folder = small_course.root
    elif what == "file":
        folder.touch()
    elif what == "new":
        folder.mkdir()
        (folder / "thesis.tex").write_text("mine")
    else:
        assert release_to(small_course, folder) == 0
        with (folder / "README.md").open("a") as file:
            file.write("a note of mine\n")
    before = tree(folder) if folder.is_dir() else {}
    with pytest.raises(UserError):
        release_to(small_course, folder)
    assert (tree(folder) if folder.is_dir() else {}) == before


def test_nothing_is_written_when_something_would_leak(
    small_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(small_course.solutions / "b1_tiny" / "b1_tiny.py", "with `code`", "as in `math.fsum([x, x]) + 0.0`")
    assert release_to(small_course, tmp_path / "student") == 1
    assert not (tmp_path / "student").exists()
    assert "shows line 18 of solutions/b1_tiny/b1_tiny.py: return math.fsum" in capsys.readouterr().out
