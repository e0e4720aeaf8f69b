"""Who is meant by a name in somebody's table? The student's name here, or what the LMS or the clone calls them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping


def plain(name: str) -> str:
    """A name for comparison: without accents, apostrophes, case, form of Unicode, and the order of its words."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(" " if c in "_-,." or c.isspace() else c for c in letters if not _drops(c))
    return " ".join(sorted(kept.split())) or name


def _drops(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in "'’`´ʼ"


class People:
    """The students of a class. identities: student -> what a system calls them, as results hold it."""

    def __init__(self, identities: Mapping[str, Iterable[str]]) -> None:
        self._students = frozenset(identities)
        self._called: defaultdict[str, set[str]] = defaultdict(set)
        for student, others in identities.items():
            for name in (student, *others):
                if name:
                    self._called[plain(name)].add(student)

    def find(self, name: str) -> str | None:
        """The student who is meant; None for nobody, or where several could be."""
        if name in self._students:
            return name
        meant = self._called.get(plain(name), set())
        return next(iter(meant)) if len(meant) == 1 else None

    def unfound(self, name: str) -> str:
        """Why `find` finds nobody, as the words behind a colon."""
        meant = sorted(self._called.get(plain(name), ()))
        return f"{name!r} could be {' or '.join(meant)}." if meant else f"nobody in this class is called {name!r}."


def other_names(identity: Mapping[str, str]) -> list[str]:
    """What a system calls a student beside the name: login, address, numbers."""
    email = identity.get("email", "")
    return [*(identity.get(key, "") for key in ("login", "sid", "name", "number")), email, email.partition("@")[0]]
