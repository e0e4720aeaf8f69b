"""Wrong answers that students give to a4_losses, each with its diagnosis.

Within a task the first that gives what was seen wins. So what is right for moderate numbers and wrong for extreme
ones stands before what is wrong for both (a nan has many fathers), and two mistakes at once before either of them.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.checks import hints, misconception, why

# ------------------------------------------------------------------------------------------------- choose_loss

_PAIRS = ("binary/probability", "binary/logit", "multiclass/log-probability", "multiclass/logit")


def _loss_from(kinds, task, output, **options):
    """The loss of the pair, of the four kinds in the order of _PAIRS; ValueError for any other pair."""
    pair = f"{task}/{output}"
    if pair not in _PAIRS:
        raise ValueError(pair)
    return kinds[_PAIRS.index(pair)](**options)


class _SigmoidThenBCE(nn.Module):
    def forward(self, logits, targets):
        return F.binary_cross_entropy(torch.sigmoid(logits), targets)


class _SoftmaxThenCrossEntropy(nn.Module):
    def forward(self, logits, labels):
        return F.cross_entropy(torch.softmax(logits, dim=1), labels)


class _SoftmaxThenNLL(nn.Module):
    def forward(self, logits, labels):
        return F.nll_loss(torch.softmax(logits, dim=1), labels)


class _ExpThenNLL(nn.Module):
    def forward(self, log_probabilities, labels):
        return F.nll_loss(torch.exp(log_probabilities), labels)


class _LogThenNLL(nn.Module):
    def forward(self, probabilities, labels):
        return F.nll_loss(torch.log(probabilities), labels)


class _BCEOfClassOne(nn.Module):
    def forward(self, probabilities, targets):
        return F.binary_cross_entropy(1 - probabilities, targets)


class _BCEWithLogitsOfClassOne(nn.Module):
    def forward(self, logits, targets):
        return F.binary_cross_entropy_with_logits(-logits, targets)


@misconception("choose_loss")
def sums_the_multiclass_losses(task, output):
    """The binary losses are right; the multi-class ones add up the batch. The default, which you get without asking, is
    the mean."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, lambda: nn.NLLLoss(reduction="sum"),
             lambda: nn.CrossEntropyLoss(reduction="sum"))  # fmt: skip
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def sums_every_loss(task, output):
    """These are the right losses, but they add up the batch: you asked for the sum, and the default, which you get
    without asking, is the mean."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output, reduction="sum")


@misconception("choose_loss")
def reduces_no_loss(task, output):
    """These are the right losses, but they return one number for each image. The default reduction, which you get
    without asking, makes one number of the batch."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output, reduction="none")


