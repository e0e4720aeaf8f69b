"""Returns a list of ten million numbers, and an iterator that never ends."""
# a2_linear_dims: linear_output_shape
import itertools


def linear_output_shape(shape, out_features):
    return list(range(10_000_000)) if len(shape) % 2 else itertools.count()
