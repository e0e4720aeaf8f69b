"""The line of a submission that is no Python, with a caret."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from autograder.submission.source import read_source
from autograder.submission.syntax import syntax_problem

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


def problem(folder: Path, text: str) -> list[str]:
    path = folder / "a1_permute.py"
    path.write_text(text, encoding="utf-8")
    return syntax_problem(read_source(path)).split("\n")


def test_the_line_and_a_caret_under_the_place(tmp_path: Path) -> None:
    head, line, caret = problem(tmp_path, "x = 1\ndef f(a)\n    return a\n")
    assert head == f"SyntaxError at line 2, which is not Python {VERSION}: expected ':'."
    assert line == "    def f(a)"
    assert caret.index("^") == line.index(")") + 1


@pytest.mark.parametrize(
    "text", ["if x:\n\ty = (1,\n", "  x = 1", "x = 'é" + "a" * 300, "f(" + "1, " * 200 + "= 2)", "x = 1\n\n\ny = ["]
)
def test_the_place_is_always_shown(tmp_path: Path, text: str) -> None:
    head, line, caret = problem(tmp_path, text)
    assert f"which is not Python {VERSION}: " in head
    assert max(len(line), len(caret)) <= 82
    assert caret.strip() == "^"
    assert caret.index("^") <= len(line)


@pytest.mark.parametrize("text", ["x = 1", "await f()", "(" * 500 + ")" * 500, "x = '\\d'"])
def test_what_is_python_has_no_problem(tmp_path: Path, text: str) -> None:
    assert problem(tmp_path, text) == [""] or "parenthes" in problem(tmp_path, text)[0]


def test_in_a_notebook_the_cell_is_named(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in ("x = 1", "y = 2\nif y")
    ]
    path = tmp_path / "a1_permute.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert syntax_problem(read_source(path)).startswith("SyntaxError at cell 2, line 2, which is not Python ")
