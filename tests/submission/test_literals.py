"""Data that stand in a submission are named, and prose and small tables are not."""

from __future__ import annotations

import pytest

from autograder.submission.literals import dense_literals
from autograder.submission.source import Cell, Source

PROSE = "A long text about what was tried and what came of it, in whole sentences. " * 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\nTABLE = '" + "a1b2c3" * 1000 + "'\n", "line 2: 6,000 characters"),
        ("TABLE = b'" + "a1b2c3" * 1000 + "'\n", "line 1: 6,000 characters"),
        ("T = [" + "7, " * 900 + "]", "line 1: 900 numbers"),
        ("T = {" + ", ".join(f"{n}: {n % 10}" for n in range(400)) + "}", "line 1: 800 numbers"),
        (f"'''{PROSE}'''", ""),
        ("T = [" + "7, " * 100 + "]", ""),
        ("def broken(:", ""),
    ],
)
def test_data_in_the_code_are_named(text: str, said: str) -> None:
    assert dense_literals(Source("py", (Cell(text, 1, None),))) == said
