"""Which students a person should look at first, and why. Scores alone do not show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from ..common.terminal import first_line, printable
from ..results.result import Result, by_task, is_lost
from ..sandbox.observation import LEFT_OUT
from ..submission.syntax import NOT_PYTHON
from .training_record import TrainingRecord, read_training

Kind = Literal["no score", "crashed", "left out", "suspicious", "near a band"]
ORDER: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Reason:
    """Why to look at a submission. A reason is a question to a person, never a verdict."""

    kind: Kind
    assignment: str
    text: str


def reasons(own: Mapping[str, Result]) -> list[Reason]:
    """The reasons to look at a student's results, in the order of `ORDER`."""
    found = [reason for result in own.values() for reason in _reasons(result)]
    return sorted(found, key=lambda reason: ORDER.index(reason.kind))


def _reasons(result: Result) -> list[Reason]:
    note = printable(first_line(result.notes[0])) if result.notes else ""
    found: list[tuple[Kind, str]] = []
    if result.status in ("unreadable", "ambiguous"):
        found.append(("no score", note or result.status))
    elif is_lost(result):
        found.append(("no score", note or "the machine failed on it"))
    crashed = [check for check in result.checks if check.outcome == "crashed"]
    if crashed:
        tasks = ", ".join(dict.fromkeys(check.task for check in crashed))
        found.append(("crashed", f"its process ended in {tasks}"))
    if why := _left_out(result):
        found.append(("left out", why))
    training = read_training(result.metrics)
    if training is None:  # the hidden checks of a training demand more than its public ones, so failing them is normal
        found += [("suspicious", text) for text in _made_for_the_public_checks(result)]
    else:
        found += [("suspicious", text) for text in _too_good(training)]
        if isinstance(dense := result.metrics.get("dense_literals"), str):
            found.append(("suspicious", f"data in the code, {printable(dense)}: what is it for?"))
        if (near := _near_a_band(training)) is not None:
            found.append(("near a band", near))
    return [Reason(kind, result.assignment, text) for kind, text in found]


def _left_out(result: Result) -> str:
    """The first note on a line that did not run or is not Python, if it may have cost points; else ""."""
    ended = {check.outcome for check in result.checks}
    for note in map(first_line, result.notes):
        if ("error" in ended and note.startswith(LEFT_OUT)) or (ended & {"error", "not_run"} and NOT_PYTHON in note):
            return printable(note)
    return ""


def _made_for_the_public_checks(result: Result) -> list[str]:
    """A line for each task that passes all public checks and fails all hidden ones, without a diagnosis.

    The hidden checks must be worth at least two points together.
    """
    found = []
    for task, checks in by_task(result.checks).items():
        public = [check for check in checks if not check.hidden]
        hidden = [check for check in checks if check.hidden]
        if (
            public
            and all(check.outcome == "passed" for check in public)
            and sum(check.points for check in hidden) >= 2
            and all(check.outcome in ("failed", "error") for check in hidden)
            and not any(check.diagnosis for check in hidden)
        ):
            found.append(f"{task} passes every public check and no hidden one: written for the public inputs?")
    return found


def _too_good(training: TrainingRecord) -> list[str]:
    found = []
    if training.accuracy is not None:
        here, elsewhere = training.honest
        limit = elsewhere if training.submitted_weights else here
        if training.accuracy > limit:
            found.append(f"{training.accuracy:.1%} is more than honest training is known to reach")
    if training.weights_refused:
        found.append(f"the submitted weights were {training.weights_refused}")
    if training.gap is not None and training.gap > 0.05:
        found.append(f"the submitted weights score {training.gap:.1%} more than a new training of the same code")
    if training.loss_by_exchange is not None and training.loss_by_exchange > 0.05:
        found.append(
            f"trained with the class numbers exchanged, it scores {training.loss_by_exchange:.1%} less: "
            "does the code know the right ones?"
        )
    return found


def _near_a_band(training: TrainingRecord) -> str | None:
    if training.accuracy is None or not training.standard_error:
        return None
    above = [band for band in training.bands if band > training.accuracy]
    if not above or min(above) - training.accuracy > training.standard_error:
        return None
    missing = 100 * (min(above) - training.accuracy)
    return f"{training.accuracy:.1%} on test {training.things}, {missing:.1f} points below the band at {min(above):.0%}"
