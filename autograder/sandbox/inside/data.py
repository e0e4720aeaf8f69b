"""Decide which values are data and may leave the sandbox. The bounds are what a check can ever need to look at."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from . import wire

MAX_ELEMENTS = 8 << 20  # of a tensor: ten thousand small gray images have 7.84 million
MAX_RANK = 8
MAX_ITEMS = 1 << 16  # of all tuples, lists and dicts of a value together
MAX_NESTING = 8
MAX_TEXT = 2000  # characters
DTYPES = (
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
    torch.float16, torch.bfloat16, torch.float32, torch.float64,
)  # fmt: skip
_WIDE_UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)  # torch can do little with these: only single numbers cross

NOT_DATA = object()


class _Room:
    """How many items a value may still have."""

    def __init__(self) -> None:
        self.left = MAX_ITEMS

    def take(self, count: int) -> bool:
        """Take room for `count` more items. Returns whether they fit."""
        self.left -= count
        return self.left >= 0


def to_data(value: object) -> Any:
    """In the sandbox: the value as the wire carries it, or ``NOT_DATA`` if the object must stay there.

    Views, graphs and subclasses become plain tensors.
    """
    return _data(value, 0, _Room())


def _data(value: object, depth: int, room: _Room) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.generic):
        item = float(value) if value.dtype.kind == "f" else value.item()
        return NOT_DATA if isinstance(item, np.generic) else _data(item, depth, room)
    if isinstance(value, (str, int, float)):
        plain = str(value) if isinstance(value, str) else int(value) if isinstance(value, int) else float(value)
        return plain if _scalar_fits(plain) else NOT_DATA
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray):
        return _array(value, depth, room)
    if depth > MAX_NESTING:
        return NOT_DATA
    if isinstance(value, (tuple, list)):
        items = []
        for item in value:  # its length may be wrong, and it may never end
            data = _data(item, depth + 1, room) if room.take(1) else NOT_DATA
            if data is NOT_DATA:
                return NOT_DATA
            items.append(data)
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, Mapping):  # a dict that cannot be changed, for one
        pairs = {}
        for key, item in value.items():
            fitting = room.take(2)
            name, data = (_data(part, depth + 1, room) if fitting else NOT_DATA for part in (key, item))
            if not wire.may_be_key(name) or data is NOT_DATA:
                return NOT_DATA
            pairs[name] = data
        return pairs
    if isinstance(value, (set, frozenset)):
        keys = set()
        for item in value:
            key = _data(item, depth + 1, room) if room.take(2) else NOT_DATA
            if not wire.may_be_key(key):
                return NOT_DATA
            keys.add(key)
        return keys
    return NOT_DATA


def _tensor(tensor: torch.Tensor) -> Any:
    with torch._C.DisableTorchFunctionSubclass():
        plain = tensor.detach()
        if plain.is_meta or plain.is_nested or plain.numel() > MAX_ELEMENTS or plain.dim() > MAX_RANK:
            return NOT_DATA
        if plain.layout is not torch.strided or plain.is_quantized:
            try:
                plain = plain.dequantize() if plain.is_quantized else plain.to_dense()
            except RuntimeError:  # torch itself cannot read it out
                return NOT_DATA
        if plain.dtype in _WIDE_UNSIGNED and plain.dim() == 0:
            return _data(plain.item(), 0, _Room())
        if plain.dtype not in DTYPES:
            return NOT_DATA
        if type(plain) is not torch.Tensor:
            plain = plain.as_subclass(torch.Tensor)
        return plain.cpu()


def _array(array: np.ndarray, depth: int, room: _Room) -> Any:
    if array.size > MAX_ELEMENTS or array.ndim > MAX_RANK or np.ma.is_masked(array):  # masked values are not an answer
        return NOT_DATA
    if array.dtype.names and depth <= MAX_NESTING:  # a table becomes its columns
        return _data({name: array[name] for name in array.dtype.names}, depth, room)
    if array.dtype.kind == "O":  # it may hold anything, such as rows of different lengths
        return _data(array.tolist(), depth, room) if array.size <= MAX_ITEMS else NOT_DATA
    if array.dtype.kind == "U":
        texts = wire.TextArray(array.shape, tuple(array.reshape(-1).tolist())) if room.take(array.size) else None
        return texts if texts is not None and _texts_fit(texts) else NOT_DATA
    if array.dtype.kind not in "biuf":
        return NOT_DATA
    native = np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
    try:
        tensor = torch.from_numpy(native)
    except TypeError:  # torch has no such dtype
        return NOT_DATA
    if tensor.dtype in _WIDE_UNSIGNED and tensor.dim() == 0:
        return _data(tensor.item(), 0, _Room())
    return wire.Array(tensor) if tensor.dtype in DTYPES else NOT_DATA


def _texts_fit(array: wire.TextArray) -> bool:
    longest = max(map(len, array.texts), default=0)  # numpy gives each text the room of the longest
    return len(array.shape) <= MAX_RANK and longest <= MAX_TEXT and longest * len(array.texts) <= MAX_ELEMENTS


def sent(value: Any) -> Any:
    """In the grader: an argument as the wire carries it, with all arrays and numbers of numpy inside it converted.

    Raises :class:`wire.WireError` for an array that cannot cross.
    """
    if isinstance(value, np.generic):  # as an array without axes; received() makes it a number again
        crossing = _array(np.asarray(value), 0, _Room())
        return crossing if isinstance(crossing, (wire.Array, wire.TextArray)) else value.item()
    if isinstance(value, np.ndarray):
        crossing = _array(value, 0, _Room())
        if not isinstance(crossing, (wire.Array, wire.TextArray)):
            raise wire.WireError(f"this cannot cross: {name_of(value)}")
        return crossing
    if type(value) in (tuple, list):
        return type(value)(map(sent, value))
    if type(value) is set:
        return set(map(_plain_key, value))
    if type(value) is dict:
        return {_plain_key(key): sent(item) for key, item in value.items()}
    return value


def _plain_key(key: Any) -> Any:
    if type(key) is tuple:
        return tuple(map(_plain_key, key))
    return key.item() if isinstance(key, np.generic) else key


def received(array: wire.Array | wire.TextArray) -> Any:
    """In the sandbox: turn what :func:`sent` made back into numpy's array or number, for a task."""
    return as_numpy(array)[()]


