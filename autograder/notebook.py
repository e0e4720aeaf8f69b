"""The check cells of the notebooks: `check("a1_resize", "resized", points=4)` under each task.

A check cell runs the public checks of one task on the functions in the student's own kernel. It never counts, so it
needs no sandbox, and Jupyter's interrupt button is its timeout. It shows what passes, what fails and why, in the words
of `autograder check`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import html
import importlib
import io
import os
import re
import sys
import traceback
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .common.errors import UserError
from .common.plural import plural

if TYPE_CHECKING:
    from .course.assignment import Assignment
    from .course.course import Course
    from .data import Examples
    from .grading.context import CheckContext, Verdict
    from .sandbox.observation import Observation, StudentError
    from .sandbox.run_local import LocalRun
    from .submission.source import Source

_ALONE = Path(".autograder", "course")  # where a notebook outside a course unpacks its checks

# What this kernel's checks found last: (assignment, task) -> (points, whether all of its public checks passed).
_CHECKED: dict[tuple[str, str], tuple[int, bool]] = {}


def check(assignment: str, task: str, points: int) -> float | None:
    """Run the public checks of a task on the functions of this kernel, and show them.

    points: what the task is worth, public and hidden checks together. Returns None, so that no bare number stands below
    the display. Only while nbgrader runs the notebook, it returns the share of `points` that the public checks earned:
    nbgrader takes this for the cell's grade, until `autograder grade` has graded.
    """
    written = io.StringIO()
    # nbgrader takes any output on stderr for a failure. What the student's code prints is shown once, at the end.
    with contextlib.redirect_stderr(written), contextlib.redirect_stdout(written):
        try:
            verdicts, problem = _run(assignment, task), ""
        except Exception as error:
            verdicts, problem = [], str(error) or type(error).__name__
    earned, possible = sum(v.score for v in verdicts), sum(v.check.points for v in verdicts)
    page = _page(task, verdicts, problem, written.getvalue(), points)
    if earned < possible:
        page = _with_hint(page, task)
    if not problem:
        _CHECKED[assignment, task] = (earned, earned == possible)
        page = _with_why(page, assignment, task)
        page = _with_bar(page, assignment)
    _show(page)
    if "NBGRADER_EXECUTION" not in os.environ:
        return None
    return round(points * earned / possible, 2) if possible else 0.0


def hint(task: str | None = None, again: bool = False) -> None:
    """Show the next hint for a task, as `autograder hint` does. Each call tells a little more, but never the answer.

    task: as in `hint("resized")`; without it, the first task that is not solved. again: show the hints that you have
    read. After a check cell in which something fails, a notebook has `hint` without an import.
    """
    from .student import hint as hints
    from .student import state
    from .student.repository import StudentRepository, Target

    try:
        repository = StudentRepository(_course())
        memory = state.load(repository.root)
        target = repository.target(task) if task else hints.next_task(repository, memory)
        if target.task is None:
            unsolved = hints.unsolved_tasks(repository, target.assignment, memory)
            target = Target(target.assignment, (unsolved or repository.tasks(target.assignment))[0])
        told = hints.next_hints(repository, memory, target, again, f'hint("{task or target.task}")')
        state.save(repository.root, told.memory)
    except Exception as error:
        _show(_Page(html.escape(str(error)), str(error)))
        return
    lines = [f"{target.task}, hint {number} of {told.count}: {text}" for number, text in told.hints]
    lines.append(told.last)
    _show(_Page("".join(f'<div style="line-height:1.5">{_inline(line)}</div>' for line in lines), "\n".join(lines)))


def _with_why(page: _Page, assignment: str, task: str) -> _Page:
    """The page with a sentence on why the task works, once its public checks pass."""
    from .student.hint import read_why

    _, whole = _CHECKED[assignment, task]
    sentence = read_why(_course(), assignment).get(task) if whole else None
    if not sentence:
        return page
    told = f"The idea behind it: {sentence}"
    return _Page(f"{page.rich}<div>{_inline(told)}</div>", f"{page.plain}\n{told}")


def _with_bar(page: _Page, assignment: str) -> _Page:
    """The page with a bar of the points that the checks of this kernel have given so far, out of all points."""
    from .student.screen import bar

    points = _course().manifest().of(assignment).points
    total = sum(public + hidden for public, hidden in points.values())
    mine = [found for (name, _), found in _CHECKED.items() if name == assignment]
    earned, done = sum(score for score, _ in mine), sum(whole for _, whole in mine)
    tasks = "1 task passes its" if len(points) == 1 else f"{len(points)} tasks pass their"
    text = f"{assignment} so far: {earned} of {plural(total, 'point')}, {done} of {tasks} public checks."
    drawn = bar(earned, total, width=20)
    rich = f'<div style="opacity:.85"><span aria-hidden="true">{drawn}</span> {text}</div>'
    return _Page(page.rich + rich, f"{page.plain}\n{drawn} {text}")


def _with_hint(page: _Page, task: str) -> _Page:
    """Define `hint` in the notebook and add a line on it to the page, unless a cell uses that name already."""
    shell = _shell()
    if shell is None or shell.user_ns.setdefault("hint", hint) is not hint:
        return page
    offer = f'Stuck? hint("{task}") in a cell gives a nudge, never the answer.'
    return _Page(page.rich + f'<div style="opacity:.75">{_inline(offer)}</div>', f"{page.plain}\n{offer}")


def show(assignment: str, picture: str) -> None:
    """Show a picture of an assignment, drawn by the functions of this kernel. `autograder show` shows the same."""
    if "NBGRADER_EXECUTION" in os.environ:  # nobody sees it
        return
    from .student import pictures

    slider = None
    try:
        course = _course()
        path, given = course.released(assignment).pictures, pictures.Material(_namespace(), course.root / "data")
        page = pictures.drawn(path, picture, given)
        if "<svg" in page and (stops := pictures.stops(path, picture)):
            slider = _slider(stops, lambda stop: pictures.drawn(path, picture, given, stop))
    except Exception as error:
        page = f"<p>{html.escape(str(error))}</p>"
    _show(_Page(page, pictures.in_words(page)))
    if slider is not None:
        sys.modules["IPython"].display.display(slider)


def _slider(stops: int, draw: Callable[[int], str]) -> Any:
    """A slider, and below it the drawing for its position; None without ipywidgets."""
    if _shell() is None:
        return None
    try:
        widgets: Any = importlib.import_module("ipywidgets")
    except ImportError:
        return None
    page = widgets.HTML(draw(0))
    slider = widgets.IntSlider(max=stops - 1, description="stop", continuous_update=False)
    slider.observe(lambda change: setattr(page, "value", draw(change["new"])), "value")
    return widgets.VBox([slider, page])


def unpack(packed: str) -> None:
    """Unpack the public checks that a notebook holds, so that it works outside a course. In a course nothing happens.

    packed: a zip file in base64, which `release --to` put into the cell.
    """
    import base64
    import zipfile

    from .course.course import find_course

    with contextlib.suppress(UserError):
        find_course(Path.cwd())
        return
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))) as archive:
        archive.extractall(Path.cwd() / _ALONE)


def _course() -> Course:
    """The checks that this notebook has unpacked, or else the course that it lies in."""
    from .course.course import find_course

    alone = Path.cwd() / _ALONE
    return find_course(alone if alone.is_dir() else Path.cwd())


def train_network(full: bool = False, images: int | None = None, hold_out: int | None = None) -> None:
    """Train the network of this kernel's functions, as `autograder train` does, and show what it has learnt.

    full: use the complete data set. images: use only this many, the first ones. hold_out: how many to judge by; they
    are not trained on. Jupyter's interrupt button ends the training and keeps what was learnt. The trained network is
    written beside the notebook. Raises UserError if a function or the data are missing.
    """
    from .student.train import in_kernel

    fragment = in_kernel(_namespace(), full, images, hold_out)
    if _shell() is not None:
        _show(_Page(fragment, "The curves are in training.html, beside the notebook."))


def _run(name: str, task: str) -> list[Verdict]:
    """The verdicts of the public checks of one task. Raises an error with a message for the student if none can run."""
    from .checks.catalogues import released_catalogue
    from .course.network import network_of
    from .data.dataset import SAMPLE, examples_in
    from .grading.context import CheckContext
    from .grading.verdicts import explained
    from .student.pictures import training_examples

    course = _course()
    assignment = course.released(name)
    network = network_of(assignment)
    if (sample := course.root / SAMPLE).is_file():
        data = partial(examples_in, sample)
    else:
        data = partial(training_examples, course.root / "data", network.data if network is not None else "")
    run = _kernel_run(_namespace(), assignment.parameters(), data)
    context = CheckContext(run, lambda: released_catalogue(assignment.folder), 0, _no_test_images)
    _round(assignment, task, context)
    for verdict in context.verdicts:
        if verdict.bug:
            raise RuntimeError(f"A check could not run, which is not your fault: {verdict.bug}")
    return explained(context)


def _namespace() -> Mapping[str, Any]:
    """What the student's cells have defined so far."""
    shell = _shell()
    return shell.user_ns if shell is not None else vars(sys.modules["__main__"])


