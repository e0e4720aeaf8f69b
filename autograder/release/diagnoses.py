"""Diagnoses without the code: what each misconception returns in the public checks.

Public checks have fixed inputs. So release records what each misconception returns when a check rejects it. A student's
wrong result is looked up in this record, and the code of the misconception stays in `solutions/`.
"""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import torch

from ..checks.catalogues import CodeCatalogue
from ..checks.data_catalogue import DataCatalogue, Recorded
from ..checks.evidence import Look
from ..checks.failure import Judge
from ..checks.matching import Signature, same, same_value
from ..checks.misconceptions import Misconception
from ..common.diagnosis import Diagnosis
from ..common.errors import UserError
from ..common.raised import with_remedy
from ..common.run_file import run_file
from ..course.assignment import Assignment
from ..course.roster import Quiz
from ..grading.context import CheckContext
from ..grading.live import LiveChecks
from ..sandbox.inside.wire import SandboxTensor
from ..sandbox.observation import Observation, Question
from ..sandbox.run_local import LocalRun, replay
from .declared import refuse_slow

ANSWERS = "ANSWERS"


def record(assignment: Assignment, live: LiveChecks) -> DataCatalogue:
    """Run every misconception of the assignment through its public checks, and record its wrong results.

    live: its checks, opened; hidden ones are not run. Nothing is trained: checks of a training name a misconception
    themselves, so that only its message is needed. Raises UserError if the master or the misconceptions do not run.
    """
    recorded: list[Recorded] = []
    named: set[str] = set()
    with _silence():
        try:
            catalogue = CodeCatalogue.load(assignment.misconceptions)
            namespace = dict(vars(run_file(assignment.master)))
        except (Exception, SystemExit) as error:  # SystemExit: an exit() that was left in it
            raise UserError(f"solutions/{with_remedy(error, assignment.folder)}") from error
        names = assignment.parameters()
        for known in catalogue.misconceptions:
            found, of_checks = _failures(live, known, namespace, names)
            recorded += found
            named |= of_checks
    public = assignment.public_checks.read_text(encoding="utf-8")
    named |= {entry.name for entry in recorded}
    messages = {
        known.name: known.message
        for known in catalogue.misconceptions
        if known.name in named or f'"{known.name}"' in public
    }
    return DataCatalogue(messages, recorded, dict(catalogue.hints), dict(catalogue.why))


def alike(one: DataCatalogue, other: DataCatalogue) -> bool:
    """Do two catalogues say the same? Last digits, which differ between processors, do not count."""
    return (
        (one.messages, one.hints, one.why) == (other.messages, other.hints, other.why)
        and len(one.recorded) == len(other.recorded)
        and all(
            (a.check, a.ordinal, a.name, a.later) == (b.check, b.ordinal, b.name, b.later)
            and a.signature.fits(b.signature)
            for a, b in zip(one.recorded, other.recorded, strict=True)
        )
    )


class _Listener:
    """A catalogue without misconceptions. It records every observation that a check rejects."""

    def __init__(self, known: Misconception, right: Any) -> None:
        self.known, self.right = known, right
        self.heard: list[Recorded] = []
        self.named_by_checks: set[str] = set()

    def suspects(self, check: str, observation: Observation, judge: Judge) -> Iterator[Diagnosis]:
        if observation.task == self.known.task and _can_be_told(observation):
            self.heard.append(Recorded(check, observation.ordinal, self.known.name, Signature.of(observation)))
            asked = observation.run.earlier if observation.run is not None else ()
            for seen in asked:
                if seen.ordinal > observation.ordinal and seen.task == self.known.task and _can_be_told(seen):
                    right = replay(self.right, seen.calls, seen.task, seen.recorded)
                    if not same(seen, right):
                        entry = Recorded(check, seen.ordinal, self.known.name, Signature.of(right), later=True)
                        self.heard.append(entry)
        return iter(())

    def fits(self, name: str, look: Look) -> bool | None:
        return None

    def named(self, name: str) -> Diagnosis | None:
        self.named_by_checks.add(name)
        return None


