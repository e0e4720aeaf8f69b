"""Takes the batch apart by channels or images and stacks it again: stack, cat, unbind, split."""

import torch


def to_nchw(images):
    return torch.stack(images.unbind(dim=-1), dim=1)


def to_nhwc(images):
    channels = [images[:, k] for k in range(images.shape[1])]
    return torch.stack(channels, -1)


def image_to_batch(image):
    parts = torch.split(image, 1, dim=2)
    return torch.cat([part.reshape(1, 1, image.shape[0], image.shape[1]) for part in parts], dim=1)


def add_channel_axis(images):
    return torch.stack(list(images)).unsqueeze(1)
