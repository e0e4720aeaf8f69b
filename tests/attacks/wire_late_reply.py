"""Sleeps past the deadline, and answers then."""
# a1_permute: to_nchw
import time


def to_nchw(images):
    time.sleep(6)
    return images.permute(0, 3, 1, 2)
