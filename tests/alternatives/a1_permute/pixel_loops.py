"""Loops over every single pixel, into a tensor of zeros."""

import torch


def to_nchw(images):
    n, h, w, c = images.shape
    result = torch.zeros(n, c, h, w, dtype=images.dtype)
    for i in range(n):
        for row in range(h):
            for column in range(w):
                for channel in range(c):
                    result[i, channel, row, column] = images[i, row, column, channel]
    return result


def to_nhwc(images):
    n, c, h, w = images.shape
    result = torch.zeros((n, h, w, c), dtype=images.dtype)
    for i in range(n):
        for row in range(h):
            for column in range(w):
                for channel in range(c):
                    result[i, row, column, channel] = images[i, channel, row, column]
    return result


def image_to_batch(image):
    h, w, c = image.shape
    result = torch.zeros(1, c, h, w).type(image.dtype)
    for row in range(h):
        for column in range(w):
            for channel in range(c):
                result[0, channel, row, column] = image[row, column, channel]
    return result


def add_channel_axis(images):
    result = torch.empty(images.size(0), 1, images.size(1), images.size(2), dtype=images.dtype)
    for i, image in enumerate(images):
        result[i, 0] = image
    return result
