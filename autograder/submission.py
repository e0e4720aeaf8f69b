"""Finding a class's submissions: which file of which student answers which assignment.

Three layouts: nbgrader's `submitted/<student>/<assignment>/`, a folder a student (GitHub clones, unpacked LMS
downloads), and an LMS's flat files (`<student>_<id>_<id>_a1_permute.py`). In a student's folder an assignment is the
file named after it, wherever it lies.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, Literal

from .course import Course, natural_key
from .errors import UserError
from .source import Cell, Source, Unreadable, read_source

__all__ = ["Cell", "Found", "Source", "Unreadable", "find_submissions", "read_source"]

RESULTS_MARK = ".autograder-results"  # a folder that holds this file is one of ours: it is passed over
FILES_LIMIT = 200_000  # entries looked at in one student's folder

# Folders that hold no submission. Every folder whose name begins with a dot is passed over too.
_PASSED_OVER = {
    "venv",
    "env",
    "site-packages",
    "dist-packages",
    "node_modules",
    "__pycache__",
    "__MACOSX",
    "build",
}
_PASSED_OVER |= {
    "autograder",
    "solutions",
    "results",
    "autograded",
    "feedback",
    "backup",
    "backups",
    "checkpoints",
}
_BACKUP = re.compile(r"(.*~|.*\.(bak|orig|old|tmp|swp)|.*[_-]backup[s\d]?|.*\.egg-info|.*\.dist-info)", re.I)
# What browsers, Jupyter and an LMS add to the name of a file that is there already.
_COPY = re.compile(r"(?:copy[ _]of[ _])?(?P<name>.+?)(?:[ _-]?\(\d+\)|[ _-]?copy[ _]?\d*|[ _-]\d+)?", re.I)
_CANVAS = re.compile(r"(?P<student>.+?)_(?:LATE_)?(?P<id>\d+)_\d+")
_BLACKBOARD = re.compile(r".+?_(?P<student>[^_]+)_attempt_\d{4}(?:-\d\d){5}")
_MOODLE = re.compile(r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?")
_SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True)
class Found:
    """What was found of one student for one assignment."""

    student: str
    assignment: str
    path: Path | None  # the file to grade, when there is one
    status: Literal["found", "missing", "ambiguous"]
    candidates: tuple[Path, ...] = ()  # all that carry the assignment's name and are not passed over
    weights: Path | None = None  # the safetensors file that belongs to `path`
    notes: tuple[str, ...] = ()  # what was passed over, and why


@dataclass(frozen=True)
class _Folder:
    """Where one student's files are: a folder, or a few files in a flat download."""

    student: str
    root: Path
    files: tuple[tuple[Path, str], ...] | None = None  # (file, its own name without the LMS's prefix)
    notes: tuple[str, ...] = ()


def find_submissions(root: Path, course: Course, only: Collection[str] = ()) -> list[Found]:
    """One entry for each student and assignment, students in natural order, assignments in the course's.

    `only` restricts the assignments. Raises UserError when `root` is no folder or holds nothing that looks like a
    submission.
    """
    names = [n for n in course.assignment_names() if not only or n in only]
    folders = _student_folders(root, course)
    found = [entry for folder in folders for entry in _find_in(folder, course, names)]
    if not any(entry.candidates for entry in found):
        raise UserError(
            f"No submission was found in {root}. It should hold one folder for each student, with files named after "
            f"the assignments ({', '.join(f'{n}.py or .ipynb' for n in names[:1])}) anywhere in it: nbgrader's "
            "submitted/, a folder of GitHub clones, or an unpacked download from Canvas, Moodle or Blackboard."
        )
    return found


# --- whose folders are they? ---------------------------------------------------------------------------------------


def _student_folders(root: Path, course: Course) -> list[_Folder]:
    if not root.is_dir():
        raise UserError(f"{root} is not a folder. Give the folder that holds the submissions.")
    if root.resolve() == course.root.resolve() or (root / "solutions").is_dir():
        raise UserError(
            f"{root} is the course repository itself. Give the folder in it that holds the submissions."
        )
    names = set(course.assignment_names())
    entries = _entries(root)
    directories = [
        entry for entry in entries if not _passed_over(entry) and (_is_folder(entry) or entry.is_symlink())
    ]
    own_names = {_assignment_of(entry.name, names, exact=True) for entry in entries} - {None}
    own_folders = [d.name for d in directories if d.name in names or d.name in ("assignments", "notebooks")]
    if own_names or (own_folders and not any(_holds_students(root / name, names) for name in own_folders)):
        return [_Folder(_readable_name(root.resolve().name), root)]  # one student's own folder
    if own_folders and len(own_folders) == len(directories):
        # A download for each assignment: <assignment>/<student>/...
        groups = [
            _Folder(f.student, f.root, f.files, f.notes)
            for name in own_folders
            for f in _class_in(root / name)
        ]
        return _merge(groups)
    return _merge([*_class_in(root), *_flat_files(root, entries, names)])


