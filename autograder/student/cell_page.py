"""What a cell of a notebook shows: each display as HTML for Jupyter, and as plain text."""

import html
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ..common.plural import plural
from ..course.course import Course
from ..grading.context import Verdict
from .hint import read_why
from .jupyter import shell
from .screen import bar

# Symbols and words carry the meaning, and colours only repeat it. Jupyter's colours suit its light and its dark page.
_MARKS: dict[str, tuple[str, str, str]] = {
    "passed": ("✓", "var(--jp-success-color0, #2e8b57)", "passes"),
    "not_run": ("○", "var(--jp-content-font-color2, #808080)", "not yet"),
}
_FAILED = ("✗", "var(--jp-error-color1, #d1603d)", "fails")


@dataclass(frozen=True)
class CellPage:
    """One display in two forms: HTML for Jupyter, and plain text."""

    rich: str
    plain: str


def page_of(task: str, verdicts: list[Verdict], problem: str, written: str, points: int) -> CellPage:
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
    return CellPage("\n".join([*rich, "</div>"]), "\n".join(plain))


def _row(verdict: Verdict) -> CellPage:
    """One check: its mark, its title, and what was wrong and why."""
    sign, colour, word = _MARKS.get(verdict.outcome, _FAILED)
    why = [verdict.message] if verdict.message else []
    if verdict.diagnosis is not None:
        why.append(verdict.diagnosis.message)
    details = "".join(f'<div style="margin-left:1.6em">{inline(line)}</div>' for line in why)
    if verdict.drawing is not None:
        from ..checks import axes

        details += f'<div style="margin-left:1.6em">{axes.svg(verdict.drawing)}</div>'
        why += axes.lines(verdict.drawing)
    rich = (
        f'<div><span style="color:{colour}" title="{word}"><b>{sign}</b> {word}</span> '
        f"{inline(verdict.check.title)}</div>{details}"
    )
    return CellPage(rich, "\n".join([f"{sign} {word}: {verdict.check.title}", *(f"    {line}" for line in why)]))


def inline(text: str) -> str:
    """A message as HTML: text between backticks becomes code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 and n < len(parts) - 1 else p for n, p in enumerate(parts))


def show(page: CellPage) -> None:
    """Show a page: as HTML in a notebook, elsewhere as text."""
    if shell() is None:
        print(page.plain)
        return
    display: Callable[..., Any] = sys.modules["IPython"].display.display
    display({"text/html": page.rich, "text/plain": page.plain}, raw=True)


def with_why(page: CellPage, course: Course, assignment: str, task: str) -> CellPage:
    """The page with a sentence on why the task works, if its author wrote one."""
    sentence = read_why(course, assignment).get(task)
    if not sentence:
        return page
    told = f"The idea behind it: {sentence}"
    return CellPage(f"{page.rich}<div>{inline(told)}</div>", f"{page.plain}\n{told}")


def with_bar(page: CellPage, course: Course, assignment: str, checked: Collection[tuple[int, bool]]) -> CellPage:
    """The page with a bar of the points so far, out of all points.

    checked: for each task of the assignment that was checked, its points, and whether all its public checks passed.
    """
    points = course.manifest().of(assignment).points
    total = sum(public + hidden for public, hidden in points.values())
    earned, done = sum(score for score, _ in checked), sum(whole for _, whole in checked)
    tasks = "1 task passes its" if len(points) == 1 else f"{len(points)} tasks pass their"
    text = f"{assignment} so far: {earned} of {plural(total, 'point')}, {done} of {tasks} public checks."
    drawn = bar(earned, total, width=20)
    rich = f'<div style="opacity:.85"><span aria-hidden="true">{drawn}</span> {text}</div>'
    return CellPage(page.rich + rich, f"{page.plain}\n{drawn} {text}")