def _shell() -> Any:
    """The IPython shell that runs this, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _no_test_images() -> NoReturn:
    raise RuntimeError("the test images stay with the graders")


def _kernel_run(
    namespace: Mapping[str, Any], names: dict[str, tuple[str, ...]], data: Callable[[], Examples]
) -> LocalRun:
    """A run in this process, on the student's own objects, that knows the training data and the cells."""
    from .sandbox.inside.wire import SandboxTensor
    from .sandbox.observation import Observation, Question, StudentError
    from .sandbox.run_local import LocalRun
    from .submission.own_tasks import stands_inside

    class KernelRun(LocalRun):
        """A LocalRun that adds to an error the cell and line where it arose."""

        raised: BaseException | None = None

        def ask(self, task: str, question: Question) -> Observation:
            if question.calls[-1].verb in ("call", "item") and task not in namespace:
                said = _unread(task) or stands_inside(_entered(), task) or _not_defined(task, namespace, names)
                missing = StudentError("MissingTask", said)
                return Observation(task, question.calls, "error", error=missing, run=self)
            self.raised = None
            seen = super().ask(task, question)
            if seen.error is None or self.raised is None:
                return seen
            return dataclasses.replace(seen, error=_told_with_its_place(seen.error, self.raised))

        def perform(self, *args: Any) -> Any:
            try:
                return super().perform(*args)
            except Exception as error:
                self.raised = error
                raise

        def own(self, value: Any) -> Any:
            if isinstance(value, SandboxTensor):
                examples = data()
                whole = examples.items if value.name == "train_images" else examples.labels
                return whole[value.start : value.stop].clone()
            return super().own(value)

    return KernelRun(namespace, names)


