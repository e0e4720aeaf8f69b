"""NumPy all the way: sliding_window_view, einsum, arrays as results, sizes as numpy integers."""

import numpy as np


def _pair(x):
    return np.broadcast_to(np.asarray(x), 2)


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    size = np.array(input_shape[2:])
    if isinstance(padding, str):
        if padding == "same":
            return (input_shape[0], out_channels, size[0], size[1])
        padding = 0
    room = size + 2 * _pair(padding) - _pair(kernel_size)
    if (room < 0).any():
        raise ValueError("kernel does not fit")
    height, width = room // _pair(stride) + 1
    return (np.int64(input_shape[0]), np.int32(out_channels), height, width)


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return [out_channels, in_channels] + list(_pair(kernel_size))


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    return np.prod(conv2d_weight_shape(in_channels, out_channels, kernel_size)) + (out_channels if bias else 0)


def conv2d_pixel(image, weight, bias, channel, row, col):
    image, weight, bias = image.numpy(), weight.numpy(), bias.numpy()
    kh, kw = weight.shape[2:]
    return np.sum(image[:, row : row + kh, col : col + kw] * weight[channel]) + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    x, k, b = images.numpy(), weight.numpy(), bias.numpy()
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", windows, k) + b[:, None, None]


ANSWERS = {
    "conv1": (np.int64(32), np.int64(8), np.int64(24), np.int64(24)),
    "pool1": (32, 8, np.int64(24) // 2, np.int64(24) // 2),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, np.prod([16, 6, 6])),
    "linear": (32, 10),
}
