"""Opening zip files that students hand in. A zip may hold an answer, or an attack on the grader.

So limits of ours, not the zip, decide where files are written, how large they get and how many there are.
Files that may hold code are unpacked. Any other file becomes an empty one, so that notes can name it.
"""

import atexit
import contextlib
import errno
import io
import itertools
import os
import stat
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ..common.files import explain

ZIP_LIMIT = 200 * 1024 * 1024  # bytes of the zip itself
ENTRIES_LIMIT = 20_000  # entries of a zip
NAMES_LIMIT = 4 * 1024 * 1024  # bytes of the list of its entries
FILES_LIMIT = 500  # of scripts, notebooks, weights and zips, and again of other files
DEPTH_LIMIT = 12  # parts of a file's path in the zip
UNPACKED_LIMIT = 64 * 1024 * 1024  # bytes of all unpacked files together
ZIPS_LIMIT = 20  # zips of one student that are opened, nested ones included
_PIECE = 1024 * 1024  # bytes that are unpacked at once
_SPARE = 8 * 1024 * 1024  # bytes of all files that are no answers by their names, and may hold one
_SUFFIXES = (".py", ".ipynb", ".safetensors", ".zip")
_MAY_HOLD_CODE = (*_SUFFIXES, ".txt", ".json", ".download", "")
# Folders that are never looked into: no student's work is in them.
NEVER = frozenset(
    "site-packages dist-packages node_modules __pycache__ __MACOSX .git .hg .svn .cache .autograder .stubs "
    ".mypy_cache .pytest_cache .ruff_cache".split()
)
_LOOKED_AT = 1000  # folders of a class that are looked at to find the one that a path begins in
APPLES = "._"  # how a Mac names the file with the attributes of another: ._lee_12_34_a1_permute.py


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


@dataclass(frozen=True)
class _Opened:
    """An unpacked zip. left_out: the files that were not unpacked, each with the reason, as words that follow its name."""

    folder: Path
    left_out: tuple[tuple[PurePosixPath, str], ...]


def open_zip(path: Path) -> Path:
    """Unpack a zip. Returns the folder of its files, which is deleted when this process ends.

    Raises Refused for a zip that cannot be opened or exceeds a limit, and InfrastructureError if the disk is full.
    """
    return _open(path).folder


def left_out_of(path: Path) -> tuple[tuple[PurePosixPath, str], ...]:
    """The files of a zip that may be answers but were not unpacked, each with the reason. Raises as `open_zip` does."""
    return _open(path).left_out


def _open(path: Path) -> _Opened:
    try:
        status = path.lstat()
    except OSError as error:
        raise Refused("cannot be read") from error
    if not stat.S_ISREG(status.st_mode):
        raise Refused("is not a file")
    opened = _unpacked(path, status.st_size, status.st_mtime_ns)
    if isinstance(opened, Refused):
        raise opened.with_traceback(None)
    return opened


@lru_cache(maxsize=4096)
def _unpacked(path: Path, size: int, changed: int) -> _Opened | Refused:
    """The unpacked zip, or the reason why it was refused. Both are cached.

    size, changed: the zip's size in bytes and the time of its last change, so that a replaced zip is opened again.
    """
    if size > ZIP_LIMIT:
        return Refused(f"is larger than {ZIP_LIMIT >> 20} MB")
    folder = tempfile.TemporaryDirectory(prefix="autograder-zip-")
    try:
        with _InPieces(path.open("rb", buffering=0)) as file, zipfile.ZipFile(file) as archive:
            left_out = _unpack(archive, Path(folder.name))
    except Exception as error:  # each kind of compression has its own errors
        folder.cleanup()
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise explain(error, Path(folder.name)) from error
        if isinstance(error, Refused):
            return error
        encrypted = isinstance(error, RuntimeError) and "encrypted" in str(error)
        return Refused("is locked with a password" if encrypted else "is not a zip that can be opened")
    atexit.register(folder.cleanup)
    return _Opened(Path(folder.name), left_out)


