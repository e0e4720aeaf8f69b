"""What the sandbox has done otherwise than the submission says, for the grader to tell: data without sentences.

A notice is (kind, module, line, what, why). module: the name of the student's module, the main one or a helper; line:
the line of it that gave the occasion, 0 where none is known. The grader bounds each field and writes the sentence.
"""

from __future__ import annotations

import sys

MOST = 100  # notices kept between two answers

Notice = tuple[str, str, int, str, str]

modules: set[str] = set()  # the names of the student's own modules
_news: list[Notice] = []
_told: set[tuple[str, str, int, str]] = set()


def place() -> tuple[str, int]:
    """The module and the line of the student's that is running now, ("", 0) where there is none."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if isinstance(name, str) and name in modules:
            return name, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return "", 0


def add(kind: str, what: str, why: str = "", at: tuple[str, int] | None = None) -> None:
    """Keep a notice, once for each place."""
    module, line = place() if at is None else at
    key = (kind, module, line, what)
    if key not in _told and len(_news) < MOST:
        _told.add(key)
        _news.append((kind, module, line, what[:200], why[:500]))


def take() -> tuple[Notice, ...]:
    """The notices since the last time."""
    news = tuple(_news)
    _news.clear()
    return news


def forget() -> None:
    """Begin anew, as in another process."""
    for kept in (modules, _news, _told):
        kept.clear()
