"""No def at all: lambdas, functools.partial and operator.methodcaller."""

import functools
import operator

import torch

to_nchw = operator.methodcaller("permute", 0, 3, 1, 2)
to_nhwc = lambda images: images.permute(dims=[0, 2, 3, 1])
image_to_batch = lambda image: to_nchw(image[None, ...])
add_channel_axis = functools.partial(torch.unsqueeze, dim=1)
