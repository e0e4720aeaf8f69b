"""``autograder check``: runs the public checks on a student's own work, and says why something fails."""

import argparse

from ..common.errors import UserError
from ..common.terminal import json_text
from . import check_screen, screen, state, watch
from .checker import Checker, CheckReport
from .repository import StudentRepository, Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="an assignment (its name, or a1 for the first) or a task (its name, or a3/ANSWERS); "
        "without any, the assignment that you saved last",
    )
    parser.add_argument("--all", action="store_true", help="every assignment, in the lecture's order")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, for scripts and editors")
    parser.add_argument("--watch", action="store_true", help="check again whenever you save; q ends it")


def run(args: argparse.Namespace) -> int:
    """Check the work. Returns 0 if every check passes, else 1."""
    if args.all and args.what:
        raise UserError("--all checks every assignment: name none beside it.")
    repository = StudentRepository.here()
    targets = [repository.target(word) for word in args.what]
    if args.watch and args.json:
        raise UserError("--json prints one result, --watch goes on: give only one of them.")
    if args.watch:
        return watch.run(repository, targets)
    if not targets and not args.all:
        if not args.json:
            return check_current(repository)
        targets = [Target(name) for name in (repository.current(),) if name is not None]
    wanted = targets or ([Target(name) for name in repository.names] if args.all else [])
    reports = []
    with Checker(repository) as checker:
        for target in wanted:
            whole = checker.check(target.assignment, target.task) if args.json else _checked(checker, target)
            reports.append(whole.of(target.task))
            if not args.json:
                check_screen.show_all(repository, reports[-1])
            memory = check_screen.remember(repository, whole)
    if args.json:
        data = [check_screen.as_data(repository, report) for report in reports]
        print(json_text({"schema": "autograder/check/v1", "assignments": data}))
    elif len(wanted) > 1:
        screen.overview(repository, memory, None)
    elif wanted and wanted[0].task is None and reports[0].passed:
        check_screen.praise(repository, reports[0], memory)
    return int(not reports or not all(report.passed for report in reports))


def check_current(repository: StudentRepository) -> int:
    """Check the assignment being worked on. Returns 0 if every check passes, else 1.

    Prints its tasks, the first check that fails with the next hint, and the points so far.
    """
    current = repository.current()
    if current is None:
        first = repository.names[0]
        screen.say("Nothing is begun yet.")
        if elsewhere := next(filter(None, map(repository.misnamed, repository.names)), ""):
            screen.say(elsewhere)
            return 1
        if gone := repository.gone(first):
            screen.say(gone)
            return 1
        screen.say(f"Open {repository.where(first)}, fill in {', '.join(repository.tasks(first)[:1])}, save, and run")
        screen.say("this again. The whole way in: autograder start")
        return 1
    with Checker(repository) as checker:
        report = _checked(checker, Target(current))
    new = check_screen.first_passes(report, state.load(repository.root))
    memory = check_screen.remember(repository, report)
    check_screen.show_focus(repository, report, memory, new=new)
    return int(not report.passed)


def _checked(checker: Checker, target: Target) -> CheckReport:
    with screen.waiting(target.assignment):
        return checker.check(target.assignment, target.task)
