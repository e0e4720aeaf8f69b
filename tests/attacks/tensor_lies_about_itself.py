"""Overrides shape, dtype, numel and element_size to get a huge tensor past the caps."""
# a1_permute: to_nchw
import torch


class Small(torch.Tensor):
    shape = (1,)
    dtype = torch.uint8

    def numel(self):
        return 1

    def element_size(self):
        return 1

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return 1


def to_nchw(images):
    return torch.zeros(1).expand(2**40).as_subclass(Small)
