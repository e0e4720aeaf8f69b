"""What a new grading of a submission that trains keeps from the grading before it."""

import dataclasses

from ..common.plural import plural
from ..results.result import Result


def with_gap(result: Result, previous: Result) -> Result:
    """The result of training again, with the accuracy of the submitted weights beside it, so that the gap shows."""
    before = previous.metrics
    own = before.get("accuracy") if before.get("weights") == "submitted" else before.get("accuracy_of_weights")
    if own is None:
        return result
    return dataclasses.replace(result, metrics={**result.metrics, "accuracy_of_weights": own})


def with_bands_kept(result: Result, previous: Result) -> Result:
    """The result, but checks that passed before still pass: the same submission was trained with other noise.

    Nobody loses a point by chance, and nobody can take one away by grading again with another secret.
    """
    passed = {check.name: check for check in previous.checks if check.outcome == "passed"}
    checks = tuple(
        passed.get(check.name, check) if check.outcome in ("failed", "not_run") else check for check in result.checks
    )
    if checks == result.checks:
        return result
    kept = [new for new, old in zip(checks, result.checks, strict=True) if new is not old]
    # Students read notes: they name tasks, never a hidden check.
    points = sum(check.points for check in kept)
    tasks = ", ".join(dict.fromkeys(check.task for check in kept))
    note = f"An earlier grading of this file earned {plural(points, 'point')} more in {tasks}, which the student keeps."
    return dataclasses.replace(
        result, checks=checks, score=sum(check.score for check in checks), notes=(*result.notes, note)
    )
