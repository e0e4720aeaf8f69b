"""How a check fails: with an outcome, and a message for the student."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..observation import Observation

Outcome = Literal["passed", "failed", "error", "timeout", "crashed", "not_run"]


class CheckFailed(AssertionError):
    """A check did not pass. ``because`` names the misconception where the check itself knows it."""

    def __init__(
        self,
        message: str,
        observation: Observation | None = None,
        judge: Callable[[Observation], str | None] | None = None,
        outcome: Outcome = "failed",
        because: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.observation, self.judge = message, observation, judge
        self.outcome, self.because = outcome, because
