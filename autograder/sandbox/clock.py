"""The time that is left: to a task that has overrun its limit, and to a submission as a whole."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from .limits import Limits

GRACE = 1.0  # CPU seconds that a task which once overran may still use in all
TRAINING_GRACE = 10.0  # CPU seconds between the interruption of a training and its end by force
_NOTHING = 0.05  # seconds: whoever has no more left is not asked


class Clock:
    """Counts the seconds of one submission, and the CPU seconds of those of its tasks that have overrun."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left: dict[str, float] = {}  # CPU seconds of a task that has overrun
        self._longest = 0.0  # CPU seconds: the largest budget of a training
        self._used = 0.0  # seconds on the wall

    # One task

    def has_overrun(self, task: str) -> bool:
        """Whether a call of the task was ended for its time."""
        return task in self._left

    def why_not(self, task: str) -> str:
        """Why the task is not called any more, if it is not."""
        if self._left.get(task, GRACE) <= 0:
            return "it had used up its time before"
        return self.all_used_up if self.is_used_up else ""

    def seconds_for(self, task: str, budget: float | None) -> float:
        """The CPU seconds of the next call. budget: those of a training, which is interrupted before it is ended.

        Raises ValueError for a longer training than the assignment declares: its author can mend that.
        """
        if (budget or 0.0) > self._limits.training_seconds:
            raise ValueError(
                f"a training within {budget:g} seconds, where {self._limits.training_seconds:g} are the most: declare "
                "as many as `seconds` in network_facts.py"
            )
        self._longest = max(self._longest, budget or 0.0)
        seconds = self._limits.call_seconds if budget is None else budget + TRAINING_GRACE
        return min(seconds, self._left.get(task, seconds))

    def took(self, task: str, seconds: float) -> None:
        """A call has come back."""
        if task in self._left:
            self._left[task] -= seconds

    def overran(self, task: str, seconds: float) -> None:
        """A call was ended for its time."""
        self._left[task] = self._left[task] - seconds if task in self._left else GRACE

    # The submission as a whole

    @property
    def _wall_seconds(self) -> float:
        limits = self._limits
        return self._longest + limits.training_wall_seconds if self._longest else limits.wall_seconds

    @property
    def wall_left(self) -> float:
        """The seconds that the submission may still run, all calls together."""
        return self._wall_seconds - self._used

    @property
    def is_used_up(self) -> bool:
        """Whether nothing of the submission runs any more."""
        return self.wall_left <= _NOTHING

    @property
    def all_used_up(self) -> str:
        """What is said of each call after the submission has used up its time."""
        minutes = f"{self._wall_seconds / 60:.3g}"
        return f"the {minutes} minute{'' if minutes == '1' else 's'} that your whole file may run were used up"

    def stood(self, seconds: float) -> None:
        """For so long the submission could have run, and no processor was free: that is on nobody's clock."""
        self._used -= seconds

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While the submission runs, or is waited for."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._used += time.monotonic() - began