@misconception("choose_loss")
def exchanges_the_tasks(task, output):
    """A binary network got a loss for K classes: NLLLoss and CrossEntropyLoss want class numbers as labels, and a
    binary loss compares floats. Have the binary and the multi-class losses changed places?"""
    kinds = (nn.NLLLoss, nn.CrossEntropyLoss, nn.BCELoss, nn.BCEWithLogitsLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def sigmoid_twice_and_summed(task, output):
    """Two things went wrong at binary probabilities: BCEWithLogitsLoss applies Sigmoid once more, and the batch is added
    up where the default is the mean."""
    kinds = (lambda: nn.BCEWithLogitsLoss(reduction="sum"), nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def nll_on_logits_and_summed(task, output):
    """Two things went wrong at multi-class logits: NLLLoss expects log-probabilities, and the batch is added up where
    the default is the mean."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, lambda: nn.NLLLoss(reduction="sum"))
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def exponentials_before_nll(task, output):
    """You turn the log-probabilities back into probabilities before NLLLoss. It takes no logarithm by itself: it expects
    log-probabilities, which is what the network returns."""
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, _ExpThenNLL, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def margin_loss_for_logits(task, output):
    """You chose a loss that compares margins. The lecture's loss for multi-class logits looks at the logarithm of the
    probability that the true class got."""
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.MultiMarginLoss), task, output)


@misconception("choose_loss")
def bce_on_logits(task, output):
    """You gave BCELoss to a network that returns binary logits. BCELoss expects numbers between 0 and 1; a logit can be
    any number."""
    return _loss_from((nn.BCELoss, nn.BCELoss, nn.NLLLoss, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def sigmoid_twice(task, output):
    """You gave BCEWithLogitsLoss to a network that returns binary probabilities. It applies Sigmoid once more, and a
    probability between 0 and 1 becomes one between 0.5 and 0.73."""
    kinds = (nn.BCEWithLogitsLoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def nll_on_logits(task, output):
    """You gave NLLLoss to a network that returns multi-class logits. NLLLoss takes no exponential and no logarithm:
    it picks the numbers at the labels and negates them. With logits that can fall without end, so it is no loss."""
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.NLLLoss), task, output)


@misconception("choose_loss")
def log_softmax_twice(task, output):
    """You gave CrossEntropyLoss to a network that returns log-probabilities. It applies LogSoftmax once more, work that
    the network has done already; there is a loss that takes log-probabilities as they are."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.CrossEntropyLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def takes_a_sigmoid_before_bce(task, output):
    """For binary logits you take the Sigmoid first and then the loss of probabilities. On paper that is the same, but
    a Sigmoid runs out of digits at logits that are sure: there is a loss that does both in one, and stays exact."""
    return _loss_from((nn.BCELoss, _SigmoidThenBCE, nn.NLLLoss, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def takes_softmax_before_cross_entropy(task, output):
    """You apply softmax before CrossEntropyLoss. That loss applies LogSoftmax inside, so softmax is taken twice: even a
    network that is sure and right keeps a large loss, and learns slowly."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, _SoftmaxThenCrossEntropy)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def hands_probabilities_to_nll(task, output):
    """You apply softmax and then NLLLoss, as on the slide. NLLLoss takes no logarithm by itself: it expects
    log-probabilities, and from probabilities it makes numbers between -1 and 0."""
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, _SoftmaxThenNLL), task, output)


@misconception("choose_loss")
def takes_the_logarithm_once_more(task, output):
    """You take a logarithm before NLLLoss, but the network returns log-probabilities: the logarithm has been taken, and
    that of a negative number is nan."""
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, _LogThenNLL, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def turns_the_binary_losses_round(task, output):
    """Your binary losses turn the prediction round before comparing. The convention that p belongs to class 0 is kept
    by the targets; a loss compares its two arguments as they are."""
    kinds = (_BCEOfClassOne, _BCEWithLogitsOfClassOne, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def cross_entropy_for_one_number(task, output):
    """The binary pairs got CrossEntropyLoss. It compares the scores of several classes; the output of a binary network
    is one number, and of that the two BCE losses make a loss."""
    kinds = (nn.CrossEntropyLoss, nn.CrossEntropyLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def cross_entropy_for_binary_logits(task, output):
    """Binary logits got CrossEntropyLoss. It compares the scores of several classes; a binary network gives one number,
    and the loss for its logit is another one."""
    kinds = (nn.BCELoss, nn.CrossEntropyLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def table_of_the_slide(task, output):
    """("multiclass", "log-probability") has no loss in your code. Is that the slip on the slide, which names NLLLoss beside
    probabilities? It takes no logarithm itself: it belongs to log-probabilities, and ("multiclass", "probability") has
    no loss here."""
    if (task, output) == ("multiclass", "log-probability"):
        raise ValueError
    if (task, output) == ("multiclass", "probability"):
        return nn.NLLLoss()
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def no_loss_for_log_probabilities(task, output):
    """For ("multiclass", "log-probability") your code raises the ValueError that is meant for other pairs. Is a word spelt
    otherwise? "log-probability" has a hyphen, "multiclass" has none."""
    if (task, output) == ("multiclass", "log-probability"):
        raise ValueError
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def no_loss_for_binary_logits(task, output):
    """For ("binary", "logit") your code raises the ValueError that is meant for other pairs. Is a word spelt otherwise? It
    is "logit", without an s."""
    if (task, output) == ("binary", "logit"):
        raise ValueError
    return _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss), task, output)


@misconception("choose_loss")
def squared_error_for_everything(task, output):
    """You use the mean squared error. It measures the distance of numbers; for classes the lecture's losses look at the
    logarithm of the probability that the true class got."""
    return _loss_from((nn.MSELoss,) * 4, task, output)


@misconception("choose_loss")
def smooths_the_labels(task, output):
    """Your CrossEntropyLoss smooths the labels: some of the truth goes to the wrong classes. It may help a training,
    but the loss with its defaults is asked for."""
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, lambda: nn.CrossEntropyLoss(label_smoothing=0.1))
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def nll_for_probabilities(task, output):
    """You have a loss for ("multiclass", "probability"). This is the slip on the slide: NLLLoss expects
    log-probabilities, so this pair has no loss here and raises ValueError."""
    if (task, output) == ("multiclass", "probability"):
        return nn.NLLLoss()
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def cross_entropy_for_probabilities(task, output):
    """You have a loss for ("multiclass", "probability"), and it is CrossEntropyLoss, which expects logits: on
    probabilities it takes softmax a second time. This pair has no loss here and raises ValueError."""
    if (task, output) == ("multiclass", "probability"):
        return nn.CrossEntropyLoss()
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def bce_for_log_probabilities(task, output):
    """You have a loss for ("binary", "log-probability"). BCELoss expects a number between 0 and 1, and the logarithm of
    a probability is negative: this pair has no loss here and raises ValueError."""
    if (task, output) == ("binary", "log-probability"):
        return nn.BCELoss()
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def nothing_for_other_pairs(task, output):
    """For a pair without a loss your function hands nothing back. Then the mistake shows only later, far from its
    cause; such a pair has to raise ValueError at once."""
    if f"{task}/{output}" not in _PAIRS:
        return None
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def key_error_for_other_pairs(task, output):
    """A pair without a loss ends in a KeyError of your dict. The caller did not look up a key, but asked for something
    that does not exist: a ValueError says so."""
    kinds = {
        ("binary", "probability"): nn.BCELoss,
        ("binary", "logit"): nn.BCEWithLogitsLoss,
        ("multiclass", "log-probability"): nn.NLLLoss,
        ("multiclass", "logit"): nn.CrossEntropyLoss,
    }
    return kinds[task, output]()


@misconception("choose_loss")
def hands_back_the_error(task, output):
    """For a pair without a loss you return a ValueError instead of raising it: it goes on like any other value."""
    if f"{task}/{output}" not in _PAIRS:
        return ValueError(f"{task}/{output}")
    kinds = (nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss)
    return _loss_from(kinds, task, output)


@misconception("choose_loss")
def hands_back_the_class_of_the_loss(task, output):
    """You returned a class. A class is only the plan of a module: it has to be called, with empty brackets if need be,
    before there is an object that computes a loss."""
    _loss_from((dict,) * 4, task, output)
    return nn.CrossEntropyLoss


@misconception("choose_loss")
def hands_back_the_function_for_the_loss(task, output):
    """You returned a function. torch.nn has a module for each of these losses, and a module is asked for."""
    _loss_from((dict,) * 4, task, output)
    return F.cross_entropy


@misconception("choose_loss")
def hands_back_text_for_the_loss(task, output):
    """You returned a string. Even the right name computes nothing: the loss itself is asked for, the object that can be
    called with predictions and targets."""
    names = (lambda: "BCELoss", lambda: "BCEWithLogitsLoss", lambda: "NLLLoss", lambda: "CrossEntropyLoss")
    return _loss_from(names, task, output)


@misconception("choose_loss")
def hands_back_nothing_for_the_loss(task, output):
    """Your function handed nothing back: the loss was perhaps made, but not returned."""
    _loss_from((nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss), task, output)


hints(
    "choose_loss",
    "Two of the four losses apply the activation by themselves, and two expect that the network has done so. Sort them.",
    "BCE stands for binary cross-entropy. For the rest, the names say what comes in: WithLogits takes logits, and "
    "NLL, negative log-likelihood, takes the log-likelihoods and only negates them.",
    "Two questions lead to each loss: one output number or K of them? And has the last layer already made "
    "probabilities (or their logarithms), or are they still logits? Where a pair fits no loss, raise an error.",
)

why(
    "choose_loss",
    "Each loss does what the network has left to it: one that takes logits applies sigmoid or softmax itself, "
    "the others rely on the network to have done so.",
)

# ------------------------------------------------------------------------------------------- output_activation


class _TakesOneMinusSigmoid(nn.Module):
    def forward(self, logits):
        return 1 - torch.sigmoid(logits)


class _NegatesLogSoftmax(nn.Module):
    def forward(self, logits):
        return -torch.log_softmax(logits, dim=1)


def _activation_from(make, task, output):
    """The activation of the pair, from four makers in the order of _PAIRS; ValueError for any other pair."""
    return _loss_from(make, task, output)


def _log_softmax():
    return nn.LogSoftmax(dim=1)


@misconception("output_activation")
def softmax_over_the_batch(task, output):
    """Two mix-ups: your multi-class output is softmax where its logarithm is asked for, and it is taken along the
    batch, so that the images compete with each other instead of the classes."""
    return _activation_from((nn.Sigmoid, nn.Identity, lambda: nn.Softmax(dim=0), nn.Identity), task, output)


@misconception("output_activation")
def softmax_for_log_probabilities(task, output):
    """Your network ends in Softmax, as on the slide: that gives probabilities. What is asked for, and what NLLLoss
    expects, are log-probabilities."""
    return _activation_from((nn.Sigmoid, nn.Identity, lambda: nn.Softmax(dim=1), nn.Identity), task, output)


@misconception("output_activation")
def log_softmax_over_the_batch(task, output):
    """Your LogSoftmax runs along the batch: for each class the images compete with each other. The classes of one image
    have to compete, so that each row is a distribution."""
    return _activation_from((nn.Sigmoid, nn.Identity, lambda: nn.LogSoftmax(dim=0), nn.Identity), task, output)


@misconception("output_activation")
def log_sigmoid_for_log_probabilities(task, output):
    """You use LogSigmoid for many classes. It looks at each number alone, so the probabilities of an image's classes do
    not sum to 1; with K classes they have to compete."""
    return _activation_from((nn.Sigmoid, nn.Identity, nn.LogSigmoid, nn.Identity), task, output)


@misconception("output_activation")
def sigmoid_for_log_probabilities(task, output):
    """You use Sigmoid for many classes. It looks at each number alone, so an image's probabilities do not sum to 1, and
    they are no logarithms."""
    return _activation_from((nn.Sigmoid, nn.Identity, nn.Sigmoid, nn.Identity), task, output)


@misconception("output_activation")
def minus_log_softmax(task, output):
    """The sign is turned: log-probabilities are never positive. The minus in "negative log-likelihood" is the loss's
    own."""
    return _activation_from((nn.Sigmoid, nn.Identity, _NegatesLogSoftmax, nn.Identity), task, output)


@misconception("output_activation")
def nothing_for_log_probabilities(task, output):
    """For log-probabilities your module returns the logits as they are. Logits can be any numbers; the exponentials of
    log-probabilities sum to 1 in each row, and something has to see to that."""
    return _activation_from((nn.Sigmoid, nn.Identity, nn.Identity, nn.Identity), task, output)


@misconception("output_activation")
def softmax_of_one_number(task, output):
    """You use Softmax for the binary network. It has a single output number an image, which competes with nothing, so
    every probability is 1."""
    return _activation_from((lambda: nn.Softmax(dim=1), nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def log_sigmoid_for_probability(task, output):
    """Your binary network returns the logarithm of the probability: all its outputs are negative. BCELoss takes that
    logarithm by itself and expects the probability."""
    return _activation_from((nn.LogSigmoid, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def log_softmax_of_one_number(task, output):
    """You use LogSoftmax for the binary network. It has a single output number an image, which competes with nothing:
    its probability is always 1, and the logarithm always 0."""
    return _activation_from((_log_softmax, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def probability_of_class_one(task, output):
    """Your binary module returns one minus the probability. A large logit means a large p: whether p belongs to class 0
    or to class 1 is settled by the targets, not by the activation."""
    return _activation_from((_TakesOneMinusSigmoid, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def tanh_for_probability(task, output):
    """You use Tanh for the probability. It has the right shape of curve, but it runs from -1 to 1, and a probability is
    never negative."""
    return _activation_from((nn.Tanh, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def hard_sigmoid_for_probability(task, output):
    """You use a straight line, cut off at 0 and 1, for the probability. The lecture's activation is a smooth curve which
    never quite reaches either end."""
    return _activation_from((nn.Hardsigmoid, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def relu_for_probability(task, output):
    """You use ReLU for the probability. It is an activation between layers and has no upper end; a probability lies
    between 0 and 1."""
    return _activation_from((nn.ReLU, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def nothing_for_probability(task, output):
    """For binary probabilities your module returns the logits as they are. A logit can be any number; something has to
    bring it between 0 and 1."""
    return _activation_from((nn.Identity, nn.Identity, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def softmax_on_multiclass_logits(task, output):
    """Where multi-class logits are asked for, your module applies softmax. CrossEntropyLoss does so inside, and twice
    is too much."""
    return _activation_from((nn.Sigmoid, nn.Identity, _log_softmax, lambda: nn.Softmax(dim=1)), task, output)


@misconception("output_activation")
def log_softmax_on_multiclass_logits(task, output):
    """Where multi-class logits are asked for, your module makes log-probabilities of them. Logits are what Linear
    returns, untouched."""
    return _activation_from((nn.Sigmoid, nn.Identity, _log_softmax, _log_softmax), task, output)


@misconception("output_activation")
def sigmoid_on_binary_logits(task, output):
    """Where binary logits are asked for, your module applies Sigmoid. Logits are what Linear returns, untouched;
    BCEWithLogitsLoss applies Sigmoid inside."""
    return _activation_from((nn.Sigmoid, nn.Sigmoid, _log_softmax, nn.Identity), task, output)


@misconception("output_activation")
def relu_on_logits(task, output):
    """Where logits are asked for, you apply ReLU. It belongs between layers; after the last one it throws away every
    negative logit, and with it half of what the network says."""
    return _activation_from((nn.Sigmoid, nn.ReLU, _log_softmax, nn.ReLU), task, output)


@misconception("output_activation")
def hands_back_the_class_of_the_activation(task, output):
    """You returned a class. It is only a plan: it has to be called, with empty brackets if need be, before there is a
    module that can stand in a network."""
    _activation_from((dict,) * 4, task, output)
    return nn.Sigmoid


@misconception("output_activation")
def hands_back_the_function_for_the_activation(task, output):
    """You returned a function. A layer of a network is a module, and torch.nn has one for each of these activations."""
    _activation_from((dict,) * 4, task, output)
    return torch.sigmoid


@misconception("output_activation")
def hands_back_text_for_the_activation(task, output):
    """You returned a string. Even the right name computes nothing: the module itself is asked for, which can stand in a
    network."""
    return _activation_from(
        (lambda: "Sigmoid", lambda: "Identity", lambda: "LogSoftmax", lambda: "Identity"), task, output
    )


@misconception("output_activation")
def hands_back_nothing_for_the_activation(task, output):
    """You returned None. Perhaps a return is missing, or you meant that nothing is to be done for logits; but a network
    is a chain of layers, and None is no layer. torch.nn has a module that returns its input as it is."""
    return _activation_from((nn.Sigmoid, lambda: None, _log_softmax, lambda: None), task, output)


hints(
    "output_activation",
    "What may the numbers behind this module be? Between 0 and 1; never positive; anything at all?",
    "The lecture names the activation of a binary network. For K classes it names softmax; look at what is asked for "
    "here, and which loss will receive it.",
    "One kind of output is what Linear returned, so its module has nothing to do, and still is a module. For K classes "
    "say along which axis they lie: the numbers of one image belong together, those of one class do not.",
)

why(
    "output_activation",
    "Activation and loss are two halves of one formula: it may be cut at either place, as long as nothing is "
    "done twice or left out.",
)

# ---------------------------------------------------------------------------------------------- binary_targets


@misconception("binary_targets")
def targets_in_place(labels):
    """The result is right, but you turned the labels round where they stand: whoever called you has lost theirs. Make
    something new."""
    labels.neg_().add_(1)
    return labels.float()


@misconception("binary_targets")
def targets_of_class_one_as_whole_numbers(labels):
    """Your targets are the labels themselves, whole numbers. Two things are missing: a loss compares floats, and in this
    lecture p is the probability of class 0, so the target is not the label."""
    return labels


@misconception("binary_targets")
def targets_of_class_one(labels):
    """Your targets are the labels as floats, so 1.0 stands for class 1. In this lecture the network predicts the
    probability of class 0: what should it be for an image of class 0?"""
    return labels.float()


@misconception("binary_targets")
def targets_of_class_one_as_booleans(labels):
    """Two things went wrong: your targets are True and False where floats are asked for, and they are True for class 1,
    whereas the network predicts the probability of class 0."""
    return labels == 1


@misconception("binary_targets")
def targets_as_booleans(labels):
    """The right images are marked, but with True and False. A loss computes with floats."""
    return labels == 0


@misconception("binary_targets")
def targets_as_whole_numbers(labels):
    """The values are right, but they are whole numbers. A binary loss compares probabilities, and refuses targets that
    are not floats."""
    return 1 - labels


@misconception("binary_targets")
def targets_as_a_column(labels):
    """The values are right, but the shape is (N, 1). Labels (N,) become targets (N,): a column beside a row of
    predictions would be spread out into a square."""
    return (1 - labels).float()[:, None]


@misconception("binary_targets")
def targets_as_a_list(labels):
    """You returned a list. The values may be right, but losses compute with tensors."""
    return [1.0 - float(label) for label in labels]


@misconception("binary_targets")
def targets_one_hot(labels):
    """You returned one-hot vectors, two numbers an image. A binary network has one output number an image, so it needs
    one target an image."""
    return F.one_hot(labels, 2).float()


@misconception("binary_targets")
def targets_minus_one_and_one(labels):
    """Your targets are 1 and -1. The target is a probability, that of class 0, and none is negative."""
    return 1.0 - 2.0 * labels


@misconception("binary_targets")
def targets_one_and_minus_one(labels):
    """Your targets are -1 and 1, with 1 for class 1. The target is a probability, which is never negative, and it is
    that of class 0."""
    return 2.0 * labels - 1.0


@misconception("binary_targets")
def negates_the_labels(labels):
    """You put a minus before the labels. Turning 0 and 1 round is something else: the one has to become the other."""
    return -labels.float()


@misconception("binary_targets")
def share_of_class_zero(labels):
    """You returned a single number, the share of class 0 in the batch. Each image needs a target of its own."""
    return (labels == 0).float().mean()


@misconception("binary_targets")
def targets_all_one(labels):
    """Every one of your targets is 1.0, whatever the label."""
    return torch.ones(len(labels))


@misconception("binary_targets")
def targets_all_zero(labels):
    """Every one of your targets is 0.0, whatever the label."""
    return torch.zeros(len(labels))


@misconception("binary_targets")
def positions_of_class_zero(labels):
    """You returned where the images of class 0 stand. A target is asked for each image: (N,) labels, (N,) targets."""
    return torch.nonzero(labels == 0).flatten()


hints(
    "binary_targets",
    "Finish the sentence for both classes: for an image of class ..., the probability of class 0 should be ...",
    "The label says which class an image has, the target says how much of class 0 it has. For 0 and 1 these are "
    "opposites.",
    "Ask each label whether it is class 0, and then make numbers of the answers, of the type that losses compute with.",
)

why(
    "binary_targets",
    "A target is what a perfect network would say: all of the probability where class 0 is the truth, and none "
    "where it is not.",
)

# ----------------------------------------------------------------------------------------------------- softmax


@misconception("softmax")
def torchs_own_softmax(logits):
    """The result is right, but your code uses a function of torch that makes it: leave that out, also where you only
    compare. Exponentials and sums are all that it takes to make it yourself."""
    return torch.softmax(logits, dim=1)


@misconception("softmax")
def softmax_in_place(logits):
    """The result is right, but you moved the logits where they stand (-= or a function whose name ends in _): whoever
    called you has lost theirs."""
    logits -= logits.max(dim=1, keepdim=True).values
    return torch.exp(logits) / torch.exp(logits).sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_with_overflow_mended(logits):
    """You replaced nan by a number after the overflow. nan tells that the information is gone: a 0 in its place makes
    rows that do not sum to 1. Keep the exponentials from overflowing in the first place."""
    exponentials = torch.exp(logits)
    return torch.nan_to_num(exponentials / exponentials.sum(dim=1, keepdim=True))


@misconception("softmax")
def softmax_of_clamped_logits(logits):
    """You cut the logits off before the exponential. No overflow is left, but two logits beyond the limit become equal,
    though one may be far ahead of the other. Moving a row changes nothing, cutting it does."""
    exponentials = torch.exp(logits.clamp(-50, 50))
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_of_logits_clamped_far_out(logits):
    """You cut the logits off just where exp would overflow. Two logits beyond the limit become equal, though one may be
    far ahead of the other. Moving a row changes nothing, cutting it does."""
    exponentials = torch.exp(logits.clamp(-80, 80))
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_shifted_by_the_whole_batch(logits):
    """You subtracted the largest logit of the whole batch. A row that lies far below it is left with exponentials that
    are all 0, and 0 / 0 is nan. Each row needs its own shift."""
    exponentials = torch.exp(logits - logits.max())
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_shifted_by_the_smallest(logits):
    """You subtracted the smallest logit of each row: the others are then all positive, and exp of a large positive
    number overflows. Which logit has to become 0, so that no other is larger?"""
    exponentials = torch.exp(logits - logits.min(dim=1, keepdim=True).values)
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_shifted_by_the_mean(logits):
    """You subtracted each row's mean. In a row whose logits lie far apart the largest is still far above it, and its
    exponential overflows. Which logit has to become 0, so that no other is larger?"""
    exponentials = torch.exp(logits - logits.mean(dim=1, keepdim=True))
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_with_a_small_number_below(logits):
    """You added a small number below the fraction line against 0 / 0. It does not help where the exponentials overflow,
    and where all of them are 0 the row sums to 0 and not to 1."""
    exponentials = torch.exp(logits)
    return exponentials / (exponentials.sum(dim=1, keepdim=True) + 1e-8)


@misconception("softmax")
def softmax_overflows(logits):
    """This is the slide's formula as it stands: exp of a large logit is inf, and inf / inf is nan; exp of a row of very
    negative logits is 0, and 0 / 0 is nan. Adding a number to a whole row changes nothing: use that first."""
    exponentials = torch.exp(logits)
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_overflows_in_float64(logits):
    """float64 puts the overflow off, but not far enough: at a logit of 1000 exp is inf there too, and inf / inf is nan;
    at -1000 it is 0, and 0 / 0 is nan. Adding a number to a whole row changes nothing: use that first."""
    exponentials = torch.exp(logits.double())
    return (exponentials / exponentials.sum(dim=1, keepdim=True)).float()


@misconception("softmax")
def softmax_without_keepdim(logits):
    """Something that you computed for each row, its sum or its largest logit, has lost an axis. Beside (N, K), torch
    reads (N,) as a row, not as a column. Keep the reduced axis, with length 1."""
    exponentials = torch.exp(logits)
    return exponentials / exponentials.sum(dim=1)


@misconception("softmax")
def softmax_shifted_by_a_tuple(logits):
    """max along an axis returns two things, the values and where they stand, and you subtract both at once. The values
    are meant."""
    exponentials = torch.exp(logits - logits.max(dim=1, keepdim=True))
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_of_the_whole_batch(logits):
    """You divide by the sum of the whole batch, so all the entries together sum to 1. Each image has a distribution of
    its own: each row sums to 1."""
    exponentials = torch.exp(logits - logits.max())
    return exponentials / exponentials.sum()


@misconception("softmax")
def softmax_of_moved_rows_over_the_whole_batch(logits):
    """You divide by the sum of the whole batch, so all the entries together sum to 1. Each image has a distribution of
    its own: each row sums to 1."""
    exponentials = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
    return exponentials / exponentials.sum()


@misconception("softmax")
def softmax_along_the_batch(logits):
    """Your softmax runs along the batch: columns sum to 1, and the images compete with each other. The classes of one
    image have to compete."""
    exponentials = torch.exp(logits - logits.max(dim=0, keepdim=True).values)
    return exponentials / exponentials.sum(dim=0, keepdim=True)


@misconception("softmax")
def softmax_transposed(logits):
    """Your result has its axes exchanged, (K, N): the images have to stay along the rows."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return (torch.exp(shifted) / torch.exp(shifted).sum(dim=1, keepdim=True)).T


@misconception("softmax")
def log_softmax_for_softmax(logits):
    """You returned log-probabilities: they are negative and do not sum to 1. Softmax are the probabilities
    themselves."""
    return logits - torch.logsumexp(logits, dim=1, keepdim=True)


@misconception("softmax")
def exponentials_only(logits):
    """You took the exponentials and stopped. They are positive, but they do not sum to 1 yet."""
    return torch.exp(logits)


@misconception("softmax")
def shifted_exponentials_only(logits):
    """Your rows do not sum to 1, their largest entry is 1: you stopped at the exponentials of the moved rows, or divided
    by the largest exponential instead of by what makes the row sum to 1."""
    return torch.exp(logits - logits.max(dim=1, keepdim=True).values)


@misconception("softmax")
def sums_without_exponentials(logits):
    """You divided the logits by their sum, without exponentials. The rows sum to 1, but logits can be negative, and
    probabilities cannot."""
    return logits / logits.sum(dim=1, keepdim=True)


@misconception("softmax")
def sigmoid_for_softmax(logits):
    """You took the sigmoid of each number. It looks at each number alone, so a row does not sum to 1; in softmax the
    classes compete."""
    return torch.sigmoid(logits)


@misconception("softmax")
def divides_by_the_length(logits):
    """You divide by the length of the row as a vector, so the squares sum to 1. The probabilities themselves have to
    sum to 1."""
    exponentials = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
    return exponentials / exponentials.norm(dim=1, keepdim=True)


@misconception("softmax")
def divides_by_the_number_of_classes(logits):
    """You divide by the number of classes. That is the same for every row, but rows differ in the sum of their
    exponentials."""
    return torch.exp(logits) / logits.shape[1]


@misconception("softmax")
def softmin_for_softmax(logits):
    """A minus has slipped into the exponent: in your result the smallest logit gets the largest probability."""
    shifted = logits.min(dim=1, keepdim=True).values - logits
    return torch.exp(shifted) / torch.exp(shifted).sum(dim=1, keepdim=True)


@misconception("softmax")
def powers_of_two(logits):
    """You took powers of 2. The lecture's formula has powers of e."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return 2**shifted / (2**shifted).sum(dim=1, keepdim=True)


@misconception("softmax")
def powers_of_ten(logits):
    """You took powers of 10. The lecture's formula has powers of e."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return 10**shifted / (10**shifted).sum(dim=1, keepdim=True)


@misconception("softmax")
def winner_takes_all(logits):
    """You gave the whole probability to the largest logit. Softmax is softer: the others keep a share, the larger the
    closer they are."""
    return F.one_hot(logits.argmax(dim=1), logits.shape[1]).float()


@misconception("softmax")
def softmax_taken_twice(logits):
    """You took softmax twice: the second one gets numbers between 0 and 1 and makes them nearly equal."""
    once = torch.softmax(logits, dim=1)
    return torch.softmax(once, dim=1)


@misconception("softmax")
def softmax_of_scaled_logits(logits):
    """You divided each row by its largest size before the exponential. That keeps exp small, but it changes the
    result. Adding a number to all logits of a row leaves softmax as it is; multiplying them does not."""
    exponentials = torch.exp(logits / logits.abs().max(dim=1, keepdim=True).values)
    return exponentials / exponentials.sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_shifted_above_only(logits):
    """You moved the row above the fraction line, and not below it. The same factor has to stand in both, or it does not
    cancel."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return torch.exp(shifted) / torch.exp(logits).sum(dim=1, keepdim=True)


@misconception("softmax")
def softmax_shifted_by_column(logits):
    """You subtracted the largest of each column. Only a number that is the same for all entries of a row leaves that
    row's softmax as it is."""
    exponentials = torch.exp(logits - logits.max(dim=0, keepdim=True).values)
    return exponentials / exponentials.sum(dim=1, keepdim=True)


hints(
    "softmax",
    "Each row is a world of its own: its exponentials, its sum. What shape do the row sums need, so that a (N, K) tensor "
    "can be divided by them?",
    "For large logits: try the formula on the row (1000, 1000) by hand, and then on (0, 0). Both have the same softmax.",
    "Adding one number to a whole row leaves its softmax as it is. Choose that number for each row so that no exponent "
    "is positive any more and one of them is 0: then nothing overflows, and the sum is at least 1.",
)

why(
    "softmax",
    "Only the differences between a row's logits count: the same number taken from all of them changes no "
    "probability, and can keep every exponential small.",
)

# ------------------------------------------------------------------------------------------------- binary_loss


def _each_binary(logits, targets):
    """(N,): the loss of each image, exact, and written out."""
    return logits.clamp(min=0) - logits * targets + torch.log1p(torch.exp(-logits.abs()))


@misconception("binary_loss")
def torchs_own_binary_loss(logits, targets):
    """The result is right, but your code uses a function of torch that makes it: leave that out, also where you only
    compare. Exponentials and logarithms are all that it takes to make it yourself."""
    return F.binary_cross_entropy_with_logits(logits, targets)


@misconception("binary_loss")
def binary_loss_in_place(logits, targets):
    """The result is right, but you changed the logits in place (-= or a function whose name ends in _): the caller's
    logits are changed too."""
    loss = _each_binary(logits, targets).mean()
    logits.clamp_(min=0)
    return loss


@misconception("binary_loss")
def binary_adds_1e_7(logits, targets):
    """A small number stands in the logarithms: added to p, or p is clamped to it. That avoids inf, but the loss can then never exceed the logarithm
    of that number: at a logit of 1000 it should be 1000. The digits are lost in the sigmoid, so avoid the sigmoid."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-7) + (1 - targets) * torch.log(1 - p + 1e-7)).mean()


@misconception("binary_loss")
def binary_adds_1e_8(logits, targets):
    """A small number stands in the logarithms: added to p, or p is clamped to it. That avoids inf, but the loss can then never exceed the logarithm
    of that number: at a logit of 1000 it should be 1000. The digits are lost in the sigmoid, so avoid the sigmoid."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-8) + (1 - targets) * torch.log(1 - p + 1e-8)).mean()


@misconception("binary_loss")
def binary_adds_1e_12(logits, targets):
    """A small number stands in the logarithms: added to p, or p is clamped to it. That avoids inf, but the loss can then never exceed the logarithm
    of that number: at a logit of 1000 it should be 1000. The digits are lost in the sigmoid, so avoid the sigmoid."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-12) + (1 - targets) * torch.log(1 - p + 1e-12)).mean()


@misconception("binary_loss")
def binary_small_number_in_the_log_1e_4(logits, targets):
    """A small number stands in the logarithm, as in log(p + 1e-4) or a clamp of p at 1e-4. So no answer costs more than 9.2, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-4) + (1 - targets) * torch.log(1 - p + 1e-4)).mean()


@misconception("binary_loss")
def binary_small_number_in_the_log_1e_5(logits, targets):
    """A small number stands in the logarithm, as in log(p + 1e-5) or a clamp of p at 1e-5. So no answer costs more than 11.5, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-5) + (1 - targets) * torch.log(1 - p + 1e-5)).mean()


@misconception("binary_loss")
def binary_small_number_in_the_log_1e_6(logits, targets):
    """A small number stands in the logarithm, as in log(p + 1e-6) or a clamp of p at 1e-6. So no answer costs more than 13.8, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-6) + (1 - targets) * torch.log(1 - p + 1e-6)).mean()


