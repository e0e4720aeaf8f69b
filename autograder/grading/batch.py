"""Grade a class's submissions into a folder of results. A run may stop at any moment, and the next one goes on."""

import contextlib
import dataclasses
import datetime as dt
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from ..common.errors import InfrastructureError, UserError
from ..common.plural import few, plural
from ..common.terminal import console, print_line, printable
from ..course.course import Course
from ..course.roster import Roster, quizzes
from ..course.zone import zone_of
from ..results import final, store
from ..results import result as results
from ..results.folder import results_folder
from ..results.result import ClassResults, InvalidResult, Result, Status
from ..submission.clone import Clones
from ..submission.find import Download, find_class
from ..submission.found import Found
from ..submission.people import People, other_names
from ..submission.source import Form, Source, Unreadable, form_of
from ..submission.stubs import stub_digests
from ..submission.times import NOT_KNOWN, Arrival, arrival_of
from .bands import with_bands_kept, with_gap
from .job import Job, Settings
from .ledger import Ledger
from .log import Log
from .plan import Plan, Todo
from .pool import GradeFunction, Workers
from .progress import Progress
from .running import Ended, run_jobs

_T = TypeVar("_T")
_TOLD = "time_told"  # in a result's environment: its time of submission comes from --times


@dataclass(frozen=True)
class ClassRequest:
    """What to grade, where to write the results, and how."""

    submissions: Path
    out: Path
    course: Course
    only: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    regrade: bool = False
    times: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (student, assignment) -> when
    roster: Roster | None = None  # None: everybody has the default quiz
    layout: str | None = None  # one of LAYOUTS; None: the names in the folder decide
    students: tuple[str, ...] = ()  # only these; empty: all


@dataclass
class ClassReport:
    """What a run did. results: for every student and assignment of this class, graded now or before."""

    results: ClassResults = field(default_factory=lambda: ClassResults(()))
    graded: int = 0  # by this run
    kept: int = 0  # unchanged since an earlier run
    lost: list[Result] = field(default_factory=list)  # the machine failed on them; the next run tries again
    interrupted: bool = False
    left: int = 0  # not graded yet, after an interruption
    torn: list[Path] = field(default_factory=list)  # files in RESULTS that could not be read, and were graded again
    logged: int = 0  # errors in our own code, or in checks, that this run wrote to grader.log
    seconds: float = 0.0


@dataclass(frozen=True)
class _Run:
    """One run over a class: the request, the plan, the results, and what was done so far."""

    request: ClassRequest
    plan: Plan
    ledger: Ledger
    report: ClassReport
    log: Log
    times: Mapping[tuple[str, str], str]
    zone: dt.tzinfo | None
    clones: Clones


def run_job(job: Job) -> dict[str, Any]:
    """Grade one submission, in a worker: torch is imported there, never in the main process."""
    from .worker import grade_job

    return grade_job(job)


def grade_class(
    request: ClassRequest,
    make_workers: Callable[[], Workers],
    *,
    grade: GradeFunction = run_job,
    progress: type[Progress] = Progress,
) -> ClassReport:
    """Grade what has changed, and write each result as it arrives.

    make_workers: a function that returns the Workers; called only when there is something to grade. grade: what
    runs in a worker. Raises UserError for a folder without submissions or results in use by another run, and
    InfrastructureError when results cannot be written.
    """
    began = time.monotonic()
    # Before the results' folder is made: a wrong path leaves nothing behind.
    download = find_class(
        request.submissions,
        request.course,
        request.only,
        _stubs_of(request),
        layout=request.layout,
        choices=final.load_choices(request.out, request.course),
        known=lambda: store.identities_in(request.out),
    )
    found = list(download.found)
    people = People({entry.student: other_names(entry.identity) for entry in found})
    times = people.by_our_names(request.times, "--times")
    for student in dict.fromkeys(student for student, _ in request.times if people.find(student) is None):
        print_line(printable(f"--times: {people.unfound(student)}"), "yellow")
    # A mistake in course.toml or adjustments.csv is reported before an hour of grading, not after it.
    for slip in final.strangers(request.course, request.out, people):
        print_line(printable(slip), "yellow")
    print_line(printable(_read_as(download)), "yellow")
    found = _of_students(found, request.students, people)
    names = frozenset(entry.assignment for entry in found)
    plan = Plan.of(request.course, names, request.settings, request.regrade, request.roster)
    with (
        results_folder(request.out, request.submissions) as out,
        Ledger(out, request.course) as ledger,
        _termination_as_interrupt(),
    ):
        zone = zone_of(request.course)
        run = _Run(request, plan, ledger, ClassReport(), Log(out), times, zone, download.clones)
        found = [_with_note(plan, entry) for entry in found]
        todo = [item for entry in found if (item := _guarded(run, entry, _sort_out)) is not None]
        todo.sort(key=plan.order)
        run.report.left = len(todo)
        if todo:
            secret = request.course.secret()
            try:
                _grade_all(run, todo, secret, make_workers(), grade, progress)
            except KeyboardInterrupt:
                run.report.interrupted = True
        for entry in found:
            if entry.status != "found":
                _guarded(run, entry, _without_submission)
        run.ledger.agree_on_points()
        run.ledger.finish()
    report = run.report
    report.results, report.torn, report.logged = run.ledger.results(), run.ledger.torn, run.log.entries
    report.seconds = time.monotonic() - began
    return report


