"""Returns a complex tensor that begins in the frame at an address that is no multiple of 16."""
# a1_permute: to_nchw
import torch


def to_nchw(images):
    return torch.ones(1, dtype=torch.bool), torch.zeros(3, dtype=torch.complex128)
