"""Finding a class's submissions: which file of which student answers which assignment.

In a student's folder, the answer to an assignment is the file named after it, in whatever folder. If the work has
another name, or is in a zip, on another branch or in a folder that is passed over, it is never called missing: a note
names it and says what to do.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Literal

from ..common.errors import InfrastructureError, UserError
from ..common.plural import few
from ..course.course import Course
from .clone import HEAD, Clone, Clones
from .layouts import ILIAS, RECEIPT, HandIn, is_withdrawn
from .names import PASSED_OVER, SUFFIXES, bears, is_passed_over, readable
from .people import People, other_names
from .places import Place
from .source import Source, Unreadable, form_of, read_source
from .stubs import released_digests
from .student_files import NO_CODE, File, StudentFiles, why_not
from .whose import Known, read_class

NAMED = 3  # the most files that a note names
_NOTHING = ("missing", "not_started")
_NUMBERS_FILES = ("canvas", ILIAS)  # layouts whose numbers tell files apart, and not attempts

FoundStatus = Literal["found", "missing", "not_started", "ambiguous", "unreadable"]
Choices = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Found:
    """What was found for one student and one assignment."""

    student: str
    assignment: str
    path: Path | None  # the file to grade, or None; of a file in a zip, the unpacked copy
    status: FoundStatus  # unreadable: there is something, but it cannot be graded as it is
    candidates: tuple[Path, ...] = ()  # all files that have the assignment's name and are not passed over
    weights: Path | None = None  # the safetensors file that belongs to `path`
    other_weights: tuple[str, ...] = ()  # further files that may be weights, and are not used: five at most
    notes: tuple[str, ...] = ()  # what was passed over, and why
    shown: str = ""  # the file's name for people: its path below the folder of submissions
    top: Path | None = None  # the student's folder, or the file itself in a flat download
    archive: Path | None = None  # the zip that holds the file
    when: dt.datetime | None = None  # the time that the download states; without an offset if it states none
    identity: Mapping[str, str] = field(default_factory=dict)  # system, number, login, email, sid, name
    flat: bool = False  # other students' files are in the same folder

    @property
    def handed_in(self) -> Path | None:
        """The student's own file: the one to grade, or the zip that holds it."""
        return self.archive or self.path

    def read(self) -> Source:
        """The submission to grade, with its weights. `path` must not be None. Raises Unreadable."""
        assert self.path is not None
        source = read_source(self.path, self.weights, self.flat)
        return dataclasses.replace(source, unused=self.other_weights)


@dataclass(frozen=True)
class Download:
    """A class's submissions.

    layout: how the folder was read. passed_over: the entries of the folder that belong to no student. clones: the
    students' clones, for further questions to git.
    """

    found: tuple[Found, ...]
    layout: str
    passed_over: tuple[str, ...] = ()
    clones: Clones = field(default_factory=Clones)

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
    known: Known = tuple,
) -> Download:
    """One entry for each student and assignment: students in natural order, assignments in the course's order.

    root: the folder of submissions, or one submission. only: the assignments to look for; empty means all.
    stubs: assignment -> the code digests of further stubs. layout: how to read the folder, instead of guessing from its
    names. choices: (student, assignment) -> the file that a person chose. known: returns the students of earlier results,
    each with an identity; it is called only if the download has numbers for its students.
    Raises UserError if `root` does not exist or holds nothing that looks like a submission.
    """
    names = [n for n in course.assignment_names() if not only or n in only]
    every, clones = frozenset(course.assignment_names()), Clones()
    class_ = read_class(root, course, layout, only, known)
    if root.is_file():
        place, names = _of_one_file(class_.places[0], names)
        class_, root = dataclasses.replace(class_, places=(place,)), root.parent
    searches = [_search(place, course, every, root, clones) for place in class_.places]
    people = People({place.student: other_names(place.identity) for place in class_.places})
    choices = people.by_our_names(choices, "choices.csv")

    def look(asked: Collection[str]) -> tuple[Found, ...]:
        return tuple(entry for search in searches for entry in _of_student(search, names, stubs, choices, asked))

    asked = [name for name in names if any(search.files.named(name) for search in searches)]
    asked = asked or list({entry.assignment for entry in look(()) if entry.status == "found"})
    found = look(asked or names)
    if len(class_.places) == 1:  # all files here belong to one student
        found = tuple(dataclasses.replace(entry, flat=False) for entry in found)
    if not any(entry.candidates or entry.status != "missing" for entry in found):
        raise UserError(
            f"No submission was found in {root}. It should hold one folder for each student, with files named after "
            f"the assignments ({', '.join(f'{n}.py or .ipynb' for n in names[:1])}) anywhere in it: nbgrader's "
            "submitted/, a folder of GitHub clones, or an unpacked download from Canvas, Moodle, Blackboard, "
            f"Brightspace or Gradescope. It was read as: {class_.layout}. To read it as something else, give --layout: "
            "for example --layout flat and --assignment A, if each file is one student's."
            + (f" Passed over: {', '.join(class_.passed_over[:NAMED])}." if class_.passed_over else "")
        )
    return Download(found, class_.layout, class_.passed_over, clones)


