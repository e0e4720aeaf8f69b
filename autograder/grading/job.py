"""One unit of grading: what a worker process gets for one submission. Plain data, so that it can be sent anywhere."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from ..course.roster import Variant
from ..submission.source import Source


@dataclass(frozen=True)
class Settings:
    """The options of the command line that change how a submission is graded.

    The seconds are CPU time of everything that the submission starts; the wall clock allows twice as much.
    """

    retrain: bool = False  # train even if weights were submitted
    exchanged: bool = False  # after the checks, train once more with the class numbers exchanged
    public_only: bool = False  # leave the hidden checks out, as a student must
    call_seconds: float = 10.0
    load_seconds: float = 10.0
    memory: int = 4 << 30  # bytes, of everything that the submission starts
    require_sandbox: str | None = None  # the lowest tier ("A" to "D") that may grade; None: any


@dataclass(frozen=True)
class Job:
    """One submission to grade. secret: the course's; it is sent along so that remote workers draw the same inputs."""

    student: str
    assignment: str
    source: Source
    course_root: Path
    settings: Settings = Settings()
    secret: bytes = field(default=b"", repr=False)
    variant: Variant | None = None  # None: the default quiz


def seed_of(secret: bytes, assignment: str, fingerprint: str) -> int:
    """The seed of a grading: nobody can predict it, and the same submission always gets the same."""
    digest = hashlib.sha256(b"/".join((secret, assignment.encode(), fingerprint.encode()))).digest()
    return int.from_bytes(digest[:8], "big") >> 1
