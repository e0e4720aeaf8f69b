"""``autograder check``: the public checks on a student's own work, with the reason for whatever fails."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..common.errors import UserError
from ..common.terminal import console
from ..course.course import find_course
from . import screen, show, watch
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
        return watch.run(desk, targets)
    if not targets and not args.all:
        return check_current(desk)
    wanted = targets or [Target(name) for name in desk.names]
    looks = []
    with Checker(desk) as checker:
        for target in wanted:
            look = _look(checker, target)
            show.show_all(desk, look, target.task)
            looks.append((look, target.task))
            memory = show.remember(desk, [look])
    if len(wanted) > 1:
        screen.overview(desk, memory, None)
    return int(not all(show.passed(look, task) for look, task in looks))


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
    memory = show.remember(desk, [look])
    show.show_focus(desk, look, memory)
    return int(not look.passed)


def _look(checker: Checker, target: Target) -> Look:
    display = console()
    if not display.is_terminal:
        return checker.look(target.assignment, target.task)
    with display.status(f"Checking {target.assignment} ...", spinner="line"):
        return checker.look(target.assignment, target.task)
