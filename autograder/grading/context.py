"""What the engine, the plugin and plain pytest tell each other: what a check says of itself, what it runs on, how it went."""

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
    """What a check says of itself."""

    name: str
    title: str
    task: str
    points: int
    hidden: bool
    needs: tuple[str, ...]
    trains: bool


@dataclass(frozen=True)
class Verdict:
    """How one check went. ``bug`` is set when the check itself broke: that is ours, never the student's.

    trouble: why the failure could not be explained, where the catalogue or the drawing broke: ours too, but it costs
    no more than the explanation.
    """

    check: CheckInfo
    outcome: Outcome
    message: str = ""
    diagnosis: Diagnosis | None = None
    seconds: float = 0.0
    where: str = ""  # the student's own line, where an error names one
    bug: str = ""
    drawing: Drawing | None = None  # the axes of a wrong result, where they are what is wrong
    printed: str = ""  # by the student's code in the call that went wrong, for the student alone
    trouble: str = ""
    why: Why = ""  # where it was not run
    log: str = ""  # the traceback of what the check raised over a value that it did not foresee, for its author

    @property
    def score(self) -> int:
        """The points that it earned."""
        return self.check.points if self.outcome == "passed" else 0

    @property
    def note(self) -> str:
        """The trouble as a reader of the result may know it: of a hidden check no more than the kind of error."""
        if not self.trouble:
            return ""
        hidden = self.check.hidden
        which = f"a hidden check of {self.check.task}" if hidden else self.check.name
        trouble = self.trouble.partition(":")[0] if hidden else self.trouble
        return f"Why {which} failed could not be explained ({trouble}). The fault is the course's; the points stand."


@dataclass
class CheckContext:
    """The submission on which the checks now run, and what they found so far.

    find_catalogue: finds the misconceptions, and is called once a wrong answer asks for them.
    """

    run: Run
    find_catalogue: Callable[[], Catalogue]
    seed: int
    held_out: Callable[[], Examples]
    verdicts: list[Verdict] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)  # what the checks saw, as far as diagnoses can be compared with it
    metrics: dict[str, Any] = field(default_factory=dict)
    quiz: Any = None  # the student's own, where there is a roster
    afterwards: dict[str, Callable[[], None]] = field(default_factory=dict)  # to be run after the checks, if asked for

    @cached_property
    def catalogue(self) -> Catalogue:
        """The misconceptions."""
        return self.find_catalogue()
