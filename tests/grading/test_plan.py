"""In which order a class is graded."""

from __future__ import annotations

from pathlib import Path

from autograder.course.course import Course
from autograder.grading.plan import Plan, Todo
from autograder.submission.found import Found


def test_the_longest_come_first(tmp_path: Path) -> None:
    """Networks to train, then networks with their weights, then the rest by assignment and student."""

    def todo(student: str, assignment: str, weights: str | None = None) -> Todo:
        file = tmp_path / f"{student}.py"
        return Todo(Found(student, assignment, file, "found", weights=tmp_path / weights if weights else None), None)

    plan = Plan(Course(tmp_path), trains=frozenset({"a5"}))
    class_ = [todo("ada", "a1", "w"), todo("bob", "a1"), todo("ada", "a5", "w"), todo("bob", "a5"), todo("s10", "a5")]
    class_.append(todo("s9", "a5"))
    order = [(each.found.assignment, each.found.student) for each in sorted(class_, key=plan.order)]
    assert order == [("a5", "bob"), ("a5", "s9"), ("a5", "s10"), ("a5", "ada"), ("a1", "ada"), ("a1", "bob")]
