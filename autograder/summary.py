"""The table at the end of a grading: scores, and what went wrong where, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .console import printable
from .results import CheckResult, ClassResults, Result

ROWS = 200  # students in the table; beyond that only those whom a person should look at

_NO_GRADE = {"missing": "–", "unreadable": "!", "ambiguous": "?"}


def table(results: ClassResults) -> RenderableType:
    """student, score for each assignment, total, and what went wrong where."""
    points = results.max_scores()
    short = short_names(list(points))
    students = results.students()
    shown = list(students.items())
    if len(shown) > ROWS:
        shown = [(s, own) for s, own in shown if any(needs_a_look(r) for r in own.values())][:ROWS]
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("student", overflow="ellipsis", max_width=28, no_wrap=True)
    for name, most in points.items():
        grid.add_column(f"{short[name]}\n/{most}", justify="right", no_wrap=True)
    grid.add_column(f"total\n/{sum(points.values())}", justify="right", style="bold", no_wrap=True)
    grid.add_column("what went wrong", overflow="ellipsis", no_wrap=True, ratio=1)
    for student, own in shown:
        scores = [_score(own.get(name)) for name in points]
        total = sum(result.score for result in own.values())
        lines = [f"{short[r.assignment]} {why}" for r in own.values() if (why := what_went_wrong(r))]
        wrong = Text("\n".join(lines), style="dim", overflow="ellipsis", no_wrap=True)
        grid.add_row(Text(printable(student)), *scores, str(total), wrong)
    if len(shown) < len(students):
        grid.caption = (
            f"{len(students)} students; shown are the {len(shown)} whom a person should look at first."
        )
    return grid


def _score(result: Result | None) -> Text:
    if result is None or result.status == "missing":
        return Text("–", style="dim")
    if result.status != "graded":
        return Text(_NO_GRADE[result.status], style="bold red")
    style = "green" if result.score == result.max_score else "red" if result.score == 0 else "yellow"
    return Text(str(result.score), style=style)


def needs_a_look(result: Result) -> bool:
    """Is there no score that a person would trust without a look?"""
    crashed = any(check.outcome == "crashed" for check in result.checks)
    return (
        result.status in ("unreadable", "ambiguous")
        or crashed
        or (result.status == "graded" and not result.checks)
    )


def what_went_wrong(result: Result) -> str:
    """One line: the first task that failed and why, and how many more did. "" when nothing went wrong."""
    if result.status != "graded":
        return f"{result.status}: {printable(result.notes[0])}" if result.notes else result.status
    if not result.checks:
        return printable(result.notes[0]) if result.notes else "not graded"
    if result.score == result.max_score:
        return ""
    first: dict[str, CheckResult] = {}
    for check in sorted(result.checks, key=lambda c: (c.diagnosis is None, c.outcome == "not_run")):
        if check.outcome != "passed":
            first.setdefault(check.task, check)
    (task, check), others = next(iter(first.items())), len(first) - 1
    more = f" (and {others} more {'task' if others == 1 else 'tasks'})" if others else ""
    return f"{task}{more}: {_reason(check)}"


def _reason(check: CheckResult) -> str:
    if check.diagnosis is not None:
        return printable(_first_line(check.diagnosis.message))
    said = printable(_first_line(check.message))
    return said if said else check.outcome.replace("_", " ")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names for narrow columns: `a1` for a1_permute, where no other assignment begins with it."""
    heads = [name.split("_")[0] for name in names]
    return {name: head if heads.count(head) == 1 else name for name, head in zip(names, heads, strict=True)}


def counts(results: Iterable[Result]) -> str:
    """How many of each status: "52 graded, 2 missing, 1 unreadable"."""
    tally: dict[str, int] = {}
    for result in results:
        tally[result.status] = tally.get(result.status, 0) + 1
    order = ("graded", "missing", "unreadable", "ambiguous")
    return ", ".join(f"{tally[status]} {status}" for status in order if status in tally)
