"""Results that may be given to students: of the hidden checks of a task, they show only the points."""

import dataclasses
from collections.abc import Iterator, Sequence

from .result import CheckResult, Result, by_task
from .rows import HIDDEN_TITLE, public_notes

# The seed draws the hidden checks' inputs.
_SECRET = frozenset({"seed", "checks"})


def redacted(result: Result) -> Result:
    """The result without names, titles, messages and inputs of hidden checks; with the same sums."""
    checks = (*(check for check in result.checks if not check.hidden), *_together(result.checks))
    environment = {key: value for key, value in result.environment.items() if key not in _SECRET}
    return dataclasses.replace(
        result, checks=checks, environment=environment, notes=public_notes(result), fingerprint=""
    )


def _together(checks: Sequence[CheckResult]) -> Iterator[CheckResult]:
    """For each task at most two checks: the hidden points that were earned, and those that were not."""
    for task, own in by_task([check for check in checks if check.hidden]).items():
        earned = sum(check.score for check in own)
        lost = sum(check.points for check in own) - earned
        if earned or not lost:
            yield CheckResult(f"hidden_{task}_earned", HIDDEN_TITLE, task, earned, earned, "passed", True)
        if lost:
            yield CheckResult(f"hidden_{task}_lost", HIDDEN_TITLE, task, lost, 0, "failed", True)
