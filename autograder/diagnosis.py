"""Which misconception explains a wrong observation: by running it on the same input and comparing.

Two catalogues answer alike. The grader's runs the code in ``solutions/<assignment>/misconceptions.py``; a
student's reads ``diagnoses.json``, the marks that this code left at the public checks.
"""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

from . import run
from .checks.failure import Judge
from .likeness import Mark, same, same_value
from .modules import run_file
from .observation import Call, Observation

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Diagnosis:
    """The stable name of a misconception and the message that it earns."""

    name: str
    message: str


@dataclass(frozen=True)
class Misconception:
    """A known wrong idea about a task, as code, beside its message."""

    name: str
    task: str
    message: str
    function: Callable[..., Any]
    costs_points: bool = True  # False: told where a training shows it, and no check has to fail for it

    @property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(self.name, self.message)


@dataclass
class _Entries:
    misconceptions: list[Misconception] = field(default_factory=list)
    hints: dict[str, tuple[str, ...]] = field(default_factory=dict)


_loading: contextvars.ContextVar[_Entries | None] = contextvars.ContextVar("loading", default=None)


def misconception(task: str, *, costs_points: bool = True) -> Callable[[_F], _F]:
    """Register a wrong solution of ``task`` with the catalogue that is being loaded; its docstring is the message.

    costs_points: False for what is unwise and not wrong; it shows among the signs that a check records.
    """

    def register(function: _F) -> _F:
        entries = _loading.get()
        if entries is not None:
            message = " ".join((function.__doc__ or "").split())
            entries.misconceptions.append(
                Misconception(function.__name__, task, message, function, costs_points)
            )
        return function

    return register


def hints(task: str, *texts: str) -> None:
    """Register the hints of ``task``, from a nudge to the idea."""
    entries = _loading.get()
    if entries is not None:
        entries.hints[task] = tuple(" ".join(text.split()) for text in texts)


class Catalogue(Protocol):
    """Knows the misconceptions and hints of one assignment."""

    hints: dict[str, tuple[str, ...]]

    def suspects(
        self, check: str, observation: Observation, judge: Judge, told: Sequence[str] = ()
    ) -> Iterator[Diagnosis]:
        """The misconceptions that give just what was observed and are just as wrong, the best explanation first.

        told: what the student's other results for this task were diagnosed as, the latest first: it has fitted more
        than those before it. These come first, then the order of the file. A misconception that fails before the point where the student failed explains nothing.
        """
        ...

    def named(self, name: str) -> Diagnosis | None:
        """The diagnosis of that name."""
        ...


class CodeCatalogue:
    """The catalogue as code: in the course repository."""

    def __init__(
        self, misconceptions: Sequence[Misconception], hints: dict[str, tuple[str, ...]], module: Any = None
    ) -> None:
        self.misconceptions, self.hints, self._module = tuple(misconceptions), hints, module

    @classmethod
    def load(cls, path: Path) -> CodeCatalogue:
        """Run ``misconceptions.py``; an assignment without one has an empty catalogue."""
        if not path.is_file():
            return cls((), {})
        entries = _Entries()
        token = _loading.set(entries)
        try:
            module = run_file(path)
        finally:
            _loading.reset(token)
        return cls(entries.misconceptions, entries.hints, module)

    @contextlib.contextmanager
    def asked(self, quiz: Any) -> Iterator[None]:
        """The misconceptions as they answer this quiz, where they read the default one from ``QUIZ``."""
        if not hasattr(self._module, "QUIZ"):
            yield
            return
        before, self._module.QUIZ = self._module.QUIZ, quiz
        try:
            yield
        finally:
            self._module.QUIZ = before

    def suspects(
        self, check: str, observation: Observation, judge: Judge, told: Sequence[str] = ()
    ) -> Iterator[Diagnosis]:
        """See :class:`Catalogue`."""
        if not _can_replay(observation):
            return
        of_task = [known for known in self.misconceptions if known.task == observation.task]
        asker = observation.asker
        answers = asker.answers(observation.task) if asker is not None and _is_answer(observation) else {}
        if answers := _short(answers):
            # The entries of a dict are answers to one question each: the rest of them tell who thought what.
            of_task.sort(key=lambda known: -_agreement(known.function, answers))
        for known in sorted(of_task, key=lambda known: _place(known.name, told)):
            replayed = _replay(known, observation)
            if same(observation, replayed) and judge(replayed) is not None and _agrees(known, observation):
                yield known.diagnosis

    def named(self, name: str) -> Diagnosis | None:
        """See :class:`Catalogue`."""
        return next((known.diagnosis for known in self.misconceptions if known.name == name), None)


def _place(name: str, told: Sequence[str]) -> int:
    return told.index(name) if name in told else len(told)


def _replay(known: Misconception, observation: Observation) -> Observation:
    return run.replay(known.function, observation.calls, known.task, observation.recorded)


def _agrees(known: Misconception, observation: Observation) -> bool:
    """Does it also give what the student's task gave before, in the same check?"""
    if observation.asker is None or _is_answer(observation):
        return True
    before = (seen for seen in observation.asker.earlier if seen.ordinal < observation.ordinal)
    return all(
        same(seen, _replay(known, seen)) for seen in before if seen.task == known.task and _can_replay(seen)
    )


