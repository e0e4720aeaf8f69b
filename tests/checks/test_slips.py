"""A network with one mistake loses the points of that mistake and of what it makes impossible, and is told which it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.grading.engine import Engine
from tests.checks.slips import ASSIGNMENT, SLIPS, Slip, as_source, is_told, lost, reference_in_fewer_epochs

pytestmark = pytest.mark.heavy
# `python -m tests.checks.slips` grades them all: a training each.
A_FEW = ("names of classes", "no eval mode in predict", "preprocess without the channel axis", "too many parameters")
# These show in the short training of the public checks already.
PUBLIC = ("gradients not cleared", "images and labels shuffled apart")


def named(names: tuple[str, ...]) -> list[Slip]:
    return [slip for slip in SLIPS if slip.name in names]


@pytest.mark.parametrize("slip", named(A_FEW), ids=lambda slip: slip.name)
def test_one_mistake_costs_what_it_makes_impossible(slip: Slip, engines: Callable[[str], Engine]) -> None:
    engine = engines(ASSIGNMENT)
    graded = engine.grade(as_source(slip, reference_in_fewer_epochs()), 1)
    points = lost(graded)
    assert points.keys() <= slip.tasks
    assert 0 < sum(points.values()) <= slip.most
    assert is_told(slip, graded)


@pytest.mark.parametrize("slip", named(PUBLIC), ids=lambda slip: slip.name)
def test_the_public_training_check_sees_it(slip: Slip, engines: Callable[[str], Engine]) -> None:
    engine = engines(ASSIGNMENT)
    source = as_source(slip, engine.assignment.master.read_text("utf-8"))
    graded = engine.grade(source, 1, lambda check: check.task == "train" and not check.hidden)
    assert [verdict.outcome for verdict in graded.verdicts] == ["failed"]
    assert is_told(slip, graded)
