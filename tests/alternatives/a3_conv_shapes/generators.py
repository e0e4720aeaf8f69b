"""Generators, itertools and Python numbers: tensors become nested lists first, and a tensor again at the end."""

import itertools
import operator

import torch


def each(value):
    yield from value if isinstance(value, (tuple, list)) else itertools.repeat(value, 2)


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    def sides():
        if padding == "same":
            yield from input_shape[2:]
            return
        border = 0 if padding == "valid" else padding
        for size, kernel, step, pad in zip(input_shape[2:], each(kernel_size), each(stride), each(border)):
            stops = sum(1 for corner in range(-pad, size + pad) if not (corner + pad) % step and corner + kernel <= size + pad)
            if not stops:
                raise ValueError("kernel larger than padded image")
            yield stops

    return tuple(itertools.chain(input_shape[:1], [out_channels], sides()))


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return list(itertools.chain([out_channels, in_channels], each(kernel_size)))


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    *_, count = itertools.accumulate(conv2d_weight_shape(in_channels, out_channels, kernel_size), operator.mul)
    return count + sum(itertools.repeat(1, out_channels if bias else 0))


def conv2d_pixel(image, weight, bias, channel, row, col):
    pixels, kernel = image.tolist(), weight[channel].tolist()
    places = itertools.product(*map(range, weight.shape[1:]))
    return sum((pixels[c][row + i][col + j] * kernel[c][i][j] for c, i, j in places), start=bias[channel].item())


def conv2d(images, weight, bias, stride=1, padding=0):
    batch, kernels, height, width = conv2d_output_shape(
        list(images.shape), len(weight), list(weight.shape[2:]), stride, padding
    )
    wide = torch.nn.functional.pad(images, (padding,) * 4)
    numbers = (
        conv2d_pixel(image, weight, bias, o, i * stride, j * stride)
        for image, o, i, j in itertools.product(wide, range(kernels), range(height), range(width))
    )
    return torch.tensor(list(numbers)).view(batch, kernels, height, width)


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
