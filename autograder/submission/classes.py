"""Is a folder one student's, or a class's? And in which of its folders are the students?"""

import contextlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from . import layouts
from .archives import APPLES, ZIPS_LIMIT, Refused, open_zip
from .layouts import HandIn
from .names import (
    ARCHIVES,
    PASSED_OVER,
    WORK,
    assignment_of,
    bears,
    bears_any,
    entries,
    is_folder,
    is_passed_over,
    without_copy,
)
from .side_by_side import flat_files

DEPTH_LIMIT = 8  # how many folders deep a class may be
LOOKED_AT = 3_000  # entries of a folder that are looked at to find out whether it holds work
OWN_FOLDERS = ("assignments", "notebooks")
_CODE = re.compile(r"\.(?:py|ipynb)(?:\.\w+)?$", re.IGNORECASE)  # a browser adds .txt, .json


def is_one_students(root: Path, names: Collection[str]) -> bool:
    """Is it a clone or a folder of one student, and not a class with folders of such names?"""
    listed = entries(root)
    folders = [entry for entry in listed if is_folder(entry)]
    if any(entry.name == ".git" for entry in listed):
        return not _is_a_class_in_git(root, listed, names)
    own_files = any(assignment_of(entry.name, names, exact=True) for entry in listed)
    own = [entry for entry in folders if entry.name in names or entry.name in OWN_FOLDERS]
    own = [entry for entry in own if not _holds_a_class(Path(entry.path), names)]
    mine = [e for e in own if e.name in names or _has_assignment_folders(Path(e.path), names)]
    others = [
        entry
        for entry in folders
        if entry not in mine and not entry.name.startswith(".") and answers(Path(entry.path), names)
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
    own = (*OWN_FOLDERS, "autograder", "pyproject.toml")
    inside = [entry for entry in listed if is_folder(entry) and not is_passed_over(entry.name)]
    of_assignments = [entry for entry in inside if entry.name in names]
    if any(e.name in own or (assignment_of(e.name, names) and e not in of_assignments) for e in listed):
        return False
    students = [e for e in inside if e.name not in names and not layouts.names_an_attempt(e.name, folder=True)]
    answered = [answers_in(Path(entry.path), names) for entry in students]
    answered += answers_in_zips(zips_among(listed), names)
    by_name = {each.student for each in (*system_entries(root), *flat_files(listed, names))}
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
    inside = [e for e in listed if is_folder(e) and e.name not in names and e.name not in OWN_FOLDERS]
    inside = [e for e in inside if not layouts.names_an_attempt(e.name, folder=True)]
    if _names_students(folder, listed, names):
        return True
    if any(answers_in(Path(e.path), names) for e in inside) or folder.name in _in_two_zips(listed, names):
        return True
    return sum(folder.name in answers(Path(e.path), names) for e in inside) > 1


def answers(folder: Path, names: Collection[str], deep: int = 2) -> set[str]:
    """The assignments that files in a folder are named after, with other words around the name; or if there are none, those
    that files in its zips are named after.

    deep: how many zips, each inside the one before, are looked into.
    """
    zips: list[Path] = []
    found = answers_in(folder, names, loosely=True, zips=zips)
    return found if found or not deep else found.union(*answers_in_zips(zips, names, deep - 1))


def _names_students(folder: Path, listed: Collection[os.DirEntry[str]], names: Collection[str]) -> bool:
    """Does the name of an entry say which student it is of?"""
    return any(system_entries(folder)) or any(flat_files(listed, names))


def _in_two_zips(listed: Iterable[os.DirEntry[str]], names: Collection[str]) -> set[str]:
    """The assignments to which at least two zips of a folder hold an answer."""
    seen = Counter(name for answered in answers_in_zips(zips_among(listed), names) for name in answered)
    return {name for name, count in seen.items() if count > 1}


def zips_among(listed: Iterable[os.DirEntry[str]]) -> list[Path]:
    return [Path(entry.path) for entry in listed if entry.name.lower().endswith(".zip")]


def answers_in_zips(zips: list[Path], names: Collection[str], deep: int = 1) -> list[set[str]]:
    """For each of the first zips that can be opened, the assignments that its files are named after. deep: as above."""
    folders = filter(None, map(opened, zips[:ZIPS_LIMIT]))
    return [answers(folder, names, deep) for folder in folders]


def opened(path: Path) -> Path | None:
    """The folder with the files of a zip; None if it cannot be opened."""
    with contextlib.suppress(Refused):
        return open_zip(path)
    return None


def _of_teams(folders: list[Path]) -> Path | None:
    """The folder in which Teams keeps what was handed in, if the students' drafts are beside it; else None."""
    called = {folder.name.casefold(): folder for folder in folders}
    return called["submitted files"] if called.keys() == {"submitted files", "working files"} else None


def class_folders(root: Path, names: Collection[str]) -> tuple[list[Path], list[str]]:
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
            if not classes or any(answers(path, names) for path in inside if path not in classes):
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
        len(_named_in(path, names)) == 1 and not any(system_entries(path)) for path in of_assignments
    )


