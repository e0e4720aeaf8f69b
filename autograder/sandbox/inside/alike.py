"""Let each training start from the same state, whatever an earlier call of the same submission has left behind."""

import contextlib
import os
import random
import shutil
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch

_KEPT_BYTES = 4 << 20  # of all files together that were there when loading ended
_MOST = 10_000  # files looked at
# What libraries put there, and use again: Python's workers, matplotlib.
_OF_LIBRARIES = ("pymp-", "matplotlib-", ".cache", ".config", ".matplotlib")


def seed(number: int) -> None:
    """Seed every source of random numbers that student code commonly uses."""
    random.seed(number)
    np.random.seed(number % 2**32)
    torch.default_generator.manual_seed(number)  # torch.manual_seed seeds devices too: a millisecond


@dataclass(frozen=True)
class Start:
    """The state when a submission has been loaded. files: by path, the bytes of small files, None for the rest."""

    seed: int
    folder: str
    files: dict[str, bytes | None]
    dtype: torch.dtype

    @classmethod
    def now(cls, number: int, folder: str) -> Self:
        """The state as it is now."""
        return cls(number, folder, _files(folder), torch.get_default_dtype())

    def again(self, everything: bool) -> None:
        """Seed again. everything: restore files, working folder, default dtype, threads and gradients too."""
        seed(self.seed)
        if not everything:
            return
        with contextlib.suppress(OSError):
            os.chdir(self.folder)
        _restore(self.folder, self.files)
        torch.set_default_dtype(self.dtype)
        torch.set_num_threads(1)
        torch.set_grad_enabled(True)
        torch.use_deterministic_algorithms(False)


def _paths(folder: str) -> list[str]:
    found: list[str] = []
    waiting = [folder]
    while waiting and len(found) < _MOST:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if not entry.name.startswith(_OF_LIBRARIES):
                    found.append(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return found


def _files(folder: str) -> dict[str, bytes | None]:
    room, found = _KEPT_BYTES, {}
    for path in _paths(folder):
        found[path] = content = _content(path, room)
        room -= len(content or b"")
    return found


def _content(path: str, most: int) -> bytes | None:
    with contextlib.suppress(OSError):
        if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) <= most:
            with open(path, "rb") as file:
                return file.read(most)
    return None


def _restore(folder: str, files: dict[str, bytes | None]) -> None:
    for path in _paths(folder):
        if path not in files:
            with contextlib.suppress(OSError, RecursionError):
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)
    for path, content in files.items():
        if content is not None and _content(path, len(content)) != content:
            with contextlib.suppress(OSError), open(path, "wb") as file:
                file.write(content)
