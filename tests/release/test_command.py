"""`autograder release`, on a course of one small assignment."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.release import command
from autograder.release.leaks import find_leaks
from tests.support.extras import skip_without
from tests.support.places import ROOT
from tests.support.small_course import replace_in, tree

skip_without("nbgrader")


def test_a_slip_changes_nothing(released: Course) -> None:
    before = tree(released.assignments)
    replace_in(released.solutions / "b1_tiny" / "b1_tiny.py", "def double", "def twice")
    with pytest.raises(UserError, match=r"test_b1_tiny\.py, line 5 checks 'double'"):
        command.release(released)
    assert tree(released.assignments) == before
    assert not list(released.root.glob(".release-*"))


def test_a_student_repository_has_nothing_to_release(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "b1").mkdir(parents=True)
    (tmp_path / "assignments" / "b1" / "b1.py").touch()
    with pytest.raises(UserError, match="no solutions"):
        command.release(Course(tmp_path))


@pytest.mark.heavy
def test_this_repository_is_released_and_leaks_nothing() -> None:
    small_course = Course(ROOT)
    assert command.check(small_course) == 0
    assert find_leaks(small_course.solutions, small_course.assignments) == []
