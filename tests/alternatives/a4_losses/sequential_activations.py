"""Activations are nn.Sequential, an empty one for logits, with layers that cancel out or come in two steps."""

import torch
from torch import nn


class Exp(nn.Module):
    def forward(self, x):
        return x.exp()


class Log(nn.Module):
    def forward(self, x):
        return x.log()


def choose_loss(task, output):
    if task not in ("binary", "multiclass"):
        raise ValueError(task)
    losses = {"probability": nn.BCELoss(), "logit": nn.BCEWithLogitsLoss()}
    if task == "multiclass":
        losses = {"log-probability": nn.NLLLoss(), "logit": nn.CrossEntropyLoss()}
    loss = losses.get(output)
    if loss is None:
        raise ValueError(output)
    return loss


def output_activation(task, output):
    if output == "logit":
        return nn.Sequential()
    if task == "binary":
        return nn.Sequential(nn.LogSigmoid(), Exp())
    return nn.Sequential(nn.Softmax(dim=1), Log())


def binary_targets(labels):
    return nn.functional.one_hot(labels, 2)[:, 0].float()


def softmax(logits):
    e = torch.exp(logits - logits.max(1, keepdim=True)[0])
    return nn.functional.normalize(e, p=1, dim=1)


def binary_loss(logits, targets):
    relu = nn.ReLU()
    return (relu(logits) - targets * logits + torch.log(1 + torch.exp(-torch.abs(logits)))).mean()


def multiclass_loss(logits, labels):
    hot = nn.functional.one_hot(labels, logits.shape[1]).bool()
    return (torch.logsumexp(logits, 1) - logits[hot]).mean()


def predict_binary(logits):
    p = nn.Sigmoid()(logits)
    return 1 - (p > 0.5).to(torch.int64)


def predict_binary_from_probability(p):
    return 1 - p.round().long()


def predict_multiclass(scores):
    return nn.Softmax(dim=1)(scores).argmax(dim=1)
