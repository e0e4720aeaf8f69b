"""The network that an assignment trains, declared once as `NETWORK` in the `network_facts.py` of its folder.

The checks, `autograder train`, its page, the release and the benchmarks read it there. Students get the file too.
An assignment without this file trains nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..common.run_file import declared_in
from .assignment import Assignment


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network that students write, train and use for predictions.

    data: the name of the data set's module in the course's `data/`.
    model, train, predict: the names of the tasks. preprocess: the task that turns items of the data set into inputs of
    the network; "" if the network takes the items as they are.
    inputs: the shape of one input, without the batch axis. outputs: how many numbers the network returns for each input.
    scale: the factor that turns items into inputs if `preprocess` does not work and the network is looked at anyway.
    within: for a network that predicts a number, not a class: the largest error that counts as right, in the label's
    unit.
    budget: the largest number of elements in all parameters and buffers together.
    seconds: the CPU time that grading promises to a training.
    bands: the share of test items that must be right (0 to 1) -> the points that it earns.
    honest: two accuracies (0 to 1) that honest networks stay below: trained by the grader, and with weights from
    elsewhere.

    >>> shared = {"data": "points", "inputs": (1,), "outputs": 1, "within": 0.2, "budget": 100, "seconds": 10}
    >>> Network(model="Line", train="train", predict="heights", bands={0.9: 2}, **shared).tasks
    ('Line', 'train', 'heights')
    """

    data: str
    model: str
    train: str
    predict: str
    preprocess: str = ""
    inputs: tuple[int, ...]
    outputs: int
    scale: float = 1.0
    within: float | None = None
    budget: int
    seconds: float
    bands: Mapping[float, int] = field(default_factory=dict)
    honest: tuple[float, float] = (1.0, 1.0)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks that a training needs, in the order in which it needs them."""
        return tuple(filter(None, (self.preprocess, self.model, self.train, self.predict)))

    @property
    def chance(self) -> float:
        """The cross-entropy of a network that gives every class the same probability."""
        return math.log(self.outputs)


def network_of(assignment: Assignment) -> Network | None:
    """The network that an assignment trains; None if it trains none.

    Raises UserError if its `network_facts.py` does not run or declares no network.
    """
    return declared_in(assignment.network, "NETWORK", Network, "network") if assignment.network.is_file() else None


def network_beside(file: str) -> Network:
    """The network that `network_facts.py` declares beside a file of checks: ``NETWORK = network_beside(__file__)``.

    Raises UserError, which says what is wrong, if that file does not run or declares no network.

    >>> network_beside("solutions/a1_words/test_a1_words.py")
    Traceback (most recent call last):
    autograder.common.errors.UserError: solutions/a1_words/network_facts.py declares no network: FileNotFoundError: ...
    """
    return declared_in(Path(file).with_name("network_facts.py"), "NETWORK", Network, "network")
