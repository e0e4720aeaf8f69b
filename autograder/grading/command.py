"""`autograder grade`: its arguments, and the report at the end."""

import argparse
from pathlib import Path

from ..common.errors import UserError
from ..common.plural import few, plural
from ..common.terminal import console, print_line, printable
from ..course.course import find_course
from ..course.roster import read_roster
from ..results import final
from ..results.summary import counts, table
from ..sandbox import tiers
from ..sandbox.launch import SharedSandbox
from ..submission.layouts import LAYOUTS
from ..submission.times import load_times
from .batch import ClassReport, ClassRequest, grade_class
from .job import Settings
from .log import LOG
from .pool import PRELOADED, ClusterWorkers, LocalWorkers, usable_cpus
from .progress import duration

# --- the command line ----------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `autograder grade`."""
    parser.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="the folder that holds a folder for each student: nbgrader's submitted/, GitHub clones, "
        "or an unpacked download from Canvas, Moodle or Blackboard; or a single file",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="RESULTS",
        help="the folder for the results; run the same command again to go on, or to grade what changed",
    )
    parser.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="NAME",
        help="grade this student only, by folder or login; may be given several times",
    )
    parser.add_argument(
        "--layout",
        choices=sorted(LAYOUTS),
        help="how to read SUBMISSIONS, if the first line of the output says that it was read as something else",
    )
    parser.add_argument(
        "--times",
        type=Path,
        metavar="CSV",
        help="the time of each submission: a table with the columns student, assignment, time",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class list that the release was made with, so that each student is graded on their own quiz",
    )
    parser.add_argument(
        "--assignment",
        action="append",
        default=[],
        metavar="A",
        help="grade this assignment only (a1 is enough for a1_permute); may be given several times",
    )
    parser.add_argument(
        "--workers", type=_positive, metavar="N", help="worker processes (default: one for each processor)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="grade on a dask cluster, tcp://host:8786")
    parser.add_argument("--retrain", action="store_true", help="train even if trained weights were submitted")
    parser.add_argument(
        "--exchange-classes",
        action="store_true",
        help="train once more with the class numbers exchanged, and show the loss of accuracy: it is large if the code itself "
        "knows the right ones",
    )
    parser.add_argument("--regrade", action="store_true", help="grade everything again, changed or not")
    parser.add_argument(
        "--require-sandbox",
        nargs="?",
        const="C",
        type=str.upper,
        choices=["A", "B", "C", "D"],
        metavar="TIER",
        help="refuse to grade in a sandbox weaker than this tier (A is the strongest; without a letter: C, "
        "any real sandbox)",
    )


def run(args: argparse.Namespace) -> int:
    """Grade a class. Returns 0 if the work was done, 3 if the machine failed on some, 130 after Ctrl-C."""
    course = find_course(Path.cwd())
    if not course.has_solutions:
        raise UserError(
            f"{course.root} is a student's repository: grading a class needs solutions/. "
            "For your own work there is: autograder check"
        )
    only = [course.resolve(name) for name in args.assignment]
    size = args.workers or usable_cpus()
    request = ClassRequest(
        submissions=args.submissions,
        out=args.out,
        course=course,
        only=tuple(only),
        settings=Settings(retrain=args.retrain, exchanged=args.exchange_classes, require_sandbox=args.require_sandbox),
        regrade=args.regrade,
        times=load_times(args.times, course) if args.times else {},
        roster=read_roster(args.roster) if args.roster else None,
        layout=args.layout,
        students=tuple(args.student),
    )
    if args.require_sandbox and not args.scheduler:
        tiers.choose(args.require_sandbox)  # refuses before anything is written; in a cluster each machine refuses
    report = grade_class(
        request, lambda: ClusterWorkers(args.scheduler) if args.scheduler else workers_here(size, request.settings)
    )
    report.results = final.apply(report.results, args.out, course)
    print_report(report, args.out)
    if report.interrupted:
        return 130
    return 3 if report.lost else 0


def workers_here(size: int, settings: Settings) -> LocalWorkers:
    """Workers on this machine. They share one warm process, if the sandbox can fork it."""
    tier = tiers.choose(settings.require_sandbox)
    weak = tier.letter in "CD"  # then people should know what it means
    share = (lambda: SharedSandbox(tier, settings.memory)) if tiers.can_fork(tier) else None
    return LocalWorkers(size, str(tier) if weak else f"tier {tier.letter}", share, PRELOADED)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give 1 or more")
    return int(text)


# --- the end -------------------------------------------------------------------------------------------------------


def print_report(report: ClassReport, out: Path) -> None:
    """Print the table, and a few lines on what was done."""
    screen = console()
    if report.results.results:
        screen.print(table(report.results, screen.width))
        screen.print()
        many = plural(len(report.results.students()), "student")
        print_line(f"{many}: {counts(report.results.results)}.")
    kept = f"; {plural(report.kept, 'was', 'were')} unchanged and kept" if report.kept else ""
    print_line(f"{report.graded} graded in {duration(report.seconds)}{kept}. The results are in {printable(str(out))}.")
    if finals := len(report.results.finals):
        many = plural(finals, "score above is a final one", "scores above are final ones")
        print_line(f"{many}, after lateness and adjustments.")
    for remark in report.results.remarks:
        print_line(printable(remark), "yellow")
    for path in report.torn[:5]:
        print_line(f"{printable(str(path))} was damaged; its submission was graded again.", "yellow")
    if report.logged:
        many = "one place" if report.logged == 1 else f"{report.logged} places"
        log = printable(str(out / LOG))
        print_line(f"The grader or a check had an error in {many}. The details for its authors are in {log}.", "yellow")
    if report.lost:
        who = few((f"{printable(r.student)} ({r.assignment})" for r in report.lost), 5)
        print_line(
            f"Not graded: {who}. The results say why. Mend that, or try once more: run the same command again.", "red"
        )
    if report.interrupted:
        columns = len(report.results.max_scores())
        above = " (… above)" if any(len(own) < columns for own in report.results.students().values()) else ""
        print_line(
            f"Stopped, with {report.left} left to grade{above}. Run the same command to go on from here.", "yellow"
        )
