"""Public checks of a5_fashion_mnist. They train on 512 images alone; grading trains on all 10,000."""

import pytest
import torch

from autograder.checks import (
    TRAIN_IMAGES,
    TRAIN_LABELS,
    counting_images,
    expect,
    expect_finite,
    expect_inputs_kept,
    expect_shape,
    network_beside,
)
from autograder.checks.describe import returned
from autograder.checks.training import (
    first,
    network_inputs,
    output_signs,
    prediction_signs,
    reason,
    require_network,
    require_prediction,
    require_the_pieces,
    require_training,
    signs,
    train_and_watch,
    waits_for,
)

pytestmark = pytest.mark.trains

NETWORK = network_beside(__file__)
BUDGET = NETWORK.budget  # parameters and buffers, together

# What can be told from the way in which a training went, by name; the message comes with the diagnosis.
SIGNS = (
    "softmax_in_forward",
    "sigmoid_in_forward",
    "softmax_over_the_batch",
    "forgets_the_step",
    "forgets_backward",
    "trains_a_copy",
    "gradients_not_zeroed",
    "new_optimizer_every_step",
    "trains_only_some_layers",
    "one_batch_only",
    "returns_inside_the_loop",
    "trains_on_few_images",
    "trains_on_raw_pixels",
    "trains_in_eval_mode",
    "nll_loss_on_probabilities",
    "nll_loss_on_logits",
    "softmax_before_the_loss",
    "learning_rate_far_too_high",
    "climbs_the_loss",
    "learning_rate_far_too_low",
    "labels_lose_their_images",
    "pixels_not_scaled",
    "labels_one_hot",
    "loss_without_a_graph",
    "item_before_backward",
    "backward_through_old_graphs",
    "wrong_flatten_size",
    "flattens_across_the_batch",
    "forgets_to_flatten",
    "view_of_a_wrong_size",
    "expects_the_channels_last",
    "expects_a_channel_for_each_row",
    "expects_three_channels",
    "adds_the_channel_axis_again",
    "batch_statistics_in_eval",
    "picks_the_smallest_score",
    "counts_classes_from_one",
    "forgets_to_preprocess",
    "shuffles_while_predicting",
)


def pictures(count):
    """uint8 (count, 28, 28): fixed patterns, each image another one."""
    return (counting_images(count, 28, 28) % 251).to(torch.uint8)


def noise(count):
    """float32 (count, 1, 28, 28): fixed random images, as a network gets them."""
    return torch.randn(count, 1, 28, 28, generator=torch.Generator().manual_seed(5))


def sees_too_few(training):
    """Were 512 images too few for it? Some hold out a thousand or more, or leave out a last, smaller batch."""
    seen = training.number("images")
    if not training.ran.returned:
        return training.ran.status == "error" and not seen
    return not training.notes.get("parameters_moved") or seen < 256 * max(1, len(training.losses))


def short_training(submission):
    """A new network, trained on 512 images (where these are too few, on 4,096) by the submission's own `train`; once for all checks."""

    def run():
        training = train_and_watch(submission, NETWORK, TRAIN_IMAGES[:512], TRAIN_LABELS[:512], cpu_seconds=30)
        if sees_too_few(training):
            training = train_and_watch(submission, NETWORK, TRAIN_IMAGES[:4096], TRAIN_LABELS[:4096], cpu_seconds=30)
        return training

    return submission.remember("short training", run)


# --------------------------------------------------------------------------------------------------- preprocess


@pytest.mark.points(1, task="preprocess")
def test_images_become_network_inputs(submission):
    """uint8 (5, 28, 28) becomes float32 (5, 1, 28, 28), and a single image works too."""
    inputs = submission.preprocess(pictures(5))
    expect_shape(inputs, (5, 1, 28, 28), dtype=torch.float32)
    expect_finite(inputs)
    expect_inputs_kept(inputs)
    expect_shape(submission.preprocess(pictures(5)[3:4]), (1, 1, 28, 28), dtype=torch.float32)


@pytest.mark.points(1, task="preprocess")
def test_brighter_stays_brighter(submission):
    """As a pixel goes from 0 to 255, its value goes up all the way (or down, if you like), and does not jump."""
    images = pictures(1).repeat(8, 1, 1)
    images[:, 9, 20] = torch.tensor([0, 36, 72, 108, 144, 180, 216, 255])
    inputs = submission.preprocess(images)
    if getattr(inputs.value, "shape", None) != (8, 28, 28):  # no channel axis: has cost its point above
        expect_shape(inputs, (8, 1, 28, 28))
    values = inputs.value.reshape(8, 28, 28)[:, 9, 20].double()
    up = values.diff()
    expect(
        len(values.unique()) > 2,
        inputs,
        f"A pixel that goes from 0 to 255 becomes only {len(values.unique())} different values: the rest is lost.",
        because="whole_number_division" if not values[:-1].any() else None,
    )
    expect(
        bool((up >= 0).all() or (up <= 0).all()),
        inputs,
        "As a pixel goes from 0 to 255, the value that `preprocess` makes of it goes up and down again.",
        because="wraps_around_in_uint8" if int((up < 0).sum()) == 1 else None,
    )


