"""The textbook form: the larger of x and 0 drawn out, log1p of what is left, and a dict of classes for the dispatch."""

import torch
import torch.nn as nn

LOSSES = {
    ("binary", "probability"): nn.BCELoss,
    ("binary", "logit"): nn.BCEWithLogitsLoss,
    ("multiclass", "log-probability"): nn.NLLLoss,
    ("multiclass", "logit"): nn.CrossEntropyLoss,
}


def choose_loss(task, output):
    if (task, output) not in LOSSES:
        raise ValueError(f"{task} and {output} do not go together")
    return LOSSES[(task, output)]()


def output_activation(task, output):
    return {"probability": nn.Sigmoid(), "log-probability": nn.LogSoftmax(dim=1), "logit": nn.Identity()}[
        output
    ]


def binary_targets(labels):
    return 1.0 - labels.float()


def softmax(logits):
    largest, _ = torch.max(logits, dim=1, keepdim=True)
    powers = torch.exp(logits - largest)
    return powers / torch.sum(powers, dim=1, keepdim=True)


def binary_loss(logits, targets):
    zeros = torch.zeros_like(logits)
    losses = torch.max(logits, zeros) - logits * targets + torch.log1p(torch.exp(-torch.abs(logits)))
    return torch.mean(losses)


def multiclass_loss(logits, labels):
    largest = logits.max(dim=1, keepdim=True).values
    log_sum = torch.log(torch.exp(logits - largest).sum(dim=1)) + largest.squeeze(1)
    true = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
    return torch.mean(log_sum - true)


def predict_binary(logits):
    return (logits < 0).long()


def predict_binary_from_probability(probabilities):
    return (probabilities < 0.5).long()


def predict_multiclass(scores):
    return torch.argmax(scores, dim=1)
