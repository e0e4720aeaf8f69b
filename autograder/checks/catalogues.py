"""Find the misconceptions that explain a wrong observation: run each on the same input, and compare.

This is the grader's catalogue. A student's has the same methods, and no code: see :mod:`.data_catalogue`.
"""

import contextlib
import io
import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from ..common.diagnosis import Diagnosis
from ..common.run_file import run_file
from ..course.assignment import Assignment
from ..course.roster import Quiz, Variant
from ..sandbox.inside import wire
from ..sandbox.inside.data import to_data
from ..sandbox.observation import Observation, Question
from ..sandbox.run_local import replay
from ..sandbox.translate import as_checks_meet_it, message
from .data_catalogue import DataCatalogue, released_catalogue
from .describe import is_answer
from .evidence import Look
from .failure import Judge
from .matching import alike, same, same_value
from .misconceptions import Misconception, Written, read


class CodeCatalogue:
    """The catalogue as code: in the course repository. Its methods are those of :class:`Catalogue`."""

    problem = ""  # if the file does not run, reading it raises

    def __init__(self, written: Written, reference: Path | None = None) -> None:
        """reference: the file with the right solutions, run when a wrong answer first needs one; or None."""
        self.misconceptions, self.hints, self.why = tuple(written.misconceptions), written.hints, written.why
        self._module = written.module
        self._replays, self._reference = _Replays(), reference

    @classmethod
    def load(cls, path: Path, reference: Path | None = None) -> Self:
        """Run ``misconceptions.py``; an assignment without one has an empty catalogue."""
        return cls(read(path), reference)

    @cached_property
    def _right(self) -> dict[str, Misconception]:
        """The right solution of each task, in the form of a misconception; empty if the reference does not run."""
        if self._reference is None:
            return {}
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):
            try:
                tasks = vars(run_file(self._reference))
            except (Exception, SystemExit):
                return {}
        return {task: Misconception("", task, "", right) for task, right in tasks.items() if callable(right)}

    @contextlib.contextmanager
    def asked(self, quiz: Any) -> Iterator[None]:
        """Let the misconceptions answer this quiz, in place of the default one that they read from ``QUIZ``."""
        if not hasattr(self._module, "QUIZ"):
            yield
            return
        before, self._module.QUIZ = self._module.QUIZ, quiz
        try:
            yield
        finally:
            self._module.QUIZ = before

    def suspects(self, check: str, observation: Observation, judge: Judge) -> Iterator[Diagnosis]:
        if not _can_replay(observation):
            return
        of_task = [known for known in self.misconceptions if known.task == observation.task]
        run = observation.run
        answers = run.answers(observation.task) if run is not None and is_answer(observation) else {}
        if answers := _short(answers):
            # Each entry of a dict answers one question. The other answers show which idea the student has.
            of_task.sort(key=lambda known: -_agreement(known.function, answers))
        replay_of = self._replays.of(observation)
        for known in of_task:
            replayed = replay_of(known)
            if same(observation, replayed) and judge(replayed) is not None and self._agrees(known, observation):
                yield known.diagnosis

    def _agrees(self, known: Misconception, observation: Observation) -> bool:
        """Does it also give what the student's task gave elsewhere in the same check?"""
        if observation.run is None or is_answer(observation):
            return True
        seen = [seen for seen in observation.run.earlier if seen.handle is None and seen.task == known.task]
        earlier = (each for each in seen if each.ordinal < observation.ordinal and _can_replay(each))
        agrees = all(same(each, self._replays.of(each)(known)) for each in earlier)
        return agrees and not self._contradicted(known, seen, observation)

    def _contradicted(self, known: Misconception, seen: Iterable[Observation], failed: Observation) -> bool:
        """Is the student's task right at a later call where this misconception is wrong?"""
        if (right := self._right.get(known.task)) is None:
            return False
        for each in seen:
            if each.ordinal > failed.ordinal and _can_replay(each):
                replay_of = self._replays.of(each)
                if alike(each, replay_of(right)) and alike(replay_of(known), replay_of(right)) is False:
                    return True
        return False

    def fits(self, name: str, look: Look) -> bool | None:
        known = next((known for known in self.misconceptions if known.name == name), None)
        if known is None or any(map(is_answer, look.seen)):
            return None
        until = math.inf if look.failed is None else look.failed.ordinal
        before = (seen for seen in look.seen if seen.ordinal < until and _can_replay(seen))
        if any(alike(seen, self._replays.of(seen)(known)) is False for seen in before):
            return False
        if look.failed is not None and self._contradicted(known, look.seen, look.failed):
            return False
        if look.failed is None or look.judge is None or not _can_replay(look.failed):
            return None
        replayed = self._replays.of(look.failed)(known)
        hidden = look.failed.error is not None and replayed.returned  # an error hides what would have come back
        return None if hidden or look.judge(replayed) is None else alike(look.failed, replayed)

    def named(self, name: str) -> Diagnosis | None:
        return next((known.diagnosis for known in self.misconceptions if known.name == name), None)


