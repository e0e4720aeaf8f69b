"""Changes a tensor from a thread while it is being read out for the wire, its shape too."""
# a1_permute: to_nchw
import threading

import torch


def to_nchw(images):
    answer = torch.zeros(1 << 20)

    def change():
        while True:
            answer.resize_(1 << 10)
            answer.resize_(1 << 22)
            answer.set_(torch.ones(3, 5))

    threading.Thread(target=change, daemon=True).start()
    return answer
