"""Which attempt is it? What the names of folders and files say about that, and Submitty's file."""

import re
from dataclasses import replace
from pathlib import Path

from .layouts import SUBMITTY_FILE, VERSION, HandIn

# The names of folders and files that hold attempts of one student. They are never a student's name.
_ATTEMPT = re.compile(
    r"(?:v|ver|version|rev|revision|attempt|versuch|try|draft|entwurf|resubmission|final)[ _.-]*\d+(?: - .*)?"
    r"|version|revision|attempt|versuch|draft|entwurf|resubmission|final|\d{4}-\d\d-\d\d.*",
    re.IGNORECASE,
)
_OLD_OR_NEW = ("old", "new", "alt", "neu")  # of a folder; before a file's name it may be a person's
# Moodle's Virtual Programming Lab: 2026-11-20-21-03-00. Others: 2026-11-20T21:03:00, maybe with parts of a second.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[-T_ ]\d\d(?:[-:_.]\d\d){2})\.?(\d{0,9})")


def names_an_attempt(name: str, *, folder: bool = False) -> bool:
    """Is it the name of an attempt, and not a student's? folder: whether it is a folder's."""
    return _ATTEMPT.fullmatch(name) is not None or (folder and name.casefold() in _OLD_OR_NEW)


def attempt_of(folder: Path, hand_in: HandIn) -> tuple[int, ...]:
    """The attempt that a folder in a student's holds: the greatest counts. () if no system says so by its name."""
    if version := VERSION.fullmatch(folder.name):
        return (int(version[1]),)
    if hand_in.layout == "submitty" and folder.parent == hand_in.path and re.fullmatch(r"\d{1,9}", folder.name):
        return (int(folder.name == _active_version(hand_in.path)), int(folder.name))
    moment = _MOMENT.fullmatch(folder.name)
    return (*map(int, re.findall(r"\d+", moment[1])), int(moment[2].ljust(9, "0"))) if moment else ()


def without_time(name: str, hand_in: HandIn) -> tuple[str, HandIn]:
    """A file's name without the time that ILIAS puts before it (`20261120235900_a1_permute.py`), and its hand-in with it."""
    match = re.fullmatch(r"(\d{14})_(.+)", name, re.DOTALL)
    if match is None:
        return name, hand_in
    return match[2], replace(hand_in, layout=ILIAS, attempt=(*hand_in.attempt, int(match[1])))


ILIAS = "ilias"  # no layout of a class: its files are known by their names, its folders are not


def is_withdrawn(hand_in: HandIn) -> bool:
    """Does Submitty call no version of a hand-in active?"""
    return hand_in.layout == "submitty" and _active_version(hand_in.path) in ("", "0")


def _active_version(folder: Path) -> str:
    """The version that counts in Submitty; "" if none does, or its file cannot be read."""
    try:
        with (folder / SUBMITTY_FILE).open("rb") as file:
            said = re.search(rb'"active_version"\s*:\s*(\d{1,9})\b', file.read(1_000_000))
    except OSError:
        return ""
    return said[1].decode() if said else ""
