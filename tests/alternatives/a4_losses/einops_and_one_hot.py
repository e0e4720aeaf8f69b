"""One-hot vectors, einsum and einops for the sums."""

import torch
from einops import rearrange, reduce, repeat
from torch import einsum, nn
from torch.nn.functional import one_hot


def choose_loss(task, output):
    order = ["binary/probability", "binary/logit", "multiclass/log-probability", "multiclass/logit"]
    which = order.index(f"{task}/{output}")  # list.index raises ValueError by itself
    return [nn.BCELoss, nn.BCEWithLogitsLoss, nn.NLLLoss, nn.CrossEntropyLoss][which]()


def output_activation(task, output):
    return nn.ModuleDict(
        {"probability": nn.Sigmoid(), "log-probability": nn.LogSoftmax(dim=1), "logit": nn.Identity()}
    )[output]


def binary_targets(labels):
    return einsum("nk,k->n", one_hot(labels, 2).float(), torch.tensor([1.0, 0.0]))


def softmax(logits):
    largest = repeat(reduce(logits, "n k -> n", "max"), "n -> n k", k=logits.shape[1])
    powers = torch.exp(logits - largest)
    return powers / rearrange(reduce(powers, "n k -> n", "sum"), "n -> n 1")


def binary_loss(logits, targets):
    both = rearrange([torch.zeros_like(logits), logits], "two n -> n two")
    return (torch.logsumexp(both, dim=1) - einsum("n,n->n", logits, targets)).mean()


def multiclass_loss(logits, labels):
    hot = one_hot(labels, logits.shape[1]).to(logits.dtype)
    return reduce(torch.logsumexp(logits, dim=1) - einsum("nk,nk->n", logits, hot), "n -> ", "mean")


def predict_binary(logits):
    return torch.heaviside(-logits, torch.tensor(0.0)).long()


def predict_binary_from_probability(probabilities):
    return torch.heaviside(0.5 - probabilities, torch.tensor(0.0)).long()


def predict_multiclass(scores):
    return one_hot(scores.argmax(1), scores.shape[1]) @ torch.arange(scores.shape[1])
