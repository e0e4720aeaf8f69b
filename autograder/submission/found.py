"""What was found for one student and one assignment."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .source import Source, read_source

NAMED = 3  # the most files that a note names
NOTHING = ("missing", "not_started")

FoundStatus = Literal["found", "missing", "not_started", "ambiguous", "unreadable"]


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
