"""Zip files that we make: the same files give the same bytes, whenever and wherever."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Collection, Mapping


def zip_of(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """A zip of these files, by their paths in it. programs: those of them that may be run."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # its date is 1980, always
            entry.create_system = 3  # Unix, so that the modes are read
            entry.external_attr = (stat.S_IFREG | (0o755 if name in programs else 0o644)) << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()
