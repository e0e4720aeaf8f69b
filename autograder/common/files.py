"""Writing files whole or not at all, with one plain line when the disk or a permission is in the way."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.common.errors import InfrastructureError, UserError


def sha256(content: bytes) -> str:
    """The checksum in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def explain(error: OSError, path: Path) -> UserError | InfrastructureError:
    """What went wrong while writing `path`, in one line that says what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return InfrastructureError(
            f"The disk is full: {path} could not be written. Free some space and run the command again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError(
            f"{path} may not be written: {error.strerror}. Change its permissions, or name another folder with --root."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return UserError(f"{path} cannot be made: a file stands where a folder is needed. Move it away.")
    return InfrastructureError(f"{path} could not be written: {error.strerror or error}.")


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it. Raises UserError or InfrastructureError, see `explain`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, folder) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write beside `path`, then rename: whoever looks sees the old file or the whole new one, never a torn one.

    A run that is killed in between leaves `.NAME.tmp`, which the next one overwrites.
    Raises UserError or InfrastructureError, see `explain`.
    """
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise explain(error, path) from error


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make `folder` if need be and hold it for this process, so that two runs never write the same file.

    Raises UserError when another run holds it. Windows, and network disks that know no locks, go without.
    """
    make_folder(folder)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise explain(error, folder) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"Another `autograder data` is at work in {folder}: wait until it has ended.") from None
        except OSError:
            pass  # a disk that knows no locks
        yield
    finally:
        os.close(handle)
