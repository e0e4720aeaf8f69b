"""Returns arrays that claim petabytes by strides of zero, and texts as long as they like."""
# a1_permute: to_nchw
import numpy as np


def to_nchw(images):
    wide = np.broadcast_to(np.array("x" * 100_000), (60_000,))
    return [np.broadcast_to(np.float64(1), (1 << 50,)), wide, np.broadcast_to(np.zeros((), "V4096"), (1 << 40,))]
