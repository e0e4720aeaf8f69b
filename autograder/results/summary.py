"""The table at the end of a grading: scores, and what went wrong where, one line each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..common.terminal import first_line, printable
from ..submission.syntax import NOT_PYTHON
from .result import NOT_HANDED_IN, CheckResult, ClassResults, Result, is_lost, standing

ROWS = 200  # students in the table; if there are more, only those that a person should look at

NO_GRADE = {"unreadable": "!", "ambiguous": "?", "lost": "×"}


def table(results: ClassResults, width: int = 120) -> RenderableType:
    """student, score for each assignment, total, and what went wrong where; in lines of `width` characters.

    A dash means that a submission is missing, dots that it is not graded yet.
    """
    points = results.max_scores()
    short = short_names(list(points))
    students = results.students()
    shown = list(students.items())
    if len(shown) > ROWS:
        shown = [(s, own) for s, own in shown if any(needs_a_look(r) for r in own.values())][:ROWS]
        if not shown:
            return Text(f"{len(students)} students, and no result needs a person's attention: the report shows all.")
    headings = [f"{short[name]}\n/{most}" for name, most in points.items()] + [f"total\n/{sum(points.values())}"]
    names = [Text(printable(student), overflow="ellipsis", no_wrap=True) for student, _ in shown]
    # Every width is fixed: the last column gets the rest of the line, and takes no room from the scores.
    first = min(28, max([len("student"), *(name.cell_len for name in names)]))
    others = [max(map(len, heading.split("\n"))) for heading in headings]
    last = max(24, width - first - sum(others) - 3 * len(others) - 3)
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("student", width=first, no_wrap=True)
    for heading, needed in zip(headings, others, strict=True):
        bold = "bold" if heading is headings[-1] else ""
        grid.add_column(heading, justify="right", style=bold, width=needed, no_wrap=True)
    grid.add_column("what went wrong", width=last, no_wrap=True)
    for name, (_, own) in zip(names, shown, strict=True):
        scores = [_score(own.get(assignment), results) for assignment in points]
        total = str(results.total(own.values()))
        waits = len(own) < len(points)  # an incomplete sum would be taken for the total
        wrong = Text("\n".join(_lines(own, short, results)), style="dim", overflow="ellipsis", no_wrap=True)
        grid.add_row(name, *scores, "…" if waits else total, wrong)
    if len(shown) < len(students):
        grid.caption = f"{len(students)} students; these {len(shown)} need a person's attention first."
    return grid


def _lines(own: Mapping[str, Result], short: Mapping[str, str], results: ClassResults) -> list[str]:
    """What went wrong, one line for each assignment, one for all that are missing, and why a score was changed."""
    missing = [short[name] for name, result in own.items() if result.status == "missing" and not result.notes]
    unbegun = [short[name] for name, result in own.items() if result.status == "not_started"]
    lines = [
        f"{short[name]} {why}"
        for name, result in own.items()
        if short[name] not in (*missing, *unbegun) and (why := what_went_wrong(result))
    ]
    if missing:
        lines.append(f"missing: {', '.join(missing)}")
    if unbegun:
        lines.append(f"not started: {', '.join(unbegun)}")
    finals = ((name, results.finals.get((result.student, name))) for name, result in own.items())
    return lines + [f"{short[name]} {printable(final.reason)}" for name, final in finals if final is not None]


def _score(result: Result | None, results: ClassResults) -> Text:
    if result is None:  # not graded yet: a run that was stopped has a result for everybody else
        return Text("…", style="dim")
    score = results.final_score(result)
    if result.status in NOT_HANDED_IN and not score:
        return Text("–", style="dim")
    if not score and (sign := NO_GRADE.get(standing(result))):
        return Text(sign, style="bold red")
    style = "green" if score == result.max_score else "red" if score == 0 else "yellow"
    return Text(str(score), style=style)


def needs_a_look(result: Result) -> bool:
    """Should a person look at this result before they trust its score?"""
    return standing(result) in NO_GRADE or any(check.outcome == "crashed" for check in result.checks)


def what_went_wrong(result: Result) -> str:
    """One line: how many tasks failed, and why the first of them did. "" if nothing went wrong."""
    if result.status != "graded":
        status = result.status.replace("_", " ")
        return f"{status}: {printable(first_line(result.notes[0]))}" if result.notes else status
    if is_lost(result):
        return printable(first_line(result.notes[0])) if result.notes else "not graded"
    if result.score == result.max_score:
        return ""
    first: dict[str, CheckResult] = {}
    for check in sorted(result.checks, key=lambda c: (c.diagnosis is None, c.outcome == "not_run")):
        if check.outcome != "passed":
            first.setdefault(check.task, check)
    task, check = next(iter(first.items()))
    reason = _reason(check)
    # A message mostly names its task; a diagnosis does not.
    named = reason if reason.startswith(task) else f"{task}: {reason}"
    told = named if len(first) == 1 else f"{len(first)} tasks, {named}"
    broken = next((note for note in map(first_line, result.notes) if NOT_PYTHON in note), "")
    return f"{printable(broken)} {told}" if broken else told  # that line may be the cause of all the rest


def _reason(check: CheckResult) -> str:
    if check.diagnosis is not None:
        return printable(first_line(check.diagnosis.message.strip()))
    said = printable(first_line(check.message.strip()))
    return said if said else check.outcome.replace("_", " ")


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names for narrow columns: `a1` for a1_permute, if no other assignment begins with it."""
    heads = [name.split("_")[0] for name in names]
    return {name: head if heads.count(head) == 1 else name for name, head in zip(names, heads, strict=True)}


def counts(results: Iterable[Result]) -> str:
    """How many of each status: "52 graded, 2 missing, 1 unreadable"."""
    tally = Counter(map(standing, results))
    order = ("graded", "missing", "not_started", "unreadable", "ambiguous", "lost")
    return ", ".join(f"{tally[status]} {status.replace('_', ' ')}" for status in order if tally[status])
