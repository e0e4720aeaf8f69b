"""Where an export is written: a file, a folder, or standard output."""

import sys
from collections.abc import Callable
from pathlib import Path

from ..common.errors import UserError
from ..common.files import write_whole
from ..results.guard import Guard
from ..results.result import ClassResults, Result


def write_out(content: bytes, destination: Path | None) -> None:
    """Write an export to its file, or to standard output (None, or `-`). Raises InfrastructureError if that fails."""
    if destination is None or str(destination) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_whole(destination, content)


def write_each(results: ClassResults, folder: Path, file_of: Callable[[Result], tuple[str, bytes]]) -> int:
    """Write a file for each result. file_of: its path below the folder, and its content. Returns the exit code."""
    left_out = Guard()
    for result in results.results:
        if left_out.leaves_out(results, result):
            continue
        with left_out.unless_it_works(result.student, result.assignment):
            path, content = file_of(result)
            write_whole(folder / path, content)
    print(f"Wrote {len(results.results) - len(left_out.lines)} results to {folder}.")
    return left_out.told("export")


def need_folder(destination: Path | None, name: str) -> Path:
    """The folder that a format of many files writes to. Raises UserError if it is None or a file."""
    if destination is None:
        raise UserError(f"--to {name} writes a file for each submission. Say where: --out FOLDER")
    if destination.exists() and not destination.is_dir():
        raise UserError(f"{destination} is a file. Give a folder to --out.")
    return destination
