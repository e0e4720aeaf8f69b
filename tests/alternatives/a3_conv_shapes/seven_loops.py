"""Seven plain Python loops inside one another, no slicing, everything spelled out."""

import torch


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    N, C, H, W = input_shape
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    if isinstance(stride, int):
        stride = (stride, stride)
    if padding == "same":
        return (N, out_channels, H, W)
    if padding == "valid":
        padding = 0
    if isinstance(padding, int):
        padding = (padding, padding)
    H_out = (H + 2 * padding[0] - kernel_size[0]) // stride[0] + 1
    W_out = (W + 2 * padding[1] - kernel_size[1]) // stride[1] + 1
    if H + 2 * padding[0] < kernel_size[0] or W + 2 * padding[1] < kernel_size[1]:
        raise ValueError("kernel too large!")
    return (N, out_channels, H_out, W_out)


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    if isinstance(kernel_size, int):
        return (out_channels, in_channels, kernel_size, kernel_size)
    return (out_channels, in_channels, kernel_size[0], kernel_size[1])


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    if isinstance(kernel_size, int):
        area = kernel_size * kernel_size
    else:
        area = kernel_size[0] * kernel_size[1]
    count = 0
    for _ in range(out_channels):
        for _ in range(in_channels):
            count += area
        if bias:
            count += 1
    return count


def conv2d_pixel(image, weight, bias, channel, row, col):
    total = 0.0
    for c in range(image.shape[0]):
        for i in range(weight.shape[2]):
            for j in range(weight.shape[3]):
                total += image[c, row + i, col + j] * weight[channel, c, i, j]
    return total + bias[channel]


def conv2d(images, weight, bias, stride=1, padding=0):
    N, C, H, W = images.shape
    O, _, kH, kW = weight.shape
    H_out = (H + 2 * padding - kH) // stride + 1
    W_out = (W + 2 * padding - kW) // stride + 1
    out = torch.zeros(N, O, H_out, W_out)
    for n in range(N):
        for o in range(O):
            for y in range(H_out):
                for x in range(W_out):
                    out[n, o, y, x] = bias[o]
                    for c in range(C):
                        for i in range(kH):
                            for j in range(kW):
                                r = y * stride + i - padding
                                s = x * stride + j - padding
                                if 0 <= r < H and 0 <= s < W:
                                    out[n, o, y, x] += images[n, c, r, s] * weight[o, c, i, j]
    return out


ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