# --------------------------------------------------------------------------------------------------- FashionCNN


@pytest.mark.points(1, task="FashionCNN")
def test_ten_numbers_for_each_image(submission):
    """A batch (32, 1, 28, 28) becomes (32, 10): ten numbers for each image."""
    scores = submission.FashionCNN()(noise(32))
    require_network(NETWORK, scores, rows=32)
    got = scores.value
    expect(isinstance(got, torch.Tensor), scores, f"FashionCNN()(x) returned {returned(scores)}; a tensor was asked for.")
    shape, whole = tuple(got.shape), not got.is_floating_point()
    because = None
    if shape in ((10,), (320,), (1, 10)):
        because = "flattens_across_the_batch"
    elif shape == (32,) and whole:
        because = "returns_class_numbers"
    elif shape in ((32,), (32, 1)):
        because = "one_output"
    elif len(shape) == 2 and shape[1] == 10:
        because = "view_of_a_wrong_size"
    elif shape[:1] == (32,) and len(shape) > 2:
        because = "forgets_to_flatten"
    expect(
        shape == (32, 10),
        scores,
        f"FashionCNN()(x), x of shape (32, 1, 28, 28), returned shape {shape}; it should be (32, 10).",
        because,
    )
    expect(
        not whole, scores, f"The network returned whole numbers ({got.dtype}); scores are floats.", because
    )
    expect_finite(scores)


@pytest.mark.points(1, task="FashionCNN")
@pytest.mark.needs("FashionCNN")
def test_one_image_in_eval_mode(submission):
    """In eval mode a batch of one image works, (1, 1, 28, 28) to (1, 10), and gives what it gives among others."""
    model = submission.FashionCNN()
    model.call("eval")
    alone = model(noise(6)[2:3])
    require_network(NETWORK, alone, rows=1)
    shape = tuple(alone.value.shape)
    expect(
        shape == (1, 10),
        alone,
        f"For a single image the network in eval mode returned shape {shape}; it should be (1, 10).",
        "squeezes_the_batch_away" if shape == (10,) else None,
    )
    again, among = model(noise(6)[2:3]), model(noise(6))
    size = max(float(alone.value.abs().max()), 1e-3)
    off = float((again.value - alone.value).abs().max()) / size
    ones = torch.equal(alone.value, torch.ones(1, 10))  # what softmax makes of a batch of one
    steps = submission.probe("few_steps", submission.FashionCNN(), noise(8), torch.arange(8), 2)
    fresh_layers = steps.returned and steps.value["unregistered"] > 0
    expect(
        off < 0.1,
        again,
        "Asked twice about the same image, the network in eval mode gave different scores.",
        "layers_made_in_forward" if fresh_layers else "dropout_always_on",
    )
    expect(
        float((among.value[2] - alone.value[0]).abs().max()) / size < 0.1,
        among,
        "In eval mode the network gives an image other scores when there are other images in the batch.",
        "softmax_over_the_batch" if ones else "batch_statistics_in_eval",
    )


@pytest.mark.points(1, task="FashionCNN")
@pytest.mark.needs("FashionCNN")
def test_parameter_budget(submission):
    """At most 500,000 numbers in parameters and buffers."""
    counted = submission.probe("parameters", submission.FashionCNN(), noise(2))
    require_network(NETWORK, counted, rows=2)
    total = counted.value["parameters"] + counted.value["buffers"]
    name, shape = counted.value["largest"]
    expect(
        total <= BUDGET,
        counted,
        f"The network has {total:,} parameters and buffers, {total - BUDGET:,} more than allowed. "
        f"The largest is {name}, of shape {tuple(shape)}.",
        "too_many_parameters",
    )


@pytest.mark.points(2, task="FashionCNN")
@pytest.mark.needs("FashionCNN")
def test_logits_not_probabilities(submission):
    """The outputs are logits (or log-probabilities): they need not lie in 0 ... 1, nor sum to one."""
    inputs = network_inputs(submission, NETWORK, TRAIN_IMAGES[:100])
    outputs = submission.probe("logits", submission.FashionCNN(), inputs)
    require_network(NETWORK, outputs, rows=100)
    sign = first(
        output_signs(outputs.value), "softmax_in_forward", "sigmoid_in_forward", "softmax_over_the_batch"
    )
    what = {
        "softmax_in_forward": "The ten outputs of each image are positive and sum to one: these are probabilities.",
        "softmax_over_the_batch": "The outputs of each class sum to one over the images of the batch.",
        "sigmoid_in_forward": "Every output lies between 0 and 1: these are probabilities.",
    }
    expect(sign is None, outputs, f"{what.get(sign, '')} The network should return logits.", sign)


