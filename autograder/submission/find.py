"""Finding a class's submissions: which file of which student answers which assignment.

Three layouts: nbgrader's `submitted/<student>/<assignment>/`, a folder a student (GitHub clones, unpacked LMS
downloads), and an LMS's flat files (`<student>_<id>_<id>_a1_permute.py`). In a student's folder an assignment is the
file named after it, wherever it lies.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Literal

from ..common.errors import UserError
from ..course.course import Course, natural_key
from .source import Source, Unreadable, read_source

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
class _Place:
    """Where a student's files are: folders, and files of a flat download."""

    student: str
    roots: tuple[Path, ...] = ()
    files: tuple[tuple[Path, str], ...] = ()  # (file, its own name without the LMS's prefix)
    notes: tuple[str, ...] = ()


def find_submissions(
    root: Path,
    course: Course,
    only: Collection[str] = (),
    stubs: Mapping[str, frozenset[str]] | None = None,
) -> list[Found]:
    """One entry for each student and assignment, students in natural order, assignments in the course's.

    `only` restricts the assignments; `stubs` tells the code digests of further stubs of an assignment. Raises UserError when `root` is no folder or holds nothing that looks like a
    submission.
    """
    names = [n for n in course.assignment_names() if not only or n in only]
    found = [entry for place in _places(root, course) for entry in _find_in(place, course, names, stubs or {})]
    if not any(entry.candidates for entry in found):
        raise UserError(
            f"No submission was found in {root}. It should hold one folder for each student, with files named after "
            f"the assignments ({', '.join(f'{n}.py or .ipynb' for n in names[:1])}) anywhere in it: nbgrader's "
            "submitted/, a folder of GitHub clones, or an unpacked download from Canvas, Moodle or Blackboard."
        )
    return found


def find_in_folder(folder: Path, student: str, course: Course) -> list[Found]:
    """One entry for each assignment of the course, from one student's folder, whatever it looks like."""
    return list(_find_in(_Place(student, (folder,)), course, course.assignment_names()))


def is_stub(course: Course, name: str, source: Source) -> bool:
    """Does a source say what the assignment's released stub says?"""
    return source.code_digest in _stub_digests(course, name)


# --- whose folders are they? ---------------------------------------------------------------------------------------


def _places(root: Path, course: Course) -> list[_Place]:
    if not root.is_dir():
        raise UserError(f"{root} is not a folder. Give the folder that holds the submissions.")
    if root.resolve() == course.root.resolve() or (root / "solutions").is_dir():
        raise UserError(f"{root} is the course repository itself. Give the folder in it that holds the submissions.")
    names = set(course.assignment_names())
    entries = _entries(root)
    folders = [entry.name for entry in entries if _is_folder(entry) and not _passed_over(entry)]
    own_folders = [name for name in folders if name in names or name in ("assignments", "notebooks")]
    of_classes = [name for name in own_folders if _holds_a_class(root / name, names)]
    own_files = any(_assignment_of(entry.name, names, exact=True) for entry in entries)
    if own_files or (own_folders and not of_classes):
        return [_Place(_readable_name(root.resolve().name), (root,))]  # one student's own folder
    if of_classes and len(of_classes) == len(folders):
        # A download for each assignment: <assignment>/<student>/...
        return _merge(place for name in of_classes for place in _class_in(root / name, names))
    return _merge(_class_in(root, names))


def _class_in(root: Path, names: set[str]) -> Iterator[_Place]:
    """A folder a student, and flat files. A link in place of a student's folder could lead anywhere: not followed."""
    entries = _entries(root)
    places = []
    for entry in entries:
        if _passed_over(entry):
            continue
        name = _readable_name(entry.name)
        if entry.is_symlink():
            if os.path.isdir(entry.path):  # pathlib raises where a folder above is closed to us
                places.append(_Place(name, notes=("The student's folder is a link; links are not followed.",)))
        elif _is_folder(entry):
            places.append(_Place(name, (Path(entry.path),)))
    yield from _without_numbers(places)
    yield from _flat_files(entries, names)


def _holds_a_class(folder: Path, names: set[str]) -> bool:
    """Does an assignment's folder hold students' folders or flat files, and no file of the assignment's own name?"""
    entries = _entries(folder)
    if any(_assignment_of(entry.name, names) for entry in entries):
        return False
    folders = [e for e in entries if _is_folder(e) and e.name not in names and e.name != "notebooks"]
    return any(not _passed_over(entry) for entry in folders) or any(_flat_files(entries, names))


def _without_numbers(places: list[_Place]) -> Iterator[_Place]:
    """What Moodle adds to names taken off, unless two students of the class would then share a name."""
    plain = [match["student"] if (match := _MOODLE.fullmatch(p.student)) else p.student for p in places]
    times = Counter(plain)
    for place, student in zip(places, plain, strict=True):
        yield dataclasses.replace(place, student=student if times[student] == 1 else place.student)


def _merge(places: Iterable[_Place]) -> list[_Place]:
    """One place a student: folders and files that go by one name are one student's."""
    merged: dict[str, _Place] = {}
    for place in places:
        before = merged.get(place.student, _Place(place.student))
        merged[place.student] = _Place(
            place.student,
            before.roots + place.roots,
            before.files + place.files,
            tuple(dict.fromkeys(before.notes + place.notes)),
        )
    return sorted(merged.values(), key=lambda p: (natural_key(p.student), p.student))


