"""a1_permute: where do the channels go?"""

import torch


def to_nchw(images):
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w)


def to_nhwc(images):
    return images.permute(0, 2, 3, 1)


def image_to_batch(image):
    return image.permute(2, 0, 1).unsqueeze(0)


def add_channel_axis(images):
    return images.unsqueeze(1)
