"""Test images as pictures in a page: read without torch, a few hundred bytes each."""

from __future__ import annotations

import functools
from pathlib import Path

from ..common.errors import UserError
from ..common.png import picture_uri
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
        return picture_uri(images.data[start : start + SIDE * SIDE], SIDE, SIDE)

    @functools.cached_property
    def _images(self) -> Idx | None:
        if self._root is None:
            return None
        try:
            images = parse_idx(read_file(images_path(self._root, "test")))
        except (UserError, ValueError):
            return None
        return images if images.shape[1:] == (SIDE, SIDE) else None
