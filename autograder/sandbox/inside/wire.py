"""The wire between the grader and the process that runs student code: data only, sizes capped before allocation.

A message is a dict of named fields, a frame ``<u32 header length><u64 body length><header><body>``. The header is a
JSON object with a node for each field: numbers and texts are written as they are, a tuple as a list, and what JSON does
not have gets a tag. The body is the raw bytes of the tensors, one after the other in the order in which the header
names them. Nothing is ever unpickled, imported or evaluated. Every byte that comes from a sandbox may be hostile:
:func:`decode` raises :class:`WireError` for anything that is not exactly a frame of ours.
"""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

MAX_HEADER = 1 << 20  # bytes of JSON in one frame
MAX_BODY = 64 << 20  # bytes of tensors in one frame
MAX_DEPTH = 32  # nesting of tuples, lists and dicts
MAX_FIELDS = 64  # of a message
MAX_TEXT = 64 << 10  # characters of one string
MAX_INTEGER = 1 << 63  # a number that fits no tensor or float would break the code that computes with it
_EXACT = 1 << 53  # integers up to here are the same in every reader of JSON
MAX_ENTRIES = 2048  # of all dicts in a frame: if keys are chosen to collide, each is compared with all before it
_PREFIX = struct.Struct("<IQ")

# Every dtype that may cross, by name. The wire carries bytes, so it needs to know only an element's width.
DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in "bool uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64 "
    "complex128".split()
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}


class WireError(Exception):
    """What came is not a frame of ours: torn, malformed, or over a cap."""


@dataclass(frozen=True)
class Handle:
    """An object that stays in the sandbox: its number there, and its class name."""

    number: int
    type_name: str = ""


@dataclass(frozen=True)
class SandboxTensor:
    """A tensor that already lies in the sandbox (the training data), or a slice of it along the first axis."""

    name: str
    start: int | None = None
    stop: int | None = None

    def __getitem__(self, part: slice) -> SandboxTensor:
        """``TRAIN_IMAGES[:512]``: the same tensor, sliced once."""
        if part.step is not None or self.start is not None or self.stop is not None:
            raise ValueError("a tensor of the sandbox is sliced once, without a step")
        return SandboxTensor(self.name, part.start, part.stop)


@dataclass(frozen=True)
class Array:
    """A numpy array on the wire, as a tensor of the same dtype and shape."""

    tensor: torch.Tensor


@dataclass(frozen=True)
class TextArray:
    """A numpy array of texts on the wire: its shape, and its texts in row-major order."""

    shape: tuple[int, ...]
    texts: tuple[str, ...]


_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)


class _Parts(list[bytes]):
    """The parts of a body. entries: how many all dicts and sets have so far."""

    entries = 0


def encode(message: Mapping[str, object]) -> tuple[bytes, list[bytes]]:
    """A message as header and body parts. Raises :class:`WireError` for what is not plain data."""
    parts = _Parts()
    header = _JSON.encode({name: _node(value, parts, 0) for name, value in message.items()}).encode("ascii")
    if len(header) > MAX_HEADER or sum(map(len, parts)) > MAX_BODY:
        raise WireError("the message is larger than a frame may be")
    return header, parts


def _node(value: Any, parts: _Parts, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        # A lone surrogate is legal in JSON's escapes and in Python: it travels as it is.
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT]
    if kind is int:
        return value if -_EXACT <= value <= _EXACT else {"i": str(_integer(value))}
    if value is None or kind is bool:
        return value
    if kind is tuple:
        return _nodes(value, parts, depth)
    if isinstance(value, torch.Tensor):
        return _tensor_node("x", value, parts)
    if kind is float:
        return value if math.isfinite(value) else {"f": repr(value)}
    if kind is list:
        return {"l": _nodes(value, parts, depth)}
    if kind is dict or kind is set:
        parts.entries += len(value)
        if parts.entries > MAX_ENTRIES:
            raise WireError("the dicts and sets have too many entries")
        if kind is set:
            return {"s": _nodes(value, parts, depth)}
        return {"d": [_nodes(pair, parts, depth) for pair in value.items()]}
    if isinstance(value, Array):
        return _tensor_node("a", value.tensor, parts)
    if isinstance(value, TextArray):
        return {"t": _nodes((value.shape, value.texts), parts, depth)}
    if isinstance(value, Handle):
        return {"h": [value.number, value.type_name[:200]]}
    if isinstance(value, SandboxTensor):
        return {"r": [value.name, value.start, value.stop]}
    raise WireError(
        f"a {kind.__name__} is not data, as numbers, texts, lists, tuples, dicts, sets, tensors and arrays are"
    )


