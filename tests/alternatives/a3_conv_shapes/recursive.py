"""Recursion all over: for the padding's names, for the stride, for one pixel, and even for the count."""

from collections import OrderedDict

import torch


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    if isinstance(kernel_size, int):
        return conv2d_output_shape(input_shape, out_channels, (kernel_size, kernel_size), stride, padding)
    if isinstance(stride, int):
        return conv2d_output_shape(input_shape, out_channels, kernel_size, (stride, stride), padding)
    if padding == "valid":
        return conv2d_output_shape(input_shape, out_channels, kernel_size, stride, (0, 0))
    if padding == "same":
        n, c, h, w = input_shape
        grown = (n, c, h + kernel_size[0] - 1, w + kernel_size[1] - 1)
        return conv2d_output_shape(grown, out_channels, kernel_size, stride, (0, 0))
    if isinstance(padding, int):
        return conv2d_output_shape(input_shape, out_channels, kernel_size, stride, (padding, padding))
    n, c, h, w = input_shape
    if padding != (0, 0):
        padded = (n, c, h + 2 * padding[0], w + 2 * padding[1])
        return conv2d_output_shape(padded, out_channels, kernel_size, stride, (0, 0))
    h, w = h - kernel_size[0], w - kernel_size[1]
    if h < 0 or w < 0:
        raise ValueError("larger than the image")
    return n, out_channels, h // stride[0] + 1, w // stride[1] + 1


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    if isinstance(kernel_size, int):
        return conv2d_weight_shape(in_channels, out_channels, (kernel_size, kernel_size))
    return torch.zeros(out_channels, in_channels, *kernel_size).size()


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    if out_channels == 0:
        return 0
    one = torch.zeros(conv2d_weight_shape(in_channels, 1, kernel_size)).numel() + (1 if bias else 0)
    return one + conv2d_parameter_count(in_channels, out_channels - 1, kernel_size, bias)


def conv2d_pixel(image, weight, bias, channel, row, col):
    return conv2d(image[None, :, row:, col:], weight[channel][None], bias[channel][None])[0, 0, 0, 0]


def conv2d(images, weight, bias, stride=1, padding=0):
    if padding:
        n, c, h, w = images.shape
        rows, cols = images.new_zeros(n, c, padding, w), images.new_zeros(n, c, h + 2 * padding, padding)
        images = torch.cat([cols, torch.cat([rows, images, rows], dim=2), cols], dim=3)
    if stride > 1:
        return conv2d(images, weight, bias)[:, :, ::stride, ::stride]
    kernels = []
    for kernel, offset in zip(weight, bias):
        total = offset
        for plane, sheet in zip(images.unbind(1), kernel):
            for i, line in enumerate(sheet):
                for j, number in enumerate(line):
                    bottom, right = plane.shape[1] - len(sheet) + 1 + i, plane.shape[2] - len(line) + 1 + j
                    total = total + number * plane[:, i:bottom, j:right]
        kernels.append(total)
    return torch.stack(kernels, dim=1)


ANSWERS = OrderedDict()
ANSWERS["conv1"] = 32, 8, 24, 24
ANSWERS["pool1"] = 32, 8, 12, 12
ANSWERS["conv2"] = 32, 16, 12, 12
ANSWERS["pool2"] = 32, 16, 6, 6
ANSWERS["flatten"] = 32, 576
ANSWERS["linear"] = 32, 10
