"""Finding the student that a name in a table means: the name that we use, or a name that the LMS or the clone gives."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ..common.errors import UserError

_T = TypeVar("_T")


def comparable(name: str) -> str:
    """A name for comparison, which ignores accents, apostrophes, case, form of Unicode and the order of words."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    written = (c for c in letters if not unicodedata.combining(c) and c not in "'’`´ʼ")
    kept = "".join(" " if c in "_-,." or c.isspace() else c for c in written)
    return " ".join(sorted(kept.split())) or name


class People:
    """The students of a class. identities: student -> their other names, see `other_names`."""

    def __init__(self, identities: Mapping[str, Iterable[str]]) -> None:
        self._students = frozenset(identities)
        self._called: defaultdict[str, set[str]] = defaultdict(set)
        for student, others in identities.items():
            for name in (student, *others):
                if name:
                    self._called[comparable(name)].add(student)

    def find(self, name: str) -> str | None:
        """The student who is meant; None if nobody is, or if several could be."""
        if name in self._students:
            return name
        meant = self._called.get(comparable(name), set())
        return next(iter(meant)) if len(meant) == 1 else None

    def by_our_names(self, table: Mapping[tuple[str, str], _T], where: str) -> dict[tuple[str, str], _T]:
        """A table by (student, assignment), with the names that we use. A name that nobody has stays as it is.

        where: the table, for the error message. Raises UserError if two of its names mean the same student.
        """
        found: dict[tuple[str, str], _T] = {}
        named: dict[tuple[str, str], str] = {}
        for (student, assignment), value in table.items():
            key = self.find(student) or student, assignment
            if key in found:
                raise UserError(
                    f"{where}: {named[key]} and {student} are the same student. Keep one entry for {assignment}."
                )
            found[key], named[key] = value, student
        return found

    def unfound(self, name: str) -> str:
        """Why `find` finds nobody, as words that follow a colon."""
        meant = sorted(self._called.get(comparable(name), ()))
        return f"{name!r} could be {' or '.join(meant)}." if meant else f"nobody in this class is called {name!r}."


def other_names(identity: Mapping[str, str]) -> list[str]:
    """A student's other names in a system, some of them "": login, numbers, name, email, and the email before its @."""
    email = identity.get("email", "")
    return [*(identity.get(key, "") for key in ("login", "sid", "name", "number")), email, email.partition("@")[0]]
