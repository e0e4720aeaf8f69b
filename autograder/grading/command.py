"""`autograder grade`: a class's submissions to a folder of results, resumable at any moment."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

from ..common.errors import InfrastructureError, UserError
from ..common.terminal import console, printable
from ..course.course import Course, find_course, natural_key
from ..course.roster import Quiz, Roster, Variant, quizzes, read_roster, variants
from ..results import final
from ..results import result as results
from ..results.result import ClassResults, InvalidResult, Result
from ..results.summary import counts, table
from ..sandbox import tiers
from ..submission.find import RESULTS_MARK, Found, find_submissions
from ..submission.source import Source, Unreadable, form_of, read_source
from ..submission.stubs import stub_digests
from ..submission.times import load_times, submission_time
from .fingerprint import checks_digest, fingerprint
from .job import Job, Settings
from .pool import ClusterWorkers, Ended, GradeFunction, LocalWorkers, Workers, run_jobs, usable_cpus
from .progress import Progress, duration

# --- the command line ----------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `autograder grade`."""
    parser.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="the folder that holds a folder for each student: nbgrader's submitted/, GitHub clones, "
        "or an unpacked download from Canvas, Moodle or Blackboard",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="RESULTS",
        help="the folder for the results; run the same command again to go on, or to grade what changed",
    )
    parser.add_argument(
        "--times", type=Path, metavar="CSV", help="when each submission came, where no other record says it"
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class list that the release was made with: each student's own quiz is expected",
    )
    parser.add_argument(
        "--assignment",
        action="append",
        default=[],
        metavar="A",
        help="grade this assignment only (a1 is enough for a1_permute); may be given several times",
    )
    parser.add_argument("--workers", type=_positive, metavar="N", help="worker processes; as many as processors else")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="grade on a dask cluster, tcp://host:8786")
    parser.add_argument("--retrain", action="store_true", help="train even where trained weights were submitted")
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
    """Grade a class. Returns 0 when the work was done, 3 when the machine failed on some, 130 after Ctrl-C."""
    course = find_course(Path.cwd())
    if not course.has_solutions:
        raise UserError(
            f"{course.root} is a student's repository: grading a class needs solutions/. "
            "For your own work there is: autograder check"
        )
    only = [course.resolve(name) for name in args.assignment]
    size = args.workers or usable_cpus()
    request = Request(
        submissions=args.submissions,
        out=args.out,
        course=course,
        only=tuple(only),
        settings=Settings(retrain=args.retrain, require_sandbox=args.require_sandbox),
        regrade=args.regrade,
        times=load_times(args.times) if args.times else {},
        roster=read_roster(args.roster) if args.roster else None,
    )
    if args.require_sandbox and not args.scheduler:
        tiers.choose(args.require_sandbox)  # refused before anything is written; a machine of a cluster refuses itself
    report = grade_class(request, lambda: ClusterWorkers(args.scheduler) if args.scheduler else _workers_here(size))
    report.results = final.apply(report.results, args.out, course)
    print_report(report, args.out)
    if report.interrupted:
        return 130
    return 3 if report.lost else 0


def _workers_here(size: int) -> LocalWorkers:
    """Workers of this machine. They choose their tier themselves, and find the one that is told here."""
    tier = tiers.best()
    weak = tier.letter in "CD"  # then people should know what it means
    return LocalWorkers(size, str(tier) if weak else f"tier {tier.letter}")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes: give 1 or more")
    return int(text)


def run_job(job: Job) -> dict[str, Any]:
    """Grade one submission, in a worker: torch is imported there, never in the main process."""
    from .worker import grade_job

    return grade_job(job)


# --- a class -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """What is to be graded, where to, and how."""

    submissions: Path
    out: Path
    course: Course
    only: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    regrade: bool = False
    times: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (student, assignment) -> when
    roster: Roster | None = None  # None: everybody has the default quiz


@dataclass
class Report:
    """What a run did. `results`: of every student and assignment of this class, graded now or before."""

    results: ClassResults
    graded: int = 0  # by this run
    kept: int = 0  # unchanged since an earlier run
    lost: list[Result] = field(default_factory=list)  # the machine failed on them; the next run tries again
    interrupted: bool = False
    left: int = 0  # not graded yet, after an interruption
    torn: list[Path] = field(default_factory=list)  # files in RESULTS that could not be read, and were graded again
    seconds: float = 0.0


