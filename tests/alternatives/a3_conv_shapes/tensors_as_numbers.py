"""Sizes and counts come back as tensors of whole numbers without axes, in lists and tuples."""

import torch


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    size = torch.tensor(input_shape)[2:]
    if padding == "same":
        return [torch.tensor(input_shape[0]), torch.tensor(out_channels), size[0], size[1]]
    kernel, step = torch.tensor(kernel_size).expand(2), torch.tensor(stride).expand(2)
    zeros = torch.tensor(0 if padding == "valid" else padding).expand(2)
    room = size + 2 * zeros - kernel
    if bool((room < 0).any()):
        raise ValueError("The kernel does not fit.")
    height, width = torch.div(room, step, rounding_mode="floor") + 1
    return [input_shape[0], out_channels, height, width]


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    height, width = torch.tensor(kernel_size, dtype=torch.int32).expand(2).unbind()
    return torch.tensor(out_channels), torch.tensor(in_channels), height, width


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    count = torch.tensor(in_channels) * out_channels * torch.tensor(kernel_size).expand(2).prod()
    return count + out_channels if bias else count


def conv2d_pixel(image, weight, bias, channel, row, col):
    height, width = weight.shape[2:]
    window = image[:, row : row + height, col : col + width]
    return torch.dot(window.flatten(), weight[channel].flatten()) + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    batch, channels, height, width = images.shape
    index_r = torch.arange(0, height + 2 * padding - weight.shape[2] + 1, stride)
    index_c = torch.arange(0, width + 2 * padding - weight.shape[3] + 1, stride)
    rows = index_r[:, None] + torch.arange(weight.shape[2])  # stops down, kernel rows
    cols = index_c[:, None] + torch.arange(weight.shape[3])
    padded = torch.zeros(batch, channels, height + 2 * padding, width + 2 * padding)
    padded[:, :, padding : height + padding, padding : width + padding] = images
    windows = padded[:, :, rows[:, None, :, None], cols[None, :, None, :]]
    return (windows[:, None] * weight[None, :, :, None, None]).sum(dim=(2, 5, 6)) + bias[:, None, None]


ANSWERS = {
    "conv1": [torch.tensor(32), torch.tensor(8), torch.tensor(24), torch.tensor(24)],
    "pool1": (32, 8, 12, 12),
    "conv2": (32, torch.tensor(16), 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (torch.tensor(32), torch.tensor([16, 6, 6]).prod()),
    "linear": (32, 10),
}
