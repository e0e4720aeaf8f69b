"""Whom to look at, and why."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from autograder.report import attention
from autograder.results.result import ClassResults, Result
from tests.support.results import IDEA, METRICS, check, result


def kinds(*own: Result) -> list[str]:
    """The kinds of reasons to look at a student's results."""
    return [reason.kind for reason in attention.reasons({r.assignment: r for r in own})]


def test_reasons_to_look() -> None:
    good = check(1, "passed")
    assert kinds(result("ada", good, check(2, "failed"))) == []
    assert kinds(result("ada", good, check(2, "crashed"))) == ["crashed"]
    assert kinds(result("ada", good, check(2, "failed", hidden=True))) == ["suspicious"]
    known = check(2, "failed", hidden=True, diagnosis=IDEA)
    assert kinds(result("ada", good, known)) == [], "a known mistake explains it"
    assert kinds(Result("ada", "a1_permute", None, "ambiguous", 0, 8)) == ["no score"]


def test_a_line_that_did_not_run_is_a_reason_where_points_depend_on_it() -> None:
    lost = dataclasses.replace(result("ada", check(1, "error")), notes=("I left line 3 out (it raised OSError).",))
    assert kinds(lost) == ["left out"]
    assert kinds(dataclasses.replace(result("ada", check(1, "passed")), notes=lost.notes)) == []
    assert kinds(dataclasses.replace(lost, notes=("Grading has no GPU.",))) == []
    broken = "SyntaxError at line 3 (read as Python 3.11): expected ':'.\n    def f()\n           ^"
    assert attention.reasons({"a1": dataclasses.replace(lost, notes=(broken,))})[0].text == broken.split("\n")[0]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, ["near a band"]),
        ({"accuracy": 0.861}, []),
        ({"accuracy": 0.85}, []),
        ({"accuracy": 0.97}, ["suspicious"]),
        ({"accuracy": 0.94, "weights": "submitted"}, []),
        ({"accuracy": 0.97, "weights": "submitted"}, ["suspicious"]),
        ({"weights": "not used: there is no layer fc9"}, ["suspicious", "near a band"]),
        ({"accuracy_of_weights": 0.91}, ["suspicious", "near a band"]),
        ({"accuracy_exchanged": 0.1}, ["suspicious", "near a band"]),
        ({"accuracy_of_weights": 0.86}, ["near a band"]),
        ({"accuracy": "very good"}, []),
        ({"accuracy": 0.861, "dense_literals": "line 12: 9,120 characters"}, ["suspicious"]),
    ],
)
def test_networks_to_look_at(changes: dict[str, Any], kind: list[str]) -> None:
    one = result("ada", check(1, "passed"), assignment="a5_fashion_mnist", metrics=METRICS | changes)
    assert kinds(one) == kind


def test_dataclasses_are_frozen(klass: ClassResults) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        attention.Reason("crashed", "a1_permute", "x").text = "y"  # type: ignore[misc]