@dataclass(frozen=True)
class _Todo:
    """A submission to grade. Its code is read again when its turn comes, so that a class fits into memory."""

    found: Found
    previous: Result | None


def grade_class(
    request: Request,
    make_workers: Callable[[], Workers],
    *,
    grade: GradeFunction = run_job,
    progress: type[Progress] = Progress,
) -> Report:
    """Grade what has changed, and write each result as it arrives.

    make_workers: a function that returns the Workers; called only when there is something to grade. grade: what
    runs in a worker. Raises UserError for a folder without submissions or results in use by another run, and
    InfrastructureError when results cannot be written.
    """
    began = time.monotonic()
    # Before the results' folder is made: a wrong path leaves nothing behind.
    found = find_submissions(request.submissions, request.course, request.only, _stubs_of(request))
    # A slip in course.toml or adjustments.csv is told before an hour of grading, not after it.
    for slip in final.strangers(request.course, request.out, {entry.student for entry in found}):
        console().print(printable(slip), style="yellow", markup=False, soft_wrap=True)
    with results_folder(request) as out, _termination_as_interrupt():
        return _Grading(request, out, grade).run(found, make_workers, progress, began)


class _Grading:
    """One run over a class."""

    def __init__(self, request: Request, out: Path, grade: GradeFunction) -> None:
        self.request, self.out, self.grade = request, out, grade
        self.course, self.settings = request.course, request.settings
        self.report = Report(ClassResults(()))
        self.results: dict[tuple[str, str], Result] = {}  # of this class
        self._points: dict[str, int] = {}  # assignment -> what it is worth, as graded results say
        self._secret = b""
        self._digests: dict[str, str] = {}
        self._training: dict[str, bool] = {}  # does the assignment train a network?
        self._variants = {name: variants(quiz, request.roster or Roster()) for name, quiz in _quizzes(request).items()}

    def run(
        self,
        found: list[Found],
        make_workers: Callable[[], Workers],
        progress: type[Progress],
        began: float,
    ) -> Report:
        self._digests = {
            name: checks_digest(self.course.assignment(name)) for name in {entry.assignment for entry in found}
        }
        found = [self._with_note(entry) for entry in found]
        todo = [item for entry in found if (item := self._sort_out(entry)) is not None]
        todo.sort(key=lambda item: self._turn(item.found))
        if todo:
            self._secret = self.course.secret()
            try:
                self._grade_all(todo, make_workers(), progress)
            except KeyboardInterrupt:
                self.report.interrupted = True
        for entry in found:
            if entry.status != "found":
                self._without_submission(entry)
        self._agree_on_points()
        done = sorted(
            self.results.values(),
            key=lambda r: (natural_key(r.student), r.student, natural_key(r.assignment)),
        )
        self.report.results = ClassResults(tuple(done))
        self.report.left = len(todo) - self.report.graded - len(self.report.lost)
        self.report.seconds = time.monotonic() - began
        return self.report

    # What is there to do?

    def _sort_out(self, found: Found) -> _Todo | None:
        """None when there is nothing to grade: no submission, or one that was graded before."""
        if found.path is None:
            return None
        previous = self._previous(found)
        try:
            source = read_source(found.path, found.weights)
        except Unreadable as error:
            self._keep(self._unreadable(found, error), previous)
            return None
        if (
            previous is not None
            and previous.fingerprint == self._fingerprint(found, source)
            and not self._confined_too_little(previous)
            and not self.request.regrade
        ):
            self.report.kept += 1
            self._points[found.assignment] = previous.max_score
            notes = _notes(found, source, previous.notes)
            # Git is asked once for a submission, and not again as long as that stays the same.
            when = previous.submitted if not self.request.times else ""
            when = when or self._submitted(found)
            self._keep(dataclasses.replace(previous, notes=notes, submitted=when), previous)
            return None
        return _Todo(found, previous)

    def _previous(self, found: Found) -> Result | None:
        path = results.path_of(self.out, found.student, found.assignment)
        try:
            return results.read(path) if path.is_file() else None
        except (results.NoRight, PermissionError):
            raise InfrastructureError(
                f"{path}: {results.NO_RIGHT}. Ask its owner for it, or give another folder to --out."
            ) from None
        except InvalidResult:
            self.report.torn.append(path)
            return None

    def _fingerprint(self, found: Found, source: Source) -> str:
        variant = self._variant(found)
        quiz = variant.own if variant is not None else None
        return fingerprint(source, self._digests[found.assignment], self.settings, quiz)

    def _confined_too_little(self, previous: Result) -> bool:
        """Was it graded in a lower sandbox tier than this run requires? Then its score may be forged. What never ran
        has no tier."""
        wanted, had = self.settings.require_sandbox, previous.environment.get("sandbox")
        return wanted is not None and had is not None and str(had) > wanted

    def _variant(self, found: Found) -> Variant | None:
        """The student's own quiz; None for the default one."""
        roster = self.request.roster
        listed = roster.find(found.student) if roster is not None else None
        return self._variants.get(found.assignment, {}).get(listed[0]) if listed is not None else None

    def _with_note(self, found: Found) -> Found:
        """Says so where a student has the default quiz because the roster does not know them."""
        roster = self.request.roster
        if roster is None or found.assignment not in self._variants or roster.find(found.student) is not None:
            return found
        note = f"{printable(found.student)} is not on the roster: the default quiz was expected."
        return dataclasses.replace(found, notes=(*found.notes, note))

    def _submitted(self, found: Found) -> str:
        assert found.path is not None
        key = found.student, found.assignment
        return submission_time(found.path, self.request.submissions, key, self.request.times)

    def _turn(self, found: Found) -> tuple[bool, Any, Any]:
        """The order of grading: what trains first, since the longest job should not be the last one; then by
        assignment, since a worker's sandbox and checks stay warm for one assignment."""
        return not self._trains(found.assignment), natural_key(found.assignment), natural_key(found.student)

    # Grading

    def _grade_all(self, todo: list[_Todo], workers: Workers, progress: type[Progress]) -> None:
        waiting = {(item.found.student, item.found.assignment): item for item in todo}
        tally = Counter(item.found.assignment for item in todo)
        now = True
        try:
            size = min(workers.size, len(todo))
            with progress(console(), tally, size, workers.sandbox) as shown:

                def began(slot: int, job: Job) -> None:
                    shown.began(slot, job.student, job.assignment)

                for ended in run_jobs(self._jobs(todo, shown), self.grade, workers, began):
                    item = waiting[ended.job.student, ended.job.assignment]
                    result = self._judge(item, ended)
                    shown.ended(ended.slot, result, ended.seconds, ended.lost)
            now = False
        finally:
            workers.stop(now=now)

    def _jobs(self, todo: list[_Todo], shown: Progress) -> Iterator[Job]:
        """The jobs, read one by one as workers get free. A file that has gone or changed is taken as it is now."""
        for item in todo:
            found = item.found
            assert found.path is not None
            try:
                source = read_source(found.path, found.weights)
            except Unreadable as error:
                self.report.graded += 1
                self._keep(self._unreadable(found, error), item.previous)
                shown.skipped(found.assignment)
                continue
            yield Job(
                found.student,
                found.assignment,
                source,
                self.course.root,
                self.settings,
                self._secret,
                self._variant(found),
            )

    def _judge(self, item: _Todo, ended: Ended) -> Result:
        """The result of a job that has ended, written to its place."""
        found, source = item.found, ended.job.source
        lost = ended.lost
        if ended.data is not None:
            try:
                result = results.from_json(ended.data)
                if (result.student, result.assignment) != (found.student, found.assignment):
                    raise InvalidResult("it belongs to another submission")
                self._points[found.assignment] = result.max_score
                result = self._complete(result, item, source)
                self.report.graded += 1
                self._keep(result, item.previous)
                return result
            except InvalidResult as error:
                lost = f"the grader returned no valid result ({error})"
        # No verdict on the student: without a fingerprint, the next run grades it again.
        note = f"Not graded, and not the student's fault: {lost}. Run the same command again."
        result = Result(
            student=found.student,
            assignment=found.assignment,
            form=source.form,
            status="graded",
            score=0,
            max_score=self._max_score(found.assignment),
            notes=(note, *found.notes),
        )
        self.report.lost.append(result)
        self._keep(result, item.previous)
        return result

    def _complete(self, result: Result, item: _Todo, source: Source) -> Result:
        """A result with what only the batch knows: its fingerprints, its time, and bands that were reached before."""
        found, previous = item.found, item.previous
        ours = {"submission": source.fingerprint, "checks": self._digests[found.assignment]}
        if (
            previous is not None
            and self._trains(found.assignment)
            and not self._confined_too_little(previous)
            and all(previous.environment.get(key) == value for key, value in ours.items())
        ):
            if self.settings.retrain and source.weights is not None:
                result = _with_gap(result, previous)
            else:
                result = _with_bands_kept(result, previous)
        return dataclasses.replace(
            result,
            environment=dict(result.environment) | ours,
            fingerprint=self._fingerprint(found, source),
            notes=_notes(found, source, result.notes),
            submitted=self._submitted(found),
        )

    def _trains(self, assignment: str) -> bool:
        if assignment not in self._training:
            self._training[assignment] = self.course.assignment(assignment).trains
        return self._training[assignment]

    # Results that need no grading

    def _unreadable(self, found: Found, error: Unreadable) -> Result:
        assert found.path is not None
        return Result(
            student=found.student,
            assignment=found.assignment,
            form=form_of(found.path),
            status="unreadable",
            score=0,
            max_score=self._max_score(found.assignment),
            notes=(error.message, *found.notes),
            submitted=self._submitted(found),
        )

    def _without_submission(self, found: Found) -> None:
        """Missing or ambiguous. What was graded before stays when its file is not in this folder."""
        previous = self._previous(found)
        gone = found.status == "missing" and previous is not None and previous.status != "missing"
        if gone and previous is not None and not self.request.regrade:
            self.results[found.student, found.assignment] = previous
            return
        assert found.status != "found"
        result = Result(
            student=found.student,
            assignment=found.assignment,
            form=None,
            status=found.status,
            score=0,
            max_score=self._max_score(found.assignment),
            notes=tuple(reversed(found.notes)),
        )
        self._keep(result, previous)

    def _agree_on_points(self) -> None:
        """What was graded knows best what an assignment is worth: the results without checks follow."""
        for result in list(self.results.values()):
            points = self._max_score(result.assignment)
            if not result.checks and result.max_score != points:
                self._keep(dataclasses.replace(result, max_score=points), result)

    def _keep(self, result: Result, previous: Result | None) -> None:
        self.results[result.student, result.assignment] = result
        if result != previous:
            results.write(result, self.out)

    def _max_score(self, assignment: str) -> int:
        """What an assignment is worth: as graded results say, else as it was released."""
        if assignment not in self._points:
            self._points[assignment] = self.course.max_score(assignment)
        return self._points[assignment]


