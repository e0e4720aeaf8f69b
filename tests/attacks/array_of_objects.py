"""Returns a numpy array of objects that run code when they are unpickled."""
# a1_permute: to_nchw
import os

import numpy as np


class Bomb:
    def __reduce__(self):
        return os.system, ("touch @WORLD@/pickled",)


def to_nchw(images):
    return np.array([Bomb()], dtype=object)
