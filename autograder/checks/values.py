"""Values as checks compare them, whichever library they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def plain(value: Any) -> Any:
    """numpy's arrays as tensors, its arrays of texts as lists, its numbers as Python's; whatever else as it is."""
    if isinstance(value, np.ndarray):
        try:
            return torch.from_numpy(np.array(value))
        except TypeError:  # texts
            return value.tolist()
    return value.item() if isinstance(value, np.generic) else value


def tensor_in(value: Any) -> torch.Tensor | None:
    """The tensor that a value is, or is as numpy's array."""
    value = plain(value)
    return value if isinstance(value, torch.Tensor) else None