def _not_defined(task: str, namespace: Mapping[str, Any], tasks: Collection[str]) -> str:
    """The message on a task that no cell has defined, with another name that may be meant for it."""
    from .submission.suggestions import near

    meant = near(task, [name for name in namespace if name not in tasks and not name.startswith("_")])
    if meant:
        return f"No cell has defined {task}. There is {meant}: is that the one? The name has to be {task}."
    return f"{task} is not defined yet: run the cell above this one."


def _unread(task: str) -> str:
    """Why the last cell that defines a task could not be read, with the line and a caret; "" if it could."""
    from .submission.source import Source
    from .submission.syntax import syntax_problem

    for cell in reversed(_entered().cells):
        if re.search(rf"^\s*(def|class)\s+{re.escape(task)}\b", cell.text, re.MULTILINE):
            return syntax_problem(Source("ipynb", (dataclasses.replace(cell, first_line=1),)))
    return ""


def _entered() -> Source:
    """The cells that this kernel has been given so far, each with its number."""
    from .submission.source import Cell, Source

    shell = _shell()
    cells: list[Cell] = []
    following = 1
    for number, text in enumerate(shell.user_ns.get("In", []) if shell is not None else []):
        cells.append(Cell(text, following, f"cell [{number}]"))
        following += text.count("\n") + 1
    return Source("ipynb", tuple(cells))


