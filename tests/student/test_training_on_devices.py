"""`autograder train` on a machine with a GPU: the network is judged and kept wherever the student's code leaves it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.student import train, trained_weights, training_run
from autograder.submission.trained_from import Origin
from tests.support.fake_gpu import FakeGpu, on_gpu
from tests.support.tiny_network import CLOTHES, NETWORK

START = """
import torch
from torch import nn
DEVICE = "cuda"
def preprocess(images):
    return images[:, None].float() / 255
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 5, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(72, 10))
        {init}
    def forward(self, x):
        return self.layers({x})
def train(model, images, labels):
    model.to(DEVICE)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    scaler = torch.amp.GradScaler("cpu", init_scale=65536.0)
    for x, y in zip(preprocess(images).split(50), labels.split(50)):
        x, y = x.to(DEVICE), y.to(DEVICE)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        {backward}
    {end}
def predict(model, images):
    model.eval()
    with torch.no_grad():
        {predict}
"""
PLAIN = "loss.backward(); optimizer.step()"
CASES = {
    "predict sends the images": {"predict": "return model(preprocess(images).to(DEVICE)).argmax(1)"},
    "predict sends the network too": {"predict": "return model.to(DEVICE)(preprocess(images).to(DEVICE)).argmax(1)"},
    "predict comes back": {"predict": "return model(preprocess(images).to(DEVICE)).argmax(1).cpu()"},
    "predict knows the CPU alone": {"predict": "return model(preprocess(images)).argmax(1).numpy()"},
    "predict sends the network back": {"predict": "return model.cpu()(preprocess(images)).argmax(1).tolist()"},
    "train sends it back": {"predict": "return model(preprocess(images)).argmax(1)", "end": "model.cpu()"},
    "forward sends": {"predict": "return model(preprocess(images)).argmax(1)", "x": "x.to(DEVICE)", "init": "self.to(DEVICE)"},
    "a list of tensors": {"predict": "return list(model(preprocess(images).to(DEVICE)).argmax(1))"},
    "a scaler": {
        "predict": "return model(preprocess(images).to(DEVICE)).argmax(1)",
        "backward": "scaler.scale(loss).backward(); optimizer.step()",
    },
}  # fmt: skip


def tasks(**parts: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(START.format(**{"init": "", "x": "x", "backward": PLAIN, "end": "pass", **parts}), space)
    return train.tasks_of(NETWORK, space)


def data() -> training_run.Data:
    images = torch.randint(0, 256, (300, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return training_run.split(CLOTHES, images, torch.arange(300) % 10, 50)


@pytest.mark.parametrize("name", CASES)
def test_held_out_images_are_judged_wherever_the_network_was_left(name: str) -> None:
    ours = tasks(**CASES[name])
    with FakeGpu():
        trained = training_run.train_watched(NETWORK, ours, data(), lambda moment: None)
        judged = training_run.judged(trained, ours)
    assert judged.problem == ""
    assert judged.accuracy is not None
    assert judged.steps == 5
    assert judged.curve[0].loss is not None
    assert 1 < judged.curve[0].loss < 4, "the loss of the student's code, not one times a scale"
    assert not any(on_gpu(numbers) for numbers in judged.numbers.values())
    assert len(judged.looks) == 1
    assert judged.looks[0].accuracy is not None


@pytest.mark.parametrize("name", CASES)
def test_networks_are_compared_where_predict_looks_for_them(name: str) -> None:
    ours = tasks(**CASES[name])
    with FakeGpu():
        trained = training_run.train_watched(NETWORK, ours, data(), lambda moment: None)
        weights = trained_weights.packed(trained, Origin("code"))
        held = trained.data.held_images, trained.data.held_labels
        assert trained_weights.share_right(NETWORK, ours, weights, *held, trained.device) is not None


def test_a_train_that_raises_late_is_judged_and_kept() -> None:
    ours = tasks(predict="return model(preprocess(images).to(DEVICE)).argmax(1)", end="loss.numpy()")
    with FakeGpu():
        trained = training_run.judged(training_run.train_watched(NETWORK, ours, data(), lambda moment: None), ours)
    assert isinstance(trained.raised, TypeError)
    assert (trained.problem, trained.steps, trained.device) == ("", 5, "cuda")
    assert trained.accuracy is not None
    assert not any(on_gpu(numbers) for numbers in trained.numbers.values())


def test_the_fake_gpu_refuses_what_a_gpu_refuses() -> None:
    with FakeGpu(), pytest.raises(RuntimeError, match="same device"):
        torch.ones(3).to("cuda") + torch.ones(3)
    with FakeGpu(), pytest.raises(TypeError, match="numpy"):
        torch.ones(3).cuda().numpy()
    with FakeGpu(), pytest.raises(RuntimeError, match="same device"):
        torch.nn.Linear(3, 2).to("cuda")(torch.ones(3))
