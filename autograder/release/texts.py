"""Texts that are released: those that lie beside this module with @NAMES@ to fill in, and writing them down."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def filled(place: str, **values: object) -> str:
    """A text of this package (`filled("student_files/README.md")`), with each value in the place of its @NAME@."""
    text = resources.files("autograder.release").joinpath(place).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def put(path: Path, text: str) -> None:
    """Write a text with its line ends as they are, on every system; the folders above are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