def _of_students(found: list[Found], names: tuple[str, ...], people: People) -> list[Found]:
    """The entries of these students; of all if no names are given. Raises UserError for a name that nobody has."""
    if not names:
        return found
    for name in names:
        if people.find(name) is None:
            raise UserError(f"--student: {people.unfound(name)}")
    wanted = {people.find(name) for name in names}
    return [entry for entry in found if entry.student in wanted]


def _read_as(download: Download) -> str:
    """A line on how the folder was read, with the number of students and what was passed over."""
    words = f"{plural(len(download.students), 'student')}, read as {download.layout}."
    return f"{words} Passed over: {few(download.passed_over, 5)}." if download.passed_over else words


# --- one student never costs another ------------------------------------------------------------------------------


def _guarded(run: _Run, found: Found, step: Callable[[_Run, Found], _T]) -> _T | None:
    """Take one step for one student. If our code breaks, that becomes a result of this student and an entry in the log.

    Errors that a student cannot cause are raised as usual: a full disk, results that we may not read.
    """
    try:
        return step(run, found)
    except (UserError, InfrastructureError):
        raise
    except Exception as error:
        run.ledger.record(_broken_off(run, found, error), None)
        return None


def _broken_off(run: _Run, found: Found, error: Exception) -> Result:
    """The result if our own code broke on a submission. It has no fingerprint, so that the next run tries again."""
    run.log.error(found.student, found.assignment, error)
    note = f"Grading failed before the code ran ({type(error).__name__}): {run.log.path.name} says where."
    form = form_of(found.path) if found.path is not None else None
    result = _without_points(run, found, form, "unreadable", (note, *found.notes))
    return dataclasses.replace(result, file=found.shown, identity=found.identity)


def _without_points(run: _Run, found: Found, form: Form | None, status: Status, notes: tuple[str, ...]) -> Result:
    """A result without checks, for a submission that was not graded."""
    most = run.ledger.max_score(found.assignment)
    return Result(found.student, found.assignment, form, status, 0, most, notes=notes)


# --- what is there to do? ------------------------------------------------------------------------------------------


def _stubs_of(request: ClassRequest) -> dict[str, frozenset[str]]:
    """By assignment, the digests of the stubs with their own quiz that the roster's students were given."""
    if request.roster is None:
        return {}
    own = quizzes(request.course, request.only)
    return {name: stub_digests(request.course, quiz, request.roster) for name, quiz in own.items()}


def _with_note(plan: Plan, found: Found) -> Found:
    if not plan.is_off_the_roster(found):
        return found
    note = f"{printable(found.student)} is not on the roster, so the answers to the default quiz were expected."
    return dataclasses.replace(found, notes=(*found.notes, note))


def _sort_out(run: _Run, found: Found) -> Todo | None:
    """The submission to grade. None if there is none, if it cannot be read, or if it was graded before."""
    if found.path is None or found.status != "found":
        return None
    previous = run.ledger.previous(found.student, found.assignment)
    if previous is None:
        return Todo(found, None)
    try:
        source = found.read()
    except Unreadable as error:
        run.ledger.record(_unreadable(run, found, error, previous), previous)
        return None
    if not run.plan.is_done(found, source, previous):
        return Todo(found, previous)
    run.report.kept += 1
    run.ledger.is_worth(found.assignment, previous.max_score)
    notes = _notes(found, source, previous.notes)
    run.ledger.record(_stamped(run, dataclasses.replace(previous, notes=notes), found, previous), previous)
    return None


def _stamped(run: _Run, result: Result, found: Found, previous: Result | None) -> Result:
    """The result with what is known from finding the file: its path, whose it is, its time and its commit.

    A time that an earlier run was told (--times) stays, unless the work has changed or another time is told. Other times
    are found anew: what states them, or the course's zone, may have been put right.
    """
    result = dataclasses.replace(result, file=found.shown, identity=found.identity)
    if found.path is None or found.status == "not_started":
        return result
    key, times, before = (found.student, found.assignment), run.times, None
    if previous is not None and previous.submitted and _of_one_work(result, previous):
        if previous.environment.get(_TOLD):
            times = {key: previous.submitted} | dict(times)
        elif previous.file == result.file:
            before = Arrival(previous.submitted, previous.commit)
    if key in times:
        result = dataclasses.replace(result, environment=dict(result.environment) | {_TOLD: True})
    try:
        arrival = arrival_of(found, run.request.submissions, times, run.zone, run.clones, before)
    except Exception as error:  # the grade stands, whatever a clock or a repository says
        run.log.error(found.student, found.assignment, error)
        note = f"The time of submission could not be found ({type(error).__name__})."
        return dataclasses.replace(result, notes=(*result.notes, note))
    still_true = (note for note in result.notes if not (arrival.text and note.endswith(NOT_KNOWN)))
    notes = tuple(dict.fromkeys((*still_true, *arrival.notes)))
    return dataclasses.replace(result, submitted=arrival.text, commit=arrival.commit, notes=notes)


