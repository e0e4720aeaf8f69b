"""Lambdas, partials and itemgetter: one expression each."""

import functools
import operator

import torch

ANSWERS = {shape: len(range(shape[-1])) for shape in [(2,), (1, 3), (2, 3, 4), (2, 3, 4, 5)]}
linear_in_features = operator.itemgetter(-1)
linear_output_shape = lambda shape, out_features: (*shape[: len(shape) - 1], out_features)
linear_parameter_count = lambda in_features, out_features, bias=True: (
    (in_features + (bias is True)) * out_features
)
_apply = lambda b, w, x: (x[..., None, :] @ w.mT)[..., 0, :] + b
affine = lambda x, weight, bias: functools.partial(_apply, bias, weight)(x=torch.as_tensor(x))
