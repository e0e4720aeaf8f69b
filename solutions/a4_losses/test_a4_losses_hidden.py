"""Hidden checks of a4_losses: fresh batches, torch in float64 as the oracle.

Every batch is drawn round a few values that no wrong idea survives (both sides of every threshold, sure and wrong,
sure and right), so that what is caught does not depend on luck. Exact ties and logits of 0 are never drawn.
"""

import runpy
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from autograder.checks import (
    call_each,
    expect,
    expect_finite,
    expect_inputs_kept,
    expect_not_called,
    expect_number,
    expect_tensor,
)

PUBLIC = runpy.run_path(str(Path(__file__).with_name("test_a4_losses.py")))
TORCHS_SOFTMAX, TORCHS_LOSSES = PUBLIC["TORCHS_SOFTMAX"], PUBLIC["TORCHS_LOSSES"]

# The four pairs of a task and an output.
PAIRS = (("binary", "probability"), ("binary", "logit"), ("multiclass", "log-probability"), ("multiclass", "logit"))


def tolerance(logits):
    """How exact a loss has to be, by the contract."""
    return 1e-5 + 1e-6 * logits.abs().max().item()


def shuffled(draw, values):
    """The values in a drawn order along the first axis."""
    return values[torch.randperm(len(values), generator=draw.generator)]


def magnitudes(draw, count, low, high):
    """(count,): floats from low to high."""
    return low + (high - low) * torch.rand(count, generator=draw.generator)


def unequal_targets(draw, count):
    """(count,): float targets, both classes there, not equally often, 1.0 at least twice; count is at least 4."""
    ones = draw.choice([ones for ones in range(2, count) if 2 * ones != count])
    return shuffled(draw, (torch.arange(count) < ones).float())


def unequal_labels(draw, count, classes):
    """(count,): int64 labels; the last class and class 0 occur, and not every class equally often."""
    labels = draw.labels(count, classes)
    labels[:3] = torch.tensor([classes - 1, classes - 1, 0])
    return shuffled(draw, labels)


def in_any_order(draw, rows):
    """(R, C): the rows, each in a drawn order of its own."""
    return rows.gather(1, torch.rand(rows.shape, generator=draw.generator).argsort(dim=1))