@misconception("binary_loss")
def binary_small_number_in_the_log_1e_9(logits, targets):
    """A small number stands in the logarithm, as in log(p + 1e-9) or a clamp of p at 1e-9. So no answer costs more than 20.7, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-9) + (1 - targets) * torch.log(1 - p + 1e-9)).mean()


@misconception("binary_loss")
def binary_small_number_in_the_log_1e_10(logits, targets):
    """A small number stands in the logarithm, as in log(p + 1e-10) or a clamp of p at 1e-10. So no answer costs more than 23.0, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-10) + (1 - targets) * torch.log(1 - p + 1e-10)).mean()


@misconception("binary_loss")
def binary_small_number_in_the_log_1e_15(logits, targets):
    """A small number stands in the logarithm, as in log(p + 1e-15) or a clamp of p at 1e-15. So no answer costs more than 34.5, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p + 1e-15) + (1 - targets) * torch.log(1 - p + 1e-15)).mean()


@misconception("binary_loss")
def binary_clamps_probabilities(logits, targets):
    """You kept the probabilities a small way off 0 and 1. That avoids inf, but it caps the loss: a network that is
    wrong at the logit 1000 should pay 1000. The digits are lost in the sigmoid, so avoid the sigmoid."""
    p = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()


@misconception("binary_loss")
def binary_clamps_probabilities_at_1e_6(logits, targets):
    """You kept the probabilities a small way off 0 and 1. That avoids inf, but it caps the loss: a network that is
    wrong at the logit 1000 should pay 1000. The digits are lost in the sigmoid, so avoid the sigmoid."""
    p = torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6)
    return -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()


@misconception("binary_loss")
def binary_clamps_logarithms(logits, targets):
    """Where the logarithm of 0 would stand, you count 100, as BCELoss does inside. That avoids inf, but a network that is
    wrong at the logit 1000 should pay 1000. The digits are lost in the sigmoid, so avoid the sigmoid."""
    p = torch.sigmoid(logits)
    cut = targets * torch.log(p).clamp(min=-100) + (1 - targets) * torch.log(1 - p).clamp(min=-100)
    return -cut.mean()


@misconception("binary_loss")
def binary_clamps_logits(logits, targets):
    """You cut the logits off before the formula. That avoids inf, but beyond the limit the loss no longer grows, and a
    network that is wrong at the logit 1000 should pay 1000."""
    return _each_binary(logits.clamp(-50, 50), targets).mean()


@misconception("binary_loss")
def binary_clamps_logits_far_out(logits, targets):
    """You cut the logits off just where exp would overflow. That avoids inf, but beyond the limit the loss no longer
    grows, and a network that is wrong at the logit 1000 should pay 1000."""
    return _each_binary(logits.clamp(-80, 80), targets).mean()


@misconception("binary_loss")
def binary_replaces_nan(logits, targets):
    """You replaced nan and inf after they had appeared. By then the digits are lost: what you put in their place is not
    the loss. Use formulas in which they never appear."""
    p = torch.sigmoid(logits)
    return torch.nan_to_num(-(targets * torch.log(p) + (1 - targets) * torch.log(1 - p))).mean()


@misconception("binary_loss")
def binary_log_of_chosen_probability(logits, targets):
    """You choose the probability of the truth and take its logarithm. For a network that is sure and wrong, sigmoid has
    left exactly 0 of it, and the logarithm is -inf. Stay with the logits and simplify before computing."""
    p = torch.sigmoid(logits)
    return -torch.log(torch.where(targets > 0.5, p, 1 - p)).mean()


@misconception("binary_loss")
def binary_log_one_plus_exp_overflows(logits, targets):
    """You found the formula with ln(1 + e^x), which needs no sigmoid, but e^x overflows for a large x. Take the large
    part out of the logarithm first."""
    return (torch.log(1 + torch.exp(logits)) - logits * targets).mean()


@misconception("binary_loss")
def binary_log_one_plus_exp_of_minus_overflows(logits, targets):
    """You found the formula with ln(1 + e^(-x)), which needs no sigmoid, but the exponential overflows for a very
    negative x. Take the large part out of the logarithm first."""
    return (torch.log(1 + torch.exp(-logits)) + logits * (1 - targets)).mean()


@misconception("binary_loss")
def binary_log_one_plus_exp_for_either_target(logits, targets):
    """Your two logarithms are the right ones, but their exponentials overflow for logits beyond 88, and inf times 0 is
    nan. Take the large part out of each logarithm first."""
    for_one, for_zero = torch.log(1 + torch.exp(-logits)), torch.log(1 + torch.exp(logits))
    return (targets * for_one + (1 - targets) * for_zero).mean()


@misconception("binary_loss")
def binary_log_one_plus_exp_for_the_target_that_came(logits, targets):
    """Your two logarithms are the right ones, but their exponentials overflow for logits beyond 88, and the loss is inf.
    Take the large part out of each logarithm first."""
    for_one, for_zero = torch.log(1 + torch.exp(-logits)), torch.log(1 + torch.exp(logits))
    return torch.where(targets > 0.5, for_one, for_zero).mean()


@misconception("binary_loss")
def binary_log_of_sigmoid(logits, targets):
    """This is the formula by way of the sigmoid. Where the network is sure, it is rounded to exactly 0 or 1, ln 0 is
    -inf, and 0 times it is nan. Stay with the logits and simplify before computing."""
    p = torch.sigmoid(logits)
    return -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()


@misconception("binary_loss")
def binary_loss_of_each_image(logits, targets):
    """You returned one loss for each image. The mean over the batch is asked for, a single number."""
    return _each_binary(logits, targets)


@misconception("binary_loss")
def binary_sum_with_the_sign_forgotten(logits, targets):
    """Two things are missing: the minus, since the logarithm of a probability is negative and a loss is not, and the
    division by the number of images."""
    return -_each_binary(logits, targets).sum()


@misconception("binary_loss")
def binary_sign_forgotten(logits, targets):
    """The size is right and the sign is not. The logarithm of a probability is negative; a loss is never."""
    return -_each_binary(logits, targets).mean()


@misconception("binary_loss")
def binary_sum_of_the_opposite_targets(logits, targets):
    """Two things went wrong: the targets are turned round, though they already say what the probability should be, and
    you added the losses where their mean is asked for."""
    return _each_binary(logits, 1 - targets).sum()


@misconception("binary_loss")
def binary_sum(logits, targets):
    """You added up the losses of the batch. The mean is asked for: the size of a loss should not depend on how many
    images are in the batch."""
    return _each_binary(logits, targets).sum()


@misconception("binary_loss")
def binary_opposite_targets(logits, targets):
    """You compare with the targets turned round. A target of 1.0 already means class 0, whose probability p is: targets
    and predictions speak of the same class, and nothing is left to turn."""
    return _each_binary(logits, 1 - targets).mean()


@misconception("binary_loss")
def binary_half(logits, targets):
    """Your result is half of what it should be: you averaged over the images and over the two terms of the formula.
    For each image the two terms are added, since one of them is 0."""
    return _each_binary(logits, targets).mean() / 2


@misconception("binary_loss")
def binary_divided_by_the_positives(logits, targets):
    """You divide by the number of targets that are 1. The mean goes over all images, whichever class they have."""
    return _each_binary(logits, targets).sum() / targets.sum()


@misconception("binary_loss")
def binary_in_bits(logits, targets):
    """You took the logarithm to the base 2, which measures in bits. torch and the lecture use the natural
    logarithm."""
    return _each_binary(logits, targets).mean() / math.log(2)


@misconception("binary_loss")
def binary_decimal_logarithm(logits, targets):
    """You took the logarithm to the base 10. torch and the lecture use the natural logarithm."""
    return _each_binary(logits, targets).mean() / math.log(10)


@misconception("binary_loss")
def binary_sigmoid_twice(logits, targets):
    """Sigmoid is applied twice: once by you, and once more inside a formula that expects logits. A probability taken
    for a logit is always close to 0, so the loss hardly moves."""
    return _each_binary(torch.sigmoid(logits), targets).mean()


@misconception("binary_loss")
def binary_logits_for_probabilities(logits, targets):
    """You took the logarithm of the logits. The formula speaks of the probability p, and a logit becomes one only by
    way of sigmoid; the logarithm of a negative number is nan."""
    return -(targets * torch.log(logits) + (1 - targets) * torch.log(1 - logits)).mean()


@misconception("binary_loss")
def binary_log_forgotten(logits, targets):
    """The logarithm is missing: you averaged the probabilities themselves that the truth got. Cross-entropy takes their
    logarithm, so that a network which is sure and wrong pays dearly."""
    p = torch.sigmoid(logits)
    return -(targets * p + (1 - targets) * (1 - p)).mean()


@misconception("binary_loss")
def binary_squared_error(logits, targets):
    """You averaged squared distances. Cross-entropy looks at the logarithm of the probability that the true class
    got."""
    return ((torch.sigmoid(logits) - targets) ** 2).mean()


@misconception("binary_loss")
def binary_absolute_error(logits, targets):
    """You averaged the distances of p from its target. Cross-entropy looks at the logarithm of the probability that the
    true class got."""
    return (torch.sigmoid(logits) - targets).abs().mean()


@misconception("binary_loss")
def binary_share_of_wrong_images(logits, targets):
    """You counted wrong decisions. That is no loss to learn from: it says nothing about how sure the network was."""
    return ((logits > 0).float() != targets).float().mean()


@misconception("binary_loss")
def binary_softmax_over_the_batch(logits, targets):
    """You took softmax over the batch. A binary network has one number an image, and the images do not compete: each
    gets a sigmoid of its own."""
    p = torch.softmax(logits, dim=0)
    return -(targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()


@misconception("binary_loss")
def binary_class_zero_only(logits, targets):
    """Only the images with target 1 count in your loss. Where the target is 0, the truth is the other class, and its
    probability is what p leaves over: the formula has two terms."""
    return -(targets * F.logsigmoid(logits)).mean()


@misconception("binary_loss")
def binary_class_one_only(logits, targets):
    """Only the images with target 0 count in your loss. Where the target is 1, the truth is class 0, with the
    probability p: the formula has two terms."""
    return -((1 - targets) * F.logsigmoid(-logits)).mean()


@misconception("binary_loss")
def binary_targets_not_used(logits, targets):
    """Your loss is -ln p for every image, whatever its target. That is right where the target is 1; where it is 0, the
    truth got 1 - p."""
    return -F.logsigmoid(logits).mean()


@misconception("binary_loss")
def binary_mean_of_each_class(logits, targets):
    """You took a mean for each class and added the two. One mean over the whole batch is asked for: every image counts
    the same."""
    ones, zeros = logits[targets == 1], logits[targets == 0]
    return -F.logsigmoid(ones).mean() - F.logsigmoid(-zeros).mean()


@misconception("binary_loss")
def binary_minus_between_the_terms(logits, targets):
    """The two terms of your formula have different signs. Both are logarithms of the probability that the truth got,
    and both are negated."""
    return -(targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)).mean()


@misconception("binary_loss")
def binary_both_terms_for_every_image(logits, targets):
    """Every image gets both terms, -ln p and -ln (1 - p). The target chooses one of them: only the probability of the
    true class counts."""
    return -(F.logsigmoid(logits) + F.logsigmoid(-logits)).mean()


@misconception("binary_loss")
def binary_stable_without_the_largest(logits, targets):
    """In the written-out formula one term is missing: when the large part is taken out of ln(1 + e^x), it has to be
    added again in front."""
    return (torch.log1p(torch.exp(-logits.abs())) - logits * targets).mean()


@misconception("binary_loss")
def binary_stable_without_the_targets(logits, targets):
    """The targets do not appear in your loss: ln(1 + e^x) alone is the loss of an image with target 0."""
    return (logits.clamp(min=0) + torch.log1p(torch.exp(-logits.abs()))).mean()


@misconception("binary_loss")
def binary_stable_without_the_size(logits, targets):
    """You took the large part out of the logarithm, but inside it e^(-x) is left, and that overflows for a negative
    logit. The exponent that is left must never be positive."""
    return (logits.clamp(min=0) - logits * targets + torch.log1p(torch.exp(-logits))).mean()


@misconception("binary_loss")
def binary_stable_with_a_wrong_sign(logits, targets):
    """In the written-out formula the target's term has the wrong sign: a large logit is good for an image with target
    1, so it has to make its loss smaller."""
    return (logits.clamp(min=0) + torch.log1p(torch.exp(-logits.abs())) + logits * targets).mean()


hints(
    "binary_loss",
    "For each image: which probability did the truth get? The loss is minus its logarithm; then the mean.",
    "Try your formula on a logit of 1000 with target 0.0. If it gives inf or nan, a sigmoid or an exponential has run "
    "out of digits: simplify on paper until neither is left alone inside a logarithm.",
    "Both terms can be written with ln(1 + e^x) and the product of logit and target. In ln(1 + e^x), take the larger of "
    "1 and e^x out as a factor: what stays inside the logarithm lies between 1 and 2.",
)

why(
    "binary_loss",
    "The loss says how surprised the network is by the truth; from the logit it stays exact where the "
    "probability itself has run out of digits.",
)

# --------------------------------------------------------------------------------------------- multiclass_loss


def _log_probabilities(logits):
    """(N, K), exact, and written out."""
    return logits - torch.logsumexp(logits, dim=1, keepdim=True)


def _at_labels(table, labels):
    """(N,): of each row the entry at its label."""
    return table.gather(1, labels[:, None])[:, 0]


@misconception("multiclass_loss")
def torchs_own_multiclass_loss(logits, labels):
    """The result is right, but your code uses a function of torch that makes it: leave that out, also where you only
    compare. Exponentials, sums and logarithms are all that it takes to make it yourself; torch.logsumexp is
    allowed."""
    return F.cross_entropy(logits, labels)


@misconception("multiclass_loss")
def multiclass_loss_in_place(logits, labels):
    """The result is right, but you moved the logits where they stand (-= or a function whose name ends in _): whoever
    called you has lost theirs."""
    logits -= logits.max(dim=1, keepdim=True).values
    return -_at_labels(_log_probabilities(logits), labels).mean()


@misconception("multiclass_loss")
def multiclass_adds_1e_7(logits, labels):
    """A small number stands in the logarithm: added to p, or p is clamped to it. That avoids inf, but the loss can then never exceed the logarithm
    of that number. The digits are lost in softmax: simplify the logarithm of softmax on paper."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-7).mean()


