"""Trained weights that come with a submission: safetensors only, read without trusting a byte."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MAX_ELEMENTS = 1_000_000  # twice the parameter budget: buffers and an average of weights may come along


class BadWeights(Exception):
    """The bytes are no safetensors file of a plausible network; the message says why."""


def parse(data: bytes) -> dict[str, torch.Tensor]:
    """The tensors by name. Raises :class:`BadWeights` for anything but a small, well-formed safetensors file."""
    import safetensors.torch

    try:
        tensors = safetensors.torch.load(data)
    except Exception as error:  # the parser has its own error types, and some of Python's
        raise BadWeights("the file is not a safetensors file") from error
    if sum(math.prod(tensor.shape) for tensor in tensors.values()) > MAX_ELEMENTS:
        raise BadWeights(f"it holds more than {MAX_ELEMENTS:,} numbers")
    return tensors
