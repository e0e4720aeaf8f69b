"""numpy all the way: arrays and numpy scalars come back, of the same dtype as the tensors asked for."""

import numpy as np
from torch import nn


def choose_loss(task, output):
    if task == "binary" and output in ("probability", "logit"):
        return nn.BCELoss() if output == "probability" else nn.BCEWithLogitsLoss()
    if task == "multiclass" and output in ("log-probability", "logit"):
        return nn.NLLLoss() if output == "log-probability" else nn.CrossEntropyLoss()
    raise ValueError(f"{task!r}, {output!r}")


def output_activation(task, output):
    choose_loss(task, output)  # refuses what does not exist
    if output.endswith("logit"):
        return nn.Identity()
    return nn.LogSoftmax(dim=1) if output.startswith("log") else nn.Sigmoid()


def binary_targets(labels):
    return np.equal(np.asarray(labels), 0).astype(np.float32)


def softmax(logits):
    x = np.array(logits)
    x -= x.max(1)[:, None]
    np.exp(x, out=x)
    x /= x.sum(1)[:, None]
    return x


def binary_loss(logits, targets):
    x = np.asarray(logits, dtype=np.float64)
    t = np.asarray(targets, dtype=np.float64)
    return np.mean(np.maximum(x, 0) - x * t + np.log1p(np.exp(-np.abs(x))))


def multiclass_loss(logits, labels):
    x = np.asarray(logits, dtype=np.float64)
    top = x.max(axis=1)
    log_sums = top + np.log(np.exp(x - top[:, None]).sum(axis=1))
    return np.average(log_sums - x[np.arange(len(x)), np.asarray(labels)])


def predict_binary(logits):
    return np.asarray(logits < 0).astype("int64")


def predict_binary_from_probability(probabilities):
    return np.where(np.asarray(probabilities) > 0.5, np.int64(0), np.int64(1))


def predict_multiclass(scores):
    return np.asarray(scores).argsort(axis=1)[:, -1]
