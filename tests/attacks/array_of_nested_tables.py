"""Returns a structured array whose fields are structured arrays, and so on, each with a hundred fields."""
# a1_permute: to_nchw
import numpy as np


def to_nchw(images):
    kind = "f8"
    for _ in range(3):
        kind = [(f"field {number}" * 10, kind) for number in range(60)]
    return np.zeros(30, dtype=kind)
