"""Public checks of a5_fashion_mnist: shapes, logits, the budget, and a short training on the first 1,000 images."""

import pytest
import torch

from autograder.checks import (
    TRAIN_IMAGES,
    TRAIN_LABELS,
    counting_images,
    expect,
    expect_shape,
)

pytestmark = pytest.mark.trains

BUDGET = 500_000  # parameters and buffers
SHORT = 1000  # images of the short training
SHORT_SECONDS = 30  # CPU time that it may take


def fixed_batch(count):
    """float32 (count, 1, 28, 28), the same every time, as a preprocessed batch might be."""
    return (counting_images(count, 1, 28, 28) % 97 / 48 - 1).to(torch.float32)


@pytest.mark.points(2, task="preprocess")
def test_brings_images_into_torch_form(submission):
    """uint8 (5, 28, 28) becomes float32 (5, 1, 28, 28)."""
    images = (counting_images(5, 28, 28) % 256).to(torch.uint8)
    expect_shape(submission.preprocess(images), (5, 1, 28, 28), torch.float32)


@pytest.mark.points(2, task="FashionCNN")
def test_gives_ten_numbers_for_each_image(submission):
    """A batch of 4 images gives logits of shape (4, 10)."""
    expect_shape(submission.FashionCNN()(fixed_batch(4)), (4, 10))


@pytest.mark.points(1, task="FashionCNN")
def test_gives_logits_not_probabilities(submission):
    """The rows are logits: the softmax is the loss's affair."""
    logits = submission.FashionCNN()(fixed_batch(4))
    expect_shape(logits, (4, 10))
    rows = logits.value
    probabilities = bool((rows >= 0).all()) and torch.allclose(rows.sum(1).float(), torch.ones(4), atol=1e-3)
    expect(
        not probabilities,
        logits,
        "Every row of the network's output is positive and sums to 1: these are probabilities, not logits.",
        because="softmax_in_forward",
    )


@pytest.mark.points(1, task="FashionCNN")
def test_stays_within_the_budget(submission):
    """At most 500,000 parameters and buffers, and at least one parameter."""
    sizes = submission.probe("sizes", submission.FashionCNN())
    expect(sizes.returned, sizes, "")
    count = int(sizes.value["parameters"]) + int(sizes.value["buffers"])
    expect(
        count <= BUDGET,
        sizes,
        f"The network has {count:,} parameters and buffers; the budget is {BUDGET:,}.",
        because="far_too_many_parameters",
    )
    expect(
        count > 0,
        sizes,
        "The network has no parameters that torch knows of, so there is nothing to train.",
        because="layers_in_a_plain_list",
    )


@pytest.mark.points(1, task="FashionCNN")
def test_takes_a_single_image(submission):
    """In eval mode, a batch of one image gives logits of shape (1, 10)."""
    model = submission.FashionCNN()
    expect(model.call("eval").returned, model, "eval() did not work.")
    expect_shape(model(fixed_batch(1)), (1, 10))


@pytest.mark.points(2, task="train")
@pytest.mark.needs("FashionCNN", "preprocess")
def test_training_lowers_the_loss(submission):
    """A short training on 1,000 images lowers the cross-entropy by at least a fifth."""
    model = submission.FashionCNN()
    batch = submission.preprocess(TRAIN_IMAGES[:SHORT])
    before = submission.probe("cross_entropy", model, batch, TRAIN_LABELS[:SHORT])
    trained = submission.train.within(cpu_seconds=SHORT_SECONDS)(model, TRAIN_IMAGES[:SHORT], TRAIN_LABELS[:SHORT])
    expect(trained.returned, trained, "")
    after = submission.probe("cross_entropy", model, batch, TRAIN_LABELS[:SHORT])
    expect(before.returned and after.returned, after if before.returned else before, "")
    change = f"The cross-entropy on these images was {before.value:.3f} before training and is {after.value:.3f} after it"
    expect(after.value != before.value, trained, f"{change}: the network has not changed.", because="never_steps")
    expect(after.value == after.value, trained, f"{change}: it has diverged.", because="steps_far_too_large")
    expect(after.value <= 0.8 * before.value, trained, f"{change}; at least a fifth less was asked for.")


@pytest.mark.points(1, task="predict")
@pytest.mark.needs("FashionCNN", "preprocess")
def test_predicts_class_numbers(submission):
    """uint8 (30, 28, 28) gives int64 (30,), numbers from 0 to 9."""
    classes = submission.predict(submission.FashionCNN(), TRAIN_IMAGES[:30])
    expect_shape(classes, (30,), torch.int64)
    inside = bool(((classes.value >= 0) & (classes.value <= 9)).all())
    expect(inside, classes, "Some of the class numbers are not from 0 to 9.")


@pytest.mark.points(2, task="predict")
@pytest.mark.needs("FashionCNN", "preprocess")
def test_predicts_where_the_largest_logit_is(submission):
    """The predicted class is that of the largest logit, for at least 95 of 100 images."""
    model = submission.FashionCNN()
    classes = submission.predict(model, TRAIN_IMAGES[:100])
    logits = submission.probe("logits", model, submission.preprocess(TRAIN_IMAGES[:100]))
    expect_shape(classes, (100,), torch.int64)
    expect_shape(logits, (100, 10))
    agree = int((classes.value == logits.value.argmax(1)).sum())
    expect(agree >= 95, classes, f"On {agree} of 100 images the predicted class is that of the largest logit.")