def as_numpy(array: wire.Array | wire.TextArray) -> np.ndarray:
    """The numpy array that crosses the wire as a tensor or as texts."""
    if isinstance(array, wire.TextArray):
        return np.array(array.texts, dtype=np.str_).reshape(array.shape)
    return array.tensor.numpy()


def _scalar_fits(value: str | int | float) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return isinstance(value, float) or -wire.MAX_INTEGER <= value < wire.MAX_INTEGER


def fits(value: Any) -> bool:
    """In the grader: is a value from the wire within the bounds? What :func:`to_data` makes always is."""
    return _fits(value, 0, _Room())


def _fits(value: Any, depth: int, room: _Room) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, (str, int, float)):
        return _scalar_fits(value)
    if isinstance(value, wire.Array):
        if value.tensor.dtype is torch.bfloat16:  # numpy does not have it
            return False
        value = value.tensor
    if isinstance(value, wire.TextArray):
        return room.take(len(value.texts)) and _texts_fit(value)
    if isinstance(value, torch.Tensor):
        return value.dtype in DTYPES and value.dim() <= MAX_RANK and value.numel() <= MAX_ELEMENTS
    if depth > MAX_NESTING:
        return False
    if isinstance(value, (tuple, list, set)):
        return room.take(len(value)) and all(_fits(item, depth + 1, room) for item in value)
    if isinstance(value, dict):
        room.take(2 * len(value))
        parts = (part for pair in value.items() for part in pair)
        return room.left >= 0 and all(_fits(part, depth + 1, room) for part in parts)
    return False


def name_of(value: object) -> str:
    """Words for a value that is not data, to go after "a" or "an": its class, or "int8 tensor of shape (60000000,)"."""
    name = type(value).__name__
    if isinstance(value, wire.Array):
        value = value.tensor
    if isinstance(value, torch.Tensor):
        with torch._C.DisableTorchFunctionSubclass():
            if value.is_nested:  # its parts differ in shape, so it has no shape
                return "nested tensor"
            empty = " without numbers (it lies on the meta device)" if value.is_meta else ""
            return f"{str(value.dtype).removeprefix('torch.')} tensor of {_extent(tuple(value.shape))}{empty}"
    if isinstance(value, np.ndarray):
        masked = "masked " if np.ma.is_masked(value) else ""
        return f"{masked}{value.dtype} array of {_extent(value.shape)}"
    if type(value) in (tuple, list, dict) and isinstance(value, (tuple, list, dict)) and len(value) > MAX_ITEMS // 2:
        return f"{name} of {len(value):,} items"
    if type(value) is str and len(value) > MAX_TEXT:
        return f"text of {len(value):,} characters"
    if type(value) is int and not _scalar_fits(value):
        return f"whole number of some {value.bit_length() * 3 // 10:,} digits"
    return name


def _extent(shape: tuple[int, ...]) -> str:
    return f"shape {shape}" if len(shape) <= MAX_RANK else f"{len(shape)} axes"
