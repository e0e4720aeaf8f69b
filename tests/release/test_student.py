"""The package as students get it: what can be reached from their commands, notebooks, checks and workflow; nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import cli
from autograder.common.run_file import own_package
from autograder.course.course import Course
from autograder.release import student
from tests.support import packages
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


def starts(modules: dict[str, Path]) -> Iterator[str]:
    """Where something of a student's begins."""
    yield from ("autograder.cli", "autograder.__main__", "autograder.notebook", "autograder.grading.plugin")
    yield from (f"autograder.{cli.COMMANDS[name][0]}" for name in THEIRS)
    # Checks import what they like of `checks`, Gradescope's too, which get this package. The sandbox starts its own.
    yield from (name for name in modules if name.split(".")[1:2] in (["checks"], ["sandbox"]))
    # Files that students, or Gradescope, get.
    for file in [*ROOT.glob("assignments/**/*.py"), *ROOT.glob("solutions/*/*.py")]:
        yield from packages.imported_by(file)


def test_students_get_what_they_can_reach_and_nothing_else(given: Path) -> None:
    modules = packages.modules_of(own_package())
    wanted = packages.reachable(starts(modules), modules)
    assert len(wanted) > 60
    assert set(packages.modules_of(given)) == wanted


def test_nothing_but_modules_and_the_settings_of_checks_is_given(given: Path) -> None:
    others = [path.name for path in given.rglob("*") if path.is_file() and path.suffix != ".py"]
    assert others == ["checks.ini"]
    installed = tomllib.loads(student.pyproject(Course(ROOT)))["tool"]["setuptools"]["package-data"]
    assert [pattern for patterns in installed.values() for pattern in patterns] == ["checks.ini"]


def test_what_is_listed_and_not_there_is_no_silent_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "_STUDENTS_GET", (*student._STUDENTS_GET, "moved"))
    with pytest.raises(FileNotFoundError, match="moved"):
        student.copy_package(tmp_path / "autograder")


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
