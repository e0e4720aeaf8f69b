"""Decorators everywhere: caches that hand out one module twice, no_grad, inference_mode, type checks, enums, dataclasses."""

import enum
import functools
from dataclasses import dataclass

import torch
from torch import nn


class Output(enum.StrEnum):
    PROBABILITY = "probability"
    LOG_PROBABILITY = "log-probability"
    LOGIT = "logit"


class Task(str, enum.Enum):  # noqa: UP042
    BINARY = "binary"
    MULTICLASS = "multiclass"


class NoSuchPairError(ValueError):
    """A ValueError of its own name would not be one to a caller who compares names: so it is turned into one."""


@dataclass(frozen=True)
class Ending:
    task: Task
    output: Output

    @functools.cached_property
    def loss(self):
        table = {
            Ending(Task.BINARY, Output.PROBABILITY): nn.BCELoss,
            Ending(Task.BINARY, Output.LOGIT): nn.BCEWithLogitsLoss,
            Ending(Task.MULTICLASS, Output.LOG_PROBABILITY): nn.NLLLoss,
            Ending(Task.MULTICLASS, Output.LOGIT): nn.CrossEntropyLoss,
        }
        if self not in table:
            raise NoSuchPairError(self)
        return table[self]()


@functools.cache
def choose_loss(task, output):
    try:
        return Ending(Task(task), Output(output)).loss
    except NoSuchPairError as error:
        raise ValueError(*error.args) from None


@functools.lru_cache(maxsize=None)  # noqa: UP033
def output_activation(task, output):
    if Output(output) is Output.LOGIT:
        return nn.Identity().eval()
    return (nn.Sigmoid() if Task(task) is Task.BINARY else nn.LogSoftmax(dim=1)).eval()


def keeps_length(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        result = function(*args, **kwargs)
        assert len(result) == len(args[0])
        return result

    return wrapper


@keeps_length
@torch.no_grad()
def binary_targets(labels):
    return torch.logical_not(labels).to(torch.get_default_dtype())


@keeps_length
@torch.inference_mode()
def softmax(logits):
    exponentials = torch.exp(logits - logits.max(dim=1).values[:, None])
    return exponentials / exponentials.sum(dim=1)[:, None]


@torch.inference_mode()
def binary_loss(logits, targets):
    away = logits.mul(1 - 2 * targets)  # positive where the logit is wrong
    return away.clamp(min=0).add(away.abs().neg().exp().log1p()).mean()


@torch.no_grad()
def multiclass_loss(logits, labels):
    log_sums, true = logits.logsumexp(dim=1), logits.diagonal().new_zeros(len(labels))
    for k in range(logits.shape[1]):
        true[labels == k] = logits[labels == k, k]
    return (log_sums - true).mean()


@keeps_length
def predict_binary(logits):
    return torch.signbit(logits).long()


@keeps_length
def predict_binary_from_probability(probabilities):
    return torch.signbit(probabilities - 0.5).long()


@keeps_length
def predict_multiclass(scores):
    return scores.argmax(dim=1).clone()
