"""Follows the words: the probability of the truth, its logarithm, minus, mean, all on the scale of logarithms."""

import torch
from torch import nn
from torch.distributions import Categorical

LN_1 = 0.0


def choose_loss(task, output):
    """Raises ValueError by way of a lookup that fails."""
    supported = {"probability": "binary", "log-probability": "multiclass", "logit": task}
    if task not in ("binary", "multiclass") or supported.get(output) != task:
        raise ValueError(f"{task} does not end in {output}")
    if output == "logit":
        return nn.CrossEntropyLoss() if task == "multiclass" else nn.BCEWithLogitsLoss()
    return nn.NLLLoss() if task == "multiclass" else nn.BCELoss()


def output_activation(task, output):
    return {"probability": nn.Sigmoid, "log-probability": nn.LogSoftmax, "logit": nn.Identity}[output](
        *([1] if output == "log-probability" else [])
    )


def binary_targets(labels):
    return torch.abs(labels - 1).to(torch.float)


def softmax(logits):
    return Categorical(logits=logits).logits.exp()


def log_probability_of_class_zero(logits):
    """ln sigmoid(x) = min(x, 0) - ln(1 + e^-|x|)."""
    return torch.minimum(logits, torch.tensor(LN_1)) - torch.log1p(torch.exp(-logits.abs()))


def binary_loss(logits, targets):
    log_p0 = log_probability_of_class_zero(logits)
    log_p1 = log_probability_of_class_zero(-logits)
    log_truth = torch.where(targets.bool(), log_p0, log_p1)
    return log_truth.mean().neg().item()


def multiclass_loss(logits, labels):
    return -Categorical(logits=logits).log_prob(labels).mean().item()


def predict_binary(logits):
    log_p0, log_p1 = log_probability_of_class_zero(logits), log_probability_of_class_zero(-logits)
    return (log_p1 > log_p0).long()


def predict_binary_from_probability(probabilities):
    return torch.bucketize(1 - probabilities, torch.tensor([0.5]))


def predict_multiclass(scores):
    values, indices = torch.max(scores, dim=-1)
    assert values.shape == indices.shape
    return indices
