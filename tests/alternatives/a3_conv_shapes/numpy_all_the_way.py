"""numpy from end to end: pads, rolls and sums whole images, and hands back arrays and numpy numbers."""

import math

import numpy as np
import torch


def _two(x):
    return (x, x) if np.isscalar(x) else tuple(x)


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    size = np.array(input_shape[2:])
    if isinstance(padding, str) and padding.lower() == "same":
        out = size
    else:
        pads = np.array(_two(0 if isinstance(padding, str) else padding))
        room = size + 2 * pads - np.array(_two(kernel_size))
        if (room < 0).any():
            raise ValueError("kernel too large", tuple(room))
        out = room // np.array(_two(stride)) + 1
    return [np.int64(input_shape[0]), np.int64(out_channels), *out]


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return np.empty((out_channels, in_channels) + _two(kernel_size)).shape


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    one_kernel = math.prod(_two(kernel_size)) * in_channels
    return np.int64((one_kernel + bias) * out_channels)


def conv2d_pixel(image, weight, bias, channel, row, col):
    image, weight, bias = image.numpy(), weight.numpy(), bias.numpy()
    _, kh, kw = weight[channel].shape
    return np.vdot(image[:, row : row + kh, col : col + kw], weight[channel]) + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    x = np.pad(images.numpy(), ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2)).astype(np.float64)
    k = weight.numpy()
    total = np.zeros((x.shape[0], k.shape[0], *x.shape[2:]))
    for i, j in np.ndindex(k.shape[2:]):
        total += np.tensordot(np.roll(x, (-i, -j), axis=(2, 3)), k[:, :, i, j], axes=(1, 1)).transpose(0, 3, 1, 2)
    total = total[:, :, : x.shape[2] - k.shape[2] + 1 : stride, : x.shape[3] - k.shape[3] + 1 : stride]
    return (total + bias.numpy()[:, None, None]).astype(np.float32)


_c1 = conv2d_output_shape((32, 1, 28, 28), 8, 5)
_p1 = _c1[:2] + [n // 2 for n in _c1[2:]]
_c2 = conv2d_output_shape(_p1, 16, 3, padding=1)
_p2 = _c2[:2] + [n // 2 for n in _c2[2:]]
ANSWERS = dict(conv1=_c1, pool1=_p1, conv2=_c2, pool2=_p2, flatten=(32, np.prod(_p2[1:])), linear=(32, 10))
print({name: tuple(map(int, shape)) for name, shape in ANSWERS.items()})
