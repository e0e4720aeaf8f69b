"""Small pictures of clothes."""

from __future__ import annotations

import struct
import zlib

from autograder.common.png import gray_png
from autograder.course.course import Course
from autograder.report.pictures import Pictures
from tests.support.places import ROOT


def test_a_picture_holds_its_pixels() -> None:
    pixels = bytes(range(256)) * 4
    data = gray_png(pixels[: 28 * 28], 28, 28)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    (length,) = struct.unpack(">I", data[33:37])
    assert data[37:41] == b"IDAT"
    rows = zlib.decompress(data[41 : 41 + length])
    assert b"".join(rows[i * 29 + 1 : i * 29 + 29] for i in range(28)) == pixels[: 28 * 28]


def test_pictures_that_are_not_there() -> None:
    pictures = Pictures(Course(ROOT))
    assert pictures.uri("a5_fashion_mnist", 0).startswith("data:image/png;base64,")
    assert pictures.uri("a5_fashion_mnist", 2000) == ""
    assert pictures.uri("a1_permute", 0) == "", "an assignment without a network has no pictures"
    assert Pictures(Course(ROOT / "nowhere")).uri("a5_fashion_mnist", 0) == ""
    assert Pictures(None).uri("a5_fashion_mnist", 0) == ""
