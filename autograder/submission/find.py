"""Finding a class's submissions: which file of which student answers which assignment.

In a student's folder an assignment is the file named after it, wherever it lies. What lies there under another name,
in a zip, on another branch or in a folder that is passed over is never called absent: it is named, with what to do.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Literal

from ..common.errors import UserError
from ..common.plural import few
from ..course.course import Course
from .archives import UNPACKED_LIMIT, ZIPS_LIMIT, Refused, open_zip
from .clone import Clone, clone_at
from .layouts import RECEIPT, HandIn
from .people import People, other_names
from .places import (
    ARCHIVES,
    PASSED_OVER,
    RESULTS_MARKER,
    SUFFIXES,
    Place,
    assignment_of,
    entries,
    is_folder,
    is_of_an_environment,
    passed_over,
    placeholder_of,
    read_class,
    readable,
)
from .source import Source, Unreadable, form_of, read_source
from .stubs import released_digests

FILES_LIMIT = 200_000  # entries looked at in one student's folder
NAMESAKES_LIMIT = 50  # files of one student that are read as being named after one assignment
NAMED = 3  # files that a note names

FoundStatus = Literal["found", "missing", "not_started", "ambiguous", "unreadable"]
Choices = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Found:
    """What was found of one student for one assignment."""

    student: str
    assignment: str
    path: Path | None  # the file to grade, when there is one
    status: FoundStatus  # unreadable: something lies there, and it cannot be graded as it is
    candidates: tuple[Path, ...] = ()  # all that carry the assignment's name and are not passed over
    weights: Path | None = None  # the safetensors file that belongs to `path`
    notes: tuple[str, ...] = ()  # what was passed over, and why
    shown: str = ""  # the file's name for people: its path below the folder of submissions
    top: Path | None = None  # the student's folder, or the file itself in a flat download
    when: dt.datetime | None = None  # as the download says it; without an offset where it has none
    identity: Mapping[str, str] = field(default_factory=dict)  # system, number, login, email, sid, name
    flat: bool = False  # other students' files lie beside it

    def read(self) -> Source:
        """What is to be graded, with its weights. Raises Unreadable."""
        assert self.path is not None
        return read_source(self.path, self.weights, self.flat)


@dataclass(frozen=True)
class Download:
    """A class's submissions. layout: how the folder was read. passed_over: what in it is nobody's."""

    found: tuple[Found, ...]
    layout: str
    passed_over: tuple[str, ...] = ()

    @property
    def students(self) -> list[str]:
        """The students, in the order in which they were found."""
        return list(dict.fromkeys(entry.student for entry in self.found))


def find_class(
    root: Path,
    course: Course,
    only: Collection[str] = (),
    stubs: Mapping[str, frozenset[str]] = MappingProxyType({}),
    *,
    layout: str | None = None,
    choices: Choices = MappingProxyType({}),
) -> Download:
    """One entry for each student and assignment, students in natural order, assignments in the course's.

    only: restricts the assignments. stubs: the code digests of further stubs of an assignment. layout: how to read the
    folder, where its names would be taken for another. choices: (student, assignment) -> the file that a person chose.
    Raises UserError when `root` is no folder or holds nothing that looks like a submission.
    """
    names = [n for n in course.assignment_names() if not only or n in only]
    class_ = read_class(root, course, layout)
    if root.is_file():
        place, names = _of_one_file(class_.places[0], names)
        class_, root = dataclasses.replace(class_, places=(place,)), root.parent
    searches = [_search(place, course, root) for place in class_.places]
    asked = [name for name in names if any(search.named(name) for search in searches)] or names
    people = People({place.student: other_names(place.identity) for place in class_.places})
    choices = {(people.find(student) or student, name): file for (student, name), file in choices.items()}
    found = tuple(
        _guarded(search, name, stubs.get(name, frozenset()), choices.get((search.place.student, name), ""), asked)
        for search in searches
        for name in names
    )
    if len(class_.places) == 1:  # all that lies here is one student's
        found = tuple(dataclasses.replace(entry, flat=False) for entry in found)
    if not any(entry.candidates or entry.status != "missing" for entry in found):
        raise UserError(
            f"No submission was found in {root}. It should hold one folder for each student, with files named after "
            f"the assignments ({', '.join(f'{n}.py or .ipynb' for n in names[:1])}) anywhere in it: nbgrader's "
            "submitted/, a folder of GitHub clones, or an unpacked download from Canvas, Moodle, Blackboard, "
            f"Brightspace or Gradescope. It was read as: {class_.layout}; --layout overrules that."
            + (f" Passed over: {', '.join(class_.passed_over[:NAMED])}." if class_.passed_over else "")
        )
    return Download(found, class_.layout, class_.passed_over)


def _of_one_file(place: Place, names: list[str]) -> tuple[Place, list[str]]:
    """One submission, under its assignment's name, and that assignment; of a zip all that may be in it.

    Raises UserError where neither the file's name nor a person says which it is.
    """
    (hand_in,) = place.hand_ins
    own = hand_in.own or ""
    suffix = PurePath(own).suffix.lower()
    meant = [name for name in names if _bears(own, name)] or names
    if len(meant) != 1 and suffix != ".zip":
        raise UserError(f"{hand_in.path} is named after no assignment. Say which it is: --assignment A")
    if suffix not in _NO_CODE:
        hand_in = dataclasses.replace(hand_in, own=f"{meant[0]}.{form_of(hand_in.path)}")
    return dataclasses.replace(place, hand_ins=(hand_in,)), meant


def _search(place: Place, course: Course, root: Path) -> _Search:
    """The student's files; of a student with whom that breaks off, no files and a note."""
    try:
        return _Search(place, course, root)
    except Exception as error:
        note = f"Looking through the files broke off ({type(error).__name__}): have a look at the folder."
        return _Search(dataclasses.replace(place, hand_ins=(), notes=(*place.notes, note)), course, root)


