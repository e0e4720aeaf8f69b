"""Prints, warns, logs, draws a progress bar, and tries everything out at the end of the file."""

import logging
import sys
import warnings

import torch
from tqdm import tqdm

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
log = logging.getLogger("me")
print("Welcome to my homework", "=" * 40)


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    print("input", input_shape, "kernel", kernel_size)
    n, _, h, w = input_shape
    if type(kernel_size) == int:
        kernel_size = [kernel_size, kernel_size]
    if type(stride) == int:
        stride = [stride, stride]
    if padding == "same":
        warnings.warn("same padding, nothing to compute")
        return [n, out_channels, h, w]
    if padding == "valid":
        padding = 0
    if type(padding) == int:
        padding = [padding, padding]
    h, w = h + padding[0] + padding[0], w + padding[1] + padding[1]
    if h < kernel_size[0] or w < kernel_size[1]:
        log.error("kernel too large")
        raise ValueError("kernel too large")
    result = [n, out_channels, 1 + (h - kernel_size[0]) // stride[0], 1 + (w - kernel_size[1]) // stride[1]]
    print("-->", result)
    return result


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    warnings.warn("this is deprecated", DeprecationWarning)
    if type(kernel_size) == int:
        kernel_size = [kernel_size, kernel_size]
    return [out_channels, in_channels, kernel_size[0], kernel_size[1]]


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    result = 1
    for size in conv2d_weight_shape(in_channels, out_channels, kernel_size):
        result *= size
    if bias == True:
        result = result + out_channels
    print(f"{result} parameters")
    return result


def conv2d_pixel(image, weight, bias, channel, row, col):
    k = weight[channel]
    window = image[:, row : row + k.shape[1], col : col + k.shape[2]]
    print("window", window, file=sys.stderr)
    return (k * window).sum().item() + bias[channel].item()


def conv2d(images, weight, bias, stride=1, padding=0):
    n, c, h, w = images.shape
    padded = torch.zeros((n, c, h + 2 * padding, w + 2 * padding))
    for i in range(h):
        for j in range(w):
            padded[:, :, i + padding, j + padding] = images[:, :, i, j]
    shape = conv2d_output_shape(images.shape, weight.shape[0], (weight.shape[2], weight.shape[3]), stride, padding)
    out = torch.zeros(shape)
    for i in tqdm(range(shape[2]), desc="rows"):
        for j in range(shape[3]):
            window = padded[:, :, i * stride : i * stride + weight.shape[2], j * stride : j * stride + weight.shape[3]]
            for o in range(shape[1]):
                out[:, o, i, j] = (window * weight[o]).sum((1, 2, 3)) + bias[o]
    return out


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}

print(conv2d_output_shape((1, 3, 100, 50), 2, 5))
demo = conv2d(torch.ones(1, 3, 8, 7), torch.ones(2, 3, 5, 5), torch.tensor([0.5, -1.0]))
print(demo)
assert demo.shape == (1, 2, 4, 3)
warnings.warn("all done")
