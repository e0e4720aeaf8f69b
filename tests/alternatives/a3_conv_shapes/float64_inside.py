"""Works in float64 NumPy zeros and goes back to float32 torch at the end; pixels are Python floats."""

import math

import numpy as np
import torch


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    n, c, h, w = input_shape
    kh, kw = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    sh, sw = stride if isinstance(stride, (tuple, list)) else (stride, stride)
    if padding == "same":
        return n, out_channels, h, w
    ph, pw = padding if isinstance(padding, (tuple, list)) else (0 if padding == "valid" else padding,) * 2
    new_h = math.floor((h + 2 * ph - kh) / sh + 1)
    new_w = math.floor((w + 2 * pw - kw) / sw + 1)
    if new_h <= 0 or new_w <= 0:
        raise ValueError
    return n, out_channels, int(new_h), int(new_w)


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    kh, kw = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    return np.zeros((out_channels, in_channels, kh, kw)).shape


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    weights = np.zeros(conv2d_weight_shape(in_channels, out_channels, kernel_size))
    return int(weights.size + bias * out_channels)


def conv2d_pixel(image, weight, bias, channel, row, col):
    image = image.double().numpy()
    kernel = weight.double().numpy()[channel]
    value = float(bias[channel])
    for c in range(len(image)):
        for i in range(kernel.shape[1]):
            for j in range(kernel.shape[2]):
                value += float(image[c][row + i][col + j] * kernel[c][i][j])
    return value


def conv2d(images, weight, bias, stride=1, padding=0):
    n, c, h, w = images.shape
    shape = conv2d_output_shape(images.shape, len(weight), tuple(weight.shape[2:]), stride, padding)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    padded[:, :, padding : padding + h, padding : padding + w] = images.numpy()
    out = np.zeros(shape)
    kernels = weight.numpy().astype(np.float64)
    for b in range(shape[0]):
        for o in range(shape[1]):
            for i in range(shape[2]):
                for j in range(shape[3]):
                    r, q = i * stride, j * stride
                    window = padded[b, :, r : r + kernels.shape[2], q : q + kernels.shape[3]]
                    out[b, o, i, j] = (window * kernels[o]).sum() + bias[o].item()
    return torch.from_numpy(out).float()


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
