"""General helpers for any number of axes, with type hints, star arguments, match and recursion."""

from __future__ import annotations

from torch import Tensor


def move(tensor: Tensor, old: int, new: int) -> Tensor:
    axes = [axis for axis in range(tensor.ndim) if axis != old % tensor.ndim]
    axes.insert(new, old % tensor.ndim)
    return tensor.permute(*axes)


def to_nchw(images: Tensor, *, channels: int = -1) -> Tensor:
    match images.ndim:
        case 4:
            return move(images, channels, 1)
        case 3:
            return to_nchw(images[None])
        case _:
            raise ValueError(f"not images: {tuple(images.shape)}")


def to_nhwc(images: Tensor, *ignored: object, **more: object) -> Tensor:
    return move(images, 1, 3)


def image_to_batch(image: Tensor) -> Tensor:
    return to_nchw(image)


def add_channel_axis(images: Tensor) -> Tensor:
    return to_nchw(images[..., None])
