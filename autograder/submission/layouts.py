"""Layouts: the names that other systems give to students' files and folders, and what they say about the student.

The system's numbers identify a student; names only describe. All that a name says about who, when and which attempt is
kept. Students choose only the end of such a name, so each is read from its beginning.
"""

import datetime as dt
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .archives import APPLES
from .names import is_folder

LAYOUTS = {
    "folders": "a folder for each student: GitHub clones, nbgrader's submitted/, an unpacked download",
    "student": "one student's own folder",
    "flat": "files side by side, each with the student's name in its own",
    "canvas": "Canvas's download",
    "moodle": "Moodle's download",
    "blackboard": "Blackboard's download",
    "brightspace": "Brightspace's download",
    "sakai": "Sakai's download",
    "schoology": "Schoology's download",
    "autolab": "Autolab's download",
    "submitty": "Submitty's folders",
    "inbound": "nbgrader's exchange, before nbgrader collects",
    "gradescope": "Gradescope's export",
}


@dataclass(frozen=True)
class HandIn:
    """A folder or a file of a download: its student, and its attempt."""

    path: Path
    student: str
    layout: str = "folders"
    own: str | None = None  # the student's own name for the file, without the system's beginning; None for a folder
    identity: Mapping[str, str] = field(default_factory=dict)  # system, number, login, email, sid, name
    attempt: tuple[int, ...] = ()  # a student's newest attempt has the greatest; () if nothing says which attempt
    when: dt.datetime | None = None  # the time that the name or the metadata states; without an offset if it has none
    notes: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The system's number for the student, or for the submission on Gradescope; "" if there is none."""
        return self.identity.get("number", "")


Read = Callable[[Path, re.Match[str]], HandIn | None]


def _canvas(path: Path, match: re.Match[str]) -> HandIn:
    """``lastfirst[_LATE]_USER_FILE_name.py``, ``lastfirst_USER_text.html``; anonymous: ``anon_Ab1Cd_FILE_name.py``; of a
    quiz: ``last_firstUSER_question_QUESTION_FILE_name.py``
    """
    notes = ("Canvas marks it LATE, but the download does not say when it came.",) if match["late"] else ()
    identity = {"system": "canvas"} | ({"number": match["number"]} if match["number"] else {})
    attempt = (int(match["file"]),) if match["file"] else (0,)
    return HandIn(path, match["name"], "canvas", match["own"] or match["text"], identity, attempt, notes=notes)


_CANVAS_FILE = r"(?:(?P<file>\d+)_(?P<own>.+)|(?P<text>(?:text|link|media|url)[^_]*\.html?))"
_CANVAS = re.compile(rf"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)_{_CANVAS_FILE}", re.DOTALL)
_CANVAS_ANONYMOUS = re.compile(
    rf"(?P<name>anon_[A-Za-z0-9]{{5}})_(?P<late>LATE_)?(?P<number>){_CANVAS_FILE}", re.DOTALL
)
_CANVAS_QUIZ = re.compile(rf"(?P<name>.+?)(?P<late>)(?P<number>\d+)_question_\d+_{_CANVAS_FILE}", re.DOTALL)


def _moodle(path: Path, match: re.Match[str]) -> HandIn:
    """``Full Name_PARTICIPANT_assignsubmission_file_``: a folder, or the beginning of a file's name"""
    name = match["name"] if match["name"].casefold() != "participant" else f"Participant {match['number']}"
    identity = {"system": "moodle", "number": match["number"], "name": match["name"]}
    return HandIn(path, name, "moodle", match["own"] or None, identity)


_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z\d]+(?:_(?P<own>.*))?", re.DOTALL)


def _blackboard(path: Path, match: re.Match[str]) -> HandIn:
    """``Assignment_login_attempt_2026-11-20-21-03-00_name.py``, with "attempt" in any language.

    `student` is the assignment's name and the login together; `with_logins` separates them.
    """
    numbers = tuple(map(int, match["time"].split("-")))
    own = match["own"] or RECEIPT
    return HandIn(path, match["head"], "blackboard", own, {"system": "blackboard"}, numbers, _time(*numbers))


RECEIPT = "attempt.txt"  # our name for the text that Blackboard puts beside each attempt: who, when, what was typed in
_BLACKBOARD = re.compile(r"(?P<head>.+?)_[^\W\d_]+_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<own>.+)|\.txt)", re.DOTALL | re.I)


def _brightspace(path: Path, match: re.Match[str]) -> HandIn:
    """``17653-27164 - First Last - Nov 20, 2026 903 PM``: a folder, or the beginning of a file's name"""
    when = _brightspace_time(match["time"])
    identity = {"system": "brightspace", "number": match["number"], "name": match["name"]}
    attempt = tuple(when.timetuple()[:6]) if when else (0,)
    notes = () if when else (f"The name {path.name} does not say when it came.",)
    return HandIn(path, match["name"], "brightspace", match["own"], identity, attempt, when, notes)


