"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    call_seconds, load_seconds: CPU time of the tree in one call, or while it is loaded; the wall clock allows twice as
    much. wall_seconds: what the submission has in all, on the clock on the wall; one that trains has its longest
    training's budget and training_wall_seconds. No clock on the wall runs while the submission waits for a processor, for
    two thirds of the time at most: on a machine that is so busy, a training with a budget of three minutes may take 27 in
    place of 9. Less would cost an honest one its points for what others do; the guard of a job strikes at 30.
    memory: bytes, of the whole tree.
    """

    call_seconds: float = 10.0
    load_seconds: float = 10.0
    memory: int = 4 << 30
    wall_seconds: float = 240.0
    training_wall_seconds: float = 360.0
