"""Writing files whole or not at all, with a one-line error when the disk or a permission prevents it."""

import errno
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from .errors import InfrastructureError, UserError


def sha256(content: bytes) -> str:
    """The sha256 checksum of `content`, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def as_typed(path: PurePath) -> str:
    """A path as it is typed in a command: in quotation marks if it holds blanks or other signs that shells act on."""
    text = str(path)
    return text if re.fullmatch(r"[\w./\\:~+-]+", text) else f'"{text}"'


def bring_back(path: Path) -> str:
    """The command that gets a file or folder back from git, as it is typed in the current folder."""
    return f"git checkout -- {as_typed(Path(os.path.relpath(path)))}"


def when_saved(path: Path) -> int:
    """The time at which a file was last saved, in nanoseconds since 1970; 0 if there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def explain(error: OSError, path: Path) -> UserError | InfrastructureError:
    """The error to raise for an OSError while writing `path`, with a one-line message."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return InfrastructureError(
            f"The disk is full: {path} could not be written. Free some space and run the command again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError(
            f"{path} may not be written: {error.strerror}. Change its permissions, or name another folder."
        )
    if error.errno == errno.EISDIR:
        return UserError(f"{path} is a folder, not a file. Move it away, or name another file.")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return UserError(f"{path} cannot be made: there is a file where a folder is needed. Move it away.")
    return InfrastructureError(f"{path} could not be written: {error.strerror or error}.")


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents. Raises UserError or InfrastructureError, see `explain`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, folder) from error


def write_whole(path: Path, content: bytes, *, to_disk: bool = True) -> None:
    """Write a draft beside `path`, then rename it: readers see the old file or the whole new one, never half of it.

    A device or a pipe, such as /dev/stdout, is written to and stays what it is.
    Makes the parent folders. to_disk: wait until the disk has the content; False for a file that can be made again,
    so that it may be lost in a power cut. A run that is killed before the rename leaves `.NAME.<process>.tmp`.
    Raises UserError or InfrastructureError, see `explain`; the old file is then unchanged.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    make_folder(path.parent)
    try:
        if path.parent == Path("/dev") or path.is_fifo() or path.is_char_device():
            path.write_bytes(content)
            return
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
    """Lock an open file or folder for this process. The lock ends with the process, even if that is killed.

    Returns False if another process holds the lock. On a disk without locks, returns True and locks nothing.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 1 << 20, os.SEEK_SET)  # a byte far beyond the text, so that others can still read the text
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make `folder` if needed and lock it, so that two runs never write the same file.

    Raises UserError if another run holds it. On Windows, which cannot open a folder, nothing is locked.
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
