"""Gray pictures as PNG, made without a library. A page holds hundreds of small ones."""

import base64
import struct
import zlib


def gray_png(pixels: bytes, width: int, height: int) -> bytes:
    """A gray picture as a PNG file. pixels: one byte for each pixel, row by row; 0 is black."""
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def picture_uri(pixels: bytes, width: int, height: int) -> str:
    """The same picture as a data URI, which a page can contain: `data:image/png;base64,...`."""
    return "data:image/png;base64," + base64.b64encode(gray_png(pixels, width, height)).decode()