def _nodes(values: Iterable[Any], parts: _Parts, depth: int) -> list[Any]:
    if depth >= MAX_DEPTH:
        raise WireError("the message is nested too deeply")
    return [_node(value, parts, depth + 1) for value in values]


def _tensor_node(tag: str, tensor: torch.Tensor, parts: list[bytes]) -> Any:
    name = _NAMES.get(tensor.dtype)
    if name is None:
        raise WireError(f"a tensor of dtype {tensor.dtype} cannot cross")
    parts.append(tensor_bytes(tensor))
    return {tag: [name, list(tensor.shape)]}


def tensor_bytes(tensor: torch.Tensor) -> bytes:
    """The tensor's elements in row-major order, in the machine's byte order."""
    plain = tensor.detach()
    try:
        data: bytes = plain.numpy().tobytes()
    except (TypeError, RuntimeError, ValueError):  # numpy has no such dtype or rank, or a conjugate is not yet resolved
        flat = plain.contiguous().reshape(-1)
        if flat.numel() == 1:  # contiguous with any stride, but a view of bytes needs 1
            flat = flat.as_strided((1,), (1,))
        if flat.is_complex():
            flat = torch.view_as_real(flat.resolve_conj()).reshape(-1)
        data = flat.resolve_neg().view(torch.uint8).numpy().tobytes()
    return data


