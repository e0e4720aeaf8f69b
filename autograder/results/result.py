"""Results: what grading says about one submission, as data and as files.

`RESULTS/<student>/<assignment>.json` in the schema `autograder/result/v1` is the source of truth. A file is written
whole or not at all, and is read only if it is valid, so that the sums of a `Result` are always right.
"""

import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from ..common.diagnosis import Diagnosis
from ..common.terminal import json_text
from ..course.course import natural_key
from ..sandbox.observation import Outcome
from ..submission.people import other_names

SCHEMA = "autograder/result/v1"

Status = Literal["graded", "missing", "not_started", "unreadable", "ambiguous"]
NOT_HANDED_IN = frozenset({"missing", "not_started"})  # there is no file, or only the unchanged stub


class InvalidResult(Exception):
    """Data that is not a valid result; the message says why."""


@dataclass(frozen=True)
class CheckResult:
    """What one check found. `score` is `points` if the outcome is `passed`, else 0."""

    name: str
    title: str
    task: str
    points: int
    score: int
    outcome: Outcome
    hidden: bool
    diagnosis: Diagnosis | None = None
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Result:
    """What grading found for one student and assignment. Raises InvalidResult if its parts contradict each other."""

    student: str
    assignment: str
    form: Literal["py", "ipynb"] | None  # None if nothing could be read
    status: Status
    score: int
    max_score: int
    checks: tuple[CheckResult, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)  # accuracy, training seconds, ...
    environment: Mapping[str, Any] = field(default_factory=dict)  # versions, sandbox tier, seed, ...
    fingerprint: str = ""  # "" makes the next run grade it again
    notes: tuple[str, ...] = ()  # what a reader should know: "I left line 12 out ...", ...
    submitted: str = ""  # when, in ISO 8601 and UTC; "" if it is not known
    file: str = ""  # what was graded, below the folder of submissions: "ada/a1_permute.py", "work.zip/a1_permute.py"
    commit: str = ""  # the commit that was checked out, if it is known
    identity: Mapping[str, str] = field(default_factory=dict)  # what an LMS calls the student: number, login, email

    def __post_init__(self) -> None:
        for check in self.checks:
            right = check.points if check.outcome == "passed" else 0
            if check.score != right or check.points < 0:
                raise InvalidResult(f"check {check.name}: {check.outcome} of {check.points} cannot score {check.score}")
        if len({check.name for check in self.checks}) < len(self.checks):
            raise InvalidResult("two checks have one name")
        if not 0 <= self.score <= self.max_score:
            raise InvalidResult(f"a score of {self.score} of {self.max_score}")
        if self.checks and self.score != sum(check.score for check in self.checks):
            raise InvalidResult("the score is not the sum of the checks' scores")
        if self.checks and self.max_score != sum(check.points for check in self.checks):
            raise InvalidResult("max_score is not the sum of the checks' points")
        if self.status != "graded" and self.score:
            raise InvalidResult(f"{self.status}, but with a score")


def is_lost(result: Result) -> bool:
    """Did the machine fail on it? Then its score of 0 says nothing about the student."""
    return result.status == "graded" and not result.checks


def in_order(results: Iterable[Result]) -> tuple[Result, ...]:
    """The results, students and assignments in natural order."""
    return tuple(sorted(results, key=lambda r: (natural_key(r.student), r.student, natural_key(r.assignment))))


def by_task(checks: Sequence[CheckResult]) -> dict[str, list[CheckResult]]:
    """task -> its checks, both in the order of the checks."""
    tasks: dict[str, list[CheckResult]] = {}
    for check in checks:
        tasks.setdefault(check.task, []).append(check)
    return tasks


def standing(result: Result) -> str:
    """The status of a result; "lost" if the machine failed on it."""
    return "lost" if is_lost(result) else result.status


# --- no larger than a reader can use ------------------------------------------------------------------------------

FILE_LIMIT = 256 * 1024  # bytes of a result as a file
POINTS_LIMIT = 10_000  # no assignment is worth more: some systems get a line for each point
SECONDS_LIMIT = 10.0**9  # the longest time of a check that is accepted
MESSAGE_LIMIT = 2000  # characters of a check's message
_NOTES, _NOTE, _METRICS = 40, 1000, 64 * 1024


