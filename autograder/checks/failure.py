"""How a check fails: with an outcome, and a message for the student."""

from __future__ import annotations

from collections.abc import Callable

from ..observation import Observation, Outcome

Judge = Callable[[Observation], str | None]
"""What is wrong with an observation in a check's eyes, or None when it is right."""


class CheckFailed(AssertionError):
    """A check did not pass. ``because`` names the misconception where the check itself knows it."""

    def __init__(
        self,
        message: str,
        observation: Observation | None = None,
        judge: Judge | None = None,
        outcome: Outcome = "failed",
        because: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.observation, self.judge = message, observation, judge
        self.outcome, self.because = outcome, because