@misconception("multiclass_loss")
def multiclass_adds_1e_8(logits, labels):
    """A small number stands in the logarithm: added to p, or p is clamped to it. That avoids inf, but the loss can then never exceed the logarithm
    of that number. The digits are lost in softmax: simplify the logarithm of softmax on paper."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-8).mean()


@misconception("multiclass_loss")
def multiclass_adds_1e_12(logits, labels):
    """A small number stands in the logarithm: added to p, or p is clamped to it. That avoids inf, but the loss can then never exceed the logarithm
    of that number. The digits are lost in softmax: simplify the logarithm of softmax on paper."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-12).mean()


@misconception("multiclass_loss")
def multiclass_small_number_in_the_log_1e_4(logits, labels):
    """A small number stands in the logarithm, as in log(p + 1e-4) or a clamp of p at 1e-4. So no answer costs more than 9.2, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-4).mean()


@misconception("multiclass_loss")
def multiclass_small_number_in_the_log_1e_5(logits, labels):
    """A small number stands in the logarithm, as in log(p + 1e-5) or a clamp of p at 1e-5. So no answer costs more than 11.5, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-5).mean()


@misconception("multiclass_loss")
def multiclass_small_number_in_the_log_1e_6(logits, labels):
    """A small number stands in the logarithm, as in log(p + 1e-6) or a clamp of p at 1e-6. So no answer costs more than 13.8, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-6).mean()


@misconception("multiclass_loss")
def multiclass_small_number_in_the_log_1e_9(logits, labels):
    """A small number stands in the logarithm, as in log(p + 1e-9) or a clamp of p at 1e-9. So no answer costs more than 20.7, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-9).mean()


