"""Inputs for checks: fixed ones for public checks, freshly drawn ones for hidden checks."""

from collections.abc import Sequence
from typing import TypeVar

import torch

_T = TypeVar("_T")


def counting_images(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Elements 0, 1, 2, ... in the order of memory, so that each pixel is identified by its value.

    >>> counting_images(1, 2, 3)
    tensor([[[0., 1., 2.],
             [3., 4., 5.]]])
    """
    return torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype)


def whole_numbers(*shape: int, low: int = -4, high: int = 5, seed: int = 0) -> torch.Tensor:
    """Small whole numbers in float32, from ``low`` to ``high - 1``: sums of them are exact in any order.

    >>> numbers = whole_numbers(2, 3, low=0, high=10)
    >>> numbers.shape, bool((numbers == numbers.round()).all())
    (torch.Size([2, 3]), True)
    """
    return Draw(seed).whole_numbers(*shape, low=low, high=high)


class Draw:
    """Draws inputs from a seed: the same seed gives the same inputs.

    >>> draw = Draw(7)
    >>> height, width = draw.sizes(2, low=3, high=9)
    >>> height != width and 3 <= min(height, width) and max(height, width) < 9
    True
    >>> Draw(7).sizes(2, low=3, high=9) == (height, width)
    True
    """

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed % 2**63)

    def integer(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high - 1``."""
        return int(torch.randint(low, high, (), generator=self.generator))

    def sizes(self, count: int, low: int = 2, high: int = 8) -> tuple[int, ...]:
        """``count`` different whole numbers from ``low`` to ``high - 1``, so that no axis can be taken for another."""
        if high - low < count:
            raise ValueError(f"there are not {count} different numbers from {low} to {high - 1}")
        order = torch.randperm(high - low, generator=self.generator)[:count]
        return tuple(low + i for i in order.tolist())

    def choice(self, options: Sequence[_T]) -> _T:
        """One of the options."""
        return options[self.integer(0, len(options))]

    def whole_numbers(self, *shape: int, low: int = -4, high: int = 5) -> torch.Tensor:
        """Small whole numbers in float32, from ``low`` to ``high - 1``."""
        return torch.randint(low, high, shape, generator=self.generator).to(torch.float32)

    def normal(self, *shape: int, scale: float = 1.0) -> torch.Tensor:
        """float32, normally distributed with mean 0 and standard deviation ``scale``."""
        return torch.randn(shape, generator=self.generator) * scale

    def pixels(self, *shape: int) -> torch.Tensor:
        """uint8 from 0 to 255, each value equally likely."""
        return torch.randint(0, 256, shape, generator=self.generator, dtype=torch.uint8)

    def labels(self, count: int, classes: int) -> torch.Tensor:
        """int64 (count,), from 0 to ``classes - 1``."""
        return torch.randint(0, classes, (count,), generator=self.generator)
