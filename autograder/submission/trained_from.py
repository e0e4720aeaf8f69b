"""Where trained weights come from: the code that trained them, their accuracy, and the number of training images.

`autograder train` writes this into the metadata of the safetensors file. A student can change it, so it serves for notes
to people, never for points. No tensor is read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

_CODE, _ACCURACY, _IMAGES = "autograder.code", "autograder.accuracy", "autograder.images"
_HEADER_LIMIT = 1 << 20  # bytes: a network has about a hundred tensors, with one line of the header for each


@dataclass(frozen=True)
class Origin:
    """Where weights come from. code: `Source.code_digest` of the code that trained them; "" if the file does not say.

    accuracy: the share of held-out images that were right, 0 to 1. images: the number of training images.
    """

    code: str = ""
    accuracy: float | None = None
    images: int | None = None

    def metadata(self) -> dict[str, str]:
        """The metadata to write into a safetensors file."""
        known = {_CODE: self.code, _ACCURACY: self.accuracy, _IMAGES: self.images}
        return {key: str(value) for key, value in known.items() if value not in ("", None)}

    def is_older_than(self, code_digest: str) -> bool:
        """Whether the code has changed since, apart from comments. False if the file does not name its code."""
        return bool(self.code) and self.code != code_digest


def origin_of(weights: bytes) -> Origin | None:
    """The origin that a safetensors file states; an empty Origin if it states none, None if it is no such file."""
    size = int.from_bytes(weights[:8], "little")
    if not 0 < size <= min(_HEADER_LIMIT, len(weights) - 8):
        return None
    try:
        header = json.loads(weights[8 : 8 + size])
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, Mapping):
        return None
    said = header.get("__metadata__")
    if not isinstance(said, Mapping):
        return Origin()
    accuracy, images = _number(said.get(_ACCURACY), 1.0), _number(said.get(_IMAGES), 1e9)
    code = said.get(_CODE)
    code = code if isinstance(code, str) and len(code) <= 64 else ""
    return Origin(code, accuracy, None if images is None else int(images))


def _number(text: object, most: float) -> float | None:
    try:
        number = float(text) if isinstance(text, str) else -1.0
    except ValueError:
        return None
    return number if 0 <= number <= most else None
