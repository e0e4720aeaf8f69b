"""A small class's results, made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.common.diagnosis import Diagnosis
from autograder.data import data_set
from autograder.results import store
from autograder.results.result import CheckResult, Outcome, Result
from tests.support.places import ROOT

CLOTHES = data_set(ROOT / "data", "fashion_mnist")
NAMES = ("ada", "Zoë Müller", "<script>alert(1)</script>", "-rf", "two\nlines", "50% off/€", "😀", "x" * 250)
IDEA = Diagnosis("reshapes_instead_of_permuting", "You used `reshape`: permute moves the axes.")
METRICS: dict[str, Any] = {
    "accuracy": 0.8541,
    "accuracy_standard_error": 0.0079,
    "training_seconds": 27.8,
    "epochs": 6.0,
    "images_seen": 60000,
    "interrupted": False,
    "losses": [0.8, 0.5, 0.3],
    "bands": [0.6, 0.84, 0.86],
    "confusion": [[180 if i == j else 2 for j in range(10)] for i in range(10)],
    "mix_ups": [[17, 6, 0], [3, 2, 4]],
    "things": "images",
    "classes": list(CLOTHES.classes),
    "honest": [0.925, 0.955],
}


def check(number: int, outcome: Outcome, hidden: bool = False, points: int = 2, **more: Any) -> CheckResult:
    """A check of `to_nchw`. The texts of a hidden one have SECRET in them: students must not see it."""
    said = "SECRET" if hidden else "said"
    return CheckResult(
        name=f"test_{said}_{number}",
        title=f"{said} title {number}, with `code`",
        task="to_nchw",
        points=points,
        score=points if outcome == "passed" else 0,
        outcome=outcome,
        hidden=hidden,
        message="" if outcome == "passed" else f"{said} message {number}",
        **more,
    )


def result(student: str, *checks: CheckResult, assignment: str = "a1_permute", **more: Any) -> Result:
    """A graded result with these checks."""
    score, most = sum(c.score for c in checks), sum(c.points for c in checks)
    return Result(student, assignment, "py", "graded", score, most, checks, **more)


def student_page(pages: Path, name: str) -> str:
    """The text of a student's page."""
    return (pages / "students" / f"{store.folder_name(name)}.html").read_text(encoding="utf-8")
