"""The time that is left to a task: one that has overrun its limit cannot do so again at every call."""

from __future__ import annotations

GRACE = 1.0  # CPU seconds that a task which once overran may still use in all
TRAINING_GRACE = 10.0  # CPU seconds between the interruption of a training and its end by force


class TaskClock:
    """Counts the CPU seconds of those tasks of a submission that have overrun. call_seconds: what one call may take."""

    def __init__(self, call_seconds: float) -> None:
        self._call_seconds = call_seconds
        self._left: dict[str, float] = {}

    def has_overrun(self, task: str) -> bool:
        """Whether a call of the task was ended for its time."""
        return task in self._left

    def is_used_up(self, task: str) -> bool:
        """Whether nothing is left, so that the task is not called any more."""
        return self._left.get(task, GRACE) <= 0

    def seconds_for(self, task: str, budget: float | None) -> float:
        """The CPU seconds of the next call. budget: those of a training, which is interrupted before it is ended."""
        seconds = self._call_seconds if budget is None else budget + TRAINING_GRACE
        return min(seconds, self._left.get(task, seconds))

    def took(self, task: str, seconds: float) -> None:
        """A call has come back."""
        if task in self._left:
            self._left[task] -= seconds

    def overran(self, task: str, seconds: float) -> None:
        """A call was ended for its time."""
        self._left[task] = self._left[task] - seconds if task in self._left else GRACE
