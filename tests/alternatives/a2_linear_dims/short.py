"""As short as it gets: matmul with the transposed weight."""

import torch

ANSWERS = {(2,): 2, (1, 3): 3, (2, 3, 4): 4, (2, 3, 4, 5): 5}


def linear_in_features(shape):
    return shape[-1]


def linear_output_shape(shape, out_features):
    return shape[:-1] + (out_features,)


def linear_parameter_count(in_features, out_features, bias=True):
    return out_features * (in_features + bias)


def affine(x, weight, bias):
    return torch.matmul(x, weight.t()) + bias