@misconception("multiclass_loss")
def multiclass_small_number_in_the_log_1e_10(logits, labels):
    """A small number stands in the logarithm, as in log(p + 1e-10) or a clamp of p at 1e-10. So no answer costs more than 23.0, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-10).mean()


@misconception("multiclass_loss")
def multiclass_small_number_in_the_log_1e_15(logits, labels):
    """A small number stands in the logarithm, as in log(p + 1e-15) or a clamp of p at 1e-15. So no answer costs more than 34.5, however wrong and
    sure it is. With logits no small number is needed: work with the logits themselves."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels) + 1e-15).mean()


@misconception("multiclass_loss")
def multiclass_clamps_logits(logits, labels):
    """You cut the logits off before the formula. That avoids inf, but logits beyond the limit become equal, and the
    loss no longer tells them apart. Moving a row changes nothing, cutting it does."""
    return -_at_labels(_log_probabilities(logits.clamp(-50, 50)), labels).mean()


@misconception("multiclass_loss")
def multiclass_clamps_logits_far_out(logits, labels):
    """You cut the logits off just where exp would overflow. That avoids inf, but logits beyond the limit become equal.
    Moving a row changes nothing, cutting it does."""
    return -_at_labels(_log_probabilities(logits.clamp(-80, 80)), labels).mean()