def _class_in(root: Path) -> Iterator[_Folder]:
    """A folder a student. A link in place of a student's folder is not followed: it could lead anywhere."""
    for entry in _entries(root):
        if _passed_over(entry):
            continue
        if entry.is_symlink():
            if Path(entry.path).is_dir():
                note = "The student's folder is a link; links are not followed."
                yield _Folder(_readable_name(entry.name), Path(entry.path), (), (note,))
        elif _is_folder(entry):
            yield _Folder(_readable_name(entry.name), Path(entry.path))


def _holds_students(folder: Path, names: set[str]) -> bool:
    """Does an assignment's folder hold folders of students, and no file of its own?"""
    entries = _entries(folder)
    if any(_assignment_of(entry.name, names) for entry in entries):
        return False
    return any(
        _is_folder(e) and e.name not in names and e.name != "notebooks" and not _passed_over(e)
        for e in entries
    )


def _merge(folders: Iterable[_Folder]) -> list[_Folder]:
    """Moodle's folder names without its numbers, unless two students would then share a name."""
    folders = list(folders)
    plain: defaultdict[str, set[str]] = defaultdict(set)
    for folder in folders:
        match = _MOODLE.fullmatch(folder.student)
        plain[match["student"] if match else folder.student].add(folder.student)
    renamed = []
    for folder in folders:
        match = _MOODLE.fullmatch(folder.student)
        if match and len(plain[match["student"]]) == 1:
            folder = _Folder(match["student"], folder.root, folder.files, folder.notes)
        renamed.append(folder)
    return sorted(renamed, key=lambda f: (natural_key(f.student), f.student))


def _flat_files(root: Path, entries: list[os.DirEntry[str]], names: set[str]) -> list[_Folder]:
    """Students whose files lie side by side, each file's name beginning with the student's."""
    pattern = re.compile(
        rf"(?P<prefix>.+)[_-](?P<own>(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"
        r"(?:-\d+|[ _-]?\(\d+\))?\.(?:py|ipynb|safetensors))",
        re.I | re.S,
    )
    owners: defaultdict[tuple[str, str], list[tuple[Path, str]]] = defaultdict(list)
    for entry in entries:
        match = pattern.fullmatch(entry.name)
        if match is None or entry.name.startswith(".") or entry.is_symlink() or not entry.is_file():
            continue
        prefix = match["prefix"]
        lms = _CANVAS.fullmatch(prefix) or _BLACKBOARD.fullmatch(prefix)
        student = lms["student"] if lms else prefix
        number = lms["id"] if lms and "id" in lms.groupdict() else ""
        owners[_readable_name(student), number].append((Path(entry.path), match["own"]))
    students = [student for student, _ in owners]
    return [
        _Folder(student if students.count(student) == 1 else f"{student}_{number}", root, tuple(files))
        for (student, number), files in owners.items()
    ]


