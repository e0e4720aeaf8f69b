"""Finds a class's submissions: which file of which student answers which assignment."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from types import MappingProxyType

from ..common.errors import InfrastructureError, UserError
from ..common.plural import few
from ..course.course import Course
from .clone import Clones
from .found import NAMED, NOTHING, Found
from .instead import instead
from .layouts import HandIn
from .names import bears
from .people import People, other_names
from .places import Place
from .search import Search
from .source import form_of
from .stubs import released_digests
from .student_file import NO_CODE
from .student_files import StudentFiles
from .whose import Known, read_class

Choices = Mapping[tuple[str, str], str]


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
            searches = (Search(files, root, clones, name, given[name], asked) for name in names)
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


def _guarded(search: Search, chosen: str) -> Found:
    """What was found. An error about one student's files becomes a note, so that no other student loses a result."""
    try:
        return _find(search, chosen)
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
    return [_find(Search(files, folder, clones, name, given[name], names), "") for name in names]


def _find(search: Search, chosen: str) -> Found:
    """What was found. chosen: the file that a person chose, or ""."""
    if chosen:
        return _as_chosen(search, chosen)
    found = search.choose()
    while (found.status in NOTHING or search.newer_zip()) and search.files.open_zips():
        found = search.choose()
    if found.status == "missing" and (broken := search.unreadable()):
        return search.found(broken[0], "found", broken)
    if found.status in NOTHING:
        found = instead(search, found)
    # The stubs were readable when they were handed out: what cannot be read now is the student's work.
    if found.status == "not_started" and (broken := search.unreadable()):
        return search.found(broken[0], "found", broken, found.notes)
    return found


def _as_chosen(search: Search, chosen: str) -> Found:
    """The file that a person chose in choices.csv, whatever its name."""
    while search.files.open_zips():
        pass
    every = [*search.files.named(search.name), *search.files.other, *search.files.aside[search.name]]
    fits = [f for f in every if chosen in (f.shown, search.below(f))]
    chosen = chosen.replace("\\", "/").removeprefix("./")
    fits = fits or [f for f in every if chosen in (f.shown, search.below(f))]
    fits = fits or [f for f in every if f.shown.endswith(f"/{chosen}")]
    if not fits or fits[0].why:
        wrong = f"which {fits[0].why}" if fits else "but there is no such file"
        others = f" There are: {few(file.shown for file in every)}." if every and not fits else ""
        note = f"choices.csv names {chosen}, {wrong}.{others}"
        hinting = [f for f in search.files.other if search.may_be_meant(f, missing=True)]
        here = bool(fits or hinting or search.files.named(search.name) or search.files.aside[search.name])
        return search.found(None, "unreadable" if here else "missing", (), [note])
    note = f"{fits[0].shown} was graded, because choices.csv names it."
    return search.found(fits[0], "found", fits[:1], [note])
