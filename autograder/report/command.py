"""`autograder report`: a class as a web page, and a page for each student that can be sent as it is."""

import argparse
from pathlib import Path

from ..common.plural import plural
from ..common.terminal import print_line, printable
from ..results.final import course_of, read_results
from ..results.guard import Guard, tell_of_the_reading
from .pages import write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, metavar="RESULTS", help="the folder that `autograder grade` wrote")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("report"),
        metavar="FOLDER",
        help="the folder to write (default: report)",
    )
    parser.add_argument(
        "--before", type=Path, metavar="OLD", help="the results of an earlier run, to show what changed"
    )
    parser.add_argument(
        "--right-ways",
        action="store_true",
        help="on a student's page, show the reference and the other right ways of each task for which they have all points",
    )
    parser.add_argument(
        "--title",
        default="",
        metavar="TEXT",
        help="the heading of the pages (default: The class; on a student's page, the course's title)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the report. Returns 3 if some results could not be read or shown, else 0."""
    results, left_out = read_results(args.results), Guard()
    before = read_results(args.before) if args.before else None
    course = course_of(args.results)
    ways = None
    if args.right_ways:
        from .right_ways import right_ways  # loads torch; a report without it takes half a second

        ways = right_ways(course, results.max_scores())
    count = write(results, args.out, course, args.title, before, left_out, ways)
    many = plural(count, "student's page", "students' pages")
    print_line(f"Wrote {printable(str(args.out / 'index.html'))} and {many} beside it, in students/.")
    passed_over = tell_of_the_reading(results, "report")
    return 3 if left_out.told("report") or passed_over else 0
