"""match statements for every decision, keyword arguments, postponed annotations."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def choose_loss(task: str, output: str) -> nn.Module:
    match task, output:
        case "binary", "probability":
            return nn.BCELoss()
        case "binary", "logit":
            return nn.BCEWithLogitsLoss()
        case "multiclass", "log-probability":
            return nn.NLLLoss()
        case "multiclass", "logit":
            return nn.CrossEntropyLoss()
        case _:
            raise ValueError(f"unsupported: {task=}, {output=}")


def output_activation(task: str, output: str) -> nn.Module:
    match output:
        case "probability":
            return nn.Sigmoid()
        case "log-probability":
            return nn.LogSoftmax(dim=1)
        case _:
            return nn.Identity()


def binary_targets(labels: Tensor) -> Tensor:
    return torch.tensor([one_target(int(label)) for label in labels], dtype=torch.float32)


def one_target(label: int) -> float:
    match label:
        case 0:
            return 1.0
        case 1:
            return 0.0
        case other:
            raise ValueError(other)


def softmax(logits: Tensor, *, dim: int = 1) -> Tensor:
    exponentials = torch.exp(input=logits - torch.amax(logits, dim=dim, keepdim=True))
    return torch.div(input=exponentials, other=torch.sum(exponentials, dim=dim, keepdim=True))


def binary_loss(logits: Tensor, targets: Tensor) -> Tensor:
    signed = torch.where(condition=targets == 1, input=logits, other=-logits)
    return torch.logaddexp(input=-signed, other=torch.zeros_like(signed)).mean()


def multiclass_loss(logits: Tensor, labels: Tensor) -> Tensor:
    match logits.shape:
        case (n, _):
            at_label = torch.take_along_dim(logits, labels.reshape(n, 1), dim=1)
            return torch.logsumexp(logits - at_label, dim=1).sum() / n
        case shape:
            raise ValueError(shape)


def predict_binary(logits: Tensor) -> Tensor:
    return torch.le(logits, 0).to(dtype=torch.int64)


def predict_binary_from_probability(probabilities: Tensor) -> Tensor:
    return torch.le(probabilities, 0.5).to(dtype=torch.int64)


def predict_multiclass(scores: Tensor) -> Tensor:
    return torch.argmax(input=scores, dim=1, keepdim=False)
