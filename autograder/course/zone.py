"""The time zone of the course's deadlines: `timezone = "Europe/Berlin"` at the top of course.toml."""

import datetime as dt
import tomllib
import zoneinfo
from typing import Any

from ..common.errors import UserError
from .course import Course

POLICY_FILE = "course.toml"


def zone_of(course: Course | None) -> dt.tzinfo | None:
    """The course's time zone; None if it names none, which means the zone of this machine.

    Raises UserError if the name is not a time zone.
    """
    if course is None:
        return None
    name = course_toml(course).get("timezone")
    return None if name is None else read_zone(name, str(course.root / POLICY_FILE))


def course_toml(course: Course) -> dict[str, Any]:
    """The content of course.toml; empty if it cannot be read or parsed. Code that needs its rules reports the error."""
    try:
        return tomllib.loads((course.root / POLICY_FILE).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}


def read_zone(name: object, path: str) -> dt.tzinfo:
    """The time zone `name`. path: the file that names it. Raises UserError if there is no such zone."""
    try:
        return zoneinfo.ZoneInfo(name if isinstance(name, str) else "")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(f'{path}: timezone is a place, like "Europe/Berlin", not {name!r}.') from None
