"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..course.network import Network

BUSY = 2 / 3  # of the time on the wall: so much of it, at most, counts as waiting for a processor
_GRADERS_OWN = 20 * 60.0  # seconds on the wall: far beyond what it takes to begin and to judge, with others about


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    call_seconds, load_seconds: CPU time of the tree in one call, or while it is loaded; the wall clock allows twice as
    much. memory: bytes, of the whole tree. wall_seconds: what the submission has in all, on the clock on the wall; one
    that trains has its longest training's budget and training_wall_seconds. training_seconds: the largest such budget.
    No clock on the wall runs while the submission waits for a processor, for :data:`BUSY` of the time at most: on a
    machine that is so busy, all takes three times as long. Less would cost an honest one its points for what others do.
    """

    call_seconds: float = 10.0
    load_seconds: float = 10.0
    memory: int = 4 << 30
    wall_seconds: float = 240.0
    training_wall_seconds: float = 360.0
    training_seconds: float = 300.0

    def for_network(self, network: Network | None) -> Limits:
        """These, with as much time for a training as an assignment declares, or as there is without."""
        return replace(self, training_seconds=max(self.training_seconds, network.seconds if network else 0.0))

    @property
    def job_seconds(self) -> float:
        """More seconds on the wall than grading one submission takes: after them the grader itself hangs."""
        longest = max(self.wall_seconds, self.training_seconds + self.training_wall_seconds)
        return longest / (1 - BUSY) + _GRADERS_OWN
