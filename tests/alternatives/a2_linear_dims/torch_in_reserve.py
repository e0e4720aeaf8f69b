"""Tests itself against torch's own layer at the top level and in a helper: that is checking, not leaving the work to it."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.functional import linear  # noqa: F401  (for comparing by hand)

ANSWERS = dict(zip([(2,), (1, 3), (2, 3, 4), (2, 3, 4, 5)], range(2, 6)))


def linear_in_features(shape):
    return torch.zeros(shape).stride()[-1] * torch.Size(shape)[-1]


def linear_output_shape(shape, out_features):
    layer = nn.Linear(shape[-1], out_features)
    return layer(torch.zeros(shape)).size()


def linear_parameter_count(in_features, out_features, bias=True):
    return torch.nn.utils.parameters_to_vector(nn.Linear(in_features, out_features, bias).parameters()).numel()


def affine(x, weight, bias):
    """Like F.linear(x, weight, bias)."""
    return (x.unsqueeze(-2) * weight).sum(dim=-1).add(bias)


def _compare():
    x, w, b = torch.randn(4, 3), torch.randn(5, 3), torch.randn(5)
    assert torch.allclose(affine(x, w, b), F.linear(x, w, b), atol=1e-5), "affine differs from torch's"
    print("affine agrees with torch")


_compare()
