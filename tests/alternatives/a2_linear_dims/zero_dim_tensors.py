"""Numbers as 0-dim tensors of integers, shapes as torch.Size, keys as torch.Size, and the result on the graph."""

import torch

ANSWERS = {torch.Size(s): torch.tensor(s[-1]) for s in ((2,), (1, 3), (2, 3, 4), (2, 3, 4, 5))}


def linear_in_features(shape):
    return torch.tensor(shape)[-1]


def linear_output_shape(shape, out_features):
    return torch.zeros(shape)[..., :1].expand(*shape[:-1], out_features).size()


def linear_parameter_count(in_features, out_features, bias=True):
    weights = torch.tensor(in_features) * out_features
    if bias:
        weights += out_features
    return weights


def affine(x, weight, bias):
    w = torch.nn.Parameter(weight.clone())
    b = torch.nn.Parameter(bias.clone())
    return torch.einsum("...i,oi->...o", x, w) + b
