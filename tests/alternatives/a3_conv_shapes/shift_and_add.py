"""Loops over the kernel's places only and adds shifted images; the result hangs on the graph."""

import torch


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    batch, _, *sizes = input_shape
    if padding == "same":
        return batch, out_channels, *sizes
    if padding == "valid":
        padding = 0
    pairs = [x if isinstance(x, (tuple, list)) else (x, x) for x in (kernel_size, stride, padding)]
    places = [len(range(0, s + 2 * p - k + 1, step)) for s, k, step, p in zip(sizes, *pairs)]
    if 0 in places:
        raise ValueError("no place for this kernel")
    return batch, out_channels, *places


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return out_channels, in_channels, *(kernel_size if isinstance(kernel_size, (tuple, list)) else [kernel_size] * 2)


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    return torch.empty(conv2d_weight_shape(in_channels, out_channels, kernel_size)).numel() + bias * out_channels


def conv2d_pixel(image, weight, bias, channel, row, col):
    weight = weight.clone().requires_grad_()
    result = bias[channel].clone()
    for i in range(weight.size(2)):
        for j in range(weight.size(3)):
            result = result + image[:, row + i, col + j].dot(weight[channel, :, i, j])
    return result


def conv2d(images, weight, bias, stride=1, padding=0):
    weight = torch.nn.Parameter(weight.clone())
    bias = torch.nn.Parameter(bias.clone())
    kh, kw = weight.shape[-2:]
    _, _, oh, ow = conv2d_output_shape(images.shape, weight.shape[0], (kh, kw), stride, padding)
    padded = torch.nn.ZeroPad2d(padding)(images)
    out = bias[None, :, None, None]
    for i in range(kh):
        for j in range(kw):
            shifted = padded[:, :, i : i + (oh - 1) * stride + 1 : stride, j : j + (ow - 1) * stride + 1 : stride]
            out = out + (weight[None, :, :, i, j, None, None] * shifted[:, None]).sum(2)
    return out


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