class _Replays:
    """A cache of what misconceptions give: public checks ask each submission the same, often more than once."""

    MOST = 256  # questions
    LARGEST = 16 << 10  # bytes of a question

    def __init__(self) -> None:
        self._given: dict[bytes, dict[str, Observation]] = {}  # question -> name of a misconception -> what it gives

    def of(self, observation: Observation) -> Callable[[Misconception], Observation]:
        """A function that returns what a misconception gives for the same calls."""
        given = self._given_to(observation)

        def replay_of(known: Misconception) -> Observation:
            if known.name not in given:
                given[known.name] = replay(known.function, observation.calls, known.task, observation.recorded)
            return given[known.name]

        return replay_of

    def _given_to(self, observation: Observation) -> dict[str, Observation]:
        """What is kept for this question, by misconception. Nothing is kept for a large question, or for an answer,
        which does not say which quiz it belongs to."""
        if is_answer(observation):
            return {}
        try:
            frames = [wire.frame(message([Question((call,), 0, observation.recorded)])) for call in observation.calls]
        except wire.WireError:
            return {}
        question = b"".join(itertools.chain.from_iterable(frames))
        if len(question) > self.LARGEST:
            return {}
        if question not in self._given and len(self._given) >= self.MOST:
            self._given.clear()
        return self._given.setdefault(question, {})


def _short(answers: dict[Any, Any]) -> dict[Any, Any]:
    """The first entries whose keys look like questions, at most 20: students may put anything there, of any size."""

    def is_question(key: Any) -> bool:
        if isinstance(key, (tuple, list)):
            return len(key) <= 8 and all(type(size) is int and 0 < size < 10_000 for size in key)
        return isinstance(key, str) and len(key) <= 40

    return dict(itertools.islice(((key, value) for key, value in answers.items() if is_question(key)), 20))


def _agreement(function: Callable[..., Any], answers: dict[Any, Any]) -> int:
    """How many of a student's answers the wrong idea gives too."""

    def gives(key: Any, value: Any) -> bool:
        try:
            return same_value(as_checks_meet_it(to_data(function(key)), ()), value)
        except Exception:  # it has no answer to this question
            return False

    return sum(gives(key, value) for key, value in answers.items())


ANOTHER_VARIANT = "another_variant"


class VariantCatalogue:
    """A :class:`Catalogue` as it answers one student's quiz; recognises answers to another student's quiz as well."""

    def __init__(self, catalogue: CodeCatalogue, quiz: Quiz, variant: Variant) -> None:
        self._catalogue, self._quiz, self._variant = catalogue, quiz, variant

    def suspects(self, check: str, observation: Observation, judge: Judge) -> Iterator[Diagnosis]:
        if not is_answer(observation) or observation.run is None:
            yield from self._catalogue.suspects(check, observation, judge)
            return
        if self._of_another(observation.run.answers(observation.task)):
            yield Diagnosis(ANOTHER_VARIANT, self._message())
        with self._catalogue.asked(self._variant.own):
            found = list(self._catalogue.suspects(check, observation, judge))
        yield from found

    def fits(self, name: str, look: Look) -> bool | None:
        return self._catalogue.fits(name, look)

    def named(self, name: str) -> Diagnosis | None:
        return self._catalogue.named(name)

    def _message(self) -> str:
        return (
            "Your ANSWERS belong to another variant of the quiz. "
            f"Yours asks about {self._quiz.describe(self._variant.own)}: work in the file that was made for you."
        )

    def _of_another(self, answers: dict[Any, Any]) -> bool:
        """Do the entries fit another student's quiz better: in their keys, or in most of their values?"""
        own = self._quiz.answers(self._variant.own)

        def right(expected: dict[Any, Any]) -> int:
            return sum(key in answers and same_value(answers[key], value) for key, value in expected.items())

        def shared(expected: dict[Any, Any]) -> int:
            return sum(key in answers for key in expected)

        mine = (shared(own), right(own))
        for quiz in self._variant.every:
            other = self._quiz.answers(quiz)
            keys, values = shared(other), right(other)
            if (keys, values) > mine and (keys > mine[0] or 2 * values >= len(other)) and 2 * keys >= len(other):
                return True
        return False


def catalogue_of(assignment: Assignment) -> CodeCatalogue | DataCatalogue:
    """The misconceptions of an assignment: as code if the course has it, else as released data."""
    if assignment.misconceptions.is_file():
        return CodeCatalogue.load(assignment.misconceptions, assignment.master)
    return released_catalogue(assignment.folder)


def _can_replay(observation: Observation) -> bool:
    """Can its calls be replayed? Not if they use objects, or data, that are in the sandbox."""
    if observation.status not in ("value", "error") or not observation.calls:
        return False
    plain = (torch.Tensor, np.ndarray, np.generic, int, float, str, bool, tuple, list, dict, set, type(None))
    return all(
        isinstance(arg, plain) for call in observation.calls for arg in (*call.args, *call.kwargs.values())
    ) and all(call.verb != "probe" for call in observation.calls)
