"""When two results are alike, and what is kept of a result."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.checks.data_catalogue import DataCatalogue, Recorded
from autograder.checks.matching import Signature, same, same_error, same_value
from autograder.sandbox.observation import Observation, StudentError
from tests.support.diagnoses import NOISE, VALUES, ask, observed

ALIKE = [
    (("ValueError", "too many values to unpack (expected 2)"), ("ValueError", "too many values to unpack (expected 2, got 4)")),
    (("TypeError", "mine() missing 1 required positional argument: 'x'"), ("TypeError", "affine() missing 1 required positional argument: 'x'")),
    (("RuntimeError", "self must be a matrix"), ("RuntimeError", "self must be a matrix")),
    (("AttributeError", "'Net' object has no attribute 'shape'"), ("AttributeError", "'FashionCNN' object has no attribute 'shape'")),
    (
        ("RuntimeError", "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = 3 is not equal to len(dims) = 4"),
        ("RuntimeError", "permute: number of dimensions in the tensor input does not match the length of the desired ordering of dimensions, input.dim() = 3 is not equal to len(dims) = 4"),
    ),
    (("RuntimeError", "bad thing\nat 0x7f3a"), ("RuntimeError", "bad thing\nat 0x1234")),
]  # fmt: skip
UNLIKE = [
    (("ValueError", "bad"), ("TypeError", "bad")),
    (("RuntimeError", "shape '[2, 3]' is invalid for input of size 7"), ("RuntimeError", "shape '[2, 3]' is invalid for input of size 8")),
    (("RuntimeError", "shape '[2, 3]' is invalid for input of size 7"), ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 7)")),
    (
        ("RuntimeError", "The expanded size of the tensor (9) must match the existing size (12) at non-singleton dimension 3.  Target sizes: [2, 3, 6, 9].  Tensor sizes: [2, 3, 6, 12]"),
        ("RuntimeError", "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 2"),
    ),
    (("RuntimeError", "shape '[1]' is invalid for input of size 7"), ("RuntimeError", "shape '[1, 3, 100, 50]' is invalid for input of size 7")),
    (("TypeError", "can't multiply sequence by non-int of type 'tuple'"), ("TypeError", "unsupported operand type(s) for +: 'NoneType' and 'int'")),
    (("IndexError", "tuple index out of range"), ("IndexError", "Dimension out of range (expected to be in range of [-2, 1], but got 2)")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_errors_of_two_versions_are_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert same_error(one, other)
    assert same_error(other, one)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_errors_of_two_mistakes_are_two(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not same_error(one, other)
    assert not same_error(other, one)


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_mark_comes_back_from_its_file(value: Any, tmp_path: Path) -> None:
    signature = Signature.of(observed(value))
    DataCatalogue({"name": "text"}, [Recorded("check", 1, "name", signature)], {}).save(tmp_path)
    [entry] = DataCatalogue.load(tmp_path).recorded
    assert entry.signature.fits(signature)
    assert signature.fits(entry.signature)
    assert not entry.signature.fits(Signature.of(observed(value, changed_inputs=("0",))))
    assert not entry.signature.fits(Signature.of(observed(12345)))


def test_a_change_of_another_input_is_another_mistake(tmp_path: Path) -> None:
    weight, bias = (observed(NOISE, changed_inputs=(name,)) for name in ("1", "bias"))
    DataCatalogue({"name": "text"}, [Recorded("check", 1, "name", Signature.of(weight))], {}).save(tmp_path)
    [entry] = DataCatalogue.load(tmp_path).recorded
    assert entry.signature.fits(Signature.of(weight))
    assert same(weight, weight)
    for other in (bias, observed(NOISE), observed(NOISE, changed_inputs=("1", "bias"))):
        assert not entry.signature.fits(Signature.of(other))
        assert not same(weight, other)


@pytest.mark.parametrize(
    "other",
    [NOISE.flip(0), NOISE.T, NOISE * 2, -NOISE, NOISE + 1e-2, NOISE.double(), NOISE.reshape(4, 3), NOISE.roll(1, 1), NOISE * math.inf],
)  # fmt: skip
def test_a_mark_tells_results_apart(other: torch.Tensor) -> None:
    assert not Signature.of(observed(NOISE)).fits(Signature.of(observed(other)))


@pytest.mark.parametrize("rows", [2, 3, 10])
def test_a_mark_tells_rows_of_the_same_sum_apart(rows: int) -> None:
    shares = torch.rand(rows, 3, generator=torch.Generator().manual_seed(rows)).softmax(dim=1)
    right = Signature.of(observed(shares))
    assert not any(right.fits(Signature.of(observed(shares.roll(step, 0)))) for step in range(1, rows))
    assert not right.fits(Signature.of(observed(shares.flip(0))))
    assert right.fits(Signature.of(observed(shares.flip(0).flip(0))))


def test_rounding_makes_no_difference() -> None:
    near = NOISE * (1 + 1e-7)
    assert Signature.of(observed(NOISE)).fits(Signature.of(observed(near)))
    assert same_value(NOISE, near)
    assert same_value(3.0, torch.tensor(3.0))
    assert same_value((2, 3), [2, 3])
    assert not same_value(True, 1)
    assert not same_value(2, "2")


def test_an_error_leaves_a_mark() -> None:
    error = StudentError("ValueError", "too many values to unpack (expected 2)", "line 3", "a, b = x")
    signature = Signature.of(Observation("task", (), "error", error=error))
    assert "line 3" not in str(signature.as_json({}))
    assert Signature.from_json(signature.as_json({}), ()).fits(signature)


ENORMOUS = 10**400
ODD = [ENORMOUS, [1, ENORMOUS], [[1], [2, 3] * 60], ["a"] * 100, [1] * 60 + ["x"] * 60, [None] * 100, [ENORMOUS] * 2]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_whatever_a_student_returns_can_be_compared(value: Any) -> None:
    """The catalogue's troubles are told as the course's fault: a student's value must not cause one."""
    seen, *_ = ask(lambda x: value, 1)
    for other in (1.5, [1.5, 2.5], [1.5] * 100):
        known, *_ = ask(lambda x, other=other: other, 1)
        assert not same_value(value, other)
        assert not Signature.of(seen).fits(Signature.of(known))
    assert same_value(value, value)
    assert Signature.of(seen).fits(Signature.of(seen))