def _told_with_its_place(told: StudentError, error: BaseException) -> StudentError:
    """The error, with the student's cell and line ("cell [3], line 2"), and with the name that may have been meant."""
    from .common.raised import from_a_stub
    from .submission.own_tasks import stub_left
    from .submission.suggestions import did_you_mean

    shell, entered = _shell(), _entered()
    numbers: Mapping[str, int] = getattr(getattr(shell, "compile", None), "_filename_map", {})
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in numbers:
            cell = f"cell [{numbers[frame.filename]}]"
            first = next((each.first_line for each in entered.cells if each.label == cell), 1)
            line = frame.lineno or 1
            left = from_a_stub(told.type_name, told.message) and stub_left(entered, told.message)
            meant = left or did_you_mean(told.type_name, told.message, entered, first + line - 1)
            return dataclasses.replace(told, where=f"{cell}, line {line}", text=frame.line or "", because=meant)
    return dataclasses.replace(told, where="", text="")


def _round(assignment: Assignment, task: str, context: CheckContext) -> None:
    """Run the public checks of one task in this thread, so that an interrupt reaches the student's code."""
    import pytest

    from .grading import plugin

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


# --- what the student sees -----------------------------------------------------------------------------------------

# Symbols and words carry the meaning, and colours only repeat it. Jupyter's colours suit its light and its dark page.
_MARKS: dict[str, tuple[str, str, str]] = {
    "passed": ("✓", "var(--jp-success-color0, #2e8b57)", "passes"),
    "not_run": ("○", "var(--jp-content-font-color2, #808080)", "not yet"),
}
_FAILED = ("✗", "var(--jp-error-color1, #d1603d)", "fails")


@dataclasses.dataclass(frozen=True)
class _Page:
    """One display in two forms: HTML for Jupyter, and plain text."""

    rich: str
    plain: str


def _page(task: str, verdicts: list[Verdict], problem: str, written: str, points: int) -> _Page:
    """What a check cell shows. points: what the task is worth in grading, public and hidden checks together."""
    earned, possible = sum(v.score for v in verdicts), sum(v.check.points for v in verdicts)
    if problem:
        head = f"{task}: the public checks did not run. {problem}"
    elif verdicts and all(v.outcome == "not_run" for v in verdicts):
        waits = verdicts[0].why == "waits"
        then = "Run this one again when it does." if waits else "Fill in the cell above, run it, then run this one."
        head = f"{verdicts[0].message} {then}"
        verdicts = []
    elif not verdicts:
        head = f"{task} has no public check: only grading checks it."
    elif earned == possible:
        left = f" Grading gives the other {points - possible}, on other inputs." if points > possible else ""
        head = f"{task}: all public checks pass, {possible} of {plural(points, 'point')}.{left}"
    else:
        head = f"{task}: {earned} of {plural(possible, 'point')} of the public checks"
    rows = [_row(verdict) for verdict in verdicts]
    said = written.strip()
    rich = [f'<div style="line-height:1.5"><b>{html.escape(head)}</b>', *(row.rich for row in rows)]
    plain = [head, *(row.plain for row in rows)]
    if said:
        rich.append(
            f"<details><summary>What your code printed</summary><pre>{html.escape(said[:5000])}</pre></details>"
        )
    return _Page("\n".join([*rich, "</div>"]), "\n".join(plain))


def _row(verdict: Verdict) -> _Page:
    """One check: its mark, its title, and what was wrong and why."""
    sign, colour, word = _MARKS.get(verdict.outcome, _FAILED)
    why = [verdict.message] if verdict.message else []
    if verdict.diagnosis is not None:
        why.append(verdict.diagnosis.message)
    details = "".join(f'<div style="margin-left:1.6em">{_inline(line)}</div>' for line in why)
    if verdict.drawing is not None:
        from .checks import axes

        details += f'<div style="margin-left:1.6em">{axes.svg(verdict.drawing)}</div>'
        why += axes.lines(verdict.drawing)
    rich = (
        f'<div><span style="color:{colour}" title="{word}"><b>{sign}</b> {word}</span> '
        f"{_inline(verdict.check.title)}</div>{details}"
    )
    return _Page(rich, "\n".join([f"{sign} {word}: {verdict.check.title}", *(f"    {line}" for line in why)]))


def _inline(text: str) -> str:
    """A message as HTML: text between backticks becomes code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 and n < len(parts) - 1 else p for n, p in enumerate(parts))


def _show(page: _Page) -> None:
    """Show a page: as HTML in a notebook, elsewhere as text."""
    if _shell() is None:
        print(page.plain)
        return
    display: Callable[..., Any] = sys.modules["IPython"].display.display
    display({"text/html": page.rich, "text/plain": page.plain}, raw=True)
