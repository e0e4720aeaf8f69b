"""How a training compares with the one before."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from autograder.student import run_before
from autograder.student.run_before import RunBefore, compared
from autograder.student.training_run import Trained
from tests.support.tiny_network import some_data, tiny, train_and_judge


@pytest.fixture(scope="module")
def outcome() -> Trained:
    return train_and_judge(tiny(), some_data(), lambda moment: None)


def with_right(outcome: Trained, right: int) -> Trained:
    """As if 1,000 images had been held out, and so many of them were right."""
    labels = torch.zeros(1000, dtype=torch.int64)
    data = dataclasses.replace(outcome.data, held_labels=labels)
    return dataclasses.replace(outcome, data=data, answers=(torch.arange(1000) >= right).long())


@pytest.mark.parametrize(
    ("right", "says"),
    [
        (900, "10.0 percentage points better, which is more than chance makes (3.2 points)."),
        (750, "5.0 percentage points worse, which is more than chance makes (3.7 points)."),
        (810, "1.0 percentage points better, and chance alone makes up to 3.5 points."),
        (800, "just as good, and chance alone makes up to 3.6 points."),
    ],
)
def test_more_than_chance_or_not(outcome: Trained, right: int, says: str) -> None:
    before = RunBefore(0.8, 1000, 6.0, 34.0, ())
    (told,) = compared(with_right(outcome, right), before)
    assert told == f"The run before: 80.0% right after 6.0 epochs in 34 s. This one is {says}"


def test_the_last_run_is_remembered(outcome: Trained, tmp_path: Path) -> None:
    assert run_before.load(tmp_path, "a5") is None
    assert compared(outcome, None) == []
    run_before.save(tmp_path, "a5", outcome)
    kept = run_before.load(tmp_path, "a5")
    assert kept is not None
    assert (kept.accuracy, kept.held) == (outcome.accuracy, len(outcome.data.held_labels))
    assert kept.looks == tuple((look.images, look.accuracy) for look in outcome.looks)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"accuracy": NaN, "held": 1, "epochs": 1, "seconds": 1, "looks": []}']
)
def test_what_was_damaged_is_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder" / "a5.training.json").write_text(text)
    assert run_before.load(tmp_path, "a5") is None