# -------------------------------------------------------------------------------------------------------- train


@pytest.mark.points(2, task="train")
def test_training_lowers_the_loss(submission):
    """After training on 512 images, the network's cross-entropy on them is lower than before."""
    training = short_training(submission)
    require_training(submission, training)
    found = signs(training)
    moved = bool(training.notes.get("parameters_moved"))
    expect(
        moved,
        training.ran,
        f"After `train`, every parameter of the network is what it was before.{training.story}",
        None if moved else first(found, *SIGNS),
    )
    if not training.works:
        raise waits_for("FashionCNN")
    expect(
        "labels_lose_their_images" not in found,
        training.ran,
        "Most images of a batch came to the loss with the label of another image.",
        "labels_lose_their_images",
    )
    expect(
        "gradients_not_zeroed" not in found,
        training.ran,
        "At most steps the gradient of the batch before was still there.",
        "gradients_not_zeroed",
    )
    before, after = training.before.loss, min(training.after.loss, training.after_in_train_mode.loss)
    expect(
        after < before,
        training.ran,
        f"On {training.images:,} images, `train` took the cross-entropy from {before:.2f} to {after:.2f}: it should fall.",
        None if after < before else reason(submission, training),
    )


# ------------------------------------------------------------------------------------------------------ predict


def returns(value):
    """Which idea a value shows that is no tensor."""
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, torch.Tensor) for part in value):
        return "returns_largest_and_place"
    if not isinstance(value, list):
        return "returns_nothing" if value is None else None
    return "returns_class_names" if value and isinstance(value[0], str) else "returns_a_list"


@pytest.mark.points(1, task="predict")
def test_one_class_number_for_each_image(submission):
    """67 images become 67 class numbers, whole numbers (int64) from 0 to 9; one image becomes one."""
    images = pictures(67)
    model = submission.FashionCNN()
    if not model.returned:
        raise waits_for("FashionCNN")
    classes = submission.predict(model, images)
    require_prediction(submission, NETWORK, model, classes)
    got = classes.value
    is_tensor = isinstance(got, torch.Tensor)
    expect(
        is_tensor,
        classes,
        f"`predict` returned {returned(classes)}; a tensor of class numbers was asked for.",
        returns(got),
    )
    shape, whole = tuple(got.shape), not got.is_floating_point()
    because = {
        (67, 10, True): "returns_one_hot",
        (67, 10, False): "returns_the_scores",
        (10, True): "argmax_over_the_batch",
        (True,): "argmax_over_everything",
    }.get((*shape, whole), "drops_the_last_batch" if len(shape) == 1 and 0 < shape[0] < 67 else None)
    if shape != (67,):
        require_the_pieces(submission, NETWORK, model)
    expect(
        shape == (67,),
        classes,
        f"For 67 images `predict` returned shape {shape}; it should be (67,).",
        because,
    )
    if not whole:
        because = "class_numbers_as_floats" if torch.equal(got, got.round()) else "returns_the_largest_score"
    expect(
        got.dtype == torch.int64,
        classes,
        f"`predict` returned {got.dtype}; class numbers are torch.int64.",
        because,
    )
    low, high = int(got.min()), int(got.max())
    expect(
        low >= 0 and high <= 9,
        classes,
        f"`predict` returned numbers from {low} to {high}; classes go from 0 to 9.",
        "counts_classes_from_one" if low >= 1 and high == 10 else None,
    )
    expect_inputs_kept(classes)
    for count in (7, 1):
        few = submission.predict(model, images[:count])
        if not few.returned:
            require_the_pieces(submission, NETWORK, model, rows=count)
        expect_shape(few, (count,), dtype=torch.int64)


@pytest.mark.points(1, task="predict")
def test_predictions_follow_the_scores(submission):
    """After a short training, `predict` picks the class with the largest score for most images."""
    training = short_training(submission)
    if not training.ran.returned:
        raise waits_for("train")
    if not training.works:
        raise waits_for("FashionCNN")
    classes = submission.predict(training.model, TRAIN_IMAGES[:256])
    require_prediction(submission, NETWORK, training.model, classes)
    expect_shape(classes, (256,), dtype=torch.int64)
    scores = training.logits[:256]
    agree = float((classes.value == scores.argmax(1)).double().mean())
    expect(
        agree >= 0.75,
        classes,
        f"For {1 - agree:.0%} of 256 images `predict` gives another class than the one with the network's largest score.",
        first(prediction_signs(submission, training, classes.value, TRAIN_IMAGES[:256]), *SIGNS),
    )
