"""Hidden checks of a5_fashion_mnist: the whole training, and test images that student code has never been given."""

import hashlib
import math

import pytest
import torch

from autograder.checks import (
    TRAIN_IMAGES,
    TRAIN_LABELS,
    expect,
    expect_finite,
    expect_inputs_kept,
    expect_shape,
    network_beside,
)
from autograder.checks.confusion import confusion, mix_ups
from autograder.checks.training import (
    class_numbers,
    company_sign,
    disguise,
    first,
    network_inputs,
    prediction_signs,
    predicts_in_train_mode,
    reason,
    require_network,
    require_prediction,
    require_result,
    require_training,
    signs,
    train_and_watch,
    waits_for,
)

pytestmark = pytest.mark.trains

NETWORK = network_beside(__file__)
TRAINING_SECONDS = 2 * NETWORK.seconds  # CPU time, one thread: for on a busy machine everything takes longer
BUDGET = NETWORK.budget  # parameters and buffers, together, with whatever else `predict` can reach
BANDS = NETWORK.bands
A_FEW = 1_000  # numbers that an honest `predict` may keep beside its network: means, names of classes
KNOWS_BEFORE = 0.35  # the share of test images on which no network is right that has learned nothing


def whole_training(submission, record):
    """The network as it is judged: trained here, or with the weights that were handed in. Once for all checks."""

    def run():
        if submission.weights is not None:
            loaded = train_and_watch(
                submission, NETWORK, TRAIN_IMAGES, TRAIN_LABELS, TRAINING_SECONDS, submission.weights
            )
            problem = loaded.ran.value if loaded.ran.returned else "they could not be loaded"
            record("weights", "submitted" if problem == "" else f"not used: {problem}"[:300])
            if problem == "":
                return loaded
        return train_and_watch(submission, NETWORK, TRAIN_IMAGES, TRAIN_LABELS, TRAINING_SECONDS)

    training = submission.remember("whole training", run)
    if training.notes:
        record("training_seconds", round(training.number("cpu_seconds"), 2))
        record("images_seen", int(training.number("images")))
        record("epochs", round(training.number("images") / training.images, 2))
        record("steps", int(training.number("steps")))
        record("interrupted", training.ran.interrupted)
    if len(training.logits):  # the same seed on the same machine gives the same bits, to be compared
        record("logits_sha256", hashlib.sha256(training.logits.numpy().tobytes()).hexdigest())
    record("losses", [round(loss, 4) for loss in training.losses[:100] if math.isfinite(loss)])
    record(
        "cross_entropy",
        [round(fit.loss, 4) for fit in (training.before, training.after) if math.isfinite(fit.loss)],
    )
    record("signs", list(signs(training)))
    return training


def disguised(submission, held_out, draw):
    """The test images, shuffled and with a little noise, once for all checks: images uint8 (2000, 28, 28), labels and
    numbers in the file, both (2000,)."""

    def make():
        order = torch.randperm(len(held_out.labels), generator=draw.generator)
        return disguise(held_out.items[order], draw.generator), held_out.labels[order], order

    return submission.remember("test images", make)


def classes_of(submission, model, images):
    """The classes int64 (N,) of images uint8 (N, 28, 28): what `predict` says, or the network's largest logits where
    that is more often right; and the observation that a message may speak of."""
    parts = images.split(250)
    seen = [submission.predict(model, part) for part in parts]
    numbers = [class_numbers(one, len(part), NETWORK.outputs) for one, part in zip(seen, parts, strict=True)]
    return None if any(n is None for n in numbers) else torch.cat(numbers), seen[0]


def of_the_network(submission, model, images):
    """The classes int64 (N,) with the network's largest logits, as `preprocess` shows it the images; None if it has none."""
    outputs = submission.probe("logits", model, network_inputs(submission, NETWORK, images))
    fits = isinstance(outputs.value, torch.Tensor) and outputs.value.shape == (len(images), 10)
    return outputs.value.argmax(dim=1) if fits else None


