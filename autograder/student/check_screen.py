"""What `autograder check` shows of an assignment: all its checks, or its tasks and the first check that fails."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from ..common.terminal import console
from . import hint, screen, state
from .checker import CheckReport
from .repository import StudentRepository


def remember(repository: StudentRepository, report: CheckReport) -> state.State:
    """Save the points of an assignment that was checked as a whole. Returns the new state."""
    before = memory = state.load(repository.root)
    if report.fingerprint and repository.own(report.name) is not None:
        memory = memory.with_checked(report.name, report.checked)
    if memory != before:
        state.save(repository.root, memory)
    return memory


def first_passes(report: CheckReport, before: state.State) -> list[str]:
    """The tasks that have all their public points now, but did not at the last check of the assignment."""
    kept = before.checked.get(report.name)
    had = dict(kept.points) if kept is not None else {}
    whole = [task for task, (earned, possible) in report.points.items() if earned == possible > 0]
    return [task for task in whole if had.get(task, (0, 1))[0] < had.get(task, (0, 1))[1]]


def _tell_why(repository: StudentRepository, report: CheckReport, tasks: Iterable[str]) -> None:
    """Print, for each of these tasks, a sentence on why it works."""
    known = hint.read_why(repository.course, report.name)
    for task in tasks:
        if task in known:
            console().print()
            screen.say(Text.assemble((task, "bold green"), f" passes so far. The idea behind it: {known[task]}"), 2)


def as_data(repository: StudentRepository, report: CheckReport) -> dict[str, Any]:
    """The state of an assignment, or of one task, for `--json`. Only public points and checks are in it."""
    points = report.points.values()
    return {
        "assignment": report.name,
        "file": report.path.relative_to(repository.root).as_posix(),
        "passed": report.passed,
        "public_score": sum(earned for earned, _ in points),
        "public_max_score": sum(possible for _, possible in points),
        "problem": report.problem,
        "notes": list(report.notes),
        "checks": [
            {
                "name": verdict.check.name,
                "title": verdict.check.title,
                "task": verdict.check.task,
                "points": verdict.check.points,
                "score": verdict.score,
                "outcome": verdict.outcome,
                "message": verdict.message,
                "diagnosis": None if verdict.diagnosis is None else dataclasses.asdict(verdict.diagnosis),
                "where": verdict.where,
            }
            for verdict in report.verdicts
        ],
    }


def show_focus(
    repository: StudentRepository,
    report: CheckReport,
    memory: state.State,
    task: str | None = None,
    new: Sequence[str] = (),
) -> None:
    """Print the assignment's tasks, its first failing check (of ``task``, if given), and what to do next.

    new: the tasks that pass for the first time.
    """
    display = console()
    screen.heading(repository, report)
    display.print()
    if report.problem:
        screen.say(Text.assemble(screen.sign(display, "failed"), " None of it can be run yet."), 2)
        screen.say_broken(report.problem, 4)
    else:
        screen.tasks(repository, report)
        _tell_why(repository, report, new)
    failing = report.of(task).failing or report.failing
    if failing:
        display.print()
        screen.verdict(report, failing[0])
        offer_hint(repository, report.name, failing[0].check.task, memory)
    elif report.passed:
        display.print()
        praise(repository, report, memory)
    display.print()
    screen.overview(repository, memory, report.name)


def offer_hint(repository: StudentRepository, name: str, task: str, memory: state.State) -> None:
    """Say that there is a hint, and how to get it."""
    hints = hint.read_hints(repository, name).get(task, ())
    screen.next_hint(hint.command_word(repository, name, task), len(hints), memory.hints_read(name, task))


def praise(repository: StudentRepository, report: CheckReport, memory: state.State) -> None:
    """Print, for an assignment whose public checks pass, which points come from grading, and what comes next."""
    after = following(repository, report.name, memory)
    hidden = sum(points for _, points in repository.points(report.name).values())
    left = f" Of its points, {screen.from_grading(hidden)}." if hidden else ""
    screen.say(Text.assemble((f"All public checks of {report.name} pass.", "green"), left), 2)
    bands = repository.bands(report.name)
    if bands and not report.path.with_suffix(".safetensors").is_file():
        earns = sum(points for _, points in bands)
        screen.say(f"Next: autograder train. It trains your network, whose accuracy earns up to {earns} of them.", 2)
    elif after:
        question = repository.question(after)
        way = repository.gone(after) or repository.where(after) + (f" ({question})" if question else "")
        screen.say(f"Next: {way}", 2)
    else:
        screen.say("So do all others of the course. Hand it in: commit and push.", 2)


def following(repository: StudentRepository, name: str, memory: state.State) -> str | None:
    """The next unsolved assignment in the lecture's order; after the last comes the first. None if all are solved."""
    at = repository.names.index(name)
    for other in (*repository.names[at + 1 :], *repository.names[:at]):
        kept = repository.remembered(other, memory)
        if kept is None or kept.earned < kept.possible:
            return other
    return None


def show_all(repository: StudentRepository, report: CheckReport) -> None:
    """Print every check of an assignment, or of one task. A message that repeats is printed once."""
    display = console()
    screen.heading(repository, report)
    if report.problem:
        screen.say(Text.assemble(screen.sign(display, "failed"), " None of it can be run yet."), 2)
        screen.say_broken(report.problem, 4)
    told: set[str] = set()
    for verdict in report.verdicts:
        screen.verdict(report, verdict, told)
    memory = state.load(repository.root)
    if report.fingerprint:  # else it is not remembered, and would be told every time
        _tell_why(repository, report, first_passes(report, memory))
    screen.say(f"Public points: {report.checked.earned} of {report.checked.possible}", style="bold")
    if report.failing:
        offer_hint(repository, report.name, report.failing[0].check.task, memory)
    display.print()
