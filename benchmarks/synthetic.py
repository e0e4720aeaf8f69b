"""A class of any size, made from what the repository holds: references, alternatives, misconceptions and stubs."""

from __future__ import annotations

import random
from pathlib import Path

from autograder.checks.catalogues import CodeCatalogue
from autograder.course.course import Course
from autograder.release.verify import as_submission

LIGHT = ("a1_permute", "a2_linear_dims", "a3_conv_shapes", "a4_losses")  # nothing in these trains


def right_answers(course: Course, name: str) -> list[str]:
    """The reference and every alternative of an assignment."""
    folder = course.root / "tests" / "alternatives" / name
    files = [course.assignment(name).master, *sorted(folder.glob("*.py"))]
    return [file.read_text(encoding="utf-8") for file in files]


def wrong_answers(course: Course, name: str) -> list[str]:
    """Every misconception of an assignment as a whole submission: one task wrong, the others right."""
    assignment = course.assignment(name)
    known = CodeCatalogue.load(assignment.misconceptions).misconceptions
    return [as_submission(assignment.master, assignment.misconceptions, each).text for each in known]


def write_class(course: Course, folder: Path, students: int, assignments: tuple[str, ...] = LIGHT) -> None:
    """Write a folder for each student. On average, 5 of 10 submissions are right, 4 have one mistake, 1 is a stub."""
    chance = random.Random(0)
    for name in assignments:
        right, wrong = right_answers(course, name), wrong_answers(course, name)
        stub = course.released(name).master.read_text(encoding="utf-8")
        for student in range(students):
            kind = chance.choices((right, wrong, [stub]), (5, 4, 1))[0]
            own = folder / f"student{student:04d}"
            own.mkdir(parents=True, exist_ok=True)
            text = f"{chance.choice(kind)}\n# handed in by student {student}\n"
            (own / f"{name}.py").write_text(text, encoding="utf-8")
