"""``autograder check``: the public checks on a student's own work, with the reason for whatever fails."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from rich.text import Text

from ..common.errors import UserError
from ..common.terminal import console
from ..course.course import find_course
from . import hint, screen, state
from .checker import Checker, Look
from .repository import Desk, Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="an assignment (a1_permute, or a1) or a task (to_nchw, a3/ANSWERS); "
        "without any, the assignment that you saved last",
    )
    parser.add_argument("--all", action="store_true", help="every assignment, in the lecture's order")
    parser.add_argument("--watch", action="store_true", help="check again whenever you save; q ends it")


def run(args: argparse.Namespace) -> int:
    """Check the work. Returns 1 while something fails."""
    if args.all and args.what:
        raise UserError("--all checks every assignment: name none beside it.")
    desk = Desk(find_course(Path.cwd()))
    targets = [desk.target(word) for word in args.what]
    if args.watch:
        from . import watch

        return watch.run(desk, targets)
    if not targets and not args.all:
        return check_current(desk)
    wanted = targets or [Target(name) for name in desk.names]
    looks = []
    with Checker(desk) as checker:
        for target in wanted:
            look = _look(checker, target)
            show_all(desk, look, target.task)
            looks.append((look, target.task))
            memory = remember(desk, [look])
    if len(wanted) > 1:
        screen.overview(desk, memory, None)
    return int(not all(passed(look, task) for look, task in looks))


def check_current(desk: Desk) -> int:
    """Check the assignment being worked on: tasks, the first check that fails with the next hint, points so far."""
    current = desk.current()
    if current is None:
        first = desk.names[0]
        screen.say("Nothing is begun yet.")
        if gone := desk.gone(first):
            screen.say(gone)
            return 1
        screen.say(f"Open {desk.where(first)}, fill in {', '.join(desk.tasks(first)[:1])}, save, and run")
        screen.say("this again. The whole way in: autograder start")
        return 1
    with Checker(desk) as checker:
        look = _look(checker, Target(current))
    memory = remember(desk, [look])
    show_focus(desk, look, memory)
    return int(not look.passed)


def _look(checker: Checker, target: Target) -> Look:
    display = console()
    if not display.is_terminal:
        return checker.look(target.assignment, target.task)
    with display.status(f"Checking {target.assignment} ...", spinner="line"):
        return checker.look(target.assignment, target.task)


def remember(desk: Desk, looks: Iterable[Look]) -> state.State:
    """Keep the points of what was checked as a whole."""
    before = memory = state.load(desk.root)
    for look in looks:
        if look.fingerprint and desk.own(look.name) is not None:
            memory = memory.with_checked(look.name, look.checked)
    if memory != before:
        state.save(desk.root, memory)
    return memory


def passed(look: Look, task: str | None) -> bool:
    """Whether the assignment, or one task of it, has nothing that fails."""
    verdicts = [v for v in look.verdicts if task is None or v.check.task == task]
    return bool(verdicts) and all(verdict.outcome == "passed" for verdict in verdicts)


def show_focus(desk: Desk, look: Look, memory: state.State, task: str | None = None) -> None:
    """The assignment's tasks, its first failing check (of ``task``, if one is in focus), and the way on."""
    display = console()
    screen.heading(desk, look)
    display.print()
    if look.problem:
        screen.say(Text.assemble(screen.sign(display, "failed"), " Nothing of it can be run yet."), 2)
        screen.say(look.problem, 4)
    else:
        screen.tasks(look)
    failing = [v for v in look.failing if task is None or v.check.task == task] or look.failing
    if failing:
        display.print()
        screen.verdict(look, failing[0])
        offer_hint(desk, look.name, failing[0].check.task, memory)
    elif look.passed:
        display.print()
        _praise(desk, look, memory)
    display.print()
    screen.overview(desk, memory, look.name)


def offer_hint(desk: Desk, name: str, task: str, memory: state.State) -> None:
    """Say that there is a hint, and how to get it."""
    hints = hint.read_hints(desk, name).get(task, ())
    screen.next_hint(hint.command_word(desk, name, task), len(hints), memory.hints_read(name, task))


def _praise(desk: Desk, look: Look, memory: state.State) -> None:
    after = following(desk, look.name, memory)
    screen.say(f"All public checks of {look.name} pass.", 2, "green")
    if after:
        question = desk.question(after)
        way = desk.gone(after) or desk.where(after) + (f" ({question})" if question else "")
        screen.say(f"Next: {way}", 2)
    else:
        screen.say("That is the whole course. Hand it in: commit and push.", 2)


def following(desk: Desk, name: str, memory: state.State) -> str | None:
    """The next assignment in the lecture's order that is not solved, from the beginning after the last."""
    at = desk.names.index(name)
    for other in (*desk.names[at + 1 :], *desk.names[:at]):
        kept = desk.remembered(other, memory)
        if kept is None or kept.earned < kept.possible:
            return other
    return None


def show_all(desk: Desk, look: Look, task: str | None) -> None:
    """Every check of an assignment, or of one task; what is not started is told once, in one line."""
    display = console()
    screen.heading(desk, look)
    if look.problem:
        screen.say(Text.assemble(screen.sign(display, "failed"), " Nothing of it can be run yet."), 2)
        screen.say(look.problem, 4)
    told: set[str] = set()
    shown = [verdict for verdict in look.verdicts if task is None or verdict.check.task == task]
    for verdict in shown:
        screen.verdict(look, verdict, told)
    earned = sum(v.score for v in shown)
    possible = sum(v.check.points for v in shown) or look.checked.possible
    screen.say(f"Public points: {earned} of {possible}", style="bold")
    memory = state.load(desk.root)
    failing = next((verdict for verdict in shown if verdict.outcome != "passed"), None)
    if failing is not None:
        offer_hint(desk, look.name, failing.check.task, memory)
    display.print()
