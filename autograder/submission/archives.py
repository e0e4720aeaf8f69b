"""Opening zip files that students hand in. A zip may hold an answer, or an attack on the grader.

So limits of ours, not the zip, decide where files are written, how large they get and how many there are.
"""

from __future__ import annotations

import atexit
import io
import stat
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path, PurePosixPath

ZIP_LIMIT = 200 * 1024 * 1024  # bytes of the zip itself
ENTRIES_LIMIT = 20_000  # entries of a zip
NAMES_LIMIT = 4 * 1024 * 1024  # bytes of the list of its entries
FILES_LIMIT = 500  # files that are unpacked
DEPTH_LIMIT = 12  # parts of a file's path in the zip
UNPACKED_LIMIT = 64 * 1024 * 1024  # bytes of all unpacked files together
ZIPS_LIMIT = 20  # zips of one student that are opened, nested ones included
_PIECE = 1024 * 1024  # bytes that are unpacked at once
_SUFFIXES = (".py", ".ipynb", ".safetensors", ".zip")


class Refused(Exception):
    """A zip is not opened. The message says why, as words that follow the file's name."""


class _InPieces(io.BufferedReader):
    """The file of a zip, which refuses large reads. zipfile reads the list of names at once and keeps it in memory, so
    this limits its size.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > NAMES_LIMIT:
            raise Refused(f"lists over {NAMES_LIMIT >> 20} MB of names")
        return super().read(size)


def open_zip(path: Path) -> Path:
    """Unpack the scripts, notebooks, weights and zips of a zip. Returns their folder, which is deleted when this process
    ends.

    Raises Refused for a zip that cannot be opened or exceeds a limit.
    """
    try:
        status = path.lstat()
    except OSError as error:
        raise Refused("cannot be read") from error
    if not stat.S_ISREG(status.st_mode):
        raise Refused("is not a file")
    folder = _unpacked(path, status.st_size, status.st_mtime_ns)
    if isinstance(folder, Refused):
        raise folder.with_traceback(None)
    return folder


@lru_cache(maxsize=4096)
def _unpacked(path: Path, size: int, changed: int) -> Path | Refused:
    """The folder, or the reason why there is none. Both are cached.

    size, changed: the zip's size in bytes and the time of its last change, so that a replaced zip is opened again.
    """
    if size > ZIP_LIMIT:
        return Refused(f"is larger than {ZIP_LIMIT >> 20} MB")
    folder = tempfile.TemporaryDirectory(prefix="autograder-zip-")
    try:
        with _InPieces(path.open("rb", buffering=0)) as file, zipfile.ZipFile(file) as archive:
            _unpack(archive, Path(folder.name))
    except Exception as error:  # each kind of compression has its own errors
        folder.cleanup()
        if isinstance(error, Refused):
            return error
        encrypted = isinstance(error, RuntimeError) and "encrypted" in str(error)
        return Refused("is locked with a password" if encrypted else "is no zip that can be opened")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def file_at(root: Path, shown: str) -> Path | None:
    """The file that a result names by its path in the folder of submissions, which may lead into zips.

    None if there is no such file. Links are not followed.
    """
    path = root
    for part in PurePosixPath(shown).parts:
        if part in ("..", "/") or path.is_symlink():
            return None
        path /= part
        if path.suffix.lower() == ".zip" and path.is_file():
            try:
                path = open_zip(path)
            except Refused:
                return None
    return path if path != root and path.is_file() and not path.is_symlink() else None


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT:
        raise Refused(f"holds over {ENTRIES_LIMIT:,} files")
    wanted = [(entry, place) for entry in entries if (place := _place_of(entry)) is not None]
    if not wanted and (odd := next((name for name in archive.namelist() if name.lower().endswith(_SUFFIXES)), "")):
        raise Refused(f"holds {odd[:80]}, which lies where nothing is taken from")
    if len(wanted) > FILES_LIMIT:
        raise Refused(f"holds over {FILES_LIMIT} scripts, notebooks and zips")
    left = UNPACKED_LIMIT
    for entry, place in wanted:
        with archive.open(entry) as packed:
            content = bytearray()  # counted here, because the size that the zip states may be a lie
            while len(content) <= left and (piece := packed.read(_PIECE)):
                content += piece
        left -= len(content)
        if left < 0:
            raise Refused(f"unpacks to more than {UNPACKED_LIMIT >> 20} MB")
        target = folder.joinpath(*place.parts)
        if not target.exists():  # if two files have the same name, the first counts
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _place_of(entry: zipfile.ZipInfo) -> PurePosixPath | None:
    """The path of an entry in our folder; None if it cannot be an answer, or if its path is not safe."""
    place = PurePosixPath(entry.filename.replace("\\", "/"))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.is_dir() or kind not in (0, stat.S_IFREG) or place.suffix.lower() not in _SUFFIXES:
        return None
    odd = place.is_absolute() or ":" in entry.filename or "\0" in entry.filename or len(place.parts) > DEPTH_LIMIT
    odd = odd or any(part == ".." or part.startswith((".", "__MACOSX")) or len(part) > 200 for part in place.parts)
    return None if odd else place
