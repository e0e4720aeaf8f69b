"""No tensor arithmetic at all: Python's math, fsum and sorted, one number at a time, and tensors only at the end."""

import math

import torch


def choose_loss(task, output):
    for name, pairs in {
        "BCELoss": [("binary", "probability")],
        "BCEWithLogitsLoss": [("binary", "logit")],
        "NLLLoss": [("multiclass", "log-probability")],
        "CrossEntropyLoss": [("multiclass", "logit")],
    }.items():
        if (task, output) in pairs:
            return getattr(torch.nn, name)()
    raise ValueError((task, output))


def output_activation(task, output):
    if output == "logit":
        return torch.nn.Identity()
    return torch.nn.Sigmoid() if task == "binary" else torch.nn.LogSoftmax(dim=1)


def binary_targets(labels):
    return torch.tensor([float(not label) for label in labels.tolist()])


def _row(values):
    top = sorted(values)[-1]
    powers = [math.exp(value - top) for value in values]
    return top, powers, math.fsum(powers)


def softmax(logits):
    rows = []
    for values in logits.tolist():
        _, powers, total = _row(values)
        rows.append([power / total for power in powers])
    return torch.tensor(rows, dtype=logits.dtype)


def binary_loss(logits, targets):
    terms = [
        max(z, 0.0) - z * t + math.log1p(math.exp(-abs(z))) for z, t in zip(logits.tolist(), targets.tolist())
    ]
    return math.fsum(terms) / len(terms)


def multiclass_loss(logits, labels):
    terms = []
    for values, label in zip(logits.tolist(), labels.tolist()):
        top, _, total = _row(values)
        terms.append(top + math.log(total) - values[label])
    return torch.tensor(math.fsum(terms) / len(terms))


def predict_binary(logits):
    return torch.LongTensor([0 if z > 0 else 1 for z in logits.tolist()])


def predict_binary_from_probability(probabilities):
    return torch.LongTensor([int(p < 0.5) for p in probabilities.tolist()])


def predict_multiclass(scores):
    return torch.LongTensor([max(range(len(row)), key=row.__getitem__) for row in scores.tolist()])
