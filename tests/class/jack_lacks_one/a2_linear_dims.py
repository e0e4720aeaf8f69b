"""a2_linear_dims: which dimension does nn.Linear see?"""

import torch

ANSWERS = {(2,): 2, (1, 3): 3, (2, 3, 4): 4, (2, 3, 4, 5): 5}


def linear_in_features(shape):
    return shape[-1]


def linear_output_shape(shape, out_features):
    return (*shape[:-1], out_features)


def linear_parameter_count(in_features, out_features, bias=True):
    return in_features * out_features + (out_features if bias else 0)


def affine(x, weight, bias):
    return x @ weight.T + bias
