"""Prints and warns, tries things at module level, and changes ANSWERS entry by entry."""
# ruff: noqa: C409

import warnings

import torch

ANSWERS = {(2,): None, (1, 3): None, (2, 3, 4): None, (2, 3, 4, 5): None}
for shape in ANSWERS:
    ANSWERS[shape] = shape[-1]
    print(shape, "->", ANSWERS[shape])

layer = torch.nn.Linear(3, 5)
print(layer, [tuple(p.shape) for p in layer.parameters()])


def linear_in_features(shape):
    print("shape:", shape)
    if len(shape) == 1:
        warnings.warn("only a vector", stacklevel=2)
    return shape[len(shape) - 1]


def linear_output_shape(shape, out_features):
    front = shape[:-1]
    print(f"{front=}")
    return tuple(front) + tuple([out_features])


def linear_parameter_count(in_features, out_features, bias=True):
    number_of_weights = in_features * out_features
    number_of_biases = out_features if bias else 0
    print(number_of_weights, "+", number_of_biases)
    return number_of_weights + number_of_biases


def affine(x, weight, bias):
    assert x.shape[-1] == weight.shape[1], "inner lengths have to agree"
    out = x @ weight.permute(1, 0)
    print("before the bias:", out)
    return out + bias


with torch.no_grad():
    x = torch.rand(10, 7, 3)
    difference = (layer(x) - affine(x, layer.weight, layer.bias)).abs().max()
    print("as torch does it:", bool(difference < 1e-5))
