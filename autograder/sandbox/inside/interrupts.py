"""Interrupting student code when its time is used up."""

import contextlib
import signal
import time
import types
from collections.abc import Iterator

_BUSY = 1 / 3  # of the wall time: code that ran for so much of it was not asleep; the machine was busy


class BudgetSpent(BaseException):
    """Raised in the middle of student code when its time is used up. Not an Exception, so code rarely catches it."""


@contextlib.contextmanager
def budget(cpu_seconds: float | None, wall_seconds: float | None = None) -> Iterator[None]:
    """Interrupt the block after these seconds of CPU time or of wall time; again and again, if the error is caught.

    None is no limit. Wall time ends only code that mostly sleeps; on a busy machine, only the CPU time counts. Does
    nothing if the system has no such timers (Windows).
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