def _guarded(search: _Search, name: str, stubs: frozenset[str], chosen: str, asked: Collection[str]) -> Found:
    """What was found; whatever breaks while one student's files are looked at costs nobody else a result."""
    try:
        return search.find(name, stubs, chosen, asked)
    except Exception as error:
        note = f"Looking for {name} broke off ({type(error).__name__}): have a look at the folder."
        return Found(search.place.student, name, None, "unreadable", notes=(note,))


def find_in_folder(folder: Path, student: str, course: Course) -> list[Found]:
    """One entry for each assignment of the course, from one student's folder, whatever it looks like."""
    search = _Search(Place(student, (HandIn(folder, student),)), course, folder)
    names = course.assignment_names()
    return [search.find(name, frozenset(), "", names) for name in names]


# --- what is one student's? ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _File:
    """A file of a student's. own: its name, without what an LMS put before it. shown: its path, for people.

    why: what is wrong with it where it cannot be graded at all, as it follows its name. of_environment: it lies among
    what Python put into a virtual environment.
    """

    path: Path
    own: str
    shown: str
    hand_in: HandIn
    why: str = ""
    of_environment: bool = False

    @property
    def flat(self) -> bool:
        """Do other students' files lie beside it?"""
        return self.path == self.hand_in.path and self.hand_in.layout != "folders"

    def read(self) -> Source:
        """The file's code and the modules that belong to it. Raises Unreadable."""
        return read_source(self.path, flat=self.flat)

    @property
    def key(self) -> tuple[int, int, bool, str]:
        """Of twins the script before the notebook, and what lies nearer before what lies deeper, or in a zip."""
        return self.zips, len(self.path.parts), self.path.suffix.lower() != ".py", str(self.path)

    @property
    def zips(self) -> int:
        """In how many zips, one in the other, it lies."""
        return self.shown.lower().count(".zip/")

    @property
    def may_be_chosen(self) -> bool:
        """Could a person say that this be graded?"""
        return not self.why and self.own != RECEIPT and PurePath(self.own).suffix.lower() not in _NO_CODE


