"""Which folders and files of a class's download belong to which student? All that could be a student's is reported."""

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import UserError
from ..course.course import Course
from . import gradescope_export, layouts
from .archives import NEVER
from .classes import class_folders, holds_several, is_one_students, unwrapped
from .folder import OWN_FOLDERS, Folder, answers_of, opened_zip
from .layouts import HandIn
from .names import (
    ARCHIVES,
    PASSED_OVER,
    REPORT_MARKER,
    RESULTS_MARKER,
    WORK,
    bears,
    bears_any,
    entries,
    is_folder,
    is_passed_over,
    placeholder_of,
    readable,
    without_copy,
)
from .places import Place, as_known, distinct, distinct_in_all, places_of
from .side_by_side import files_of_students, flat_files, names_somebody, one_of


@dataclass(frozen=True)
class Class:
    """All students of a download.

    places: the students, in natural order. layout: how the download was read. passed_over: its entries that belong to
    no student.
    """

    places: tuple[Place, ...]
    layout: str
    passed_over: tuple[str, ...] = ()


# Returns the students of earlier results, each with an identity.
Known = Callable[[], Iterable[tuple[str, Mapping[str, str]]]]


def read_class(
    root: Path, course: Course, layout: str | None = None, only: Collection[str] = (), known: Known = tuple
) -> Class:
    """The students of a folder of submissions, or of one submission.

    layout: one of LAYOUTS, instead of guessing from the names. only: the assignments that are asked for. If that is one
    and the layout is "flat", each file may have its student's name alone. known: is called only if the download has numbers.

    Raises UserError if `root` does not exist, is the course itself, or is a zip of a class.
    """
    names = frozenset(course.assignment_names())
    if root.is_file():
        return _of_one_file(root, names, known)
    if not root.is_dir():
        gone = "is neither a folder nor a file" if root.exists() else "is not there"
        raise UserError(f"{root} {gone}. Give the folder that holds the submissions, or one submission.")
    if root.resolve() == course.root.resolve() or _is_a_course(root, names):
        raise UserError(f"{root} is the course repository itself. Give the folder in it that holds the submissions.")
    whole = Folder(root, names)
    if layout == "student" or (layout is None and is_one_students(whole)):
        student = readable(root.resolve().name)
        return Class((Place(student, (HandIn(root, student),)),), "student")
    inner, above = class_folders(whole) if layout is None else ([whole], [])
    inner = list(map(unwrapped, inner)) if layout is None else inner
    paths = [folder.path for folder in inner]
    found: list[HandIn] = []
    named: list[HandIn] = []
    notes: list[tuple[str, str]] = []  # (student, note)
    passed_over = [f"{readable(name)} (beside the folder with the class)" for name in above]
    scopes: dict[Path, str] = {}
    for folder in inner:
        asked = next(iter(only), "") if len(only) == 1 else ""
        hand_ins = [h for h in _hand_ins(folder, layout, notes, passed_over, asked) if h.path not in paths]
        scope = folder.name if folder.name in names else ""
        scopes |= {each.path: scope for each in hand_ins}
        found += hand_ins
        named += distinct(hand_ins, lambda each: _named_after(each, names))
    found = _as_known(distinct_in_all(found, named), known)
    if not found and layout is None:
        by_name = read_class(root, course, "flat")
        if len(by_name.places) > 1:
            return by_name
    used = Counter(each.layout for each in found)
    read_as = layout or (used.most_common(1)[0][0] if used else "folders")
    within = ", ".join(f"{readable(folder.name)}/" for folder in [f for f in inner if f != whole][:3])
    deeper = f", in {within}" if within else ""
    places = places_of(found, notes, scopes)
    return Class(tuple(places), f"{layouts.LAYOUTS[read_as]}{deeper}", tuple(passed_over))


def _as_known(found: list[HandIn], known: Known) -> list[HandIn]:
    return as_known(found, known()) if any(each.identity for each in found) else found


def _named_after(hand_in: HandIn, names: frozenset[str]) -> set[str]:
    """The assignments that the files of a hand-in are named after, whatever kind of files they are, or those in its zips."""
    path, own = hand_in.path, hand_in.own
    files = {own: path} if own is not None else {entry.name: Path(entry.path) for entry in entries(path)}
    zips = [path for name, path in files.items() if name.lower().endswith(".zip")]
    return {name for name in names for file in files if bears(file, name)}.union(*answers_of(zips, names))


def _is_a_course(root: Path, names: frozenset[str]) -> bool:
    """Does solutions/ in this folder hold hidden checks or misconceptions, which a student's folder never holds?"""
    beside_masters = [f for name in names for f in (f"{name}/test_{name}_hidden.py", f"{name}/misconceptions.py")]
    return any((root / "solutions" / file).is_file() for file in beside_masters)


def _of_one_file(file: Path, names: frozenset[str], known: Known) -> Class:
    """The class of a single submission. The student is the one that a system's name states, else the name of a zip, else
    the name of the folder that holds the file.
    """
    if holds_several(file, names):
        raise UserError(f"{file} holds a class. Unpack it first, and give the folder that holds the submissions.")
    found = layouts.read_name(file, folder=False)
    if found is None:
        of_nobody = {*names, *OWN_FOLDERS}
        student = next((each.name for each in file.resolve().parents if each.name not in of_nobody), "")
        found = HandIn(file, readable(file.stem if file.suffix.lower() in ARCHIVES else student), own=file.name)
    if found.layout == "blackboard":
        (found,) = layouts.with_logins([found], names)
    (found,) = _as_known([found], known)
    return Class((Place(found.student, (found,), identity=found.identity),), "one submission")


# --- the entries of a class's folder -------------------------------------------------------------------------------


