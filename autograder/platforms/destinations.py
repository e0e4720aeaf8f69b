"""`autograder export`: results in the form that another system reads.

A format is a module in this folder, and the folder is the registry. The module has

    def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> None

which writes to `destination`, or to a place of the format's own (standard output, say) when that is None, and may
have `add_arguments(parser)` for options of its own. Its docstring's first line is the help. Formats only say what the
results say: no score is computed here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..common.errors import UserError
from ..results.result import write_atomically


def write_text(text: str, destination: Path | None) -> None:
    """Write an export whole to its file, or to standard output. Raises InfrastructureError."""
    if destination is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        write_atomically(destination, text.encode())


def need_folder(destination: Path | None, name: str) -> Path:
    """The folder that a format of many files writes to. Raises UserError when none was named, or it is a file."""
    if destination is None:
        raise UserError(f"--to {name} writes a file for each submission. Say where: --out FOLDER")
    if destination.exists() and not destination.is_dir():
        raise UserError(f"{destination} is a file. Give a folder to --out.")
    return destination
