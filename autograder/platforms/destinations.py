"""Where an export is written: a file, a folder, or standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from ..common.errors import UserError
from ..common.files import write_whole


def write_text(text: str, destination: Path | None) -> None:
    """Write an export whole to its file, or to standard output. Raises InfrastructureError."""
    if destination is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        write_whole(destination, text.encode())


def need_folder(destination: Path | None, name: str) -> Path:
    """The folder that a format of many files writes to. Raises UserError when none was named, or it is a file."""
    if destination is None:
        raise UserError(f"--to {name} writes a file for each submission. Say where: --out FOLDER")
    if destination.exists() and not destination.is_dir():
        raise UserError(f"{destination} is a file. Give a folder to --out.")
    return destination
