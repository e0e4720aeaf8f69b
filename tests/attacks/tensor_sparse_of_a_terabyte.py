"""Returns a sparse tensor that would fill the memory of the machine if it were written out."""
# a1_permute: to_nchw
import torch


def to_nchw(images):
    return torch.sparse_coo_tensor([[0, 1], [1, 0]], [1.0, 2.0], (10**6, 10**6))
