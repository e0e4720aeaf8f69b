"""Trained weights that come with a submission: safetensors only, read without trusting the file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MAX_ELEMENTS = 1_000_000  # twice the parameter budget, which leaves room for buffers and averaged weights


class BadWeights(Exception):
    """The bytes are not a safetensors file of plausible size. The message says why."""


def parse(data: bytes) -> dict[str, torch.Tensor]:
    """Name -> tensor. Raises :class:`BadWeights` for anything but a small, well-formed safetensors file."""
    import safetensors.torch

    try:
        tensors = safetensors.torch.load(data)
    except Exception as error:  # the parser has its own error types, and some of Python's
        raise BadWeights("the file is not a safetensors file, as `autograder train` writes") from error
    if sum(math.prod(tensor.shape) for tensor in tensors.values()) > MAX_ELEMENTS:
        raise BadWeights(f"it holds more than {MAX_ELEMENTS:,} numbers")
    return tensors
