"""`train` says what it saw of mistakes, and of a sound training nothing."""

from __future__ import annotations

import pytest
import torch

from autograder.student import train, training_run
from autograder.student.advice import advice
from tests.support.tiny_network import CLOTHES, NETWORK, TINY, train_and_judge

SOUND = TINY.replace("range(2)", "range(20)")
ZERO, STEP = "            optimizer.zero_grad()\n", "            optimizer.step()\n"


def told(code: str) -> str:
    """What is said of training this code on images with a bright stripe at a place of their class."""
    torch.manual_seed(0)
    labels = torch.arange(300) % 10
    images = torch.randint(0, 40, (300, 28, 28), dtype=torch.uint8)
    images[torch.arange(300), 2 * labels + 4] = 255
    space: dict[str, object] = {}
    exec(code, space)
    tasks, data = train.tasks_of(NETWORK, space), training_run.split(CLOTHES, images, labels, 50)
    trained = train_and_judge(tasks, data, lambda moment: None)
    return "\n".join(advice(trained))


def test_a_sound_training_needs_no_advice() -> None:
    assert told(SOUND) == ""


@pytest.mark.parametrize(
    ("old", "new", "says", "of_which"),
    [
        (ZERO, "", "the gradients are not set to zero after a step", 1),
        ("parameters(), 0.01", "parameters(), 1e-9", "the loss does not fall: on average it is 2", 2),
        ("parameters(), 0.01", "parameters(), 1e-9", "right is what guessing gives", 2),
        ("labels.split(50)", "labels[torch.randperm(len(labels))].split(50)", "right is what guessing gives", None),
        ("(model(x), y)", "(100 * model(x), y)", "the first loss was", None),
        ("(model(x), y)", "(model(x), y, reduction='sum')", "the first loss was 11", None),
        (STEP, "", "no optimizer made a step", 2),
        ("model.parameters()", "FashionCNN().parameters()", "the training did not change any number", None),
        ("return self.layers(x)", "return self.layers(x).softmax(1)", "the network returns probabilities", None),
        ("parameters(), 0.01", "parameters(), 1e30", "the training has blown up", None),
        ("parameters(), 0.01", "parameters(), 30.0", "the loss rose from 2.34 at the first step to 7", None),
        ("cross_entropy(", "nll_loss(", "no cross-entropy is below 0", None),
    ],
)
def test_what_went_wrong_is_said(old: str, new: str, says: str, of_which: int | None) -> None:
    """of_which: how many sentences there are in all, where it can be said."""
    assert old in SOUND
    found = told(SOUND.replace(old, new))
    assert says in found
    assert of_which in (None, len(found.splitlines())), found
