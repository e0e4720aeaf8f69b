"""Values on their way out of the sandbox: bounded and typed once, whatever student code returns."""

from __future__ import annotations

import itertools
from collections import ChainMap, OrderedDict, UserDict, defaultdict
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch

from autograder.sandbox.inside import data, wire
from autograder.sandbox.observation import Observation
from autograder.sandbox.translate import observe
from autograder.submission.source import Cell, Source

SOURCE = Source("py", (Cell("", 1, None),))
EVERY_DTYPE = sorted({str(kind) for kind in vars(torch).values() if isinstance(kind, torch.dtype)})


def arrived(value: object) -> Observation:
    """What a check meets where student code returns this: through the child's encoder and the real wire."""
    plain = data.to_data(value)
    sent = plain if plain is not data.NOT_DATA else wire.Handle(3, data.name_of(value))
    header, parts = wire.encode({"value": sent})
    return observe(Observation("task", (), "value"), wire.decode(header, bytearray(b"".join(parts))), 1, "a", SOURCE, 0)


def sparse() -> torch.Tensor:
    return torch.sparse_coo_tensor([[0, 1], [1, 0]], [1.0, 2.0], (10**6, 10**6), check_invariants=True)


class Endless(list[int]):
    def __iter__(self) -> Any:
        return itertools.count()


class NeverEmpty(dict[int, int]):
    def items(self) -> Any:
        return ((n, n) for n in itertools.count())


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2**62, 1.5, float("nan"), float("-inf"), "text", (2, 3), [1, [2.0, "a"]], {(2, 3): 4, "a": None}],
)
def test_plain_values_come_as_they_are(value: object) -> None:
    seen = arrived(value)
    assert seen.handle is None
    assert type(seen.value) is type(value)
    assert repr(seen.value) == repr(value)


@pytest.mark.parametrize("kind", [MappingProxyType, ChainMap, OrderedDict, UserDict, lambda d: defaultdict(int, d)])
def test_answers_come_as_a_dict_in_whatever_kind_of_one_they_stand(kind: Callable[[dict[Any, int]], object]) -> None:
    seen = arrived(kind({(2,): 2, (1, 3): 3}))
    assert type(seen.value) is dict
    assert seen.value == {(2,): 2, (1, 3): 3}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", EVERY_DTYPE)
def test_a_tensor_of_any_dtype_comes_or_is_named(name: str) -> None:
    kind = getattr(torch, name.removeprefix("torch."))
    value = torch.empty(2, 3, dtype=kind)
    seen = arrived(value)
    if kind in data.DTYPES:
        assert seen.value.dtype is kind
        return
    assert seen.value is None
    assert seen.handle is not None
    assert str(kind).removeprefix("torch.") in seen.type_name
    assert "(2, 3)" in seen.type_name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (torch.zeros((60 << 20,), dtype=torch.uint8), "uint8 tensor of shape (62914560,)"),
        (torch.zeros([1] * 40), "float32 tensor of 40 axes"),
        (sparse(), "float32 tensor of shape (1000000, 1000000)"),
        (
            torch.zeros(10**12, device="meta"),
            "float32 tensor of shape (1000000000000,) without numbers (it lies on the meta device)",
        ),
        (torch.zeros(2, dtype=torch.complex64), "complex64 tensor of shape (2,)"),
        (np.zeros(3, dtype=complex), "complex128 array of shape (3,)"),
        (np.zeros((2, 3), dtype=np.uint16), "uint16 array of shape (2, 3)"),
        (np.array([object()]), "object array of shape (1,)"),
        (np.ma.array([1.0, 2.0], mask=[False, True]), "masked float64 array of shape (2,)"),
        (np.array(["x" * 2000] * 5000), "<U2000 array of shape (5000,)"),
        (np.zeros((3000, 3000), dtype=np.int8), "int8 array of shape (3000, 3000)"),
        ([0] * 100_000, "list of 100,000 items"),
        ([[0] * 1000] * 100, "list"),
        ("x" * 5000, "text of 5,000 characters"),
        (["x" * 5000], "list"),
        (10**4000, "whole number of some 3,986 digits"),
        (2**63, "whole number of some 19 digits"),
        (1j, "complex"),
        (b"bytes", "bytes"),
        ({1: object()}, "dict"),
        ({b"a": 1}, "dict"),
        (Endless(), "Endless"),
        (NeverEmpty(), "NeverEmpty"),
        (np.complex64(1), "complex64"),
        (torch.nn.ReLU(), "ReLU"),
    ],
)
def test_what_no_check_needs_stays_and_is_named(value: object, name: str) -> None:
    seen = arrived(value)
    assert seen.value is None
    assert seen.handle is not None
    assert seen.type_name == name


