"""The time that is left for a task that has overrun its limit, and for a submission as a whole."""

import contextlib
import time
from collections.abc import Iterator

from .limits import Limits

GRACE = 1.0  # CPU seconds that a task may still use in all after it has overrun
TRAINING_GRACE = 10.0  # CPU seconds from the interruption of a training to the moment when it is killed
_NOTHING = 0.05  # seconds: with no more than this left, nothing is run


class Clock:
    """Counts the seconds of one submission, and the CPU seconds of its tasks that have overrun."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left: dict[str, float] = {}  # task that has overrun -> the CPU seconds that it has left
        self._longest = 0.0  # CPU seconds: the largest budget of a training so far
        self._used = 0.0  # wall-clock seconds of the submission

    # One task

    def has_overrun(self, task: str) -> bool:
        """Whether a call of the task was ended because it took too long."""
        return task in self._left

    def why_not(self, task: str) -> str:
        """Why the task is no longer called; "" if it still is."""
        if self._left.get(task, GRACE) <= 0:
            return "earlier calls had used up its time"
        return self.all_used_up if self.is_used_up else ""

    def seconds_for(self, task: str, budget: float | None) -> float:
        """The CPU seconds that the next call may take. budget: CPU seconds after which a training is interrupted.

        Raises ValueError if the budget is larger than the assignment declares. That is a fault of the check's author.
        """
        if (budget or 0.0) > self._limits.training_seconds:
            raise ValueError(
                f"a check asks for a training of {budget:g} seconds, but the assignment allows {self._limits.training_seconds:g}: "
                "raise `seconds` in network_facts.py"
            )
        self._longest = max(self._longest, budget or 0.0)
        seconds = self._limits.call_seconds if budget is None else budget + TRAINING_GRACE
        return min(seconds, self._left.get(task, seconds))

    def took(self, task: str, seconds: float) -> None:
        """Note that a call of the task has returned after `seconds`."""
        if task in self._left:
            self._left[task] -= seconds

    def overran(self, task: str, seconds: float) -> None:
        """Note that a call of the task was ended, after `seconds`, because it took too long."""
        self._left[task] = self._left[task] - seconds if task in self._left else GRACE

    # The submission as a whole

    @property
    def _wall_seconds(self) -> float:
        limits = self._limits
        return self._longest + limits.training_wall_seconds if self._longest else limits.wall_seconds

    @property
    def wall_left(self) -> float:
        """The wall-clock seconds that the submission may still run, all calls together."""
        return self._wall_seconds - self._used

    @property
    def is_used_up(self) -> bool:
        """Whether the submission has used up its time, so that none of its code is run any more."""
        return self.wall_left <= _NOTHING

    @property
    def all_used_up(self) -> str:
        """The reason that is given for each call after the submission has used up its time."""
        minutes = f"{self._wall_seconds / 60:.3g}"
        return f"the {minutes} minute{'' if minutes == '1' else 's'} that your whole file may run were used up"

    def stood(self, seconds: float) -> None:
        """Do not count these seconds: the submission could have run, but no processor was free."""
        self._used -= seconds

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count the wall-clock time of this block: the submission runs, or the grader waits for it."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._used += time.monotonic() - began