def _readable_name(name: str) -> str:
    """A folder's name as text that can be written anywhere: bytes that are no UTF-8 as \\xff."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


# --- what is in a student's folder? --------------------------------------------------------------------------------


def _find_in(folder: _Folder, course: Course, names: list[str]) -> Iterator[Found]:
    every = set(course.assignment_names())
    exact: defaultdict[str, list[Path]] = defaultdict(list)
    copies: defaultdict[str, list[Path]] = defaultdict(list)
    weights: list[tuple[Path, str]] = []
    notes = [("", note) for note in folder.notes]  # (the assignment it concerns, or "" for all; the note)
    files = iter(folder.files) if folder.files is not None else _files(folder.root, every, notes)
    for path, own in files:
        if own.lower().endswith(".safetensors"):
            weights.append((path, own))
        elif name := _assignment_of(own, every, exact=True):
            exact[name].append(path)
        elif name := _assignment_of(own, every):
            copies[name].append(path)
    for name in names:
        said = tuple(note for concerned, note in notes if concerned in ("", name))
        yield _choose(folder, course, name, exact[name], copies[name], weights, said)


def _choose(
    folder: _Folder,
    course: Course,
    name: str,
    exact: list[Path],
    copies: list[Path],
    weights: list[tuple[Path, str]],
    notes: tuple[str, ...],
) -> Found:
    """Which of the candidates is the submission? Stubs do not count, identical twins count as one."""
    key = _form_order
    exact, copies = sorted(exact, key=key), sorted(copies, key=key)
    mine = [path for path, own in weights if own.lower().startswith(name.lower())]

    def found(path: Path, candidates: Iterable[Path], *more: str) -> Found:
        beside = [w for w in mine if w.parent == path.parent] or mine
        said = tuple(n for n in (*notes, *more) if n)
        return Found(
            folder.student, name, path, "found", tuple(candidates), beside[0] if beside else None, said
        )

    stubs = _stub_digests(course, name)
    fallback: Path | None = None
    for group in (exact, copies):
        if len(group) == 1 and not copies:
            return found(group[0], group)  # whatever it is, it is all there is
        changed: dict[str, Path] = {}
        broken: list[Path] = []
        for path in group:
            try:
                digest = read_source(path).code_digest
            except Unreadable:
                broken.append(path)
                continue
            if digest not in stubs:
                changed.setdefault(digest, path)
            elif fallback is None:
                fallback = path
        passed = "".join(
            f"{_shown(path, folder.root)} cannot be read and was passed over." for path in broken[:1]
        )
        chosen = list(changed.values())
        if len(chosen) > 1:
            said = (
                f"Two files differ: {' and '.join(_shown(p, folder.root) for p in chosen)}. Keep one of them."
            )
            if len(chosen) > 2:
                said = f"{len(chosen)} files differ: {', '.join(_shown(p, folder.root) for p in chosen)}. Keep one of them."
            return Found(folder.student, name, None, "ambiguous", tuple(chosen), notes=(*notes, said))
        if chosen:
            copied = f"{_shown(chosen[0], folder.root)} was graded." if group is copies else ""
            return found(chosen[0], (*exact, *copies), passed, copied)
        if broken and fallback is None:
            return found(broken[0], (*exact, *copies))
    if fallback is not None:
        return found(fallback, (*exact, *copies))
    return Found(folder.student, name, None, "missing", notes=notes)


def _form_order(path: Path) -> tuple[int, bool, str]:
    """Of twins the script before the notebook, and what lies nearer before what lies deeper."""
    return len(path.parts), path.suffix.lower() != ".py", str(path)


def _shown(path: Path, root: Path) -> str:
    try:
        return _readable_name(path.relative_to(root).as_posix())
    except ValueError:
        return _readable_name(path.name)


def _assignment_of(name: str, names: Collection[str], exact: bool = False) -> str | None:
    """The assignment that a file is named after; not `exact`: also a copy of it (`a1_permute (1).py`)."""
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    if exact:
        return stem if suffix in _SUFFIXES and stem in names else None
    if suffix.lower() not in _SUFFIXES:
        return None
    folded = {n.casefold(): n for n in names}
    match = _COPY.fullmatch(stem)
    return folded.get(stem.casefold()) or (folded.get(match["name"].casefold()) if match else None)


def _files(root: Path, names: set[str], notes: list[tuple[str, str]]) -> Iterator[tuple[Path, str]]:
    """All files below a student's folder that may matter; links are followed only to files inside it."""
    try:
        inside = root.resolve()
    except OSError:
        return
    pending = [root]
    left = FILES_LIMIT
    while pending:
        folder = pending.pop()
        for entry in _entries(folder):
            left -= 1
            if left < 0:
                notes.append(("", f"The folder holds over {FILES_LIMIT:,} files; the rest was passed over."))
                return
            if entry.is_symlink():
                name = entry.name if entry.name in names else _assignment_of(entry.name, names, exact=True)
                target = _target(Path(entry.path), inside) if name else None
                if name and target is None:
                    where = _shown(Path(entry.path), root)
                    notes.append(
                        (name, f"{where} is a link out of the student's folder; it was not followed.")
                    )
                elif target and target.is_file() and not _assignment_of(target.name, names, exact=True):
                    yield target, entry.name  # under a name of its own it is found as itself
            elif _is_folder(entry):
                if not _passed_over(entry):
                    pending.append(Path(entry.path))
            elif not entry.name.startswith("."):
                yield Path(entry.path), entry.name


def _target(link: Path, inside: Path) -> Path | None:
    """What a link leads to, when that lies inside the student's folder."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return target if target.is_relative_to(inside) else None


def _passed_over(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name.startswith(".") or name in _PASSED_OVER or _BACKUP.fullmatch(name):
        return True
    return any(Path(entry.path, mark).exists() for mark in ("pyvenv.cfg", RESULTS_MARK))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; nothing when it vanished or is closed to us."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


# --- which files are untouched stubs? ------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _stub_digests(course: Course, name: str) -> frozenset[str]:
    """The code digests of an assignment's released stubs: from the manifest, and of the files in assignments/."""
    digests: set[str] = set()
    try:
        manifest: Any = json.loads((course.assignments / "manifest.json").read_bytes())
        digests.update(_strings(manifest["stubs"][name]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    for stub in (
        course.assignments / name / f"{name}.py",
        course.assignments / name / f"{name}.ipynb",
        course.assignments / "notebooks" / name / f"{name}.ipynb",
    ):
        try:
            digests.add(read_source(stub).code_digest)
        except Unreadable:
            continue
    return frozenset(digests)


def _strings(value: Any) -> Iterator[str]:
    """The strings in a manifest's entry: one digest, a list of them, or one for each form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
