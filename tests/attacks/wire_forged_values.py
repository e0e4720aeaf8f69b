"""Sends frames of its own with values that no encoder makes: uint16, complex, 64 axes, a text of 60,000 characters."""
# a1_permute: to_nchw
import sys

import torch


def to_nchw(images):
    data = sys.modules["autograder.sandbox.inside.data"]
    odd = [
        torch.zeros(2, 5, dtype=torch.uint16),
        torch.zeros(2, 5, dtype=torch.complex64),
        torch.zeros([1] * 64),
        "x" * 60_000,
        [0] * 90_000,
        {"a": torch.zeros(3, dtype=torch.uint32)},
        [[[[[[[[[[[[[[1]]]]]]]]]]]]]],
    ]
    data.to_data = lambda value: odd[len(images) % len(odd)]
    return images
