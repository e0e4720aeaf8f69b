"""Returns one number expanded to 2^50 of them."""
# a1_permute: to_nchw
import torch


def to_nchw(images):
    return torch.zeros(1).expand(2**50)