def test_a_nested_tensor_stays_and_is_named() -> None:
    """Made here and not while tests are collected: torch imports its compiler for it."""
    parts = [torch.zeros(2), torch.zeros(3)]
    seen = arrived(torch.nested.nested_tensor(parts, layout=torch.jagged))
    assert (seen.value, seen.type_name) == (None, "nested tensor")
    assert seen.handle is not None


def test_a_list_nested_too_deeply_stays() -> None:
    value: list[Any] = []
    for _ in range(2000):
        value = [value]
    assert arrived(value).type_name == "list"
    value.append(value)
    assert arrived(value).type_name == "list"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (np.uint16(7), 7),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (torch.tensor(7, dtype=torch.uint16), 7),
        (np.array(7, dtype=np.uint64), 7),
    ],
)
def test_a_number_is_a_number_in_every_clothing(value: object, number: object) -> None:
    seen = arrived(value)
    assert (type(seen.value), seen.value) == (type(number), number)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_sparse_and_quantized_answers_count_as_what_they_stand_for() -> None:
    dense = torch.eye(3)
    assert torch.equal(arrived(dense.to_sparse()).value, dense)
    assert torch.equal(arrived(torch.quantize_per_tensor(dense, 0.5, 0, torch.qint8)).value, dense)


@pytest.mark.parametrize(
    ("forged", "name"),
    [
        (torch.zeros(9 << 20, dtype=torch.uint8), "uint8 tensor of shape (9437184,)"),
        (torch.zeros(2, dtype=torch.uint16), "uint16 tensor of shape (2,)"),
        (torch.zeros(2, dtype=torch.complex128), "complex128 tensor of shape (2,)"),
        (torch.zeros([1] * 64), "float32 tensor of 64 axes"),
        ([0] * 80_000, "list of 80,000 items"),
        ("x" * 60_000, "text of 60,000 characters"),
        ([[[[[[[[[[[[1]]]]]]]]]]]], "list"),
        ({"a": torch.zeros(2, dtype=torch.uint32)}, "dict"),
    ],
)
def test_a_forged_frame_is_held_to_the_same_bounds(forged: object, name: str) -> None:
    """The encoder in the sandbox can be replaced: the grader looks for itself."""
    header, parts = wire.encode({"value": forged})
    reply = wire.decode(header, bytearray(b"".join(parts)))
    seen = observe(Observation("task", (), "value"), reply, 1, "a", SOURCE, 0)
    assert seen.value is None
    assert (seen.type_name, seen.handle) == (name, 0)


def test_no_text_of_a_reply_is_longer_than_a_person_reads() -> None:
    long = "\x1b" * 300_000
    reply = {
        "status": "error", "value": wire.Handle(1, long), "output": (long, 5), "changed": (long,) * 2,
        "called": (long,) * 2, "error": {"type": long, "message": long, "text": long, "line": 1, "bases": (long,)},
    }  # fmt: skip
    seen = observe(Observation("task", (), "value"), reply, 1, "a", SOURCE, 0)
    assert seen.error is not None
    assert max(map(len, (seen.type_name, seen.error.message, seen.error.type_name, *seen.called))) <= 2000
    assert len(seen.output) < 70_000


def test_an_array_that_would_lose_its_mask_is_not_sent() -> None:
    hidden = np.ma.array([1.0, 2.0], mask=[False, True])
    with pytest.raises(wire.WireError, match="this cannot cross: masked float64 array of shape"):
        data.sent([hidden])
    assert isinstance(data.sent(hidden[:1]), wire.Array)
