"""A network that is trained in a moment, and images for it."""

from __future__ import annotations

from collections.abc import Callable

from autograder.course.network import network_beside
from autograder.data import data_set
from autograder.student import train, training_run, watcher
from tests.support.places import ROOT

NETWORK = network_beside(str(ROOT / "solutions" / "a5_fashion_mnist" / "a5_fashion_mnist.py"))
CLOTHES = data_set(ROOT / "data", NETWORK.data)

TINY = """
import torch
from torch import nn
def preprocess(images):
    return images[:, None].float() / 255
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 5, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(72, 10))
    def forward(self, x):
        return self.layers(x)
def train(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    losses = []
    for epoch in range(2):
        for x, y in zip(preprocess(images).split(50), labels.split(50)):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses
def predict(model, images):
    model.eval()
    with torch.no_grad():
        return model(preprocess(images)).max(1).indices
"""


def tiny(**others: object) -> dict[str, object]:
    space: dict[str, object] = {}
    exec(TINY, space)
    return train.tasks_of(NETWORK, {**space, **others})


def some_data(count: int = 200, held: int = 50) -> training_run.Data:
    import torch

    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (count, 28, 28), generator=generator, dtype=torch.uint8)
    return training_run.split(CLOTHES, images, torch.arange(count) % 10, held)


def train_and_judge(
    tasks: dict[str, object], data: training_run.Data, tell: Callable[[watcher.Moment], None]
) -> training_run.Trained:
    """Train a network, and judge it on the held-out images."""
    return training_run.judged(training_run.train_watched(NETWORK, tasks, data, tell), tasks)
