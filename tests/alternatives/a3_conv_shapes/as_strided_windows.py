"""torch.as_strided makes the windows from strides by hand; the result is a permuted, non-contiguous view."""

import torch


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    pair = lambda x: (x, x) if type(x) is int else tuple(x)
    kernel_size, stride = pair(kernel_size), pair(stride)
    if padding == "same":
        assert stride == (1, 1)
        pads = [k - 1 for k in kernel_size]
    elif padding == "valid":
        pads = [0, 0]
    else:
        pads = [2 * p for p in pair(padding)]
    out = []
    for i in (0, 1):
        room = input_shape[i + 2] + pads[i] - kernel_size[i]
        if room < 0:
            raise ValueError("kernel larger than image")
        out.append(room // stride[i] + 1)
    return (input_shape[0], out_channels, *out)


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    kh, kw = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    return out_channels, in_channels, kh, kw


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    o, i, kh, kw = conv2d_weight_shape(in_channels, out_channels, kernel_size)
    return o * i * kh * kw + o * int(bias)


def _windows(images, kh, kw, stride):
    images = images.contiguous()
    n, c, h, w = images.shape
    a, b, y, x = images.stride()
    size = (n, c, (h - kh) // stride + 1, (w - kw) // stride + 1, kh, kw)
    return images.as_strided(size, (a, b, y * stride, x * stride, y, x))


def conv2d_pixel(image, weight, bias, channel, row, col):
    window = _windows(image.unsqueeze(0), weight.shape[2], weight.shape[3], 1)[0, :, row, col]
    return torch.sum(window * weight[channel]) + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    n, c, h, w = images.shape
    padded = torch.zeros(n, c, h + 2 * padding, w + 2 * padding, dtype=images.dtype)
    padded[..., padding : padding + h, padding : padding + w].copy_(images)
    windows = _windows(padded, weight.shape[2], weight.shape[3], stride)
    channels_last = torch.tensordot(windows, weight, dims=([1, 4, 5], [1, 2, 3])) + bias
    return channels_last.permute(0, 3, 1, 2)


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
