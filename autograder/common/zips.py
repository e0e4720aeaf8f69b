"""Making zip files: the same files give the same bytes, at any time and on any machine."""

import io
import stat
import zipfile
from collections.abc import Collection, Mapping


def zip_of(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """The bytes of a zip file. files: path in the zip -> content. programs: the paths of the executable files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # its date is 1980, always
            entry.create_system = 3  # Unix, so that the modes are read
            entry.external_attr = (stat.S_IFREG | (0o755 if name in programs else 0o644)) << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()
