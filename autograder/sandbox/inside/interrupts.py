"""Interrupting student code when its time is used up."""

from __future__ import annotations

import contextlib
import signal
import time
import types
from collections.abc import Iterator

_BUSY = 1 / 3  # of the time on the clock: whoever has run for so much of it was not asleep, but the machine busy


class BudgetSpent(BaseException):
    """Raised in the middle of student code when its time is used up; not an Exception, so few catch it."""


@contextlib.contextmanager
def budget(cpu_seconds: float | None, wall_seconds: float | None = None) -> Iterator[None]:
    """Interrupt what runs inside after so much CPU time, or so much time on the clock; again and again should it be swallowed.

    None is no limit. On a busy machine the clock waits for the CPU time. Does nothing where the system has no such timers (Windows).
    """
    timers = [("ITIMER_PROF", "SIGPROF", cpu_seconds), ("ITIMER_REAL", "SIGALRM", wall_seconds)]
    wanted = [(timer, name, seconds) for timer, name, seconds in timers if seconds is not None]
    if not wanted or not hasattr(signal, "setitimer"):
        yield
        return

    def spent(number: int, frame: types.FrameType | None) -> None:
        cpu, wall = time.process_time() - began[0], time.monotonic() - began[1]
        if number == signal.SIGPROF or cpu < _BUSY * wall:
            raise BudgetSpent

    began = time.process_time(), time.monotonic()
    for _, name, _ in wanted:
        signal.signal(getattr(signal, name), spent)
    try:
        for timer, _, seconds in wanted:
            signal.setitimer(getattr(signal, timer), max(seconds, 0.01), 0.5)
        yield
    finally:
        for timer, _, _ in wanted:
            signal.setitimer(getattr(signal, timer), 0)
