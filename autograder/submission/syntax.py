"""The first place where a submission is not Python, shown as Python shows it: the line, with a caret under the place."""

import ast
import re
import symtable
import sys
import warnings
from dataclasses import dataclass
from functools import lru_cache

from ..common.ideas import ideas_beside
from .source import Source

NOT_PYTHON = " (read as Python"
"""Part of the first line of a note from `syntax_problem`, by which such notes are recognized."""
_VERSION = ".".join(map(str, sys.version_info[:2]))
_WIDTH = 76  # characters of a line that are shown
_NO_WORD = (ValueError, RecursionError, MemoryError, OverflowError)  # the sandbox reports these errors


@dataclass(frozen=True)
class BrokenLine:
    """A line that is not Python. line: its number in `source.text`, from 1; column: the place in `text`, from 0.

    kind: the name of the error. alone: Python can parse the file, but refuses this statement; then only the function or
    statement that holds the line is lost.
    """

    line: int
    column: int
    text: str
    kind: str
    message: str  # without a full stop
    alone: bool = False

    @property
    def why(self) -> str:
        """Python's message and what it usually means, in sentences."""
        said = self.message if self.message.endswith("?") else f"{self.message}."
        ideas = ideas_beside(__file__)
        return " ".join([said, *(idea for found, idea in ideas if found.search(self.text) or found.search(said))])

    @property
    def picture(self) -> str:
        """The line with a caret below the place, both indented by four blanks."""
        text = self.text.replace("\t", " ").rstrip()
        blank = len(text) - len(text.lstrip(" "))
        place = max(min(self.column, len(text)), min(blank, len(text)))
        start = max(blank, place - _WIDTH + 10)  # a long line is shown only around the place
        shown = "".join(c if c.isprintable() else "?" for c in text[start : start + _WIDTH])
        return f"    {shown}\n    {' ' * (place - start)}^"


def syntax_problem(source: Source) -> str:
    """A note on the first line that is not Python: what is wrong, the line, a caret. "" if the whole file is Python.

    SyntaxError at line 3 (read as Python 3.11): expected ':'.
        def resized(images)
                           ^
    """
    return next(iter(syntax_problems(source)), "")


def syntax_problems(source: Source) -> list[str]:
    """The same for each cell that Python cannot read."""
    return [
        f"{broken.kind} at {source.locate(broken.line)}{NOT_PYTHON} {_VERSION}): {broken.why}\n{broken.picture}"
        for broken in _broken_lines(source)
    ]


def broken_line(source: Source, name: str = "") -> BrokenLine | None:
    """The first line that is not Python; None if there is none. name: rather the line in the cell that makes this name."""
    found = _broken_lines(source)
    makes = re.compile(rf"\b(?:def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\b", re.MULTILINE)
    for broken in found if name else ():
        cell = next(cell for cell in reversed(source.cells) if cell.first_line <= broken.line)
        if makes.search(cell.text):
            return broken
    return next(iter(found), None)


@lru_cache(maxsize=1)  # it reads the whole file, and is called for each statement that could not be run
def _broken_lines(source: Source) -> tuple[BrokenLine, ...]:
    """For each cell that Python cannot parse, the line; or else the first line that Python refuses.

    If the file does not parse as a whole, it is parsed cell by cell, as it is run: a bracket that one cell leaves open
    does not reach the next cell.
    """
    with warnings.catch_warnings(action="ignore"):  # such as the warning about "\\d" in a string
        if (whole := _unreadable(source.text)) is not None:
            return tuple(filter(None, (_unreadable(cell.text, cell.first_line) for cell in source.cells))) or (whole,)
        own = source.form == "ipynb"  # each cell is a program of its own
        parts = [(cell.text, cell.first_line) for cell in source.cells] if own else [(source.text, 1)]
        return tuple(filter(None, (_refused(text, first) for text, first in parts)))[:1]


def _unreadable(text: str, first_line: int = 1) -> BrokenLine | None:
    """The line at which Python cannot parse the text; None if it can. first_line: of the text in `source.text`."""
    try:
        compile(text, "submission", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return _line(text, first_line, error)
    except _NO_WORD:
        pass
    return None


def _refused(text: str, first_line: int) -> BrokenLine | None:
    """The first line that Python can parse but refuses, such as a `return` outside a function; None if there is none.

    A text with a `finally` is not compiled, since each way out of its `try` gets a copy of it: the code could have any
    size. Of such a text only the names are looked at.
    """
    try:
        if any(getattr(node, "finalbody", None) for node in ast.walk(ast.parse(text))):
            symtable.symtable(text, "submission", "exec")
        else:
            compile(text, "submission", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        if "__future__" not in str(error.msg):  # the sandbox accepts a __future__ import on any line
            return _line(text, first_line, error, alone=True)
    except _NO_WORD:
        pass
    return None


def _line(text: str, first_line: int, error: SyntaxError, alone: bool = False) -> BrokenLine:
    lines = text.split("\n")
    number = min(max(error.lineno or 1, 1), len(lines))
    said = str(error.msg).rstrip(".")
    begins = said.startswith("unindent")  # Python points after the line, but what is wrong is where the line begins
    column = 0 if begins else max(0, (error.offset or 1) - 1)
    return BrokenLine(first_line + number - 1, column, lines[number - 1], type(error).__name__, said, alone)