def _named_in(folder: Path, names: Collection[str]) -> set[str]:
    """The names of a folder's folders with work, and those before the assignment's in its files: students, or maybe not."""
    listed = entries(folder)
    inside = {entry.name for entry in listed if is_folder(entry) and answers(Path(entry.path), names)}
    return inside | {each.student for each in flat_files(listed, names)}


def unwrapped(folder: Path, names: Collection[str]) -> Path:
    """The folder with a system's names that is alone in this one (`HW 1/assignment_7_export/`), or else this one."""
    for _ in range(DEPTH_LIMIT):
        listed = entries(folder)
        inside = [Path(entry.path) for entry in listed if is_folder(entry) and not is_passed_over(entry.name)]
        if len(inside) != 1 or _names_students(folder, listed, names) or not any(system_entries(inside[0])):
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
    inside = [entry for entry in listed if is_folder(entry) and entry.name not in (*names, *OWN_FOLDERS)]
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
    asked = {name for path in classes for name in answers(path, names)}
    found: list[Path] = []
    for path in folders if classes else ():
        listed = entries(path)
        if any(entry.name == ".git" or assignment_of(entry.name, names) for entry in listed):
            continue
        answered = answers(path, names) | {name for name in names if name == path.name}
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
    return {without_copy(path.stem) for path in zips_among(listed)}


def _of_students_zips(folders: list[Path], names: Collection[str]) -> list[Path]:
    """The folders that each hold one homework, as zips of several students; empty if they are not like that.

    The zips of each folder answer one assignment, a different one for each folder. At least two names of zips are in
    several folders, and each folder has one of them. Folders of single students look different: they hold zips of several
    assignments, or different names.
    """
    zips = {folder: found for folder in folders if len(found := zips_among(entries(folder))) > 1}
    stems = {folder: {without_copy(path.stem) for path in found} for folder, found in zips.items()}
    times = Counter(stem for own in stems.values() for stem in own)
    shared = {stem for stem, count in times.items() if count > 1}
    if len(shared) < 2 or any(layouts.names_an_attempt(stem) or bears_any(stem, names) for stem in shared):
        return []
    answered = {folder: answers_in_zips(found, names) for folder, found in zips.items()}
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
    if any(system_entries(folder)) or len({each.student for each in flat_files(listed, names)}) > (not alone):
        return True
    inside = [entry for entry in listed if is_folder(entry) and not entry.name.startswith(".")]
    inside = [entry for entry in inside if not layouts.names_an_attempt(entry.name, folder=True)]
    if folder.name in names:
        return _holds_a_class(folder, names)
    if _of_teams([Path(entry.path) for entry in inside]):
        return True
    if any(_holds_the_late(Path(entry.path), names) for entry in inside):
        return True
    if any(entry.name in names or entry.name in OWN_FOLDERS for entry in inside):
        # Each assignment has its own download, in its own folder.
        return all(_holds_a_class(Path(e.path), names) for e in inside if e.name in names) and any(
            e.name in names for e in inside
        )
    seen: Counter[str] = Counter()
    for entry in inside:
        seen.update(answers(Path(entry.path), names))
        if any(count > 1 for count in seen.values()):
            return True
    if not alone:
        return len(inside) == 1 and any(system_entries(Path(inside[0].path)))
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


def system_entries(folder: Path) -> Iterator[HandIn]:
    """The entries of a folder that have names of a system's download."""
    if os.path.isfile(folder / layouts.GRADESCOPE_FILE):
        yield from layouts.gradescope(folder)
    yield from read_names(entries(folder))


def read_names(listed: Iterable[os.DirEntry[str]], only: str | None = None) -> Iterator[HandIn]:
    """The entries with names of a system's download. only: the one layout to look for."""
    for entry in listed:
        if entry.name.startswith(APPLES) or entry.is_symlink():
            continue
        if found := layouts.read_name(Path(entry.path), folder=is_folder(entry), only=only):
            yield found


def holds_several(path: Path, names: Collection[str]) -> bool:
    """Is it a zip that holds several students?"""
    inside = opened(path) if path.suffix.lower() == ".zip" else None
    if inside is None:
        return False
    return _looks_like_a_class(inside, names, alone=True) and not _of_one_student(inside, names)


def _of_one_student(folder: Path, names: Collection[str]) -> bool:
    """Do the folders with work, and the files with a student's name before the assignment's (`ann_a1_permute.py`), all have
    one name?
    """
    inner, _ = class_folders(folder, names)
    students = {name for place in inner for name in _named_in(place, names)}
    return len(students) == 1 and not any(any(system_entries(place)) for place in inner)
