"""When a submission was made, from a CSV file, the names in the download, nbgrader's timestamp.txt, or git.

A student can give a commit any date. If a deadline must hold, take the times from the system that collected the
submissions, in a CSV file.
"""

import codecs
import dataclasses
import datetime as dt
import os
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import UserError
from ..common.tables import aware, read_table, read_time
from ..course.course import Course
from ..course.zone import zone_of
from .clone import Clone, Clones
from .found import Found

TIMESTAMP = "timestamp.txt"
NOT_KNOWN = "It is not known when this was handed in."
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(.*)", re.DOTALL)
_COMPACT = re.compile(r"(\d{14})(?:\d{3})?")  # Sakai's, in UTC: 20261120235900000
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?", re.I)
# Short name of a zone -> its offset from UTC in hours. A name with two meanings (IST, CST) counts only if the course's
# zone has this name.
_ZONES = {
    "": 0, "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "sast": 2, "eat": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "awst": 8, "acst": 9.5,
    "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "nst": -3.5, "ndt": -2.5, "adt": -3, "est": -5,
    "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "brt": -3,
}  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """When a submission came. text: the time in ISO 8601 and UTC; "" if it is not known. commit: the one checked out."""

    text: str = ""
    commit: str = ""
    notes: tuple[str, ...] = ()


def load_times(path: Path, course: Course) -> dict[tuple[str, str], str]:
    """(student, assignment) -> time of submission, from a CSV file with the columns student, assignment, time.

    An assignment may be written in short, as a1. A time without an offset is in the course's zone; after the time, the
    short name of a zone may stand, as in timestamp.txt.
    Raises UserError if the file is missing, or, with the line's number, if a time cannot be read, there is no such
    assignment, or a student has two times for one.
    """
    if not path.is_file():
        raise UserError(f"There is no file {path}. It should have the columns student, assignment, time.")
    times: dict[tuple[str, str], str] = {}
    for number, row in read_table(path, ("student", "assignment", "time")):
        time = read_time(row["time"], zone_of(course)) or read_stamp(row["time"], zone_of(course))
        if time is None:
            raise UserError(f"{path}, line {number}: {row['time']!r} is not a time like 2026-11-20T23:59:00+01:00.")
        name = course.resolve(row["assignment"], f"{path}, line {number}: ")
        if (row["student"], name) in times:
            raise UserError(f"{path}, line {number}: {row['student']} has a time for {name} already.")
        times[row["student"], name] = _text(time)
    return times


def arrival_of(
    found: Found,
    top: Path,
    told: Mapping[tuple[str, str], str],
    zone: dt.tzinfo | None,
    clones: Clones,
    before: Arrival | None = None,
) -> Arrival:
    """When a submission was made, and from which commit.

    The time comes from the first of these that states one: `told`, the names in the download, a timestamp.txt that
    the collecting system wrote, git. A timestamp.txt in a student's clone does not count: it is the student's own.
    top: the folder of all submissions; nothing above it is read. told: the times from a CSV file, see `load_times`.
    zone: the course's. clones: the class's, see `Download`. before: what was found for the same file earlier; git is not
    asked twice about one commit.
    """
    folders = _folders(found, top)
    own = _clones_of(folders, clones)
    clone = next(own, None)
    commit = clone.head if clone is not None else ""
    key = found.student, found.assignment
    if key in told:
        return Arrival(told[key], commit)
    if found.when is not None:
        return _arrival(found.when, commit, f"The download says {found.when}", zone)
    stamp = _timestamp(found, folders, clone)
    if stamp is not None:
        return _read_timestamp(stamp, zone, commit)
    if before is not None and commit and before.text and before.commit == commit:
        return before
    file = found.handed_in
    if clone is None or file is None:
        return Arrival("", commit)
    last = clone.last_change(file)
    while last is None and (inner := next(own, None)) is not None:
        clone, last = inner, inner.last_change(file)
    if last is None:
        return Arrival("", commit, ("Git does not say when the file was last changed.",))
    changed, time = last
    arrival = _arrival(time, clone.head, f"The last commit says {time}")
    if changed in clone.shallow:
        note = "The clone is shallow: the file may be older than its time here, which is that of the oldest commit."
        return dataclasses.replace(arrival, notes=(*arrival.notes, note))
    return arrival


