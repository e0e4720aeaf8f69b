"""Computes on as many threads as it can start, at the lowest priority and at the highest, and sleeps meanwhile."""
# a1_permute: to_nchw
import os
import threading
import time

import torch


def to_nchw(images):
    def spin(nice):
        try:
            os.nice(nice)
        except OSError:
            pass
        matrix = torch.rand(300, 300)
        while True:
            matrix = (matrix @ matrix).clamp(0, 1)

    torch.set_num_threads(16)
    for number in range(16):
        threading.Thread(target=spin, args=(19 if number % 2 else -20,), daemon=True).start()
    time.sleep(1000)
