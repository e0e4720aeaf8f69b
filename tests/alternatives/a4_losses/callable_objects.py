"""Tasks are bound methods, static methods, partials and objects with __call__."""

from functools import partial, reduce

import torch
from torch import nn


class Course:
    convention = 0

    def __init__(self):
        self._losses = {}
        self._activations = {}

    def register(self, task, output, loss, activation):
        self._losses[task, output] = loss
        self._activations[task, output] = activation
        return self

    def choose_loss(self, task, output):
        if (task, output) not in self._losses:
            raise ValueError(f"not in this lecture: {task}, {output}")
        return self._losses[task, output]()

    def output_activation(self, task, output):
        return self._activations[task, output]()

    @classmethod
    def binary_targets(cls, labels):
        return labels.eq(cls.convention).float()

    @staticmethod
    def softmax(logits):
        exponentials = (logits - logits.amax(dim=1, keepdim=True)).exp()
        return exponentials / exponentials.sum(dim=1, keepdim=True)


course = (
    Course()
    .register("binary", "probability", nn.BCELoss, nn.Sigmoid)
    .register("binary", "logit", nn.BCEWithLogitsLoss, nn.Identity)
    .register("multiclass", "log-probability", nn.NLLLoss, partial(nn.LogSoftmax, dim=1))
    .register("multiclass", "logit", nn.CrossEntropyLoss, nn.Identity)
)
choose_loss = course.choose_loss
output_activation = course.output_activation
binary_targets = Course.binary_targets
softmax = Course.softmax


class BinaryLoss:
    def __call__(self, logits, targets):
        return (torch.logaddexp(logits, torch.zeros(1)) - logits * targets).mean()


class MulticlassLoss:
    def __call__(self, logits, labels):
        log_sums = reduce(torch.logaddexp, logits.unbind(dim=1))
        true = torch.stack([row[label] for row, label in zip(logits, labels)])
        return torch.mean(log_sums - true)


binary_loss = BinaryLoss()
multiclass_loss = MulticlassLoss()


def _below(threshold, numbers):
    return (numbers < threshold).long()


predict_binary = partial(_below, 0)
predict_binary_from_probability = partial(_below, 0.5)
predict_multiclass = partial(torch.argmax, dim=1)