def _of_one_file(place: Place, names: list[str]) -> tuple[Place, list[str]]:
    """The place of one submission, its file named after its assignment; and that assignment, or all that a zip may hold.

    names: the assignments to choose from. Raises UserError if the file's name does not say which one it answers.
    """
    (hand_in,) = place.hand_ins
    own = hand_in.own or ""
    suffix = PurePath(own).suffix.lower()
    meant = [name for name in names if bears(own, name)] or names
    if len(meant) != 1 and suffix != ".zip":
        raise UserError(f"{hand_in.path} is not named after an assignment. Say which one it answers: --assignment A")
    if suffix not in NO_CODE:
        hand_in = dataclasses.replace(hand_in, own=f"{meant[0]}.{form_of(hand_in.path)}")
    return dataclasses.replace(place, hand_ins=(hand_in,)), meant


def _search(place: Place, course: Course, names: frozenset[str], root: Path, clones: Clones) -> _Search:
    """The search among a student's files. If reading them raises, a search without files and with a note."""
    try:
        return _Search(place, course, names, root, clones)
    except (UserError, InfrastructureError):
        raise
    except Exception as error:
        note = f"The search through the files failed ({type(error).__name__}). Look at the folder."
        return _Search(dataclasses.replace(place, hand_ins=(), notes=(*place.notes, note)), course, names, root, clones)


def _of_student(
    search: _Search,
    names: Iterable[str],
    stubs: Mapping[str, frozenset[str]],
    choices: Choices,
    asked: Collection[str],
) -> list[Found]:
    """One entry for each assignment. Afterwards nothing that was read is kept: a class may be large."""
    student = search.place.student
    found = [
        _guarded(search, name, stubs.get(name, frozenset()), choices.get((student, name), ""), asked) for name in names
    ]
    search.files.forget()
    return found


def _guarded(search: _Search, name: str, stubs: frozenset[str], chosen: str, asked: Collection[str]) -> Found:
    """What was found. An error about one student's files becomes a note, so that no other student loses a result."""
    try:
        return search.find(name, stubs, chosen, asked)
    except (UserError, InfrastructureError):
        raise
    except Exception as error:
        note = f"The search for {name} failed ({type(error).__name__}). Look at the folder."
        return Found(search.place.student, name, None, "unreadable", notes=(note,))