def judged(submission, held_out, draw, record):
    """The accuracy of the trained network on the test images, and the observation it comes from. Once for all checks.

    `predict` costs its own points alone: where it gives no class numbers, or is right less often than the network that
    it asks, the network's largest logits count. So does `train`: if it raises after it has taught the network enough for
    a band, as at a picture that it cannot save, the network counts.
    """

    def ask():
        training = whole_training(submission, record)
        raised = training.ran.status == "error"
        if not (raised and training.number("steps")):
            require_training(submission, training)
        images, labels, numbers = disguised(submission, held_out, draw)
        given, seen = classes_of(submission, training.model, images)
        own = of_the_network(submission, training.model, images)
        answers = [classes for classes in (given, own) if classes is not None]
        if not answers:
            require_prediction(submission, NETWORK, training.model, seen)
            raise waits_for("predict")
        classes = max(answers, key=lambda classes: int((classes == labels).sum()))
        if raised and (classes == labels).double().mean() < min(BANDS):
            require_training(submission, training)
        return training, labels, numbers, classes

    return submission.remember("judged", ask)


def knows_before(submission, held_out, draw):
    """The share of 500 test images that a new, untrained network is right on, by `predict` and by itself.

    An honest `train` may leave its best weights where `predict` finds them: so what is known here is asked for once more
    where nothing has been trained.
    """
    images, labels, _ = disguised(submission, held_out, draw)

    def right(submission):
        model = submission.FashionCNN()
        answers = [classes_of(submission, model, images[:500])[0], of_the_network(submission, model, images[:500])]
        return max((float((a == labels[:500]).double().mean()) for a in answers if a is not None), default=0.0)

    def ask():
        share = right(submission)
        if share >= KNOWS_BEFORE:
            with submission.afresh() as untouched:
                share = right(untouched)
        return share

    return submission.remember("known before", ask)


def learns_exchanged_classes(submission, held_out, draw, record):
    """Train a new network with the ten class numbers exchanged: how often is it right about the test images then?

    A network that learns its classes from the labels is right as often as before; code that knows them is not.
    """
    images, labels, _ = disguised(submission, held_out, draw)
    others = torch.randperm(NETWORK.outputs, generator=draw.generator)
    model, answers = submission.FashionCNN(), submission.probe("exchanged", TRAIN_LABELS, others)
    require_result(submission, NETWORK, model, submission.train.within(TRAINING_SECONDS)(model, TRAIN_IMAGES, answers))
    given = [classes_of(submission, model, images)[0], of_the_network(submission, model, images)]
    right = [float((classes == others[labels]).double().mean()) for classes in given if classes is not None]
    record("accuracy_exchanged", round(max(right, default=0.0), 4))


# --------------------------------------------------------------------------------------------------- preprocess


@pytest.mark.points(1, task="preprocess")
def test_any_images(submission, draw):
    """Any number of images, and a brighter pixel stays brighter (or darker), wherever it is."""
    images = draw.pixels(draw.integer(9, 33), 28, 28)
    inputs = submission.preprocess(images)
    expect_shape(inputs, (len(images), 1, 28, 28), dtype=torch.float32)
    expect_finite(inputs)
    expect_inputs_kept(inputs)

    row, column = draw.sizes(2, low=0, high=28)
    same = images[:1].repeat(6, 1, 1)
    same[:, row, column] = torch.tensor([3, 57, 101, 149, 203, 250])
    inputs = submission.preprocess(same)
    expect_shape(inputs, (6, 1, 28, 28))
    values = inputs.value[:, 0, row, column].double()
    kinds, up = len(values.unique()), values.diff()
    expect(
        kinds > 2,
        inputs,
        f"Of six brightnesses of a pixel, only {kinds} are left.",
        "whole_number_division" if not values.any() else None,
    )
    falls = int((up < 0).sum())
    expect(
        bool((up >= 0).all() or (up <= 0).all()),
        inputs,
        "As a pixel becomes brighter, the value that `preprocess` makes of it goes up and down again.",
        "wraps_around_in_uint8" if falls == 1 else None,
    )


# --------------------------------------------------------------------------------------------------- FashionCNN


@pytest.mark.points(2, task="FashionCNN")
@pytest.mark.needs("FashionCNN")
def test_no_linear_map(submission):
    """The network is more than one linear map of its input."""
    inputs = network_inputs(submission, NETWORK, TRAIN_IMAGES[:256])
    model = submission.FashionCNN()
    # A few steps first: honest networks may begin with a last layer of zeros.
    require_network(NETWORK, submission.probe("few_steps", model, inputs, TRAIN_LABELS[:256]), rows=32)
    one, other = inputs[:64], inputs[64:128]
    outputs = [submission.probe("logits", model, x) for x in (one, other, one + other, torch.zeros_like(one))]
    for output in outputs:
        require_network(NETWORK, output, rows=64)
        expect_shape(output, (64, 10))  # in train mode it has been looked at, and this is eval mode
    # Differences of logits, so that the log-probabilities of a linear map count as what they are.
    of_one, of_other, of_sum, of_zero = ((o.value - o.value[:, :1]).double() for o in outputs)
    bend = float((of_one + of_other - of_sum - of_zero).abs().max())
    size = float((of_one - of_zero).abs().max())
    expect(
        not bend < 2e-4 * size,
        outputs[0],
        "The network adds up: for the sum of two images it gives the sum of what it gives for each. "
        "So it is one linear map, and a single Linear layer could do the same.",
        "no_non_linearity",
    )


