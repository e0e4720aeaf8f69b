"""Writing files whole or not at all, with one plain line when the disk or a permission is in the way."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InfrastructureError, UserError


def sha256(content: bytes) -> str:
    """The checksum in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def when_saved(path: Path) -> int:
    """When a file was saved, in nanoseconds; 0 for one that is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def explain(error: OSError, path: Path) -> UserError | InfrastructureError:
    """What went wrong while writing `path`, in one line that says what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return InfrastructureError(
            f"The disk is full: {path} could not be written. Free some space and run the command again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError(
            f"{path} may not be written: {error.strerror}. Change its permissions, or name another folder."
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


def write_whole(path: Path, content: bytes, *, to_disk: bool = True) -> None:
    """Write beside `path`, then rename: whoever looks sees the old file or the whole new one, never a torn one.

    The folders above it are made. to_disk: False for what can be made again at any time, and need not outlast a power
    cut. A run that is killed in between leaves `.NAME.<process>.tmp`.
    Raises UserError or InfrastructureError, see `explain`: what stood there before still stands.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    make_folder(path.parent)
    try:
        try:
            with draft.open("wb") as file:
                file.write(content)
                if to_disk:
                    file.flush()
                    os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise explain(error, path) from error


def take(handle: int) -> bool:
    """Lock an open file, or folder, for this process; the lock ends with the process, however that ends.

    Returns False when another process holds it. A disk that knows no locks goes without.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 1 << 20, os.SEEK_SET)  # a byte far behind the text, which stays readable to others
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make `folder` if need be and hold it for this process, so that two runs never write the same file.

    Raises UserError when another run holds it. Windows, where a folder cannot be opened, goes without.
    """
    make_folder(folder)
    if sys.platform == "win32":
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise explain(error, folder) from error
    try:
        if not take(handle):
            raise UserError(f"Another `autograder data` is at work in {folder}: wait until it has ended.")
        yield
    finally:
        os.close(handle)
