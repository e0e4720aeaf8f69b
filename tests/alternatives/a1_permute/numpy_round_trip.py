"""To NumPy and back to torch; contiguous copies where from_numpy needs none."""

import numpy as np
import torch


def _through_numpy(function, tensor):
    return torch.from_numpy(np.ascontiguousarray(function(tensor.detach().cpu().numpy())))


def to_nchw(images: torch.Tensor) -> torch.Tensor:
    return _through_numpy(lambda a: np.rollaxis(a, 3, 1), images)


def to_nhwc(images: torch.Tensor) -> torch.Tensor:
    return _through_numpy(lambda a: np.swapaxes(np.swapaxes(a, 1, 2), 2, 3), images)


def image_to_batch(image: torch.Tensor) -> torch.Tensor:
    return _through_numpy(lambda a: np.stack([np.stack([a[..., c] for c in range(a.shape[-1])])]), image)


def add_channel_axis(images: torch.Tensor) -> torch.Tensor:
    return _through_numpy(lambda a: a.reshape(len(a), 1, *a.shape[1:]), images)
