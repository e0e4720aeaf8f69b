"""The check cells of the notebooks: `check("a1_resize", "resized", points=4)` under each task.

A check cell runs the public checks of one task on the functions in the student's own kernel. It never counts, so it
needs no sandbox, and Jupyter's interrupt button is its timeout. It shows what passes, what fails and why, in the words
of `autograder check`.
"""

import base64
import contextlib
import html
import importlib
import io
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .common.errors import UserError, not_installed

try:
    from .course.course import Course, find_course
    from .student import cell_page, state
    from .student import hint as hints
    from .student.cell_page import CellPage, inline
    from .student.jupyter import namespace, shell
    from .student.repository import StudentRepository, Target
except ModuleNotFoundError as error:  # Jupyter shows this one without a traceback
    raise SystemExit(not_installed(str(error.name), "submissions")) from None

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
            from .student.kernel import verdicts_of  # imports torch

            verdicts, problem = verdicts_of(_course(), assignment, task), ""
        except Exception as error:
            verdicts, problem = [], str(error) or type(error).__name__
    earned, possible = sum(v.score for v in verdicts), sum(v.check.points for v in verdicts)
    page = cell_page.page_of(task, verdicts, problem, written.getvalue(), points)
    if earned < possible:
        page = _with_hint(page, task)
    if not problem:
        _CHECKED[assignment, task] = (earned, earned == possible)
        if earned == possible:
            page = cell_page.with_why(page, _course(), assignment, task)
        checked = [found for (name, _), found in _CHECKED.items() if name == assignment]
        page = cell_page.with_bar(page, _course(), assignment, checked)
    cell_page.show(page)
    if "NBGRADER_EXECUTION" not in os.environ:
        return None
    return round(points * earned / possible, 2) if possible else 0.0


def hint(task: str | None = None, again: bool = False) -> None:
    """Show the next hint for a task, as `autograder hint` does. Each call tells a little more, but never the answer.

    task: as in `hint("resized")`; without it, the first task that is not solved. again: show the hints that you have
    read. After a check cell in which something fails, a notebook has `hint` without an import.
    """
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
        cell_page.show(CellPage(html.escape(str(error)), str(error)))
        return
    lines = [f"{target.task}, hint {number} of {told.count}: {text}" for number, text in told.hints]
    lines.append(told.last)
    cell_page.show(
        CellPage("".join(f'<div style="line-height:1.5">{inline(line)}</div>' for line in lines), "\n".join(lines))
    )


def _with_hint(page: CellPage, task: str) -> CellPage:
    """Define `hint` in the notebook and add a line on it to the page, unless a cell uses that name already."""
    running = shell()
    if running is None or running.user_ns.setdefault("hint", hint) is not hint:
        return page
    offer = f'Stuck? hint("{task}") in a cell gives a nudge, never the answer.'
    return CellPage(page.rich + f'<div style="opacity:.75">{inline(offer)}</div>', f"{page.plain}\n{offer}")


def show(assignment: str, picture: str) -> None:
    """Show a picture of an assignment, drawn by the functions of this kernel. `autograder show` shows the same."""
    if "NBGRADER_EXECUTION" in os.environ:  # nobody sees it
        return
    from .student import pictures

    slider = None
    try:
        course = _course()
        path, given = course.released(assignment).pictures, pictures.Material(namespace(), course.root / "data")
        page = pictures.drawn(path, picture, given)
        if "<svg" in page and (stops := pictures.stops(path, picture)):
            slider = _slider(stops, lambda stop: pictures.drawn(path, picture, given, stop))
    except Exception as error:
        page = f"<p>{html.escape(str(error))}</p>"
    cell_page.show(CellPage(page, pictures.in_words(page)))
    if slider is not None:
        sys.modules["IPython"].display.display(slider)


def _slider(stops: int, draw: Callable[[int], str]) -> Any:
    """A slider, and below it the drawing for its position; None without ipywidgets."""
    if shell() is None:
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
    with contextlib.suppress(UserError):
        find_course(Path.cwd())
        return
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))) as archive:
        archive.extractall(Path.cwd() / _ALONE)


def _course() -> Course:
    """The checks that this notebook has unpacked, or else the course that it lies in."""
    alone = Path.cwd() / _ALONE
    return find_course(alone if alone.is_dir() else Path.cwd())


def train_network(full: bool = False, images: int | None = None, hold_out: int | None = None) -> None:
    """Train the network of this kernel's functions, as `autograder train` does, and show what it has learnt.

    full: use the complete data set. images: use only this many, the first ones. hold_out: how many to judge by; they
    are not trained on. Jupyter's interrupt button ends the training and keeps what was learnt. The trained network is
    written beside the notebook. Raises UserError if a function or the data are missing.
    """
    from .student.train import in_kernel

    fragment = in_kernel(namespace(), full, images, hold_out)
    if shell() is not None:
        cell_page.show(CellPage(fragment, "The curves are in training.html, beside the notebook."))
