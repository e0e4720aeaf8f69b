"""Whatever bytes come over the wire: a message, or a WireError, soon, and no allocation beyond the caps.

Longer, ten minutes for each of the four: FUZZ_SECONDS=600 pytest tests/sandbox/inside/test_wire.py
"""

import json
import math
import os
import struct
import time

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.sandbox.inside import wire

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))


def fuzzed(*strategies):
    """Run a test on a hundred examples, and on more until FUZZ_SECONDS have passed."""

    def decorate(function):
        quick = settings(
            max_examples=2000 if SECONDS else 120,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        inner = quick(given(*strategies)(function))

        def test():
            end = time.monotonic() + SECONDS
            inner()
            while time.monotonic() < end:
                inner()

        test.__name__ = function.__name__
        return test

    return decorate


sizes = st.one_of(st.integers(0, 5), st.sampled_from([-1, 2**26, 2**31, 2**53, 2**63, 10**400, True, 1.0, None, "3"]))
dtypes = st.one_of(st.sampled_from([*wire.DTYPES, "object", "float8_e4m3fn", "qint8", ""]), st.integers())
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.text(st.characters(categories=["Cs"]), max_size=3),
)  # fmt: skip


def nodes(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Nodes of the header's tree, most of them almost right."""
    tensors = st.tuples(dtypes, st.lists(sizes, max_size=70)).map(list)
    contents = st.one_of(
        tensors,
        st.lists(children, max_size=4),
        st.lists(st.tuples(children, children).map(list), max_size=4),
        st.tuples(scalars, scalars, scalars).map(list),
        scalars,
    )
    tagged = st.tuples(st.sampled_from(["i", "f", "l", "d", "x", "a", "h", "r", "z"]), contents).map(
        lambda pair: {pair[0]: pair[1]}
    )
    return st.one_of(st.lists(children, max_size=4), tagged, st.dictionaries(st.text(max_size=2), children, max_size=3))


trees = st.recursive(scalars, nodes, max_leaves=30)
headers = st.one_of(st.dictionaries(st.text(max_size=6), trees, max_size=5), trees)


def read_all(data: bytes):
    """What `wire.receive` makes of these bytes and nothing after them; None for a refusal."""
    at = 0
    largest = 0

    def read(length: int) -> bytes:
        nonlocal at, largest
        largest = max(largest, length)
        if at + length > len(data):
            raise EOFError
        at += length
        return data[at - length : at]

    try:
        return wire.receive(read)
    except (wire.WireError, EOFError):
        return None
    finally:
        assert largest <= 1 << 20, "a read asks for what was announced, not for what is there"


@fuzzed(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_refused(data):
    read_all(data)


@fuzzed(headers, st.binary(max_size=200), st.integers(-3, 3), st.integers(-3, 3))
def test_any_header_is_a_message_or_refused(tree, body, more_header, more_body):
    header = json.dumps(tree).encode("ascii")
    lengths = max(0, len(header) + more_header), max(0, len(body) + more_body)
    read_all(struct.pack("<IQ", *lengths) + header + body)


messages = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=20),
        st.tuples(st.sampled_from(list(wire.DTYPES.values())), st.lists(st.integers(0, 4), max_size=4)).map(
            lambda pair: torch.arange(1, math.prod(pair[1]) + 1).reshape(pair[1]).to(pair[0])
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=4), st.integers(-(2**63), 2**63 - 1)), inner, max_size=4),
    ),
    max_leaves=20,
)  # fmt: skip


def same(a, b) -> bool:
    """Equal, tensors included."""
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


@fuzzed(messages)
def test_what_is_sent_arrives(message):
    header, parts = wire.encode({"value": message})
    assert same({"value": message}, read_all(wire.prefix(header, parts) + header + b"".join(parts)))


@fuzzed(messages, st.data())
def test_a_frame_with_a_byte_changed_is_a_message_or_refused(message, data):
    header, parts = wire.encode({"number": 5, "value": message})
    frame = bytearray(wire.prefix(header, parts) + header + b"".join(parts))
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] = data.draw(st.integers(0, 255))
    read_all(bytes(frame))


@pytest.mark.parametrize(
    "node",
    [
        b"[" * 1_000_000,
        b"[" * 40 + b"]" * 40,
        b'{"l":' * 40 + b"[]" + b"}" * 40,
        b"9" * 1_000_000,
        b"{}",
        b'{"l":[],"d":[]}',
        b'{"x":["float32",[0,67108864,67108864,67108864]]}',
        b'{"x":["float32",[' + b",".join([b"1"] * 65) + b"]]}",
        b'{"x":["float64",[67108864]]}',
        b'{"x":["float32",[9223372036854775808]]}',
        b'{"x":["float32",[-1,-1]]}',
        b'{"i":"' + b"9" * 100_000 + b'"}',
        b'{"i":"9223372036854775808"}',
        b"9223372036854775808",
        b'{"d":[[{"l":[]},1]]}',
        b'{"d":[[{"x":["float32",[]]},1]]}',
        b'{"d":[[1,2,3]]}',
        b'{"h":[1]}',
        b'{"h":[1,"a","b"]}',
        b'{"h":[true,"a"]}',
        b"\xff\xfe",
    ],
)
def test_a_hostile_node_is_refused(node):
    with pytest.raises(wire.WireError):
        wire.decode(b'{"value":' + node + b"}", bytearray())


@pytest.mark.parametrize(
    "header", [b"", b"null", b"[]", b'"value"', b"1", json.dumps({str(i): i for i in range(1000)}).encode()]
)
def test_a_message_is_an_object_of_a_few_fields(header):
    with pytest.raises(wire.WireError):
        wire.decode(header, bytearray())


def test_keys_chosen_to_collide_cost_no_time():
    collide = ",".join(f"[{i * (2**61 - 1)},0]" for i in range(1, 36_000))
    began = time.monotonic()
    with pytest.raises(wire.WireError):
        wire.decode(f'{{"value":{{"d":[{collide}]}}}}'.encode(), bytearray())
    few = ",".join(f"[{i},0]" for i in range(1, wire.MAX_ENTRIES))
    wire.decode(f'{{"value":{{"d":[{few}]}}}}'.encode(), bytearray())
    assert time.monotonic() - began < 3


def test_an_announced_length_over_the_cap_is_refused_unread():
    for lengths in ((2**32 - 1, 0), (0, 2**64 - 1), (wire.MAX_HEADER + 1, 0), (0, wire.MAX_BODY + 1)):
        with pytest.raises(wire.WireError):
            wire.parse_prefix(struct.pack("<IQ", *lengths))
