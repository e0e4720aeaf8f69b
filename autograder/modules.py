"""Running a file of the course's own: a catalogue, a quiz, a reference solution. Never a submission."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def run_file(path: Path) -> ModuleType:
    """The module that a file makes; no `import` finds it. Whatever the file raises goes through."""
    spec = importlib.util.spec_from_file_location(f"_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
