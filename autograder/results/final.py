"""Deadlines, lateness and adjustments: from a raw score to the final one.

The rules stand in `course.toml` at the course's root, and a person's changes in `adjustments.csv` in the folder of
results. Grading touches neither and stores the raw score with the time of submission; the final score is worked out
whenever results are read, so that a changed deadline needs no grading.

    [late]
    percent_per_day = 10      # of the raw score, for each day begun after the deadline
    grace_minutes = 15        # late by no more than this is in time
    cap_percent = 50          # no more than this is taken off

    [deadlines]
    a1_permute = 2026-11-20T23:59:00+01:00      # without an offset: this machine's time

    [extensions.ada]
    a1_permute = 2026-11-27T23:59:00+01:00
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..common.errors import UserError
from ..common.tables import aware, read_table, read_time
from ..course.course import Course, find_course
from .result import ClassResults, Final, Result
from .store import folder_name, read_all

POLICY_FILE = "course.toml"
ADJUSTMENTS_FILE = "adjustments.csv"


@dataclass(frozen=True)
class Policy:
    """What lateness costs. Without deadlines nobody is late."""

    percent_per_day: float = 0.0
    grace: dt.timedelta = dt.timedelta(0)
    cap_percent: float = 100.0
    deadlines: Mapping[str, dt.datetime] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], dt.datetime] = field(default_factory=dict)  # (student, assignment)

    def days_late(self, student: str, assignment: str, submitted: dt.datetime | None) -> int:
        """The days begun after this student's deadline; 0 within the grace, or when a time is not known."""
        deadline = self.extensions.get((student, assignment), self.deadlines.get(assignment))
        if deadline is None or submitted is None or submitted <= deadline + self.grace:
            return 0
        return math.ceil((submitted - deadline) / dt.timedelta(days=1))


@dataclass(frozen=True)
class Adjustment:
    """Points that a person gave or took, why, and in which line of the file."""

    points: int
    reason: str
    line: int = 0


def finals(
    results: ClassResults, policy: Policy, adjustments: Mapping[tuple[str, str], Adjustment]
) -> dict[tuple[str, str], Final]:
    """(student, assignment) -> the final score, where lateness or a person has a say in it."""
    changed = {}
    for result in results.results:
        key = result.student, result.assignment
        days = policy.days_late(*key, submitted_at(result))
        if days or key in adjustments:
            changed[key] = final(result, days, policy, adjustments.get(key))
    return changed


def final(result: Result, days: int, policy: Policy, adjustment: Adjustment | None) -> Final:
    """The final score: first lateness, rounded in the student's favour, then the adjustment; never below 0."""
    percent = min(days * policy.percent_per_day, policy.cap_percent)
    # A rounding error of floats must not cost a point: 29 % of 100 is 28.999...
    taken = math.floor(result.score * percent / 100 + 1e-9)
    reasons = []
    if days:
        many = "1 day" if days == 1 else f"{days} days"
        reasons.append(f"{many} late: {-taken} ({percent:g} %)" if taken else f"{many} late")
    score = result.score - taken
    if adjustment is not None:
        score += adjustment.points
        reasons.append(f"{adjustment.points:+d}: {adjustment.reason}")
    return Final(max(0, min(score, result.max_score)), days, "; ".join(reasons))


def submitted_at(result: Result) -> dt.datetime | None:
    """When it was submitted, as far as that is known."""
    return read_time(result.submitted) if result.submitted else None


def read_class(folder: Path) -> ClassResults:
    """All results in a folder with their final scores: what every report and export starts from.

    Raises UserError when there are no results, or course.toml or adjustments.csv is wrong.
    """
    return apply(read_all(folder), folder, course_of(folder))


def course_of(folder: Path) -> Course | None:
    """The course whose policy holds for results: the one that we stand in, else the one that the results lie in."""
    for start in (Path.cwd(), folder):
        with contextlib.suppress(UserError):
            return find_course(start)
    return None


def apply(results: ClassResults, folder: Path, course: Course | None) -> ClassResults:
    """The results with their final scores. Raises UserError when course.toml or adjustments.csv is wrong."""
    policy = load_policy(course) if course is not None else Policy()
    known = frozenset((result.student, result.assignment) for result in results.results)
    adjustments = load_adjustments(folder, course, known)
    path = folder / ADJUSTMENTS_FILE
    idle = tuple(
        (path, f"line {adjustment.line}: there is no result of {key[0]!r} for {key[1]!r}")
        for key, adjustment in adjustments.items()
        if key not in known
    )
    return ClassResults(results.results, (*results.problems, *idle), finals(results, policy, adjustments))


