"""The data that the engine, the plugin and plain pytest share: a check, what it runs on, and how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..checks.axes import Drawing
    from ..checks.evidence import Catalogue, Look
    from ..common.diagnosis import Diagnosis
    from ..data import Examples
    from ..sandbox.observation import Outcome, Run, Why


@dataclass(frozen=True)
class CheckInfo:
    """What a check declares about itself."""

    name: str
    title: str
    task: str
    points: int
    hidden: bool
    needs: tuple[str, ...]
    trains: bool


@dataclass(frozen=True)
class Verdict:
    """How one check went.

    bug: how the check itself broke, if it did; that is the course's fault, never the student's.
    trouble: why the failure could not be explained, if the catalogue or the drawing broke. The points do not change.
    """

    check: CheckInfo
    outcome: Outcome
    message: str = ""
    diagnosis: Diagnosis | None = None
    seconds: float = 0.0
    where: str = ""  # the student's own line, if an error names one
    bug: str = ""
    drawing: Drawing | None = None  # the axes of a wrong result, if they are wrong
    printed: str = ""  # what the student's code printed in the failed call; only the student sees it
    trouble: str = ""
    why: Why = ""  # why it was not run, or why there was nothing to call
    log: str = ""  # for the author of the check: the traceback of its error on a value that it did not foresee

    @property
    def score(self) -> int:
        """The points that it earned."""
        return self.check.points if self.outcome == "passed" else 0

    @property
    def note(self) -> str:
        """The trouble, for readers of the result. For a hidden check, it tells only the type of the error."""
        if not self.trouble:
            return ""
        hidden = self.check.hidden
        which = f"a hidden check of {self.check.task}" if hidden else self.check.name
        trouble = self.trouble.partition(":")[0] if hidden else self.trouble
        return f"The grader could not explain why {which} failed ({trouble}). The fault is the course's; the points are not affected."


@dataclass
class CheckContext:
    """The submission that the checks now run on, and what they found so far.

    find_catalogue: finds the misconceptions; it is called when a wrong answer first needs them.
    """

    run: Run
    find_catalogue: Callable[[], Catalogue]
    seed: int
    held_out: Callable[[], Examples]
    verdicts: list[Verdict] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)  # what the checks saw, to compare diagnoses with
    metrics: dict[str, Any] = field(default_factory=dict)
    quiz: Any = None  # the student's own, if there is a roster
    afterwards: dict[str, Callable[[], None]] = field(default_factory=dict)  # run after the checks, if asked for

    @cached_property
    def catalogue(self) -> Catalogue:
        """The misconceptions."""
        return self.find_catalogue()
