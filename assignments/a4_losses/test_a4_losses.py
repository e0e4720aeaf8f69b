"""Public checks of a4_losses: every expected number is written out, or follows from probabilities that one can read."""

from math import log

import pytest
import torch

from autograder.checks import (
    call_each,
    expect,
    expect_finite,
    expect_inputs_kept,
    expect_not_called,
    expect_number,
    expect_raises,
    expect_tensor,
)

LARGE = 1.1e-3  # how exact a result must be at logits up to 1000: 1e-5 + 1e-6 * 1000

# What softmax and the two losses, which are to be written out, must not leave to torch.
TORCHS_SOFTMAX = ("softmax", "_softmax", "special_softmax", "softmin")
TORCHS_LOSSES = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "cross_entropy_loss",
    "nll_loss",
    "kl_div",
    "soft_margin_loss",
    "multilabel_soft_margin_loss",
    "logsigmoid",
    "log_sigmoid",  # what F.logsigmoid is called inside
    "log_softmax",
    "_log_softmax",
    "special_log_softmax",
    "softplus",
)

# The four pairs of a task and an output.
PAIRS = (("binary", "probability"), ("binary", "logit"), ("multiclass", "log-probability"), ("multiclass", "logit"))


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


def expect_not_the_slide(submission, of_log_probability):
    """Fail where NLLLoss belongs to probabilities, and log-probabilities have no loss."""
    if of_log_probability.status == "error" and of_log_probability.error.type_name == "ValueError":
        of_probability = submission.choose_loss("multiclass", "probability")
        if of_probability.returned:
            expect(
                of_probability.type_name != "NLLLoss",
                of_probability,
                'choose_loss("multiclass", "probability") returned NLLLoss, and choose_loss("multiclass", '
                '"log-probability") raised ValueError.',
                "table_of_the_slide",
            )


@pytest.mark.points(1, task="choose_loss")
def test_each_output_has_its_loss(submission):
    """Each of the four pairs gets the loss that expects such an output, and any other pair raises ValueError."""
    losses = submission.choose_loss.each(*PAIRS)
    expect_not_the_slide(submission, losses[2])
    for loss in losses:
        expect_module(loss, "loss")
    of_probability, of_binary_logit, of_log_probability, of_logit = losses

    targets = torch.tensor([1.0, 0.0, 0.0, 1.0])
    # The truth got the probabilities 0.9, 0.8, 0.4 and 0.7.
    probabilities = torch.tensor([0.9, 0.2, 0.6, 0.7])
    # A sigmoid of ln 3 is 3/4, of -ln 4 it is 1/5; the logits 300 are sure: one is right (0), one is wrong (300).
    binary_logits = torch.tensor([log(3), -log(4), 300.0, 300.0])
    labels = torch.tensor([2, 0, 1, 2, 2])
    # Of each row the entry at its label counts: -0.5, -2, -1, -3 and -0.25.
    log_probabilities = torch.tensor(
        [[-2.0, -3.0, -0.5], [-2.0, -0.25, -4.0], [-1.5, -1.0, -0.75], [-0.5, -1.0, -3.0], [-4.0, -2.0, -0.25]]
    )
    # Softmax of ln (2, 4, 10) is (1/8, 2/8, 5/8): the truth got 5/8, 1/8, 2/8, 1/4 and 7/10.
    logits = torch.tensor([[2.0, 4, 10], [2, 4, 10], [2, 4, 10], [4, 2, 2], [2, 4, 14]]).log()
    from_probability, from_binary_logit, from_log_probability, from_logit = call_each(
        (of_probability, probabilities, targets),
        (of_binary_logit, binary_logits, targets),
        (of_log_probability, log_probabilities, labels),
        (of_logit, logits, labels),
    )

    expect_number(from_probability, -log(0.9 * 0.8 * 0.4 * 0.7) / 4, atol=1e-5)
    expect_number(from_binary_logit, (-log(3 / 4) - log(4 / 5) + 300) / 4, atol=1e-4)
    expect_number(from_log_probability, (0.5 + 2 + 1 + 3 + 0.25) / 5, atol=1e-5)
    expect_number(from_logit, -log(5 / 8 * 1 / 8 * 2 / 8 * 1 / 4 * 7 / 10) / 5, atol=1e-5)
    for pair in submission.choose_loss.each(("multiclass", "probability"), ("binary", "log-probability")):
        expect_raises(pair, "ValueError")