class _Search:
    """One student's files, walked once and sorted by what they may be."""

    def __init__(self, place: Place, course: Course, root: Path) -> None:
        self.place, self.course, self.root = place, course, root
        self._names = frozenset(course.assignment_names())
        self._notes = [("", note) for note in place.notes]  # (the assignment it concerns, or "" for all; the note)
        self._notes += [("", note) for each in place.hand_ins for note in each.notes]
        self._exact: defaultdict[str, list[_File]] = defaultdict(list)
        self._copies: defaultdict[str, list[_File]] = defaultdict(list)
        self._weights: list[_File] = []
        self._zips: list[_File] = []
        self._other: list[_File] = []  # what may be work, under another name
        self._aside: defaultdict[str, list[_File]] = defaultdict(list)  # what lies in folders that are passed over
        self._opened = 0  # of the zips
        self._unpacked = 0  # bytes of what was in them
        self._digests: dict[Path, str] = {}
        for hand_in in place.hand_ins:
            if hand_in.own is not None:
                self._sort(_File(hand_in.path, hand_in.own, readable(hand_in.path.name), hand_in))
            else:
                for file in self._walk(hand_in, hand_in.path, ""):
                    self._sort(file)

    def named(self, name: str) -> bool:
        """Is any file of the student named after the assignment?"""
        return bool(self._exact[name] or self._copies[name])

    def find(self, name: str, stubs: frozenset[str], chosen: str, asked: Collection[str]) -> Found:
        """Which file is the submission? asked: the assignments that this download is about."""
        stubs |= released_digests(self.course, name)
        if chosen:
            return self._as_chosen(name, chosen)
        found = self._choose(name, stubs)
        while self._may_lie_in_a_zip(name, found) and self._open_zips():
            found = self._choose(name, stubs)
        if found.status in ("missing", "not_started"):
            found = self._instead(found, name, stubs, asked)
        return found

    def _may_lie_in_a_zip(self, name: str, found: Found) -> bool:
        """Is nothing there outside zips, or is a zip newer?"""
        if found.status in ("missing", "not_started"):
            return True
        newest = max((file.hand_in.attempt for file in (*self._exact[name], *self._copies[name])), default=())
        return any(zipped.hand_in.attempt > newest for zipped in self._zips[self._opened :])

    # Which of the candidates?

    def _choose(self, name: str, stubs: frozenset[str]) -> Found:
        """Stubs do not count, identical twins count as one, and of several attempts the newest counts."""
        fallback: _File | None = None
        exact, copies = (sorted(group[name], key=lambda file: file.key) for group in (self._exact, self._copies))
        if any(file.hand_in.attempt for file in (*exact, *copies)):
            exact, copies = [*exact, *copies], []
        every = [*exact, *copies]
        for group in (exact, copies):
            changed: dict[str, _File] = {}
            broken: list[_File] = []
            # The newest attempt first, so that of twins it is the one that is graded.
            for file in sorted(group, key=lambda file: file.hand_in.attempt, reverse=True):
                digest = self._code_of(file)
                if not digest:
                    broken.append(file)
                elif digest not in stubs:
                    changed.setdefault(digest, file)
                elif fallback is None:
                    fallback = file
            chosen, older = _newest(list(changed.values()))
            nearest = min((file.zips for file in chosen), default=0)
            chosen = [file for file in chosen if file.zips == nearest]
            if len(chosen) == 1 and chosen[0].hand_in.attempt:
                older = [file for file in group if file is not chosen[0] and file not in broken]
            notes = [f"{file.shown} cannot be read and was passed over." for file in broken[:1] if chosen]
            if len(chosen) > 1:
                shown = [file.shown for file in chosen]
                two = len(chosen) == 2
                said = (
                    f"Two files differ: {' and '.join(shown)}." if two else f"{len(shown)} files differ: {few(shown)}."
                )
                said += f" Keep one of them, or name it in choices.csv: {self._as_choice(name, chosen[0])}"
                return self._found(name, None, "ambiguous", chosen, (*self._said(name), said))
            if chosen:
                file = chosen[0]
                if older:
                    notes.append(
                        f"Of {len(older) + 1} attempts the newest was graded: {self._below(file)}; also there: "
                        f"{few(map(self._below, older))}."
                    )
                elif group is copies:
                    notes.append(f"{file.shown} was graded.")
                if newer := self._newer_than(file, name):
                    notes.append(f"{self._below(newer)} came later, and cannot be graded as it is: have a look.")
                return self._found(name, file, "found", every, (*self._said(name), *notes))
            if broken and fallback is None:
                return self._found(name, broken[0], "found", every, self._said(name))
        if fallback is not None:
            return self._found(name, fallback, "not_started", every, self._said(name))
        # A student's folder that is a link has no hand-ins: something is there all the same.
        return self._found(name, None, "missing" if self.place.hand_ins else "unreadable", (), self._said(name))

    def _newer_than(self, file: _File, name: str) -> _File | None:
        """What came in a later attempt and is no file of code; Canvas numbers files, so there only what bears the name."""
        return next(
            (
                other
                for other in self._other
                if other.hand_in.attempt > file.hand_in.attempt
                and other.own != RECEIPT
                and (file.hand_in.layout != "canvas" or _resembles(other.own, name, self._names))
            ),
            None,
        )

    def _as_chosen(self, name: str, chosen: str) -> Found:
        """The file that a person chose, whatever it is called."""
        while self._open_zips():
            pass
        every = [*self._exact[name], *self._copies[name], *self._other, *self._aside[name]]
        fits = [file for file in every if file.shown == chosen] or [f for f in every if f.shown.endswith(f"/{chosen}")]
        if not fits or fits[0].why:
            wrong = f"which {fits[0].why}" if fits else "and no such file lies here"
            here = f" There are: {few(file.shown for file in every)}." if every and not fits else ""
            note = f"choices.csv names {chosen}, {wrong}.{here}"
            status: FoundStatus = "unreadable" if every else "missing"
            return self._found(name, None, status, (), (*self._said(name), note))
        note = f"{fits[0].shown} was graded: choices.csv says so."
        return self._found(name, fits[0], "found", fits[:1], (*self._said(name), note))

    # What lies there instead?

    def _instead(self, found: Found, name: str, stubs: frozenset[str], asked: Collection[str]) -> Found:
        """What is there in place of a submission: work on a branch, set aside, or under another name."""
        aside = [file for file in self._aside[name] if self._is_code(file, stubs)]
        branches = list(self._branches(name, stubs))
        if found.status == "missing":
            alike = [file for file in self._other if _resembles(file.own, name, self._names)]
            evident = [file for file in alike if _bears(file.own, name) and file.may_be_chosen]
            if len(evident) == 1 and not aside and not branches and self._is_code(evident[0], stubs):
                note = f"{evident[0].shown} was graded: no file is called {name}.py or {name}.ipynb."
                return self._found(name, evident[0], "found", evident, (*found.notes, note))
            if not alike and name in asked:
                alike = self._of_no_assignment(name)
            if alike:
                said = self._what_lies_there(name, alike)
                found = self._found(name, None, "unreadable", (), (*found.notes, said))
        notes = []
        if aside:
            where = PurePath(aside[0].shown).parts[-2] if "/" in aside[0].shown else aside[0].shown
            where += ", of a virtual environment" if aside[0].of_environment else ""
            notes.append(
                f"{few(file.shown for file in aside)} lies in a folder that is passed over ({where}). Ask for it outside, or name it in "
                f"choices.csv: {self._as_choice(name, aside[0])}"
            )
        for branch, path in branches[:NAMED]:
            notes.append(
                f"Branch {readable(branch)} holds changed work: {readable(path)}. It is not checked out and was not graded."
            )
        if not notes:
            return found
        notes = [*found.notes, *notes]
        if found.status == "not_started" and not branches and all(file.of_environment for file in aside):
            return dataclasses.replace(found, notes=tuple(notes))
        return Found(
            found.student, name, None, "unreadable", found.candidates, notes=tuple(notes), identity=found.identity
        )

    def _what_lies_there(self, name: str, files: list[_File]) -> str:
        """What is wrong with the files that lie in place of a submission, and what to do."""
        named = [file for file in files if not file.why]
        words = [f"{file.shown} {file.why}." for file in files if file.why][:NAMED]
        if named:
            lie = "lies" if len(named) == 1 else "lie"
            words += [
                f"{few(file.shown for file in named)} {lie} there, and no {name}.py or {name}.ipynb.",
                _why_not(named[0]),
            ]
        ask = f"Ask for {name}.py or {name}.ipynb"
        if choice := next((file for file in named if file.may_be_chosen), None):
            ask += f", or choose it in choices.csv: {self._as_choice(name, choice)}"
        return " ".join([*words, f"{ask}."])

    def _as_choice(self, name: str, file: _File) -> str:
        """The line of choices.csv that chooses a file."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([self.place.student, name, file.shown])
        return line.getvalue()

    def _of_no_assignment(self, name: str) -> list[_File]:
        """What may be meant for an assignment although its name says nothing: no module or folder of another's."""
        others = self._names - {name}
        beside = set()
        for other in others:
            for file in (*self._exact[other], *self._copies[other]):
                with contextlib.suppress(Unreadable):
                    beside |= {file.path.parent / helper.file for helper in file.read().helpers}
        free = [
            file
            for file in self._other
            if not any(_resembles(file.own, each, self._names) for each in self._names)
            and not others.intersection(PurePath(file.shown).parts)
            and file.path not in beside
        ]
        return [file for file in free if file.own != RECEIPT] or free

    def _is_code(self, file: _File, stubs: frozenset[str]) -> bool:
        return self._code_of(file) not in {"", *stubs}

    def _code_of(self, file: _File) -> str:
        """The digest of a file's code, read once; "" where it cannot be read."""
        if file.path not in self._digests:
            try:
                self._digests[file.path] = file.read().code_digest
            except Unreadable:
                self._digests[file.path] = ""
        return self._digests[file.path]

    def _branches(self, name: str, stubs: frozenset[str]) -> Iterator[tuple[str, str]]:
        """(branch, path) of changed work for an assignment on branches that are not checked out."""
        for clone in self._clones:
            seen = set()
            for branch, path, content in clone.elsewhere(frozenset(f"{name}{suffix}" for suffix in SUFFIXES)):
                if any(part in PASSED_OVER or part.startswith(".") for part in PurePath(path).parts[:-1]):
                    continue
                digest = _digest(content, PurePath(path).name)
                if digest and digest not in stubs and digest not in seen:
                    seen.add(digest)
                    yield branch, path

    @property
    def _clones(self) -> list[Clone]:
        folders = [each.path for each in self.place.hand_ins if each.own is None]
        return [clone for folder in folders if (clone := clone_at(folder)) is not None]

    # Files

    def _sort(self, file: _File) -> None:
        own = file.own
        if kept := placeholder_of(own):
            why = f"stands for {kept}, which iCloud has not downloaded: the file itself is not here"
            file = dataclasses.replace(file, own=kept, why=why)
            self._other += [file] if _may_be_work(file, self._names) else []
        elif own.lower().endswith(".safetensors"):
            self._weights.append(file)
        elif name := assignment_of(own, self._names, exact=True):
            self._keep(self._exact[name], name, file)
        elif name := assignment_of(own, self._names):
            self._keep(self._copies[name], name, file)
        elif own.lower().endswith(".zip"):
            self._zips.append(file)
        elif _may_be_work(file, self._names):
            self._other.append(file)

    def _keep(self, group: list[_File], name: str, file: _File) -> None:
        """Of files named after an assignment so many are read as anybody has."""
        note = name, f"Over {NAMESAKES_LIMIT} files are named after {name}: all after these were passed over."
        if len(group) < NAMESAKES_LIMIT:
            group.append(file)
        elif note not in self._notes:
            self._notes.append(note)

    def _open_zips(self) -> bool:
        """Open the zips that are known, and so get to know those that lie in them. False when there was none."""
        closed = self._zips[self._opened :]
        for file in closed:
            self._opened += 1
            try:
                folder = self._open(file)
            except Refused as error:
                self._other.append(dataclasses.replace(file, why=str(error)))
                continue
            inside = list(self._walk(file.hand_in, folder, f"{file.shown}/"))
            self._unpacked += sum(each.path.stat().st_size for each in inside)
            for each in inside:
                self._sort(each)
            if not inside:
                self._other.append(dataclasses.replace(file, why="has no script or notebook in it"))
        return bool(closed)

    def _open(self, file: _File) -> Path:
        """The folder with what is in a zip. Raises Refused, also for one too many."""
        if self._opened > ZIPS_LIMIT:
            raise Refused(f"was not opened, as {ZIPS_LIMIT} zips were opened before it")
        if self._unpacked > UNPACKED_LIMIT:
            raise Refused(f"was not opened, as the zips before it hold over {UNPACKED_LIMIT >> 20} MB")
        return open_zip(file.path)

    def _walk(self, hand_in: HandIn, root: Path, above: str) -> Iterator[_File]:
        """All files below a student's folder that may matter; links are followed only to files inside it."""
        try:
            inside = root.resolve()
        except OSError:
            return
        # (folder, does it lie in one that is passed over, or among an environment's?, which attempt it is)
        pending = [(root, False, False, hand_in)]
        left = FILES_LIMIT
        while pending:
            folder, aside, of_environment, hand_in = pending.pop()
            if version := _VERSION.fullmatch(folder.name):
                hand_in = dataclasses.replace(hand_in, attempt=(int(version[1]),))
            if not os.access(folder, os.R_OK | os.X_OK):
                where = readable(folder.relative_to(root).as_posix())
                where = "The student's folder" if folder == root else where
                self._notes.append(("", f"{where} could not be opened: we have no right to read it."))
            for entry in entries(folder):
                left -= 1
                if left < 0:
                    self._notes.append(("", f"The folder holds over {FILES_LIMIT:,} files; the rest was passed over."))
                    return
                path = Path(entry.path)
                shown = above + readable(path.relative_to(root).as_posix())
                if entry.is_symlink():
                    target = self._linked(_File(path, entry.name, shown, hand_in), inside)
                    if target is not None and not aside:
                        yield _File(target, entry.name, shown, hand_in)
                elif is_folder(entry):
                    if assignment_of(entry.name, self._names, exact=True):
                        self._other.append(_File(path, entry.name, shown, hand_in, "is a folder, and no file"))
                    hidden = entry.name.startswith(".") and entry.name != _CHECKPOINTS
                    if not hidden and entry.name not in _NEVER:
                        python = of_environment or is_of_an_environment(folder, entry)
                        ours = aside or python or passed_over(entry) or os.path.exists(path / RESULTS_MARKER)
                        pending.append((path, ours, python, hand_in))
                elif aside:
                    own = entry.name.replace("-checkpoint.", ".")
                    if name := assignment_of(own, self._names):
                        file = _File(path, own, shown, hand_in, of_environment=of_environment)
                        self._keep(self._aside[name], name, file)
                elif not entry.name.startswith(".") or placeholder_of(entry.name):
                    yield _File(path, entry.name, shown, hand_in)

    def _linked(self, link: _File, inside: Path) -> Path | None:
        """The file that a link under an assignment's name leads to, when it lies in the student's folder."""
        try:
            target = link.path.resolve(strict=True)
        except (OSError, RuntimeError):
            target = None
        if target is None or not target.is_relative_to(inside):
            if link.own in self._names or PurePath(link.own).suffix.lower() in SUFFIXES:
                self._other.append(
                    dataclasses.replace(link, why="is a link out of the student's folder, or to nothing")
                )
            return None
        # Under a name of its own it is found as itself.
        own = assignment_of(link.own, self._names, exact=True)
        named = assignment_of(target.name, self._names, exact=True)
        return target if own and os.path.isfile(target) and not named else None

    def _said(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note for concerned, note in self._notes if concerned in ("", name)))

    def _found(
        self,
        name: str,
        file: _File | None,
        status: FoundStatus,
        candidates: Iterable[_File],
        notes: Iterable[str],
    ) -> Found:
        paths = tuple(each.path for each in candidates)
        identity = self.place.identity_for(name)
        said = tuple(notes)
        if file is None:
            return Found(self.place.student, name, None, status, paths, notes=said, identity=identity)
        mine = [each.path for each in self._weights if each.own.lower().startswith(name.lower())]
        beside = [path for path in mine if path.parent == file.path.parent] or mine
        return Found(
            self.place.student,
            name,
            file.path,
            status,
            paths,
            beside[0] if beside else None,
            said,
            self._below(file),
            file.hand_in.path,
            file.hand_in.when,
            identity,
            file.flat,
        )

    def _below(self, file: _File) -> str:
        """The file's path below the folder of submissions, in a zip below the zip's."""
        top = file.hand_in.path
        if file.hand_in.own is not None or top == self.root:
            return file.shown
        above = top.relative_to(self.root).as_posix() if top.is_relative_to(self.root) else top.name
        return f"{readable(above)}/{file.shown}"


