"""Which files of checks grading runs."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.grading.engine import check_files
from autograder.grading.job import Settings


def test_hidden_checks_alone_are_checks(tmp_path: Path) -> None:
    assignment = Assignment("a1_x", tmp_path)
    assignment.hidden_checks.touch()
    assert check_files(assignment, Settings()) == [assignment.hidden_checks]
    assignment.public_checks.touch()
    assert check_files(assignment, Settings()) == [assignment.public_checks, assignment.hidden_checks]
    assert check_files(assignment, Settings(public_only=True)) == [assignment.public_checks]
