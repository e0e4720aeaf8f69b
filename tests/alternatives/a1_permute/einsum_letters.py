"""einsum with nothing to sum: the letters change their order."""

import torch


def to_nchw(images):
    return torch.einsum("nhwc->nchw", images)


def to_nhwc(images):
    return torch.einsum("nchw->nhwc", images)


def image_to_batch(image):
    return torch.einsum("hwc->chw", image).unsqueeze(dim=0)


def add_channel_axis(images):
    return torch.einsum("nhw,c->nchw", images, torch.ones(1, dtype=images.dtype))
