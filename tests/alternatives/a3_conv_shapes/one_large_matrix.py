"""The convolution is one large sparse matrix, as the lecture's A W + b: images as rows times that matrix."""

import torch


def _pair(v):
    return v if isinstance(v, tuple) else (v, v)


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    (n, _, h, w), (kh, kw), (sh, sw) = input_shape, _pair(kernel_size), _pair(stride)
    if padding == "same":
        return n, out_channels, h, w
    ph, pw = _pair(0) if padding == "valid" else _pair(padding)
    sizes = divmod(h + 2 * ph - kh, sh)[0] + 1, divmod(w + 2 * pw - kw, sw)[0] + 1
    if h + 2 * ph < kh or w + 2 * pw < kw:
        raise ValueError(sizes)
    return n, out_channels, *sizes


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return out_channels, in_channels, *_pair(kernel_size)


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    from math import prod

    return prod(conv2d_weight_shape(in_channels, out_channels, kernel_size)) + [0, out_channels][bias]


def _matrix(weight, c, h, w, stride, padding):
    o, _, kh, kw = weight.shape
    _, _, oh, ow = conv2d_output_shape((1, c, h, w), o, (kh, kw), stride, padding)
    matrix = torch.zeros(c, h, w, o, oh, ow)
    for y in range(oh):
        for x in range(ow):
            for i in range(kh):
                for j in range(kw):
                    r, q = y * stride - padding + i, x * stride - padding + j
                    if r in range(h) and q in range(w):
                        matrix[:, r, q, :, y, x] = weight[:, :, i, j].T
    return matrix


def conv2d_pixel(image, weight, bias, channel, row, col):
    matrix = _matrix(weight, *image.shape, 1, 0)
    return (image * matrix[..., channel, row, col]).sum() + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    matrix = _matrix(weight, *images.shape[1:], stride, padding)
    output = images.flatten(1) @ matrix.flatten(0, 2).flatten(1)
    return output.reshape(-1, *matrix.shape[3:]) + bias.reshape(-1, 1, 1)


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
