"""Observations: what came back from running student code. Plain data, never an object that student code made."""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

from ..submission.source import Source

AskStatus = Literal["value", "error", "timeout", "crashed"]
Outcome = Literal["passed", "failed", "error", "timeout", "crashed", "not_run"]
"""How a check ended. Points come from `passed` alone."""

Why = Literal["", "not_started", "not_answered", "waits", "not_found", "unreadable"]
"""Why a check was not run: the task is still the stub, has no answer yet, or builds on a task that does not work. Or why
there was nothing to call: the file does not define the name, or Python cannot parse the line that makes it."""

SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
LEFT_OUT = "I left "  # the beginning of each note on a line that did not run, on which points may depend


def without_place(message: str, file: str) -> str:
    """A syntax error's message without "(file, line N)" at its end: the place is shown in the student's own file instead."""
    return re.sub(rf" \({re.escape(file)}, line \d+\)$", "", message)


@dataclass(frozen=True)
class StudentError:
    """An error that student code raised. where: a place in the student's file, "line 12" or "cell 3, line 2".

    text: the line there. bases: the names of the classes that the error's type inherits from; like type_name, they are
    only what the sandbox says. because: a sentence on the cause, if the grader knows it. line: the number of the line in
    the submission's text; 0 if it is not known.
    """

    type_name: str
    message: str
    where: str = ""
    text: str = ""
    bases: tuple[str, ...] = ()
    because: str = ""
    line: int = 0


@dataclass(frozen=True)
class Call:
    """One step from the submission to an observation.

    verb: "call" a task; "then": call what it returned, or its method ``name``; "item": look up ``args[0]`` in a dict;
    "probe": run the probe ``name``.
    names: the names of the parameters, if known, for messages.
    """

    verb: Literal["call", "then", "item", "probe"]
    name: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What to observe.

    calls: the steps that lead to the observation; only the last one is run. target: the handle of the object on which it
    acts. record: note which torch functions run. budget: CPU seconds after which the call is interrupted.
    """

    calls: tuple[Call, ...]
    target: int | None = None
    record: bool = False
    budget: float | None = None


class Run(ABC):
    """A submission that answers questions: in a sandbox (:class:`autograder.sandbox.run.SandboxRun`) or in this process
    (:class:`autograder.sandbox.run_local.LocalRun`). Checks use it through
    :class:`autograder.sandbox.proxy.SubmissionProxy`.

        run = LocalRun({"twice": lambda x: 2 * x})
        run.ask("twice", Question((Call("call", "twice", (3,)),))).value    # 6

    source: the submission as text, in which forbidden calls are looked for; None if there is no text.
    earlier: the observations of the running check, in order. memory: values that checks share, see
    :meth:`~autograder.sandbox.proxy.SubmissionProxy.remember`.
    """

    def __init__(self, parameters: Mapping[str, tuple[str, ...]], source: Source | None = None) -> None:
        """parameters: for each task of the assignment that is a function, the names of its parameters."""
        self._parameters, self.source = parameters, source
        self.earlier: list[Observation] = []
        self.memory: dict[str, Any] = {}

    @property
    def weights(self) -> dict[str, Any] | None:
        """Name -> trained weights that came with the submission; None if there are none that can be read."""
        return None

    @property
    def tasks(self) -> tuple[str, ...]:
        """The assignment's tasks that are functions."""
        return tuple(self._parameters)

    def names_of(self, task: str) -> tuple[str, ...]:
        """The names of a task's parameters, for messages."""
        return self._parameters.get(task, ())

    def missing_package(self) -> str:
        """The note on the package that the submission imports and grading does not have; "" if it is not exactly one."""
        return ""

    def begin_check(self) -> None:
        """Begin a check: forget the earlier observations, so that the next one is the first."""
        self.earlier.clear()

    @abstractmethod
    def answers(self, task: str) -> dict[Any, Any]:
        """All entries of a task that is a dict; empty if it is not a dict."""

    @abstractmethod
    def ask(self, task: str, question: Question) -> Observation:
        """Run the last call of a question about a task. Never raises for what student code does."""

    @abstractmethod
    def ask_each(self, task: str, questions: Sequence[Question]) -> list[Observation]:
        """Ask several questions about one task, one after another."""

    @abstractmethod
    def afresh(self) -> AbstractContextManager[Run]:
        """The same submission in a new process, in which nothing has been called yet. A LocalRun gives itself."""


