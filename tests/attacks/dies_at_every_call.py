"""Ends its process at each call, after a second of sleep while it is loaded."""
# a1_permute: to_nchw
import os
import time

time.sleep(1)


def to_nchw(images):
    os._exit(0)
