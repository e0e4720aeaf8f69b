"""Catalogues and observations for tests of diagnoses."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.checks.catalogues import CodeCatalogue
from autograder.checks.data_catalogue import DataCatalogue, Recorded
from autograder.checks.matching import Signature
from autograder.checks.misconceptions import Misconception, Written
from autograder.course.course import Course
from autograder.grading.context import CheckContext, CheckInfo, Verdict
from autograder.grading.live import LiveChecks
from autograder.grading.verdicts import explained
from autograder.sandbox.observation import Observation
from autograder.sandbox.proxy import TaskProxy
from autograder.sandbox.run_local import LocalRun
from tests.support.places import ROOT

COURSE = Course(ROOT)


def catalogue(task: str, **functions: Callable[..., Any]) -> CodeCatalogue:
    known = [Misconception(name, task, f"You did {name}.", function) for name, function in functions.items()]
    return CodeCatalogue(Written(known))


def ask(task: Callable[..., Any], *arguments: Any) -> list[Observation]:
    """The observations of the task on each input, made one after another as in one check."""
    run = LocalRun({"task": task})
    return [TaskProxy(run, "task")(argument) for argument in arguments]  # type: ignore[arg-type]


def judged_here(
    live: LiveChecks, run: LocalRun, known: CodeCatalogue | DataCatalogue, only: Callable[[CheckInfo], bool]
) -> list[Verdict]:
    """The verdicts on trusted code that runs in this process, as a student's does in their kernel. known: what explains them."""
    context = CheckContext(run, lambda: known, 1, lambda: pytest.fail("asks for test images"))
    with warnings.catch_warnings(action="ignore"):
        live.run(context, only)
        return explained(context)


def observed(value: Any, **more: Any) -> Observation:
    return Observation("task", (), "value", value=value, **more)


NOISE = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
VALUES = [
    7, -3, 0.1, True, None, "five", (2, 3), [2, 3, (4,)], math.nan, math.inf, -math.inf,
    torch.tensor(4), torch.tensor(0.5), torch.zeros(0), NOISE, NOISE * math.nan, NOISE.to(torch.complex64), torch.arange(9),
    torch.tensor([True, False]), NOISE.tolist() * 5, [torch.tensor(1), torch.tensor(2)], {1: 2},
]  # fmt: skip


def recorded(*values: Any) -> DataCatalogue:
    """A catalogue of one misconception, wrong in these ways."""
    signatures = [Signature.of(observed(value)) for value in values]
    return DataCatalogue(
        {"name": "text"}, [Recorded("check", n, "name", signature) for n, signature in enumerate(signatures)], {}
    )
