"""The zoo finds a check that breaks over a strange answer, and one that passes with it."""

from __future__ import annotations

import pytest

from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.release import zoo
from tests.support.places import ROOT

pytestmark = pytest.mark.usefixtures("forked_sandboxes")

STRANGE = ("None", "NaN", "a sparse tensor", "a tensor of many axes", "whole numbers of uint16", "an object")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "ZOO", {name: zoo.ZOO[name] for name in STRANGE})


def test_no_check_of_the_first_assignment_breaks_or_passes(few: None) -> None:
    course = Course(ROOT)
    engine = Engine(course, course.assignment("a1_permute"))
    try:
        assert zoo.strange_answers(engine, 1) == []
        checks = engine.live.items
        broken = next(item for item in checks if item.name == "test_moves_the_channels_first")
        loose = next(item for item in checks if item.name == "test_moves_the_channels_last")
        broken.obj = lambda submission: submission.to_nchw(1).value.shape[0]  # type: ignore[attr-defined]
        loose.obj = lambda submission: submission.to_nhwc(1)  # type: ignore[attr-defined]
        findings = zoo.strange_answers(engine, 1)
    finally:
        engine.close()
    assert any(
        f.startswith("test_moves_the_channels_first breaks if every answer is None: ") and "the expect functions" in f
        for f in findings
    )
    (passes,) = (
        f for f in findings if f.startswith("test_moves_the_channels_last passes if every answer is None. The same")
    )
    assert passes.endswith("other strange answers.")
