"""Each training starts alike: files, folder, chance, dtype and gradients are as they were when loading ended."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.sandbox.inside import alike


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[alike.Start]:
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    (tmp_path / "there.txt").write_text("as it was")
    yield alike.Start.now(7, str(tmp_path))
    torch.set_num_threads(threads)


def test_files_are_put_back(start: alike.Start, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("changed")
    (tmp_path / "new.pt").write_text("what an earlier call learned")
    (tmp_path / "runs" / "deep").mkdir(parents=True)
    os.chdir(tmp_path / "runs")
    start.again(everything=True)
    assert Path.cwd() == tmp_path
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"there.txt": "as it was"}


def test_chance_dtype_threads_and_gradients_are_put_back(start: alike.Start) -> None:
    start.again(everything=True)
    first = random.random(), float(np.random.rand()), float(torch.rand(()))
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_num_threads(2)
    start.again(everything=True)
    assert (random.random(), float(np.random.rand()), float(torch.rand(()))) == first
    assert (torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads()) == (torch.float32, True, 1)


def test_other_calls_have_chance_put_back_alone(start: alike.Start, tmp_path: Path) -> None:
    (tmp_path / "cache.txt").write_text("kept")
    start.again(everything=False)
    first = float(torch.rand(()))
    start.again(everything=False)
    assert float(torch.rand(())) == first
    assert (tmp_path / "cache.txt").exists()