def bounded(result: Result) -> Result:
    """The result, cut to fit a file of FILE_LIMIT bytes: messages and metrics may hold what student code returned."""
    return bounded_with_text(result)[0]


def bounded_with_text(result: Result) -> tuple[Result, str]:
    """The result, cut as :func:`bounded` does it, and the text of its file."""
    small = dataclasses.replace(
        result,
        checks=tuple(_said_briefly(check, MESSAGE_LIMIT) for check in result.checks),
        notes=tuple(cut(note, _NOTE) for note in result.notes[:_NOTES]),
    )
    if small.metrics and len(json.dumps(_for_json(small.metrics))) > _METRICS:
        note = "The figures of this grading were too large to keep."
        small = dataclasses.replace(small, metrics={}, notes=(*small.notes, note))
    text = file_text(small)
    for limit in (500, 100, 0):  # many checks, each with a long message
        if len(text.encode()) <= FILE_LIMIT:
            break
        small = dataclasses.replace(small, checks=tuple(_said_briefly(check, limit) for check in small.checks))
        text = file_text(small)
    return small, text


def file_text(result: Result) -> str:
    """The text of a result's file."""
    return f"{json_text(to_json(result))}\n"


def _said_briefly(check: CheckResult, limit: int) -> CheckResult:
    return check if len(check.message) <= limit else dataclasses.replace(check, message=cut(check.message, limit))


