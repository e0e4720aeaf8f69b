"""How many epochs a training takes, as its source says."""

from __future__ import annotations

import pytest

from autograder.student.epochs import epochs_in


@pytest.mark.parametrize(
    ("source", "epochs"),
    [
        ("def train(m, x, y):\n    for epoch in range(7):\n        for i in range(3): pass", 7),
        ("EPOCHS = 4\ndef train(m, x, y):\n    for _ in range(EPOCHS): pass", 4),
        ("def train(m, x, y, epochs=5):\n    for _ in tqdm(range(epochs)): pass", 5),
        ("def train(m, x, y, *, epochs=6):\n    for _ in trange(1, epochs): pass", 5),
        ("def train(m, x, y):\n    epochs, rate = 3, 0.1\n    with f():\n        for e in range(1, epochs): pass", 2),
        ("def train(m, x, y):\n    for e in range(len(x)): pass", None),
        ("def train(m, x, y):\n    while True: pass", None),
        ("def train(m, x, y): pass", None),
        ("def train(m, x", None),
        ("", None),
    ],
)
def test_how_many_epochs_a_source_promises(source: str, epochs: int | None) -> None:
    assert epochs_in(source, "train") == epochs