def _notes(found: Found, source: Source, graded: tuple[str, ...]) -> tuple[str, ...]:
    """The notes of a result: what grading said, then what finding and reading said; each once."""
    return tuple(dict.fromkeys((*graded, *source.notes, *found.notes)))


def _with_gap(result: Result, previous: Result) -> Result:
    """The result of training again, beside the accuracy that the submitted weights had: the gap is what is asked for."""
    before = previous.metrics
    own = before.get("accuracy") if before.get("weights") == "submitted" else before.get("accuracy_of_weights")
    if own is None:
        return result
    return dataclasses.replace(result, metrics={**result.metrics, "accuracy_of_weights": own})


def _with_bands_kept(result: Result, previous: Result) -> Result:
    """The result, with the checks that passed before: the same submission was trained with other noise.

    Nobody loses a point to chance, and a regrade with another secret cannot be used to take one.
    """
    passed = {check.name: check for check in previous.checks if check.outcome == "passed"}
    checks = tuple(
        passed.get(check.name, check) if check.outcome in ("failed", "not_run") else check for check in result.checks
    )
    if checks == result.checks:
        return result
    kept = [new for new, old in zip(checks, result.checks, strict=True) if new is not old]
    # Students read notes: they name tasks, never a hidden check.
    points = sum(check.points for check in kept)
    tasks = ", ".join(dict.fromkeys(check.task for check in kept))
    note = f"An earlier grading of the same submission reached {points} more in {tasks}, and that stays."
    return dataclasses.replace(
        result, checks=checks, score=sum(check.score for check in checks), notes=(*result.notes, note)
    )


