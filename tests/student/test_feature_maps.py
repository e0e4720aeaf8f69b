"""What each convolution makes of one image."""

from __future__ import annotations

import dataclasses

import torch

from autograder.student.feature_maps import feature_maps
from tests.support.tiny_network import some_data, tiny, train_and_judge


def test_maps_are_those_of_an_image_that_the_network_gets_right() -> None:
    tasks = tiny()
    outcome = train_and_judge(tasks, some_data(), lambda moment: None)
    right = outcome.data.held_labels.clone()
    right[0] = (right[0] + 1) % 10
    maps = feature_maps(dataclasses.replace(outcome, answers=right), tasks)
    assert maps is not None
    assert torch.equal(maps.image, outcome.data.held_images[1])
    first = next(module for module in outcome.model.modules() if isinstance(module, torch.nn.Conv2d))
    with torch.no_grad():
        wanted = first(tasks["preprocess"](outcome.data.held_images[1:2]))[0]
    assert torch.allclose(maps.layers[0], wanted, atol=1e-5)
    assert len(maps.layers) == sum(isinstance(module, torch.nn.Conv2d) for module in outcome.model.modules())
    assert not first._forward_hooks


def test_what_cannot_be_asked_shows_nothing() -> None:
    tasks = tiny()
    outcome = train_and_judge(tasks, some_data(), lambda moment: None)

    def broken(images: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("no")

    assert feature_maps(outcome, {**tasks, "preprocess": broken}) is None
    assert feature_maps(dataclasses.replace(outcome, answers=outcome.answers[:0]), tasks) is None
