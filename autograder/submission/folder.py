"""What lies in a folder of a download, and which assignments does it answer?

`classes` and `whose` decide what that means.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import gradescope_export, layouts
from .archives import ZIPS_LIMIT, Refused, open_zip
from .attempts import names_an_attempt
from .layouts import HandIn
from .names import PASSED_OVER, assignment_of, bears, entries, is_folder
from .side_by_side import flat_files

LOOKED_AT = 3_000  # entries of a folder that are looked at to find out whether it holds work
OWN_FOLDERS = ("assignments", "notebooks")  # of a student's repository
_CODE = re.compile(r"\.(?:py|ipynb)(?:\.\w+)?$", re.IGNORECASE)  # a browser adds .txt, .json


@dataclass(frozen=True)
class Folder:
    """A folder of a download. What was found in it is kept.

    assignments: the names of the course's assignments. deep: how many zips, each inside the one before, are looked into.
    """

    path: Path
    assignments: frozenset[str]
    deep: int = 2

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def entries(self) -> list[os.DirEntry[str]]:
        """All entries, sorted by name; empty if it cannot be opened."""
        return entries(self.path)

    @cached_property
    def folders(self) -> list[Folder]:
        return [Folder(Path(entry.path), self.assignments) for entry in self.entries if is_folder(entry)]

    @cached_property
    def zips(self) -> list[Path]:
        return [Path(entry.path) for entry in self.entries if entry.name.lower().endswith(".zip")]

    @cached_property
    def of_system(self) -> list[HandIn]:
        """Its entries that have names of a system's download."""
        exported = gradescope_export.hand_ins(self.path) if self.is_of_gradescope else []
        return [*exported, *layouts.read_names(self.entries)]

    @property
    def is_of_gradescope(self) -> bool:
        return os.path.isfile(self.path / gradescope_export.FILE)

    @cached_property
    def side_by_side(self) -> list[HandIn]:
        """Its files that have names with a student's and an assignment's."""
        return list(flat_files(self.entries, self.assignments))

    @property
    def names_students(self) -> bool:
        """Does the name of an entry say which student it is of?"""
        return bool(self.of_system or self.side_by_side)

    @property
    def maybe_students(self) -> list[Folder]:
        """Its folders whose names may be students'."""
        own = (*self.assignments, *OWN_FOLDERS)
        return [f for f in self.folders if f.name not in own and not names_an_attempt(f.name, folder=True)]

    @property
    def for_assignments(self) -> list[Folder]:
        """Its folders that are named after assignments."""
        return [folder for folder in self.folders if folder.name in self.assignments]

    def has(self, *names: str) -> bool:
        """Has it an entry with one of these names?"""
        return any(entry.name in names for entry in self.entries)

    @cached_property
    def has_answer(self) -> bool:
        """Is one of its entries named after an assignment?"""
        return any(assignment_of(entry.name, self.assignments) for entry in self.entries)

    @property
    def answers(self) -> set[str]:
        """The assignments that files in it are named after, in whatever folder."""
        return self._walked[0]

    @cached_property
    def likely_answers(self) -> set[str]:
        """The assignments whose names are in those of its files, maybe with other words; or else of files in its zips."""
        _, borne, zips = self._walked
        return borne if borne or not self.deep else set[str]().union(*answers_of(zips, self.assignments, self.deep - 1))

    @cached_property
    def answers_in_zips(self) -> list[set[str]]:
        """For each of its zips that can be opened, the assignments that files in it are named after."""
        return answers_of(self.zips, self.assignments, self.deep - 1)

    @property
    def in_two_zips(self) -> set[str]:
        """The assignments to which at least two of its zips hold an answer."""
        seen = Counter(name for answered in self.answers_in_zips for name in answered)
        return {name for name, count in seen.items() if count > 1}

    @cached_property
    def _walked(self) -> tuple[set[str], set[str], list[Path]]:
        """The assignments that files are named after, those whose names are in files' names, and the zips; at most
        LOOKED_AT entries or so are looked at.
        """
        named: set[str] = set()
        borne: set[str] = set()
        zips: list[Path] = []
        pending, left = [self.path], LOOKED_AT
        while pending and left > 0:
            for entry in entries(pending.pop(0)):
                left -= 1
                if is_folder(entry):
                    if not entry.name.startswith(".") and entry.name not in PASSED_OVER:
                        pending.append(Path(entry.path))
                elif name := assignment_of(entry.name, self.assignments):
                    named.add(name)
                elif entry.name.lower().endswith(".zip"):
                    zips.append(Path(entry.path))
                elif _CODE.search(entry.name) and not entry.name.startswith("test_"):
                    borne |= {name for name in self.assignments if bears(entry.name, name)}
        return named, named | borne, zips


def answers_of(zips: list[Path], assignments: frozenset[str], deep: int = 1) -> list[set[str]]:
    """For each of the first zips that can be opened, the assignments that files in it are named after, see `Folder`."""
    opened = filter(None, map(opened_zip, zips[:ZIPS_LIMIT]))
    return [Folder(path, assignments, deep).likely_answers for path in opened]


def opened_zip(path: Path) -> Path | None:
    """The folder with the files of a zip; None if it cannot be opened."""
    with contextlib.suppress(Refused):
        return open_zip(path)
    return None
