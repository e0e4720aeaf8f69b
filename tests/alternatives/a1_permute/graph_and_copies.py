"""Careful copies: clones first, works in place on the clone, and leaves floats on the graph."""

import copy

import torch


def to_nchw(images):
    own = images.clone()
    if own.is_floating_point():
        own.requires_grad_(True)
        return own.permute(0, 3, 1, 2) * 1
    return own.permute(0, 3, 1, 2)


def to_nhwc(images):
    own = copy.deepcopy(images)
    own.transpose_(1, 2).transpose_(2, 3)
    return own


def image_to_batch(image):
    own = torch.empty_like(image).copy_(image)
    own.unsqueeze_(0)
    return torch.nn.Parameter(to_nchw(own), requires_grad=False)


def add_channel_axis(images):
    own = images.detach().clone()
    own.resize_(images.shape[0], 1, images.shape[1], images.shape[2])
    return own
