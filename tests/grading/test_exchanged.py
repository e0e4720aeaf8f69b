"""--exchange-classes: code that learns from the labels loses nothing when the class numbers are exchanged, other code does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.grading.job import Settings
from autograder.sandbox.launch import Door
from autograder.submission.source import read_source
from tests.support.places import ROOT

NAME = "a5_fashion_mnist"
LEARNS = """
import torch
from torch import nn

def preprocess(images):
    return images.float().unsqueeze(1) / 255

class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.layers(x)

def train(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(2):
        for part in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(preprocess(images[part])), labels[part]).backward()
            optimizer.step()
    return [1.0, 0.5]

def predict(model, images):
    model.eval()
    with torch.no_grad():
        return model(preprocess(images)).argmax(dim=1)
"""
# Stands for whatever knows the right classes from elsewhere: the second training gives the first one's network.
KNOWS = """
known = {}
learn = train

def train(model, images, labels):
    if not known:
        learn(model, images, labels)
        known.update(model.state_dict())
    model.load_state_dict(known)
    return [1.0, 0.5]
"""


@pytest.fixture(scope="module")
def engine(door: Callable[[], Door | None]) -> Iterator[Engine]:
    course = Course(ROOT)
    made = Engine(course, course.assignment(NAME), Settings(exchanged=True), door=door())
    yield made
    made.close()


@pytest.mark.heavy
def test_only_code_that_knows_the_classes_loses_by_the_exchange(engine: Engine, tmp_path: Path) -> None:
    found, scores = {}, {}
    for kind, text in (("learns", LEARNS), ("knows", LEARNS + KNOWS)):
        file = tmp_path / f"{kind}.py"
        file.write_text(text)
        grading = engine.grade(read_source(file), 7, only=lambda check: "accuracy_on" in check.name)
        found[kind] = grading.metrics["accuracy"], grading.metrics["accuracy_exchanged"]
        scores[kind] = [verdict.score for verdict in grading.verdicts]
    assert abs(found["learns"][0] - found["learns"][1]) < 0.04
    assert found["knows"][1] < 0.4 < 0.75 < found["knows"][0]
    assert scores["learns"] == scores["knows"]  # a person decides


@pytest.mark.heavy
def test_a_second_training_that_ends_otherwise_costs_nothing_and_is_said(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "answer.py"
    second = "    if known:\n        raise ValueError('again?')\n    if not known:"
    file.write_text(LEARNS + KNOWS.replace("    if not known:", second))
    grading = engine.grade(read_source(file), 7, only=lambda check: "accuracy_on" in check.name)
    assert grading.metrics["accuracy"] > 0.75
    assert "accuracy_exchanged" not in grading.metrics
    assert any(note.startswith("After the checks (exchanged)") for note in grading.notes)
