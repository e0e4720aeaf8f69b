"""What came back from running student code: plain data, never an object that student code made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from ..submission.source import Source

AskStatus = Literal["value", "error", "timeout", "crashed"]
Outcome = Literal["passed", "failed", "error", "timeout", "crashed", "not_run"]
"""How a check ended. Points come from `passed` alone."""

Why = Literal["", "not_started", "not_answered", "waits", "not_found", "unreadable"]
"""Why a check was not run: it met the stub, or no answer, or the task that it builds on does not work; or why there was
nothing to call: the file has no such name, or Python cannot read the line that makes it."""


SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
LEFT_OUT = "I left "  # how a note begins that names a line which did not run: points may depend on it


def without_place(message: str, file: str) -> str:
    """A syntax error's message without "(file, line N)" at its end, which is told as a line of the student's own file."""
    return re.sub(rf" \({re.escape(file)}, line \d+\)$", "", message)


@dataclass(frozen=True)
class StudentError:
    """What student code raised. where: a line of the student's own file, "line 12" or "cell 3, line 2".

    bases: the names of the classes that its type inherits from. The sandbox says so: it proves no more than type_name.
    because: a sentence on what led to it, where the grader knows.
    """

    type_name: str
    message: str
    where: str = ""
    text: str = ""  # that line
    bases: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True)
class Call:
    """One step from the submission to an observation.

    verb: "call" a task, "then" call what it returned (or its method ``name``), "item" look up ``args[0]``.
    names: the parameters' names as far as they are known, for messages.
    """

    verb: Literal["call", "then", "item", "probe"]
    name: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is to be observed.

    calls: the steps that lead to it, of which the last is to run. target: the handle that this acts on.
    record: note which torch functions run. budget: CPU seconds after which it is interrupted.
    """

    calls: tuple[Call, ...]
    target: int | None = None
    record: bool = False
    budget: float | None = None


class Run(Protocol):
    """A submission that can be asked: in a sandbox (:class:`autograder.sandbox.run.SandboxRun`), or right here
    (:class:`autograder.sandbox.run_local.LocalRun`). Checks meet it as :class:`autograder.sandbox.proxy.SubmissionProxy`.

        run = LocalRun({"twice": lambda x: 2 * x})
        run.ask("twice", Question((Call("call", "twice", (3,)),))).value    # 6

    earlier: what was observed in the check that runs, in order. memory: what checks share, see
    :meth:`~autograder.sandbox.proxy.SubmissionProxy.remember`.
    """

    earlier: list[Observation]
    memory: dict[str, Any]

    @property
    def source(self) -> Source | None:
        """The submission as text, in which forbidden calls are looked for; None where there is none to read."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """The assignment's tasks that are functions."""

    @property
    def weights(self) -> dict[str, Any] | None:
        """The trained weights that came with the submission, by name; None when there are none, or none that can be read."""

    def names_of(self, task: str) -> tuple[str, ...]:
        """The names of a task's parameters, for messages."""

    def begin_check(self) -> None:
        """Observations are numbered and kept within a check."""

    def answers(self, task: str) -> dict[Any, Any]:
        """All entries of a task that is a dict; none where it is no dict."""

    def ask(self, task: str, question: Question) -> Observation:
        """Run the last call of one question about a task."""

    def ask_each(self, task: str, questions: Sequence[Question]) -> list[Observation]:
        """Several questions about one task, one after another."""

    def afresh(self) -> AbstractContextManager[Run]:
        """The same submission where nothing has been asked of it yet, if there is such a place."""
        ...


@dataclass(frozen=True)
class Observation:
    """What came back. ``value`` is data; an object that is no data stays where it is, and this is its handle.

    calls: how it came about, from the task itself on; a misconception replays them.
    changed_inputs: the arguments that were changed in place, by position or keyword.
    called: the torch functions that ran, where that was recorded.
    target: the handle of the object that was called; handle: of the one that came back.
    interrupted: the budget of CPU time ran out; what was done until then stands.
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
    numpy: bool = False
    target: int | None = None
    handle: int | None = None
    type_name: str = ""
    seconds: float = 0.0
    output: str = ""
    ordinal: int = 0
    run: Run | None = field(default=None, repr=False, compare=False)

    @property
    def returned(self) -> bool:
        """A value came back, or a handle to an object."""
        return self.status == "value"

    def __call__(self, *args: Any, **kwargs: Any) -> Observation:
        """Call the object that this is a handle of: ``loss(logits, labels)``."""
        return self._then(Call("then", "", args, kwargs))

    def call(self, method: str, *args: Any, **kwargs: Any) -> Observation:
        """Call a method of the object that this is a handle of: ``model.call("eval")``."""
        return self._then(Call("then", method, args, kwargs))

    def _then(self, call: Call) -> Observation:
        if not self.returned or self.run is None:
            return self  # what failed before fails on
        return self.run.ask(self.task, Question((*self.calls, call), self.handle))

    def with_record(self) -> Observation:
        """This, with a record of the torch functions that ran: where there is none, the same call is made once more."""
        if self.recorded or not self.returned or self.run is None:
            return self
        return self.run.ask(self.task, Question(self.calls, self.target, record=True))


def pending(task: str, question: Question, ordinal: int, run: Run) -> Observation:
    """The observation of a question before anything has come back."""
    calls, target = question.calls, question.target
    return Observation(task, calls, "value", recorded=question.record, target=target, ordinal=ordinal, run=run)


def call_each(*cases: tuple[Any, ...]) -> list[Observation]:
    """Each case is an observation, the handle of an object, and the arguments that this is called with.

    The same as ``loss(logits, labels)`` for one case after another, but quicker: the sandbox is sent all of them at
    once. All handles are one task's.

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
