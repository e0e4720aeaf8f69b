"""Interrupting student code when its time is used up."""

from __future__ import annotations

import contextlib
import signal
import types
from collections.abc import Iterator


class BudgetSpent(BaseException):
    """Raised in the middle of student code when its time is used up; not an Exception, so few catch it."""


@contextlib.contextmanager
def budget(cpu_seconds: float | None, wall_seconds: float | None = None) -> Iterator[None]:
    """Interrupt what runs inside after so much CPU time, or so much time on the clock; again and again should it be swallowed.

    None is no limit. Does nothing where the system has no such timers (Windows).
    """
    timers = [("ITIMER_PROF", "SIGPROF", cpu_seconds), ("ITIMER_REAL", "SIGALRM", wall_seconds)]
    wanted = [(timer, name, seconds) for timer, name, seconds in timers if seconds is not None]
    if not wanted or not hasattr(signal, "setitimer"):
        yield
        return

    def spent(number: int, frame: types.FrameType | None) -> None:
        raise BudgetSpent

    for _, name, _ in wanted:
        signal.signal(getattr(signal, name), spent)
    try:
        for timer, _, seconds in wanted:
            signal.setitimer(getattr(signal, timer), max(seconds, 0.01), 0.5)
        yield
    finally:
        for timer, _, _ in wanted:
            signal.setitimer(getattr(signal, timer), 0)
