"""How much time and memory one submission may use."""

from dataclasses import dataclass, replace
from typing import Self

from ..course.network import Network

BUSY = 2 / 3  # the largest share of wall-clock time that counts as waiting for a processor
_GRADERS_OWN = 20 * 60.0  # wall-clock seconds: far more than the grader itself needs, on a busy machine too


@dataclass(frozen=True)
class Limits:
    """How much one submission may use. All limits hold for its whole tree of processes.

    call_seconds: CPU time of one call; load_seconds: CPU time of loading the file. Twice as much wall-clock time is
    allowed. memory: bytes. wall_seconds: wall-clock time of the submission in all; if it trains, it has the budget of
    its longest training plus training_wall_seconds instead. training_seconds: the largest budget of a training.

    Wall-clock time does not count while the submission waits for a processor, up to a share of :data:`BUSY`. On a machine
    as busy as that, all takes three times as long. Without this, other processes could cost an honest submission points.
    """

    call_seconds: float = 10.0
    load_seconds: float = 10.0
    memory: int = 4 << 30
    wall_seconds: float = 240.0
    training_wall_seconds: float = 360.0
    training_seconds: float = 300.0

    def for_network(self, network: Network | None) -> Self:
        """These limits, with the training time that an assignment declares if that is larger."""
        return replace(self, training_seconds=max(self.training_seconds, network.seconds if network else 0.0))

    @property
    def job_seconds(self) -> float:
        """Wall-clock seconds that grading one submission never needs. If they pass, the grader itself hangs."""
        longest = max(self.wall_seconds, self.training_seconds + self.training_wall_seconds)
        return longest / (1 - BUSY) + _GRADERS_OWN