# --- names ---------------------------------------------------------------------------------------------------------

# Not even what is set aside in these is anybody's work.
_NEVER = frozenset("site-packages dist-packages node_modules __pycache__ __MACOSX autograder solutions".split())
_CHECKPOINTS = ".ipynb_checkpoints"
_VERSION = re.compile(r"Version (\d{1,9})")  # Teams' folder of an attempt
_DOCUMENTS = frozenset(
    ".docx .doc .odt .pdf .rtf .pages .md .tex .html .htm .png .jpg .jpeg .heic .gdoc .gslides".split()
)
_HALVES = frozenset(".crdownload .part .partial".split())  # what browsers call a download that goes on
_NO_CODE = _DOCUMENTS | ARCHIVES | _HALVES
# What a student's repository holds beside answers, and what systems and computers add.
_OURS = re.compile(
    r"test_.*|conftest\.py|setup\.py|nbgrader_config\.py|readme.*|license.*|changelog.*|contributing.*|security.*|"
    r"requirements.*|constraints.*|makefile|timestamp\.txt|manifest\.json|diagnoses\.json|index\.html|"
    r"pictures\.py|network_facts\.py|"
    r".*\.(?:toml|cfg|ini|ya?ml|lock|db|lnk|url|pyc)",
    re.I,
)
_REPOSITORY_FOLDERS = frozenset({"data", "docs", "tests", "assignments", "notebooks"})


