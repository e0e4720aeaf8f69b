"""einops and tensordot; a generator that is exhausted into a tuple; a quiz computed by rule."""

import torch
from einops import einsum, repeat

quiz = ((2,), (1, 3), (2, 3, 4), (2, 3, 4, 5))


def linear_in_features(shape):
    return max(enumerate(shape))[1]


def linear_output_shape(shape, out_features):
    return tuple(out_features if axis == len(shape) - 1 else n for axis, n in enumerate(shape))


def linear_parameter_count(in_features, out_features, bias=True):
    weights = einsum(torch.ones(in_features), torch.ones(out_features), "i, o -> ")
    return int(weights.item()) + (bias and out_features)


def affine(x, weight, bias):
    product = torch.tensordot(x, weight, dims=([-1], [1]))
    return product + repeat(bias, "o -> () o")[0]


ANSWERS = dict(zip(quiz, map(linear_in_features, quiz), strict=True))
