"""Tasks whose work students must write out: torch's ready-made function must not do it.

Two things are looked at: the torch functions that ran, as the sandbox recorded them, and the source. The grader reads
the source because hostile code can falsify the record.
"""

from collections.abc import Collection

from ..common.plural import listed
from ..sandbox.observation import Observation
from . import describe, torch_names
from .expect import require_returned
from .failure import CheckFailed


def expect_not_called(observation: Observation, names: Collection[str]) -> None:
    """The task uses none of these torch functions ("linear", "conv2d", ...), neither when it runs nor in its source.

    The observation of ``submission.task.recorded(...)`` holds the record. For any other, the call is made again.

    >>> answer = submission_of(affine=torch.nn.functional.linear).affine.recorded(torch.ones(2, 3), torch.ones(4, 3))
    >>> expect_not_called(answer, {"linear"})
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: affine([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], a float32 tensor of shape (4, 3)) calls torch's own linear. This task asks you to write it yourself.
    """
    require_returned(observation)
    recorded = observation.with_record()
    require_returned(recorded)

    def judge(seen: Observation) -> str | None:
        used = [name for name in sorted(seen.called) if torch_names.does_the_work(name, names)]
        if not used:
            return None
        public = [name for name in used if not name.startswith("_")]  # torch itself calls the private ones
        return f"{describe.call(seen)} calls torch's own {listed(public or used)}. This task asks you to write it yourself."

    problem = judge(recorded) or _in_source(recorded, names)
    if problem is not None:
        raise CheckFailed(problem, recorded, judge)


def _in_source(observation: Observation, names: Collection[str]) -> str | None:
    """A sentence about the first use in the source, or None. In a student's own kernel there is no source to read."""
    run = observation.run
    if run is None or (source := run.source) is None:
        return None
    cells = [(cell.text, cell.first_line) for cell in source.cells]
    found = torch_names.uses(cells, observation.task, names, run.tasks, [helper.text for helper in source.helpers])
    if not found:
        return None
    where = f" at {source.locate(found[0].line)}" if found[0].line else " in a module beside it"
    return f"{observation.task} uses {found[0].name}{where}. This task asks you to write it yourself."