def spaced_rows(draw, rows, columns):
    """(rows, columns): moderate numbers; within each row any two are at least 0.5 apart, and none is near 0."""
    grid = torch.arange(columns) - (columns // 2 - 0.5) - draw.choice([0.0, 1.0])
    return in_any_order(draw, grid.expand(rows, columns)) + 0.5 * torch.rand(rows, columns, generator=draw.generator) - 0.25


# Each row: its largest logit lies between the first two numbers, the others behind it by something between the last two.
EXTREMES = torch.tensor(
    [
        [950, 1000, 1, 3],
        [450, 550, 300, 1400],
        [90, 99, 110, 120],
        [62, 75, 10, 11],
        [5, 10, 200, 900],
        [-700, -600, 0.5, 2],
        [-960, -950, 20, 40],
    ]
)


def extreme_rows(draw, columns):
    """(7, columns): rows that differ in their largest logit, and in how far the others lie behind it.

    Five are led by a positive logit, the last two by a negative one.
    """
    low, high, near, far = EXTREMES[:, :, None].unbind(dim=1)
    leader = low + (high - low) * torch.rand(7, 1, generator=draw.generator)
    behind = near + (far - near) * torch.rand(7, columns - 1, generator=draw.generator)
    return in_any_order(draw, torch.cat([leader, leader - behind], dim=1))


def float_type(obs):
    """The dtype of the answer where that is one of floats, else float32: any float will do."""
    value = obs.value
    floats = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.dtype if floats else torch.float32


# What is no module, and the name of the misconception that gives it.
NO_MODULES = {
    "type": "hands_back_the_class_of_the_{}",
    "function": "hands_back_the_function_for_the_{}",
    "builtin_function_or_method": "hands_back_the_function_for_the_{}",
    "str": "hands_back_text_for_the_{}",
    "NoneType": "hands_back_nothing_for_the_{}",
}


def expect_module(obs, what):
    """A loss or an activation is a module, made and ready: not its class, its name, a function, or None."""
    kind = obs.type_name if obs.handle is not None else type(obs.value).__name__
    because = NO_MODULES.get(kind)
    message = f"{obs.task} has to return a module of torch.nn, made and ready; what it returned is of type {kind}."
    expect(because is None, obs, message, because and because.format(what))


@pytest.mark.points(1, task="choose_loss")
def test_losses_of_fresh_batches(submission, draw):
    """The four losses on other batches: they compute what they should and average over the batch."""
    losses = submission.choose_loss.each(*PAIRS)
    for loss in losses:
        expect_module(loss, "loss")
    of_probability, of_binary_logit, of_log_probability, of_logit = losses

    count, classes = draw.sizes(2, low=4, high=8)
    probabilities = magnitudes(draw, count, 0.05, 0.95)
    targets = unequal_targets(draw, count)
    # The last logit is sure and wrong: a sigmoid of its own would have run out of digits.
    sure = magnitudes(draw, 1, 200, 900)
    logits = torch.cat([draw.normal(count - 1, scale=2.0), sure * (1 - 2 * targets[-1:])])
    labels = unequal_labels(draw, count, classes)
    rows = spaced_rows(draw, count, classes)
    # Not normalised on purpose: NLLLoss takes the entries as they are.
    log_probabilities = -rows.abs()
    from_probability, from_binary_logit, from_log_probability, from_logit = call_each(
        (of_probability, probabilities, targets),
        (of_binary_logit, logits, targets),
        (of_log_probability, log_probabilities, labels),
        (of_logit, rows, labels),
    )

    expect_number(from_probability, F.binary_cross_entropy(probabilities.double(), targets.double()).item(), atol=1e-5)
    exact = F.binary_cross_entropy_with_logits(logits.double(), targets.double()).item()
    expect_number(from_binary_logit, exact, atol=tolerance(logits))
    expect_number(from_log_probability, F.nll_loss(log_probabilities.double(), labels).item(), atol=1e-5)
    expect_number(from_logit, F.cross_entropy(rows.double(), labels).item(), atol=1.5e-5)


@pytest.mark.points(1, task="output_activation")
def test_activations_of_fresh_batches(submission, draw):
    """The four activations on batches of other sizes."""
    activations = submission.output_activation.each(*PAIRS)
    for activation in activations:
        expect_module(activation, "activation")
    to_probability, to_binary_logit, to_log_probability, to_logit = activations

    cases, expected = [], []
    for _ in range(2):  # a module serves more than one batch
        count, classes = draw.sizes(2, low=3, high=8)
        column = shuffled(draw, torch.cat([torch.tensor([-2.5, 3.0]), draw.normal(count - 2, scale=2.0)]))[:, None]
        rows = spaced_rows(draw, count, classes)
        cases += [(to_probability, column), (to_binary_logit, column), (to_log_probability, rows), (to_logit, rows)]
        expected += [column.double().sigmoid().float(), column, F.log_softmax(rows.double(), dim=1).float(), rows]
    for output, right in zip(call_each(*cases), expected):
        expect_tensor(output, right, atol=1e-5)


@pytest.mark.points(1, task="binary_targets")
def test_targets_of_fresh_labels(submission, draw):
    """Batches of other sizes, a batch of one, and batches of a single class."""
    count = draw.integer(5, 12)
    mixed = 1 - unequal_targets(draw, count).long()
    batches = (mixed, torch.zeros(count, dtype=torch.int64), torch.ones(3, dtype=torch.int64), mixed[:1])
    for labels, targets in zip(batches, submission.binary_targets.each(*((labels,) for labels in batches))):
        expect_tensor(targets, (labels == 0).to(float_type(targets)), atol=1e-6)
        expect_inputs_kept(targets)


@pytest.mark.points(1, task="softmax")
def test_softmax_of_fresh_rows(submission, draw):
    """Batches of other sizes, moderate and extreme, without torch's softmax."""
    count, classes = draw.sizes(2, low=3, high=8)
    rows = spaced_rows(draw, count, classes)
    wild = shuffled(draw, extreme_rows(draw, classes))
    moderate, extreme, one = submission.softmax.recorded.each((rows,), (wild,), (rows[:1],))
    expect_tensor(moderate, rows.double().softmax(dim=1).float(), atol=1e-5)
    expect_inputs_kept(moderate)
    expect_finite(extreme)
    expect_tensor(extreme, wild.double().softmax(dim=1).float(), atol=2e-4)
    expect_tensor(one, rows[:1].double().softmax(dim=1).float(), atol=1e-5)
    expect_not_called(moderate, TORCHS_SOFTMAX)


@pytest.mark.points(1, task="binary_loss")
def test_binary_loss_of_any_logits(submission, draw):
    """Batches of other sizes: moderate logits, logits from 17 to 100, and logits up to 1000, right and wrong."""
    count = draw.integer(5, 12)
    targets = unequal_targets(draw, count)
    cases = [(magnitudes(draw, count, 0.2, 4.0) * (1 - 2 * shuffled(draw, targets)), targets)]
    for wrong in (False, True):  # is one logit of either class wrong? The others are right
        for low, high in ((17.0, 100.0), (760.0, 1000.0)):
            targets = unequal_targets(draw, draw.integer(5, 10))
            signs = 2 * targets - 1
            if wrong:
                signs[[int(targets.argmin()), int(targets.argmax())]] *= -1
            cases.append((signs * magnitudes(draw, len(signs), low, high), targets))
    for (logits, targets), loss in zip(cases, submission.binary_loss.each(*cases)):
        exact = F.binary_cross_entropy_with_logits(logits.double(), targets.double()).item()
        expect_finite(loss)
        expect_number(loss, exact, atol=tolerance(logits))
        expect_inputs_kept(loss)


@pytest.mark.points(1, task="binary_loss")
def test_binary_loss_is_written_out(submission, draw):
    """The right number for moderate logits, without torch's losses, logsigmoid, log_softmax or softplus."""
    count = draw.integer(5, 12)
    targets = unequal_targets(draw, count)
    logits = magnitudes(draw, count, 0.2, 4.0) * (1 - 2 * shuffled(draw, targets))
    loss = submission.binary_loss.recorded(logits, targets)
    exact = F.binary_cross_entropy_with_logits(logits.double(), targets.double()).item()
    expect_number(loss, exact, atol=tolerance(logits))
    expect_not_called(loss, TORCHS_LOSSES)


@pytest.mark.points(1, task="multiclass_loss")
def test_multiclass_loss_of_any_logits(submission, draw):
    """Batches of other sizes: moderate logits, and logits from -1000 to 1000, right and wrong."""
    count, classes = draw.sizes(2, low=4, high=8)
    rows = spaced_rows(draw, count, classes)
    extreme = extreme_rows(draw, classes)
    large, small = shuffled(draw, extreme[:5]), shuffled(draw, extreme[5:])
    cases = (
        (rows, unequal_labels(draw, count, classes)),
        (large, large.argmax(dim=1)),
        (small, small.argmax(dim=1)),
        (large, unequal_labels(draw, 5, classes)),
        (large, large.argmin(dim=1)),
        (small, small.argmin(dim=1)),
    )
    for (logits, labels), loss in zip(cases, submission.multiclass_loss.each(*cases)):
        expect_finite(loss)
        expect_number(loss, F.cross_entropy(logits.double(), labels).item(), atol=tolerance(logits))
        expect_inputs_kept(loss)


@pytest.mark.points(1, task="multiclass_loss")
def test_multiclass_loss_is_written_out(submission, draw):
    """The right number for moderate logits, without torch's losses, logsigmoid, log_softmax or softplus."""
    count, classes = draw.sizes(2, low=4, high=8)
    rows = spaced_rows(draw, count, classes)
    labels = unequal_labels(draw, count, classes)
    loss = submission.multiclass_loss.recorded(rows, labels)
    expect_number(loss, F.cross_entropy(rows.double(), labels).item(), atol=tolerance(rows))
    expect_not_called(loss, TORCHS_LOSSES)


@pytest.mark.points(1, task="predict_binary")
def test_classes_of_fresh_logits(submission, draw):
    """A batch of another size, with logits far from 0 and near it, and a batch of one."""
    near = torch.tensor([0.15, -0.15, 0.4]) + 0.05 * torch.rand(3, generator=draw.generator)
    far = torch.tensor([-40.0, -8.0, 0.9]) + magnitudes(draw, 3, -0.2, 0.2)
    more = shuffled(draw, torch.tensor([-1.0, 1, 1, -1, 1, -1]))[: draw.integer(3, 6)]
    more = more * magnitudes(draw, len(more), 0.1, 6.0)
    batch = torch.cat([shuffled(draw, torch.cat([near, far, more])), magnitudes(draw, 1, 100, 700)])
    batches = (batch, magnitudes(draw, 1, 0.1, 0.4))
    for logits, found in zip(batches, submission.predict_binary.each(*((logits,) for logits in batches))):
        expect_tensor(found, (logits < 0).long())
        expect_inputs_kept(found)


@pytest.mark.points(1, task="predict_binary_from_probability")
def test_classes_of_fresh_probabilities(submission, draw):
    """A batch of another size, with probabilities near 0, 0.5 and 1, and a batch of one."""
    near = torch.tensor([0.45, 0.55, 0.4]) + magnitudes(draw, 3, -0.02, 0.02)
    far = torch.tensor([0.03, 0.1, 0.25]) + magnitudes(draw, 3, -0.02, 0.02)
    more = shuffled(draw, torch.tensor([-1.0, 1, 1, -1, 1, -1]))[: draw.integer(3, 6)]
    more = 0.5 + more * magnitudes(draw, len(more), 0.02, 0.45)
    batch = torch.cat([shuffled(draw, torch.cat([near, far, more])), magnitudes(draw, 1, 0.96, 0.99)])
    batches = (batch, magnitudes(draw, 1, 0.02, 0.48))
    classes = submission.predict_binary_from_probability.each(*((probabilities,) for probabilities in batches))
    for probabilities, found in zip(batches, classes):
        expect_tensor(found, (probabilities < 0.5).long())
        expect_inputs_kept(found)


@pytest.mark.points(1, task="predict_multiclass")
def test_the_largest_of_fresh_scores_wins(submission, draw):
    """Logits of other sizes, the probabilities that they mean, and a batch of one."""
    count, classes = draw.sizes(2, low=3, high=8)
    logits = spaced_rows(draw, count, classes)
    logits[0] -= 20.0  # a row of negative logits only, and one of positive ones: what counts is their order
    logits[1] += 20.0
    below = -1 - magnitudes(draw, classes - 2, 0.1, 1)
    logits[2] = torch.cat([magnitudes(draw, 1, 0.3, 0.4), below, magnitudes(draw, 1, 2, 3)])
    batches = (logits, logits.softmax(dim=1), logits[:1])
    for scores, found in zip(batches, submission.predict_multiclass.each(*((scores,) for scores in batches))):
        expect_tensor(found, scores.argmax(dim=1))
        expect_inputs_kept(found)
