"""The outputs of each convolution of a trained network, for one image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .predictions import outputs, prepared
from .training_run import Trained


@dataclass(frozen=True)
class FeatureMaps:
    """image: a held-out item of the data set. layers: float32 (C, H, W) for each convolution, in the order of calls."""

    image: Tensor
    label: int
    layers: tuple[Tensor, ...]


def feature_maps(trained: Trained, tasks: Mapping[str, Any]) -> FeatureMaps | None:
    """The maps for the first held-out image that the network gets right, or for the first one if all are wrong.

    None if the network predicts numbers, has no convolutions, or fails.
    """
    data = trained.data
    if len(trained.answers) != len(data.held_labels) or not len(trained.answers) or trained.network.within is not None:
        return None
    place = int((trained.answers == data.held_labels).int().argmax())
    found: list[Tensor] = []

    def keep(module: nn.Module, args: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.dim() == 4:
            found.append(output[0].detach().float().cpu())

    convolutions = [module for module in trained.model.modules() if isinstance(module, nn.Conv2d)]
    handles = [module.register_forward_hook(keep) for module in convolutions]
    try:
        outputs(trained.model, prepared(trained.network, tasks, data.held_images[place : place + 1]))
    except Exception:  # the student has read the reason already, as the problem of `predict`
        return None
    finally:
        for handle in handles:
            handle.remove()
    layers = tuple(layer for layer in found if bool(torch.isfinite(layer).all()))
    return FeatureMaps(data.held_images[place], int(data.held_labels[place]), layers) if layers else None
