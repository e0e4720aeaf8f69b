"""The folder of results: check that it is one, and let only one run at a time write into it."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..common.errors import InfrastructureError, UserError
from ..common.files import take
from ..common.terminal import printable
from ..submission.names import RESULTS_MARKER
from . import final, store
from .result import InvalidResult


@contextlib.contextmanager
def results_folder(out: Path, submissions: Path) -> Iterator[Path]:
    """Lock the folder of results for this run, and remove the drafts of runs that were killed.

    Raises UserError if it cannot be used: it holds other things, or another run grades into it. Raises
    InfrastructureError if it cannot be read or written to.
    """
    if out.resolve() == submissions.resolve():
        raise UserError(f"Results and submissions cannot share {out}. Give another folder to --out.")
    marker = out / RESULTS_MARKER
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is a file. Give a folder to --out.")
        if out.is_dir() and not marker.exists() and _is_foreign(out):
            raise UserError(f"{out} holds other things than results. Give a new or empty folder to --out.")
        out.mkdir(parents=True, exist_ok=True)
        file = marker.open("a+", encoding="utf-8")
    except OSError as error:
        raise InfrastructureError(f"{error.filename or out} cannot be read or written to: {error.strerror}.") from error
    with file:
        _hold(file, out)
        for draft in out.glob("*/.*.tmp"):
            with contextlib.suppress(OSError):
                draft.unlink()
        yield out


def _is_foreign(out: Path) -> bool:
    if not any(path.name not in final.FILES for path in out.iterdir()):
        return False
    for path in store.result_files(out):
        with contextlib.suppress(InvalidResult):
            store.read(path)
            return False
    return True


def _hold(file: IO[str], out: Path) -> None:
    """Lock the file for this run, and write into it who has locked it. If another run has, UserError says which."""
    if not take(file.fileno()):
        file.seek(0)
        who = printable(file.readline().strip())[:200]
        raise UserError(f"Another run is grading into {out} ({who}). Wait for its end, or stop it.")
    with contextlib.suppress(OSError):  # only for the message above; a full disk is reported when results are written
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()} since {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
        file.flush()