def _quizzes(request: Request) -> dict[str, Quiz]:
    return quizzes(request.course, request.only) if request.roster is not None else {}


def _stubs_of(request: Request) -> dict[str, frozenset[str]]:
    """The stubs with a quiz of their own that students of the roster were given."""
    if request.roster is None:
        return {}
    return {name: stub_digests(request.course, quiz, request.roster) for name, quiz in _quizzes(request).items()}


# --- the folder of results -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def results_folder(request: Request) -> Iterator[Path]:
    """The folder of results, ours alone while this run lasts, without the drafts of runs that were killed.

    A lock of the operating system holds it: it ends with the process, however that ends.
    """
    out = request.out
    if out.resolve() == request.submissions.resolve():
        raise UserError(f"Results and submissions cannot share {out}. Give another folder to --out.")
    mark = out / RESULTS_MARK
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is a file. Give a folder to --out.")
        if out.is_dir() and not mark.exists() and _is_foreign(out):
            raise UserError(f"{out} holds other things than results. Give a new or empty folder to --out.")
        out.mkdir(parents=True, exist_ok=True)
        file = mark.open("a+", encoding="utf-8")
    except OSError as error:
        raise InfrastructureError(f"{error.filename or out} cannot be read or written to: {error.strerror}.") from error
    with file:
        _lock(file, out)
        for draft in out.glob("*/.*.tmp"):
            with contextlib.suppress(OSError):
                draft.unlink()
        yield out