def find_in_folder(
    folder: Path, student: str, course: Course, stubs: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> list[Found]:
    """One entry for each assignment of the course. The whole folder is taken as one student's, whatever is in it.

    stubs: assignment -> the code digests of further stubs.
    """
    names = course.assignment_names()
    search = _Search(Place(student, (HandIn(folder, student),)), course, frozenset(names), folder, Clones())
    return [search.find(name, stubs.get(name, frozenset()), "", names) for name in names]


# --- which of one student's files? ----------------------------------------------------------------------------------------


class _Search:
    """Looks among one student's files for the answer to an assignment, or for work that may have been meant for it."""

    def __init__(self, place: Place, course: Course, names: frozenset[str], root: Path, clones: Clones) -> None:
        self.place, self.course, self.root, self.clones = place, course, root, clones
        self.files = StudentFiles(place, names)

    def find(self, name: str, stubs: frozenset[str], chosen: str, asked: Collection[str]) -> Found:
        """What was found for an assignment.

        stubs: the code digests of stubs. chosen: the file that a person chose, or "". asked: the assignments that this
        download is about.
        """
        stubs |= released_digests(self.course, name)
        if chosen:
            return self._as_chosen(name, chosen)
        found = self._choose(name, stubs)
        while (found.status in _NOTHING or self.files.newer_zip(name, stubs)) and self.files.open_zips():
            found = self._choose(name, stubs)
        if found.status == "missing" and (broken := self._unreadable(name)):
            return self._found(name, broken[0], "found", broken)
        if found.status in _NOTHING:
            found = self._instead(found, name, stubs, asked)
        # The stubs were readable when they were handed out: what cannot be read now is the student's work.
        if found.status == "not_started" and (broken := self._unreadable(name)):
            return self._found(name, broken[0], "found", broken, found.notes)
        return found

    def _unreadable(self, name: str) -> list[File]:
        """The files named after an assignment that cannot be read: the best name first, then the newest attempt."""
        broken = [file for file in self.files.named(name) if not self.files.code_of(file)]
        copies = self.files.copies[name]
        return sorted(broken, key=lambda file: (file in copies, [-n for n in file.hand_in.attempt], file.key))

    # Which of the candidates?

    def _with_different_answers(self, files: list[File]) -> list[File]:
        """The first file with each answer."""
        if len(files) < 2:
            return files  # the usual case, in which nothing needs to be compared
        first: dict[str, File] = {}
        for file in files:
            first.setdefault(self.files.answer_of(file), file)
        return list(first.values())

    def _choose(self, name: str, stubs: frozenset[str]) -> Found:
        """The file to grade among those named after the assignment.

        Stubs do not count. Files with the same code count as one. If there are several attempts, the newest counts.
        """
        fallback: File | None = None
        exact, copies = (
            sorted(group[name], key=lambda file: file.key) for group in (self.files.exact, self.files.copies)
        )
        like: list[File] = []
        if any(file.hand_in.attempt for file in (*exact, *copies)):
            like = [file for file in self._like(name, stubs) if file.hand_in.layout != "canvas"]
            exact, copies = [*exact, *copies, *like], []
        every = [*exact, *copies]
        for group in (exact, copies):
            changed: dict[str, File] = {}
            broken: list[File] = []
            # The newest attempt first: it is graded if another file has the same code.
            for file in sorted(group, key=lambda file: file.hand_in.attempt, reverse=True):
                digest = self.files.code_of(file)
                if not digest:
                    broken.append(file)
                elif digest not in stubs:
                    changed.setdefault(digest, file)
                elif fallback is None:
                    fallback = file
            chosen, older = _newest(self._with_different_answers(list(changed.values())))
            chosen = [file for file in chosen if file not in like] or chosen
            nearest = min((file.zips for file in chosen), default=0)
            chosen = [file for file in chosen if file.zips == nearest]
            if len(chosen) == 1 and chosen[0].hand_in.attempt:
                older = [file for file in group if file is not chosen[0] and file not in broken]
            notes = [f"{file.shown} cannot be read and was passed over." for file in broken[:1] if chosen]
            if len(chosen) > 1:
                shown = [self._named(file) for file in chosen]
                two = len(chosen) == 2
                said = (
                    f"Two files differ: {' and '.join(shown)}." if two else f"{len(shown)} files differ: {few(shown)}."
                )
                said += f" Keep one of them, or name it in choices.csv: {self._as_choice(name, chosen[0])}"
                return self._found(name, None, "ambiguous", chosen, [said])
            if chosen:
                file = chosen[0]
                of_submitty = file.hand_in.layout == "submitty"
                if older:
                    which = "active one" if of_submitty and file.hand_in.attempt[0] else "newest"
                    notes.append(
                        f"Of {len(older) + 1} attempts the {which} was graded: {self._below(file)}; also there: "
                        f"{few(map(self._below, older))}."
                    )
                elif group is copies:
                    notes.append(f"{file.shown} was graded.")
                if is_withdrawn(file.hand_in):
                    notes.append("Submitty calls no version active, as if the student had withdrawn it.")
                also = self._also_there(file, name, stubs)
                if also:
                    notes.append(f"Also there, under another name, and not graded: {few(each.shown for each in also)}.")
                newer = self._newer_than(file, name)
                if newer is not None and newer not in also:
                    notes.append(self._why_not_newer(newer, name))
                return self._found(name, file, "found", every, notes)
        if fallback is not None:
            return self._found(name, fallback, "not_started", every)
        # If the student's folder is a link, there are no hand-ins; but something is there, so it is not missing.
        return self._found(name, None, "missing" if self.place.hand_ins else "unreadable", ())

    def _also_there(self, file: File, name: str, stubs: frozenset[str]) -> list[File]:
        """Other code with a name like the assignment's, which is not graded because `file` has the name itself.

        Modules that `file` imports are left out.
        """
        others = [f for f in self.files.other if f.may_be_chosen and bears(f.own, name) and f.own.endswith(SUFFIXES)]
        if file.hand_in.attempt and file.hand_in.layout != "canvas":
            others = [other for other in others if other.hand_in.attempt == file.hand_in.attempt]
        like = [*self.files.copies[name], *others] if not file.hand_in.attempt else others
        modules = {file.path.parent / helper.file for helper in file.read().helpers} if like else set()
        known = {self.files.code_of(file), "", *stubs}
        return [f for f in like if f.path not in modules and self.files.code_of(f) not in known]

    def _like(self, name: str, stubs: frozenset[str]) -> list[File]:
        """Code whose name has other words around the assignment's: `lee_a1_permute_final.py`."""
        like = [file for file in self.files.other if file.may_be_chosen and bears(file.own, name)]
        return [file for file in like if self.files.is_code(file, stubs)]

    def _newer_than(self, file: File, name: str) -> File | None:
        """A file of a later attempt that is not code. Canvas numbers files, not attempts: there, only one whose name hints
        at the assignment.
        """
        return next(
            (
                other
                for other in self.files.other
                if other.hand_in.attempt > file.hand_in.attempt
                and other.own != RECEIPT
                and (file.hand_in.layout != "canvas" or name in self.files.meant(other))
            ),
            None,
        )

    def _why_not_newer(self, file: File, name: str) -> str:
        """What to do with a file of a later attempt that was not graded."""
        active = file.hand_in.layout == "submitty" and file.hand_in.attempt[0]
        said = f"{self._below(file)} {'is the active version' if active else 'came later'}, but"
        if not file.may_be_chosen:
            return f"{said} cannot be graded as it is. Look at it."
        return f"{said} has another name. If it is the answer, choose it in choices.csv: {self._as_choice(name, file)}"

    def _as_chosen(self, name: str, chosen: str) -> Found:
        """The file that a person chose in choices.csv, whatever its name."""
        while self.files.open_zips():
            pass
        every = [*self.files.named(name), *self.files.other, *self.files.aside[name]]
        fits = [f for f in every if chosen in (f.shown, self._below(f))]
        chosen = chosen.replace("\\", "/").removeprefix("./")
        fits = fits or [f for f in every if chosen in (f.shown, self._below(f))]
        fits = fits or [f for f in every if f.shown.endswith(f"/{chosen}")]
        if not fits or fits[0].why:
            wrong = f"which {fits[0].why}" if fits else "but there is no such file"
            others = f" There are: {few(file.shown for file in every)}." if every and not fits else ""
            note = f"choices.csv names {chosen}, {wrong}.{others}"
            hinting = [f for f in self.files.other if self._may_be_meant(f, name, missing=True)]
            here = bool(fits or hinting or self.files.named(name) or self.files.aside[name])
            return self._found(name, None, "unreadable" if here else "missing", (), [note])
        note = f"{fits[0].shown} was graded, because choices.csv names it."
        return self._found(name, fits[0], "found", fits[:1], [note])

    # What is there instead?

    def _instead(self, found: Found, name: str, stubs: frozenset[str], asked: Collection[str]) -> Found:
        """The result if no file has the assignment's name: the one file that was evidently meant for it, or a note on
        work under another name, on a branch, or in a folder that is passed over.
        """
        aside = [file for file in self.files.aside[name] if self.files.is_code(file, stubs)]
        branches = list(self._branches(name, stubs, head=found.status == "missing"))
        if found.status in _NOTHING:
            missing = found.status == "missing"
            hinting = [f for f in self.files.other if self._may_be_meant(f, name, missing=missing)]
            alike = [file for file in hinting if file.why or self.files.code_of(file) not in stubs]
            evident = [file for file in alike if bears(file.own, name) and file.may_be_chosen]
            evident, older = _newest(self._with_different_answers(evident))
            none = f"no file is called {name}.py or {name}.ipynb" if missing else _as_released(found)
            if len(evident) == 1 and not aside and not branches and self.files.is_code(evident[0], stubs):
                note = f"{evident[0].shown} was graded: {none}."
                if older:
                    note += f" It is the newest attempt; also there: {few(map(self._below, older))}."
                return self._found(name, evident[0], "found", evident, (*found.notes, note))
            if hinting and not alike and missing and not aside and not branches:
                return self._found(name, hinting[0], "not_started", hinting)
            if not alike and missing and name in asked:
                alike = self._of_no_assignment(name) or self._given_for(name)
            if not alike and not missing and name in asked:
                alike = [f for f in self._of_no_assignment(name) if _is_uploaded(f) and self.files.is_code(f, stubs)]
            if not alike and missing:
                alike = [file for file in self.files.weights if bears(file.own, name)]
            if alike:
                none = f"no {name}.py or {name}.ipynb" if missing else _as_released(found)
                said = self._what_lies_there(name, alike, none)
                meant = alike if hinting or len(asked) == 1 else ()
                found = self._found(name, None, "unreadable", (), (*found.notes, said), meant)
        notes = []
        if aside:
            parts = PurePath(aside[0].shown).parts
            where = next(filter(is_passed_over, parts[:-1]), parts[-2:][0])
            where += ", of a virtual environment" if aside[0].of_environment else ""
            notes.append(
                f"{few(file.shown for file in aside)} {'is' if len(aside) == 1 else 'are'} in a folder that is not searched ({where}). Ask for the file "
                f"outside of it, or name it in choices.csv: {self._as_choice(name, aside[0])}"
            )
        for branch, path in branches[:NAMED]:
            holder = "The last commit" if branch == HEAD else f"Branch {readable(branch)}"
            notes.append(f"{holder} holds changed work: {readable(path)}. It is not checked out and was not graded.")
        if not notes:
            return found
        notes = [*found.notes, *notes]
        if found.status == "not_started" and not branches and all(file.of_environment for file in aside):
            return dataclasses.replace(found, notes=tuple(notes))
        return Found(
            found.student, name, None, "unreadable", found.candidates, notes=tuple(notes), identity=found.identity
        )

    def _may_be_meant(self, file: File, name: str, *, missing: bool) -> bool:
        """May a file of another name be meant for an assignment? missing: there is no file of its name, not even the stub."""
        if missing:
            return name in self.files.meant(file) or _is_in_its_folder(file, name)
        return bears(file.own, name) or (_is_in_its_folder(file, name) and file.own.lower().endswith(SUFFIXES))

    def _what_lies_there(self, name: str, files: list[File], none: str) -> str:
        """What is wrong with files that may have been meant for an assignment, and what to do.

        none: words that say that there is no file of the assignment's name, or only the stub.
        """
        named = sorted((f for f in files if not f.why), key=lambda file: not file.own.lower().endswith(SUFFIXES))
        words = [f"{file.shown} {file.why}." for file in files if file.why][:NAMED]
        if named:
            was = "was" if len(named) == 1 else "were"
            words += [f"{few(file.shown for file in named)} {was} found, but {none}.", why_not(named[0])]
        ask = f"Ask for {name}.py or {name}.ipynb"
        if choice := next((file for file in named if file.may_be_chosen), None):
            return " ".join([*words, f"{ask}, or choose it in choices.csv: {self._as_choice(name, choice)}"])
        return " ".join([*words, f"{ask}."])

    def _as_choice(self, name: str, file: File) -> str:
        """The line of choices.csv that chooses a file."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([self.place.student, name, self._named(file)])
        return line.getvalue()

    def _named(self, file: File) -> str:
        """A file's path for choices.csv. If the student has several folders, it begins at the folder of submissions."""
        several = len({each.path for each in self.place.hand_ins if each.own is None}) > 1
        return self._below(file) if several else file.shown

    def _of_no_assignment(self, name: str) -> list[File]:
        """Files whose names hint at no assignment, so that they may be meant for this one.

        Files in folders of other assignments, and modules that other submissions import, are left out.
        """
        others = self.files.names - {name}
        beside = set()
        for other in others:
            for file in self.files.named(other):
                with contextlib.suppress(Unreadable):
                    beside |= {file.path.parent / helper.file for helper in file.read().helpers}
        free = [
            file
            for file in self.files.other
            if not self.files.meant(file)
            and not any(_is_in_its_folder(file, other) for other in others)
            and file.path not in beside
        ]
        with_files = {each.attempt for each in self.place.hand_ins if each.own != RECEIPT}
        return [f for f in free if f.own != RECEIPT] or [f for f in free if f.hand_in.attempt not in with_files]

    def _given_for(self, name: str) -> list[File]:
        """Uploaded files with names of the course's own files that may be meant for this assignment.

        If the student has no other files, all of them are.
        """
        files = self.files
        alone = not files.other and not any(files.named(each) for each in files.names)
        return [file for file in files.given if alone or name in files.meant(file)]

    def _branches(self, name: str, stubs: frozenset[str], *, head: bool) -> Iterator[tuple[str, str]]:
        """(branch, path) of changed work for an assignment, on branches that are not checked out. The branch is HEAD for
        work in the commit that is checked out, if its file is gone.
        """
        for clone in self._clones:
            seen = set()
            for branch, path, content in clone.elsewhere({f"{name}{suffix}" for suffix in SUFFIXES}, head=head):
                if any(part in PASSED_OVER or part.startswith(".") for part in PurePath(path).parts[:-1]):
                    continue
                digest = _digest(content, PurePath(path).name)
                if digest and digest not in stubs and digest not in seen:
                    seen.add(digest)
                    yield branch, path

    @property
    def _clones(self) -> list[Clone]:
        folders = [each.path for each in self.place.hand_ins if each.own is None]
        every = (self.clones.at(folder) or self.clones.bare(folder) for folder in folders)
        return [clone for clone in every if clone is not None]

    def _found(
        self,
        name: str,
        file: File | None,
        status: FoundStatus,
        candidates: Sequence[File],
        notes: Iterable[str] = (),
        instead: Sequence[File] = (),
    ) -> Found:
        """What was found. The notes of the student's files come before these.

        instead: files of other names that are meant for the assignment.
        """
        paths, identity = tuple(each.path for each in candidates), self.place.identity_for(name)
        if of_it := next(iter(filter(None, (file, *candidates, *instead))), None):
            identity |= of_it.hand_in.identity  # Moodle's numbers differ between assignments
        elif identity.get("system") == "moodle" and name not in self.place.assignment:
            del identity["number"]
        said = tuple(dict.fromkeys((*self.files.said(name), *notes)))
        found = Found(self.place.student, name, None, status, paths, notes=said, identity=identity)
        if file is None:
            return found
        weights, left = self._weights_of(file, name)
        if left:
            said = (*said, f"{few(map(self._below, left))} came with another attempt, and was not used.")
        return dataclasses.replace(
            found,
            path=file.path,
            weights=weights,
            other_weights=self._other_weights(file, name, weights),
            notes=said,
            shown=self._below(file),
            top=file.hand_in.path,
            archive=file.archive,
            when=file.hand_in.when,
            flat=file.flat,
        )

    def _weights_of(self, file: File, name: str) -> tuple[Path | None, list[File]]:
        """The weights that belong to a file, and those of other attempts if its own attempt has none.

        Canvas and ILIAS number files, and not attempts: there the newest weights are the file's.
        """
        mine = [each for each in self.files.weights if each.own.lower().startswith(name.lower())]
        mine = mine or [each for each in self.files.weights if bears(each.own, name)]
        own = [each for each in mine if _come_together(each, file)]
        beside = [each for each in own if each.path.parent == file.path.parent] or own
        if file.hand_in.layout in _NUMBERS_FILES:
            beside.sort(key=_attempt, reverse=True)
        else:  # the right name wins over a browser's copy of it
            beside.sort(key=lambda each: PurePath(each.own).stem.casefold() != name.casefold())
        return (beside[0].path, []) if beside else (None, mine)

    def _other_weights(self, file: File, name: str, used: Path | None) -> tuple[str, ...]:
        """The files that may be trained weights, and came with a file that they are not used for: five at most."""
        every = (each for each in self.files.may_be_weights(name) if _come_together(each, file))
        return tuple(each.shown for each in every if each.path != used)[:5]

    def _below(self, file: File) -> str:
        """The file's path in the folder of submissions. For a file in a zip, the path begins with the zip's."""
        top = file.hand_in.path
        if file.hand_in.own is not None or top == self.root:
            return file.shown
        above = top.relative_to(self.root).as_posix() if top.is_relative_to(self.root) else top.name
        return f"{readable(above)}/{file.shown}"


def _come_together(one: File, other: File) -> bool:
    """Were two files handed in at once, as far as the system says?"""
    return other.hand_in.layout in _NUMBERS_FILES or one.hand_in.attempt == other.hand_in.attempt


def _is_uploaded(file: File) -> bool:
    """Is it a script that was handed in through a system, and not one of many files in a clone?"""
    through = file.hand_in.layout != "folders" or bool(file.hand_in.attempt)
    return through and file.own.lower().endswith(SUFFIXES)


def _is_in_its_folder(file: File, name: str) -> bool:
    """Is a file in a folder of the assignment, or in one that nbgrader's exchange names after it?"""
    top = file.hand_in.path
    return name in (*PurePath(file.shown).parts[:-1], top.parent.name) or f"+{name}+" in top.name


def _as_released(found: Found) -> str:
    """Words that say that the file with the assignment's name is still the stub."""
    return f"{PurePath(found.shown).name} is as it was handed out"


def _newest(files: list[File]) -> tuple[list[File], list[File]]:
    """The files of the newest attempt, and the older ones. If a file has no attempt, all of them, and none.

    Canvas numbers files, not attempts: there, a file replaces only older ones of the same form.
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


def _attempt(file: File) -> tuple[int, ...]:
    """A sorting key, newest last: the attempt, then the number that the system adds to a name that is taken already."""
    again = re.search(r"-(\d+)\.\w+$", file.own)
    return (*file.hand_in.attempt, int(again[1]) if again else 0)


def _digest(content: bytes, name: str) -> str:
    """The code digest of a file's content from git; "" if it is not a submission."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        (Path(folder) / name).write_bytes(content)
        try:
            return read_source(Path(folder) / name).code_digest
        except Unreadable:
            return ""
