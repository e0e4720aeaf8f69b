"""Where a submission stops being Python, shown as Python shows it: the line, and a caret under the place."""

from __future__ import annotations

import ast
import sys
import warnings

from .source import Source

NOT_PYTHON = ", which is not Python"
"""What stands in the first line of a note on such a line."""

_VERSION = ".".join(map(str, sys.version_info[:2]))
_WIDTH = 76  # characters of a line that are shown


def syntax_problem(source: Source) -> str:
    """The first line that is not Python, in three lines: what is wrong, the line, a caret. "" where all is Python.

    SyntaxError at line 3, which is not Python 3.11: expected ':'.
        def resized(images)
                           ^
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # "\\d" in a string is none of our concern
            compile(source.text, "submission", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return _shown(source, error)
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return ""  # the sandbox tells of these
    return ""


def _shown(source: Source, error: SyntaxError) -> str:
    lines = source.text.split("\n")
    number = min(max(error.lineno or 1, 1), len(lines))
    head = f"{type(error).__name__} at {source.locate(number)}{NOT_PYTHON} {_VERSION}: {error.msg}."
    text = lines[number - 1].replace("\t", " ").rstrip()
    place = min(max((error.offset or 1) - 1, 0), len(text))
    blank = len(text) - len(text.lstrip())
    start = max(min(blank, place), place - _WIDTH + 10)  # the place is always in what is shown
    shown = "".join(c if c.isprintable() else "?" for c in text[start : start + _WIDTH])
    return f"{head}\n    {shown}\n    {' ' * (place - start)}^"
