"""The ``submission`` that a check calls. Calling a task never raises: it returns an observation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .observation import Call, Observation, Question, Run


@dataclass(frozen=True)
class Given:
    """The arguments of one call."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def given(*args: Any, **kwargs: Any) -> Given:
    """A case with keyword arguments, for :meth:`TaskProxy.each`: ``given(images, 6, 3, stride=2)``.

    >>> scale = submission_of(scale=lambda x, factor=2: x * factor).scale
    >>> [seen.value for seen in scale.each((3,), given(3, factor=5))]
    [6, 15]
    """
    return Given(args, kwargs)


class TaskProxy:
    """One task of the submission."""

    def __init__(self, run: Run, task: str, budget: float | None = None, record: bool = False) -> None:
        self._run, self._task, self._budget, self._record = run, task, budget, record

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # pytest asks for some while it explains an assert
            raise AttributeError(name)
        raise AttributeError(
            f"a task has no {name}: call it, submission.{self._task}(...).{name}, or take the entry of a dict, "
            f"submission.{self._task}[key].{name}"
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Observation:
        """Call the task. The arguments are numbers, texts, shapes, tensors or observations (values or handles)."""
        return self._run.ask(self._task, self._question(args, kwargs))

    def each(self, *cases: tuple[Any, ...] | Given) -> list[Observation]:
        """Call the task with the arguments of each case, in order: ``submission.softmax.each((rows,), (wild,))``.

        The same as one call after another, but quicker: all calls are sent to the sandbox at once.
        """
        plain = (case if isinstance(case, Given) else given(*case) for case in cases)
        return self._run.ask_each(self._task, [self._question(case.args, case.kwargs) for case in plain])

    def _question(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Question:
        call = Call("call", self._task, args, kwargs, self._run.names_of(self._task))
        return Question((call,), None, self._record, self._budget)

    def __getitem__(self, key: Any) -> Observation:
        """The entry of a task that is a dict: ``submission.ANSWERS[(2, 3)]``."""
        return self._run.ask(self._task, Question((Call("item", self._task, (key,)),)))

    def within(self, cpu_seconds: float) -> TaskProxy:
        """The task with a limit of CPU time. At the limit it is interrupted, and the observation is ``interrupted``."""
        return TaskProxy(self._run, self._task, cpu_seconds, self._record)

    @property
    def recorded(self) -> TaskProxy:
        """The task with a record of the torch functions that it calls, for ``expect_not_called``."""
        return TaskProxy(self._run, self._task, self._budget, record=True)


class SubmissionProxy:
    """The submission: its tasks are its attributes."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __getattr__(self, task: str) -> TaskProxy:
        if task.startswith("_"):
            raise AttributeError(task)
        return TaskProxy(self._run, task)

    @property
    def weights(self) -> dict[str, Any] | None:
        """The trained weights that came with the submission, as name -> tensor; None if there are none."""
        return self._run.weights

    def probe(self, name: str, *args: Any) -> Observation:
        """Run a function of :mod:`autograder.sandbox.inside.probes` in the sandbox, on the student's objects.

        args: data, and observations for objects. If one of these did not return, it is the result.
        """
        task = next((arg.task for arg in args if isinstance(arg, Observation)), name)
        for arg in args:
            if isinstance(arg, Observation) and not arg.returned:
                return arg
        return self._run.ask(task, Question((Call("probe", name, args),)))

    @contextlib.contextmanager
    def afresh(self) -> Iterator[SubmissionProxy]:
        """The submission in a new process, in which nothing has been called yet."""
        with self._run.afresh() as run:
            yield SubmissionProxy(run)

    def remember(self, key: str, make: Callable[[], Any]) -> Any:
        """The result of ``make()``, called once for each submission and key: for what checks share, such as a trained model."""
        memory = self._run.memory
        if key not in memory:
            memory[key] = make()
        return memory[key]
