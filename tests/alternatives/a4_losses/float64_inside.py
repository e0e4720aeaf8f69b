"""Computes in float64 and comes back where a dtype is asked for; the losses stay float64, as numbers may."""

import torch
from torch import nn


def choose_loss(task, output):
    pair = task + "/" + output
    if pair == "binary/probability":
        return nn.BCELoss(reduction="mean")
    if pair == "binary/logit":
        return nn.BCEWithLogitsLoss(reduction="mean")
    if pair == "multiclass/log-probability":
        return nn.NLLLoss(reduction="mean")
    if pair == "multiclass/logit":
        return nn.CrossEntropyLoss(reduction="mean")
    raise ValueError(pair)


class InFloat64(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x.double()).to(x.dtype)


def output_activation(task, output):
    if output == "logit":
        return InFloat64(nn.Identity())
    return InFloat64(nn.Sigmoid() if task == "binary" else nn.LogSoftmax(dim=1))


def binary_targets(labels):
    return (labels == 0).double()


def softmax(logits):
    wide = logits.to(torch.float64)
    wide = wide - wide.amax(dim=1, keepdim=True)
    return (wide.exp() / wide.exp().sum(dim=1, keepdim=True)).to(logits.dtype)


def binary_loss(logits, targets):
    x, t = logits.double(), targets.double()
    return (x.relu() - x * t + (-x.abs()).exp().log1p()).mean()


def multiclass_loss(logits, labels):
    wide = logits.double()
    wide = wide - wide.amax(dim=1, keepdim=True)
    return (wide.exp().sum(dim=1).log() - wide[torch.arange(len(wide)), labels]).mean()


def predict_binary(logits):
    return (torch.sigmoid(logits.double()) < 0.5).to(torch.int64)


def predict_binary_from_probability(probabilities):
    return (probabilities.double() < 0.5).to(torch.int64)


def predict_multiclass(scores):
    return scores.double().argmax(dim=1)
