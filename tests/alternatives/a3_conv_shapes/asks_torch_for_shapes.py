"""Reads every shape off torch's own layers on the meta device; the quiz is a Sequential that runs at import."""

import torch
from torch import nn


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    layer = nn.Conv2d(input_shape[1], out_channels, kernel_size, stride=stride, padding=padding, device="meta")
    try:
        return layer(torch.empty(input_shape, device="meta")).shape
    except RuntimeError as error:
        raise ValueError(str(error)) from error


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return nn.Conv2d(in_channels, out_channels, kernel_size).weight.shape


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    return sum(p.numel() for p in nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias).parameters())


@torch.no_grad()
def conv2d_pixel(image, weight, bias, channel, row, col):
    return nn.functional.conv2d(image[None], weight, bias)[0, channel, row, col]


@torch.inference_mode()
def conv2d(images, weight, bias, stride=1, padding=0):
    # a linear layer on every window: allowed, since only convolutions are not
    windows = nn.Unfold(tuple(weight.shape[2:]), stride=stride, padding=padding)(images).transpose(1, 2)
    rows = nn.functional.linear(windows, weight.flatten(1), bias)
    # pooling stops as often as a convolution does
    places = nn.AvgPool2d(tuple(weight.shape[2:]), stride)(torch.nn.functional.pad(images[:1, :1], (padding,) * 4))
    return rows.transpose(1, 2).unflatten(2, places.shape[2:])


network = nn.Sequential()
network.add_module("conv1", nn.Conv2d(1, 8, 5))
network.add_module("pool1", nn.MaxPool2d(2))
network.add_module("conv2", nn.Conv2d(8, 16, 3, padding=1))
network.add_module("pool2", nn.MaxPool2d(2))
network.add_module("flatten", nn.Flatten())
network.add_module("linear", nn.Linear(576, 10))

ANSWERS = {}
x = torch.zeros(32, 1, 28, 28)
for name, layer in network.named_children():
    x = layer(x)
    ANSWERS[name] = x.shape
