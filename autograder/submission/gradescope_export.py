"""Gradescope's export: whose are its folders? The metadata beside them says so."""

import datetime as dt
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ..common.plural import listed
from .layouts import HandIn

FILE = "submission_metadata.yml"
_KEY = re.compile(r"^(?P<blanks> *)(?P<dash>- )?:?(?P<key>[\w ]+):(?: (?P<value>.*))?$")


def hand_ins(folder: Path) -> list[HandIn]:
    """The hand-ins of an export: one for each submitter, so that a group's work counts for each of its members.

    A folder that the metadata does not name is a hand-in under the folder's name, with a note.
    """
    found = []
    known = _metadata(folder / FILE)
    for path in sorted(folder.glob("submission_*/")):
        if path.name not in known and not path.is_symlink():
            note = f"{FILE} does not say whose {path.name} is."
            number = path.name.removeprefix("submission_")
            identity = {"system": "gradescope", "number": number}
            found.append(HandIn(path, path.name, "gradescope", None, identity, notes=(note,)))
    for name, about in known.items():
        when = _time(about.created)
        number = name.removeprefix("submission_")
        for person in about.people or [{}]:
            called = person.get("name") or person.get("email") or name
            identity = {"system": "gradescope", "number": number, **person}
            others = [p.get("name") or p.get("email", "") for p in about.people if p is not person]
            notes = (f"Handed in as a group, with {listed(others)}.",) if others else ()
            key = (int(number),) if number.isdecimal() and len(number) < 20 else (0,)
            attempt = tuple(when.timetuple()[:6]) if when else key
            found.append(HandIn(folder / name, called, "gradescope", None, identity, attempt, when, notes))
    return found


@dataclass
class _Submission:
    created: str = ""
    people: list[dict[str, str]] = field(default_factory=list)


def _metadata(path: Path) -> dict[str, _Submission]:
    """Folder -> its submitters and time. Only these lines of the YAML are read; empty if it cannot be read."""
    try:
        if path.stat().st_size > 500_000_000:
            return {}
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return {}
    found: dict[str, _Submission] = {}
    current: _Submission | None = None
    inside, list_depth = "", -1
    for line in lines:
        match = _KEY.match(line)
        if match is None:
            continue
        depth, key, value = len(match["blanks"]), match["key"], _scalar(match["value"] or "")
        if depth == 0 and not match["dash"]:
            current = found.setdefault(key, _Submission()) if re.fullmatch(r"submission_\d+", key) else None
            inside = ""
        elif current is None:
            continue
        elif inside == "submitters" and ((match["dash"] and depth >= list_depth) or depth > list_depth):
            if match["dash"]:
                current.people.append({})
            if current.people and key in ("name", "email", "sid") and value:
                current.people[-1][key] = value
        elif depth <= 4 and not match["dash"]:
            inside, list_depth = key if not value else "", depth
            if key == "created_at" and not current.created:
                current.created = value
    return found


def _scalar(value: str) -> str:
    """The text of a YAML scalar, quoted or plain. Only the syntax that names, numbers and times need is understood."""
    value = value.strip()
    if value[:1] == '"' and value[-1:] == '"' and len(value) > 1:
        return re.sub(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", _escaped, value[1:-1])
    if value[:1] == "'" and value[-1:] == "'" and len(value) > 1:
        return value[1:-1].replace("''", "'")
    return "" if value in ("~", "null") else value


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if not code:
        return match[4]
    number = int(code, 16)
    return "\ufffd" if number > sys.maxunicode or 0xD800 <= number < 0xE000 else chr(number)


def _time(text: str) -> dt.datetime | None:
    """A time as Gradescope writes it: 2026-11-20 21:03:11.123456000 Z, or with an offset. None if it is not one."""
    match = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$", text.strip())
    if match is None:
        return None
    zone = (match[3] or "").replace("UTC", "Z")
    try:
        return dt.datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
    except ValueError:
        return None
