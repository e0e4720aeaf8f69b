"""What students write around their answers, and submissions of such pieces in each form."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from autograder.submission.magics import Line, line_kinds

_FOLDER = Path(__file__).resolve().parent.parent / "submission" / "around"
_MARIMO = "import marimo\n\napp = marimo.App()\n\n\n"


def _sections(name: str) -> dict[str, str]:
    parts = re.split(r"^# %% (.+)\n", (_FOLDER / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title: text.rstrip("\n") + "\n" for title, text in zip(parts[1::2], parts[2::2], strict=True)}


BESIDE = _sections("beside.txt")
"""At the top level, by name."""
INSIDE = {name: tuple(text.split("---\n")) for name, text in _sections("inside.txt").items()}
"""(at the top level, in a function that has x and goes on with y), by name."""


def is_slow(name: str) -> bool:
    """Does it wait for a time limit, or load for seconds?"""
    return name.endswith("(slow)")


def write(path: Path, form: str, cells: Sequence[str]) -> Path:
    """A submission of some cells, as "py", "ipynb" or "marimo". path: without its suffix."""
    path = path.with_suffix(".ipynb" if form == "ipynb" else ".py")
    if form == "ipynb":
        code = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
        text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code})
    elif form == "marimo":
        text = _MARIMO + "\n".join(f"@app.cell\ndef _():\n{_indented(cell)}\n    return\n\n" for cell in cells)
    else:
        text = "\n".join(cells)
    path.write_text(text, encoding="utf-8")
    return path


def _indented(cell: str) -> str:
    lines = zip(cell.split("\n"), line_kinds(cell), strict=True)
    return "\n".join(line if kind is Line.STRING or not line else f"    {line}" for line, kind in lines)
