"""How a check fails: with an outcome, and a message for the student."""

from collections.abc import Callable

from ..sandbox.observation import Observation, Outcome, Why

Judge = Callable[[Observation], str | None]
"""Returns what a check finds wrong with an observation, or None if it is right."""


class CheckFailed(AssertionError):
    """A check did not pass. ``because`` names the misconception, if the check itself knows it.

    ``why`` is the reason for the outcome "not_run", or for "error" if there was nothing to call.
    """

    def __init__(
        self,
        message: str,
        observation: Observation | None = None,
        judge: Judge | None = None,
        outcome: Outcome = "failed",
        because: str | None = None,
        why: Why = "",
    ) -> None:
        super().__init__(message)
        self.message, self.observation, self.judge = message, observation, judge
        self.outcome, self.because, self.why = outcome, because, why
