"""`autograder release`: from solutions/ to everything that students and nbgrader see."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..common.errors import UserError
from ..common.plural import plural
from ..course.course import Course, find_course


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "assignments",
        nargs="*",
        metavar="ASSIGNMENT",
        help="release only this assignment; the others stay as they are (default: all)",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="change nothing; say whether assignments/ is up to date with solutions/ (exit code 1 if not)",
    )
    what.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="make the complete student repository in FOLDER, which must be new, empty or made by this command",
    )
    what.add_argument(
        "--solutions",
        type=Path,
        metavar="FOLDER",
        help="after the deadline: make pages with the reference and other right ways of each task, to publish",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="give each student of this class list a quiz of their own: a folder for each, in variants/ or --to FOLDER",
    )
    parser.add_argument(
        "--classroom50",
        action="store_true",
        help="with --to: make the bundles for Classroom 50 in FOLDER, instead of the student repository",
    )
    parser.add_argument(
        "--hidden-from",
        metavar="OWNER/NAME",
        help="with --to: the private repository of the course on GitHub. In student repositories that have its deploy key, "
        "the workflow then runs the hidden checks too, from the commit that is checked out now",
    )
    parser.add_argument(
        "--github",
        metavar="OWNER/NAME",
        default="",
        help="with --to: the repository on GitHub where students will find FOLDER. The README then has a badge for each "
        "notebook, which opens it in Colab and installs the checker there, and the workflow says when there is an update",
    )


def run(args: argparse.Namespace) -> int:
    course = find_course(Path.cwd())
    if args.to is None and (args.classroom50 or args.hidden_from or args.github):
        raise UserError("--classroom50, --hidden-from and --github need --to FOLDER.")
    only = [course.resolve(name) for name in args.assignments]
    if only and (args.to or args.check or args.roster):
        raise UserError("--check, --to and --roster take all assignments: name none.")
    roster = args.roster
    if roster is not None:
        if args.check or args.solutions or args.classroom50 or args.hidden_from:
            raise UserError("Use --roster alone, or with --to FOLDER.")
        from ..course.roster import read_roster
        from .variants import FOLDER, release_variants

        return release_variants(course, read_roster(roster), args.to or course.root / FOLDER)
    if args.solutions is not None:
        from .solutions import release_solutions

        return release_solutions(course, args.solutions, only)
    if args.classroom50:
        from .classroom50 import release_bundles

        return release_bundles(course, args.to)
    if args.check:
        return check(course)
    if args.to is not None:
        from .student import release_to

        return release_to(course, args.to, args.hidden_from, args.github)
    return release(course, only)


def release(course: Course, only: Sequence[str] = ()) -> int:
    """Make assignments/ and nbgrader's source notebooks again; each folder is swapped in whole. Returns 0.

    only: the assignments to make again (default: all).
    """
    from . import generated, made_pages
    from .build import build

    sources = course.solutions / "notebooks"
    with generated.staging(beside=course.assignments) as folder:
        built = build(course, folder, only)
        for target in (course.assignments, sources):
            generated.refuse_foreign(target)
        edited = generated.edited_files(course.assignments)
        if edited:
            print(f"These were edited by hand, and are now made from solutions/ again: {', '.join(edited)}")
        generated.swap_in(built.sources, sources)
        generated.swap_in(built.assignments, course.assignments)
    made_pages.write(course)
    print(", ".join(f"{part} {seconds:.1f} s" for part, seconds in built.seconds.items()))
    tasks = plural(sum(len(master.tasks) for master in built.masters), "task")
    which = ", ".join(only) or plural(len(built.masters), "assignment")
    print(f"Released {which} with {tasks}: assignments/ holds what students get.")
    return 0


def check(course: Course) -> int:
    """Compare assignments/ with a fresh build. Prints each difference and the remedy; returns 1 if there are any."""
    from . import generated
    from .build import build
    from .differences import differences

    with generated.staging(beside=course.assignments) as folder:
        found = differences(build(course, folder).assignments, course.assignments)
    if not found:
        print("assignments/ is up to date with solutions/.")
        return 0
    for difference in found:
        print(f"assignments/{difference.name} {difference.what}")
        if difference.diff:
            print(difference.diff)
    print("\nEverything in assignments/ is made from solutions/. Change it there, then run: autograder release")
    return 1
