"""The course's zone: where its deadlines are. `timezone = "Europe/Berlin"` at the top of course.toml names it."""

from __future__ import annotations

import datetime as dt
import tomllib
import zoneinfo
from typing import Any

from ..common.errors import UserError
from .course import Course

POLICY_FILE = "course.toml"


def zone_of(course: Course | None) -> dt.tzinfo | None:
    """The course's zone; None where it names none: this machine's holds then.

    Raises UserError for a name that is no zone. What else is wrong in course.toml is told where it is read whole.
    """
    if course is None:
        return None
    name = course_toml(course).get("timezone")
    return None if name is None else read_zone(name, str(course.root / POLICY_FILE))


def course_toml(course: Course) -> dict[str, Any]:
    """All that course.toml says; empty where it cannot be read, which is told where its rules are needed."""
    try:
        return tomllib.loads((course.root / POLICY_FILE).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}


def read_zone(name: object, path: str) -> dt.tzinfo:
    """The zone of that name. Raises UserError when there is none."""
    try:
        return zoneinfo.ZoneInfo(name if isinstance(name, str) else "")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(f'{path}: timezone is a place, like "Europe/Berlin", not {name!r}.') from None
