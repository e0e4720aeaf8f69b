"""Texts that are released: fills in the @NAMES@ of the templates beside this module, and writes text files."""

from importlib import resources
from pathlib import Path


def filled(place: str, **values: object) -> str:
    """A text of this package (`filled("student_files/README.md")`), with each @NAME@ replaced by its value."""
    text = resources.files("autograder.release").joinpath(place).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def put(path: Path, text: str) -> None:
    """Write a text, with the same line ends on every system. Makes the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
