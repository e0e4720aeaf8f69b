"""Plain Python: loops over numbers and math, floats as results, tensors made from lists at the end."""

import math

import torch


def choose_loss(task, output):
    for t, o, loss in [
        ("binary", "probability", torch.nn.BCELoss),
        ("binary", "logit", torch.nn.BCEWithLogitsLoss),
        ("multiclass", "log-probability", torch.nn.NLLLoss),
        ("multiclass", "logit", torch.nn.CrossEntropyLoss),
    ]:
        if t == task and o == output:
            return loss()
    raise ValueError


def output_activation(task, output):
    if (task, output) == ("binary", "probability"):
        return torch.nn.Sigmoid()
    if (task, output) == ("multiclass", "log-probability"):
        return torch.nn.LogSoftmax(dim=1)
    return torch.nn.Identity()


def binary_targets(labels):
    result = []
    for label in labels:
        if label == 0:
            result.append(1.0)
        else:
            result.append(0.0)
    return torch.tensor(result)


def softmax(logits):
    rows = []
    for row in logits.tolist():
        top = max(row)
        powers = [math.exp(x - top) for x in row]
        total = sum(powers)
        rows.append([power / total for power in powers])
    return torch.tensor(rows)


def binary_loss(logits, targets):
    total = 0.0
    for x, t in zip(logits.tolist(), targets.tolist()):
        if t == 0.0:
            x = -x
        # -ln sigmoid(x)
        total += math.log1p(math.exp(-x)) if x > 0 else -x + math.log1p(math.exp(x))
    return total / len(logits)


def multiclass_loss(logits, labels):
    total = 0.0
    for i in range(len(labels)):
        row = [float(x) for x in logits[i]]
        top = max(row)
        total += top + math.log(math.fsum(math.exp(x - top) for x in row)) - row[int(labels[i])]
    return total / len(labels)


def predict_binary(logits):
    return torch.tensor([0 if x > 0 else 1 for x in logits.tolist()])


def predict_binary_from_probability(probabilities):
    return torch.tensor([0 if p > 0.5 else 1 for p in probabilities.tolist()])


def predict_multiclass(scores):
    classes = torch.empty(len(scores), dtype=torch.int64)
    for n in range(scores.shape[0]):
        best = 0
        for k in range(scores.shape[1]):
            if scores[n, k] > scores[n, best]:
                best = k
        classes[n] = best
    return classes
