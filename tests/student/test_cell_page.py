"""What a check cell shows."""

from __future__ import annotations

import pytest

from autograder.course.course import Course
from autograder.grading.context import CheckInfo, Verdict
from autograder.sandbox.observation import Why
from autograder.student import cell_page
from tests.support.places import ROOT


def test_a_task_that_passes_says_why_it_works() -> None:
    page = cell_page.with_why(cell_page.CellPage("rich", "plain"), Course(ROOT), "a1_permute", "to_nchw")
    assert page.plain.startswith("plain\nThe idea behind it: Nothing in the picture moved")
    assert "The idea behind it: Nothing in the picture moved" in page.rich


@pytest.mark.parametrize(
    ("why", "message", "then"),
    [
        ("not_started", "train is not started yet.", "Fill in the cell above"),
        ("waits", "This check builds on FashionCNN, which does not work yet.", "Run this one again when it does."),
    ],
)
def test_a_cell_that_was_filled_in_is_not_asked_for(why: Why, message: str, then: str) -> None:
    info = CheckInfo("test_train", "It trains.", "train", 2, hidden=False, needs=(), trains=False)
    page = cell_page.page_of("train", [Verdict(info, "not_run", message, why=why)], "", "", 24)
    assert f"{message} {then}" in page.plain
