"""The binary network seen as a softmax over two scores, x for class 0 and 0 for class 1; logsumexp does both losses."""

import torch
from torch import nn


def two_scores(logits):
    return torch.stack([logits, torch.zeros_like(logits)], dim=1)


def choose_loss(task, output):
    by_task = {
        "binary": {"probability": nn.BCELoss, "logit": nn.BCEWithLogitsLoss},
        "multiclass": {"log-probability": nn.NLLLoss, "logit": nn.CrossEntropyLoss},
    }
    try:
        kind = by_task[task][output]
    except KeyError as error:
        raise ValueError("no such pair") from error
    return kind()


def output_activation(task, output):
    if output == "probability":
        return nn.Sigmoid()
    return nn.LogSoftmax(dim=-1) if output == "log-probability" else nn.Identity()


def binary_targets(labels):
    return torch.eye(2)[labels][:, 0]


def log_probabilities(scores):
    return scores - scores.logsumexp(dim=-1, keepdim=True)


def softmax(logits):
    return log_probabilities(logits).exp()


def multiclass_loss(logits, labels):
    return -log_probabilities(logits)[torch.arange(labels.numel()), labels].mean()


def binary_loss(logits, targets):
    return multiclass_loss(two_scores(logits), (1 - targets).long())


def predict_binary(logits):
    return two_scores(logits).argmax(dim=1)


def predict_binary_from_probability(probabilities):
    return torch.stack([probabilities, 1 - probabilities], dim=-1).argmax(-1)


def predict_multiclass(scores):
    return scores.argmax(-1)