def decode(
    header: bytes,
    body: bytearray,
    handle: Callable[[Handle], object] = lambda h: h,
    kept: Callable[[SandboxTensor], object] = lambda r: r,
    array: Callable[[Array | TextArray], object] = lambda a: a,
) -> dict[str, Any]:
    """The message of a frame. ``handle``, ``kept``, ``array``: make what replaces those. Raises :class:`WireError`."""
    try:
        tree = json.loads(header.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise WireError("the header is not JSON") from error
    if not isinstance(tree, dict) or len(tree) > MAX_FIELDS:
        raise WireError("a message is an object of a few fields")
    reader = _Reader(body, handle, kept, array)
    message = {name: reader.value(node, 0) for name, node in tree.items()}
    if reader.at != len(body):
        raise WireError("the body is longer than its header says")
    return message


class _Reader:
    """Walks a header's tree and takes each tensor's bytes from the body in turn, so no two can share bytes."""

    def __init__(
        self,
        body: bytearray,
        handle: Callable[[Handle], object],
        kept: Callable[[SandboxTensor], object],
        array: Callable[[Array | TextArray], object],
    ) -> None:
        self.body, self.handle, self.kept, self.array, self.at = body, handle, kept, array, 0
        self.entries = 0

    def value(self, node: Any, depth: int) -> Any:
        kind = type(node)
        if kind is int:
            return node if -_EXACT <= node <= _EXACT else _integer(node)
        if kind is str or kind is float or kind is bool or node is None:
            return node
        if kind is list:
            return tuple(self.values(node, depth))
        if len(node) != 1:
            raise WireError("a node has exactly one tag")
        ((tag, content),) = node.items()
        if tag == "i" and isinstance(content, str):
            return _big_integer(content)
        if tag == "f" and content in ("nan", "inf", "-inf"):
            return float(content)
        if not isinstance(content, list):
            raise WireError("a tag's content is a list")
        if tag == "x":
            return self.tensor(content)
        if tag == "a":
            return self.array(Array(self.tensor(content)))
        if tag == "t":
            return self.array(self.texts(content, depth))
        if tag == "s":
            return self.set(content, depth)
        if tag == "l":
            return self.values(content, depth)
        if tag == "d":
            return self.mapping(content, depth)
        if tag == "h" and list(map(type, content)) == [int, str]:
            return self.handle(Handle(*content))
        if tag == "r" and len(content) == 3 and isinstance(content[0], str) and _bounds(content[1:]):
            return self.kept(SandboxTensor(*content))
        raise WireError("a node has no tag of ours")

    def values(self, nodes: list[Any], depth: int) -> list[Any]:
        if depth >= MAX_DEPTH:
            raise WireError("the message is nested too deeply")
        return [self.value(node, depth + 1) for node in nodes]

    def count(self, entries: int) -> None:
        """Take note of the entries of a dict or a set. Raises if all of them together have too many."""
        self.entries += entries
        if self.entries > MAX_ENTRIES:
            raise WireError("the dicts and sets have too many entries")

    def set(self, content: list[Any], depth: int) -> set[Any]:
        self.count(len(content))
        items = self.values(content, depth)
        if not all(map(may_be_key, items)):
            raise WireError("a set holds numbers, texts and tuples of those")
        return set(items)

    def texts(self, content: list[Any], depth: int) -> TextArray:
        match self.values(content, depth):
            case [tuple(shape), tuple(texts)]:
                sizes_fit = all(type(size) is int and 0 <= size <= len(texts) for size in shape) and len(shape) <= 64
                if sizes_fit and math.prod(shape) == len(texts) and all(isinstance(text, str) for text in texts):
                    return TextArray(shape, texts)
        raise WireError("an array of texts is its shape and its texts")

    def mapping(self, content: list[Any], depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        self.count(len(content))
        for pair in content:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("a dict is a list of pairs")
            key, value = self.values(pair, depth)
            if not may_be_key(key):
                raise WireError("a dict's key is a number, a text or a tuple of those")
            result[key] = value
        return result

    def tensor(self, content: list[Any]) -> torch.Tensor:
        if len(content) != 2 or not isinstance(content[0], str) or not isinstance(content[1], list):
            raise WireError("a tensor is its dtype and its shape")
        name, shape = content
        if name not in DTYPES or len(shape) > 64:
            raise WireError("a tensor of an unknown dtype or rank")
        count, span = 1, 1
        for size in shape:
            if type(size) is not int or not 0 <= size <= MAX_BODY:
                raise WireError("a tensor's sizes are whole numbers")
            count *= size
            span *= max(size, 1)  # strides are computed for an empty tensor too, and overflow
            if span > MAX_BODY:
                raise WireError("a tensor is larger than a frame may be")
        dtype = DTYPES[name]
        length = count * dtype.itemsize
        if self.at + length > len(self.body):
            raise WireError("a tensor is longer than the body")
        start, self.at = self.at, self.at + length
        if count == 0:
            return torch.empty(shape, dtype=dtype)
        raw = torch.frombuffer(self.body, dtype=torch.uint8, count=length, offset=start)
        # A bool with a byte other than 0 or 1 is undefined. A clone is aligned (else torch crashes) and owns its bytes.
        return (raw != 0).reshape(shape) if dtype is torch.bool else raw.clone().view(dtype).reshape(shape)


def _big_integer(text: str) -> int:
    if len(text) > 20:
        raise WireError("a number has too many digits")
    try:
        return _integer(int(text))
    except ValueError as error:
        raise WireError("a number is no number") from error


def _integer(number: int) -> int:
    if not -MAX_INTEGER <= number < MAX_INTEGER:
        raise WireError("a number has more than 64 bits")
    return number


def _bounds(content: list[Any]) -> bool:
    return all(item is None or type(item) is int for item in content)


def may_be_key(key: object) -> bool:
    """May it be the key of a dict, or an item of a set?"""
    if isinstance(key, tuple):
        return all(map(may_be_key, key))
    return key is None or isinstance(key, (bool, int, float, str))


def send(sock: socket.socket, message: Mapping[str, object]) -> None:
    """Send one frame. Raises OSError if the other end is gone, TimeoutError if it does not read."""
    for piece in frame(message):
        sock.sendall(piece)


def frame(message: Mapping[str, object]) -> list[bytes]:
    """The bytes to send. A small frame is one piece: each send may cost the sender its turn on the processor."""
    header, parts = encode(message)
    opening = prefix(header, parts) + header
    if sum(map(len, parts)) <= _SMALL:
        return [b"".join([opening, *parts])]
    return [opening, *parts]


_SMALL = 64 << 10  # bytes: beyond this, joining the parts costs more than sending each


def prefix(header: bytes, parts: list[bytes]) -> bytes:
    """The first bytes of a frame: how long this header and these body parts are."""
    return _PREFIX.pack(len(header), sum(map(len, parts)))


def parse_prefix(prefix: bytes) -> tuple[int, int]:
    """Header and body length of the frame with this prefix. Raises :class:`WireError` if one is over its cap."""
    header, body = _PREFIX.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise WireError("the frame is larger than a frame may be")
    return header, body


def receive(
    read: Callable[[int], bytes],
    handle: Callable[[Handle], object] = lambda h: h,
    kept: Callable[[SandboxTensor], object] = lambda r: r,
    array: Callable[[Array | TextArray], object] = lambda a: a,
) -> dict[str, Any]:
    """One message; ``read(n)`` returns exactly n bytes or raises."""
    header_length, body_length = parse_prefix(read(_PREFIX.size))
    header = read(header_length)
    body = bytearray()
    while len(body) < body_length:  # memory grows with what has arrived, not with what was announced
        body += read(min(MAX_HEADER, body_length - len(body)))
    return decode(header, body, handle, kept, array)


def read_exactly(sock: socket.socket, length: int) -> bytes:
    """``length`` bytes from a blocking socket. Raises EOFError if the other end is closed."""
    chunks = bytearray()
    while len(chunks) < length:
        chunk = sock.recv(length - len(chunks))
        if not chunk:
            raise EOFError
        chunks += chunk
    return bytes(chunks)
