"""A convolution is a product after a Fourier transform: right to the last digits but one."""

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


def conv2d(images, weight, bias, stride=1, padding=0):
    images = torch.nn.functional.pad(images, (padding,) * 4)
    (h, w), (kh, kw) = images.shape[2:], weight.shape[2:]
    spectrum = torch.fft.rfft2(images)[:, None] * torch.fft.rfft2(weight, s=(h, w)).conj()[None]
    everywhere = torch.fft.irfft2(spectrum.sum(dim=2), s=(h, w))
    stops = everywhere[..., : h - kh + 1 : stride, : w - kw + 1 : stride]
    return stops + bias[:, None, None]


def conv2d_pixel(image, weight, bias, channel, row, col):
    return conv2d(image[None], weight, bias)[0, channel, row, col]


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
