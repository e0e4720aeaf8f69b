"""A submission that runs in a sandbox and answers the questions of checks. Each question ends in an observation."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..submission.own_tasks import not_to_call
from . import translate
from .clock import Clock
from .inside import wire
from .launch import Sandbox
from .loader import Loader, Order
from .observation import Call, Observation, Question, Run, StudentError, pending
from .session import SessionEnded

if TYPE_CHECKING:
    import torch


_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_NOT_TO_CALL = "but must be something to call, as in the stub"  # says the child, if a task is no function


class SandboxRun(Run):
    """Runs one submission in children of a sandbox: if one ends, the next question starts another.

    loader: loads the submission, and keeps the notes on that.
    """

    def __init__(self, sandbox: Callable[[], Sandbox], order: Order, clock: Clock | None = None) -> None:
        super().__init__(order.parameters, order.source)
        self._sandbox, self._order = sandbox, order
        self._clock = clock or Clock(order.limits)
        self._dicts: dict[str, Observation] = {}
        self._weights: dict[str, torch.Tensor] | None = None
        self.loader = Loader(sandbox, order, self._clock)

    @property
    def weights(self) -> dict[str, torch.Tensor] | None:
        sent = self._order.source.weights
        if self._weights is None and sent is not None:
            from ..submission import weights

            try:
                self._weights = weights.parse(sent)
            except weights.BadWeights as error:
                self.loader.note(f"The weights beside the file were not used: {error}.")
        return self._weights

    def missing_package(self) -> str:
        return self.loader.missing_package()

    def answers(self, task: str) -> dict[Any, Any]:
        value = self._dict(task).value
        return value if isinstance(value, dict) else {}

    def ask(self, task: str, question: Question) -> Observation:
        return self.ask_each(task, [question])[0]

    def ask_each(self, task: str, questions: Sequence[Question]) -> list[Observation]:
        """Run these calls of one task in order. They are sent at once if they are alike and fit into one message."""
        seen: list[Observation] = []
        together = self._are_alike(questions)
        while len(seen) < len(questions):
            rest = questions[len(seen) :]
            batch = rest if together and not self._clock.has_overrun(task) else rest[:1]
            waiting = [pending(task, each, self, place) for place, each in enumerate(batch, 1)]
            try:
                known = self._without_asking(waiting[0], batch[0])
                new = [known] if known is not None else self._send(waiting, batch)
            except wire.WireError as error:  # it does not fit into a message; nothing has been sent
                if len(batch) > 1:
                    together = False
                    continue
                new = [_not_handed_on(waiting[0], error)]
            self.earlier += new
            seen += new
        return seen

    @contextlib.contextmanager
    def afresh(self) -> Iterator[SandboxRun]:
        """The same submission in a new process, on the same clock. This run can be used again afterwards."""
        with self._sandbox().another() as sandbox:
            other = SandboxRun(lambda: sandbox, self._order, self._clock)
            try:
                yield other
            finally:
                other.close()

    def close(self) -> None:
        """Kill the running child with all its descendants."""
        self.loader.close()

    def _are_alike(self, questions: Sequence[Question]) -> bool:
        """Whether the questions can be cases of one message: the same call, without a budget, and without observations as
        arguments or ended targets.
        """
        objects = any(isinstance(arg, Observation) for each in questions for arg in each.calls[-1].args)
        if objects or any(self._has_gone(each.target) or each.budget is not None for each in questions):
            return False
        calls = [each.calls[-1] for each in questions]
        kinds = {(call.verb, call.name, each.record) for call, each in zip(calls, questions, strict=True)}
        return len(kinds) == 1 and calls[0].verb != "item"

    def _without_asking(self, observed: Observation, question: Question) -> Observation | None:
        """The observation if it is known without calling the task; None if the task must be called."""
        call = question.calls[-1]
        if call.verb == "item":
            return self._entry(observed, call.args[0])
        objects = [arg for arg in call.args if isinstance(arg, Observation)]
        failed = next((each for each in objects if not each.returned), None)
        if failed is not None:
            return dataclasses.replace(failed, ordinal=observed.ordinal)
        if why := self._clock.why_not(observed.task):
            return dataclasses.replace(observed, status="timeout", reason=why)
        if any(map(self._has_gone, [question.target, *(each.handle for each in objects)])):
            gone = "the process that held its object has ended"
            return dataclasses.replace(observed, status="crashed", reason=gone)
        return None

    def _entry(self, observed: Observation, key: Any) -> Observation:
        """One entry of a dict. If there is none, or None, it says which line would have filled the dict but did not run."""
        whole = self._dict(observed.task)
        entry = translate.item(whole, observed, key)
        if not isinstance(whole.value, dict) or entry.value is not None:
            return entry
        why = self.loader.why_not_filled(observed.task)
        error = entry.error
        if error is not None:
            error = dataclasses.replace(error, because=why or error.because)
        return dataclasses.replace(entry, error=error, reason=why)

    def _send(self, waiting: Sequence[Observation], batch: Sequence[Question]) -> list[Observation]:
        """Ask the child. Returns an observation for each question, up to the one at which the child ended.

        After a crash, the remaining questions get the crash as well: the check fails anyway, and each of them would load
        the submission again.
        """
        task, order = waiting[0].task, self._order
        if why := self._clock.why_not(task):
            return [dataclasses.replace(waiting[0], status="timeout", reason=why)]
        try:
            session = self.loader.load()
        except SessionEnded as ended:
            if why := self._clock.why_not(task):  # the time ran out, which does not mean that the file cannot be loaded
                return [dataclasses.replace(waiting[0], status="timeout", reason=why)]
            return [dataclasses.replace(each, status=ended.kind, reason=ended.reason) for each in waiting]
        seen: list[Observation] = []
        generation = self.loader.generation or 0
        began = time.monotonic()
        try:
            seconds = self._clock.seconds_for(task, batch[0].budget)
            for reply in session.ask_each(translate.message(batch), len(batch), seconds):
                took = time.monotonic() - began
                self._clock.took(task, took)
                self.loader.take_notices(reply)
                observed = translate.observe(waiting[len(seen)], reply, generation, order.name, order.source, took)
                seen.append(self._explained(observed))
                began = time.monotonic()
        except SessionEnded as ended:
            self.loader.session = None
            took, reason = time.monotonic() - began, ended.reason
            if ended.kind == "timeout" and not self._clock.is_used_up:
                if self._clock.has_overrun(task):  # then the limit was below the one that students know
                    reason += " (an earlier call had used up the task's time)"
                self._clock.overran(task, took)
            lost = waiting[len(seen) :] if ended.kind == "crashed" else waiting[len(seen) : len(seen) + 1]
            seen += [dataclasses.replace(each, status=ended.kind, reason=reason, seconds=took) for each in lost]
        return seen

    def _explained(self, observed: Observation) -> Observation:
        """The observation, with an explanation if a name was missing, or was not a function: which line made it so."""
        error = observed.error
        if error is None:
            return observed
        if error.type_name == "MissingTask":
            error = StudentError("MissingTask", self.loader.missing(error.message))
        elif error.type_name == "NameError" and (name := _UNDEFINED.search(error.message)):
            error = dataclasses.replace(error, because=self.loader.why_not(name[1]))
        elif "StandIn" in error.message:
            said = error.message.replace("StandIn", "what stands in for a missing package")
            error = dataclasses.replace(error, message=said, because=self.loader.missing_package())
        elif error.message.endswith(_NOT_TO_CALL):
            error = dataclasses.replace(error, because=not_to_call(self._order.source, observed.task))
        return dataclasses.replace(observed, error=error)

    def _has_gone(self, handle: int | None) -> bool:
        return handle is not None and translate.generation_of(handle) != self.loader.generation

    def _dict(self, task: str) -> Observation:
        """The whole dict of a task that is a dict, fetched once."""
        if task not in self._dicts:
            whole = Question((Call("item", task),))
            self._dicts[task] = self._send([Observation(task, (), "value", run=self)], [whole])[0]
        return self._dicts[task]


def _not_handed_on(observed: Observation, error: wire.WireError) -> Observation:
    """The observation if what a task returned is too large to be an argument.

    Raises the error if there is no such argument: the check itself sends too much.
    """
    call = observed.calls[-1]
    handed_on = [arg.task for arg in (*call.args, *call.kwargs.values()) if isinstance(arg, Observation)]
    if not handed_on:
        raise error
    problem = StudentError("ValueError", f"what {handed_on[0]} returned cannot be handed on: {error}")
    return dataclasses.replace(observed, status="error", error=problem)
