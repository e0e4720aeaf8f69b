"""Stops itself and all its children with SIGSTOP."""
# a1_permute: to_nchw
import os
import signal


def to_nchw(images):
    os.kill(os.getpid(), signal.SIGSTOP)
    os.kill(0, signal.SIGSTOP)
    while True:
        signal.pause()
