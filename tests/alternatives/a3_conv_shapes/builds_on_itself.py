"""conv2d calls conv2d_pixel at each stop, and the quiz is computed with the tasks above it."""

import torch


def both(x):
    if isinstance(x, tuple):
        return x
    return x, x


def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0):
    N, C, H, W = input_shape
    kh, kw = both(kernel_size)
    sh, sw = both(stride)
    if padding == "valid":
        padding = 0
    if padding == "same":
        # one more on one side when the kernel is even
        H, W = H + (kh - 1) // 2 + kh // 2, W + (kw - 1) // 2 + kw // 2
        padding = 0
    ph, pw = both(padding)
    H, W = H + 2 * ph, W + 2 * pw
    if kh > H:
        raise ValueError("too high")
    if kw > W:
        raise ValueError("too wide")

    def stops(size, kernel, step):
        count, corner = 0, 0
        while corner + kernel <= size:
            count += 1
            corner += step
        return count

    return N, out_channels, stops(H, kh, sh), stops(W, kw, sw)


def conv2d_weight_shape(in_channels, out_channels, kernel_size):
    return (out_channels, in_channels) + both(kernel_size)


def conv2d_parameter_count(in_channels, out_channels, kernel_size, bias=True):
    o, i, h, w = conv2d_weight_shape(in_channels, out_channels, kernel_size)
    per_kernel = i * h * w
    if bias:
        per_kernel += 1
    return o * per_kernel


def conv2d_pixel(image, weight, bias, channel, row, col):
    kernel = weight[channel]
    value = bias[channel]
    for sheet, plane in zip(kernel, image):
        value = value + (sheet * plane[row : row + len(sheet), col : col + len(sheet[0])]).sum()
    return value


def conv2d(images, weight, bias, stride=1, padding=0):
    N, O, H, W = conv2d_output_shape(tuple(images.shape), len(weight), tuple(weight.shape[2:]), stride, padding)
    padded = torch.nn.functional.pad(images, (padding, padding, padding, padding))
    result = torch.empty(N, O, H, W)
    for n in range(N):
        for o in range(O):
            for y in range(H):
                for x in range(W):
                    result[n][o][y][x] = conv2d_pixel(padded[n], weight, bias, o, y * stride, x * stride)
    return result


def max_pool(shape, size):
    return conv2d_output_shape(shape, shape[1], size, stride=size)


ANSWERS = {"conv1": conv2d_output_shape((32, 1, 28, 28), 8, 5)}
ANSWERS["pool1"] = max_pool(ANSWERS["conv1"], 2)
ANSWERS["conv2"] = conv2d_output_shape(ANSWERS["pool1"], 16, 3, padding=1)
ANSWERS["pool2"] = max_pool(ANSWERS["conv2"], 2)
n, c, h, w = ANSWERS["pool2"]
ANSWERS["flatten"] = (n, c * h * w)
ANSWERS["linear"] = (n, 10)
