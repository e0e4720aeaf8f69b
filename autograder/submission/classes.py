"""Is a folder one student's, or a class's? And in which of its folders are the students?"""

import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

from .attempts import names_an_attempt
from .folder import OWN_FOLDERS, Folder, opened_zip
from .names import ARCHIVES, WORK, assignment_of, bears_any, is_passed_over, without_copy

DEPTH_LIMIT = 8  # how many folders deep a class may be


def is_one_students(root: Folder) -> bool:
    """Is it a clone or a folder of one student, and not a class with folders of such names?"""
    if root.has(".git"):
        return not _is_a_class_in_git(root)
    own_files = any(assignment_of(entry.name, root.assignments, exact=True) for entry in root.entries)
    own = [each for each in root.folders if each.name in (*root.assignments, *OWN_FOLDERS)]
    own = [each for each in own if not _holds_a_class(each)]
    mine = [each for each in own if each.name in root.assignments or each.for_assignments]
    others = [each for each in root.folders if each not in mine and not each.name.startswith(".")]
    others = [each for each in others if each.likely_answers]
    attempts = [each for each in others if names_an_attempt(each.name, folder=True)]
    flat = len(root.side_by_side)
    if len(attempts) == len(others) > 1 and not (own_files or own or flat):
        return True
    if own_files or mine:
        return len(others) + flat <= root.has("autograder", "pyproject.toml")
    return bool(own) and not others and not flat


def _is_a_class_in_git(folder: Folder, deep: int = 0) -> bool:
    """Has a teacher put a class under git? Then no file of the clone itself answers an assignment, but those of at least
    three students in it do. They may lie in a folder for each assignment, or some folders deeper. deep: how many.
    """
    if folder.has_answer or folder.has(*OWN_FOLDERS, "autograder", "pyproject.toml"):
        return False
    answered = [each.answers for each in folder.maybe_students if not is_passed_over(each.name)]
    answered += folder.answers_in_zips
    by_name = {each.student for each in (*folder.of_system, *folder.side_by_side)}
    most = max(Counter(name for each in answered for name in each).values(), default=0)
    if max(len(by_name), most) > 2:
        return True
    inside = _searched(folder)
    deeper = folder.for_assignments or (inside if len(inside) == 1 and deep < DEPTH_LIMIT else [])
    return any(_is_a_class_in_git(each, deep + 1) for each in deeper)


def _searched(folder: Folder) -> list[Folder]:
    """The folders in a folder that are not passed over."""
    return [each for each in folder.folders if not is_passed_over(each.name)]


def _holds_a_class(folder: Folder) -> bool:
    """Does an assignment's folder hold students' folders or files, and no file that is named after an assignment?"""
    if folder.has_answer:
        return False
    inside = folder.maybe_students
    if folder.names_students or any(each.answers for each in inside) or folder.name in folder.in_two_zips:
        return True
    return sum(folder.name in each.likely_answers for each in inside) > 1


def _of_teams(folders: list[Folder]) -> Folder | None:
    """The folder in which Teams keeps what was handed in, if the students' drafts are beside it; else None."""
    called = {each.name.casefold(): each for each in folders}
    return called["submitted files"] if called.keys() == {"submitted files", "working files"} else None


def class_folders(root: Folder) -> tuple[list[Folder], list[str]]:
    """The folders whose entries are students: `root` itself, usually, or folders in it. And the names of the folders
    beside them, which belong to no student.
    """
    folders = [root]
    beside: list[str] = []
    for _ in range(DEPTH_LIMIT):
        inner: list[Folder] = []
        for folder in folders:
            inside = _searched(folder)
            late = [each for each in inside if _holds_the_late(each)]
            if submitted := _of_teams(inside):
                inner.append(submitted)
                beside += [each.name for each in inside if each != submitted]
                continue
            if folder.names_students:
                return [*folders, *late], beside
            alone = len(inside) == 1
            classes = [each for each in inside if each in late or _looks_like_a_class(each, alone=alone)]
            classes = [] if _nest_their_work(classes) else classes
            classes = classes or _of_students_zips(inside)
            classes += _of_few_students([each for each in inside if each not in classes], classes)
            if not classes or any(each.likely_answers for each in inside if each not in classes):
                return [*folders, *late], beside
            inner += classes
            beside += [each.name for each in inside if each not in classes]
        folders = inner
    return folders, beside


def _nest_their_work(folders: list[Folder]) -> bool:
    """Are these folders students', and not classes? `lee/a1_permute/src/a1_permute.py`, `may/a1_permute/src/a1_permute.py`

    Their folder for an assignment holds one folder with work, or one file with a name before the assignment's, and at
    least two of them answer the same assignment.
    """
    of_assignments = [inner for each in folders for inner in each.for_assignments]
    several = len({each.name for each in of_assignments}) < len(of_assignments)
    return several and all(len(_named_in(each)) == 1 and not each.of_system for each in of_assignments)


def _named_in(folder: Folder) -> set[str]:
    """The names of a folder's folders with work, and those before the assignment's in its files: students, or maybe not."""
    inside = {each.name for each in folder.folders if each.likely_answers}
    return inside | {each.student for each in folder.side_by_side}


def unwrapped(folder: Folder) -> Folder:
    """The folder with a system's names that is alone in this one (`HW 1/assignment_7_export/`), or else this one."""
    for _ in range(DEPTH_LIMIT):
        inside = _searched(folder)
        if len(inside) != 1 or folder.names_students or not inside[0].of_system:
            break
        (folder,) = inside
    return folder


