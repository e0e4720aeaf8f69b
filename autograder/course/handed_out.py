"""The record that a release keeps beside its files: the sha256 of each of them."""

import json
from pathlib import Path, PurePosixPath

from ..common.files import sha256

RECORD = ".release.json"


def read_record(folder: Path) -> dict[str, frozenset[str]]:
    """Path -> the sha256 sums that the file may have, for all files of a release; empty if no record can be read.

    A file has several sums if an update was interrupted. Paths that lead out of the folder are left out.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        known = {name: frozenset([sums] if isinstance(sums, str) else sums) for name, sums in record.items()}
    except (OSError, ValueError, RecursionError, AttributeError, TypeError):
        return {}
    return {name: sums for name, sums in known.items() if ".." not in PurePosixPath(name).parts and name[:1] != "/"}


def sums_of(path: Path) -> frozenset[str]:
    """The sha256 sums of a file as it is and with Unix line ends; empty if there is no such file. Raises OSError."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return frozenset()
    return frozenset(map(sha256, {content, content.replace(b"\r\n", b"\n")}))
