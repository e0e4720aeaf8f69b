"""Files side by side in a class's folder, each with a name that holds the student's and the assignment's."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from . import layouts
from .attempts import names_an_attempt
from .layouts import HandIn
from .names import ARCHIVES, SUFFIXES, WORK, without_copy


def flat_files(
    listed: Collection[os.DirEntry[str]], names: Collection[str], *, loosely: bool = False
) -> Iterator[HandIn]:
    """The entries of a folder that are files, each with a name that holds the student's and the assignment's.

    The student's name comes first (`ada_a1_permute.py`). If such a file is there, names that go on after the
    assignment's count too (`lee_a1_permute_final_v2.py`). The student's name may also come last, as in Google Forms
    (`a1_permute - Ada Lee.py`), if two different names do. loosely: whether a blank may stand between the two names, and
    an underscore before a name that comes last, and whether a number may stand for the name. Then many a student's own
    folder would look like a class.
    """
    every = one_of(names)
    gap, dash = ("(?: ?[_-] ?| )", "(?: ?[_-] ?| )") if loosely else (" ?[_-] ?", " - ")
    before = re.compile(
        rf"(?P<who>.+?){gap}(?P<own>{every}(?:-\d+|[ _-]?\(\d+\))?(?P<more>[ _-].*)?\.(?:py|ipynb|safetensors))",
        re.IGNORECASE | re.DOTALL,
    )
    behind = re.compile(
        rf"(?P<own>{every}){dash}(?P<who>.+)(?P<suffix>\.(?:py|ipynb|safetensors))", re.IGNORECASE | re.DOTALL
    )
    plain: list[HandIn] = []
    longer: list[HandIn] = []
    turned: list[HandIn] = []
    for entry in listed:
        path, name = Path(entry.path), entry.name
        if name.startswith(".") or entry.is_symlink() or not entry.is_file():
            continue
        if (match := behind.fullmatch(name)) and names_somebody(match["who"], numbers=loosely):
            who = without_copy(match["who"])
            own = match["own"] + match["who"].removeprefix(who) + match["suffix"]
            turned.append(HandIn(path, who, "flat", own))
            continue
        match = before.fullmatch(name)
        if match and names_somebody(match["who"], numbers=loosely) and layouts.read_name(path, folder=False) is None:
            (longer if match["more"] else plain).append(HandIn(path, match["who"], "flat", match["own"]))
    named = _before_a_dash(plain, listed)
    by_name = [each for each in (*plain, *(longer if plain else ())) if not named or not _goes_on(each)]
    yield from by_name
    known = {each.path.name for each in by_name}
    yield from _dashed(named, [entry for entry in listed if entry.name not in known])
    yield from turned if len({each.student for each in turned}) > 1 else ()


def one_of(names: Iterable[str]) -> str:
    """A pattern for one of these names, the longest that fits."""
    return f"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"


def _before_a_dash(plain: list[HandIn], listed: Collection[os.DirEntry[str]]) -> set[str]:
    """The students whose names stand before a dash, as in Google Classroom: `Ada Lee - a1_permute.py`. Empty if that is only
    one student, unless all scripts, notebooks and zips beside are named so.
    """
    named = {each.student for each in plain if each.path.name.startswith(f"{each.student} - ")}
    code = [entry.name for entry in listed if Path(entry.name).suffix.lower() in (*SUFFIXES, ".zip")]
    several = len({name.partition(" - ")[0] for name in code}) > 1 and all(" - " in name for name in code)
    return named if len(named) > 1 or several else set()


def _goes_on(hand_in: HandIn) -> bool:
    """Is there more between a student's name and the assignment's than a dash? `Ada Lee - lee_a1_permute.py`"""
    who = hand_in.student
    return " - " in who and not hand_in.path.name.startswith(f"{who} - ")


def _dashed(named: set[str], others: Iterable[os.DirEntry[str]]) -> Iterator[HandIn]:
    """Other files that begin with a student's name, as in Google Classroom: `Ada Lee - answers.py`.

    named: the students whose names stand before a dash in the names of files that are named after an assignment. Only if
    there are such students do other files count.
    """
    if not named:
        return
    doubled = [name for name in named if " - " in name]
    for entry in others:
        who, dash, own = entry.name.partition(" - ")
        longer = [name for name in doubled if entry.name.startswith(f"{name} - ")]
        if longer:  # `Jean - Luc - answers.py`
            who = max(longer, key=len)
            own = entry.name.removeprefix(f"{who} - ")
        work = Path(own).suffix.lower() in (*WORK, *ARCHIVES) and entry.is_file(follow_symlinks=False)
        if dash and work and names_somebody(who) and not who.startswith("."):
            yield HandIn(Path(entry.path), who, "flat", own)


def files_of_students(listed: Iterable[os.DirEntry[str]], name: str) -> Iterator[HandIn]:
    """The scripts and notebooks of a folder, each as the answer to one assignment of the student who gives it its name."""
    for entry in listed:
        path = Path(entry.path)
        ours = path.stem.startswith(("test_", "__", ".")) or path.stem in ("conftest", name)
        if path.suffix.lower() in SUFFIXES and entry.is_file(follow_symlinks=False) and not ours:
            yield HandIn(path, without_copy(path.stem), "flat", f"{name}{path.suffix.lower()}")


def names_somebody(said: str, *, numbers: bool = False) -> bool:
    """May it be a person's name? The `test` of a check file, a number, and a computer's word for a copy are not.

    numbers: whether a number of at least four digits may be a person's, unless it is a date or begins with one.
    """
    if numbers and re.fullmatch(r"\d{4,}", said):
        return not re.match(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?$", said)
    nobody = said.casefold() == "test" or _A_COPY.fullmatch(said) or names_an_attempt(said)
    return any(c.isalpha() for c in said) and not nobody


_A_COPY = re.compile(
    r"(?:copy|kopie|kopia|copie|c[oó]pia|kopio|kopi)(?:[ _](?:of|von|de|di|van))?(?:[ _]?\(?\d+\)?)?", re.IGNORECASE
)