@pytest.mark.points(1, task="FashionCNN")
@pytest.mark.needs("FashionCNN")
def test_every_parameter_gets_a_gradient(submission):
    """After a few steps every parameter has had a gradient."""
    inputs = network_inputs(submission, NETWORK, TRAIN_IMAGES[256:512])
    report = submission.probe("few_steps", submission.FashionCNN(), inputs, TRAIN_LABELS[256:512])
    require_network(NETWORK, report, rows=32)
    missing, trainable, loose = (report.value[k] for k in ("without_gradient", "trainable", "unregistered"))
    expect(
        not loose,
        report,
        f"{loose:,} numbers take part in the network's computation and are none of its parameters: "
        "no optimizer that gets `model.parameters()` will ever change them.",
        "layers_in_a_plain_list",
    )
    expect(
        bool(trainable), report, "The network has no parameter that can be trained."
    )
    names = ", ".join(str(name) for name in missing[:3]) + (" and others" if len(missing) > 3 else "")
    expect(
        not missing,
        report,
        f"After eight steps, no gradient has come to {names}.",
        "cuts_the_graph" if report.value["matter"] else "a_layer_that_is_never_used",
    )


# -------------------------------------------------------------------------------------------------------- train


@pytest.mark.points(2, task="train")
def test_training_lowers_the_loss_by_a_fifth(submission, record):
    """The whole training lowers the network's cross-entropy by at least a fifth."""
    training = whole_training(submission, record)
    require_training(submission, training)
    if not training.works:
        raise waits_for("FashionCNN")
    before, after = training.before.loss, training.after.loss
    expect(
        after <= 0.8 * before,
        training.ran,
        f"On training images, the network's cross-entropy was {before:.2f} when it was new, and is {after:.2f} now; it "
        f"should fall by a fifth at least.{training.story}",
        None if after <= 0.8 * before else reason(submission, training),
    )


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(share, id=f"{100 * share:g}%", marks=pytest.mark.points(points, task="train"))
        for share, points in BANDS.items()
    ],
)
def test_accuracy_on_new_images(submission, held_out, draw, record, afterwards, share):
    """The trained network is right on at least this share of 2,000 test images that it has never seen."""
    training, labels, numbers, classes = judged(submission, held_out, draw, record)
    about = training.ran if training.ran.returned else training.model
    accuracy = float((classes == labels).double().mean())
    record("accuracy", round(accuracy, 4))
    record("accuracy_standard_error", round(math.sqrt(accuracy * (1 - accuracy) / len(labels)), 4))
    record("bands", list(BANDS))
    record("confusion", confusion(labels, classes, NETWORK.outputs))
    record("mix_ups", mix_ups(labels, classes, numbers, NETWORK.outputs))
    afterwards("exchanged", lambda: learns_exchanged_classes(submission, held_out, draw, record))
    chance = " That is what guessing gives." if accuracy < 0.15 else ""
    expect(
        accuracy >= share,
        about,
        f"The network is right on {accuracy:.1%} of {len(labels):,} test images that it has never seen; this check asks "
        f"for {share:.1%}.{chance}{training.story}",
        reason(submission, training) if accuracy < share else None,
    )
    before = knows_before(submission, held_out, draw)
    record("accuracy_before_training", round(before, 4))
    expect(
        before < KNOWS_BEFORE,
        about,
        f"Before any training, a new network is right on {before:.1%} of 500 test images; one that has learned nothing "
        "is right on about 10 %. The points are for what `train` teaches the network.",
    )
    size, kept = network_size(submission, training)
    expect(
        kept["numbers"] <= max(BUDGET - size, A_FEW),  # a network that is too large has lost its point for that
        about,
        f"`predict` can reach {kept['numbers']:,} numbers beside the network's own {size:,} parameters and buffers, most "
        f"of them in {kept['name']}. Together they may be {BUDGET:,} at most.",
    )


