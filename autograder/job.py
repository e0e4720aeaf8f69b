"""One unit of grading: what a worker process gets for one submission. Plain data, so that it travels anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .source import Source


@dataclass(frozen=True)
class Settings:
    """What was asked for on the command line and changes how a submission is graded."""

    retrain: bool = False  # train even where weights were submitted
    require_sandbox: str | None = (
        None  # the lowest tier ("A" to "D") that may grade; None takes what there is
    )


@dataclass(frozen=True)
class Job:
    """One submission to grade. `secret` is the course's: it travels, so that remote workers draw the same inputs."""

    student: str
    assignment: str
    source: Source
    course_root: Path
    settings: Settings = Settings()
    secret: bytes = field(default=b"", repr=False)
