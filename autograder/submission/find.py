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
    students = [_files_of(place, every) for place in class_.places]
    people = People({place.student: other_names(place.identity) for place in class_.places})
    choices = people.by_our_names(choices, "choices.csv")
    given = {name: released_digests(course, name) | stubs.get(name, frozenset()) for name in names}

    def look(asked: Collection[str]) -> tuple[Found, ...]:
        found = []
        for files in students:
            searches = (_Search(files, root, clones, name, given[name], asked) for name in names)
            found += [_guarded(search, choices.get((files.student, search.name), "")) for search in searches]
            files.forget()  # a class may be large
        return tuple(found)

    asked = [name for name in names if any(files.named(name) for files in students)]
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


def _files_of(place: Place, names: frozenset[str]) -> StudentFiles:
    """A student's files. If reading them raises, none, and a note."""
    try:
        return StudentFiles(place, names)
    except (UserError, InfrastructureError):
        raise
    except Exception as error:
        note = f"The search through the files failed ({type(error).__name__}). Look at the folder."
        return StudentFiles(dataclasses.replace(place, hand_ins=(), notes=(*place.notes, note)), names)


def _guarded(search: _Search, chosen: str) -> Found:
    """What was found. An error about one student's files becomes a note, so that no other student loses a result."""
    try:
        return search.find(chosen)
    except (UserError, InfrastructureError):
        raise
    except Exception as error:
        note = f"The search for {search.name} failed ({type(error).__name__}). Look at the folder."
        return Found(search.files.student, search.name, None, "unreadable", notes=(note,))


