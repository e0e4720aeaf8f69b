"""einops for padding, windows and sums."""

import torch
from einops import einsum, rearrange, reduce


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    b, c, h, w = input_shape
    k = kernel_size if not isinstance(kernel_size, int) else (kernel_size,) * 2
    s = stride if not isinstance(stride, int) else (stride,) * 2
    if padding == "same":
        return b, out_channels, h, w
    p = {"valid": (0, 0)}[padding] if isinstance(padding, str) else padding if not isinstance(padding, int) else (padding,) * 2
    h, w = ((size + 2 * pad - kern + step) // step for size, pad, kern, step in zip((h, w), p, k, s))
    if min(h, w) < 1:
        raise ValueError("empty output")
    return b, out_channels, h, w


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return tuple(rearrange(torch.empty(in_channels, kh, kw, out_channels), "c i j o -> o c i j").shape)


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    sizes = torch.tensor(conv2d_weight_shape(in_channels, out_channels, kernel_size))
    return reduce(sizes, "axis -> ", "prod") + bias * out_channels


def conv2d_pixel(image, weight, bias, channel, row, col):
    _, _, kh, kw = weight.shape
    products = image[:, row : row + kh, col : col + kw] * weight[channel]
    return reduce(products, "c i j -> ", "sum") + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    padded = torch.nn.functional.pad(images, (padding,) * 4)
    windows = padded.unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)
    return einsum(windows, weight, "b c y x i j, o c i j -> b o y x") + rearrange(bias, "o -> o 1 1")


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