_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-(?P<second>\d+) ?- ?(?P<name>.+?) ?- (?P<time>[^-]*\b\d{4}\b[^-]*?(?:\d-\d\d[^-]*?)?|\d{4}-\d\d-\d\d[ T_][\d:.h]+)"
    r"(?: - (?P<own>.+))?",
    re.DOTALL,
)
# How the names of the months begin in English, German, French, Spanish, Italian, Portuguese and Dutch, without accents.
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            "jan ene gen", "feb fev fevr", "mar maa mrt", "apr abr avr", "may mai mei mag", "jun juin giu", "jul juil lug",
            "aug ago aou", "sep set", "oct okt out ott", "nov", "dec dez dic",
        ),
        1,
    )
    for start in starts.split()
}  # fmt: skip


def _brightspace_time(text: str) -> dt.datetime | None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[ t_](\d{1,2})\D?(\d\d).*", plain):
        return _time(*map(int, iso.groups()))
    found = (_MONTHS.get(word[:4]) or _MONTHS.get(word[:3]) for word in re.findall(r"[a-z]{3,}", plain))
    month = next(filter(None, found), None)
    year = re.search(r"\b(\d{4})\b(?!\s*[ap]m)", plain)
    if month is None or year is None:
        return None
    day = re.search(r"\b(\d{1,2})\b", plain[: year.start()])
    clock = re.search(r"(\d{1,2})(?:[:.\- _h]| h )?(\d\d)\s*([ap]m)?", plain[year.end() :])
    if day is None or clock is None:
        return None
    hour = int(clock[1])
    if clock[3]:
        hour = hour % 12 + (12 if clock[3] == "pm" else 0)
    return _time(int(year[1]), month, int(day[1]), hour, int(clock[2]))


def _time(*numbers: int) -> dt.datetime | None:
    """The time with this year, month, day, hour, minute and second; None if there is no such time."""
    try:
        return dt.datetime(*numbers)  # type: ignore[arg-type]
    except ValueError:
        return None


def _sakai(path: Path, match: re.Match[str]) -> HandIn:
    """``Last, First(login)``, a folder"""
    return HandIn(path, path.name, "sakai", None, {"system": "sakai", "login": match["login"], "name": match["name"]})


_SAKAI = re.compile(r"(?P<name>[^(),]+, ?[^(),]*[^(),\s])\((?P<login>[^()\s]+)\)")


def _schoology(path: Path, match: re.Match[str]) -> HandIn | None:
    """``Last, First - s486002``, a folder with ``Revision 1 - On time`` in it"""
    if not any(VERSION.fullmatch(each.name) for each in path.glob("Revision *")):
        return None
    identity = {"system": "schoology", "number": match["number"], "sid": match["number"], "name": match["name"]}
    return HandIn(path, match["name"], "schoology", None, identity)


_SCHOOLOGY = re.compile(r"(?P<name>.+, .+) - (?P<number>\w*\d\w*)")
VERSION = re.compile(r"(?:(?:Version|Revision) |[Aa]ttempt[ _-]?)(\d{1,9})(?: - .*)?")  # Teams, Schoology and others


def _autolab(path: Path, match: re.Match[str]) -> HandIn:
    """``ann@uni.edu_3_name.py``: the address, and which version"""
    identity = {"system": "autolab", "email": match["email"]}
    return HandIn(path, match["email"], "autolab", match["own"], identity, (int(match["version"]),))


_AUTOLAB = re.compile(r"(?P<email>[^\s@]+@[A-Za-z0-9.-]+)_(?P<version>\d{1,4})_(?P<own>.+)", re.DOTALL)


def _submitty(path: Path, match: re.Match[str]) -> HandIn | None:
    """``login``, a folder with a folder for each version, and a file that says which of them is active"""
    if not os.path.isfile(path / SUBMITTY_FILE):
        return None
    return HandIn(path, path.name, "submitty", None, {"system": "submitty", "login": path.name})


SUBMITTY_FILE = "user_assignment_settings.json"


def _inbound(path: Path, match: re.Match[str]) -> HandIn:
    """``login+a1_permute+2026-11-20 21:03:11.123456 UTC``, and maybe a random part: a folder with timestamp.txt in it"""
    attempt = tuple(map(int, re.findall(r"\d+", match["time"])))
    return HandIn(path, match["login"], "inbound", None, {"login": match["login"]}, attempt)