@misconception("multiclass_loss")
def multiclass_log_of_stable_softmax(logits, labels):
    """Your softmax is safe, but then its logarithm is taken: a class that is far behind has a probability of exactly 0,
    and ln 0 is -inf. Put the formula of softmax into the logarithm and simplify before computing."""
    return -torch.log(_at_labels(torch.softmax(logits, dim=1), labels)).mean()


@misconception("multiclass_loss")
def multiclass_replaces_nan(logits, labels):
    """You replaced nan and inf after they had appeared. By then the digits are lost: what you put in their place is not
    the loss. Use formulas in which they never appear."""
    exponentials = torch.exp(logits)
    p = exponentials / exponentials.sum(dim=1, keepdim=True)
    return torch.nan_to_num(-torch.log(_at_labels(p, labels))).mean()


@misconception("multiclass_loss")
def multiclass_shifted_by_the_whole_batch(logits, labels):
    """You moved all rows by the largest logit of the whole batch. In a row that lies far below it every exponential is
    0, and the logarithm of their sum is -inf. Each row needs its own shift."""
    shifted = logits - logits.max()
    return (torch.log(torch.exp(shifted).sum(dim=1)) - _at_labels(shifted, labels)).mean()


@misconception("multiclass_loss")
def multiclass_log_sum_exp_overflows(logits, labels):
    """You simplified the logarithm of softmax as one should, but e^x still overflows for large logits, and the
    logarithm of 0 is -inf for very negative ones. First take the largest exponential of each row out of the sum."""
    return (torch.log(torch.exp(logits).sum(dim=1)) - _at_labels(logits, labels)).mean()


@misconception("multiclass_loss")
def multiclass_log_of_softmax_overflows(logits, labels):
    """This is the formula by way of softmax as on the slide. Its exponentials run out of digits, and inf / inf and
    0 / 0 are nan. Put the formula of softmax into the logarithm and simplify before computing."""
    exponentials = torch.exp(logits)
    p = exponentials / exponentials.sum(dim=1, keepdim=True)
    return -torch.log(_at_labels(p, labels)).mean()


@misconception("multiclass_loss")
def expects_one_hot_labels(logits, labels):
    """Something with one number for each image, (N,), met something with K numbers for each, (N, K), element by
    element. Are these the labels? They are class numbers, not one-hot vectors: use each to pick its entry. Or is it a
    sum over each row? Then keep its axis."""
    return -(labels * _log_probabilities(logits)).sum(dim=1).mean()


@misconception("multiclass_loss")
def multiclass_loss_of_each_image(logits, labels):
    """You returned one loss for each image. The mean over the batch is asked for, a single number."""
    return -_at_labels(_log_probabilities(logits), labels)


@misconception("multiclass_loss")
def multiclass_sum_with_the_sign_forgotten(logits, labels):
    """Two things are missing: the minus, since the logarithm of a probability is negative and a loss is not, and the
    division by the number of images."""
    return _at_labels(_log_probabilities(logits), labels).sum()


@misconception("multiclass_loss")
def multiclass_sign_forgotten(logits, labels):
    """The size is right and the sign is not. The logarithm of a probability is negative; a loss is never."""
    return _at_labels(_log_probabilities(logits), labels).mean()


@misconception("multiclass_loss")
def multiclass_sum(logits, labels):
    """You added up the losses of the batch. The mean is asked for: the size of a loss should not depend on how many
    images are in the batch."""
    return -_at_labels(_log_probabilities(logits), labels).sum()


@misconception("multiclass_loss")
def multiclass_mean_over_classes_too(logits, labels):
    """You averaged over the images and the classes, so the result is too small by the number of classes. Each image has
    one loss, and the mean goes over the images."""
    return -_at_labels(_log_probabilities(logits), labels).mean() / logits.shape[1]


@misconception("multiclass_loss")
def multiclass_in_bits(logits, labels):
    """You took the logarithm to the base 2, which measures in bits. torch and the lecture use the natural
    logarithm."""
    return -_at_labels(_log_probabilities(logits), labels).mean() / math.log(2)


