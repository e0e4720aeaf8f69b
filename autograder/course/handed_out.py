"""What a release made, as it is written down beside it: the sha256 of every file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath

RECORD = ".release.json"


def read_record(folder: Path) -> dict[str, frozenset[str]]:
    """The files of a release by their paths, with the sha256 that each may have; empty where no record can be read.

    Several of a file mean that an update was interrupted. A path that leads out of the folder does not count.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        known = {name: frozenset([sums] if isinstance(sums, str) else sums) for name, sums in record.items()}
    except (OSError, ValueError, RecursionError, AttributeError, TypeError):
        return {}
    return {name: sums for name, sums in known.items() if ".." not in PurePosixPath(name).parts and name[:1] != "/"}


def sums_of(path: Path) -> frozenset[str]:
    """The sha256 of a file, as it lies there and with Unix line ends; empty where no file is. Raises OSError."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return frozenset()
    return frozenset(hashlib.sha256(each).hexdigest() for each in {content, content.replace(b"\r\n", b"\n")})
