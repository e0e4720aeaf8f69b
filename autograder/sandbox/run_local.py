"""Running trusted functions in this process, and replaying on them the calls that led to an observation."""

import contextlib
import dataclasses
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch

from .inside import child, data, loading, record
from .observation import Call, Observation, Question, Run, StudentError, pending
from .translate import as_checks_meet_it, item


class LocalRun(Run):
    """Runs trusted functions in this process: misconceptions in the grader, or the student's own code in their kernel.

    namespace: name -> task. parameters: task -> the names of its parameters. answers: if given, called with a key for
    the entry of a task that is a dict.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        parameters: Mapping[str, tuple[str, ...]] | None = None,
        answers: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(parameters or {})
        self._namespace, self._lookup = namespace, answers
        self._objects: list[Any] = []

    def ask(self, task: str, question: Question) -> Observation:
        """Run the last call of a question here, on copies of its tensors."""
        observed = self._ask(task, question)
        self.earlier.append(observed)
        return observed

    def ask_each(self, task: str, questions: Sequence[Question]) -> list[Observation]:
        return [self.ask(task, each) for each in questions]

    @contextlib.contextmanager
    def afresh(self) -> Iterator[Self]:
        """This run itself: there is no other process."""
        yield self

    def answers(self, task: str) -> dict[Any, Any]:
        value = data.to_data(self._namespace.get(task))
        return value if isinstance(value, dict) else {}

    def _ask(self, task: str, question: Question) -> Observation:
        call, observed = question.calls[-1], pending(task, question, self)
        if call.verb == "item" and self._lookup is None:
            whole = self._namespace.get(task)
            entries = dict(whole) if isinstance(whole, Mapping) else whole
            if not isinstance(entries, dict) or call.args[0] not in entries:
                return item(dataclasses.replace(observed, value=entries), observed, call.args[0])
        args, kwargs = tuple(map(self.own, call.args)), {k: self.own(v) for k, v in call.kwargs.items()}
        kept = child.Snapshot(args, kwargs)
        recorder = record.Recorder() if question.record else contextlib.nullcontext()
        began = time.monotonic()
        try:
            with recorder:
                value = self.perform(task, call, question.target, args, kwargs)
            plain = data.to_data(value)
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1].line or ""
            raised = StudentError(*loading.describe(error), text=line, bases=child.bases(error))
            return dataclasses.replace(observed, status="error", error=raised)
        handle = own = None
        if plain is data.NOT_DATA:
            self._objects.append(value)
            handle, plain = len(self._objects) - 1, None
        elif type(value).__module__ == getattr(self._namespace.get(task), "__module__", None):
            self._objects.append(value)
            own = len(self._objects) - 1
        called = tuple(sorted(recorder.names)) if isinstance(recorder, record.Recorder) else ()
        return dataclasses.replace(
            observed,
            value=as_checks_meet_it(plain, observed.calls),
            changed_inputs=kept.changed(),
            called=called,
            handle=handle,
            own=own,
            type_name=data.name_of(value) if handle is not None else "",
            seconds=time.monotonic() - began,
        )

    def perform(self, task: str, call: Call, target: int | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a call. Raises whatever the code raises."""
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

    def own(self, value: Any) -> Any:
        """An argument for the call: a copy of a tensor or an array, the object or value of an observation, else itself."""
        if isinstance(value, torch.Tensor):
            return value.clone()
        if isinstance(value, np.ndarray):
            return value.copy()
        if isinstance(value, Observation):
            return self._objects[value.handle] if value.handle is not None else value.value
        return value


def replay(function: Callable[..., Any], calls: tuple[Call, ...], task: str, record: bool = False) -> Observation:
    """The observation of a trusted function, for the calls that led to another observation. Warnings are ignored.

    It ends at the first call that raises. record: record the torch functions of the last call.
    """
    run = LocalRun({task: function}, answers=function)
    observed: Observation | None = None
    with warnings.catch_warnings(action="ignore"):
        for i in range(len(calls)):
            target = (observed.handle if observed.own is None else observed.own) if observed is not None else None
            observed = run.ask(task, Question(calls[: i + 1], target, record and i == len(calls) - 1))
            if not observed.returned:
                break
    assert observed is not None
    return observed