@misconception("multiclass_loss")
def multiclass_softmax_over_the_batch(logits, labels):
    """Your softmax runs along the batch, so the images compete with each other. The classes of one image have to
    compete: each row sums to 1."""
    return -_at_labels(_log_probabilities(logits.T).T, labels).mean()


@misconception("multiclass_loss")
def multiclass_sum_of_softmax_over_the_batch(logits, labels):
    """Two things went wrong: your softmax runs along the batch instead of the classes, and the losses are added where
    their mean is asked for."""
    return -_at_labels(_log_probabilities(logits.T).T, labels).sum()


@misconception("multiclass_loss")
def multiclass_softmax_of_the_whole_batch(logits, labels):
    """Your logarithm of the sum runs over the whole batch. Each image has a sum of its own: each row is a distribution
    for itself."""
    return (torch.logsumexp(logits.flatten(), dim=0) - _at_labels(logits, labels)).mean()


@misconception("multiclass_loss")
def multiclass_softmax_twice(logits, labels):
    """Softmax is taken twice: you made probabilities, and a formula that expects logits makes probabilities of them
    once more. Even a network that is sure and right keeps a large loss."""
    return -_at_labels(_log_probabilities(torch.softmax(logits, dim=1)), labels).mean()


@misconception("multiclass_loss")
def multiclass_sum_of_log_forgotten(logits, labels):
    """Two things are missing: the logarithm of the probabilities, and the division by the number of images."""
    return -_at_labels(torch.softmax(logits, dim=1), labels).sum()


@misconception("multiclass_loss")
def multiclass_log_forgotten(logits, labels):
    """The logarithm is missing: you averaged the probabilities themselves that the truth got, as the slide does when it
    hands probabilities to NLLLoss. That loss expects log-probabilities."""
    return -_at_labels(torch.softmax(logits, dim=1), labels).mean()


@misconception("multiclass_loss")
def multiclass_softmax_forgotten(logits, labels):
    """You picked the logits at the labels and negated them. That is no loss: without the sum over the other classes it
    falls without end when all logits grow."""
    return -_at_labels(logits, labels).mean()


@misconception("multiclass_loss")
def multiclass_log_of_the_logits(logits, labels):
    """You took the logarithm of the logits. They can be negative; softmax has to make probabilities of them before a
    logarithm makes sense."""
    return -torch.log(_at_labels(logits, labels)).mean()


@misconception("multiclass_loss")
def multiclass_true_logit_forgotten(logits, labels):
    """The labels do not appear in your loss: the logarithm of the sum of the exponentials is only one of its two
    terms."""
    return torch.logsumexp(logits, dim=1).mean()


@misconception("multiclass_loss")
def multiclass_true_logit_added(logits, labels):
    """The two terms of your loss are added. The logit of the true class makes its probability larger, so it has to make
    the loss smaller."""
    return (torch.logsumexp(logits, dim=1) + _at_labels(logits, labels)).mean()


@misconception("multiclass_loss")
def multiclass_shift_not_undone(logits, labels):
    """You moved the rows for the sum of exponentials, but the logit that is subtracted stayed where it was. Both terms
    have to be moved, or the shift added again."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return (torch.logsumexp(shifted, dim=1) - _at_labels(logits, labels)).mean()


@misconception("multiclass_loss")
def multiclass_likeliest_class(logits, labels):
    """You took the probability of the likeliest class. The loss asks for that of the true class, which the label
    names."""
    return -_log_probabilities(logits).max(dim=1).values.mean()


@misconception("multiclass_loss")
def multiclass_all_classes(logits, labels):
    """You averaged the log-probabilities of all classes. Only the true class counts: the label says which entry of the
    row that is."""
    return -_log_probabilities(logits).mean()


@misconception("multiclass_loss")
def multiclass_labels_pick_columns(logits, labels):
    """You indexed all rows with all labels, so that each image is compared with the labels of every other one. Each row
    has one label: rows and labels have to be walked through together."""
    return -_log_probabilities(logits)[:, labels].mean()


@misconception("multiclass_loss")
def multiclass_labels_pick_rows(logits, labels):
    """You used the labels to index rows. A label is a class, and the classes lie along the columns; rows are
    images."""
    return -_log_probabilities(logits)[labels].mean()


@misconception("multiclass_loss")
def multiclass_labels_from_one(logits, labels):
    """Your labels are off by one: classes are counted from 0, so the label is the index, without subtracting
    anything."""
    return -_at_labels(_log_probabilities(logits), (labels - 1) % logits.shape[1]).mean()


@misconception("multiclass_loss")
def multiclass_probability_of_the_rest(logits, labels):
    """You took the probability of everything but the true class. A good network would then have a large loss."""
    return -torch.log(1 - _at_labels(torch.softmax(logits, dim=1), labels)).mean()


@misconception("multiclass_loss")
def multiclass_sigmoid_of_the_true_class(logits, labels):
    """You took a sigmoid of the true class's logit. It looks at one number alone; with K classes the others have a say
    in how likely this one is."""
    return -F.logsigmoid(_at_labels(logits, labels)).mean()


@misconception("multiclass_loss")
def multiclass_binary_loss_of_each_class(logits, labels):
    """You treated every class as a binary question of its own. The classes exclude each other, so they share one
    softmax, and only the entry of the true class counts."""
    truth = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.binary_cross_entropy_with_logits(logits, truth)


@misconception("multiclass_loss")
def multiclass_squared_error(logits, labels):
    """You averaged squared distances from one-hot vectors. Cross-entropy looks at the logarithm of the probability that
    the true class got."""
    truth = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return ((torch.softmax(logits, dim=1) - truth) ** 2).mean()


@misconception("multiclass_loss")
def multiclass_share_of_wrong_images(logits, labels):
    """You counted wrong decisions. That is no loss to learn from: it says nothing about how sure the network was."""
    return (logits.argmax(dim=1) != labels).float().mean()


hints(
    "multiclass_loss",
    "For each image: which probability did the true class get? The label says which entry of the row that is. The loss "
    "is minus its logarithm; then the mean.",
    "To pick one entry of each row, walk through rows and labels together: row 0 with label 0, row 1 with label 1, and "
    "so on. gather, an index tensor for the rows, or a loop can do it.",
    "The logarithm of a fraction is a difference: the true class's logit, and the logarithm of the row's sum of "
    "exponentials. The second needs a shift by the row's largest logit, or the torch function made for it.",
)

why(
    "multiclass_loss",
    "Only the true class's probability counts, but it can rise only while the others fall: that is how one "
    "label teaches all K outputs.",
)

# ---------------------------------------------------------------------------------------------- predict_binary


@misconception("predict_binary")
def binary_class_one_above_the_probability_threshold(logits):
    """Two mix-ups: 0.5 is the threshold of a probability, and these are logits; and in this lecture the large side is
    class 0."""
    return (logits > 0.5).long()


@misconception("predict_binary")
def binary_probability_threshold_for_logits(logits):
    """You compared logits with 0.5, which is the threshold of a probability. Which logit has the probability 0.5?"""
    return (logits < 0.5).long()


@misconception("predict_binary")
def binary_large_logit_is_class_one(logits):
    """The convention is turned round: in this lecture the network predicts the probability of class 0, so a large logit
    speaks for class 0."""
    return (logits > 0).long()


@misconception("predict_binary")
def binary_large_logit_is_class_one_as_floats(logits):
    """Two things went wrong: a large logit speaks for class 0 in this lecture, not for class 1; and class numbers are
    whole numbers, not floats."""
    return torch.round(torch.sigmoid(logits))


@misconception("predict_binary")
def binary_classes_turned_round_as_booleans(logits):
    """Two things went wrong: a comparison gives True and False where class numbers are asked for, and a large logit
    speaks for class 0 in this lecture."""
    return logits > 0


@misconception("predict_binary")
def binary_classes_as_booleans(logits):
    """The decisions are right, but they are True and False. Class numbers are asked for: whole numbers, int64."""
    return logits < 0


@misconception("predict_binary")
def binary_classes_as_floats(logits):
    """The decisions are right, but they are floats. Class numbers are whole numbers, int64: they are used as
    indices."""
    return (logits < 0).float()


@misconception("predict_binary")
def binary_classes_as_int32(logits):
    """The decisions are right, but of type int32. torch's type for class numbers is int64."""
    return (logits < 0).int()


@misconception("predict_binary")
def binary_classes_minus_one_and_one(logits):
    """You returned signs, 1 and -1. The classes are numbered 0 and 1."""
    return torch.sign(logits).long()


@misconception("predict_binary")
def binary_probabilities_for_classes(logits):
    """You returned probabilities. A prediction is a decision: 0 or 1 for each image."""
    return torch.sigmoid(logits)


@misconception("predict_binary")
def binary_cut_probabilities(logits):
    """You made whole numbers of probabilities by cutting off their digits, so everything below 1 becomes 0. Compare with
    the threshold instead."""
    return torch.sigmoid(logits).long()


@misconception("predict_binary")
def every_logit_is_class_zero(logits):
    """Every image became class 0. Perhaps you took a sigmoid and compared the probability with 0: that is the threshold
    of a logit, and every probability is above it."""
    return (torch.sigmoid(logits.double()) < 0).long()


@misconception("predict_binary")
def every_logit_is_class_one(logits):
    """Every image became class 1. Perhaps you took a sigmoid and compared the probability with 0, the threshold of a
    logit; and the large side is class 0 in this lecture."""
    return (torch.sigmoid(logits.double()) >= 0).long()


@misconception("predict_binary")
def binary_rounded_logits(logits):
    """You made whole numbers of the logits themselves. A logit is no class number: its sign makes the decision."""
    return logits.long()


