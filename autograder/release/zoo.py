"""Strange answers: whatever a task returns, a check must fail. It must not break, and must not pass."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ..common.plural import plural
from ..grading.context import CheckContext
from ..grading.engine import Engine
from ..sandbox.observation import Call, Observation, Question
from ..sandbox.run_local import LocalRun
from .declared import refuse_slow

ZOO: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "text": lambda: "forty-two",
    "a long text": lambda: "x" * 100_000,
    "True": lambda: True,
    "NaN": lambda: math.nan,
    "minus infinity": lambda: -math.inf,
    "a number of 400 digits": lambda: 10**400,
    "a negative number": lambda: -7,
    "a complex number": lambda: 2 + 3j,
    "bytes": lambda: b"\0\xff",
    "an empty tuple": tuple,
    "a pair with None": lambda: (None, 2),
    "nested lists": lambda: [[1, [2, [3, [None]]]], []],
    "a long list": lambda: list(range(5000)),
    "a dict": lambda: {"loss": 1.0, (2, 3): None},
    "an object": object,
    "a class": lambda: torch.nn.Linear,
    "an empty tensor": lambda: torch.zeros(0),
    "a tensor without axes": lambda: torch.tensor(math.inf),
    "a tensor of NaN": lambda: torch.full((2, 3, 5, 7), math.nan),
    "whole numbers of uint16": lambda: torch.ones(67, dtype=torch.uint16),
    "a complex tensor": lambda: torch.ones(32, 10, dtype=torch.complex64),
    "a boolean tensor": lambda: torch.ones(32, 10, dtype=torch.bool),
    "a bfloat16 tensor": lambda: torch.ones(3, 2, dtype=torch.bfloat16),
    "a sparse tensor": lambda: torch.eye(3).to_sparse(),
    "a tensor of many axes": lambda: torch.ones([1] * 30),
    "a tensor with an axis of length 0": lambda: torch.zeros(3, 0, 5),
    "a numpy array": lambda: np.ones((2, 3)),
    "an array of texts": lambda: np.array(["a", "b"]),
    "a table": lambda: np.zeros(3, dtype=[("x", "f8")]),
    "a set": lambda: {1, "a"},
    "a large tensor": lambda: torch.zeros(1 << 20),
}


class _StrangeRun(LocalRun):
    """Gives one strange answer to every question. Probes fail, since the answer is not a network."""

    def __init__(self, engine: Engine, make: Callable[[], Any]) -> None:
        super().__init__({}, engine.parameters)
        self._make = make

    def ask(self, task: str, question: Question) -> Observation:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return super().ask(task, question)

    def perform(self, task: str, call: Call, target: int | None, args: Any, kwargs: Any) -> Any:
        """The strange answer, whatever is called."""
        if call.verb == "probe":
            raise TypeError("there is no network to look at")
        return self._make()

    def own(self, value: Any) -> Any:
        """The arguments do not matter."""
        return None


def strange_answers(engine: Engine, seed: int) -> list[str]:
    """A finding for each check that breaks, cannot explain, or passes although every answer is strange."""
    broke: dict[str, list[str]] = {}
    passed: dict[str, list[str]] = {}
    for name, make in ZOO.items():
        context = CheckContext(_StrangeRun(engine, make), lambda: engine.catalogue, seed, lambda: engine.held_out)
        verdicts = engine.live.run(context)
        refuse_slow(engine.live)
        for verdict in verdicts:
            if verdict.bug or verdict.log or verdict.trouble:
                said = (verdict.bug or verdict.trouble or verdict.log.strip().splitlines()[-1])[:200]
                broke.setdefault(verdict.check.name, []).append(f"{name}: {said}")
            elif verdict.outcome == "passed":
                passed.setdefault(verdict.check.name, []).append(name)
    return [
        *(f"{check} passes if every answer is {found[0]}.{_more(found)}" for check, found in passed.items()),
        *(
            f"{check} breaks if every answer is {found[0].rstrip('.')}.{_more(found)} Compare with one of the expect "
            "functions, or ask for the kind of value first."
            for check, found in broke.items()
        ),
    ]


def _more(found: list[str]) -> str:
    return f" The same holds for {plural(len(found) - 1, 'other strange answer')}." if len(found) > 1 else ""
