"""NumPy everywhere: numpy integers for numbers, an array's shape for shapes, an array for the tensor."""

import numpy as np

ANSWERS = {}
for _shape in ((2,), (1, 3), (2, 3, 4), (2, 3, 4, 5)):
    ANSWERS[_shape] = np.int64(np.zeros(_shape).shape[-1])


def linear_in_features(shape):
    return np.array(shape)[-1]


def linear_output_shape(shape, out_features):
    return np.zeros(shape)[..., :1].repeat(out_features, axis=-1).shape


def linear_parameter_count(in_features, out_features, bias=True):
    return np.prod([in_features, out_features]) + np.where(bias, out_features, 0).astype(np.int32)


def affine(x, weight, bias):
    return np.dot(x.numpy(), weight.numpy().T) + bias.numpy()
