"""What is said of a training is told only where the evidence names it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.checks.failure import CheckFailed
from autograder.checks.training import Fit, Training, require_network, signs
from autograder.sandbox.observation import Observation, StudentError
from tests.support.tiny_network import NETWORK

SOUND: dict[str, Any] = {
    "steps": 100,
    "optimizers": 1,
    "forwards": 100,
    "images": 10_000,
    "largest_batch": 100,
    "different_batches": 50,
    "inputs": [(0.0, 1.0)] * 10,
    "parameters": 4,
    "parameters_trained": 4,
    "parameters_moved": 4,
    "change": 0.5,
    "losses": {"cross_entropy of other numbers": 100},
}


WELL = Fit(0.5, 0.8)


def training(after: Fit = WELL, labelled: tuple[int, int] = (100, 100), **notes: Any) -> Training:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1000, 10, generator=generator)
    inputs = torch.randn(1000, 1, 28, 28, generator=generator)
    ran = Observation("train", (), "value", value=[1.0, 0.5])
    model = Observation("FashionCNN", (), "value", handle=1)
    return Training(NETWORK, model, ran, Fit(2.3, 0.1), after, after, inputs, logits, 10_000, SOUND | notes, labelled)


def test_a_sound_training_shows_nothing() -> None:
    assert signs(training()) == ()


@pytest.mark.parametrize(
    ("sign", "evidence"),
    [
        ("nll_loss_on_probabilities", {"losses": {"nll_loss of probabilities": 3}}),
        ("nll_loss_on_logits", {"losses": {"nll_loss of other numbers": 3}}),
        ("softmax_before_the_loss", {"losses": {"cross_entropy of probabilities": 3}}),
        ("labels_lose_their_images", {"labelled": (100, 10)}),
        ("gradients_not_zeroed", {"compared_steps": 50, "carried_steps": 50}),
        ("learning_rate_far_too_high", {"after": Fit(40.0, 0.1)}),
        ("trains_on_few_images", {"images": 3000}),
        # another network's parameters have no gradient from this one's loss
        ("trains_a_copy", {"parameters_moved": 0, "parameters_trained": 0, "empty_steps": 100}),
        ("forgets_backward", {"parameters_moved": 0, "empty_steps": 100}),
        ("trains_on_raw_pixels", {"inputs": [(73.0, 90.0)] * 10}),
    ],
)
def test_each_sign_has_its_evidence(sign: str, evidence: dict[str, Any]) -> None:
    assert sign in signs(training(**evidence))


@pytest.mark.parametrize(("size", "because"), [("2, 1, 1, 28, 28", "adds_the_channel_axis_again"), ("2, 784", None)])
def test_a_fifth_axis_is_told_only_where_one_came(size: str, because: str | None) -> None:
    said = f"Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [{size}]"
    seen = Observation("FashionCNN", (), "error", error=StudentError("RuntimeError", said))
    with pytest.raises(CheckFailed) as failed:
        require_network(NETWORK, seen, rows=2)
    assert failed.value.because == because


@pytest.mark.parametrize(
    "evidence",
    [
        {"after": Fit(2.41, 0.1)},  # a network that learns slowly at any learning rate
        {"after": Fit(1.7, 0.6)},  # a loss above 1.46 is no proof of a softmax
        {"inputs": [(0.1, float("nan"))] * 10},  # the deviation of a single number
        {"labelled": (5, 0)},  # too few rows were found again
        {"losses": {"nll_loss of log-probabilities": 100}},
    ],
)
def test_nothing_is_said_without_evidence(evidence: dict[str, Any]) -> None:
    assert signs(training(**evidence)) == ()
