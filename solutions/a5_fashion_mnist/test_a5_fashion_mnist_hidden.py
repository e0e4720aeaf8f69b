"""Hidden checks of a5_fashion_mnist: the whole training, and test images that the student's code has never seen."""

import math
import time

import pytest
import torch

from autograder.checks import TRAIN_IMAGES, TRAIN_LABELS, expect, expect_inputs_kept, expect_shape

pytestmark = pytest.mark.trains

SECONDS = 90  # CPU time of the whole training
NOISE = 2.0  # gray levels (of 255) of the noise on test images: leaves the accuracy as it is


@pytest.mark.points(2, task="preprocess")
def test_keeps_images_apart(submission, draw):
    """Any batch size; different images stay different, and the input is left alone."""
    images = draw.pixels(draw.integer(2, 9), 28, 28)
    floats = submission.preprocess(images)
    expect_shape(floats, (len(images), 1, 28, 28), torch.float32)
    expect_inputs_kept(floats)
    spread = float(floats.value.std()) if bool(floats.value.isfinite().all()) else math.nan
    expect(spread > 1e-6, floats, "The values are all the same, or not finite: nothing is left to learn from.")


@pytest.mark.points(1, task="FashionCNN")
def test_is_not_a_linear_map(submission, draw):
    """The network bends: it is more than one linear map of the pixels."""
    model = submission.FashionCNN()
    a, b = draw.normal(8, 1, 28, 28), draw.normal(8, 1, 28, 28)
    outputs = [submission.probe("logits", model, x) for x in (a, b, a + b, torch.zeros_like(a))]
    for output in outputs:
        expect_shape(output, (8, 10))
    of_a, of_b, of_sum, of_zero = (output.value.double() for output in outputs)
    bend = float((of_sum - of_a - of_b + of_zero).abs().max())
    scale = float(of_sum.abs().max()) + 1e-9
    expect(
        bend > 1e-3 * scale,
        outputs[0],
        "The network gives for a sum of images just the sum of what it gives for each: it is one linear map.",
        because="no_non_linearity",
    )


@pytest.mark.points(2, task="FashionCNN")
def test_every_parameter_learns(submission, draw):
    """After a few steps every parameter has had a gradient."""
    images, labels = draw.normal(32, 1, 28, 28), draw.labels(32, 10)
    report = submission.probe("without_gradient", submission.FashionCNN(), images, labels)
    expect(report.returned, report, "")
    names = [str(name) for name in report.value]
    shown = ", ".join(names[:4]) + (" and more" if len(names) > 4 else "")
    expect(
        not names,
        report,
        f"No gradient ever reaches {shown}: the loss does not depend on them.",
        because="a_layer_that_is_never_used",
    )


@pytest.mark.points(2, task="predict")
@pytest.mark.needs("FashionCNN", "preprocess", "train")
def test_trained_network_predicts_by_its_logits(submission, held_out, draw, record):
    """After training, predict agrees with the network's logits in eval mode on 95 % of test images."""
    model, images, _ = graded(submission, held_out, draw, record)[:3]
    images = images[:500]
    classes = submission.predict(model, images)
    logits = submission.probe("logits", model, submission.preprocess(images))
    expect_shape(classes, (len(images),), torch.int64)
    expect_shape(logits, (len(images), 10))
    agree = float((classes.value == logits.value.argmax(1)).double().mean())
    expect(
        agree >= 0.95,
        classes,
        f"predict gives the class of the largest logit (in eval mode) on {agree:.0%} of the images.",
    )


@pytest.mark.points(2, task="predict")
@pytest.mark.needs("FashionCNN", "preprocess", "train")
def test_prediction_does_not_depend_on_the_batch(submission, held_out, draw, record):
    """An image's class is the same alone, among its like, and in a large batch."""
    model, images, labels = graded(submission, held_out, draw, record)[:3]
    images, labels = images[:400], labels[:400]
    together = submission.predict(model, images)
    expect_shape(together, (len(images),), torch.int64)
    same = asked = 0
    for i in range(60):
        alone = submission.predict(model, images[i : i + 1])
        expect_shape(alone, (1,))
        same, asked = same + int(alone.value[0] == together.value[i]), asked + 1
    for kind in range(10):
        chosen = (labels == kind).nonzero()[:16, 0]
        few = submission.predict(model, images[chosen])
        expect_shape(few, (len(chosen),))
        same, asked = same + int((few.value == together.value[chosen]).sum()), asked + len(chosen)
    expect(
        same >= 0.99 * asked,
        together,
        f"Asked alone or among images of one class, {asked - same} of {asked} images get another class than in a "
        "large batch.",
        because="forgets_eval_mode",
    )


