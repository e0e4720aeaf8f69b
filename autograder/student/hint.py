"""``autograder hint``: the next hint for a task. Each call tells a little more, and none tells the answer."""

import argparse
import json
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from ..common.errors import UserError
from ..course.course import Course
from . import state
from .repository import StudentRepository, Target
from .screen import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "task",
        nargs="?",
        metavar="TASK",
        help="the task's name, or a3/ANSWERS (default: the first task that is not solved yet)",
    )
    parser.add_argument("--again", action="store_true", help="show the hints that you have read again")


def run(args: argparse.Namespace) -> int:
    """Show the next hint, and remember it."""
    repository = StudentRepository.here()
    memory = state.load(repository.root)
    target = repository.target(args.task) if args.task else next_task(repository, memory)
    if target.task is None:
        unsolved = unsolved_tasks(repository, target.assignment, memory)
        if not unsolved:
            say(f"The public checks of {target.assignment} passed. To get a hint anyway, name the task.")
            return 0
        target = Target(target.assignment, unsolved[0])
    state.save(repository.root, give(repository, memory, target, args.again))
    return 0


def give(repository: StudentRepository, memory: state.State, target: Target, again: bool = False) -> state.State:
    """Show the next hint of a task, or with ``again`` those that were read. Returns the state after it."""
    told = next_hints(repository, memory, target, again)
    for number, text in told.hints:
        say(Text.assemble((str(target.task), "bold"), f", hint {number} of {told.count}"))
        say(text, 2)
    say(told.last, style="bright_black")
    return told.memory


@dataclass(frozen=True)
class Told:
    """Hints to show: (number from 1, text). count: of all hints. last: the line after them. memory: the new state."""

    hints: tuple[tuple[int, str], ...]
    count: int
    last: str
    memory: state.State


def next_hints(repository: StudentRepository, memory: state.State, target: Target, again: bool, how: str = "") -> Told:
    """The next hint of a task, or with `again` those that were read. how: what to type for the one after."""
    task = str(target.task)
    hints = read_hints(repository, target.assignment).get(task, ())
    read = min(memory.hints_read(target.assignment, task), len(hints))
    if not hints:
        return Told(
            (), 0, f"There is no hint for {task}. Read its text in the stub, and try an example on paper.", memory
        )
    if again or read == len(hints):
        shown = range(max(read, 1))
        last = "Those are all the hints. Ask a person: say what you tried and what came back."
    else:
        shown = range(read, read + 1)
        left = len(hints) - read - 1
        how = how or f"autograder hint {command_word(repository, target.assignment, task)}"
        last = f"{left} more: {how}" if left else "That was the last one."
    told = tuple((number + 1, hints[number]) for number in shown)
    return Told(
        told, len(hints), last, memory.with_hints(target.assignment, task, shown.stop if not again else max(read, 1))
    )


def next_task(repository: StudentRepository, memory: state.State) -> Target:
    """The first task that is not solved. The assignment being worked on comes first, then the others in order.

    Raises UserError if all are solved.
    """
    current = repository.current() or repository.names[0]
    order = [current, *(name for name in repository.names if name != current)]
    for name in order:
        unsolved = unsolved_tasks(repository, name, memory)
        if unsolved:
            return Target(name, unsolved[0])
    raise UserError("All public checks passed when they were last run. To get a hint anyway, name the task.")


def unsolved_tasks(repository: StudentRepository, name: str, memory: state.State) -> list[str]:
    """The tasks of an assignment without all public points at its last check. One with a syntax error comes first."""
    kept = repository.remembered(name, memory) or memory.checked.get(name)
    points = kept.points if kept is not None and repository.own(name) else {}
    unsolved = [task for task in repository.tasks(name) if points.get(task, (0, 1))[0] < points.get(task, (0, 1))[1]]
    broken = repository.broken_task(name) if unsolved else None
    return sorted(unsolved, key=lambda task: task != broken)  # until it is repaired, nothing else can be checked


def read_hints(repository: StudentRepository, name: str) -> dict[str, tuple[str, ...]]:
    """task -> hints, from a nudge to the idea; empty if they cannot be read. Does not import torch."""
    return {task: tuple(map(str, hints)) for task, hints in _told(repository.course, name, "hints").items()}


def read_why(course: Course, name: str) -> dict[str, str]:
    """task -> the author's sentence on why it works; empty if it cannot be read. Does not import torch."""
    return {task: str(sentence) for task, sentence in _told(course, name, "why").items()}


def _told(course: Course, name: str, what: str) -> dict[str, Any]:
    """A part of `diagnoses.json`, which release writes beside the public checks, by task; empty if it is unreadable."""
    try:
        data = json.loads((course.assignments / name / "diagnoses.json").read_text(encoding="utf-8"))
        return {str(task): told for task, told in data[what].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def command_word(repository: StudentRepository, name: str, task: str) -> str:
    """The name of a task on the command line, with its assignment if several have a task of that name."""
    alone = sum(task in repository.tasks(other) for other in repository.names) == 1
    return task if alone else f"{name.partition('_')[0]}/{task}"
