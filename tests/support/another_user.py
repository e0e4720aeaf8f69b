"""A folder that may not be read, for tests. It is faked, because tests often run as root, who may read everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def forbid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a folder be seen but not looked into, as after chmod 000."""
    for name in ("is_file", "iterdir", "read_bytes"):
        monkeypatch.setattr(Path, name, _guarded(getattr(Path, name), folder, itself=name == "iterdir"))


def _guarded(real: Callable[[Path], Any], folder: Path, *, itself: bool) -> Callable[[Path], Any]:
    def guarded(path: Path) -> Any:
        if folder in path.parents or (itself and path == folder):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    return guarded