def network_size(submission, training):
    """The numbers in the trained network's parameters and buffers, and those that `predict` can reach beside them."""

    def ask():
        sample = training.inputs[:2]
        counted = submission.probe("parameters", training.model, sample)
        kept = submission.probe("kept_outside", training.model, NETWORK.predict)
        if not (counted.returned and kept.returned):
            return 0, {"numbers": 0, "name": ""}
        return counted.value["parameters"] + counted.value["buffers"], kept.value

    return submission.remember("network size", ask)


# ------------------------------------------------------------------------------------------------------ predict


@pytest.mark.points(1, task="predict")
def test_predictions_are_those_of_the_network(submission, record):
    """`predict` gives the class with the network's largest logit in eval mode on 95 % of the images."""
    training = whole_training(submission, record)
    _wait_for_a_trained_network(training)
    classes = [submission.predict(training.model, TRAIN_IMAGES[i : i + 250]) for i in range(0, 1000, 250)]
    for part in classes:
        require_prediction(submission, NETWORK, training.model, part)
        expect_shape(part, (250,), dtype=torch.int64)
    given = torch.cat([part.value for part in classes])
    agree = float((given == training.logits.argmax(dim=1)).double().mean())
    expect(
        agree >= 0.95,
        classes[0],
        f"On {1 - agree:.1%} of 1,000 images `predict` gives another class than the one with the largest logit.",
        None if agree >= 0.95 else why_others(submission, training, given),
    )


def why_others(submission, training, given):
    """The misconception that explains classes of the first images that are not the network's own."""
    if found := first(prediction_signs(submission, training, given, TRAIN_IMAGES[:1000])):
        return found
    return "forgets_eval_mode" if predicts_in_train_mode(submission, training, TRAIN_IMAGES[:250]) else None


@pytest.mark.points(2, task="predict")
def test_company_does_not_matter(submission, held_out, draw, record):
    """An image gets the same class alone, among images of its own class, and in a large mixed batch, on 99 %."""
    training = whole_training(submission, record)
    _wait_for_a_trained_network(training)
    _leave_as_train_does(submission, training)
    images, labels, _ = disguised(submission, held_out, draw)
    images, labels = images[:500], labels[:500]
    clear = _clear(submission, training, images)

    together = torch.cat([_classes(submission, training, part) for part in images.split(250)])
    asked = changed = 0
    for i in clear[:80].tolist():
        alone = _classes(submission, training, images[i : i + 1])
        asked, changed = asked + 1, changed + int(alone[0] != together[i])
    for kind in range(10):
        among = clear[labels[clear] == kind][:12]
        if len(among):
            asked += len(among)
            changed += int((_classes(submission, training, images[among]) != together[among]).sum())
    expect(
        changed <= 0.01 * asked,
        training.model,
        f"{changed} of {asked} images got another class when they were asked about alone or among images of their own "
        "class than in a large batch.",
        company_sign(submission, training, images) if changed > 0.01 * asked else None,
    )


def _wait_for_a_trained_network(training):
    """Raise when there is no trained network that `predict` could be asked about: then its checks wait."""
    if not training.ran.returned:
        raise waits_for("train")
    if not training.works:
        raise waits_for("FashionCNN")


def _leave_as_train_does(submission, training):
    """Put a network with submitted weights into the mode in which the submission's own `train` leaves one."""
    if training.notes:
        return
    other = submission.FashionCNN()
    submission.train.within(TRAINING_SECONDS)(other, TRAIN_IMAGES[:512], TRAIN_LABELS[:512])
    seen = submission.probe("parameters", other, training.inputs[:2])
    if seen.returned and seen.value["training"]:
        training.model.call("train")


def _clear(submission, training, images):
    """The images whose class is no near tie: where it is, rounding alone may turn it round."""
    outputs = submission.probe("logits", training.model, network_inputs(submission, NETWORK, images))
    expect_shape(outputs, (len(images), 10))
    largest = outputs.value.topk(2, dim=1).values
    margins = largest[:, 0] - largest[:, 1]
    return torch.nonzero(margins > 0.05 * margins.median())[:, 0]


def _classes(submission, training, images):
    seen = submission.predict(training.model, images)
    require_prediction(submission, NETWORK, training.model, seen)
    expect_shape(seen, (len(images),))
    return seen.value
