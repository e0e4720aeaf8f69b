"""Takes every tensor apart into Python lists, or into bytes, and builds a new one: slow, roundabout and right."""

import itertools

import numpy as np
import torch


def to_nchw(images):
    n, h, w, c = images.shape
    nested = images.tolist()
    return torch.tensor(
        [[[[nested[b][i][j][k] for j in range(w)] for i in range(h)] for k in range(c)] for b in range(n)],
        dtype=images.dtype,
    )


def to_nhwc(images):
    raw = np.frombuffer(images.contiguous().numpy().tobytes(), dtype=images.numpy().dtype)
    n, c, h, w = images.shape
    places = [
        ((b * c + k) * h + i) * w + j
        for b, i, j, k in itertools.product(range(n), range(h), range(w), range(c))
    ]
    return torch.from_numpy(raw[places].reshape(n, h, w, c).copy())


def image_to_batch(image):
    planes = [torch.stack([row[:, channel] for row in image]) for channel in range(image.shape[-1])]
    return torch.stack(planes).expand(1, -1, -1, -1)


def add_channel_axis(images):
    return torch.stack(list(images.split(1)))