def _may_be_work(file: _File, names: Collection[str]) -> bool:
    """Could a file be somebody's answer under another name? What a repository holds beside answers is not."""
    if _OURS.fullmatch(file.own) or (file.own == "__init__.py" and not file.path.stat().st_size):
        return False
    folders = PurePath(file.shown).parts[:-1]
    named = file.hand_in.own is not None or any(_bears(file.own, name) for name in names)
    return named or not folders or folders[0] not in _REPOSITORY_FOLDERS


@lru_cache
def _bearing(name: str) -> re.Pattern[str]:
    words = r"[\W_]*".join(map(re.escape, name.casefold().split("_")))
    return re.compile(rf"(?<![a-z0-9]){words}(?![a-z0-9])")


def _bears(own: str, name: str) -> bool:
    """`a1_permute_final.py`, `a1_permute.py.txt`, `Kopie von a1-permute.ipynb`, `lee_a1_permute.py`"""
    return _bearing(name).search(own.casefold()) is not None


def _resembles(own: str, name: str, names: Collection[str]) -> bool:
    """Could a name be meant for an assignment? By its name, what stands before or behind its first underscore, or its
    number: `permute.py`, `A1 final.py`, `homework1.py`.
    """
    if _bears(own, name):
        return True
    if any(_bears(own, other) for other in names):
        return False
    stem = own.casefold().partition(".")[0]
    head, _, topic = name.casefold().partition("_")
    plain = re.sub(r"[^a-z0-9]", "", stem)
    if topic and topic.replace("_", "") in plain:
        return True
    if re.search(rf"(?<![a-z0-9]){re.escape(head)}(?![0-9])", stem):
        return True
    number = re.search(r"\d+$", head)
    words = re.search(
        r"(?:assignment|homework|exercise|sheet|hw|ex|task|part|aufgabe|blatt|uebung|übung|tp|td)[ _-]*0*(\d+)", stem
    )
    return bool(number and words and int(words[1]) == int(number[0]))


