"""A course of two assignments, and the grading of a class with a fake engine: see `fake_engine`."""

from __future__ import annotations

from pathlib import Path

from autograder.course.course import Course
from autograder.grading.batch import ClassReport, ClassRequest, grade_class
from autograder.grading.pool import LocalWorkers
from autograder.results import store
from tests.support import fake_engine
from tests.support.files import put


def course_in(root: Path) -> Course:
    """A course with two assignments."""
    for name in ("a1_permute", "a2_linear_dims"):
        for folder in ("solutions", "assignments"):
            put(root / folder / name / f"{name}.py", f"stub = '{name}'\n")
            put(root / folder / name / f"test_{name}.py", "# checks\n")
    return Course(root)


def run(course: Course, submissions: Path, out: Path, workers: int = 2, **changes: object) -> ClassReport:
    """Grade with the fake engine."""
    request = ClassRequest(submissions, out, course, **changes)  # type: ignore[arg-type]
    return grade_class(request, lambda: LocalWorkers(workers), grade=fake_engine.grade_job)


def score_of(out: Path, student: str, assignment: str = "a1_permute") -> tuple[str, int, int]:
    """(status, score, max_score) as the result's file says."""
    result = store.read(store.path_of(out, student, assignment))
    return result.status, result.score, result.max_score