def _hand_ins(
    folder: Folder, layout: str | None, notes: list[tuple[str, str]], aside: list[str], asked: str = ""
) -> Iterator[HandIn]:
    """The entries of a class's folder, each with its student.

    Adds to `notes` what a student should know, as (student, note), and to `aside` the entries that belong to no student.
    """
    if layout in (None, "gradescope") and folder.is_of_gradescope:
        yield from gradescope_export.hand_ins(folder.path)
        return
    listed, names = folder.entries, folder.assignments
    read = {found.path.name: found for found in _named_by_systems(folder, layout)}
    from_blackboard = [each for each in read.values() if each.layout == "blackboard"]
    yield from layouts.with_logins(from_blackboard, names)
    yield from (each for each in read.values() if each.layout != "blackboard")
    side_by_side = () if layout == "folders" else _all_flat(folder, loosely=layout == "flat")
    if layout == "flat" and (asked or folder.name in names):
        side_by_side = (*files_of_students(listed, asked or folder.name), *side_by_side)
    flat = {each.path.name: each for each in side_by_side}
    of_classes = _zips_of_classes(folder)
    for entry in listed:
        path, name = Path(entry.path), readable(entry.name)
        if placeholder_of(name):
            aside.append(f"{placeholder_of(name)} (iCloud has not downloaded it)")
        if entry.name.startswith("."):
            if entry.name not in NEVER and _holds_work(entry, names):
                aside.append(f"{name} (hidden by the dot at its beginning)")
            continue
        if entry.name in read or entry.name in ("__MACOSX", "__pycache__"):
            continue
        if entry.is_symlink():
            if os.path.isdir(entry.path):  # pathlib would raise if we may not read a folder above it
                notes.append((name, "The student's folder is a link; links are not followed."))
            else:
                aside.append(f"{name} (a link; links are not followed)")
        elif is_folder(entry):
            ours = any(os.path.exists(path / marker) for marker in (RESULTS_MARKER, REPORT_MARKER))
            if (ours or is_passed_over(entry.name)) and not _is_somebodys(Folder(path, names), ours):
                aside.append(f"{name}/ ({'results' if ours else 'no work in it'})")
            else:
                yield HandIn(path, entry.name)
        elif entry.name in flat:
            yield flat[entry.name]
        elif path.suffix.lower() in ARCHIVES:
            if read or entry.name in of_classes:
                aside.append(f"{name} (is it the whole class? then unpack it into a folder of its own)")
            else:
                yield HandIn(path, without_copy(re.sub(r"(\.tar)?\.\w+$", "", entry.name)), own=entry.name)
        elif path.suffix.lower() in WORK:
            aside.append(name)


def _named_by_systems(folder: Folder, layout: str | None) -> Iterable[HandIn]:
    """The entries of a folder that have names of a system's download, or of the one system that is asked for."""
    if layout in layouts.SYSTEMS:
        return layouts.read_names(folder.entries, only=layout)
    return () if layout in ("folders", "flat") else folder.of_system


def _holds_work(entry: os.DirEntry[str], names: frozenset[str]) -> bool:
    """Is it a folder with a file that is named after an assignment, or a file with such a name in its own?"""
    if is_folder(entry):
        return bool(Folder(Path(entry.path), names).answers)
    return bears_any(entry.name, names)


def _is_somebodys(folder: Folder, ours: bool) -> bool:
    """Is there work in a folder with a name like `backup`, or with our results? `Ann_Backup` may be a person: there, zips
    are looked into as well.
    """
    return bool(folder.answers if ours or folder.name in PASSED_OVER else folder.likely_answers)


def _zips_of_classes(folder: Folder) -> set[str]:
    """The zips of a folder that hold a class, not the work of one student.

    If most zips are one student's, so are the others: a student, too, may hand in folders that look like a class.
    """
    like = {path.name for path in folder.zips if holds_several(path, folder.assignments)}
    beside = {each.name for each in folder.folders}
    held = {path.name: {each.name for each in entries(inside)} for path in folder.zips if (inside := opened_zip(path))}
    unpacked = {name for name, inner in held.items() if inner & beside}
    return unpacked | (like if 2 * len(like) >= len(folder.zips) else set())


def _all_flat(folder: Folder, *, loosely: bool) -> Iterator[HandIn]:
    """The files of `flat_files`, and others beside them that are named like them: documents, zips, and in a download of
    Google's whatever else the students handed in. loosely: see `flat_files`.
    """
    names = folder.assignments
    flat = list(flat_files(folder.entries, names, loosely=True)) if loosely else folder.side_by_side
    yield from flat
    known = {each.path.name for each in flat}
    others = [
        entry
        for entry in folder.entries
        if entry.name not in known
        and not entry.name.startswith(".")
        and Path(entry.name).suffix.lower() in (*WORK, *ARCHIVES)
        and entry.is_file(follow_symlinks=False)
        and not holds_several(Path(entry.path), names)
    ]
    alike = re.compile(rf"(?P<who>.+?) ?[_-] ?(?P<own>{one_of(names)}(?![a-z0-9]).*)", re.IGNORECASE | re.DOTALL)
    if any(each.path.name.startswith(each.student) for each in flat):
        found = [(entry, match) for entry in others if (match := alike.fullmatch(entry.name)) is not None]
        yield from (HandIn(Path(e.path), m["who"], "flat", m["own"]) for e, m in found if names_somebody(m["who"]))
    if len({each.student for each in flat if each.path.stem.endswith(f" - {each.student}")}) > 1:
        for entry in others:
            path = Path(entry.path)
            own, _, who = path.stem.rpartition(" - ")
            if own and names_somebody(who):
                yield HandIn(path, without_copy(who), "flat", own + path.suffix)