def _flat_files(entries: list[os.DirEntry[str]], names: set[str]) -> Iterator[_Place]:
    """Students whose files lie side by side, each file's name beginning with the student's."""
    pattern = re.compile(
        rf"(?P<prefix>.+)[_-](?P<own>(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"
        r"(?:-\d+|[ _-]?\(\d+\))?\.(?:py|ipynb|safetensors))",
        re.IGNORECASE | re.DOTALL,
    )
    owners: defaultdict[tuple[str, str], list[tuple[Path, str]]] = defaultdict(list)
    for entry in entries:
        match = pattern.fullmatch(entry.name)
        if match is None or entry.name.startswith(".") or entry.is_symlink() or not entry.is_file():
            continue
        if (prefix := match["prefix"]).casefold() == "test":
            continue  # a check, not a student
        lms = _CANVAS.fullmatch(prefix) or _BLACKBOARD.fullmatch(prefix)
        student = lms["student"] if lms else prefix
        number = lms["id"] if lms and "id" in lms.groupdict() else ""
        owners[_readable_name(student), number].append((Path(entry.path), match["own"]))
    times = Counter(student for student, _ in owners)
    for (student, number), files in owners.items():
        yield _Place(student if times[student] == 1 else f"{student}_{number}", files=tuple(files))


def _readable_name(name: str) -> str:
    """A folder's name as text that can be written anywhere: bytes that are no UTF-8 as \\xff."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


# --- what is in a student's folder? --------------------------------------------------------------------------------


def _find_in(
    place: _Place, course: Course, names: list[str], stubs: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> Iterator[Found]:
    every = set(course.assignment_names())
    exact: defaultdict[str, list[Path]] = defaultdict(list)
    copies: defaultdict[str, list[Path]] = defaultdict(list)
    weights: list[tuple[Path, str]] = []
    notes = [("", note) for note in place.notes]  # (the assignment it concerns, or "" for all; the note)
    walked = [_files(root, every, notes) for root in place.roots]
    for path, own in itertools.chain(place.files, *walked):
        if own.lower().endswith(".safetensors"):
            weights.append((path, own))
        elif name := _assignment_of(own, every, exact=True):
            exact[name].append(path)
        elif name := _assignment_of(own, every):
            copies[name].append(path)
    for name in names:
        said = tuple(note for concerned, note in notes if concerned in ("", name))
        known = _stub_digests(course, name) | stubs.get(name, frozenset())
        yield _choose(place, name, exact[name], copies[name], weights, said, known)


def _choose(
    place: _Place,
    name: str,
    exact: list[Path],
    copies: list[Path],
    weights: list[tuple[Path, str]],
    notes: tuple[str, ...],
    stubs: frozenset[str],
) -> Found:
    """Which of the candidates is the submission? Stubs do not count, identical twins count as one."""
    key = _form_order
    exact, copies = sorted(exact, key=key), sorted(copies, key=key)
    mine = [path for path, own in weights if own.lower().startswith(name.lower())]

    def found(path: Path, candidates: Iterable[Path], *more: str) -> Found:
        beside = [w for w in mine if w.parent == path.parent] or mine
        said = tuple(n for n in (*notes, *more) if n)
        return Found(place.student, name, path, "found", tuple(candidates), beside[0] if beside else None, said)

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
        passed = "".join(f"{_shown(path, place)} cannot be read and was passed over." for path in broken[:1])
        chosen = list(changed.values())
        if len(chosen) > 1:
            said = f"Two files differ: {' and '.join(_shown(p, place) for p in chosen)}. Keep one of them."
            if len(chosen) > 2:
                said = f"{len(chosen)} files differ: {', '.join(_shown(p, place) for p in chosen)}. Keep one of them."
            return Found(place.student, name, None, "ambiguous", tuple(chosen), notes=(*notes, said))
        if chosen:
            copied = f"{_shown(chosen[0], place)} was graded." if group is copies else ""
            return found(chosen[0], (*exact, *copies), passed, copied)
        if broken and fallback is None:
            return found(broken[0], (*exact, *copies))
    if fallback is not None:
        return found(fallback, (*exact, *copies))
    return Found(place.student, name, None, "missing", notes=notes)


def _form_order(path: Path) -> tuple[int, bool, str]:
    """Of twins the script before the notebook, and what lies nearer before what lies deeper."""
    return len(path.parts), path.suffix.lower() != ".py", str(path)


def _shown(path: Path, place: _Place) -> str:
    """A file's name for messages: its path in the student's folder."""
    inside = next((root for root in place.roots if path.is_relative_to(root)), path.parent)
    return _readable_name(path.relative_to(inside).as_posix())


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
        if not os.access(folder, os.R_OK | os.X_OK):
            where = _readable_name(folder.relative_to(root).as_posix())
            where = "The student's folder" if folder == root else where
            notes.append(("", f"{where} could not be opened: we have no right to read it."))
        for entry in _entries(folder):
            left -= 1
            if left < 0:
                notes.append(("", f"The folder holds over {FILES_LIMIT:,} files; the rest was passed over."))
                return
            if entry.is_symlink():
                name = entry.name if entry.name in names else _assignment_of(entry.name, names, exact=True)
                target = _target(Path(entry.path), inside) if name else None
                if name and target is None:
                    where = _readable_name(Path(entry.path).relative_to(root).as_posix())
                    notes.append((name, f"{where} is a link out of the student's folder; it was not followed."))
                elif target and os.path.isfile(target) and not _assignment_of(target.name, names, exact=True):
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
    return any(os.path.exists(os.path.join(entry.path, mark)) for mark in ("pyvenv.cfg", RESULTS_MARK))


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
    digests = set(course.manifest().of(name).stubs)
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