_LATE = re.compile(
    r"(?:too[ _-]?)?late(?:[ _-]submissions)?|(?:on|in)[ _-]?time|(?:zu[ _-]?)?spät|verspätet|pünktlich|rechtzeitig"
    r"|en[ _-]retard|à[ _-]l.heure|tarde|a[ _-]tiempo",
    re.IGNORECASE,
)


def _holds_the_late(folder: Folder) -> bool:
    """Is it a folder for the students who were late, or for those who were not?"""
    if not _LATE.fullmatch(unicodedata.normalize("NFC", folder.name)) or folder.has_answer:
        return False
    inside = [each for each in folder.folders if each.name not in (*folder.assignments, *OWN_FOLDERS)]
    work = (*WORK, *ARCHIVES)
    return (
        folder.names_students
        or any(Path(entry.name).suffix.lower() in work for each in inside for entry in each.entries)
        or any(each.likely_answers for each in inside)
    )


def _of_few_students(folders: list[Folder], classes: list[Folder]) -> list[Folder]:
    """The folders that hold one homework each, as `classes` do, but too few students to look like a class.

    They answer other assignments than `classes`. And at least one of their students is in `classes` too, or their files
    have the students' names, or they and one of `classes` are named after assignments.
    """
    by_assignment = any(each.name in each.assignments for each in classes)
    known = {who for each in classes for who in _people_in(each)}
    asked = {name for each in classes for name in each.likely_answers}
    found: list[Folder] = []
    for folder in folders if classes else ():
        if folder.has(".git") or folder.has_answer:
            continue
        answered = folder.likely_answers | {name for name in folder.assignments if name == folder.name}
        people = _people_in(folder) & known or folder.side_by_side
        if answered and not answered & asked and (people or (by_assignment and folder.name in folder.assignments)):
            found.append(folder)
    return found


def _people_in(folder: Folder) -> set[str]:
    """The names of a folder's folders and zips, and the students whom the names of its files name, perhaps before a dash."""
    people = {each.name for each in folder.folders} | {each.student for each in folder.side_by_side}
    before_a_dash = {entry.name.partition(" - ")[0] for entry in folder.entries if " - " in entry.name}
    return people | _names_of_zips(folder) | before_a_dash


def _names_of_zips(folder: Folder) -> set[str]:
    return {without_copy(path.stem) for path in folder.zips}


def _of_students_zips(folders: list[Folder]) -> list[Folder]:
    """The folders that each hold one homework, as zips of several students; empty if they are not like that.

    The zips of each folder answer one assignment, a different one for each folder. At least two names of zips are in
    several folders, and each folder has one of them. Folders of single students look different: they hold zips of several
    assignments, or different names.
    """
    stems = {folder: _names_of_zips(folder) for folder in folders if len(folder.zips) > 1}
    times = Counter(stem for own in stems.values() for stem in own)
    shared = {stem for stem, count in times.items() if count > 1}
    named = any(names_an_attempt(stem) or bears_any(stem, folders[0].assignments) for stem in shared)
    if len(shared) < 2 or named:
        return []
    asked = {folder: set[str]().union(*folder.answers_in_zips) for folder in stems}
    if any(len(own) > 1 for own in asked.values()):
        return []
    sure = [each for each, own in stems.items() if sum(map(bool, each.answers_in_zips)) > 1 and own & shared]
    return sure if len({name for folder in sure for name in asked[folder]}) == len(sure) > 1 else []


def _looks_like_a_class(folder: Folder, *, alone: bool, depth: int = 1) -> bool:
    """Does the folder hold several students, and not one? Then two folders in it answer the same assignment, for example.

    alone: no other folder is beside it. Then a folder that could belong to one student or to several counts as a class.
    """
    if folder.has(".git") or folder.has_answer:
        return False
    if folder.of_system or len({each.student for each in folder.side_by_side}) > (not alone):
        return True
    if folder.name in folder.assignments:
        return _holds_a_class(folder)
    inside = [each for each in folder.folders if not each.name.startswith(".")]
    inside = [each for each in inside if not names_an_attempt(each.name, folder=True)]
    if _of_teams(inside) or any(_holds_the_late(each) for each in inside):
        return True
    if any(each.name in (*folder.assignments, *OWN_FOLDERS) for each in inside):
        # Each assignment has its own download, in its own folder.
        of_assignments = folder.for_assignments
        return bool(of_assignments) and all(map(_holds_a_class, of_assignments))
    seen: Counter[str] = Counter()
    for each in inside:
        seen.update(each.likely_answers)
        if any(count > 1 for count in seen.values()):
            return True
    if not alone:
        return len(inside) == 1 and bool(inside[0].of_system)
    clones = any(os.path.lexists(each.path / ".git") for each in inside)
    as_in_submitted = sum(bool(each.for_assignments) for each in inside) > 1  # nbgrader's
    if clones or as_in_submitted or folder.in_two_zips:
        return True
    only = len(inside) == 1
    return depth < DEPTH_LIMIT and any(_looks_like_a_class(each, alone=only, depth=depth + 1) for each in inside)


def holds_several(path: Path, assignments: frozenset[str]) -> bool:
    """Is it a zip that holds several students?"""
    inside = opened_zip(path) if path.suffix.lower() == ".zip" else None
    if inside is None:
        return False
    folder = Folder(inside, assignments)
    return _looks_like_a_class(folder, alone=True) and not _of_one_student(folder)


def _of_one_student(folder: Folder) -> bool:
    """Do the folders with work, and the files with a student's name before the assignment's (`ann_a1_permute.py`), all have
    one name?
    """
    inner, _ = class_folders(folder)
    students = {name for each in inner for name in _named_in(each)}
    return len(students) == 1 and not any(each.of_system for each in inner)
