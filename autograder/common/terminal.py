"""What people see in a terminal: one console, and text of strangers made harmless."""

from __future__ import annotations

import json
import os
from functools import cache

from rich.console import Console

_NARROWEST = 20  # characters in a line: in fewer, rich drops words or prints nothing at all
# Invisible, but part of emoji and of words in some scripts.
_JOINERS = frozenset("\u200c\u200d\ufe0f")


class _Console(Console):
    """As rich's, but a pipe that closes is left to the command line, which knows that it is no failure."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@cache
def console() -> Console:
    """The console to print on. In a log, and where no sensible width is given (COLUMNS=0), lines are 120 wide; a log has
    neither colour nor movement.
    """
    plain = _Console(highlight=False, soft_wrap=False)
    if plain.width >= _NARROWEST and (plain.is_terminal or "COLUMNS" in os.environ):
        return plain
    return _Console(highlight=False, width=120)


def print_line(text: str, style: str = "") -> None:
    """Print a text on a line of its own, however long: nothing in it is markup."""
    console().print(text, style=style, markup=False, soft_wrap=True)


def printable(text: str) -> str:
    """A stranger's text on one line: what would move the cursor, colour or turn round the text is spelled out."""
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in text)


def json_text(data: object, indent: int | None = 2) -> str:
    """JSON as UTF-8 that a terminal or a log can show: what would turn round or hide the text is spelled out, as JSON may.

    It reads back as the same data. Raises ValueError for NaN and infinities.
    """
    text = json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)
    if text.replace("\n", "").isprintable():
        return text
    kept = _JOINERS | {"\n"}
    return "".join(c if c.isprintable() or c in kept else json.dumps(c)[1:-1] for c in text)


def first_line(text: str) -> str:
    """A text up to its first line break: some notes show a line of code below."""
    return text.partition("\n")[0]


def beginning(text: str, most: int = 300) -> str:
    """A text's first line that is not blank; of a long one its first words, as many as fit into `most` characters."""
    line = first_line(text.strip()).strip()
    return line if len(line) <= most else f"{line[:most].rpartition(' ')[0] or line[:most]} ..."
