"""torch.nn.functional.unfold and one matrix product; shapes come back as torch.Size."""

import torch
import torch.nn.functional as F


def _two(v):
    return (v, v) if isinstance(v, int) else (v[0], v[1])


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    n, _, h, w = input_shape
    (kh, kw), (sh, sw) = _two(kernel_size), _two(stride)
    if padding == "same":
        return torch.Size([n, out_channels, h, w])
    ph, pw = (0, 0) if padding == "valid" else _two(padding)
    if kh > h + 2 * ph or kw > w + 2 * pw:
        raise ValueError(f"kernel {kh}x{kw} does not fit")
    return torch.Size([n, out_channels, (h + 2 * ph - kh) // sh + 1, (w + 2 * pw - kw) // sw + 1])


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return torch.Size((out_channels, in_channels) + _two(kernel_size))


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    weights = conv2d_weight_shape(in_channels, out_channels, kernel_size).numel()
    return weights + out_channels if bias else weights


def conv2d_pixel(image, weight, bias, channel, row, col):
    columns = F.unfold(image[None], weight.shape[2:])[0]  # C*kh*kw, places
    across = image.shape[2] - weight.shape[3] + 1
    return weight[channel].flatten() @ columns[:, row * across + col] + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    columns = F.unfold(images, weight.shape[2:], stride=stride, padding=padding)
    flat = weight.view(weight.shape[0], -1) @ columns + bias[:, None]
    shape = conv2d_output_shape(images.shape, weight.shape[0], tuple(weight.shape[2:]), stride, padding)
    return flat.view(shape)


ANSWERS = {
    "conv1": torch.Size([32, 8, 24, 24]),
    "pool1": torch.Size([32, 8, 12, 12]),
    "conv2": torch.Size([32, 16, 12, 12]),
    "pool2": torch.Size([32, 16, 6, 6]),
    "flatten": torch.Size([32, 576]),
    "linear": torch.Size([32, 10]),
}