def find_in_folder(
    folder: Path, student: str, course: Course, stubs: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> list[Found]:
    """One entry for each assignment of the course. The whole folder is taken as one student's, whatever is in it.

    stubs: assignment -> the code digests of further stubs.
    """
    names = course.assignment_names()
    files, clones = StudentFiles(Place(student, (HandIn(folder, student),)), frozenset(names)), Clones()
    given = {name: released_digests(course, name) | stubs.get(name, frozenset()) for name in names}
    return [_Search(files, folder, clones, name, given[name], names).find() for name in names]


# --- which of one student's files? ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Search:
    """The search among one student's files for the answer to one assignment, or for work that may have been meant for it.

    root: the folder of submissions. stubs: the code digests of the assignment's stubs. asked: the assignments that this
    download is about.
    """

    files: StudentFiles
    root: Path
    clones: Clones
    name: str
    stubs: frozenset[str]
    asked: Collection[str]

    def find(self, chosen: str = "") -> Found:
        """What was found. chosen: the file that a person chose, or ""."""
        if chosen:
            return self._as_chosen(chosen)
        found = self._choose()
        while (found.status in _NOTHING or self._newer_zip()) and self.files.open_zips():
            found = self._choose()
        if found.status == "missing" and (broken := self._unreadable()):
            return self._found(broken[0], "found", broken)
        if found.status in _NOTHING:
            found = self._instead(found)
        # The stubs were readable when they were handed out: what cannot be read now is the student's work.
        if found.status == "not_started" and (broken := self._unreadable()):
            return self._found(broken[0], "found", broken, found.notes)
        return found

    def _unreadable(self) -> list[File]:
        """The files named after an assignment that cannot be read: the best name first, then the newest attempt."""
        broken = [file for file in self.files.named(self.name) if not self.files.code_of(file)]
        copies = self.files.copies[self.name]
        return sorted(broken, key=lambda file: (file in copies, [-n for n in file.hand_in.attempt], file.key))

    def _newer_zip(self) -> bool:
        """Is there an unopened zip that is newer than all work that is named after the assignment?"""
        work = (file for file in self.files.named(self.name) if self.files.code_of(file) not in {"", *self.stubs})
        newest = max((file.hand_in.attempt for file in work), default=())
        return any(zipped.hand_in.attempt > newest for zipped in self.files.unopened)

    def _is_code(self, file: File) -> bool:
        """Can it be read, and is it not a stub? A file that is not called .py or .ipynb must look like code, too."""
        if self.files.code_of(file) in {"", *self.stubs}:
            return False
        return file.own.lower().endswith(SUFFIXES) or file.read().looks_like_code

    # Which of the candidates?

    def _with_different_answers(self, files: list[File]) -> list[File]:
        """The first file with each answer."""
        if len(files) < 2:
            return files  # the usual case, in which nothing needs to be compared
        first: dict[str, File] = {}
        for file in files:
            first.setdefault(self.files.answer_of(file), file)
        return list(first.values())

    def _choose(self) -> Found:
        """The file to grade among those named after the assignment.

        Stubs do not count. Files with the same code count as one. If there are several attempts, the newest counts.
        """
        fallback: File | None = None
        exact, copies = (
            sorted(group[self.name], key=lambda file: file.key) for group in (self.files.exact, self.files.copies)
        )
        like: list[File] = []
        if any(file.hand_in.attempt for file in (*exact, *copies)):
            like = [file for file in self._like() if file.hand_in.layout != "canvas"]
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
                elif digest not in self.stubs:
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
                said += f" Keep one of them, or name it in choices.csv: {self._as_choice(chosen[0])}"
                return self._found(None, "ambiguous", chosen, [said])
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
                also = self._also_there(file)
                if also:
                    notes.append(f"Also there, under another name, and not graded: {few(each.shown for each in also)}.")
                newer = self._newer_than(file)
                if newer is not None and newer not in also:
                    notes.append(self._why_not_newer(newer))
                return self._found(file, "found", every, notes)
        if fallback is not None:
            return self._found(fallback, "not_started", every)
        # If the student's folder is a link, there are no hand-ins; but something is there, so it is not missing.
        return self._found(None, "missing" if self.files.place.hand_ins else "unreadable", ())

    def _also_there(self, file: File) -> list[File]:
        """Other code with a name like the assignment's, which is not graded because `file` has the name itself.

        Modules that `file` imports are left out.
        """
        others = [
            f for f in self.files.other if f.may_be_chosen and bears(f.own, self.name) and f.own.endswith(SUFFIXES)
        ]
        if file.hand_in.attempt and file.hand_in.layout != "canvas":
            others = [other for other in others if other.hand_in.attempt == file.hand_in.attempt]
        like = [*self.files.copies[self.name], *others] if not file.hand_in.attempt else others
        modules = {file.path.parent / helper.file for helper in file.read().helpers} if like else set()
        known = {self.files.code_of(file), "", *self.stubs}
        return [f for f in like if f.path not in modules and self.files.code_of(f) not in known]

    def _like(self) -> list[File]:
        """Code whose name has other words around the assignment's: `lee_a1_permute_final.py`."""
        like = [file for file in self.files.other if file.may_be_chosen and bears(file.own, self.name)]
        return [file for file in like if self._is_code(file)]

    def _newer_than(self, file: File) -> File | None:
        """A file of a later attempt that is not code. Canvas numbers files, not attempts: there, only one whose name hints
        at the assignment.
        """
        return next(
            (
                other
                for other in self.files.other
                if other.hand_in.attempt > file.hand_in.attempt
                and other.own != RECEIPT
                and (file.hand_in.layout != "canvas" or self.name in self.files.meant(other))
            ),
            None,
        )

    def _why_not_newer(self, file: File) -> str:
        """What to do with a file of a later attempt that was not graded."""
        active = file.hand_in.layout == "submitty" and file.hand_in.attempt[0]
        said = f"{self._below(file)} {'is the active version' if active else 'came later'}, but"
        if not file.may_be_chosen:
            return f"{said} cannot be graded as it is. Look at it."
        return f"{said} has another name. If it is the answer, choose it in choices.csv: {self._as_choice(file)}"

    def _as_chosen(self, chosen: str) -> Found:
        """The file that a person chose in choices.csv, whatever its name."""
        while self.files.open_zips():
            pass
        every = [*self.files.named(self.name), *self.files.other, *self.files.aside[self.name]]
        fits = [f for f in every if chosen in (f.shown, self._below(f))]
        chosen = chosen.replace("\\", "/").removeprefix("./")
        fits = fits or [f for f in every if chosen in (f.shown, self._below(f))]
        fits = fits or [f for f in every if f.shown.endswith(f"/{chosen}")]
        if not fits or fits[0].why:
            wrong = f"which {fits[0].why}" if fits else "but there is no such file"
            others = f" There are: {few(file.shown for file in every)}." if every and not fits else ""
            note = f"choices.csv names {chosen}, {wrong}.{others}"
            hinting = [f for f in self.files.other if self._may_be_meant(f, missing=True)]
            here = bool(fits or hinting or self.files.named(self.name) or self.files.aside[self.name])
            return self._found(None, "unreadable" if here else "missing", (), [note])
        note = f"{fits[0].shown} was graded, because choices.csv names it."
        return self._found(fits[0], "found", fits[:1], [note])

    # What is there instead?

    def _instead(self, found: Found) -> Found:
        """The result if no file has the assignment's name: the one file that was evidently meant for it, or a note on
        work under another name, on a branch, or in a folder that is passed over.
        """
        aside = [file for file in self.files.aside[self.name] if self._is_code(file)]
        branches = list(self._branches(head=found.status == "missing"))
        if found.status in _NOTHING:
            missing = found.status == "missing"
            hinting = [f for f in self.files.other if self._may_be_meant(f, missing=missing)]
            alike = [file for file in hinting if file.why or self.files.code_of(file) not in self.stubs]
            evident = [file for file in alike if bears(file.own, self.name) and file.may_be_chosen]
            evident, older = _newest(self._with_different_answers(evident))
            none = f"no file is called {self.name}.py or {self.name}.ipynb" if missing else _as_released(found)
            if len(evident) == 1 and not aside and not branches and self._is_code(evident[0]):
                note = f"{evident[0].shown} was graded: {none}."
                if older:
                    note += f" It is the newest attempt; also there: {few(map(self._below, older))}."
                return self._found(evident[0], "found", evident, (*found.notes, note))
            if hinting and not alike and missing and not aside and not branches:
                return self._found(hinting[0], "not_started", hinting)
            if not alike and missing and self.name in self.asked:
                alike = self._of_no_assignment() or self._given_for()
            if not alike and not missing and self.name in self.asked:
                alike = [f for f in self._of_no_assignment() if _is_uploaded(f) and self._is_code(f)]
            if not alike and missing:
                alike = [file for file in self.files.weights if bears(file.own, self.name)]
            if alike:
                none = f"no {self.name}.py or {self.name}.ipynb" if missing else _as_released(found)
                said = self._what_lies_there(alike, none)
                meant = alike if hinting or len(self.asked) == 1 else ()
                found = self._found(None, "unreadable", (), (*found.notes, said), meant)
        notes = []
        if aside:
            parts = PurePath(aside[0].shown).parts
            where = next(filter(is_passed_over, parts[:-1]), parts[-2:][0])
            where += ", of a virtual environment" if aside[0].of_environment else ""
            notes.append(
                f"{few(file.shown for file in aside)} {'is' if len(aside) == 1 else 'are'} in a folder that is not searched ({where}). Ask for the file "
                f"outside of it, or name it in choices.csv: {self._as_choice(aside[0])}"
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
            found.student, self.name, None, "unreadable", found.candidates, notes=tuple(notes), identity=found.identity
        )

    def _may_be_meant(self, file: File, *, missing: bool) -> bool:
        """May a file of another name be meant for an assignment? missing: there is no file of its name, not even the stub."""
        if missing:
            return self.name in self.files.meant(file) or _is_in_its_folder(file, self.name)
        return bears(file.own, self.name) or (
            _is_in_its_folder(file, self.name) and file.own.lower().endswith(SUFFIXES)
        )

    def _what_lies_there(self, files: list[File], none: str) -> str:
        """What is wrong with files that may have been meant for an assignment, and what to do.

        none: words that say that there is no file of the assignment's name, or only the stub.
        """
        named = sorted((f for f in files if not f.why), key=lambda file: not file.own.lower().endswith(SUFFIXES))
        words = [f"{file.shown} {file.why}." for file in files if file.why][:NAMED]
        if named:
            was = "was" if len(named) == 1 else "were"
            words += [f"{few(file.shown for file in named)} {was} found, but {none}.", why_not(named[0])]
        ask = f"Ask for {self.name}.py or {self.name}.ipynb"
        if choice := next((file for file in named if file.may_be_chosen), None):
            return " ".join([*words, f"{ask}, or choose it in choices.csv: {self._as_choice(choice)}"])
        return " ".join([*words, f"{ask}."])

    def _as_choice(self, file: File) -> str:
        """The line of choices.csv that chooses a file."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([self.files.student, self.name, self._named(file)])
        return line.getvalue()

    def _named(self, file: File) -> str:
        """A file's path for choices.csv. If the student has several folders, it begins at the folder of submissions."""
        several = len({each.path for each in self.files.place.hand_ins if each.own is None}) > 1
        return self._below(file) if several else file.shown

    def _of_no_assignment(self) -> list[File]:
        """Files whose names hint at no assignment, so that they may be meant for this one.

        Files in folders of other assignments, and modules that other submissions import, are left out.
        """
        others = self.files.names - {self.name}
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
        with_files = {each.attempt for each in self.files.place.hand_ins if each.own != RECEIPT}
        return [f for f in free if f.own != RECEIPT] or [f for f in free if f.hand_in.attempt not in with_files]

    def _given_for(self) -> list[File]:
        """Uploaded files with names of the course's own files that may be meant for this assignment.

        If the student has no other files, all of them are.
        """
        files = self.files
        alone = not files.other and not any(files.named(each) for each in files.names)
        return [file for file in files.given if alone or self.name in files.meant(file)]

    def _branches(self, *, head: bool) -> Iterator[tuple[str, str]]:
        """(branch, path) of changed work for an assignment, on branches that are not checked out. The branch is HEAD for
        work in the commit that is checked out, if its file is gone.
        """
        for clone in self._clones:
            seen = set()
            for branch, path, content in clone.elsewhere({f"{self.name}{suffix}" for suffix in SUFFIXES}, head=head):
                if any(part in PASSED_OVER or part.startswith(".") for part in PurePath(path).parts[:-1]):
                    continue
                digest = _digest(content, PurePath(path).name)
                if digest and digest not in self.stubs and digest not in seen:
                    seen.add(digest)
                    yield branch, path

    @property
    def _clones(self) -> list[Clone]:
        folders = [each.path for each in self.files.place.hand_ins if each.own is None]
        every = (self.clones.at(folder) or self.clones.bare(folder) for folder in folders)
        return [clone for clone in every if clone is not None]

    def _found(
        self,
        file: File | None,
        status: FoundStatus,
        candidates: Sequence[File],
        notes: Iterable[str] = (),
        instead: Sequence[File] = (),
    ) -> Found:
        """What was found. The notes of the student's files come before these.

        instead: files of other names that are meant for the assignment.
        """
        paths, identity = tuple(each.path for each in candidates), self.files.place.identity_for(self.name)
        if of_it := next(iter(filter(None, (file, *candidates, *instead))), None):
            identity |= of_it.hand_in.identity  # Moodle's numbers differ between assignments
        elif identity.get("system") == "moodle" and self.name not in self.files.place.assignment:
            del identity["number"]
        said = tuple(dict.fromkeys((*self.files.said(self.name), *notes)))
        found = Found(self.files.student, self.name, None, status, paths, notes=said, identity=identity)
        if file is None:
            return found
        weights, left = self._weights_of(file)
        if left:
            said = (*said, f"{few(map(self._below, left))} came with another attempt, and was not used.")
        return dataclasses.replace(
            found,
            path=file.path,
            weights=weights,
            other_weights=self._other_weights(file, weights),
            notes=said,
            shown=self._below(file),
            top=file.hand_in.path,
            archive=file.archive,
            when=file.hand_in.when,
            flat=file.flat,
        )

    def _weights_of(self, file: File) -> tuple[Path | None, list[File]]:
        """The weights that belong to a file, and those of other attempts if its own attempt has none.

        Canvas and ILIAS number files, and not attempts: there the newest weights are the file's.
        """
        mine = [each for each in self.files.weights if each.own.lower().startswith(self.name.lower())]
        mine = mine or [each for each in self.files.weights if bears(each.own, self.name)]
        own = [each for each in mine if _come_together(each, file)]
        beside = [each for each in own if each.path.parent == file.path.parent] or own
        if file.hand_in.layout in _NUMBERS_FILES:
            beside.sort(key=_attempt, reverse=True)
        else:  # the right name wins over a browser's copy of it
            beside.sort(key=lambda each: PurePath(each.own).stem.casefold() != self.name.casefold())
        return (beside[0].path, []) if beside else (None, mine)

    def _other_weights(self, file: File, used: Path | None) -> tuple[str, ...]:
        """The files that may be trained weights, and came with a file that they are not used for: five at most."""
        every = (each for each in self.files.may_be_weights(self.name) if _come_together(each, file))
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