def _of_one_work(one: Result, other: Result) -> bool:
    """Were both made from the same submission?"""
    return one.environment.get("submission") == other.environment.get("submission")


# --- grading -------------------------------------------------------------------------------------------------------


def _grade_all(
    run: _Run, todo: list[Todo], secret: bytes, workers: Workers, grade: GradeFunction, progress: type[Progress]
) -> None:
    waiting = {(item.found.student, item.found.assignment): item for item in todo}
    tally = Counter(item.found.assignment for item in todo)
    now = True
    try:
        size = min(workers.size, len(todo))
        with progress(console(), tally, size, workers.sandbox) as shown:

            def began(slot: int, job: Job) -> None:
                shown.began(slot, job.student, job.assignment)

            for ended in run_jobs(_jobs(run, todo, secret, shown), grade, workers, began):
                item = waiting[ended.job.student, ended.job.assignment]
                result = _judge(run, item, ended)
                shown.ended(ended.slot, result, ended.seconds, ended.lost)
        now = False
    finally:
        workers.stop(now=now)


def _jobs(run: _Run, todo: list[Todo], secret: bytes, shown: Progress) -> Iterator[Job]:
    """Yield the jobs, and read each file only when a worker is free: it may have changed or gone since it was found."""
    for item in todo:
        found = item.found
        assert found.path is not None
        try:
            source = found.read()
        except Unreadable as error:
            result = _unreadable(run, found, error, item.previous)
        except Exception as error:
            result = _broken_off(run, found, error)
        else:
            yield run.plan.job(found, source, secret)
            continue
        run.report.left -= 1
        run.ledger.record(result, item.previous)
        shown.skipped(found.assignment)


def _judge(run: _Run, item: Todo, ended: Ended) -> Result:
    """Record the result of a job that has ended, and return it."""
    found, source = item.found, ended.job.source
    lost = ended.lost
    if ended.data is not None:
        try:
            result = results.from_json(ended.data)
            if (result.student, result.assignment) != (found.student, found.assignment):
                raise InvalidResult("it belongs to another submission")
            run.ledger.is_worth(found.assignment, result.max_score)
            result = _complete(run, result, item, source)
            run.report.left -= 1
            run.report.graded += 1
            run.ledger.record(result, item.previous)
            for text in ended.data.get("log", ()):
                run.log.add(found.student, found.assignment, text)
            return result
        except InvalidResult as error:
            lost = f"the grader returned no valid result ({error})"
    # This says nothing about the student. Without a fingerprint, the next run grades it again.
    note = f"Not graded, which is not the student's fault: {lost}. Mend that, or try once more: run the same command again."
    result = _without_points(run, found, source.form, "graded", (note, *found.notes))
    work = {"submission": source.fingerprint}
    result = _stamped(run, dataclasses.replace(result, environment=work), found, item.previous)
    run.report.left -= 1
    run.report.lost.append(result)
    run.ledger.record(result, item.previous)
    return result


def _complete(run: _Run, result: Result, item: Todo, source: Source) -> Result:
    """The result with what only the batch knows: fingerprints, time, and checks of a training that passed before."""
    found, previous, plan = item.found, item.previous, run.plan
    origin = plan.origin(found.assignment, source)
    if (
        previous is not None
        and found.assignment in plan.trains
        and not plan.was_confined_too_little(previous)
        and all(previous.environment.get(key) == value for key, value in origin.items())
    ):
        if plan.settings.retrain and source.weights is not None:
            result = with_gap(result, previous)
        else:
            result = with_bands_kept(result, previous)
    result = dataclasses.replace(
        result,
        environment=dict(result.environment) | origin,
        fingerprint=plan.fingerprint(found, source),
        notes=_notes(found, source, result.notes),
    )
    return _stamped(run, result, found, previous)


def _notes(found: Found, source: Source, graded: tuple[str, ...]) -> tuple[str, ...]:
    """The notes of a result, each once: those of grading, then those of reading and finding the file."""
    return tuple(dict.fromkeys((*graded, *source.notes, *found.notes)))


# --- results that need no grading ----------------------------------------------------------------------------------


def _unreadable(run: _Run, found: Found, error: Unreadable, previous: Result | None) -> Result:
    assert found.path is not None
    result = _without_points(run, found, form_of(found.path), "unreadable", (str(error), *found.notes))
    return _stamped(run, result, found, previous)


def _without_submission(run: _Run, found: Found) -> None:
    """Record that there is no submission to grade. An earlier result stays if its file is not in this folder."""
    previous = run.ledger.previous(found.student, found.assignment)
    gone = found.status == "missing" and previous is not None and previous.status != "missing"
    if gone and previous is not None and not run.request.regrade:
        run.ledger.record(previous, previous)
        return
    assert found.status != "found"
    result = _without_points(run, found, None, found.status, tuple(reversed(found.notes)))
    run.ledger.record(_stamped(run, result, found, previous), previous)


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
