"""What the page of one student says, and where it lies. It shows neither the text of hidden checks nor other students."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from ..results.result import CheckResult, ClassResults, Final, Result, by_task, standing
from ..results.rows import public_notes
from ..results.store import folder_name
from . import svg
from .pictures import Pictures
from .training_record import TrainingRecord, read_training

STUDENTS = "students"  # the folder of these pages, beside the page of the class
# How a check that did not pass ended, in a student's words.
OUTCOMES = {
    "failed": "wrong result",
    "error": "ended in an error",
    "timeout": "took too long",
    "crashed": "crashed",
    "not_run": "not run",
}


@dataclass(frozen=True)
class Hidden:
    """What a student is told about a task's hidden checks: their points and how they ended, not their text."""

    score: int
    points: int
    ended: str  # "wrong result: 1, not run: 2"; "" when all passed


@dataclass(frozen=True)
class Task:
    """One task: public checks in full, hidden ones as a sum, and the misconceptions behind hidden failures."""

    name: str
    score: int
    points: int
    public: tuple[CheckResult, ...]
    hidden: Hidden | None
    ideas: tuple[str, ...]  # messages of hidden checks' diagnoses, without those that a public check shows

    @property
    def complete(self) -> bool:
        """Does it have all its points?"""
        return self.score == self.points


@dataclass(frozen=True)
class Picture:
    """A test item that the network got wrong. right, given: the names of the right class and of the network's."""

    uri: str
    right: str
    given: str


@dataclass(frozen=True)
class DrawnNetwork:
    """The training of a network, drawn."""

    training: TrainingRecord
    curve: Markup
    confusion: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]  # (class, ((count, shade 0 to 5), ...))
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Section:
    """One assignment of a student. `status` is "lost" when the machine failed on it."""

    result: Result
    status: str
    score: int  # the final one
    final: Final | None
    tasks: tuple[Task, ...]
    network: DrawnNetwork | None


@dataclass(frozen=True)
class StudentPage:
    """The page of a student: a section for each assignment of the class."""

    student: str
    score: int
    points: int
    sections: tuple[Section, ...]


def file_of(student: str) -> str:
    """The file name of a student's page: valid on every file system, and different for every student."""
    return f"{folder_name(student)}.html"


def page_of(student: str) -> str:
    """The address of a student's page, relative to the page of the class."""
    return f"{STUDENTS}/{quote(file_of(student))}"


def student_page(
    student: str,
    own: Mapping[str, Result],
    results: ClassResults,
    points: Mapping[str, int],
    pictures: Pictures,
) -> StudentPage:
    """The page of one student of a class. points: what each assignment of the class is worth."""
    sections = tuple(_section(own[name], results, pictures) for name in points if name in own)
    return StudentPage(student, sum(s.score for s in sections), sum(points.values()), sections)


def _section(result: Result, results: ClassResults, pictures: Pictures) -> Section:
    training = read_training(result.metrics)
    return Section(
        result=dataclasses.replace(result, notes=public_notes(result)),
        status=standing(result),
        score=results.final_score(result),
        final=results.finals.get((result.student, result.assignment)),
        tasks=tuple(_task(name, checks) for name, checks in by_task(result.checks).items()),
        network=None if training is None else _network(training, result.assignment, pictures),
    )


def _task(name: str, checks: Sequence[CheckResult]) -> Task:
    public = tuple(check for check in checks if not check.hidden)
    hidden = [check for check in checks if check.hidden]
    told = {check.diagnosis.message for check in public if check.diagnosis}
    ideas = dict.fromkeys(
        check.diagnosis.message for check in hidden if check.diagnosis and check.diagnosis.message not in told
    )
    return Task(
        name=name,
        score=sum(check.score for check in checks),
        points=sum(check.points for check in checks),
        public=public,
        hidden=_hidden(hidden) if hidden else None,
        ideas=tuple(ideas),
    )


def _hidden(checks: Sequence[CheckResult]) -> Hidden:
    ended = Counter(check.outcome for check in checks if check.outcome != "passed")
    words = ", ".join(f"{OUTCOMES[outcome]}: {count}" for outcome, count in ended.most_common())
    return Hidden(sum(check.score for check in checks), sum(check.points for check in checks), words)


def _network(training: TrainingRecord, assignment: str, pictures: Pictures) -> DrawnNetwork:
    return DrawnNetwork(
        training=training,
        curve=svg.curve(training.losses, "epoch", "loss") if len(training.losses) > 1 else Markup(""),
        confusion=tuple(
            (training.name(right), tuple((count, _shade(count, sum(row))) for count in row))
            for right, row in enumerate(training.confusion)
        ),
        pictures=tuple(
            Picture(uri, training.name(right), training.name(given))
            for number, right, given in training.mix_ups
            if (uri := pictures.uri(assignment, number))
        ),
    )


def _shade(count: int, row: int) -> int:
    """How dark to draw a count in a confusion matrix: from 0 (nearly nothing) to 5 (most of its row)."""
    share = count / row if row else 0.0
    return sum(share >= bound for bound in (0.005, 0.04, 0.12, 0.35, 0.7))