def strangers(course: Course, folder: Path, students: Collection[str]) -> tuple[str, ...]:
    """What course.toml and adjustments.csv hold for somebody who is neither among the students nor in the folder of
    results, one line each. Raises UserError when one of the files is wrong.
    """
    extended = (student for student, _ in load_policy(course).extensions)
    where = {f"{course.root / POLICY_FILE}, [extensions.{who}]": who for who in extended}
    where |= {
        f"{folder / ADJUSTMENTS_FILE}, line {adjustment.line}": student
        for (student, _), adjustment in load_adjustments(folder, course).items()
    }
    return tuple(
        f"{place}: nobody in this class is called {who!r}."
        for place, who in where.items()
        if who not in students and not (folder / folder_name(who)).is_dir()
    )


# --- the files -----------------------------------------------------------------------------------------------------


def load_policy(course: Course) -> Policy:
    """The policy in course.toml; one that costs nothing when there is none.

    Raises UserError, which names the entry, for anything that could be a slip: an unknown key, a number out of range,
    a deadline for no assignment.
    """
    path = course.root / POLICY_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Policy()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.") from None
    _no_others(data, ("late", "deadlines", "extensions"), path, "")
    late = _table(data, "late", path)
    _no_others(late, ("percent_per_day", "grace_minutes", "cap_percent"), path, "late.")
    extensions = {
        (str(student), name): when
        for student in _table(data, "extensions", path)
        for name, when in _times(data["extensions"], student, course, path, f"extensions.{student}.").items()
    }
    return Policy(
        percent_per_day=_number(late, "percent_per_day", 0.0, 100.0, path),
        grace=dt.timedelta(minutes=_number(late, "grace_minutes", 0.0, 1e6, path)),
        cap_percent=_number(late, "cap_percent", 100.0, 100.0, path),
        deadlines=_times(data, "deadlines", course, path, "deadlines."),
        extensions=extensions,
    )


def load_adjustments(
    folder: Path, course: Course | None, known: Collection[tuple[str, str]] = ()
) -> dict[tuple[str, str], Adjustment]:
    """(student, assignment) -> the adjustment in a folder of results (columns student, assignment, points, reason).

    An assignment may be called a1 for short, where a course says what that means; what is known needs no course.
    Raises UserError, which names the line, when there is no such assignment, points are no whole number, a reason is
    missing or a line stands twice.
    """
    path = folder / ADJUSTMENTS_FILE
    found: dict[tuple[str, str], Adjustment] = {}
    for number, row in read_table(path, ("student", "assignment", "points", "reason")):
        where, key = f"{path}, line {number}", (row["student"], row["assignment"])
        if course is not None and key not in known:
            try:
                key = row["student"], course.resolve(row["assignment"])
            except UserError as error:
                raise UserError(f"{where}: {error}") from None
        try:
            points = int(row["points"])
        except ValueError:
            raise UserError(f"{where}: points are whole numbers, with a sign; not {row['points']!r}.") from None
        if not row["reason"]:
            raise UserError(f"{where}: say why; the student reads the reason.")
        if key in found:
            raise UserError(f"{where}: {key[0]} has an adjustment for {key[1]} already. Add them up in one line.")
        found[key] = Adjustment(points, row["reason"], number)
    return found


def _table(data: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise UserError(f"{path}: {key} is a section, [{key}], with entries below it.")
    return table


def _no_others(table: Mapping[str, Any], known: tuple[str, ...], path: Path, where: str) -> None:
    for key in table:
        if key not in known:
            raise UserError(f"{path}: {where}{key} is not known. There are: {', '.join(known)}.")


def _number(table: Mapping[str, Any], key: str, default: float, most: float, path: Path) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise UserError(f"{path}: late.{key} is a number from 0 to {most:g}, not {value!r}.")
    return float(value)


def _times(data: Mapping[str, Any], key: str, course: Course, path: Path, where: str) -> dict[str, dt.datetime]:
    times = {}
    for name, time in _table(data, key, path).items():
        if isinstance(time, dt.date) and not isinstance(time, dt.datetime):
            time = dt.datetime.combine(time, dt.time(23, 59, 59))  # a day ends with its last second
        if not isinstance(time, dt.datetime):
            raise UserError(f"{path}: {where}{name} is a time, like 2026-11-20T23:59:00+01:00, not {time!r}.")
        try:
            times[course.resolve(name)] = aware(time)
        except UserError as error:
            raise UserError(f"{path}: {where}{name}: {error}") from None
    return times
