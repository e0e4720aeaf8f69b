"""`autograder ci`: grade one checkout on another system's machine, and report in that system's form.

GitHub Actions, Classroom 50 and Gradescope each put a student's work into a folder and run us beside it. Checks,
limits and code come from `--course`, never from that folder. What a student wrote is always escaped: in annotations,
in pages and in JSON.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from ...common.errors import InfrastructureError, UserError
from ...common.terminal import printable
from ...course.course import find_course
from ...grading.job import Settings
from ...results import redacted, store
from . import actions, classroom50, gradescope
from .checkout import Graded, Request, grade_checkout

FORMS: dict[str, Callable[[Request, Sequence[Graded]], None]] = {
    "actions": actions.report,
    "classroom50": classroom50.report,
    "github-classroom": actions.report_to_reporter,
    "gradescope": gradescope.report,
}
_ONE_AT_A_TIME = {"classroom50": "Classroom 50", "gradescope": "Gradescope"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT", help="the folder that holds a student's work")
    parser.add_argument("--to", required=True, choices=FORMS, help="the system that asks for it")
    parser.add_argument(
        "--course",
        type=Path,
        default=Path.cwd(),
        metavar="FOLDER",
        help="the folder with the checks: a student repository as it was released, or the course with its hidden checks",
    )
    parser.add_argument(
        "--assignment",
        action="append",
        default=[],
        metavar="A",
        help="grade this assignment only; may be given several times",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="also write the results here, as students may see them"
    )
    parser.add_argument(
        "--require-sandbox",
        type=str.upper,
        choices=["A", "B", "C", "D"],
        default="B",
        metavar="TIER",
        help="refuse to grade in a sandbox weaker than this tier (default: B, because the checks are on this machine)",
    )
    parser.add_argument(
        "--memory", type=int, default=4096, metavar="MB", help="the memory that a submission may use (default: 4096)"
    )


def run(args: argparse.Namespace) -> int:
    """Grade and report. Returns 0 whatever the grade. Raises InfrastructureError if the machine failed."""
    course = find_course(args.course)
    if not args.checkout.is_dir():
        raise UserError(f"{args.checkout} is not a folder. Give the one that holds the student's work.")
    if args.memory < 256:
        raise UserError("--memory: torch alone needs 256 MB.")
    names = tuple(course.resolve(name) for name in args.assignment)
    settings = Settings(
        public_only=not course.has_solutions, memory=args.memory << 20, require_sandbox=args.require_sandbox
    )
    student = os.environ.get("USERNAME") if args.to == "classroom50" else os.environ.get("GITHUB_ACTOR")
    request = Request(args.checkout, course, names, settings, student or args.checkout.resolve().name)
    try:
        _grade(args, request)
    except (UserError, InfrastructureError) as error:
        raise type(error)(for_the_log(str(error))) from None
    except Exception as error:  # no traceback: it would quote the student's code
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        raise InfrastructureError(for_the_log(f"{type(error).__name__} at {where}: {error}")) from None
    return 0


def _grade(args: argparse.Namespace, request: Request) -> None:
    if args.to in _ONE_AT_A_TIME and len(request.assignments) != 1:
        raise UserError(f"{_ONE_AT_A_TIME[args.to]} grades one assignment at a time: name it with --assignment.")
    if args.to == "gradescope":
        gradescope.begin(request)
    elif args.to == "classroom50":
        classroom50.identity()  # raises UserError if there is nowhere to report to, before time is spent
    graded = grade_checkout(request)
    FORMS[args.to](request, graded)
    if args.out is not None:
        for each in graded:
            store.write(redacted.redacted(each.result), args.out)
    sys.stdout.flush()


def for_the_log(text: str) -> str:
    """A message for a log in which GitHub obeys commands: one line, without "##[", which begins a command anywhere."""
    return printable(" ".join(text.split())).replace("##[", "# #[")[:2000]
