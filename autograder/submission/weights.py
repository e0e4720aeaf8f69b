"""Trained weights that come with a submission: safetensors only, read without trusting a byte."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MAX_ELEMENTS = 1_000_000  # twice the parameter budget: buffers and an average of weights may come along
_WRAPPERS = ("_orig_mod.", "module.")  # what torch.compile and DataParallel put before each name


class BadWeights(Exception):
    """The bytes are no safetensors file of a plausible network; the message says why."""


def parse(data: bytes) -> dict[str, torch.Tensor]:
    """The tensors by name, as the network itself names them: without the prefixes of what it was wrapped in.

    Raises :class:`BadWeights` for anything but a small, well-formed safetensors file.
    """
    import safetensors.torch

    try:
        tensors = safetensors.torch.load(data)
    except Exception as error:  # the parser has its own error types, and some of Python's
        raise BadWeights("the file is not a safetensors file") from error
    if sum(math.prod(tensor.shape) for tensor in tensors.values()) > MAX_ELEMENTS:
        raise BadWeights(f"it holds more than {MAX_ELEMENTS:,} numbers")
    return _unwrapped(tensors)


def _unwrapped(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Takes off a prefix that all names share, as often as there is one."""
    for prefix in _WRAPPERS * 2:
        if tensors and all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors
