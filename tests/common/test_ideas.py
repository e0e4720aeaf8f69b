"""Ideas that lie as text beside the module that tells them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.checks import student_errors
from autograder.common.ideas import ideas_beside
from autograder.submission import syntax


def test_an_idea_is_an_expression_and_the_sentence_below_it(tmp_path: Path) -> None:
    text = (
        "# Said to authors.\n# Twice.\n\n^KeyError: (\\w+)\n    No entry is called\n    {0}.\n\ndivision\n    By 0.\n"
    )
    (tmp_path / "told.txt").write_text(text, encoding="utf-8")
    ideas = ideas_beside(str(tmp_path / "told.py"))
    assert ideas == ((re.compile(r"^KeyError: (\w+)"), "No entry is called {0}."), (re.compile("division"), "By 0."))


@pytest.mark.parametrize("module", [student_errors, syntax])
def test_each_idea_has_a_sentence_and_fills_in_what_its_expression_finds(module: object) -> None:
    ideas = ideas_beside(str(module.__file__))  # type: ignore[attr-defined]
    assert len(ideas) >= 10
    for expression, sentence in ideas:
        assert sentence.endswith((".", "?", '".')), sentence
        assert sentence.format(*["x"] * expression.groups)
