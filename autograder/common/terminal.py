"""Printing to a terminal: one console, and text from strangers made harmless."""

import json
import os
from functools import cache

from rich.console import Console

_NARROWEST = 20  # characters in a line: with fewer, rich drops words or prints nothing
# These characters are invisible, but part of emoji and of words in some scripts.
_JOINERS = frozenset("\u200c\u200d\ufe0f")


class _Console(Console):
    """Rich's console, but a closed pipe raises BrokenPipeError: the command line knows that this is not a failure."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@cache
def console() -> Console:
    """The console to print on.

    Lines are 120 characters wide if nothing gives a width (a log without COLUMNS), or if it is too small (COLUMNS=0).
    A log has no colours and no animation.
    """
    plain = _Console(highlight=False, soft_wrap=False)
    if plain.width >= _NARROWEST and (plain.is_terminal or "COLUMNS" in os.environ):
        return plain
    return _Console(highlight=False, width=120)


def print_line(text: str, style: str = "") -> None:
    """Print a text on one line, however long. Nothing in it is read as markup."""
    console().print(text, style=style, markup=False, soft_wrap=True)


def printable(text: str) -> str:
    """A stranger's text on one line: characters that move the cursor, colour or reverse the text are shown as escapes."""
    return "".join(c if c.isprintable() or c in _JOINERS else c.encode("unicode_escape").decode() for c in text)


def json_text(data: object, indent: int | None = 2) -> str:
    """JSON that is safe to show in a terminal or a log: characters that reverse or hide text are written as JSON escapes.

    Other characters are not escaped. Raises ValueError for NaN and infinities.
    """
    text = json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)
    if text.replace("\n", "").isprintable():
        return text
    kept = _JOINERS | {"\n"}
    return "".join(c if c.isprintable() or c in kept else json.dumps(c)[1:-1] for c in text)


def first_line(text: str) -> str:
    """A text up to its first line break. Some notes show a line of code after it."""
    return text.partition("\n")[0]


def beginning(text: str, most: int = 300) -> str:
    """A text's first line that is not blank. A line longer than `most` characters is cut after a word and gets " ..."."""
    line = first_line(text.strip()).strip()
    return line if len(line) <= most else f"{line[:most].rpartition(' ')[0] or line[:most]} ..."