class _Untrained(Exception):
    """The check needs a training or training data: nothing of it can be recorded."""


class _RecordingRun(LocalRun):
    """Runs calls that need no training and no training data. Results of a trained network are not a signature."""

    def ask(self, task: str, question: Question) -> Observation:
        call = question.calls[-1]
        trains = call.verb == "probe" and call.name == "few_steps"
        on_data = any(isinstance(arg, SandboxTensor) for arg in (*call.args, *call.kwargs.values()))
        if on_data or trains or question.budget is not None:
            raise _Untrained
        return super().ask(task, question)


def _failures(
    live: LiveChecks,
    known: Misconception,
    namespace: dict[str, Any],
    names: dict[str, tuple[str, ...]],
    quiz: Any = None,
) -> tuple[list[Recorded], set[str]]:
    """Run a misconception through the public checks of its task. quiz: a student's own, or None.

    Returns its wrong results, and the misconceptions that the checks name themselves.
    """
    right = namespace.get(known.task)
    listener = _Listener(known, right)
    if isinstance(right, dict):
        # Each entry answers its own question: try every wrong answer alone, and all of them together.
        wrongs = [key for key, value in right.items() if not same_value(known.function(key), value)]
        for wrong in [*([key] for key in wrongs), *([wrongs] if len(wrongs) > 1 else [])]:
            answers = right | {key: known.function(key) for key in wrong}
            asked = _RecordingRun(namespace | {known.task: answers}, names, answers.__getitem__)
            _run_through(live, listener, asked, quiz)
    else:
        _run_through(live, listener, _RecordingRun(namespace | {known.task: known.function}, names))
    once = [entry for number, entry in enumerate(listener.heard) if entry not in listener.heard[:number]]
    return once, listener.named_by_checks


@contextlib.contextmanager
def answers_recorded(assignment: Assignment, quiz: Quiz) -> Iterator[Callable[[Path, Any], DataCatalogue]]:
    """Gives a function of a folder and a student's quiz. It returns the diagnoses in the folder, with those of ANSWERS
    made for this quiz: only they differ between students."""
    catalogue = CodeCatalogue.load(assignment.misconceptions)
    of_answers = [known for known in catalogue.misconceptions if known.task == ANSWERS]
    live = LiveChecks([assignment.public_checks])

    def recorded_for(folder: Path, own: Any) -> DataCatalogue:
        default, names = DataCatalogue.load(folder), {known.name for known in of_answers}
        recorded = [entry for entry in default.recorded if entry.name not in names]
        with _silence(), catalogue.asked(own):
            for known in of_answers:
                recorded += _failures(live, known, {ANSWERS: quiz.answers(own)}, {}, own)[0]
        here = {entry.name for entry in recorded} | default.messages.keys()
        messages = {known.name: known.message for known in catalogue.misconceptions if known.name in here}
        return DataCatalogue(messages, recorded, default.hints, default.why)

    try:
        yield recorded_for
    finally:
        live.close()


def _run_through(live: LiveChecks, listener: _Listener, run: LocalRun, quiz: Any = None) -> None:
    """Run the public checks of the listener's task."""
    torch.default_generator.manual_seed(0)  # torch.manual_seed also records a traceback for each possible GPU
    context = CheckContext(run, lambda: listener, 0, _no_images, quiz=quiz)
    live.run(context, lambda check: check.task == listener.known.task and not check.hidden)
    refuse_slow(live)


def _can_be_told(observation: Observation) -> bool:
    """Can it be recorded? Only if it came from data alone: a network's output depends on its random weights."""
    if observation.status not in ("value", "error"):
        return False
    return all(not isinstance(arg, Observation) for call in observation.calls for arg in call.args)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Suppress what masters print, and the warnings that wrong solutions cause."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _no_images() -> NoReturn:
    raise _Untrained
