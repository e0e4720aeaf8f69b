"""One output after the other, each a dot product with a row of the weight; recursion over the axes in front."""

import torch


def linear_in_features(shape):
    first, *rest = shape
    return linear_in_features(rest) if rest else first


def linear_output_shape(shape, out_features):
    if len(shape) == 1:
        return (out_features,)
    return (shape[0], *linear_output_shape(shape[1:], out_features))


def linear_parameter_count(in_features, out_features, bias=True):
    if out_features == 0:
        return 0
    return in_features + bool(bias) + linear_parameter_count(in_features, out_features - 1, bias=bias)


def affine(x, weight, bias):
    if x.dim() > 1:
        return torch.stack([affine(part, weight, bias) for part in x])
    return torch.stack([torch.dot(x, row) + b for row, b in zip(weight, bias, strict=True)])


ANSWERS = {s: linear_in_features(s) for s in ((2,), (1, 3), (2, 3, 4), (2, 3, 4, 5))}
