"""Numbers that `predict` can reach beside the network are counted, and a table of answers earns no points for accuracy."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable

import pytest
import torch

from autograder.data.subset import load_test
from autograder.grading.engine import Engine
from autograder.sandbox.inside import probes
from autograder.submission.source import Cell, Source
from tests.support.places import ROOT
from tests.support.tiny_network import TINY

KEPT = torch.zeros(30, 100)
PLAIN = """
import torch
from torch import nn
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 3)
    def forward(self, x):
        return self.layer(x)
def predict(model, images):
    return model(images).argmax(1)
"""
WAYS = {
    "a name of the file": PLAIN.replace("return model", "KEPT\n    return model"),
    "a helper's helper": PLAIN.replace("return model", "one()\n    return model")
    + "def one():\n    return two()\ndef two():\n    return KEPT[0]\n",
    "a default": PLAIN.replace("model, images", "model, images, kept=KEPT"),
    "a closure": PLAIN.replace("def predict", "def made(kept):\n    return lambda: kept\nclosed = made(KEPT)\ndef predict")
    .replace("return model", "closed()\n    return model"),
    "a list on the network": PLAIN.replace("nn.Linear(2, 3)", "nn.Linear(2, 3)\n        self.kept = list(range(3000))"),
    "a class": PLAIN.replace("def predict", "class Box:\n    def get(self):\n        return KEPT\ndef predict")
    .replace("return model", "Box().get()\n    return model"),
    "the network's forward": PLAIN.replace("return self.layer(x)", "return self.layer(x) + KEPT[0, 0]"),
}  # fmt: skip


def kept(code: str) -> int:
    space: dict[str, object] = {"KEPT": KEPT, "__name__": "a5_fashion_mnist"}
    exec(code, space)
    found: int = probes.kept_outside(space["FashionCNN"](), "predict")["numbers"]  # type: ignore[operator]
    return found


def test_an_honest_network_keeps_next_to_nothing_outside() -> None:
    assert kept(PLAIN) < 20


@pytest.mark.parametrize("way", WAYS)
def test_what_predict_can_reach_is_counted(way: str) -> None:
    assert 3000 <= kept(WAYS[way]) < 3050


def table() -> str:
    """The test images' silhouettes and classes, which no noise on the clothes changes: 24 bits of a sum and 4 of a class."""
    images = load_test(ROOT / "data")
    sums = (zlib.crc32((image > 0).numpy().tobytes()) & 0xFFFFFF for image in images.items)
    entries = "".join(f"{number:06x}{label:x}" for number, label in zip(sums, images.labels.tolist(), strict=True))
    return base64.b85encode(bytes.fromhex(entries)).decode()


@pytest.mark.heavy
def test_a_table_of_silhouettes_earns_no_accuracy(engines: Callable[[str], Engine]) -> None:
    packed = table()
    assert len(packed) < 9_000
    looks_up = f'''
import base64, zlib
PACKED = base64.b85decode("{packed}").hex()
TABLE = {{int(PACKED[i:i + 6], 16): int(PACKED[i + 6], 16) for i in range(0, len(PACKED), 7)}}
honest = predict
def predict(model, images):
    classes = honest(model, images)
    for number, image in enumerate(images):
        known = zlib.crc32((image > 0).numpy().tobytes()) & 0xFFFFFF
        classes[number] = TABLE.get(known, classes[number])
    return classes
'''
    graded = engines("a5_fashion_mnist").grade(Source("py", (Cell(TINY + looks_up, 1, None),)), 1)
    bands = [verdict for verdict in graded.verdicts if "accuracy" in verdict.check.name]
    assert len(bands) == 5
    assert [verdict.score for verdict in bands] == [0] * 5
    assert graded.metrics["accuracy"] > 0.95, "it would have had them all"
    assert all("Before any training" in verdict.message for verdict in bands)
    assert graded.metrics["dense_literals"], "a person is shown the line"
