"""Returns a tensor of 64 axes, more than most operations take."""
# a1_permute: to_nchw
import torch


def to_nchw(images):
    return torch.zeros((1,) * 64, dtype=images.dtype)