@pytest.mark.points(2, task="train")
@pytest.mark.needs("FashionCNN", "preprocess")
def test_whole_training_lowers_the_loss(submission, held_out, draw, record):
    """Training lowers the cross-entropy on test images by at least a fifth."""
    model, images, labels, before, trained = graded(submission, held_out, draw, record)
    after = cross_entropy(submission, model, images, labels)
    expect(
        after <= 0.8 * before,
        trained,
        f"The cross-entropy on test images was {before:.3f} before training and is {after:.3f} after it; at least a "
        "fifth less was asked for.",
    )


@pytest.mark.parametrize(
    "band",
    [
        pytest.param(0.60, marks=pytest.mark.points(5, task="train")),
        pytest.param(0.75, marks=pytest.mark.points(4, task="train")),
        pytest.param(0.82, marks=pytest.mark.points(4, task="train")),
        pytest.param(0.85, marks=pytest.mark.points(4, task="train")),
    ],
    ids=lambda band: f"{band:.0%}",
)
@pytest.mark.needs("FashionCNN", "preprocess", "predict")
def test_accuracy_on_images_never_seen(submission, held_out, draw, record, band):
    """The trained network is right on at least this share of 2,000 test images."""
    model, images, labels = graded(submission, held_out, draw, record)[:3]
    classes = submission.remember("classes", lambda: submission.predict(model, images))
    expect_shape(classes, labels.shape, torch.int64)
    accuracy = float((classes.value == labels).double().mean())
    record("accuracy", round(accuracy, 4))
    record("accuracy_standard_error", round(math.sqrt(accuracy * (1 - accuracy) / len(labels)), 4))
    expect(
        accuracy >= band,
        classes,
        f"The network is right on {accuracy:.1%} of the test images; this check asks for {band:.0%}."
        + (" That is what guessing gives." if accuracy < 0.15 else ""),
    )


def graded(submission, held_out, draw, record):
    """The trained model with the test images for it, once for a submission.

    Returns model, images uint8 (2000, 28, 28), labels (2000,), the cross-entropy before training, and the
    observation of the training. Images come in a fresh order with a little noise, so none can be looked up by
    its bytes.
    """

    def make():
        order = torch.randperm(len(held_out.labels), generator=draw.generator)
        noise = draw.normal(len(order), 28, 28, scale=NOISE)
        images = (held_out.images[order].float() + noise).round().clamp(0, 255).to(torch.uint8)
        labels = held_out.labels[order]
        model = submission.FashionCNN()
        before = cross_entropy(submission, model, images, labels)
        if submission.weights is not None:
            trained = submission.probe("load_weights", model, submission.weights)
            record("weights", "submitted")
        else:
            began = time.monotonic()
            trained = submission.train.within(cpu_seconds=SECONDS)(model, TRAIN_IMAGES, TRAIN_LABELS)
            record("training_seconds", round(time.monotonic() - began, 2))
            record("interrupted", trained.interrupted)
            losses = trained.value if isinstance(trained.value, list) else []
            record("losses", [round(x, 4) for x in losses if isinstance(x, float) and math.isfinite(x)][:200])
        return model, images, labels, before, trained

    made = submission.remember("graded", make)
    expect(made[4].returned, made[4], "")
    return made


def cross_entropy(submission, model, images, labels):
    """The cross-entropy of the model's logits on the first 1,000 of these images, worked out by the grader."""
    logits = submission.probe("logits", model, submission.preprocess(images[:1000]))
    expect_shape(logits, (1000, 10))
    return float(torch.nn.functional.cross_entropy(logits.value.double(), labels[:1000]))
