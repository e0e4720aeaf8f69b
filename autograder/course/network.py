"""What an assignment trains, said once: `network_facts.py` in its folder, which students get too, declares it as `NETWORK`.

The checks, `autograder train`, its page, the release and the benchmarks read it there. An assignment without the file
trains nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..common.run_file import declared_in
from .assignment import Assignment


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network that students write, train and ask.

    data: the data set, by the name of its module in the course's `data/`.
    model, train, predict: the names of the tasks. preprocess: the task that makes the network's inputs of the items of
    the data set; "" where a network takes the items as they are.
    inputs: the shape of one input, without the batch axis. outputs: how many numbers the network gives for each.
    scale: what an item is multiplied by where `preprocess` does not work and the network is to be looked at all the same.
    within: for a network that says a number and no class: how close to the label is right, in the label's unit.
    budget: the most numbers in all parameters and buffers. seconds: the CPU time that grading promises a training.
    bands: the share of test items that must be right -> the points that it earns.
    honest: what honest networks are known to stay below: trained by the grader, and with weights from elsewhere.

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
        """The tasks that a training needs, in the order in which it needs them."""
        return tuple(filter(None, (self.preprocess, self.model, self.train, self.predict)))

    @property
    def chance(self) -> float:
        """The cross-entropy of knowing nothing about so many classes."""
        return math.log(self.outputs)


def network_of(assignment: Assignment) -> Network | None:
    """What an assignment trains; None where it trains nothing. Raises UserError where its `network_facts.py` does not run."""
    return declared_in(assignment.network, "NETWORK", Network, "network") if assignment.network.is_file() else None


def network_beside(file: str) -> Network:
    """The network that is declared beside a file of checks: ``NETWORK = network_beside(__file__)``.

    Raises UserError, which says what is wrong with the declaration.

    >>> network_beside("solutions/a1_words/test_a1_words.py")
    Traceback (most recent call last):
    autograder.common.errors.UserError: solutions/a1_words/network_facts.py declares no network: FileNotFoundError: ...
    """
    return declared_in(Path(file).with_name("network_facts.py"), "NETWORK", Network, "network")
