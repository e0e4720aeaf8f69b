"""Tasks that are to be written out: torch's ready-made function must not do the work.

Two looks: the torch functions that ran, as the sandbox recorded them, and the source, read by the grader.
"""

from __future__ import annotations

from collections.abc import Collection

from ..observation import Observation
from . import describe
from .expect import settle
from .failure import CheckFailed


def expect_not_called(observation: Observation, names: Collection[str]) -> None:
    """None of these torch functions ("linear", "conv2d", ...) ran when the task did its work."""
    settle(observation)
    recorded = observation.recorded()
    settle(recorded)

    def judge(seen: Observation) -> str | None:
        used = sorted(set(names) & set(seen.called))
        if not used:
            return None
        return f"{describe.call(seen)} leaves the work to torch's own {' and '.join(used)}. Here it is to be written out."

    problem = judge(recorded)
    if problem is not None:
        raise CheckFailed(problem, recorded, judge)
