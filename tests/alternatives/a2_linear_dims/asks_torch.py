"""Lets torch answer the questions about shapes: builds the layer, runs it and counts; affine by addmm on a flat view."""

import math

import torch
from torch import nn


def linear_in_features(shape):
    for n in range(1, 1000):
        try:
            nn.Linear(n, 5, device="meta")(torch.empty(shape, device="meta"))
        except RuntimeError:
            continue
        return n
    return None


def linear_output_shape(shape, out_features):
    layer = nn.Linear(linear_in_features(shape), out_features, device="meta")
    return layer(torch.empty(shape, device="meta")).shape


def linear_parameter_count(in_features, out_features, bias=True):
    layer = nn.Linear(in_features, out_features, bias=bias)
    return sum(p.numel() for p in layer.parameters() if p.requires_grad)


def affine(x, weight, bias):
    flat = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    return torch.addmm(bias, flat, weight.T).reshape(*x.shape[:-1], -1)


ANSWERS = {shape: linear_in_features(shape) for shape in [(2,), (1, 3), (2, 3, 4), (2, 3, 4, 5)]}
