"""Values as checks compare them, whichever library they come from."""

from typing import Any

import numpy as np
import torch


def without_numpy(value: Any) -> Any:
    """NumPy's arrays as tensors, its arrays of text as lists, its numbers as Python's. Other values are unchanged."""
    if isinstance(value, np.ndarray):
        try:
            return torch.from_numpy(np.array(value))
        except TypeError:  # texts
            return value.tolist()
    return value.item() if isinstance(value, np.generic) else value


def tensor_in(value: Any) -> torch.Tensor | None:
    """The value as a tensor, if it is a tensor or a NumPy array of numbers; else None."""
    value = without_numpy(value)
    return value if isinstance(value, torch.Tensor) else None
