"""One pixel written once, and torch.vmap moves it over stops, kernels and images."""

import torch
from torch.func import vmap


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    k, s = (v if isinstance(v, (list, tuple)) else (v,) * 2 for v in (kernel_size, stride))
    if padding == "same":
        before = [(x - 1) // 2 for x in k]
        after = [x // 2 for x in k]
    elif padding == "valid":
        before = after = [0, 0]
    else:
        before = after = padding if isinstance(padding, (list, tuple)) else [padding] * 2
    padded = [x + a + b for x, a, b in zip(input_shape[2:], before, after)]
    if k[0] > padded[0] or k[1] > padded[1]:
        raise ValueError("Kernel size can't be greater than actual input size")
    return input_shape[0], out_channels, 1 + (padded[0] - k[0]) // s[0], 1 + (padded[1] - k[1]) // s[1]


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    if not isinstance(kernel_size, int):
        kh, kw = kernel_size
    else:
        kh = kw = kernel_size
    return out_channels, in_channels, kh, kw


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    o, c, h, w = conv2d_weight_shape(in_channels, out_channels, kernel_size)
    return o * (c * h * w + 1) if bias else o * c * h * w


def _number(window, kernel, offset):
    return (window * kernel).sum() + offset


def conv2d_pixel(image, weight, bias, channel, row, col):
    _, _, h, w = weight.shape
    return _number(image[:, row : row + h, col : col + w], weight[channel], bias[channel])


def conv2d(images, weight, bias, stride=1, padding=0):
    padded = torch.nn.functional.pad(images, (padding,) * 4)
    windows = padded.unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)
    windows = windows.permute(0, 2, 3, 1, 4, 5)  # N H' W' C kH kW
    over_kernels = vmap(_number, in_dims=(None, 0, 0))
    over_stops = vmap(vmap(over_kernels, in_dims=(0, None, None), out_dims=1), in_dims=(0, None, None), out_dims=1)
    return vmap(over_stops, in_dims=(0, None, None))(windows, weight, bias)


ANSWERS = dict(
    conv1=(32, 8, 24, 24),
    pool1=(32, 8, 12, 12),
    conv2=(32, 16, 12, 12),
    pool2=(32, 16, 6, 6),
    flatten=(32, 16 * 6 * 6),
    linear=(32, 10),
)
