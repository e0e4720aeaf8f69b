"""Loops over every output number and every product, by flat indices."""
# ruff: noqa: C406

import itertools

import torch

ANSWERS = dict([((2,), 2), ((1, 3), 3), ((2, 3, 4), 4), ((2, 3, 4, 5), 5)])


def linear_in_features(shape):
    for length in shape:
        last = length
    return last


def linear_output_shape(shape, out_features):
    result = []
    for axis in range(len(shape)):
        if axis == len(shape) - 1:
            result.append(out_features)
        else:
            result.append(shape[axis])
    return result


def linear_parameter_count(in_features, out_features, bias=True):
    count = 0
    for _output in range(out_features):
        for _input in range(in_features):
            count += 1
        if bias:
            count += 1
    return count


def affine(x, weight, bias):
    result = torch.zeros(linear_output_shape(x.shape, len(bias)))
    for index in itertools.product(*(range(n) for n in x.shape[:-1])):
        for o in range(weight.shape[0]):
            total = 0.0
            for i in range(weight.shape[1]):
                total += float(x[index][i]) * float(weight[o, i])
            result[(*index, o)] = total + bias[o].item()
    return result
