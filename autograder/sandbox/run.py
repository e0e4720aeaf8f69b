"""Two ways to run a submission and observe it: in a sandbox, and right here for code that is trusted."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from ..submission.source import Source
from .inside import child, wire
from .launch import Sandbox
from .observation import SYNTAX, Call, Observation, Question, StudentError, pending, without_place
from .session import Limits, Session, SessionEnded

_GRACE = 1.0  # seconds that a task which once overran may still use in all
_HANDLES = 1 << 20  # a handle is the number of its child's generation times this, and its number there
_LONG_NAME = 60  # characters
_TRAINING_GRACE = 10.0  # CPU seconds between the interruption of a training and its end by force


@dataclass(frozen=True)
class Order:
    """A submission to run. parameters: the names of each task's parameters, for messages."""

    name: str
    source: Source
    seed: int
    parameters: Mapping[str, tuple[str, ...]]
    limits: Limits


class SandboxRun:
    """Runs one submission in a sandbox, in as many children as it takes."""

    def __init__(self, sandbox: Callable[[], Sandbox], order: Order) -> None:
        self._sandbox, self._order = sandbox, order
        self._session: Session | None = None
        self._generation = 0
        self._mode: Literal["whole", "definitions"] = "whole"
        self._overrun: dict[str, float] = {}  # task -> seconds left to it
        self._broken: SessionEnded | None = None
        self._answers: dict[str, Observation] = {}
        self._weights: dict[str, torch.Tensor] | None = None
        self._ordinal = 0
        self.earlier: list[Observation] = []  # what was observed in the check that runs
        self.notes: list[str] = []
        self.defines: tuple[str, ...] = ()
        self.load_error: StudentError | None = None
        self.memory: dict[str, Any] = {}

    # What checks ask

    def names_of(self, task: str) -> tuple[str, ...]:
        """The names of a task's parameters, for messages."""
        return self._order.parameters.get(task, ())

    @property
    def source(self) -> Source:
        """The submission as text: what must not stand there is looked for in it."""
        return self._order.source

    @property
    def tasks(self) -> tuple[str, ...]:
        """The assignment's tasks that are functions."""
        return tuple(self._order.parameters)

    @property
    def weights(self) -> dict[str, torch.Tensor] | None:
        """The weights that came with the submission; None when there are none, or none that can be read."""
        if self._weights is None and self._order.source.weights is not None:
            from ..submission import weights

            try:
                self._weights = weights.parse(self._order.source.weights)
            except weights.BadWeights as error:
                self._note(f"The weights beside the submission were not used: {error}.")
        return self._weights

    def begin_check(self) -> None:
        """Observations are numbered and kept within a check."""
        self._ordinal = 0
        self.earlier.clear()

    def ask(self, task: str, asked: Question) -> Observation:
        """Run one call in the sandbox and observe it."""
        observed = self._ask(task, asked)
        self.earlier.append(observed)
        return observed

    def ask_each(self, task: str, asked: Sequence[Question]) -> list[Observation]:
        """Run these calls of one task, one after another, sent at once where they are plain questions."""
        seen = [] if task in self._overrun else self._ask_at_once(task, asked)
        if seen and seen[-1].status == "crashed":  # the check fails by it: each case more would load it all again
            for each in asked[len(seen) :]:
                self._ordinal += 1
                seen.append(dataclasses.replace(seen[-1], calls=each.calls, ordinal=self._ordinal))
                self.earlier.append(seen[-1])
        return seen + [self.ask(task, each) for each in asked[len(seen) :]]

    def answers(self, task: str) -> dict[Any, Any]:
        """All entries of a task that is a dict."""
        value = self._dictionary(task).value
        return value if isinstance(value, dict) else {}

    def _ask(self, task: str, asked: Question) -> Observation:
        observed, call = self._next(task, asked), asked.calls[-1]
        if call.verb == "item":
            return _item(self._dictionary(task), observed, call.args[0])
        if any(isinstance(arg, Observation) and not arg.returned for arg in call.args):
            failed = next(a for a in call.args if isinstance(a, Observation) and not a.returned)
            return dataclasses.replace(failed, ordinal=self._ordinal)
        if self._overrun.get(task, 1.0) <= 0:
            return dataclasses.replace(observed, status="timeout", reason="it had used up its time before")
        if any(map(self._has_gone, [asked.target, *(arg.handle for arg in call.args if isinstance(arg, Observation))])):
            gone = "the process that held its object has ended"
            return dataclasses.replace(observed, status="crashed", reason=gone)
        try:
            return self._observe(observed, _question([asked]), asked.budget)
        except wire.WireError as error:
            handed_on = [arg.task for arg in (*call.args, *call.kwargs.values()) if isinstance(arg, Observation)]
            if not handed_on:
                raise  # the check itself asks what no frame holds
            problem = StudentError("ValueError", f"what {handed_on[0]} returned cannot be handed on: {error}")
            return dataclasses.replace(observed, status="error", error=problem)

    def _next(self, task: str, asked: Question) -> Observation:
        self._ordinal += 1
        return pending(task, asked, self._ordinal, self)

    def close(self) -> None:
        """End the child with everything under it."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # How it is run

    def _has_gone(self, handle: int | None) -> bool:
        return handle is not None and (self._session is None or handle // _HANDLES != self._generation)

    def _ask_at_once(self, task: str, asked: Sequence[Question]) -> list[Observation]:
        """As many observations as there are until something goes wrong: the last is then what went wrong."""
        objects = any(isinstance(arg, Observation) for each in asked for arg in each.calls[-1].args)
        if objects or any(self._has_gone(each.target) or each.budget is not None for each in asked):
            return []
        if len({(each.calls[-1].verb, each.calls[-1].name, each.record) for each in asked}) != 1:
            return []  # several questions, or none
        seen: list[Observation] = []
        replies: Iterator[dict[str, Any]] | None = None
        for each in asked:
            observed = self._next(task, each)
            began = time.monotonic()
            try:
                if replies is None:
                    seconds = self._order.limits.call_seconds
                    replies = self.load().ask_each(_question(asked), len(asked), seconds)
                    began = time.monotonic()
                observed = self._read(observed, next(replies), time.monotonic() - began)
            except SessionEnded as ended:
                observed = self._gone(observed, ended, time.monotonic() - began)
            except wire.WireError:  # too much for one frame: nothing has been sent yet
                self._ordinal -= 1
                return []
            seen.append(observed)
            self.earlier.append(observed)
            if not observed.returned and observed.status != "error":
                break
        return seen

    def _observe(self, observed: Observation, question: dict[str, Any], budget: float | None) -> Observation:
        task = observed.task
        seconds = self._order.limits.call_seconds if budget is None else budget + _TRAINING_GRACE
        seconds = min(seconds, self._overrun.get(task, seconds))
        began = time.monotonic()
        try:
            session = self.load()
            began = time.monotonic()
            reply = session.ask(question, seconds)
            return self._read(observed, reply, time.monotonic() - began)
        except SessionEnded as ended:
            return self._gone(observed, ended, time.monotonic() - began)

    def _gone(self, observed: Observation, ended: SessionEnded, took: float) -> Observation:
        """What is observed when the session ends instead of answering."""
        self._session = None
        reason = ended.reason
        if ended.kind == "timeout" and ended is not self._broken:
            task = observed.task
            if task in self._overrun:  # then its limit was not the one that students are told
                reason += " (an earlier call had used up the task's time)"
            self._overrun[task] = self._overrun.get(task, _GRACE + took) - took
        return dataclasses.replace(observed, status=ended.kind, reason=reason, seconds=took)

    def load(self) -> Session:
        """The session, with the submission loaded: as it is written, else as its definitions alone.

        Raises SessionEnded when neither can be had; then every task shares that fate.
        """
        if self._session is not None:
            return self._session
        if self._broken is not None:
            raise self._broken
        if self._mode == "whole":
            problem = self._try_load("whole")
            if problem is None:
                return self._loaded()
            self._mode = "definitions"
            self._note(f"{problem} It was run again as its imports, definitions and constants alone.")
        problem = self._try_load("definitions")
        if problem is not None:
            self._broken = SessionEnded("crashed", f"the submission cannot be loaded: {problem}")
            raise self._broken
        return self._loaded()

    def _loaded(self) -> Session:
        assert self._session is not None
        return self._session

    def _try_load(self, mode: Literal["whole", "definitions"]) -> str | None:
        """None when the submission loaded, else what came in between: of the whole a sentence, of the definitions the reason."""
        order = self._order
        session = Session(
            self._sandbox(),
            {
                "name": order.name,
                "text": order.source.text,
                "cells": tuple((cell.text, cell.first_line) for cell in order.source.cells),
                "seed": _seed_inside(order.seed),
                "scratch": self._sandbox().scratch,
            },
            order.limits,
        )
        try:
            reply = session.ask({"op": "load", "mode": mode}, order.limits.load_seconds)
        except SessionEnded as ended:
            whole = f"Run as it is written, the submission did not finish: {ended.reason}."
            return whole if mode == "whole" else ended.reason
        error = self._error_of(reply)
        if error is not None and mode == "whole":
            session.close()
            self.load_error = error
            where = f" at {error.where}" if error.where else ""
            return f"Run as it is written, the submission raised {error.type_name}{where}: {error.message}."
        self._session = session
        self._generation += 1
        names = reply.get("value")
        self.defines = _names(names)
        return None

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _read(self, observed: Observation, reply: dict[str, Any], seconds: float) -> Observation:
        """The observation that a reply means. The reply may hold anything: only what has the right form counts."""
        if self._overrun.get(observed.task) is not None:
            self._overrun[observed.task] -= seconds
        value, handle = reply.get("value"), None
        numpy, type_name = False, ""
        if isinstance(value, wire.Handle):
            handle = self._generation * _HANDLES + value.number % _HANDLES
            type_name, value = _plain(value.type_name), None
        elif isinstance(value, wire.Array):
            value, numpy = value.tensor, True
        return Observation(
            observed.task,
            observed.calls,
            "error" if reply.get("status") == "error" else "value",
            ordinal=observed.ordinal,
            run=self,
            value=_without_arrays(value),
            error=self._error_of(reply),
            changed_inputs=_texts(reply.get("changed")),
            recorded=observed.recorded,
            called=_texts(reply.get("called")),
            interrupted=reply.get("interrupted") is True,
            numpy=numpy,
            target=observed.target,
            handle=handle,
            type_name=type_name,
            seconds=seconds,
            output=_output(reply.get("output")),
        )

    def _error_of(self, reply: dict[str, Any]) -> StudentError | None:
        if reply.get("status") != "error":
            return None
        error = reply.get("error")
        fields = error if isinstance(error, dict) else {}
        name, message, text = (_text(fields.get(key), 500) for key in ("type", "message", "text"))
        name = name[:100]
        if name == "MissingTask":
            return StudentError(name, self._missing(message))
        line = fields.get("line")
        if name in SYNTAX:
            message = without_place(message, f"{self._order.name}.py")
        where = self._order.source.locate(line) if type(line) is int and 0 < line < 10**6 else ""
        return StudentError(name or "Exception", message, where, text[:200], _texts(fields.get("bases"))[:20])

    def _missing(self, task: str) -> str:
        others = [name for name in self.defines if name not in self._order.parameters]  # another task is no slip
        close = difflib.get_close_matches(task[:_LONG_NAME], others, 1, 0.75)
        also = f" It does define {close[0]}: is that a slip of the pen?" if close else ""
        broken = self.load_error
        if broken is None or broken.type_name not in SYNTAX:
            return f"The submission defines no {task}.{also}"
        line = f" (`{broken.text}`)" if broken.text else ""
        return (
            f"The submission defines no {task} that can be read. The code around {broken.where or 'one line'} was "
            f"left out: {broken.type_name}, {broken.message}{line}.{also}"
        )

    def _dictionary(self, task: str) -> Observation:
        """The whole dict of a task that is one, fetched once."""
        if task not in self._answers:
            observed = Observation(task, (), "value", run=self)
            self._answers[task] = self._observe(observed, {"op": "get", "name": task}, None)
        return self._answers[task]


class LocalRun:
    """Runs trusted functions in this process: misconceptions in the grader, a student's own kernel.

    namespace: the tasks by name. ``answers`` may give the value of a dict task by its key instead.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        parameters: Mapping[str, tuple[str, ...]] | None = None,
        answers: Callable[[Any], Any] | None = None,
    ) -> None:
        self._namespace, self._parameters, self._lookup = namespace, parameters or {}, answers
        self.source: Source | None = None
        self._objects: list[Any] = []
        self._ordinal = 0
        self.earlier: list[Observation] = []  # what was observed in the check that runs
        self.weights: dict[str, Any] | None = None
        self.memory: dict[str, Any] = {}

    def names_of(self, task: str) -> tuple[str, ...]:
        """The names of a task's parameters, for messages."""
        return self._parameters.get(task, ())

    @property
    def tasks(self) -> tuple[str, ...]:
        """The assignment's tasks that are functions."""
        return tuple(self._parameters)

    def begin_check(self) -> None:
        """Observations are numbered and kept within a check."""
        self._ordinal = 0
        self.earlier.clear()

    def ask(self, task: str, asked: Question) -> Observation:
        """Run one call here, on copies of its tensors."""
        observed = self._ask(task, asked)
        self.earlier.append(observed)
        return observed

    def ask_each(self, task: str, asked: Sequence[Question]) -> list[Observation]:
        """Run these calls of one task, one after another."""
        return [self.ask(task, each) for each in asked]

    def answers(self, task: str) -> dict[Any, Any]:
        """All entries of a task that is a dict."""
        value = child.to_data(self._namespace.get(task))
        return value if isinstance(value, dict) else {}

    def _ask(self, task: str, asked: Question) -> Observation:
        self._ordinal += 1
        call, observed = asked.calls[-1], pending(task, asked, self._ordinal, self)
        args, kwargs = tuple(map(self._own, call.args)), {k: self._own(v) for k, v in call.kwargs.items()}
        kept = child.Snapshot(args, kwargs)
        recorder = child.Recorder() if asked.record else contextlib.nullcontext()
        began = time.monotonic()
        try:
            with recorder:
                value = self._run(task, call, asked.target, args, kwargs)
            data = child.to_data(value)
        except Exception as error:
            raised = StudentError(type(error).__name__, str(error)[:500], bases=child.bases(error))
            return dataclasses.replace(observed, status="error", error=raised)
        handle = None
        if data is child.NOT_DATA:
            self._objects.append(value)
            handle, data = len(self._objects) - 1, None
        called = tuple(sorted(recorder.names)) if isinstance(recorder, child.Recorder) else ()
        numpy = isinstance(data, wire.Array)
        return dataclasses.replace(
            observed,
            value=_without_arrays(data),
            changed_inputs=kept.changed(),
            called=called,
            numpy=numpy,
            handle=handle,
            type_name=type(value).__name__ if handle is not None else "",
            seconds=time.monotonic() - began,
        )

    def _run(self, task: str, call: Call, target: int | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if call.verb == "item":
            return self._lookup(args[0]) if self._lookup else self._namespace[task][args[0]]
        if call.verb == "call":
            if task not in self._namespace:
                raise child.MissingTask(task)
            return self._namespace[task](*args, **kwargs)
        if call.verb == "probe":
            from .inside import probes

            return getattr(probes, call.name)(*args)
        found = self._objects[target if target is not None else -1]
        return (getattr(found, call.name) if call.name else found)(*args, **kwargs)

    def _own(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.clone()
        if isinstance(value, Observation):
            return self._objects[value.handle] if value.handle is not None else value.value
        return value


def replay(function: Callable[..., Any], calls: tuple[Call, ...], task: str, record: bool = False) -> Observation:
    """What a trusted function gives for the calls that led to an observation."""
    run = LocalRun({task: function}, answers=function)
    observed: Observation | None = None
    for i in range(len(calls)):
        target = observed.handle if observed is not None else None
        observed = run.ask(task, Question(calls[: i + 1], target, record and i == len(calls) - 1))
        if not observed.returned:
            break
    assert observed is not None
    return observed


def _item(found: Observation, observed: Observation, key: Any) -> Observation:
    """The entry of a dict that came over the wire; keys match as tuple or list."""
    if not found.returned:
        return dataclasses.replace(found, calls=observed.calls, ordinal=observed.ordinal)
    if not isinstance(found.value, dict):
        odd = found.type_name == "dict"  # it has stayed in the sandbox, since not all of it is data
        what = "holds something that is neither a number nor a shape" if odd else "is not a dict"
        error = StudentError("TypeError", f"{observed.task} {what}")
        return dataclasses.replace(observed, status="error", error=error)
    if key not in found.value:
        error = StudentError("KeyError", f"{observed.task} has no entry for {key!r}")
        return dataclasses.replace(observed, status="error", error=error)
    return dataclasses.replace(observed, value=found.value[key])


def _question(asked: Sequence[Question]) -> dict[str, Any]:
    """Calls of one kind as the child is asked them: a question, with a case for each."""
    call, budget = asked[0].calls[-1], asked[0].budget
    question: dict[str, Any] = {
        "op": {"call": "call", "then": "method", "probe": "probe"}[call.verb],
        "name": call.name,
        "cases": tuple(map(_case, asked)),
    }
    if asked[0].record:
        question["record"] = True
    if budget is not None:
        question["budget"] = budget
    return question


def _case(asked: Question) -> tuple[Any, ...]:
    call = asked.calls[-1]
    args = tuple(map(_as_message, call.args))
    kwargs = {name: _as_message(value) for name, value in call.kwargs.items()} if call.kwargs else None
    if asked.target is None or call.verb != "then":
        return (args, kwargs) if kwargs else (args,)
    return args, kwargs, wire.Handle(asked.target % _HANDLES)


def _as_message(value: Any) -> Any:
    """An argument as it travels: a handle for an object that is in the sandbox, its value for one that is not."""
    if isinstance(value, Observation):
        return wire.Handle(value.handle % _HANDLES) if value.handle is not None else value.value
    return value


def _without_arrays(value: Any) -> Any:
    if isinstance(value, wire.Array):
        return value.tensor
    if isinstance(value, wire.Handle):
        return None
    if isinstance(value, (tuple, list)):
        return type(value)(map(_without_arrays, value))
    if isinstance(value, dict):
        return {k: _without_arrays(v) for k, v in value.items()}
    return value


def _names(value: Any) -> tuple[str, ...]:
    """Names as people give them: they are compared one by one with what is missing, which takes its time."""
    items = value if isinstance(value, tuple) else ()
    return tuple(name for name in items if isinstance(name, str) and len(name) < _LONG_NAME)[:1000]


def _text(value: Any, most: int) -> str:
    return _plain(value[:most]) if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (tuple, list)):
        return ()
    return tuple(_plain(item[:100]) for item in value if isinstance(item, str))[:500]


def _seed_inside(seed: int) -> int:
    """The seed of the sandbox's generators: student code can read it, and it tells nothing of the checks' own draws."""
    return int.from_bytes(hashlib.sha256(b"sandbox/%d" % seed).digest()[:7], "big")


def _plain(text: str) -> str:
    """Text from the sandbox without what a terminal obeys or a file refuses: controls and lone surrogates are spelt out."""
    if text.isprintable():
        return text
    # A progress bar writes each line many times over: what a terminal would show at the end is kept.
    text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    keep = "\n\t"
    return "".join(c if c in keep or c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _output(value: Any) -> str:
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], str):
        return ""
    text, cut = _plain(value[0]), value[1]
    return text + (f"\n[{cut:,} more characters were cut]" if type(cut) is int and cut > 0 else "")