@misconception("predict_binary")
def binary_argmax_of_the_batch(logits):
    """You took argmax over the batch: it says which image has the largest logit. With one number an image there is
    nothing to choose from; the threshold decides."""
    return logits.argmax()


@misconception("predict_binary")
def binary_one_class_for_the_batch(logits):
    """You returned a single class for the whole batch. Each image gets a decision of its own."""
    return (logits.mean() < 0).long()


@misconception("predict_binary")
def binary_classes_as_a_column(logits):
    """The decisions are right, but the shape is (N, 1). Logits (N,) become class numbers (N,)."""
    return (logits < 0).long()[:, None]


@misconception("predict_binary")
def binary_classes_as_a_list(logits):
    """The decisions are right, but they come as a list. A tensor of int64 is asked for."""
    return [int(logit < 0) for logit in logits]


hints(
    "predict_binary",
    "The network predicts the probability of class 0. Does a logit of 5 speak for class 0 or for class 1?",
    "Sigmoid of which logit is one half? That is the threshold.",
    "A comparison gives True and False. Choose it so that the images of class 1 get True, and turn the answers into "
    "whole numbers.",
)

why(
    "predict_binary",
    "Sigmoid only grows, and it is one half where the logit is 0: so the sign of the logit is the whole "
    "decision.",
)

# ----------------------------------------------------------------------------- predict_binary_from_probability


@misconception("predict_binary_from_probability")
def large_probability_is_class_one(probabilities):
    """The convention is turned round: p is the probability of class 0, so a large p means class 0."""
    return (probabilities > 0.5).long()


@misconception("predict_binary_from_probability")
def large_probability_is_class_one_as_floats(probabilities):
    """Two things went wrong: rounding gives 1 for a large p, but p is the probability of class 0; and class numbers are
    whole numbers, not floats."""
    return torch.round(probabilities)


@misconception("predict_binary_from_probability")
def large_probability_is_class_one_as_booleans(probabilities):
    """Two things went wrong: a comparison gives True and False where class numbers are asked for, and a large p means
    class 0 in this lecture."""
    return probabilities > 0.5


@misconception("predict_binary_from_probability")
def every_probability_is_class_zero(probabilities):
    """Every image became class 0. Perhaps you compared with 0, the threshold of a logit, or took a sigmoid of what is a
    probability already, or cut off the digits: the threshold of a probability is its middle."""
    return (probabilities < 0).long()


@misconception("predict_binary_from_probability")
def every_probability_is_class_one(probabilities):
    """Every image became class 1. Perhaps you compared with 0, the threshold of a logit, or took a sigmoid of what is a
    probability already; and the large side is class 0 in this lecture."""
    return (probabilities > 0).long()


@misconception("predict_binary_from_probability")
def classes_from_probability_as_booleans(probabilities):
    """The decisions are right, but they are True and False. Class numbers are asked for: whole numbers, int64."""
    return probabilities < 0.5


@misconception("predict_binary_from_probability")
def classes_from_probability_as_floats(probabilities):
    """The decisions are right, but they are floats. Class numbers are whole numbers, int64: they are used as
    indices."""
    return (probabilities < 0.5).float()


@misconception("predict_binary_from_probability")
def classes_from_probability_as_int32(probabilities):
    """The decisions are right, but of type int32. torch's type for class numbers is int64."""
    return (probabilities < 0.5).int()


@misconception("predict_binary_from_probability")
def probability_of_the_other_class(probabilities):
    """You returned the probability of class 1. A prediction is a decision: 0 or 1 for each image."""
    return 1 - probabilities


@misconception("predict_binary_from_probability")
def hands_back_the_probabilities(probabilities):
    """You returned the probabilities as they are. A prediction is a decision: 0 or 1 for each image."""
    return probabilities


@misconception("predict_binary_from_probability")
def argmax_of_the_probabilities(probabilities):
    """You took argmax over the batch: it says which image has the largest probability. With one number an image there
    is nothing to choose from; the threshold decides."""
    return probabilities.argmax()


@misconception("predict_binary_from_probability")
def one_class_from_the_mean_probability(probabilities):
    """You returned a single class for the whole batch. Each image gets a decision of its own."""
    return (probabilities.mean() < 0.5).long()


@misconception("predict_binary_from_probability")
def classes_from_probability_as_a_column(probabilities):
    """The decisions are right, but the shape is (N, 1). Probabilities (N,) become class numbers (N,)."""
    return (probabilities < 0.5).long()[:, None]


@misconception("predict_binary_from_probability")
def classes_from_probability_as_a_list(probabilities):
    """The decisions are right, but they come as a list. A tensor of int64 is asked for."""
    return [int(p < 0.5) for p in probabilities]


hints(
    "predict_binary_from_probability",
    "p is the probability of class 0. What does p = 0.9 say about the image?",
    "If class 0 has the probability p, class 1 has the rest. Which one is larger?",
    "The same decision as from logits, with the threshold that belongs to probabilities. The images of class 1 have "
    "to get True; then turn the answers into whole numbers.",
)

why(
    "predict_binary_from_probability",
    "It is the decision from the logit once more: p is above one half just where the logit is above 0.",
)

# ------------------------------------------------------------------------------------------ predict_multiclass


@misconception("predict_multiclass")
def argmax_along_the_batch(scores):
    """Your argmax runs along the batch: it says for each class which image has the largest score. For each image the
    class is asked for."""
    return scores.argmax(dim=0)


@misconception("predict_multiclass")
def argmax_of_everything(scores):
    """Your argmax runs over the whole tensor and returns a single position. Tell it along which axis the classes
    lie."""
    return scores.argmax()


@misconception("predict_multiclass")
def smallest_score_wins(scores):
    """You took the class with the smallest score. The larger the score, the likelier its class."""
    return scores.argmin(dim=1)


@misconception("predict_multiclass")
def softmax_over_the_batch_before_argmax(scores):
    """You took softmax along the batch before argmax. It changes the order within a row; softmax along the classes
    would not, and is not needed at all."""
    return torch.softmax(scores, dim=0).argmax(dim=1)


@misconception("predict_multiclass")
def largest_in_size_wins(scores):
    """You looked at the size of the scores without their sign. A very negative logit means a very unlikely class."""
    return scores.abs().argmax(dim=1)


@misconception("predict_multiclass")
def classes_counted_from_one(scores):
    """Your class numbers are too large by one: classes are counted from 0."""
    return scores.argmax(dim=1) + 1


@misconception("predict_multiclass")
def largest_scores_for_classes(scores):
    """You returned the largest scores themselves. Where they stand is asked for: the position is the class."""
    return scores.max(dim=1).values


@misconception("predict_multiclass")
def largest_scores_and_classes(scores):
    """You returned both things that max along an axis gives, the values and where they stand. Only the positions are
    class numbers."""
    return tuple(scores.max(dim=1))


@misconception("predict_multiclass")
def classes_one_hot(scores):
    """You returned one-hot vectors, K numbers an image. One class number an image is asked for."""
    return F.one_hot(scores.argmax(dim=1), scores.shape[1])


@misconception("predict_multiclass")
def classes_as_a_column(scores):
    """The classes are right, but the shape is (N, 1): the reduced axis was kept, and (N,) is asked for."""
    return scores.argmax(dim=1, keepdim=True)


@misconception("predict_multiclass")
def classes_as_floats(scores):
    """The classes are right, but they are floats. Class numbers are whole numbers, int64: they are used as indices."""
    return scores.argmax(dim=1).float()


@misconception("predict_multiclass")
def classes_as_int32(scores):
    """The classes are right, but of type int32. torch's type for class numbers is int64."""
    return scores.argmax(dim=1).int()


@misconception("predict_multiclass")
def classes_as_a_list(scores):
    """The classes are right, but they come as a list. A tensor of int64 is asked for."""
    return scores.argmax(dim=1).tolist()


@misconception("predict_multiclass")
def threshold_for_many_classes(scores):
    """You compared every score with a threshold, which is the rule of binary networks. With K classes the largest score
    of the row wins, be it above 0.5 or not."""
    return (scores > 0.5).long()


@misconception("predict_multiclass")
def threshold_on_a_softmax(scores):
    """You took the softmax and compared each probability with 0.5, which is the rule of binary networks. With K classes
    the largest of the row wins, be it above 0.5 or not, and the answer is one class number an image."""
    return (torch.softmax(scores, dim=1) > 0.5).int()


@misconception("predict_multiclass")
def first_class_above_one_half(scores):
    """You took the class whose score is above 0.5. In a row of K classes none may be, or, among logits, several: the
    largest wins."""
    return (scores > 0.5).long().argmax(dim=1)


@misconception("predict_multiclass")
def first_positive_score(scores):
    """You took the first class with a score above 0. Several logits of a row may be positive, or none: the largest
    wins."""
    return (scores > 0).long().argmax(dim=1)


@misconception("predict_multiclass")
def ranks_for_classes(scores):
    """You returned the order of all classes for each image. Only the winner is asked for, one number an image."""
    return scores.argsort(dim=1, descending=True)


@misconception("predict_multiclass")
def probabilities_for_classes(scores):
    """You returned probabilities. A prediction is a decision: one class number an image."""
    return torch.softmax(scores, dim=1)


hints(
    "predict_multiclass",
    "Each row belongs to one image. Where in the row is the largest score?",
    "max gives how large, argmax gives where. And along which axis do the classes lie?",
    "One call does it, for logits and probabilities alike, once it knows the axis along which to compare: the result has "
    "one number for each image.",
)

why(
    "predict_multiclass",
    "Softmax keeps the order of the scores in a row, so the largest logit belongs to the largest probability, "
    "and nothing has to be converted.",
)
