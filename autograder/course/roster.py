"""The class list, and the quiz of each student on it: values of their own, such as shapes, fixed by name and term.

``solutions/<assignment>/quiz.py`` says how a quiz is drawn, what its answers are, and which lines of the stub and the
public checks contain it. An assignment without that file is the same for everybody.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ..common.errors import UserError
from ..common.run_file import run_file
from ..common.tables import SHORTENED, read_rows
from .assignment import Assignment
from .course import Course

_COLUMNS = (
    "student", "student_id", "id", "username", "user", "login", "identifier", "github_username", "email", "email_address"
)  # fmt: skip
_MORE = ("name", "full_name", "user_id", "sid", "sis_user_id", "sis_login_id", "orgdefinedid")  # with further names
_T = TypeVar("_T")


# --- the class list ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Roster:
    """The students of a class. terms: student -> term ("" if the list names none). others: student -> further names in
    the same line: login, name, address and the like.
    """

    terms: dict[str, str] = field(default_factory=dict)
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def _by_key(self) -> dict[str, tuple[str, str]]:
        named = [(_key(name), student) for student, names in self.others.items() for name in names]
        count = Counter(key for key, _ in dict.fromkeys(named))
        further = {key: (student, self.terms[student]) for key, student in named if count[key] == 1}
        return further | {_key(student): (student, term) for student, term in self.terms.items()}

    def find(self, student: str) -> tuple[str, str] | None:
        """The name as the list has it, and the term; None if the student is not on the list. Case does not matter.

        A further name counts if nobody else in the list has it.
        """
        return self._by_key.get(_key(student))


def read_roster(path: Path) -> Roster:
    """Read a class list: CSV with a header, a column ``student`` (or ``id``, ``username``, ...) and maybe ``term``.

    Students are named as their folders are, or by their logins.
    Raises UserError, which names the wrong line, if the list cannot be used.
    """
    if not path.is_file():
        why = "it is not a file" if path.exists() else "there is no such file"
        raise UserError(f"The roster {path} cannot be read: {why}.")
    rows = read_rows(path)
    header = [title.casefold().replace(" ", "_") for title in rows[0][1]] if rows else []
    column = next((header.index(name) for name in _COLUMNS if name in header), None)
    if column is None:
        here = f" It names {', '.join(map(repr, rows[0][1]))}." if rows else ""
        raise UserError(f"The roster {path} needs a first line that names its columns, one of them `student`.{here}")
    further = [at for at, title in enumerate(header) if title in (*_COLUMNS, *_MORE) and at != column]
    of_term = header.index("term") if "term" in header else None
    terms: dict[str, str] = {}
    others: dict[str, tuple[str, ...]] = {}
    seen: dict[str, int] = {}
    for number, row in rows[1:]:
        if not any(row) or row[0].strip() == "Points Possible":  # Canvas's second line is about no student
            continue
        row = [cell.removeprefix("#") for cell in row]  # Brightspace's sign for a text
        student = row[column] if column < len(row) else ""
        if not student:
            raise UserError(f"Line {number} of the roster {path} names no student.")
        if SHORTENED.fullmatch(student):
            raise UserError(
                f"Line {number} of the roster {path}: {student} is a number that a spreadsheet has shortened. Format the "
                "column as text, and fill in the whole numbers."
            )
        if _key(student) in seen:
            raise UserError(f"Lines {seen[_key(student)]} and {number} of the roster {path} are both {student}.")
        seen[_key(student)] = number
        terms[student] = row[of_term] if of_term is not None and of_term < len(row) else ""
        names = [student, *(row[at] for at in further if at < len(row))]
        each_way = (name for each in names for name in (each, each.partition("@")[0]))
        # A bare number could be another system's number for somebody else.
        # Canvas writes "Lee, Ann" in its gradebook, and leeann before the names of files.
        every = [*each_way, *(re.sub(r"\W", "", name) for name in names if "," in name)]
        others[student] = tuple(dict.fromkeys(name for name in every if name and not name.isdecimal()))
    if not terms:
        raise UserError(f"The roster {path} names no student.")
    return Roster(terms, others)


def _key(student: str) -> str:
    return unicodedata.normalize("NFC", student).strip().casefold()


# --- the quiz of an assignment -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quiz:
    """The functions of one assignment's ``quiz.py``. A quiz itself is a tuple of plain data."""

    assignment: str
    default: Any
    _draw: Callable[[Callable[[Sequence[Any]], Any]], Any]
    answers: Callable[[Any], dict[Any, Any]]  # the right entry for each key of ANSWERS
    describe: Callable[[Any], str]
    lines: Callable[[Any], list[str]]  # the lines of the stub and the public checks that contain a quiz

    def of(self, student: str, term: str) -> Any:
        """The quiz of a student in a term: always the same, on every machine and with every version of Python."""
        return self._draw(_Chooser(f"{_key(term)}/{_key(student)}/{self.assignment}"))

    def rewrite(self, text: str, quiz: Any) -> str:
        """The text of a stub, a check file or a notebook's cell, with `quiz` in place of the default quiz."""
        swap = dict(zip(self.lines(self.default), self.lines(quiz), strict=True))
        return "\n".join(_swapped(line, swap) for line in text.split("\n"))

    def require_lines(self, *texts: str) -> None:
        """Raises UserError if a line of the default quiz is in none of the texts."""
        here = {line.removeprefix("# ") for text in texts for line in text.split("\n")}
        for line in self.lines(self.default):
            if line not in here:
                raise UserError(
                    f"solutions/{self.assignment}/quiz.py names a line that neither the stub nor the public checks have: "
                    f"{line.strip()}"
                )


@dataclass(frozen=True)
class Variant:
    """own: the quiz of one student. every: the default quiz and those of all students, each once."""

    own: Any
    every: tuple[Any, ...] = ()


class _Chooser:
    """Chooses by the sha256 of a text and a counter: unlike `random`, it never changes with the version of Python."""

    def __init__(self, text: str) -> None:
        self._text, self._count = text, 0

    def __call__(self, options: Sequence[_T]) -> _T:
        self._count += 1
        digest = hashlib.sha256(f"{self._text}/{self._count}".encode()).digest()
        return options[int.from_bytes(digest[:8], "big") % len(options)]


def _swapped(line: str, swap: dict[str, str]) -> str:
    bare = line.removeprefix("# ")
    return line[: len(line) - len(bare)] + swap[bare] if bare in swap else line


@lru_cache(maxsize=64)
def quiz_of(assignment: Assignment) -> Quiz | None:
    """The quiz of an assignment; None if it has no quiz.py. Raises UserError if that does not run or lacks a name."""
    path = assignment.folder / "quiz.py"
    if not path.is_file():
        return None
    try:
        module = run_file(path)
        return Quiz(assignment.name, module.DEFAULT, module.draw, module.answers, module.describe, module.lines)
    except Exception as error:
        raise UserError(f"{path} does not run: {type(error).__name__}: {error}") from error


def quizzes(course: Course, names: Collection[str] = ()) -> dict[str, Quiz]:
    """Assignment -> its quiz, for those of `names` (all if empty) that have one."""
    found = {name: quiz_of(course.assignment(name)) for name in names or course.assignment_names()}
    return {name: quiz for name, quiz in found.items() if quiz is not None}


def variants(quiz: Quiz, roster: Roster) -> dict[str, Variant]:
    """Student, named as in the list -> that student's quiz."""
    own = {student: quiz.of(student, term) for student, term in roster.terms.items()}
    every = tuple(dict.fromkeys([quiz.default, *own.values()]))
    return {student: Variant(mine, every) for student, mine in own.items()}