def _is_foreign(out: Path) -> bool:
    if not any(path.name != final.ADJUSTMENTS_FILE for path in out.iterdir()):
        return False
    for path in results.result_files(out):
        with contextlib.suppress(InvalidResult):
            results.read(path)
            return False
    return True


def _lock(file: IO[str], out: Path) -> None:
    """Hold a lock on the file, or raise UserError that says who holds it."""
    try:
        if os.name == "nt":
            import msvcrt

            # A byte far behind the text, which stays readable to others.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        who = printable(file.readline().strip())[:200]
        raise UserError(f"Another run is grading into {out} ({who}). Wait for its end, or stop it.") from None
    with contextlib.suppress(OSError):  # for the message above; a full disk is told when results are written
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()} since {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
        file.flush()


@contextlib.contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: cleanly, with what is done."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread: someone else handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# --- the end -------------------------------------------------------------------------------------------------------


def print_report(report: Report, out: Path) -> None:
    """The table, and what was done, in a few lines."""
    screen = console()
    screen.print(table(report.results, screen.width))
    screen.print()
    students = len({result.student for result in report.results.results})
    kept = f"; {report.kept} {'was' if report.kept == 1 else 'were'} unchanged and kept" if report.kept else ""
    many = "1 student" if students == 1 else f"{students} students"

    def say(text: str, style: str = "") -> None:
        screen.print(text, style=style, markup=False, soft_wrap=True)

    say(f"{many}: {counts(report.results.results)}.")
    say(f"{report.graded} graded in {duration(report.seconds)}{kept}. The results are in {printable(str(out))}.")
    if finals := len(report.results.finals):
        many = "1 score above is a final one" if finals == 1 else f"{finals} scores above are final ones"
        say(f"{many}: lateness or a person had a say in {'it' if finals == 1 else 'them'}.")
    for path in report.torn[:5]:
        say(f"{printable(str(path))} was torn; its submission was graded again.", "yellow")
    if report.lost:
        who = ", ".join(f"{printable(r.student)} ({r.assignment})" for r in report.lost[:5])
        more = f" and {len(report.lost) - 5} more" if len(report.lost) > 5 else ""
        say(f"The machine failed on {who}{more}; the same command tries them again.", "red")
    if report.interrupted:
        say(f"Stopped, with {report.left} left to grade (… above). The same command goes on from here.", "yellow")