@dataclass(frozen=True)
class Observation:
    """What came back from a call. ``value`` is data. If an object came back that is not data, it stays in the sandbox, and
    the observation is a handle of it.

    calls: all steps that led here, from the task itself on; a misconception replays them.
    changed_inputs: the arguments that were changed in place, by position or keyword.
    recorded: whether the torch functions that ran were recorded; called: their names.
    target: the handle of the object that was called; handle: of the object that came back; type_name: the type of that.
    own: the handle of an object that is data, but of a class of the student's own, whose methods may be called.
    output: what the call printed.
    interrupted: the budget of CPU time ran out; what was done before that stands.
    reason: why there is no value, after a timeout or a crash; or why an entry of a dict is None.
    ordinal: 1 for the first observation of its check, 2 for the second.
    """

    task: str
    calls: tuple[Call, ...]
    status: AskStatus
    value: Any = None
    error: StudentError | None = None
    reason: str = ""
    changed_inputs: tuple[str, ...] = ()
    recorded: bool = False
    called: tuple[str, ...] = ()
    interrupted: bool = False
    target: int | None = None
    handle: int | None = None
    own: int | None = field(default=None, compare=False)
    type_name: str = ""
    seconds: float = 0.0
    output: str = ""
    ordinal: int = 0
    run: Run | None = field(default=None, repr=False, compare=False)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"an observation has no {name}; the value that came back is its .value")

    @property
    def returned(self) -> bool:
        """Whether a value came back, or a handle of an object."""
        return self.status == "value"

    def __call__(self, *args: Any, **kwargs: Any) -> Observation:
        """Call the object of which this is a handle: ``loss(logits, labels)``."""
        return self._then(Call("then", "", args, kwargs))

    def call(self, method: str, *args: Any, **kwargs: Any) -> Observation:
        """Call a method of the object of which this is a handle: ``model.call("eval")``."""
        return self._then(Call("then", method, args, kwargs))

    def _then(self, call: Call) -> Observation:
        if not self.returned or self.run is None:
            return self  # the earlier failure is also the result of this call
        question = Question((*self.calls, call), self.handle if self.own is None else self.own)
        if question.target is None and not hasattr(self.value, call.name or "__call__"):
            kind, what = (
                ("AttributeError", f"has no attribute {call.name!r}") if call.name else ("TypeError", "is not callable")
            )
            error = StudentError(kind, f"'{type(self.value).__name__}' object {what}")
            return dataclasses.replace(pending(self.task, question, self.run), status="error", error=error)
        return self.run.ask(self.task, question)

    def with_record(self) -> Observation:
        """This observation with a record of the torch functions that ran. If it has none, the call is made once more."""
        if self.recorded or not self.returned or self.run is None:
            return self
        return self.run.ask(self.task, Question(self.calls, self.target, record=True))


def pending(task: str, question: Question, run: Run, place: int = 1) -> Observation:
    """The observation of a question before anything has come back. place: 1 for the next question, 2 for the one after."""
    calls, target, ordinal = question.calls, question.target, len(run.earlier) + place
    return Observation(task, calls, "value", recorded=question.record, target=target, ordinal=ordinal, run=run)


def call_each(*cases: tuple[Any, ...]) -> list[Observation]:
    """Call several objects. A case is an observation, which is the handle of an object, and the arguments of its call.

    The same as ``loss(logits, labels)`` for one case after another, but quicker: all calls are sent to the sandbox at
    once. All handles must come from one task.

    >>> loss = submission_of(choose_loss=lambda: torch.nn.MSELoss()).choose_loss()
    >>> one, other = call_each((loss, torch.zeros(2), torch.ones(2)), (loss, torch.ones(2), torch.ones(2)))
    >>> one.value.item(), other.value.item()
    (1.0, 0.0)
    """
    found: list[Observation] = [case[0] for case in cases]
    places = [place for place, observed in enumerate(found) if observed.returned and observed.run is not None]
    if places:
        first = found[places[0]]
        assert first.run is not None
        calls = [(*found[i].calls, Call("then", "", cases[i][1:])) for i in places]
        questions = [Question(call, found[i].handle) for call, i in zip(calls, places, strict=True)]
        for place, observed in zip(places, first.run.ask_each(first.task, questions), strict=True):
            found[place] = observed
    return found
