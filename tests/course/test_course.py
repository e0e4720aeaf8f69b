"""Finding the course, naming its assignments, and its secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course, find_course
from tests.support.files import put


def test_a_course_is_found_from_inside(course: Course, tmp_path: Path) -> None:
    assert find_course(course.assignments / "a1_permute").root == course.root
    assert course.assignment_names() == ["a1_permute", "a2_linear_dims"]
    with pytest.raises(UserError, match="not in a course repository"):
        find_course(tmp_path)
    (tmp_path / "solutions" / "a1_pool").mkdir(parents=True)
    (tmp_path / "solutions" / "a1_pool" / "a1_pool.ipynb").touch()
    with pytest.raises(UserError, match=r"solutions holds no assignment\. .*jupytext --to py:percent"):
        find_course(tmp_path)


def test_a_beginning_is_enough_to_name_an_assignment(course: Course) -> None:
    put(course.solutions / "a10_attention" / "a10_attention.py")
    assert course.resolve("a1") == "a1_permute"
    assert course.resolve("a10") == "a10_attention"
    assert course.resolve("A1") == course.resolve("A1_Permute") == "a1_permute"
    with pytest.raises(UserError, match="a1_permute or a2_linear_dims or a10_attention"):
        course.resolve("a")
    with pytest.raises(UserError, match="There is no assignment 'b1'"):
        course.resolve("b1")
    with pytest.raises(UserError, match="autograder release"):
        course.released("a10")


def test_the_secret_is_made_once_and_for_its_owner_alone(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "")
    secret = course.secret()
    assert len(secret) == 64
    assert course.secret() == secret
    if os.name == "posix":
        assert (course.root / ".course-secret").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("AUTOGRADER_SECRET", "another")
    assert course.secret() == b"another"
    assert [p.name for p in course.root.iterdir() if p.name.startswith(".")] == [".course-secret"]
