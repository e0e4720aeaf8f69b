import pytest
import torch

from autograder.checks import TRAIN_IMAGES, TRAIN_LABELS, expect, expect_shape, network_beside
from autograder.checks.training import first, require_training, signs, train_and_watch, waits_for

pytestmark = pytest.mark.trains

NETWORK = network_beside(__file__)
X = torch.linspace(-1, 1, 9)[:, None]


@pytest.mark.points(1, task="Line")
def test_one_number_each(submission):
    """Five numbers go in and five come out."""
    expect_shape(submission.Line()(torch.zeros(5, 1)), (5, 1))


@pytest.mark.points(2, task="train")
def test_the_loss_falls(submission):
    """After training on 100 points, the mean squared error is lower than before."""
    training = train_and_watch(submission, NETWORK, TRAIN_IMAGES[:100], TRAIN_LABELS[:100], NETWORK.seconds)
    require_training(submission, training)
    if not training.works:
        raise waits_for("Line")
    before, after = training.before.loss, training.after.loss
    expect(
        after < before / 2,
        training.ran,
        f"On {training.images} points, `train` took the mean squared error from {before:.2f} to {after:.2f}.",
        first(signs(training)),
    )


@pytest.mark.points(1, task="predict")
def test_one_height_for_each_point(submission):
    """Nine points become nine heights."""
    heights = submission.predict(submission.Line(), X)
    shape = tuple(heights.value.shape) if isinstance(heights.value, torch.Tensor) else None
    because = "keeps_the_column" if shape == (9, 1) else None
    expect(shape == (9,), heights, f"For 9 points, `predict` returned shape {shape}; it should be (9,).", because)