@pytest.mark.points(1, task="output_activation")
def test_each_output_has_its_activation(submission):
    """Logits become probabilities, log-probabilities, or stay logits."""
    activations = submission.output_activation.each(*PAIRS)
    for activation in activations:
        expect_module(activation, "activation")
    to_probability, to_binary_logit, to_log_probability, to_logit = activations

    column = torch.tensor([[log(3)], [-log(3)], [log(4)], [-log(9)]])  # (4, 1): four images, one logit each
    rows = torch.tensor([[1.0, 2, 5], [6, 1, 3]]).log()  # (2, 3): two images, three classes
    rows[0] += 1.5
    rows[1] -= 2.0
    probability, binary_logit, log_probability, logit = call_each(
        (to_probability, column), (to_binary_logit, column), (to_log_probability, rows), (to_logit, rows)
    )

    expect_tensor(probability, torch.tensor([[0.75], [0.25], [0.8], [0.1]]), atol=1e-5)
    expect_tensor(binary_logit, column, atol=1e-5)
    expect_tensor(log_probability, torch.tensor([[1 / 8, 2 / 8, 5 / 8], [6 / 10, 1 / 10, 3 / 10]]).log(), atol=1e-5)
    expect_tensor(logit, rows, atol=1e-5)


@pytest.mark.points(1, task="binary_targets")
def test_targets_of_five_labels(submission):
    """The target is what the probability of class 0 should be: a float, 1.0 for an image of class 0."""
    labels = torch.tensor([0, 1, 1, 0, 1])
    targets = submission.binary_targets(labels)
    expect_tensor(targets, torch.tensor([1.0, 0.0, 0.0, 1.0, 0.0], dtype=float_type(targets)), atol=1e-6)
    expect_inputs_kept(targets)


@pytest.mark.points(1, task="softmax")
def test_softmax_of_known_rows(submission):
    """Rows with known probabilities, and rows with logits as large as 1000."""
    # ln (2, 4, 10) are in the proportion 1 : 2 : 5; adding a number to a row changes nothing.
    rows = torch.tensor([[2.0, 4, 10], [12, 2, 6]]).log()
    wild = torch.tensor(
        [
            [1000.0, 1000 - log(3), -1000.0, 3.0],
            [500 - log(2), 500.0, 500 - log(4), -500.0],
            [100.0, -20.0, 1.0, 2.0],
            [70.0, 55.0, 1.0, -30.0],
            [log(4) - 1000, -1000.0, log(2) - 1000, -1000.0],
            [-1000.0, 900.0, 1000.0, 800.0],
        ]
    )
    moderate, extreme = submission.softmax.recorded.each((rows,), (wild,))
    expect_tensor(moderate, torch.tensor([[1 / 8, 2 / 8, 5 / 8], [6 / 10, 1 / 10, 3 / 10]]), atol=1e-5)
    expect_finite(extreme)
    shared = [
        [3 / 4, 1 / 4, 0, 0],
        [2 / 7, 4 / 7, 1 / 7, 0],
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        [4 / 8, 1 / 8, 2 / 8, 1 / 8],
        [0, 0, 1, 0],
    ]
    expect_tensor(extreme, torch.tensor(shared), atol=2e-4)
    expect_inputs_kept(moderate)
    expect_not_called(moderate, TORCHS_SOFTMAX)


@pytest.mark.points(1, task="binary_loss")
def test_binary_loss_of_known_logits(submission):
    """The mean of the losses of five logits, and of logits as large as 1000, right ones and wrong ones."""
    # Sigmoid of ln 3 is 3/4, of -ln 4 it is 1/5, of ln 9 it is 9/10, of -ln (7/3) it is 3/10.
    logits = torch.tensor([log(3), -log(4), log(9), -log(7 / 3), log(3)])
    targets = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0])
    # Sure and right costs nothing. Sure and wrong costs as much as the logit is large; here one of three is wrong.
    # At 40 its exponential is still a number, while the sigmoid is 1 to the last digit.
    extremes = [
        ([20.0, 40.0, 60.0], [1.0, 1.0, 1.0], 0.0),
        ([1000.0, 40.0, 900.0], [1.0, 1.0, 1.0], 0.0),
        ([-900.0, -1000.0, -40.0], [0.0, 0.0, 0.0], 0.0),
        ([40.0, -50.0, 60.0], [0.0, 0.0, 1.0], 40 / 3),
        ([1000.0, -900.0, 30.0], [0.0, 0.0, 1.0], 1000 / 3),
        ([-600.0, 20.0, 800.0], [1.0, 1.0, 1.0], 600 / 3),
    ]
    cases = [(torch.tensor(extreme), torch.tensor(right)) for extreme, right, _ in extremes]
    moderate, *losses = submission.binary_loss.recorded.each((logits, targets), *cases)
    # The truth got 3/4, 4/5, 1/10, 3/10 and 3/4.
    expect_number(moderate, -log(3 / 4 * 4 / 5 * 1 / 10 * 3 / 10 * 3 / 4) / 5, atol=1.2e-5)
    expect_inputs_kept(moderate)
    for loss, (_, _, mean) in zip(losses, extremes):
        expect_finite(loss)
        expect_number(loss, mean, atol=LARGE)
    expect_not_called(moderate, TORCHS_LOSSES)