def cut(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """The text, cut to `limit` characters."""
    return text if len(text) <= limit else text[: max(0, limit - 4)].rstrip() + " ..."


# --- as JSON -------------------------------------------------------------------------------------------------------


_WHERE_KNOWN: dict[str, Any] = {"submitted": "", "file": "", "commit": "", "identity": {}}


def to_json(result: Result) -> dict[str, Any]:
    """The result as data for JSON: the schema's keys, in the schema's order."""
    checks = [
        vars(check)  # `dataclasses.asdict` is slow: it makes a copy of each value
        | {"diagnosis": check.diagnosis and vars(check.diagnosis), "seconds": round(check.seconds, 4)}
        for check in result.checks
    ]
    whole = {"schema": SCHEMA, **vars(result), "checks": checks}
    known = {key: value for key, value in whole.items() if value or key not in _WHERE_KNOWN}
    return cast(dict[str, Any], _for_json(known))


def from_json(data: object) -> Result:
    """The result that `to_json` described. Raises InvalidResult, which names the first thing that is wrong."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InvalidResult(f"it is not in the schema {SCHEMA}")
    data = cast(dict[str, Any], _for_json(data, finite=False))
    data |= {key: none for key, none in _WHERE_KNOWN.items() if data.get(key) is None}
    get = _Reader({"notes": [], **data}, "")
    checks = []
    for number, item in enumerate(get.items("checks")):
        if not isinstance(item, dict):
            raise InvalidResult(f"checks[{number}] is not an object")
        check = _Reader(item, f"checks[{number}].")
        diagnosis = item.get("diagnosis")
        if diagnosis is not None:
            if not isinstance(diagnosis, dict):
                raise InvalidResult(f"checks[{number}].diagnosis is not an object")
            inner = _Reader(diagnosis, f"checks[{number}].diagnosis.")
            diagnosis = Diagnosis(inner.text("name"), inner.text("message"))
        checks.append(
            CheckResult(
                name=check.shared("name"),
                title=check.shared("title"),
                task=check.shared("task"),
                points=check.whole("points"),
                score=check.whole("score"),
                outcome=cast(Outcome, check.one_of("outcome", get_args(Outcome))),
                hidden=check.yes_or_no("hidden"),
                diagnosis=diagnosis,
                message=check.text("message"),
                seconds=check.number("seconds"),
            )
        )
    form = None if data.get("form") is None else get.one_of("form", ("py", "ipynb"))
    return Result(
        student=get.text("student"),
        assignment=get.text("assignment"),
        form=cast(Literal["py", "ipynb"] | None, form),
        status=cast(Status, get.one_of("status", get_args(Status))),
        score=get.whole("score"),
        max_score=get.whole("max_score"),
        checks=tuple(checks),
        metrics=get.mapping("metrics"),
        environment=get.mapping("environment"),
        fingerprint=get.text("fingerprint"),
        notes=tuple(note for note in get.items("notes") if isinstance(note, str) and note.strip()),
        submitted=get.text("submitted"),
        file=get.text("file"),
        commit=get.text("commit"),
        identity={str(key): str(value) for key, value in get.mapping("identity").items()},
    )


@dataclass(frozen=True)
class _Reader:
    """Takes values of the right type out of a JSON object, or says which one is wrong."""

    data: dict[str, Any]
    where: str

    def _get(self, key: str, wanted: tuple[type, ...], kind: str) -> Any:
        value = self.data.get(key)
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise InvalidResult(f"{self.where}{key} is not {kind}")
        return value

    def text(self, key: str) -> str:
        return cast(str, self._get(key, (str,), "a text"))

    def shared(self, key: str) -> str:
        """A text that many results have. It is kept in memory once."""
        return sys.intern(self.text(key))

    def whole(self, key: str) -> int:
        value = cast(int, self._get(key, (int,), "a whole number"))
        if abs(value) > POINTS_LIMIT:
            raise InvalidResult(f"{self.where}{key} is not a number of points")
        return value

    def number(self, key: str) -> float:
        value = cast(float, self._get(key, (int, float), "a number"))
        if not 0 <= value <= SECONDS_LIMIT:
            raise InvalidResult(f"{self.where}{key} is not a number of seconds")
        return float(value)

    def yes_or_no(self, key: str) -> bool:
        return cast(bool, self._get(key, (bool,), "true or false"))

    def mapping(self, key: str) -> dict[str, Any]:
        return cast(dict[str, Any], self._get(key, (dict,), "an object"))

    def items(self, key: str) -> list[Any]:
        return cast(list[Any], self._get(key, (list, tuple), "a list"))

    def one_of(self, key: str, values: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in values:
            raise InvalidResult(f"{self.where}{key} is {value!r}, not one of {', '.join(values)}")
        return values[values.index(value)]  # not a copy of it for each result


def _for_json(value: Any, finite: bool = True) -> Any:
    """The value as data for JSON: no tuples, no NaN (if `finite`), and text that can be written as UTF-8."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) or not finite else None
    if isinstance(value, Mapping):
        return {_for_json(str(key)): _for_json(item, finite) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_for_json(item, finite) for item in value]
    return value


# --- a class ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Final:
    """A final score after lateness and adjustments; it may equal the raw one."""

    score: int
    days_late: int
    reason: str  # "2 days late: -4 (20 %); +1: a check was too strict"


@dataclass(frozen=True)
class ClassResults:
    """All results in a folder.

    problems: the files that were passed over, each with the reason. finals: (student, assignment) -> the final score
    that a policy or a person decided; see `policy`.
    """

    results: tuple[Result, ...]
    problems: tuple[tuple[Path, str], ...] = ()
    remarks: tuple[str, ...] = ()  # decisions that readers should know: deadlines without times, groups, ...
    finals: Mapping[tuple[str, str], Final] = field(default_factory=dict)

    def final_score(self, result: Result) -> int:
        """The score that counts: after lateness and adjustments, if there are any."""
        final = self.finals.get((result.student, result.assignment))
        return result.score if final is None else final.score

    def is_undecided(self, result: Result) -> bool:
        """Has the machine failed on a result, and has no person given points for it? Then its 0 is no score."""
        return is_lost(result) and not self.final_score(result)

    def total(self, own: Iterable[Result]) -> int:
        """The final scores of these results together."""
        return sum(self.final_score(result) for result in own)

    def identities(self) -> dict[str, list[str]]:
        """student -> the other names that systems have for them."""
        return {s: [n for r in own.values() for n in other_names(r.identity)] for s, own in self.students().items()}

    def students(self) -> dict[str, dict[str, Result]]:
        """student -> assignment -> result; students and assignments in natural order."""
        table: dict[str, dict[str, Result]] = {}
        for result in self.results:
            table.setdefault(result.student, {})[result.assignment] = result
        return table

    def max_scores(self) -> dict[str, int]:
        """assignment -> the points that it is worth, in natural order."""
        best: dict[str, int] = {}
        for result in self.results:
            best[result.assignment] = max(best.get(result.assignment, 0), result.max_score)
        return {name: best[name] for name in sorted(best, key=natural_key)}
