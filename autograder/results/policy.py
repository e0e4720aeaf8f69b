"""What lateness costs, and what checks are worth: the rules in `course.toml` at the course's root.

timezone = "Europe/Berlin"    # of the deadlines; without it, this machine's zone

[late]
percent_per_day = 10      # of the raw score, for each day begun after the deadline
grace_minutes = 15        # 15 minutes late still count as in time
cap_percent = 50          # the most that lateness can cost
free_days = 3             # days that each student may be late at no cost, over all assignments

[deadlines]
a1_permute = 2026-11-20T23:59:00+01:00      # without an offset: the course's zone

[extensions.ada]
a1_permute = 2026-11-27T23:59:00+01:00

[points.a1_permute]
test_moves_the_channels_first = 0           # this check is dropped, without grading again
"""

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..common.errors import UserError
from ..common.tables import aware
from ..course.course import Course
from ..course.words import KEYS
from ..course.zone import POLICY_FILE, read_zone


@dataclass(frozen=True)
class Policy:
    """What lateness costs, and what checks are worth. Without deadlines nobody is late."""

    percent_per_day: float = 0.0
    grace: dt.timedelta = dt.timedelta(0)
    cap_percent: float = 100.0
    deadlines: Mapping[str, dt.datetime] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], dt.datetime] = field(default_factory=dict)  # (student, assignment)
    free_days: int = 0  # for each student, over all assignments
    points: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (assignment, check) -> what it is worth now
    zone: dt.tzinfo | None = None  # None: this machine's

    def days_late(self, student: str, assignment: str, submitted: dt.datetime | None) -> int:
        """The days begun after this student's deadline; 0 within the grace, or if a time is not known. An extension takes
        nothing away if it ends before the deadline, or if there is no deadline.

        Days are counted by the local time of the deadline: a day on which clocks change is one day.
        """
        if submitted is None or assignment not in self.deadlines:
            return 0
        deadline = self.deadlines[assignment]
        deadline = max(deadline, self.extensions.get((student, assignment), deadline))
        if submitted <= deadline + self.grace:
            return 0
        late = self._on_the_wall(submitted) - self._on_the_wall(deadline)
        return max(1, math.ceil(late / dt.timedelta(days=1)))

    def _on_the_wall(self, time: dt.datetime) -> dt.datetime:
        return time.astimezone(self.zone).replace(tzinfo=None)

    def taken(self, score: int, days: int) -> int:
        """The points that this number of days costs, rounded in the student's favour."""
        # A rounding error of floats must not cost a point: 29 % of 100 is 28.999...
        return math.floor(score * self.percent(days) / 100 + 1e-9)

    def percent(self, days: int) -> float:
        """The percentage of the raw score that this number of days costs."""
        return min(days * self.percent_per_day, self.cap_percent)


def load_policy(course: Course) -> Policy:
    """The policy in course.toml; without that file, one that costs nothing.

    Raises UserError, which names the entry, for anything that could be a mistake: an unknown key, a number out of
    range, a deadline for an unknown assignment.
    """
    path = course.root / POLICY_FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Policy()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} cannot be read: it is not text in UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        hint = (
            "A time is written 2026-11-20T23:59:00, and a number 0.5. A name with blanks, or with other letters than a to z, "
            'stands in quotation marks: [extensions."Jörg Lee"].'
        )
        raise UserError(f"{path} cannot be read: {error}. {hint}") from None
    _words(data, path)
    _no_others(data, ("late", "deadlines", "extensions", "points", "timezone", *KEYS), path, "")
    late = _table(data, "late", path)
    _no_others(late, ("percent_per_day", "grace_minutes", "cap_percent", "free_days"), path, "late.")
    zone = read_zone(data["timezone"], str(path)) if "timezone" in data else None
    extensions = {
        (str(student), name): when
        for student in _table(data, "extensions", path)
        for name, when in _times(data["extensions"], student, course, path, f"extensions.{student}.", zone).items()
    }
    return Policy(
        percent_per_day=_number(late, "percent_per_day", 0.0, 100.0, path),
        grace=dt.timedelta(minutes=_number(late, "grace_minutes", 0.0, 1e6, path)),
        cap_percent=_number(late, "cap_percent", 100.0, 100.0, path),
        deadlines=_times(data, "deadlines", course, path, "deadlines.", zone),
        extensions=extensions,
        free_days=_whole(late, "free_days", path, "late."),
        points=_points(_table(data, "points", path), course, path),
        zone=zone,
    )


def _words(data: Mapping[str, Any], path: Path) -> None:
    """Check the entries on the course itself: names are text, the language is a code, the direction is ltr or rtl."""
    forms = {"lang": (r"[A-Za-z]{2,3}(-\w+)*", 'a code, like "en" or "he"'), "dir": ("ltr|rtl", '"ltr" or "rtl"')}
    for key in KEYS:
        form, kind = forms.get(key, (r"(?s).*\S.*", "text between quotation marks"))
        if key in data and not (isinstance(data[key], str) and re.fullmatch(form, data[key])):
            raise UserError(f"{path}: {key} is {kind}, not {data[key]!r}.")


def _table(data: Mapping[str, Any], key: str, path: Path, where: str = "") -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise UserError(f"{path}: {where}{key} is a section, [{where}{key}], with entries below it.")
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


def _times(
    data: Mapping[str, Any], key: str, course: Course, path: Path, where: str, zone: dt.tzinfo | None
) -> dict[str, dt.datetime]:
    times = {}
    above = where.removesuffix(f"{key}.")  # of the section: "extensions."
    for name, time in _table(data, key, path, above).items():
        if isinstance(time, dt.date) and not isinstance(time, dt.datetime):
            time = dt.datetime.combine(time, dt.time(23, 59, 59))  # a day ends with its last second
        if not isinstance(time, dt.datetime):
            raise UserError(f"{path}: {where}{name} is a time, like 2026-11-20T23:59:00+01:00, not {time!r}.")
        assignment = course.resolve(name, f"{path}: {where}{name}: ")
        if assignment in times:
            raise UserError(f"{path}: {where}{name}: {assignment} has a time already. Keep one of them.")
        try:
            # If a clock change repeats this hour, the later one is meant, so that nobody loses by it.
            times[assignment] = max(aware(time.replace(fold=fold), zone) for fold in (0, 1))
        except (OverflowError, ValueError, OSError):
            raise UserError(f"{path}: {where}{name}: {time} is too early or too late to be used.") from None
    return times


def _whole(table: Mapping[str, Any], key: str, path: Path, where: str) -> int:
    value = table.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000:
        raise UserError(f"{path}: {where}{key} is a whole number from 0 to 1000, not {value!r}.")
    return value


def _points(table: Mapping[str, Any], course: Course, path: Path) -> dict[tuple[str, str], int]:
    """(assignment, check) -> points, from the sections [points.ASSIGNMENT]."""
    points = {}
    for name, checks in table.items():
        assignment = course.resolve(name, f"{path}: points.{name}: ")
        if not isinstance(checks, dict):
            raise UserError(f"{path}: points.{name} is a section, [points.{name}], with checks below it.")
        for check in checks:
            points[assignment, check] = _whole(checks, check, path, f"points.{name}.")
    return points
