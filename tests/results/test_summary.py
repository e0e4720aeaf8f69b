"""A class's results in a terminal."""

from __future__ import annotations

import dataclasses

from autograder.common.terminal import printable
from autograder.results.result import CheckResult
from autograder.results.summary import short_names, what_went_wrong
from tests.support.small_results import FAILED, PASSED, RESULT


def test_one_line_says_what_went_wrong() -> None:
    assert what_went_wrong(RESULT) == "to_nchw: You used reshape."
    other = CheckResult("test_other", "Other", "to_nhwc", 1, 0, "error", False, message="ValueError: \x1b[31mno\nmore")
    both = dataclasses.replace(RESULT, checks=(PASSED, other, FAILED), max_score=6)
    assert what_went_wrong(both) == "2 tasks, to_nchw: You used reshape."
    alone = dataclasses.replace(RESULT, checks=(PASSED, other), max_score=3)
    assert what_went_wrong(alone) == "to_nhwc: ValueError: \\x1b[31mno"
    right = dataclasses.replace(RESULT, checks=(PASSED,), max_score=2)
    assert what_went_wrong(right) == ""


def test_a_strangers_text_cannot_move_the_cursor() -> None:
    assert printable("Zoë 李雷 👩‍💻") == "Zoë 李雷 👩‍💻"
    assert printable("a\nb\x1b[2J\u202e\r") == "a\\nb\\x1b[2J\\u202e\\r"


def test_narrow_names_stay_unambiguous() -> None:
    assert short_names(["a1_permute", "a2_linear_dims"]) == {"a1_permute": "a1", "a2_linear_dims": "a2"}
    assert short_names(["a1_x", "a1_y"]) == {"a1_x": "a1_x", "a1_y": "a1_y"}