@pytest.mark.points(1, task="multiclass_loss")
def test_multiclass_loss_of_known_logits(submission):
    """The mean of the losses of five rows, and of rows with logits as large as 1000 or as small as -1000."""
    # Softmax of ln (2, 4, 10) is (1/8, 2/8, 5/8): the truth got 5/8, 3/8, 1/10, 1/4 and 7/10.
    logits = torch.tensor([[2.0, 4, 10], [6, 8, 2], [10, 8, 2], [4, 2, 2], [2, 4, 14]]).log()
    logits[1] += 1.0
    large = torch.tensor([[1000.0, 2.0, -1000.0, 10.0], [30.0, 900.0, 40.0, -50.0], [0.5, 600.0, 35.0, 1.0]])
    small = torch.tensor([[-1000.0, -990.0, -1000.0], [-500.0, -800.0, -900.0]])
    moderate, right, wrong, far_below_zero = submission.multiclass_loss.recorded.each(
        (logits, torch.tensor([2, 0, 2, 1, 2])),
        (large, torch.tensor([0, 1, 1])),
        (large, torch.tensor([0, 2, 1])),
        (small, torch.tensor([0, 1])),
    )
    expect_number(moderate, -log(5 / 8 * 3 / 8 * 1 / 10 * 1 / 4 * 7 / 10) / 5, atol=1.2e-5)
    expect_finite(right)
    expect_number(right, 0.0, atol=LARGE)
    expect_finite(wrong)
    expect_number(wrong, (0 + 860 + 0) / 3, atol=LARGE)
    expect_finite(far_below_zero)
    # Where one logit leads by 10, it leaves e^-10 to each of the others: 10.00009 instead of 10.
    expect_number(far_below_zero, (10.00009 + 300) / 2, atol=LARGE)
    expect_inputs_kept(moderate)
    expect_not_called(moderate, TORCHS_LOSSES)


@pytest.mark.points(1, task="predict_binary")
def test_classes_of_seven_logits(submission):
    """A logit above 0 means class 0."""
    classes = submission.predict_binary(torch.tensor([2.0, -1.5, 0.3, -0.2, -30.0, 40.0, 0.7]))
    expect_tensor(classes, torch.tensor([0, 1, 0, 1, 1, 0, 0]))
    expect_inputs_kept(classes)


@pytest.mark.points(1, task="predict_binary_from_probability")
def test_classes_of_six_probabilities(submission):
    """A probability above 0.5 means class 0."""
    classes = submission.predict_binary_from_probability(torch.tensor([0.55, 0.3, 0.45, 0.02, 0.9, 0.2]))
    expect_tensor(classes, torch.tensor([0, 1, 1, 1, 0, 1]))
    expect_inputs_kept(classes)


@pytest.mark.points(1, task="predict_multiclass")
def test_the_largest_score_wins(submission):
    """Each image gets the class with its largest score, be the scores logits or probabilities."""
    logits = torch.tensor(
        [
            [0.2, -6.0, 1.5, 3.0],
            [-1.0, -3.0, -0.5, -2.0],
            [2.5, 4.5, 0.1, -7.5],
            [0.3, 5.0, 6.0, 1.0],
            [0.4, 0.1, -8.0, -2.0],
        ]
    )
    probabilities = torch.tensor([[0.25, 0.35, 0.4], [0.7, 0.1, 0.2], [0.3, 0.45, 0.25], [0.1, 0.3, 0.6]])
    from_logits, from_probabilities = submission.predict_multiclass.each((logits,), (probabilities,))
    expect_tensor(from_logits, torch.tensor([3, 2, 1, 2, 0]))
    expect_tensor(from_probabilities, torch.tensor([2, 0, 1, 2]))
    expect_inputs_kept(from_logits)
