"""The package as students get it: what can be reached from their commands, notebooks, checks and workflow; nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autograder import cli
from autograder.common import imports
from autograder.common.run_file import own_package
from autograder.course.course import Course
from autograder.release import student
from tests.support.places import ROOT

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
    names = sorted(imports.modules_of(given))
    assert len(names) > 60
    rooms = {name.split(".")[1] for name in names if name.count(".")}
    assert rooms.isdisjoint({"release", "report"})
    assert "autograder.grading.command" not in names, "nobody there grades a class"
    # All of it is there: every import of every module, those inside functions too, but for commands of the course.
    here = imports.modules_of(own_package())
    for name, path in imports.modules_of(given).items():
        missing = {other for other in imports.imported_by(path, name) if other in here} - set(names)
        assert not missing, f"{name} imports {missing}"


def test_nothing_but_modules_and_the_settings_of_checks_is_given(given: Path) -> None:
    others = [path.name for path in given.rglob("*") if path.is_file() and path.suffix != ".py"]
    assert others == ["checks.ini"]
    installed = tomllib.loads(student.pyproject(Course(ROOT)))["tool"]["setuptools"]["package-data"]
    assert [pattern for patterns in installed.values() for pattern in patterns] == ["checks.ini"]


def autograder(given: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`autograder ...` in a student's repository."""
    environment = {**os.environ, "PYTHONPATH": str(given.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, cwd=given.parent, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COURSES)
def test_a_command_of_the_course_says_so_in_one_sentence(given: Path, command: str) -> None:
    ended = autograder(given, command, "--help")
    assert ended.returncode == 2
    assert ended.stderr == f"autograder {command}: this belongs to the course repository.\n"


def test_the_help_lists_what_works_there(given: Path) -> None:
    listed = {line.split()[0] for line in autograder(given, "--help").stdout.splitlines() if line.startswith("  ")}
    assert listed == THEIRS
    assert all(autograder(given, name, "--help").returncode == 0 for name in listed)
    here = {line.split()[0] for line in cli._help().splitlines() if line.startswith("  ")}
    assert here == cli.COMMANDS.keys(), "and in the course everything"
