"""Trusted functions that run in the sandbox beside the student's objects: probes return, checks judge.

What they return was worked out in a process that student code shares, so hostile code can fake it: facts that
only a probe can see carry few points.
"""

from __future__ import annotations

import copy

import torch
from torch import nn

_BATCH = 250  # images at a time: bounds the memory that a large network takes


def sizes(model: nn.Module) -> dict[str, int]:
    """How many numbers the network holds: ``parameters`` and ``buffers``."""
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "buffers": sum(buffer.numel() for buffer in model.buffers()),
    }


def logits(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    """What the network gives in eval mode for a preprocessed batch (N, ...): (N, ...)."""
    was_training = model.training
    model.eval()
    with torch.no_grad():
        outputs = torch.cat([model(part) for part in batch.split(_BATCH)])
    model.train(was_training)
    return outputs


def cross_entropy(model: nn.Module, batch: torch.Tensor, labels: torch.Tensor) -> float:
    """The mean cross-entropy of the network's logits in eval mode. batch: (N, ...), labels: int64 (N,)."""
    return nn.functional.cross_entropy(logits(model, batch).double(), labels).item()


def without_gradient(model: nn.Module, batch: torch.Tensor, labels: torch.Tensor) -> list[str]:
    """The parameters that no gradient reached in a few steps of training a copy. batch: (N, ...), labels: (N,)."""
    trial = copy.deepcopy(model).train()
    optimizer = torch.optim.SGD(trial.parameters(), lr=0.01)
    reached: set[str] = set()
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(trial(batch), labels).backward()
        optimizer.step()
        reached |= {name for name, p in trial.named_parameters() if p.grad is not None and bool(p.grad.any())}
    return [name for name, p in trial.named_parameters() if p.requires_grad and name not in reached]


def load_weights(model: nn.Module, weights: dict[str, torch.Tensor]) -> bool:
    """Put trained weights into the network. Raises ValueError when a name or shape is not the network's own."""
    own = model.state_dict()
    for name, tensor in weights.items():
        if name not in own:
            raise ValueError(f"the weights hold {name}, which the network does not have")
        if tensor.shape != own[name].shape:
            raise ValueError(f"{name} has shape {tuple(tensor.shape)}, the network's has {tuple(own[name].shape)}")
    missing = [name for name in own if name not in weights]
    if missing:
        raise ValueError(f"the weights lack {missing[0]}")
    model.load_state_dict(weights)
    return True
