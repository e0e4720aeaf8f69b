"""Which folders and files of a class's download belong to which student? All that could be a student's is reported."""

import contextlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import UserError
from ..course.course import Course
from . import layouts
from .archives import APPLES, NEVER, ZIPS_LIMIT, Refused, open_zip
from .layouts import HandIn
from .names import (
    ARCHIVES,
    PASSED_OVER,
    REPORT_MARKER,
    RESULTS_MARKER,
    WORK,
    assignment_of,
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

DEPTH_LIMIT = 8  # how many folders deep a class may be
LOOKED_AT = 3_000  # entries of a folder that are looked at to find out whether it holds work
_OWN_FOLDERS = ("assignments", "notebooks")
_CODE = re.compile(r"\.(?:py|ipynb)(?:\.\w+)?$", re.IGNORECASE)  # a browser adds .txt, .json


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
    if layout == "student" or (layout is None and _is_one_students(root, names)):
        student = readable(root.resolve().name)
        return Class((Place(student, (HandIn(root, student),)),), "student")
    inner, above = _class_folders(root, names) if layout is None else ([root], [])
    inner = [_unwrapped(folder, names) for folder in inner] if layout is None else inner
    found: list[HandIn] = []
    named: list[HandIn] = []
    notes: list[tuple[str, str]] = []  # (student, note)
    passed_over = [f"{readable(name)} (beside the folder with the class)" for name in above]
    scopes: dict[Path, str] = {}
    for folder in inner:
        asked = next(iter(only), "") if len(only) == 1 else ""
        hand_ins = [h for h in _hand_ins(folder, names, layout, notes, passed_over, asked) if h.path not in inner]
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
    within = ", ".join(f"{readable(folder.name)}/" for folder in [f for f in inner if f != root][:3])
    deeper = f", in {within}" if within else ""
    places = places_of(found, notes, scopes)
    return Class(tuple(places), f"{layouts.LAYOUTS[read_as]}{deeper}", tuple(passed_over))


def _as_known(found: list[HandIn], known: Known) -> list[HandIn]:
    return as_known(found, known()) if any(each.identity for each in found) else found


def _named_after(hand_in: HandIn, names: Collection[str]) -> set[str]:
    """The assignments that the files of a hand-in are named after, whatever kind of files they are, or those in its zips."""
    path, own = hand_in.path, hand_in.own
    files = {own: path} if own is not None else {entry.name: Path(entry.path) for entry in entries(path)}
    zips = [path for name, path in files.items() if name.lower().endswith(".zip")]
    return {name for name in names for file in files if bears(file, name)}.union(*_answers_in_zips(zips, names))


def _is_a_course(root: Path, names: Collection[str]) -> bool:
    """Does solutions/ in this folder hold hidden checks or misconceptions, which a student's folder never holds?"""
    beside_masters = [f for name in names for f in (f"{name}/test_{name}_hidden.py", f"{name}/misconceptions.py")]
    return any((root / "solutions" / file).is_file() for file in beside_masters)


def _of_one_file(file: Path, names: Collection[str], known: Known) -> Class:
    """The class of a single submission. The student is the one that a system's name states, else the name of a zip, else
    the name of the folder that holds the file.
    """
    if _holds_several(file, names):
        raise UserError(f"{file} holds a class. Unpack it first, and give the folder that holds the submissions.")
    found = layouts.read_name(file, folder=False)
    if found is None:
        of_nobody = {*names, *_OWN_FOLDERS}
        student = next((each.name for each in file.resolve().parents if each.name not in of_nobody), "")
        found = HandIn(file, readable(file.stem if file.suffix.lower() in ARCHIVES else student), own=file.name)
    if found.layout == "blackboard":
        (found,) = layouts.with_logins([found], names)
    (found,) = _as_known([found], known)
    return Class((Place(found.student, (found,), identity=found.identity),), "one submission")


# --- one student or a class, and in which folder? ------------------------------------------------------------------


def _is_one_students(root: Path, names: Collection[str]) -> bool:
    """Is it a clone or a folder of one student, and not a class with folders of such names?"""
    listed = entries(root)
    folders = [entry for entry in listed if is_folder(entry)]
    if any(entry.name == ".git" for entry in listed):
        return not _is_a_class_in_git(root, listed, names)
    own_files = any(assignment_of(entry.name, names, exact=True) for entry in listed)
    own = [entry for entry in folders if entry.name in names or entry.name in _OWN_FOLDERS]
    own = [entry for entry in own if not _holds_a_class(Path(entry.path), names)]
    mine = [e for e in own if e.name in names or _has_assignment_folders(Path(e.path), names)]
    others = [
        entry
        for entry in folders
        if entry not in mine and not entry.name.startswith(".") and _answers(Path(entry.path), names)
    ]
    flat = sum(1 for _ in flat_files(listed, names))
    attempts = [entry for entry in others if layouts.names_an_attempt(entry.name, folder=True)]
    if len(attempts) == len(others) > 1 and not (own_files or own or flat):
        return True
    if own_files or mine:
        a_clone = any(entry.name in ("autograder", "pyproject.toml") for entry in listed)
        return len(others) + flat <= a_clone
    return bool(own) and not others and not flat


def _is_a_class_in_git(root: Path, listed: Collection[os.DirEntry[str]], names: Collection[str], deep: int = 0) -> bool:
    """Has a teacher put a class under git? Then no file of the clone itself answers an assignment, but those of at least
    three students in it do. They may lie in a folder for each assignment, or some folders deeper. deep: how many.
    """
    own = (*_OWN_FOLDERS, "autograder", "pyproject.toml")
    inside = [entry for entry in listed if is_folder(entry) and not is_passed_over(entry.name)]
    of_assignments = [entry for entry in inside if entry.name in names]
    if any(e.name in own or (assignment_of(e.name, names) and e not in of_assignments) for e in listed):
        return False
    students = [e for e in inside if e.name not in names and not layouts.names_an_attempt(e.name, folder=True)]
    answered = [answers_in(Path(entry.path), names) for entry in students]
    answered += _answers_in_zips(_zips_among(listed), names)
    by_name = {each.student for each in (*_system_entries(root), *flat_files(listed, names))}
    most = max(Counter(name for each in answered for name in each).values(), default=0)
    if max(len(by_name), most) > 2:
        return True
    deeper = of_assignments or (inside if len(inside) == 1 and deep < DEPTH_LIMIT else [])
    return any(_is_a_class_in_git(Path(e.path), entries(Path(e.path)), names, deep + 1) for e in deeper)


def _has_assignment_folders(folder: Path, names: Collection[str]) -> bool:
    return any(entry.name in names and is_folder(entry) for entry in entries(folder))


def _holds_a_class(folder: Path, names: Collection[str]) -> bool:
    """Does an assignment's folder hold students' folders or files, and no file that is named after an assignment?"""
    listed = entries(folder)
    if any(assignment_of(entry.name, names) for entry in listed):
        return False
    inside = [e for e in listed if is_folder(e) and e.name not in names and e.name not in _OWN_FOLDERS]
    inside = [e for e in inside if not layouts.names_an_attempt(e.name, folder=True)]
    if _names_students(folder, listed, names):
        return True
    if any(answers_in(Path(e.path), names) for e in inside) or folder.name in _in_two_zips(listed, names):
        return True
    return sum(folder.name in _answers(Path(e.path), names) for e in inside) > 1


def _answers(folder: Path, names: Collection[str], deep: int = 2) -> set[str]:
    """The assignments that files in a folder are named after, with other words around the name; or if there are none, those
    that files in its zips are named after.

    deep: how many zips, each inside the one before, are looked into.
    """
    zips: list[Path] = []
    found = answers_in(folder, names, loosely=True, zips=zips)
    return found if found or not deep else found.union(*_answers_in_zips(zips, names, deep - 1))


def _names_students(folder: Path, listed: Collection[os.DirEntry[str]], names: Collection[str]) -> bool:
    """Does the name of an entry say which student it is of?"""
    return any(_system_entries(folder)) or any(flat_files(listed, names))


def _in_two_zips(listed: Iterable[os.DirEntry[str]], names: Collection[str]) -> set[str]:
    """The assignments to which at least two zips of a folder hold an answer."""
    seen = Counter(name for answered in _answers_in_zips(_zips_among(listed), names) for name in answered)
    return {name for name, count in seen.items() if count > 1}


def _zips_among(listed: Iterable[os.DirEntry[str]]) -> list[Path]:
    return [Path(entry.path) for entry in listed if entry.name.lower().endswith(".zip")]


def _answers_in_zips(zips: list[Path], names: Collection[str], deep: int = 1) -> list[set[str]]:
    """For each of the first zips that can be opened, the assignments that its files are named after. deep: as above."""
    opened = filter(None, map(_opened, zips[:ZIPS_LIMIT]))
    return [_answers(folder, names, deep) for folder in opened]


def _opened(path: Path) -> Path | None:
    """The folder with the files of a zip; None if it cannot be opened."""
    with contextlib.suppress(Refused):
        return open_zip(path)
    return None


def _of_teams(folders: list[Path]) -> Path | None:
    """The folder in which Teams keeps what was handed in, if the students' drafts are beside it; else None."""
    called = {folder.name.casefold(): folder for folder in folders}
    return called["submitted files"] if called.keys() == {"submitted files", "working files"} else None


def _class_folders(root: Path, names: Collection[str]) -> tuple[list[Path], list[str]]:
    """The folders whose entries are students: `root` itself, usually, or folders in it. And the names of the folders
    beside them, which belong to no student.
    """
    folders: list[Path] = [root]
    beside: list[str] = []
    for _ in range(DEPTH_LIMIT):
        inner: list[Path] = []
        for folder in folders:
            listed = entries(folder)
            inside = [Path(e.path) for e in listed if is_folder(e) and not is_passed_over(e.name)]
            late = [path for path in inside if _holds_the_late(path, names)]
            if submitted := _of_teams(inside):
                inner.append(submitted)
                beside += [path.name for path in inside if path != submitted]
                continue
            if _names_students(folder, listed, names):
                return [*folders, *late], beside
            alone = len(inside) == 1
            classes = [path for path in inside if path in late or _looks_like_a_class(path, names, alone=alone)]
            classes = [] if _nest_their_work(classes, names) else classes
            classes = classes or _of_students_zips(inside, names)
            classes += _of_few_students([path for path in inside if path not in classes], classes, names)
            if not classes or any(_answers(path, names) for path in inside if path not in classes):
                return [*folders, *late], beside
            inner += classes
            beside += [path.name for path in inside if path not in classes]
        folders = inner
    return folders, beside


def _nest_their_work(folders: list[Path], names: Collection[str]) -> bool:
    """Are these folders students', and not classes? `lee/a1_permute/src/a1_permute.py`, `may/a1_permute/src/a1_permute.py`

    Their folder for an assignment holds one folder with work, or one file with a name before the assignment's, and at
    least two of them answer the same assignment.
    """
    of_assignments = [Path(e.path) for each in folders for e in entries(each) if e.name in names and is_folder(e)]
    several = len({path.name for path in of_assignments}) < len(of_assignments)
    return several and all(
        len(_named_in(path, names)) == 1 and not any(_system_entries(path)) for path in of_assignments
    )


def _named_in(folder: Path, names: Collection[str]) -> set[str]:
    """The names of a folder's folders with work, and those before the assignment's in its files: students, or maybe not."""
    listed = entries(folder)
    inside = {entry.name for entry in listed if is_folder(entry) and _answers(Path(entry.path), names)}
    return inside | {each.student for each in flat_files(listed, names)}


def _unwrapped(folder: Path, names: Collection[str]) -> Path:
    """The folder with a system's names that is alone in this one (`HW 1/assignment_7_export/`), or else this one."""
    for _ in range(DEPTH_LIMIT):
        listed = entries(folder)
        inside = [Path(entry.path) for entry in listed if is_folder(entry) and not is_passed_over(entry.name)]
        if len(inside) != 1 or _names_students(folder, listed, names) or not any(_system_entries(inside[0])):
            break
        (folder,) = inside
    return folder


_LATE = re.compile(
    r"(?:too[ _-]?)?late(?:[ _-]submissions)?|(?:on|in)[ _-]?time|(?:zu[ _-]?)?spät|verspätet|pünktlich|rechtzeitig"
    r"|en[ _-]retard|à[ _-]l.heure|tarde|a[ _-]tiempo",
    re.IGNORECASE,
)


def _holds_the_late(folder: Path, names: Collection[str]) -> bool:
    """Is it a folder for the students who were late, or for those who were not?"""
    if not _LATE.fullmatch(unicodedata.normalize("NFC", folder.name)):
        return False
    listed = entries(folder)
    if any(assignment_of(entry.name, names) for entry in listed):
        return False
    inside = [entry for entry in listed if is_folder(entry) and entry.name not in (*names, *_OWN_FOLDERS)]
    work = (*WORK, *ARCHIVES)
    return (
        _names_students(folder, listed, names)
        or any(Path(each.name).suffix.lower() in work for entry in inside for each in entries(Path(entry.path)))
        or any(answers_in(Path(entry.path), names, loosely=True) for entry in inside)
    )


def _of_few_students(folders: list[Path], classes: list[Path], names: Collection[str]) -> list[Path]:
    """The folders that hold one homework each, as `classes` do, but too few students to look like a class.

    They answer other assignments than `classes`. And at least one of their students is in `classes` too, or their files
    have the students' names, or they and one of `classes` are named after assignments.
    """
    by_assignment = any(path.name in names for path in classes)
    known = {who for path in classes for who in _people_in(path, names)}
    asked = {name for path in classes for name in _answers(path, names)}
    found: list[Path] = []
    for path in folders if classes else ():
        listed = entries(path)
        if any(entry.name == ".git" or assignment_of(entry.name, names) for entry in listed):
            continue
        answered = _answers(path, names) | {name for name in names if name == path.name}
        people = _people_in(path, names) & known or any(flat_files(listed, names))
        if answered and not answered & asked and (people or (by_assignment and path.name in names)):
            found.append(path)
    return found


def _people_in(folder: Path, names: Collection[str]) -> set[str]:
    """The names of a folder's folders and zips, and the students whom the names of its files name, perhaps before a dash."""
    listed = entries(folder)
    people = {entry.name for entry in listed if is_folder(entry)} | {each.student for each in flat_files(listed, names)}
    return people | _names_of_zips(listed) | {entry.name.partition(" - ")[0] for entry in listed if " - " in entry.name}


def _names_of_zips(listed: Iterable[os.DirEntry[str]]) -> set[str]:
    return {without_copy(path.stem) for path in _zips_among(listed)}


def _of_students_zips(folders: list[Path], names: Collection[str]) -> list[Path]:
    """The folders that each hold one homework, as zips of several students; empty if they are not like that.

    The zips of each folder answer one assignment, a different one for each folder. At least two names of zips are in
    several folders, and each folder has one of them. Folders of single students look different: they hold zips of several
    assignments, or different names.
    """
    zips = {folder: found for folder in folders if len(found := _zips_among(entries(folder))) > 1}
    stems = {folder: {without_copy(path.stem) for path in found} for folder, found in zips.items()}
    times = Counter(stem for own in stems.values() for stem in own)
    shared = {stem for stem, count in times.items() if count > 1}
    if len(shared) < 2 or any(layouts.names_an_attempt(stem) or bears_any(stem, names) for stem in shared):
        return []
    answered = {folder: _answers_in_zips(found, names) for folder, found in zips.items()}
    asked = {folder: set[str]().union(*own) for folder, own in answered.items()}
    if any(len(own) > 1 for own in asked.values()):
        return []
    sure = [folder for folder, own in answered.items() if sum(map(bool, own)) > 1 and stems[folder] & shared]
    return sure if len({name for folder in sure for name in asked[folder]}) == len(sure) > 1 else []


def _looks_like_a_class(folder: Path, names: Collection[str], *, alone: bool, depth: int = 1) -> bool:
    """Does the folder hold several students, and not one? Then two folders in it answer the same assignment, for example.

    alone: no other folder is beside it. Then a folder that could belong to one student or to several counts as a class.
    """
    listed = entries(folder)
    if any(entry.name == ".git" or assignment_of(entry.name, names) for entry in listed):
        return False
    if any(_system_entries(folder)) or len({each.student for each in flat_files(listed, names)}) > (not alone):
        return True
    inside = [entry for entry in listed if is_folder(entry) and not entry.name.startswith(".")]
    inside = [entry for entry in inside if not layouts.names_an_attempt(entry.name, folder=True)]
    if folder.name in names:
        return _holds_a_class(folder, names)
    if _of_teams([Path(entry.path) for entry in inside]):
        return True
    if any(_holds_the_late(Path(entry.path), names) for entry in inside):
        return True
    if any(entry.name in names or entry.name in _OWN_FOLDERS for entry in inside):
        # Each assignment has its own download, in its own folder.
        return all(_holds_a_class(Path(e.path), names) for e in inside if e.name in names) and any(
            e.name in names for e in inside
        )
    seen: Counter[str] = Counter()
    for entry in inside:
        seen.update(_answers(Path(entry.path), names))
        if any(count > 1 for count in seen.values()):
            return True
    if not alone:
        return len(inside) == 1 and any(_system_entries(Path(inside[0].path)))
    clones = any(os.path.lexists(os.path.join(entry.path, ".git")) for entry in inside)
    as_in_submitted = sum(_has_assignment_folders(Path(entry.path), names) for entry in inside) > 1  # nbgrader's
    if clones or as_in_submitted or _in_two_zips(listed, names):
        return True
    only = len(inside) == 1
    return depth < DEPTH_LIMIT and any(
        _looks_like_a_class(Path(entry.path), names, alone=only, depth=depth + 1) for entry in inside
    )


def answers_in(
    folder: Path, names: Collection[str], *, loosely: bool = False, zips: list[Path] | None = None
) -> set[str]:
    """The assignments that files in a folder are named after; at most LOOKED_AT entries or so are looked at.

    loosely: the name may have other words before or after the assignment's, see `bears`. zips: gets the zips that are met.
    """
    found: set[str] = set()
    pending, left = [folder], LOOKED_AT
    while pending and left > 0:
        for entry in entries(pending.pop(0)):
            left -= 1
            if is_folder(entry):
                if not entry.name.startswith(".") and entry.name not in PASSED_OVER and not entry.is_symlink():
                    pending.append(Path(entry.path))
            elif name := assignment_of(entry.name, names):
                found.add(name)
            elif zips is not None and entry.name.lower().endswith(".zip"):
                zips.append(Path(entry.path))
            elif loosely and _CODE.search(entry.name) and not entry.name.startswith("test_"):
                found |= {name for name in names if bears(entry.name, name)}
    return found


# --- the entries of a class's folder -------------------------------------------------------------------------------


def _system_entries(folder: Path) -> Iterator[HandIn]:
    """The entries of a folder that have names of a system's download."""
    if os.path.isfile(folder / layouts.GRADESCOPE_FILE):
        yield from layouts.gradescope(folder)
    yield from _read_names(entries(folder))


def _read_names(listed: Iterable[os.DirEntry[str]], only: str | None = None) -> Iterator[HandIn]:
    """The entries with names of a system's download. only: the one layout to look for."""
    for entry in listed:
        if entry.name.startswith(APPLES) or entry.is_symlink():
            continue
        if found := layouts.read_name(Path(entry.path), folder=is_folder(entry), only=only):
            yield found


def _hand_ins(
    folder: Path,
    names: Collection[str],
    layout: str | None,
    notes: list[tuple[str, str]],
    aside: list[str],
    asked: str = "",
) -> Iterator[HandIn]:
    """The entries of a class's folder, each with its student.

    Adds to `notes` what a student should know, as (student, note), and to `aside` the entries that belong to no student.
    """
    listed = entries(folder)
    system = layout if layout in layouts.SYSTEMS else None
    if layout in (None, "gradescope") and os.path.isfile(folder / layouts.GRADESCOPE_FILE):
        yield from layouts.gradescope(folder)
        return
    named = () if layout in ("folders", "flat") else _read_names(listed, only=system)
    read = {found.path.name: found for found in named}
    from_blackboard = [each for each in read.values() if each.layout == "blackboard"]
    yield from layouts.with_logins(from_blackboard, names)
    yield from (each for each in read.values() if each.layout != "blackboard")
    side_by_side = () if layout == "folders" else _all_flat(listed, names, loosely=layout == "flat")
    if layout == "flat" and (asked or folder.name in names):
        side_by_side = (*files_of_students(listed, asked or folder.name), *side_by_side)
    flat = {each.path.name: each for each in side_by_side}
    of_classes = _zips_of_classes(listed, names)
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
            # `Ann_Backup` may be a person: there, zips are looked into as well.
            answers = answers_in if ours or entry.name in PASSED_OVER else _answers
            if (ours or is_passed_over(entry.name)) and not answers(path, names):
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


def _holds_work(entry: os.DirEntry[str], names: Collection[str]) -> bool:
    """Is it a folder with a file that is named after an assignment, or a file with such a name in its own?"""
    if is_folder(entry):
        return bool(answers_in(Path(entry.path), names))
    return bears_any(entry.name, names)


def _zips_of_classes(listed: Collection[os.DirEntry[str]], names: Collection[str]) -> set[str]:
    """The zips of a folder that hold a class, not the work of one student.

    If most zips are one student's, so are the others: a student, too, may hand in folders that look like a class.
    """
    zips = _zips_among(listed)
    like = {path.name for path in zips if _holds_several(path, names)}
    folders = {entry.name for entry in listed if is_folder(entry)}
    held = {path.name: {entry.name for entry in entries(inside)} for path in zips if (inside := _opened(path))}
    unpacked = {name for name, inner in held.items() if inner & folders}
    return unpacked | (like if 2 * len(like) >= len(zips) else set())


def _holds_several(path: Path, names: Collection[str]) -> bool:
    """Is it a zip that holds several students?"""
    inside = _opened(path) if path.suffix.lower() == ".zip" else None
    if inside is None:
        return False
    return _looks_like_a_class(inside, names, alone=True) and not _of_one_student(inside, names)


def _of_one_student(folder: Path, names: Collection[str]) -> bool:
    """Do the folders with work, and the files with a student's name before the assignment's (`ann_a1_permute.py`), all have
    one name?
    """
    inner, _ = _class_folders(folder, names)
    students = {name for place in inner for name in _named_in(place, names)}
    return len(students) == 1 and not any(any(_system_entries(place)) for place in inner)


def _all_flat(listed: Collection[os.DirEntry[str]], names: Collection[str], *, loosely: bool) -> Iterator[HandIn]:
    """The files of `flat_files`, and others beside them that are named like them: documents, zips, and in a download of
    Google's whatever else the students handed in. loosely: see `flat_files`.
    """
    flat = list(flat_files(listed, names, loosely=loosely))
    yield from flat
    known = {each.path.name for each in flat}
    others = [
        entry
        for entry in listed
        if entry.name not in known
        and not entry.name.startswith(".")
        and Path(entry.name).suffix.lower() in (*WORK, *ARCHIVES)
        and entry.is_file(follow_symlinks=False)
        and not _holds_several(Path(entry.path), names)
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
