import pytest
import torch

from autograder.checks import TRAIN_IMAGES, TRAIN_LABELS, expect, network_beside
from autograder.checks.training import require_training, train_and_watch, waits_for

pytestmark = pytest.mark.trains

NETWORK = network_beside(__file__)


@pytest.mark.parametrize(
    "share",
    [pytest.param(share, marks=pytest.mark.points(points, task="train")) for share, points in NETWORK.bands.items()],
)
def test_heights_of_new_points(submission, held_out, record, share):
    """On this share of new points the height is no more than 0.2 off."""

    def train():
        weights = submission.weights
        return train_and_watch(submission, NETWORK, TRAIN_IMAGES, TRAIN_LABELS, NETWORK.seconds, weights)

    training = submission.remember("training", train)
    require_training(submission, training)
    heights = submission.predict(training.model, held_out.items)
    if not isinstance(heights.value, torch.Tensor) or heights.value.shape != (40,):
        raise waits_for("predict")
    accuracy = float(((heights.value - held_out.labels).abs() <= NETWORK.within).double().mean())
    record("accuracy", accuracy)
    record("bands", list(NETWORK.bands))
    record("training_seconds", training.number("cpu_seconds"))
    record("losses", training.losses[:100])
    expect(accuracy >= share, training.ran, f"{accuracy:.0%} of 40 heights are right; this check asks for {share:.0%}.")