def _arrival(time: dt.datetime | None, commit: str, said: str, zone: dt.tzinfo | None = None) -> Arrival:
    """The arrival at a time. If the time is missing or impossible, an arrival without a time and with a note.

    said: the beginning of that note. zone: that of a time without an offset.
    """
    try:
        exact = aware(time, zone) if time is not None else None
    except (OverflowError, ValueError, OSError):
        exact = None
    if exact is None or not 1990 <= exact.year <= 2100:
        return Arrival("", commit, (f"{said}, which is not a time that can be read. {NOT_KNOWN}",))
    return Arrival(_text(exact), commit)


def _text(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _folders(found: Found, top: Path) -> list[Path]:
    """The folders between a student's own file and the folder of all submissions, the innermost first."""
    file = found.handed_in
    if file is None or not file.is_relative_to(top):
        return []
    depth = len(file.parts) - 1 - len(top.parts)
    return list(file.parents[:depth])


def _clones_of(folders: list[Path], known: Clones) -> Iterator[Clone]:
    """The folders that are clones, the outermost first: it is the student's own, and others in it are its submodules."""
    return (clone for folder in reversed(folders) if (clone := known.at(folder)) is not None)


def _timestamp(found: Found, folders: list[Path], clone: Clone | None) -> Path | None:
    """The timestamp.txt that the collecting system wrote into one of the folders, or None.

    One in a student's clone is the student's own and does not count. In the download of an LMS, only Sakai's counts,
    which is in the student's folder itself. In nbgrader's folders it is beside the file, and counts even if a .git was
    handed in there.
    """
    system = found.identity.get("system")
    if system is not None:
        folders = [folder for folder in folders if system == "sakai" and folder == found.top]
    for folder in folders:
        collected = folder.name == found.assignment and folder.parent == found.top
        inside = clone is not None and folder.is_relative_to(clone.top)
        if (collected and clone is not None and clone.top == folder) or not inside:
            stamp = folder / TIMESTAMP
            if os.path.isfile(stamp) and not stamp.is_symlink():
                return stamp
    return None


def _read_timestamp(path: Path, zone: dt.tzinfo | None, commit: str) -> Arrival:
    try:
        raw = path.read_bytes()[:1000] if path.stat().st_size <= 1000 else b""
    except OSError:
        raw = b""
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if utf16 else "utf-8-sig", "replace").strip()
    first_line = text.partition("\n")[0]
    return _arrival(read_stamp(first_line, zone), commit, f"{TIMESTAMP} says {first_line[:60]!r}")


def read_stamp(text: str, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """The time in a timestamp.txt, in UTC; None if it cannot be read.

    After the time it has an offset, a zone's short or long name, or nothing, which means UTC. zone: the course's; a short
    name that it uses at that time of year is taken to mean it.
    """
    match = _TIME.fullmatch(text.strip())
    try:
        if match is None:
            compact = _COMPACT.fullmatch(text.strip())
            return dt.datetime.strptime(f"{compact[1]}Z", "%Y%m%d%H%M%S%z") if compact else None
        time = dt.datetime.fromisoformat(f"{match[1]}T{match[2]}")
        where = _zone_called(match[3].strip(), time, zone)
        return time.replace(tzinfo=where).astimezone(dt.UTC) if where is not None else None
    except (ValueError, OverflowError, OSError):
        return None


def _zone_called(name: str, time: dt.datetime, zone: dt.tzinfo | None) -> dt.tzinfo | None:
    if zone is not None and name:
        for fold in (0, 1):  # in the hour that a clock change repeats, its two names differ
            here = time.replace(tzinfo=zone, fold=fold)
            if here.tzname() == name and (offset := here.utcoffset()) is not None:
                return dt.timezone(offset)
    if name.casefold() in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[name.casefold()]))
    if offset_match := _OFFSET.fullmatch(name):
        sign = -1 if offset_match[1] == "-" else 1
        return dt.timezone(sign * dt.timedelta(hours=int(offset_match[2]), minutes=int(offset_match[3] or 0)))
    try:
        return zoneinfo.ZoneInfo(name) if "/" in name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
