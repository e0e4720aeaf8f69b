"""operator, itertools, numpy scalars and a dict that is a subclass; affine by numpy's einsum and back."""

import itertools
import operator
from collections import OrderedDict

import numpy as np
import torch

first_of_the_turned = operator.itemgetter(-1)


class Quiz(OrderedDict):
    def __missing__(self, key):
        self[key] = key[-1]
        return self[key]


ANSWERS = Quiz()
for question in [(2,), (1, 3), (2, 3, 4), (2, 3, 4, 5)]:
    ANSWERS[question] = np.int16(question[-1])


def linear_in_features(shape):
    *_, last = itertools.chain((1,), shape)
    return np.uint8(last)


def linear_output_shape(shape, out_features):
    return [np.int64(n) for n in itertools.chain(itertools.islice(shape, len(shape) - 1), (out_features,))]


def linear_parameter_count(in_features, out_features, bias=True):
    return np.prod([in_features + int(bias), out_features]).astype(np.int32)


def affine(x, weight, bias):
    out = np.einsum("...i,oi->...o", x.numpy(), weight.numpy())
    return np.add(out, bias.numpy(), dtype=np.float32)
