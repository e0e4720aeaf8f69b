"""`docs/misconceptions.md`: every check and every misconception with its message, for lecturers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..course.course import Course
from ..grading.context import CheckInfo
from .declared import declared_checks, open_checks

if TYPE_CHECKING:
    from ..checks.catalogues import CodeCatalogue

_INTRODUCTION = """\
# Checks and misconceptions

What each assignment is checked for, and every wrong answer that the grader knows, {count} in all, with the message that it
earns. Each is a small wrong solution in `solutions/<assignment>/misconceptions.py`; the grader runs it on the input of the
check that failed and compares. Results carry its name, so that a report can count how often it occurs. `autograder verify`
proves that each of them fails a check of its own task, and none of another's, and is given its own diagnosis. If several
fit, the student is told the first one in this order.

This page is made by `autograder verify --page`, and `autograder verify` says when it is out of date.

| assignment | task | misconceptions | hints |
| --- | --- | ---: | ---: |
{rows}
"""


def page(course: Course) -> str:
    """The page's text: for each assignment and task its misconceptions, in the order in which they are tried."""
    from ..checks.catalogues import CodeCatalogue

    rows, parts, count = [], [], 0
    for name in course.assignment_names():
        catalogue = CodeCatalogue.load(course.assignment(name).misconceptions)
        count += len(catalogue.misconceptions)
        with open_checks(course.assignment(name)) as live:
            parts.append(f"## {name}\n\n{_table_of(declared_checks(live))}")
        for task in tasks_of(catalogue):
            own = [known for known in catalogue.misconceptions if known.task == task]
            told = catalogue.hints.get(task, ())
            rows.append(f"| `{name}` | `{task}` | {len(own)} | {len(told)} |")
            lines = [f"| `{known.name}` | {_cell(known.message)} |" for known in own]
            parts.append(
                "\n".join(
                    [f"### `{task}`", "", "| misconception | what the student is told |", "| --- | --- |", *lines]
                )
            )
            if told:
                parts.append("\n".join(["Hints:", "", *(f"{number}. {text}" for number, text in enumerate(told, 1))]))
            if why := catalogue.why.get(task):
                parts.append(f"Once it passes: {why}")
    introduction = _INTRODUCTION.format(count=count, rows="\n".join(rows))
    return "\n".join([introduction, "\n\n".join(parts), ""])


def tasks_of(catalogue: CodeCatalogue) -> list[str]:
    """The tasks of a catalogue, in its order."""
    return list(dict.fromkeys([*(known.task for known in catalogue.misconceptions), *catalogue.hints]))


def _table_of(checks: list[CheckInfo]) -> str:
    """What is checked: a row for each check, in the order in which they run."""
    lines = ["| what is checked | task | points | run by |", "| --- | --- | ---: | --- |"]
    for check in checks:
        by = "grading alone" if check.hidden else "the student too"
        lines.append(f"| {_cell(check.title)} | `{check.task}` | {check.points} | {by} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
