"""The bias as one more weight: a column of ones beside the input, in float64, and back to the type of the input."""

import torch

ANSWERS = {(2, 3, 4, 5): 5, (2, 3, 4): 4, (1, 3): 3, (2,): 2, "note": "the last one, always"}


def linear_in_features(shape):
    return torch.Size(shape)[-1]


def linear_output_shape(shape, out_features):
    return torch.Size([*shape[:-1], out_features])


def linear_parameter_count(in_features, out_features, bias=True):
    columns = in_features + 1 if bias else in_features
    return columns * out_features


def affine(x, weight, bias):
    ones = torch.ones(*x.shape[:-1], 1, dtype=torch.float64)
    longer = torch.cat([x.double(), ones], dim=-1)
    matrix = torch.cat([weight.double(), bias.double()[:, None]], dim=1)
    return (longer @ matrix.transpose(0, 1)).to(x.dtype)
