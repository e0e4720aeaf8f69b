"""What the page of a class says: scores, checks, misconceptions, networks, and which students to look at first."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from ..common.terminal import printable
from ..results.result import NOT_HANDED_IN, CheckResult, ClassResults, Result, standing
from ..results.store import unread
from ..results.summary import NO_GRADE, counts, short_names
from ..sandbox.observation import Outcome
from . import svg
from .attention import ORDER, Reason, reasons
from .compare import Comparison, compare
from .student_page import page_of
from .training_record import TrainingRecord, read_training


@dataclass(frozen=True)
class Distribution:
    """How the scores of an assignment, or of the course, are spread among those who handed in."""

    name: str
    points: int
    students: int
    mean: float
    median: float
    full: int  # students with full marks
    drawing: Markup
    narrow: Markup  # for a phone, where the text in `drawing` would be too small; empty if `drawing` is narrow itself


@dataclass
class CheckRow:
    """How one check went in the class."""

    check: CheckResult  # as one of the students has it: name, title, task, points
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        return self.outcomes.total()

    @property
    def share(self) -> float:
        """The share of students who passed, of those who handed in."""
        return self.outcomes["passed"] / self.asked if self.asked else 0.0

    @property
    def failures(self) -> str:
        """How it ended for students who did not pass: "12 failed, 3 error"."""
        order: tuple[Outcome, ...] = ("failed", "error", "timeout", "crashed", "not_run")
        return ", ".join(f"{self.outcomes[o]} {o.replace('_', ' ')}" for o in order if self.outcomes[o])


@dataclass(frozen=True)
class MisconceptionRow:
    """A misconception, and the students whose answers show it."""

    name: str
    message: str
    assignment: str
    task: str
    students: tuple[tuple[str, str], ...]  # (name, page)
    share: float  # of the students who handed in the assignment


@dataclass(frozen=True)
class ScoreCell:
    """A student's score in one assignment. `mark` is shown instead if there is no score; `words` explain it."""

    score: int
    mark: str = ""
    words: str = ""
    level: str = ""  # full, part, zero, none or bad: chooses the colour


@dataclass(frozen=True)
class StudentRow:
    """A student's row in the table of the class."""

    name: str
    page: str
    cells: tuple[ScoreCell, ...]
    total: int
    accuracy: float | None
    reasons: tuple[Reason, ...]
    notes: str  # lateness and adjustments


@dataclass(frozen=True)
class Trainings:
    """The networks of the class: a plot, and a description in words."""

    drawing: Markup
    words: str


@dataclass(frozen=True)
class ClassPage:
    """Everything on the page of a class."""

    total: Distribution
    assignments: tuple[Distribution, ...]
    short: Mapping[str, str]
    status: str
    changed: int  # scores that lateness or a person changed
    checks: Mapping[str, tuple[CheckRow, ...]]
    misconceptions: tuple[MisconceptionRow, ...]
    trainings: Trainings | None
    students: tuple[StudentRow, ...]
    first: tuple[StudentRow, ...]  # students to look at first
    problems: tuple[str, ...]
    since: Comparison | None = None  # what changed since the earlier run


def class_page(results: ClassResults, before: ClassResults | None = None) -> ClassPage:
    """The page of a class. before: the results of an earlier run; the page shows what changed."""
    points, students = results.max_scores(), results.students()
    short = short_names(list(points))
    rows = tuple(_student(name, own, results, list(points)) for name, own in students.items())
    handed_in = {
        name: [r for r in results.results if r.assignment == name and r.status not in NOT_HANDED_IN] for name in points
    }
    totals = [
        results.total(own.values())
        for own in students.values()
        if any(r.status not in NOT_HANDED_IN for r in own.values())
    ]
    first = sorted(
        (row for row in rows if row.reasons),
        key=lambda row: ORDER.index(row.reasons[0].kind),
    )
    return ClassPage(
        total=_distribution("All assignments", totals, sum(points.values()), 20, (960, 200)),
        assignments=tuple(
            _distribution(name, [results.final_score(r) for r in handed_in[name]], most, 10, (360, 130))
            for name, most in points.items()
        ),
        short=short,
        status=counts(results.results),
        changed=len(results.finals),
        checks={name: found for name in points if (found := _checks(handed_in[name]))},
        misconceptions=_misconceptions(results.results),
        trainings=_trainings(results.results),
        students=rows,
        first=tuple(first),
        problems=tuple(f"Passed over: {printable(str(path))}: {why}" for path, why in results.problems)
        + tuple(map(printable, results.remarks)),
        since=compare(before, results) if before is not None else None,
    )


