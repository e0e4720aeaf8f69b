"""Numbers that `predict` can reach beside the network are counted, and a table of answers earns no points for accuracy."""

from __future__ import annotations

import base64
import sys
import types
import zlib
from collections.abc import Callable

import pytest
import torch

from autograder.data.subset import load_test
from autograder.grading.engine import Engine
from autograder.sandbox.inside import notices, probes
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
    "under an underscore": PLAIN.replace("nn.Linear(2, 3)", "nn.Linear(2, 3)\n        self._kept = list(range(3000))"),
    "on a layer": PLAIN.replace("nn.Linear(2, 3)", "nn.Linear(2, 3)\n        self.layer.kept = list(range(3000))"),
    "on an empty layer": PLAIN.replace(
        "nn.Linear(2, 3)", "nn.Linear(2, 3)\n        self.other = nn.Identity()\n        self.other._kept = KEPT"
    ),
    "a hook": PLAIN.replace(
        "nn.Linear(2, 3)", "nn.Linear(2, 3)\n        self.layer.register_forward_hook(lambda *given: KEPT[0, 0])"
    ),
    "a function in a list": PLAIN.replace("return model", "TABLES[0]()\n    return model") + "TABLES = [lambda: KEPT]\n",
    "a partial": PLAIN.replace("return model", "kept()\n    return model")
    + "import functools\nkept = functools.partial(len, KEPT)\n",
    "a bound method": PLAIN.replace("return model", "kept(0)\n    return model") + "kept = KEPT.__getitem__\n",
    "slots": PLAIN.replace("return model", "box.kept\n    return model")
    + "class Box:\n    __slots__ = ('kept',)\nbox = Box()\nbox.kept = KEPT\n",
    "a function's own": PLAIN.replace("return model", "predict.kept\n    return model") + "predict.kept = KEPT\n",
    "a queue": PLAIN.replace("return model", "kept.pop()\n    return model")
    + "import collections\nkept = collections.deque(range(3000))\n",
    "an array": PLAIN.replace("return model", "kept.pop()\n    return model")
    + "import array\nkept = array.array('i', range(3000))\n",
    "an iterator": PLAIN.replace("return model", "next(kept)\n    return model") + "kept = iter(list(range(3000)))\n",
    "a cache": PLAIN.replace("return model", "kept()\n    return model")
    + "import functools\n@functools.lru_cache\ndef kept():\n    return list(range(3000))\nkept()\n",
    "one long number": PLAIN.replace("return model", "kept\n    return model") + "kept = 1 << 64 * 3000\n",
    "beside a layer that nobody used": PLAIN.replace("nn.Linear(2, 3)", "nn.Linear(2, 3)\n        self.lazy = nn.LazyLinear(3)")
    .replace("return model", "KEPT\n    return model"),
    "a class that says odd things of itself": PLAIN.replace("return model", "Box.kept\n    return model")
    + "class Box:\n    kept = KEPT\nBox.__module__ = predict.__module__ = FashionCNN.__module__ = []\n",
    "in whole numbers": PLAIN.replace("return model", "whole\n    return model") + "whole = KEPT.long()\n",
    "a Sequential": PLAIN.replace("return model", "KEPT\n    return model")
    + "def FashionCNN():\n    made = nn.Sequential(nn.Linear(2, 3))\n    made.kept = KEPT\n    return made\n",
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


def test_a_module_beside_the_submission_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = types.ModuleType("tables")
    beside.KEPT, beside.OTHER = KEPT, torch.zeros(5000)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tables", beside)
    monkeypatch.setattr(notices, "modules", {"tables"})
    assert 3000 <= kept(PLAIN.replace("return model", "tables.KEPT\n    return model") + "import tables\n") < 3050


def test_a_copy_of_the_networks_own_weights_counts_nothing() -> None:
    code = PLAIN.replace("nn.Linear(2, 3)", "nn.Linear(200, 300)").replace("return model", "BEST\n    return model")
    made = code + "def FashionCNN(plain=FashionCNN):\n    global BEST\n    made = plain()\n"
    assert kept(made + "    BEST = {n: t.clone() for n, t in made.state_dict().items()}\n    return made\n") < 20
    assert kept(made + "    BEST = {n: t + 1 for n, t in made.state_dict().items()}\n    return made\n") >= 60_300


def test_many_numbers_in_lists_are_all_counted() -> None:
    code = PLAIN.replace("return model", "stored\n    return model") + "stored = [[0] * 784 for _ in range(1000)]\n"
    assert kept(code) >= 784_000


def test_much_text_counts_and_a_little_does_not() -> None:
    code = PLAIN.replace("return model", "'read me ' * 100\n    stored\n    return model")
    assert kept(code + "stored = ['x' * 784] * 10\n") < 20
    assert kept(code + "stored = [chr(65 + i) * 784 for i in range(100)]\n") > 64 << 10


def table() -> str:
    """The test images' silhouettes and classes, which no noise on the clothes changes: 24 bits of a sum and 4 of a class."""
    images = load_test(ROOT / "data")
    sums = (zlib.crc32((image > 0).numpy().tobytes()) & 0xFFFFFF for image in images.items)
    entries = "".join(f"{number:06x}{label:x}" for number, label in zip(sums, images.labels.tolist(), strict=True))
    return base64.b85encode(bytes.fromhex(entries)).decode()


BEST = """
import copy
BEST = None
last = train
def train(model, images, labels):
    global BEST
    losses = last(model, images, labels)
    BEST = copy.deepcopy(model.state_dict())
    return losses
plain = predict
def predict(model, images):
    if BEST is not None:
        model.load_state_dict(BEST)
    return plain(model, images)
"""


@pytest.mark.heavy
def test_who_predicts_with_the_best_weights_knows_nothing_before(engines: Callable[[str], Engine]) -> None:
    graded = engines("a5_fashion_mnist").grade(Source("py", (Cell(TINY + BEST, 1, None),)), 1)
    accuracy = graded.metrics["accuracy"]
    assert 0.6 < accuracy < 0.9
    assert graded.metrics["accuracy_before_training"] < 0.35
    assert sum(verdict.score for verdict in graded.verdicts if "accuracy" in verdict.check.name) >= 4


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
