"""A file is written into a folder that is not there: the folder is made. Nothing else that is missing is."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.sandbox.inside import notices, writing


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module, name in ((builtins, "open"), (io, "open"), (torch, "save"), (os, "mkdir")):
        monkeypatch.setattr(module, name, getattr(module, name))  # put back afterwards
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    writing.make_folders()
    yield
    notices.forget()


def test_what_is_written_finds_its_folder() -> None:
    torch.save({"a": torch.ones(2)}, "models/deep/best.pt")
    assert torch.load(Path("models/deep/best.pt"))["a"].tolist() == [1, 1]
    np.save("arrays/x.npy", np.ones(3))
    Path("notes/today.txt").write_text("learned", encoding="utf-8")
    with open("logs/train.csv", "a", encoding="utf-8") as file:
        file.write("1,2\n")
    assert [notice[3] for notice in notices.take()] == ["models/deep", "arrays", "notes", "logs"]


def test_a_drive_that_is_not_there_has_a_folder_in_its_place() -> None:
    torch.save(torch.ones(2), "/proc/drive/best.pt")
    assert torch.load("/proc/drive/best.pt").tolist() == [1, 1]
    Path("/proc/drive/notes/today.txt").write_text("learned", encoding="utf-8")
    assert Path("/proc/drive/notes/today.txt").read_text(encoding="utf-8") == "learned"
    assert [notice[3] for notice in notices.take()] == ["/proc/drive", "/proc/drive/notes"]


def test_a_folder_of_a_drive_that_is_not_there_can_be_made() -> None:
    for _ in range(2):
        os.makedirs("/proc/drive/models", exist_ok=True)
        Path("/proc/drive/plots/today").mkdir(parents=True, exist_ok=True)
    torch.save(torch.ones(1), "/proc/drive/models/best.pt")
    assert torch.load("/proc/drive/models/best.pt").tolist() == [1]
    with pytest.raises(FileNotFoundError):
        os.mkdir("nowhere/models")
    os.mkdir("models")
    with pytest.raises(FileExistsError):
        os.mkdir("models")


@pytest.mark.parametrize("path", ["data/x.csv", "/proc/drive/x.csv", "x.csv"])
def test_what_is_read_is_missing_as_before(path: str) -> None:
    for read in (Path(path).read_text, lambda: np.load(path), lambda: torch.load(path)):
        with pytest.raises(FileNotFoundError):
            read()
    assert not list(Path().iterdir())


def test_what_cannot_be_written_raises_as_before() -> None:
    Path("file").write_text("", encoding="utf-8")
    with pytest.raises(NotADirectoryError):
        Path("file/below/x.txt").write_text("", encoding="utf-8")
    with pytest.raises(IsADirectoryError):
        Path("/proc").write_text("", encoding="utf-8")
    stream = io.BytesIO()
    torch.save(torch.ones(1), stream)
    assert stream.tell()
    assert not notices.take()
