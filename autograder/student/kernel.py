"""The kernel of a student's notebook: what its cells have defined, and the public checks run on that.

Nothing here needs a sandbox: the functions are the student's own, in the student's own process.
"""

import dataclasses
import inspect
import re
import traceback
from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import ModuleType
from typing import Any, NoReturn

import pytest

from ..checks.data_catalogue import released_catalogue
from ..common.raised import from_a_stub
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.network import network_of
from ..data import Examples
from ..data.dataset import SAMPLE, examples_in
from ..grading import plugin
from ..grading.context import CheckContext, Verdict
from ..grading.verdicts import explained
from ..sandbox.inside.wire import SandboxTensor
from ..sandbox.observation import Observation, Question, StudentError
from ..sandbox.run_local import LocalRun
from ..submission.own_tasks import in_another_order, not_to_call, stands_inside, stub_left
from ..submission.source import Source, below_each_other
from ..submission.suggestions import did_you_mean, near
from ..submission.syntax import syntax_problem
from .jupyter import namespace, shell
from .pictures import training_examples


def verdicts_of(course: Course, name: str, task: str) -> list[Verdict]:
    """The verdicts of the public checks of one task. Raises an error with a message for the student if none can run."""
    assignment = course.released(name)
    network = network_of(assignment)
    if (sample := course.root / SAMPLE).is_file():
        data = partial(examples_in, sample)
    else:
        data = partial(training_examples, course.root / "data", network.data if network is not None else "")
    run = KernelRun(namespace(), assignment.parameters(), data)
    context = CheckContext(run, lambda: released_catalogue(assignment.folder), 0, _no_test_images)
    _run_checks(assignment, task, context)
    for verdict in context.verdicts:
        if verdict.bug:
            raise RuntimeError(f"A check could not run, which is not your fault: {verdict.bug}")
    return explained(context)


def _run_checks(assignment: Assignment, task: str, context: CheckContext) -> None:
    """Run the public checks of one task in this thread, so that an interrupt reaches the student's code."""

    class Round:
        """A pytest plugin: gives the checks their context, and selects those of this task."""

        def pytest_configure(self, config: pytest.Config) -> None:
            config.stash[plugin.CONTEXT] = lambda item: context

        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items[:] = [i for i in items if plugin.is_check(i) and plugin.info(i).task == task]

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                reason = str(report.longrepr).strip().splitlines()[-1]
                raise RuntimeError(f"{assignment.public_checks.name} cannot be read: {reason}")

        def pytest_keyboard_interrupt(self) -> None:
            stopped.append(True)

    stopped: list[bool] = []
    pytest.main(plugin.arguments([assignment.public_checks]), plugins=[plugin, Round()])
    if stopped:
        raise RuntimeError("Stopped.")


def _no_test_images() -> NoReturn:
    raise RuntimeError("the test images stay with the graders")


class KernelRun(LocalRun):
    """A LocalRun that adds to an error the cell and line where it arose."""

    def __init__(
        self, namespace: Mapping[str, Any], names: dict[str, tuple[str, ...]], data: Callable[[], Examples]
    ) -> None:
        """data: gives the training data, when a check first asks for them."""
        super().__init__(namespace, names)
        self._defined, self._data = namespace, data
        self._raised: BaseException | None = None

    def ask(self, task: str, question: Question) -> Observation:
        if question.calls[-1].verb in ("call", "item") and task not in self._defined:
            said = unread(task) or stands_inside(_entered(), task) or _not_defined(task, self._defined, self.tasks)
            missing = StudentError("MissingTask", said)
            return Observation(task, question.calls, "error", error=missing, run=self)
        if question.calls[-1].verb == "call" and (said := self._why_not_to_call(task)):
            return Observation(task, question.calls, "error", error=StudentError("MissingTask", said), run=self)
        self._raised = None
        seen = super().ask(task, question)
        if seen.error is None or self._raised is None:
            return seen
        return dataclasses.replace(seen, error=_told_with_its_place(seen.error, self._raised))

    def _why_not_to_call(self, task: str) -> str:
        """Why what the cells have defined cannot be called, or not with the values of a check; "" if it can."""
        made = self._defined[task]
        if not callable(made):
            kind = type(made).__name__
            said = f"{task} is of type {kind}, but must be something to call, as in the stub."
            return f"{said} {not_to_call(_entered(), task)}".rstrip()
        own = inspect.signature(made).parameters if inspect.isfunction(made) else {}
        return in_another_order(task, list(own), self.names_of(task))

    def perform(self, *args: Any) -> Any:
        try:
            return super().perform(*args)
        except Exception as error:
            self._raised = error
            raise

    def own(self, value: Any) -> Any:
        if isinstance(value, SandboxTensor):
            examples = self._data()
            whole = examples.items if value.name == "train_images" else examples.labels
            return whole[value.start : value.stop].clone()
        return super().own(value)


def _not_defined(task: str, namespace: Mapping[str, Any], tasks: Collection[str]) -> str:
    """The message on a task that no cell has defined, with another name that may be meant for it."""
    own = (name for name, value in namespace.items() if not isinstance(value, ModuleType))
    meant = near(task, [name for name in own if name not in tasks and not name.startswith("_")])
    if meant:
        return f"No cell has defined {task}. There is {meant}: is that the one? The name must be {task}."
    return f"{task} is not defined yet: run the cell above this one."


def unread(task: str) -> str:
    """Why the last cell that defines a task could not be read, with the line and a caret; "" if it could."""
    for cell in reversed(_entered().cells):
        if re.search(rf"^\s*(def|class)\s+{re.escape(task)}\b", cell.text, re.MULTILINE):
            return syntax_problem(Source("ipynb", (dataclasses.replace(cell, first_line=1),)))
    return ""


def _entered() -> Source:
    """The cells that this kernel has been given so far, each with its number."""
    running = shell()
    texts = enumerate(running.user_ns.get("In", []) if running is not None else [])
    return Source("ipynb", below_each_other((text, f"cell [{number}]", None) for number, text in texts))


def _told_with_its_place(told: StudentError, error: BaseException) -> StudentError:
    """The error, with the student's cell and line ("cell [3], line 2"), and with the name that may have been meant."""
    running, entered = shell(), _entered()
    numbers: Mapping[str, int] = getattr(getattr(running, "compile", None), "_filename_map", {})
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in numbers:
            cell = f"cell [{numbers[frame.filename]}]"
            first = next((each.first_line for each in entered.cells if each.label == cell), 1)
            line = frame.lineno or 1
            left = from_a_stub(told.type_name, told.message) and stub_left(entered, told.message)
            meant = left or did_you_mean(told.message, entered, first + line - 1)
            return dataclasses.replace(told, where=f"{cell}, line {line}", text=frame.line or "", because=meant)
    return dataclasses.replace(told, where="", text="")