def file_at(root: Path, shown: str) -> Path | None:
    """The file that a result names by its path in the folder of submissions, which may lead into zips.

    None if there is no such file. Links are not followed.
    """
    root = folder_of(root, shown)
    path = root
    for part in PurePosixPath(shown).parts:
        if part in ("..", "/") or not os.path.lexists(path) or path.is_symlink():
            return None
        path /= part
        if path.suffix.lower() == ".zip" and os.path.isfile(path):
            try:
                path = open_zip(path)
            except Refused:
                return None
    return path if path != root and os.path.isfile(path) and not path.is_symlink() else None


def folder_of(root: Path, shown: str) -> Path:
    """The folder that a result's path begins in: `root`, or one in it, at most four deep, if the class was found there."""
    first = "".join(PurePosixPath(shown).parts[:1])
    if first in ("", "/", ".."):
        return root
    inner = (folder for deep in range(1, 5) for folder in sorted(root.glob("*/" * deep)))
    looked_at = itertools.islice(itertools.chain((root,), inner), _LOOKED_AT)
    return next((each for each in looked_at if os.path.lexists(each / first) and not each.is_symlink()), root)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> tuple[tuple[PurePosixPath, str], ...]:
    """Unpack a zip into a folder. Returns the files that may be answers but were left out, each with the reason.

    Raises Refused if the zip exceeds a limit, or if all its answers were left out.
    """
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT:
        raise Refused(f"holds over {ENTRIES_LIMIT:,} files")
    by_place = {
        _place_of(entry): entry for entry in entries if not entry.is_dir()
    }  # of two in one place the last counts
    every = [
        (entry, place)
        for place, entry in by_place.items()
        if not NEVER.intersection(place.parts) and not place.name.startswith(APPLES)
    ]
    answers = [(e, place) for e, place in every if place.suffix.lower() in _SUFFIXES]
    left_out = tuple((place, why) for e, place in answers if (why := _why_left_out(e, place)))
    if left_out and len(left_out) == len(answers):
        raise Refused(f"holds {str(left_out[0][0])[:80]}, which {left_out[0][1]}")
    if len(answers) > FILES_LIMIT:
        raise Refused(f"holds over {FILES_LIMIT} scripts, notebooks and zips")
    others = [(e, place) for e, place in every if place.suffix.lower() not in _SUFFIXES]
    others = sorted(others, key=lambda each: each[1].suffix.lower() not in _MAY_HOLD_CODE)[:FILES_LIMIT]
    left, spare = UNPACKED_LIMIT, _SPARE
    for entry, place in (*answers, *others):
        target = folder.joinpath(*place.parts)
        if _why_left_out(entry, place) or target.exists():
            continue
        content = b""
        if place.suffix.lower() in _SUFFIXES:
            content = _content(archive, entry, left)
            left -= len(content)
        elif entry.file_size <= min(_PIECE, spare):
            with contextlib.suppress(Exception):  # a file that is locked, or damaged, costs the answers nothing
                content = _content(archive, entry, spare)
            spare -= len(content)
        if left < 0:
            raise Refused(f"unpacks to more than {UNPACKED_LIMIT >> 20} MB")
        with contextlib.suppress(FileExistsError, NotADirectoryError):  # a file where another has a folder
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if spare >= 0 else b"")
    return left_out


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """The content of a file, cut off behind `most` bytes. It is counted, because the size that the zip states may be a lie."""
    content = bytearray()
    with archive.open(entry) as packed:
        while len(content) <= most and (piece := packed.read(_PIECE)):
            content += piece
    return bytes(content)


def _place_of(entry: zipfile.ZipInfo) -> PurePosixPath:
    """The path of an entry in our folder. Colons become `_`: a Mac writes them for slashes, and Windows allows none."""
    name = _name_of(entry).replace("\\", "/")
    return PurePosixPath(name[:2] + name[2:].replace(":", "_"))


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry. A Mac writes it in UTF-8 without saying so; zipfile then reads it as the code page 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return unicodedata.normalize("NFC", entry.filename.encode("cp437").decode())
    except UnicodeError:
        return entry.filename


def _why_left_out(entry: zipfile.ZipInfo, place: PurePosixPath) -> str:
    """The reason why an entry is not unpacked, as words that follow its name; "" if it may be."""
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "is a link, not a file"
    odd = place.is_absolute() or ":" in str(place) or "\0" in str(place) or len(place.parts) > DEPTH_LIMIT
    odd = odd or any(part == ".." or len(part) > 200 for part in place.parts)
    return "has a path that is not safe to unpack" if odd else ""