_INBOUND = re.compile(
    r"(?P<login>[^+]+)\+[^+]+\+(?P<time>\d{4}-\d\d-\d\d \d\d[:_-]\d\d[:_-]\d\d(?:\.\d+)?) [^+]+(?:\+[^+]+)?", re.DOTALL
)

# (layout, pattern of its names, function that reads one). The order matters: a student's own file name may look like
# another system's.
_READERS: tuple[tuple[str, re.Pattern[str], Read], ...] = (
    ("moodle", _MOODLE, _moodle),
    ("blackboard", _BLACKBOARD, _blackboard),
    ("brightspace", _BRIGHTSPACE, _brightspace),
    ("sakai", _SAKAI, _sakai),
    ("schoology", _SCHOOLOGY, _schoology),
    ("autolab", _AUTOLAB, _autolab),
    ("submitty", re.compile(".*", re.DOTALL), _submitty),
    ("inbound", _INBOUND, _inbound),
    ("canvas", _CANVAS_QUIZ, _canvas),
    ("canvas", _CANVAS, _canvas),
    ("canvas", _CANVAS_ANONYMOUS, _canvas),
)
SYSTEMS = frozenset(layout for layout, _, _ in _READERS)


def read_name(path: Path, *, folder: bool, only: str | None = None) -> HandIn | None:
    """What the name of a download's entry says; None if no system has such names.

    folder: whether the entry is a folder. only: the one layout to look for.
    """
    for layout, pattern, read in _READERS:
        match = pattern.fullmatch(path.name) if only in (None, layout) else None
        if match is not None and (found := read(path, match)) is not None:
            if folder and layout in ("canvas", "blackboard", "autolab"):
                continue  # these hand out files
            if folder or found.own is not None:
                return replace(found, own=None) if folder else found  # a second download's folder ends in " 2"
    return None


def read_names(entries: Iterable[os.DirEntry[str]], only: str | None = None) -> Iterator[HandIn]:
    """The entries of a folder that have names of a system's download. only: the one layout to look for."""
    for entry in entries:
        if entry.name.startswith(APPLES) or entry.is_symlink():
            continue
        if found := read_name(Path(entry.path), folder=is_folder(entry), only=only):
            yield found


# --- Blackboard: whose login? --------------------------------------------------------------------------------------

_BLACKBOARD_NAME = re.compile(r"\A\s*[^\W\d_]+\s?:\s*(?P<name>.*?)\s*\((?P<login>[^()\s]+)\)\s*$", re.M)


def with_logins(found: Iterable[HandIn], assignments: Collection[str]) -> list[HandIn]:
    """Blackboard's hand-ins, named by the student's login: from the receipt of an attempt, or else from the file's name
    without the assignment's name. assignments: the names of the course's assignments.
    """
    listed = list(found)
    heads = sorted({each.student for each in listed})
    told = dict(filter(None, (_told_by_text(each) for each in listed if each.own == RECEIPT)))
    starts = _starts(heads, assignments)
    done = []
    for each in listed:
        login, name = told.get(each.student, ("", ""))
        login = login or each.student.removeprefix(starts[each.student])
        identity = {**each.identity, "login": login} | ({"name": name} if name else {})
        done.append(replace(each, student=login, identity=identity))
    return done


def _told_by_text(hand_in: HandIn) -> tuple[str, tuple[str, str]] | None:
    try:
        if hand_in.path.is_symlink() or not hand_in.path.is_file() or hand_in.path.stat().st_size > 200_000:
            return None
        text = hand_in.path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
    match = _BLACKBOARD_NAME.search(text.partition("Submission Field")[0])
    # In what the system wrote, the file's name ends with the same login. Otherwise a student wrote the text.
    if match is None or not hand_in.student.endswith(f"_{match['login']}"):
        return None
    return hand_in.student, (match["login"], match["name"])


def _starts(heads: list[str], assignments: Collection[str]) -> dict[str, str]:
    """head (assignment and login) -> its beginning with the assignment's name, up to and with the underscore.

    It is an assignment of the course, or else the beginning that most heads share, or else all before the last underscore.
    """
    starts = Counter(
        head[: at + 1] for head in heads for at, c in enumerate(head) if c == "_" and 0 < at < len(head) - 1
    )
    found = {}
    for head in heads:
        known = [f"{name}_" for name in assignments if head.casefold().startswith(f"{name}_".casefold())]
        own = [start for start in starts if head.startswith(start)]
        most = max((starts[start] for start in own), default=0)
        shared = [start for start in own if starts[start] == most] if most > 1 else []
        before = head[: head.rfind("_") + 1]
        found[head] = head[: len(max(known, key=len))] if known else max(shared, key=len, default=before)
    return found
