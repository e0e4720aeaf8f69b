"""Tasks that are objects: an nn.Module, an instance with __call__, a static method and a bound one."""

import torch
from torch import nn


class ToNCHW(nn.Module):
    def forward(self, images):
        return images.permute(0, 3, 1, 2).contiguous()


class Permuter:
    def __init__(self, *order):
        self.order = order

    def __call__(self, images):
        return images.permute(self.order)

    def batch(self, image):
        return self(torch.unsqueeze(image, 0))


class Gray:
    @staticmethod
    def add(images):
        return images.view(images.size(0), 1, *images.size()[1:])


to_nchw = ToNCHW()
to_nhwc = Permuter(0, 2, 3, 1)
image_to_batch = Permuter(0, 3, 1, 2).batch
add_channel_axis = Gray.add
