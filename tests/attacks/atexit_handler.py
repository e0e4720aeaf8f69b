"""Leaves exit handlers and finalizers that write results."""
# a1_permute: to_nchw
import atexit


def write():
    with open("@WORLD@/results/mallory/a1_permute.json", "w") as file:
        file.write('{"score": 10}')


class Last:
    def __del__(self):
        write()


atexit.register(write)
keep = Last()


def to_nchw(images):
    return None
