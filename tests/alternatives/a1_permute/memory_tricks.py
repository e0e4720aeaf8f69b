"""Works on strides and memory: channels_last, as_strided, flat positions, and indices that are tensors themselves."""

import torch


def to_nchw(images):
    moved = images.permute(0, 3, 1, 2)
    return moved.contiguous(memory_format=torch.channels_last)


def to_nhwc(images):
    n, c, h, w = images.shape
    sn, sc, sh, sw = images.stride()
    return images.as_strided((n, h, w, c), (sn, sh, sw, sc))


def image_to_batch(image):
    h, w, c = image.shape
    position = torch.arange(h * w * c).reshape(h, w, c).permute(2, 0, 1)
    return image.reshape(-1)[position.reshape(1, c, h, w)]


def add_channel_axis(images):
    return images[torch.arange(images.shape[0])[:, None]]
