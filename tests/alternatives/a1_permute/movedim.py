"""movedim: names the one axis that moves; views all the way."""

import torch


def to_nchw(images):
    return torch.movedim(images, -1, 1)


def to_nhwc(images):
    return images.movedim(1, -1)


def image_to_batch(image):
    return image.movedim(-1, 0)[None]


def add_channel_axis(images):
    return images[:, None]
