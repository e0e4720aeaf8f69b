"""Test images as pictures in a page: read without torch, written as PNG by hand, a few hundred bytes each."""

from __future__ import annotations

import base64
import functools
import struct
import zlib
from pathlib import Path

from ..common.errors import UserError
from ..data.idx import Idx, parse_idx, read_file
from ..data.subset import images_path

SIDE = 28


class Pictures:
    """The test images of a course, where it has them. `root` is its data/, None without a course."""

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def uri(self, number: int) -> str:
        """A test image as a `data:` address; "" when there is no such image."""
        images = self._images
        if images is None or not 0 <= number < images.shape[0]:
            return ""
        start = number * SIDE * SIDE
        return "data:image/png;base64," + base64.b64encode(png(images.data[start : start + SIDE * SIDE])).decode()

    @functools.cached_property
    def _images(self) -> Idx | None:
        if self._root is None:
            return None
        try:
            images = parse_idx(read_file(images_path(self._root, "test")))
        except (UserError, ValueError):
            return None
        return images if images.shape[1:] == (SIDE, SIDE) else None


def png(pixels: bytes) -> bytes:
    """A grayscale PNG of 28 x 28 bytes."""
    rows = b"".join(b"\0" + pixels[i : i + SIDE] for i in range(0, SIDE * SIDE, SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
