"""Diagnoses without the code: what each misconception gives at each point of the public checks.

Public checks have fixed inputs. So what a misconception returns where such a check finds fault can be
written down once, and a student's wrong result looked up among it, while the misconception itself
stays in `solutions/`.
"""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ..checks.catalogues import CodeCatalogue, DataCatalogue, Recorded
from ..checks.evidence import Look
from ..checks.failure import Judge
from ..checks.matching import Signature, same, same_value
from ..checks.misconceptions import Misconception
from ..common.diagnosis import Diagnosis
from ..common.errors import UserError
from ..common.raised import remedy, where_raised
from ..common.run_file import run_file
from ..course.assignment import Assignment
from ..course.roster import Quiz
from ..sandbox.observation import Observation, Question
from ..sandbox.run_local import LocalRun, replay

if TYPE_CHECKING:
    from ..grading.live import LiveChecks

ANSWERS = "ANSWERS"


def record(assignment: Assignment, live: LiveChecks) -> DataCatalogue:
    """Runs every misconception of the assignment through its public checks, and keeps what is wrong.

    live: its checks, opened; the hidden ones are left out.
    Nothing is trained for it: what a misconception does to a training is diagnosed by the checks
    themselves, by name, so that only its message is needed.
    Raises UserError when the master or the misconceptions do not run.
    """
    recorded: list[Recorded] = []
    named: set[str] = set()
    with _silence():
        try:
            catalogue = CodeCatalogue.load(assignment.misconceptions)
            namespace = dict(vars(run_file(assignment.master)))
        except (Exception, SystemExit) as error:  # an exit() that was left there, too
            raise UserError(f"solutions/{where_raised(error, assignment.folder)}. {remedy(error)}") from error
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
    """Do two catalogues say the same? Another processor's last digits make no difference."""
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
    """A catalogue that knows nothing, and keeps every observation that a check finds fault with."""

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
    """The check is about training, or about an object of the student's: nothing of it can be written down."""


class _RecordingRun(LocalRun):
    """Runs calls on data alone. What a network with random weights gives is no signature of an idea."""

    def ask(self, task: str, question: Question) -> Observation:
        from ..sandbox.inside.wire import SandboxTensor

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
    """What the public checks of its task say of a misconception: its signatures, and the diagnoses that they name."""
    right = namespace.get(known.task)
    listener = _Listener(known, right)
    if isinstance(right, dict):
        # Each entry answers a question of its own: what if only this one were wrong, and what if all were?
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
    """Gives the diagnoses that lie in a folder, with those of ANSWERS made for a student's own quiz: only they differ."""
    from ..grading.live import LiveChecks

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
        _forget(assignment.public_checks)


def _run_through(live: LiveChecks, listener: _Listener, run: LocalRun, quiz: Any = None) -> None:
    """Run the public checks of one task."""
    import torch

    from ..grading.context import CheckContext

    torch.default_generator.manual_seed(0)  # torch.manual_seed notes a traceback for each GPU that there might be
    context = CheckContext(run, lambda: listener, 0, _no_images, quiz=quiz)
    live.run(context, lambda check: check.task == listener.known.task and not check.hidden)


def _can_be_told(observation: Observation) -> bool:
    """Only what came of data alone: a network's output has its random weights in it."""
    if observation.status not in ("value", "error"):
        return False
    return all(not isinstance(arg, Observation) for call in observation.calls for arg in call.args)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Masters print their examples, and wrong solutions make torch warn: neither is news here."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _no_images() -> NoReturn:
    raise _Untrained


def _forget(checks: Path) -> None:
    """Another course in this process, a test's copy say, may have a check file of the same name."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == str(checks):
            del sys.modules[name]