def _why_not(file: _File) -> str:
    suffix = PurePath(file.own).suffix.lower()
    if file.own == RECEIPT:
        return "That is the receipt of an attempt without a file; what was typed in, if anything, stands in it."
    if suffix in (".html", ".htm"):
        return "That is a page: text typed into the system, or a notebook's export, and no file of code."
    if suffix in _DOCUMENTS:
        return f"A {suffix} file is a document, and no file of code."
    if suffix in _HALVES:
        return f"A {suffix} file is a download that did not come to its end."
    if suffix in ARCHIVES:
        return f"A {suffix} file is not opened here."
    return "Whether it is meant for this, a person has to say."


def _newest(files: list[_File]) -> tuple[list[_File], list[_File]]:
    """Of files with attempts the newest, and the older ones; what has none, or lies in one attempt, stays together.

    Canvas numbers files, not attempts: only a file of the same form replaces an older one.
    """
    if not all(file.hand_in.attempt for file in files) or len(files) < 2:
        return files, []
    if files[0].hand_in.layout == "canvas":
        forms = {file.path.suffix.lower() for file in files}
        newest = [max((f for f in files if f.path.suffix.lower() == form), key=_attempt) for form in sorted(forms)]
    else:
        last = max(file.hand_in.attempt for file in files)
        newest = [file for file in files if file.hand_in.attempt == last]
    return newest, [file for file in files if file not in newest]


def _attempt(file: _File) -> tuple[int, ...]:
    """Which is newer? First the system's number, then the number that it put behind a name that was there already."""
    again = re.search(r"-(\d+)\.\w+$", file.own)
    return (*file.hand_in.attempt, int(again[1]) if again else 0)


def _digest(content: bytes, name: str) -> str:
    """The code digest of a file that lies in git alone; "" when it is no submission."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        (Path(folder) / name).write_bytes(content)
        try:
            return read_source(Path(folder) / name).code_digest
        except Unreadable:
            return ""
