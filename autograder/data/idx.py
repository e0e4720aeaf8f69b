"""IDX, a file format for labelled images: a magic number, big-endian axis lengths, then the bytes.

Only `to_examples` imports torch.
"""

import gzip
import io
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import UserError
from ..common.files import sha256
from .dataset import Examples

GZIP_MAGIC = b"\x1f\x8b"
# The official training images, the largest file that we read, unpack to 47 MB.
LARGEST = 64_000_000


@dataclass(frozen=True)
class Idx:
    """An unpacked IDX file of unsigned bytes. shape: its axis lengths. data: its bytes in C order."""

    shape: tuple[int, ...]
    data: bytes


def parse_idx(content: bytes) -> Idx:
    """Read the unpacked bytes of an IDX file. Raises ValueError, which says what is wrong."""
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError("it is not an IDX file of unsigned bytes")
    axes = content[3]
    start = 4 + 4 * axes
    if axes == 0 or len(content) < start:
        raise ValueError("its header is cut off")
    shape = struct.unpack(f">{axes}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise ValueError(f"its header announces {math.prod(shape)} bytes and {len(content) - start} follow")
    return Idx(shape, content[start:])


def format_idx(idx: Idx) -> bytes:
    """The inverse of `parse_idx`."""
    return b"\x00\x00\x08" + bytes([len(idx.shape)]) + struct.pack(f">{len(idx.shape)}I", *idx.shape) + idx.data


def pack(content: bytes) -> bytes:
    """Compress with gzip. The header holds no name and no time, so that it is the same in every run.

    The deflate stream is zlib's at level 9. Another implementation (zlib-ng) may write other bytes, which unpack to the
    same content.
    """
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


def unpack(content: bytes, largest: int = LARGEST) -> bytes:
    """Undo gzip. Content that is not gzipped is returned as it is.

    Unpacks at most `largest` bytes. Raises ValueError, which says what is wrong, if there are more or some are damaged.
    """
    if not content.startswith(GZIP_MAGIC):
        return content
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = inflate.decompress(content, largest)
    except zlib.error as error:
        raise ValueError("it does not unpack: some of its bytes are wrong") from error
    if not inflate.eof:
        grows = inflate.unconsumed_tail or len(unpacked) == largest
        raise ValueError(f"it unpacks to more than {largest:,} bytes" if grows else "it is cut off")
    return unpacked


def read_file(path: Path) -> bytes:
    """The file's bytes, unpacked. Raises UserError if it is missing or unreadable, or does not unpack."""
    try:
        return unpack(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path} is missing.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise UserError(f"{path} is damaged: {error}.") from error


def read_checked(path: Path, checksum: str, whose: str, remedy: str) -> bytes:
    """The file's bytes, unpacked. Raises UserError, which ends with the remedy, if they cannot be read or are others.

    checksum: the sha256 that they should have. whose: whose checksum that is, in words: "the manifest's".
    """
    try:
        content = read_file(path)
    except UserError as error:
        raise UserError(f"{error} {remedy}") from error
    if sha256(content) != checksum:
        raise UserError(f"{path} is damaged: its checksum is not {whose}. {remedy}")
    return content


def to_examples(images: bytes, labels: bytes, source: str) -> Examples:
    """Two unpacked IDX files as tensors: items uint8 (N, H, W), labels int64 (N,).

    Raises UserError, which names `source`, if one is damaged or they do not fit together.
    """
    import torch

    try:
        pixels, classes = parse_idx(images), parse_idx(labels)
    except ValueError as error:
        raise UserError(f"{source} is damaged: {error}.") from error
    if len(pixels.shape) != 3 or not classes.data:
        raise UserError(f"{source} holds shape {pixels.shape}; images have shape (N, H, W), and there is one at least.")
    if classes.shape != pixels.shape[:1]:
        raise UserError(f"{source} holds {pixels.shape[0]} images, but labels of shape {classes.shape}.")
    # A bytearray, because torch warns about a tensor on read-only bytes.
    return Examples(
        items=torch.frombuffer(bytearray(pixels.data), dtype=torch.uint8).reshape(pixels.shape),
        labels=torch.frombuffer(bytearray(classes.data), dtype=torch.uint8).to(torch.int64),
    )
