"""The fixtures that several files of tests share. Nothing heavy is imported before a test asks for it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.places import ROOT

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.student.repository import StudentRepository


@pytest.fixture(autouse=True)
def fresh_console() -> None:
    """Each test's output goes to its own captured stream."""
    if terminal := sys.modules.get("autograder.common.terminal"):
        terminal.console.cache_clear()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudentRepository:
    """A student's repository, with nothing begun, and the student in it."""
    from autograder.course.course import Course
    from autograder.student.repository import StudentRepository

    root = tmp_path / "course"
    shutil.copytree(ROOT / "assignments", root / "assignments")
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "80")
    return StudentRepository(Course(root))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with two assignments, both released, each as script and as notebook."""
    from autograder.course.course import Course
    from tests.support.files import notebook, put

    for name in ("a1_permute", "a2_linear_dims"):
        put(tmp_path / "course" / "solutions" / name / f"{name}.py", "answer = 42\n")
        put(tmp_path / "course" / "assignments" / name / f"{name}.py", f"# {name}\nanswer = None\n")
        released = tmp_path / "course" / "assignments" / "notebooks" / name / f"{name}.ipynb"
        put(released, notebook("answer = None", "check(answer)"))
    return Course(tmp_path / "course")
