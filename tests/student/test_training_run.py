"""A student's training, watched without being changed."""

from __future__ import annotations

import pytest

from autograder.student import training_run, watcher
from tests.support.tiny_network import CLOTHES, NETWORK, some_data, tiny, train_and_judge


def test_each_class_is_held_out_alike() -> None:
    import torch

    labels = torch.arange(1000) % 10
    data = training_run.split(CLOTHES, torch.zeros(1000, 28, 28, dtype=torch.uint8), labels, 100)
    assert data.held_labels.bincount().tolist() == [10] * 10
    assert len(data.labels) == 900
    with pytest.raises(ValueError, match="held out"):
        training_run.split(CLOTHES, torch.zeros(5, 28, 28), torch.arange(5), 5)


def test_a_training_is_watched_without_being_changed() -> None:
    import torch

    torch.manual_seed(1)
    told: list[watcher.Moment] = []
    outcome = train_and_judge(tiny(), some_data(), told.append)
    assert outcome.images == 300
    assert outcome.steps == 6
    assert len(outcome.looks) == 2
    assert outcome.accuracy is not None
    assert all(moment.loss is not None for moment in told)
    torch.manual_seed(1)
    tasks = tiny()
    model = tasks["FashionCNN"]()
    data = some_data()
    tasks["train"](model, data.images, data.labels)
    for mine, plain in zip(outcome.model.state_dict().values(), model.state_dict().values(), strict=True):
        assert torch.equal(mine, plain)
    assert torch.Tensor.backward.__module__ == "torch._tensor", "the hook on backward is gone"


def test_ctrl_c_keeps_what_was_learnt() -> None:
    def interrupted(model: object, images: object, labels: object) -> None:
        tiny()["train"](model, images, labels)
        raise KeyboardInterrupt

    outcome = train_and_judge(tiny(train=interrupted), some_data(), lambda moment: None)
    assert outcome.stopped
    assert outcome.images == 300
    assert outcome.accuracy is not None


def test_a_predict_that_fails_is_told_and_does_not_lose_the_network() -> None:
    def broken(model: object, images: object) -> None:
        raise RuntimeError("shape")

    outcome = train_and_judge(tiny(predict=broken), some_data(), lambda moment: None)
    assert outcome.problem == "predict raised RuntimeError: shape"
    assert len(outcome.answers) == 50
    outcome = train_and_judge(tiny(predict=lambda model, images: [1]), some_data(), lambda moment: None)
    assert "classes for 50 images" in outcome.problem


def test_bands_say_what_is_reached_and_what_is_next() -> None:
    from autograder.student import training_page

    assert sum(NETWORK.bands.values()) == 20
    outcome = train_and_judge(tiny(), some_data(), lambda moment: None)
    perfect = training_run.replace(outcome, answers=outcome.data.held_labels)
    assert any("20 of the 20 points" in line for line in training_page.band_lines(perfect))
    none = training_run.replace(outcome, answers=(outcome.data.held_labels + 1) % 10)
    lines = training_page.band_lines(none)
    assert lines[0].startswith("No band is reached yet, 0 of the 20")
    assert f"{100 * min(NETWORK.bands):.1f} percentage points to go" in lines[1]
