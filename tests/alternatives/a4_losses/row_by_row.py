"""Functions of one row or one number, mapped over the batch with vmap, map and list comprehensions."""

import torch
from torch import nn
from torch.func import vmap


def choose_loss(task, output):
    candidates = [
        (nn.BCELoss, "binary", "probability"),
        (nn.BCEWithLogitsLoss, "binary", "logit"),
        (nn.NLLLoss, "multiclass", "log-probability"),
        (nn.CrossEntropyLoss, "multiclass", "logit"),
    ]
    fitting = [loss for loss, *pair in candidates if pair == [task, output]]
    if len(fitting) != 1:
        raise ValueError("no loss fits")
    (loss,) = fitting
    return loss()


class EachRow(nn.Module):
    def forward(self, x):
        return torch.stack([row - torch.logsumexp(row, dim=0) for row in x])


def output_activation(task, output):
    if output == "logit":
        return nn.Identity()
    return nn.Sigmoid() if task == "binary" else EachRow()


def binary_targets(labels):
    return torch.tensor(list(map({0: 1.0, 1: 0.0}.get, labels.tolist())))


def softmax_of_row(row):
    powers = torch.exp(row - row.max())
    return powers / powers.sum()


softmax = vmap(softmax_of_row)


def loss_of_image(logit, target):
    return torch.logaddexp(logit, torch.zeros(())) - logit * target


def binary_loss(logits, targets):
    return vmap(loss_of_image)(logits, targets).mean()


def loss_of_row(row, label):
    largest, total = row[0], torch.tensor(1.0)
    for x in row[1:]:  # the sum of e^(x - largest), kept up while the largest changes
        new = torch.maximum(largest, x)
        total = total * torch.exp(largest - new) + torch.exp(x - new)
        largest = new
    return largest + torch.log(total) - row[label]


def multiclass_loss(logits, labels):
    return sum(loss_of_row(row, label) for row, label in zip(logits, labels, strict=True)) / len(labels)


def predict_binary(logits):
    return torch.cat([torch.tensor([int(not logit > 0)]) for logit in logits])


def predict_binary_from_probability(probabilities):
    return torch.LongTensor([p.item() < 0.5 for p in probabilities])


def predict_multiclass(scores):
    return vmap(torch.argmax)(scores)