def _is_answer(observation: Observation) -> bool:
    return bool(observation.calls) and observation.calls[-1].verb == "item"


def _short(answers: dict[Any, Any]) -> dict[Any, Any]:
    """The entries whose keys look like questions: students may put anything there, of any size."""

    def is_question(key: Any) -> bool:
        if isinstance(key, (tuple, list)):
            return len(key) <= 8 and all(type(size) is int and 0 < size < 10_000 for size in key)
        return isinstance(key, str) and len(key) <= 40

    return dict(itertools.islice(((key, value) for key, value in answers.items() if is_question(key)), 20))


def _agreement(function: Callable[..., Any], answers: dict[Any, Any]) -> int:
    """How many of a student's answers a wrong idea would have given."""

    def gives(key: Any, value: Any) -> bool:
        observed = run.replay(function, (Call("item", "", (key,)),), "")
        return observed.returned and same_value(observed.value, value)

    return sum(gives(key, value) for key, value in answers.items())


@dataclass(frozen=True)
class Recorded:
    """What one misconception left at one point of one public check, where it is wrong."""

    check: str
    ordinal: int
    name: str
    mark: Mark


class DataCatalogue:
    """The catalogue as data: what students have. The marks of wrong results, not the code that makes them."""

    def __init__(
        self, messages: dict[str, str], recorded: Iterable[Recorded], hints: dict[str, tuple[str, ...]]
    ) -> None:
        """messages: by name, in the order of the file; of two that fit, the earlier explains."""
        place = {name: number for number, name in enumerate(messages)}
        self.messages, self.hints = messages, hints
        order = lambda entry: (place[entry.name], entry.check, entry.ordinal, _json(entry.mark.as_json()))
        self.recorded = tuple(sorted(recorded, key=order))

    @classmethod
    def load(cls, folder: Path) -> DataCatalogue:
        """Read ``diagnoses.json`` beside the public checks; without it the catalogue is empty."""
        path = folder / "diagnoses.json"
        if not path.is_file():
            return cls({}, (), {})
        data = json.loads(path.read_text(encoding="utf-8"))
        names = list(data["messages"])
        recorded = [
            Recorded(check, int(ordinal), names[number], Mark.from_json(mark))
            for check, points in data["wrong"].items()
            for ordinal, seen in points.items()
            for mark, numbers in seen
            for number in numbers
        ]
        return cls(data["messages"], recorded, {t: tuple(h) for t, h in data["hints"].items()})

    def save(self, folder: Path) -> None:
        """Write the file that :meth:`load` reads; byte-identical for the same catalogue.

        A line for each message, and one for each result, with the numbers of the messages that it earns.
        """
        numbers = {name: number for number, name in enumerate(self.messages)}
        wrong: dict[str, dict[str, list[tuple[list[Any], list[int]]]]] = {}
        for entry in self.recorded:
            seen = wrong.setdefault(entry.check, {}).setdefault(str(entry.ordinal), [])
            mark = entry.mark.as_json()
            known = next((who for other, who in seen if other == mark), None)
            if known is None:
                seen.append((mark, known := []))
            known.append(numbers[entry.name])
        lines = [
            '{"messages": {',
            ",\n".join(f"{_json(name)}: {_json(text)}" for name, text in self.messages.items()),
            '}, "hints":',
            _json(self.hints),
            ', "wrong": {',
            ",\n".join(f"{_json(check)}: {_points(points)}" for check, points in wrong.items()),
            "}}",
        ]
        (folder / "diagnoses.json").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")

    def suspects(
        self, check: str, observation: Observation, judge: Judge, told: Sequence[str] = ()
    ) -> Iterator[Diagnosis]:
        """See :class:`Catalogue`. What is recorded was right until this point of its check."""
        if observation.status not in ("value", "error"):
            return
        here = [entry for entry in self.recorded if (entry.check, entry.ordinal) == (check, observation.ordinal)]
        mark = Mark.of(observation) if here else None
        for entry in sorted(here, key=lambda entry: _place(entry.name, told)):
            if mark is not None and mark.fits(entry.mark):
                yield Diagnosis(entry.name, self.messages[entry.name])

    def named(self, name: str) -> Diagnosis | None:
        """See :class:`Catalogue`."""
        return Diagnosis(name, self.messages[name]) if name in self.messages else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _points(points: dict[str, list[tuple[list[Any], list[int]]]]) -> str:
    """The results at each point of one check, a line for each."""
    texts = [f"{_json(ordinal)}: [\n" + ",\n".join(map(_json, seen)) + "]" for ordinal, seen in points.items()]
    return "{" + ",\n".join(texts) + "}"


def _can_replay(observation: Observation) -> bool:
    """Only calls on data can be replayed: not those on objects in the sandbox, nor on the data that lie there."""
    if observation.status not in ("value", "error") or not observation.calls:
        return False
    plain = (torch.Tensor, int, float, str, bool, tuple, list, dict, type(None))
    return all(
        isinstance(arg, plain)
        for call in observation.calls
        for arg in (*call.args, *call.kwargs.values())
    ) and all(call.verb != "probe" for call in observation.calls)