def _distribution(name: str, scores: Sequence[int], points: int, bars: int, size: tuple[int, int]) -> Distribution:
    return Distribution(
        name=name,
        points=points,
        students=len(scores),
        mean=statistics.fmean(scores) if scores else 0.0,
        median=statistics.median(scores) if scores else 0.0,
        full=sum(score >= points for score in scores),
        drawing=svg.histogram(scores, points, bars, *size) if scores and points else Markup(""),
        narrow=svg.histogram(scores, points, 10, 360, 130) if scores and points and size[0] > 360 else Markup(""),
    )


def _checks(results: Sequence[Result]) -> tuple[CheckRow, ...]:
    rows: dict[str, CheckRow] = {}
    for result in results:
        for check in result.checks:
            rows.setdefault(check.name, CheckRow(check)).outcomes[check.outcome] += 1
    return tuple(rows.values())


def _misconceptions(results: Sequence[Result]) -> tuple[MisconceptionRow, ...]:
    who: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    first: dict[tuple[str, str], CheckResult] = {}
    handed_in: Counter[str] = Counter()
    for result in results:
        handed_in[result.assignment] += bool(result.checks)
        for check in result.checks:
            if check.diagnosis is not None:
                key = result.assignment, check.diagnosis.name
                first.setdefault(key, check)
                who[key][result.student] = None
    rows = []
    for (assignment, name), students in who.items():
        check = first[assignment, name]
        assert check.diagnosis is not None
        rows.append(
            MisconceptionRow(
                name=name,
                message=check.diagnosis.message,
                assignment=assignment,
                task=check.task,
                students=tuple((printable(student), page_of(student)) for student in students),
                share=len(students) / handed_in[assignment],
            )
        )
    return tuple(sorted(rows, key=lambda row: -len(row.students)))


def _student(name: str, own: Mapping[str, Result], results: ClassResults, names: Sequence[str]) -> StudentRow:
    accuracies = [t.accuracy for r in own.values() if (t := read_training(r.metrics)) and t.accuracy is not None]
    torn = unread(results, name)
    finals = [(n, results.finals[name, n]) for n in names if (name, n) in results.finals]
    short = short_names(names)
    return StudentRow(
        name=printable(name),
        page=page_of(name),
        cells=tuple(_cell(own.get(n), results, torn=n in torn) for n in names),
        total=results.total(own.values()),
        accuracy=max(accuracies, default=None),
        reasons=tuple(reasons(own)),
        notes="; ".join(f"{short[n]} {printable(final.reason)}" for n, final in finals),
    )


def _cell(result: Result | None, results: ClassResults, *, torn: bool) -> ScoreCell:
    if result is None and torn:
        return ScoreCell(0, NO_GRADE["unreadable"], "the result cannot be read", "bad")
    if result is None or result.status in NOT_HANDED_IN:
        # A person may have given points for what was handed in on paper.
        score = 0 if result is None else results.final_score(result)
        words = "not started" if result is not None and result.status == "not_started" else "missing"
        return ScoreCell(score, "" if score else "–", words, "none")
    score, status = results.final_score(result), standing(result)
    if status in NO_GRADE:
        return ScoreCell(score, NO_GRADE[status], "not graded" if status == "lost" else status, "bad")
    return ScoreCell(score, level="full" if score == result.max_score else "part" if score else "zero")


def _trainings(results: Sequence[Result]) -> Trainings | None:
    found: list[tuple[Result, TrainingRecord]] = [
        (result, training) for result in results if (training := read_training(result.metrics)) is not None
    ]
    plotted = [(r, t) for r, t in found if t.accuracy is not None and t.seconds is not None]
    if not plotted:
        return None
    points = [
        svg.Point(
            training.seconds or 0.0,
            100 * (training.accuracy or 0.0),
            f"{printable(result.student)}: {training.accuracy:.1%} after {training.seconds:.0f} s",
            page_of(result.student),
        )
        for result, training in plotted
    ]
    bands = sorted({100 * band for _, training in plotted for band in training.bands})
    best = max(plotted, key=lambda pair: pair[1].accuracy or 0.0)
    accuracies = [training.accuracy or 0.0 for _, training in plotted]
    times = [training.seconds or 0.0 for _, training in plotted]
    things = best[1].things
    words = (
        f"{len(plotted)} networks: half of them are right on at least {statistics.median(accuracies):.1%} of the test "
        f"{things}, the best ({printable(best[0].student)}) on {best[1].accuracy:.1%}; half of them train for at most "
        f"{statistics.median(times):.0f} s of CPU time."
    )
    loaded = sum(training.submitted_weights for _, training in found)
    if loaded:
        words += f" {loaded} came with trained weights and have no training time: they are not in the plot."
    stopped = sum(training.interrupted for _, training in plotted)
    if stopped:
        words += f" {stopped} used up their time and were interrupted."
    if bands:
        words += " Dashed: the bands that earn points."
    drawing = svg.scatter(points, bands, "training, seconds of CPU time", f"right on new {things}, %")
    return Trainings(drawing, words)
