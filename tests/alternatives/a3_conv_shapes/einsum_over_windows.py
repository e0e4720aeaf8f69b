"""Tensor.unfold twice makes all windows, einsum does the rest; answers are lists."""

import math

import torch
from torch import Tensor


def as_pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def conv2d_output_shape(
    input_shape: tuple[int, int, int, int],
    out_channels: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] | str = 0,
) -> tuple[int, int, int, int]:
    n, _, *size = input_shape
    k, s = as_pair(kernel_size), as_pair(stride)
    total = {"same": (k[0] - 1, k[1] - 1), "valid": (0, 0)}.get(padding) if isinstance(padding, str) else None
    if total is None:
        p = as_pair(padding)
        total = (2 * p[0], 2 * p[1])
    padded = [a + b for a, b in zip(size, total)]
    if any(a > b for a, b in zip(k, padded)):
        raise ValueError("The kernel is larger than the padded image")
    # the number of multiples of the stride among the valid corners
    h, w = (math.ceil((b - a + 1) / step) for a, b, step in zip(k, padded, s))
    return n, out_channels, h, w


def conv2d_weight_shape(in_channels: int, out_channels: int, kernel_size) -> list[int]:
    return [out_channels, in_channels, *as_pair(kernel_size)]


def conv2d_parameter_count(in_channels: int, out_channels: int, kernel_size, bias: bool = True) -> int:
    kh, kw = as_pair(kernel_size)
    return out_channels * (in_channels * kh * kw + bias)


def conv2d_pixel(image: Tensor, weight: Tensor, bias: Tensor, channel: int, row: int, col: int) -> Tensor:
    windows = image.unfold(1, weight.shape[2], 1).unfold(2, weight.shape[3], 1)
    return torch.einsum("cij,cij->", windows[:, row, col], weight[channel]) + bias[channel]


def conv2d(images: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    padded = torch.nn.functional.pad(images, [padding] * 4)
    windows = padded.unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)
    return torch.einsum("nchwij,ocij->nohw", windows, weight) + bias.view(1, -1, 1, 1)


ANSWERS = {
    "conv1": [32, 8, 24, 24],
    "pool1": [32, 8, 12, 12],
    "conv2": [32, 16, 12, 12],
    "pool2": [32, 16, 6, 6],
    "flatten": [32, 16 * 6 * 6],
    "linear": [32, 10],
}
