"""Sentences about a wrong value, from the values alone: for a failure that no misconception explains."""

import itertools
import math
from collections.abc import Collection, Sequence
from typing import Any

import torch

from ..common.plural import listed
from .matching import same_value

ROUNDING = "rounding, a constant that is not exact, or a small number that was added."
ELSEWHERE = "All the right values are there, but in other places."
_FEW = 10  # with at most so many different values (class numbers, say), the same values come up by chance
_LARGEST_FACTOR = 2000  # more than 255, and than the images of a batch or the numbers of one of them
_MOST_AXES = 5  # other orders of the axes are tried up to this number: 5 axes have 120 orders


def tensor(got: torch.Tensor, expected: torch.Tensor) -> str:
    """A sentence about how ``got`` differs from ``expected``, or nothing."""
    if got.dtype.is_complex or expected.dtype.is_complex:
        return ""
    ours, right = got.to(torch.float64), expected.to(torch.float64)
    if ours.isnan().any() and not right.isnan().any():
        if not expected.is_floating_point():
            return "Some of its values are NaN: is there a tensor of torch.empty that is not filled everywhere?"
        return "Some of its values are NaN: does a step on the way compute inf - inf, 0 / 0 or the log of a negative number?"
    if ours.isinf().any() and not right.isinf().any():
        return "Some of its values are infinite: does a step on the way overflow, divide by 0, or take the log of 0?"
    if got.shape == expected.shape:
        return _same_shape(ours, right) or _other_order(ours, right)
    if got.numel() == expected.numel() and _equal(ours.reshape(-1), right.reshape(-1)):
        return "The values are right, and in the right order: only the shape is not."
    if got.dim() == 0 < expected.dim() and expected.numel() > 1:
        return "A single number came back for the whole input: must the code name an axis (dim)?"
    return _other_order(ours, right)


def _same_shape(got: torch.Tensor, right: torch.Tensor) -> str:
    if got.numel() > 1 and _equal(got, torch.full_like(got, got.flatten()[0].item())) and not _constant(right):
        return "Every value is the same."
    for axis in range(got.dim()):
        for step in (1, -1):
            if got.shape[axis] > 2 and _equal(
                got.narrow(axis, max(0, step), got.shape[axis] - 1),
                right.narrow(axis, max(0, -step), got.shape[axis] - 1),
            ):
                return f"It is the right result moved by one place along axis {axis}."
        if got.shape[axis] > 1 and _equal(got, right.flip(axis)) and not _equal(right, right.flip(axis)):
            return f"It is the right result mirrored along axis {axis}."
    factor = _factor(got, right)
    if factor is not None:
        return f"Every value is {factor} what it should be."
    difference = got - right
    if got.numel() > 1 and _constant(difference) and not _equal(got, right):
        return f"Every value is off by the same number, {difference.flatten()[0].item():.4g}."
    return ""


def _other_order(got: torch.Tensor, right: torch.Tensor) -> str:
    """A sentence about a result that is right except for the order of its axes or elements, or nothing."""
    if got.dim() == right.dim() and 1 < got.dim() <= _MOST_AXES and not _constant(right):
        for order in itertools.permutations(range(right.dim())):
            if order != tuple(range(right.dim())):
                moved = right.permute(order)
                if moved.shape == got.shape and _equal(got, moved):
                    return "It is the right result with its axes in another order."
    if only_moved(got, right):
        return ELSEWHERE
    return ""


def only_moved(got: torch.Tensor, right: torch.Tensor) -> bool:
    """Does ``got`` hold all the right values, so that only their places can be wrong? False if few values differ."""
    if got.is_complex() or right.is_complex() or not got.numel() == right.numel() > 1:
        return False
    ordered = right.double().flatten().sort()[0]
    kinds = int(ordered.diff().ne(0).sum()) + 1
    if kinds <= min(_FEW, right.numel() // 2):  # with two classes, a wrong answer often has as many of each
        return False
    return _equal(got.double().flatten().sort()[0], ordered)


def _factor(got: torch.Tensor, right: torch.Tensor) -> str | None:
    where = right != 0
    if not where.any() or (got[~where] != 0).any():
        return None
    ratios = got[where] / right[where]
    if not _constant(ratios):
        return None
    return _times(float(ratios.flatten()[0]))


def _times(ratio: float) -> str | None:
    """A factor in words if mistakes are known to make it: -1, a whole number, or 1 / a whole number. Else None.

    A very large float is whole by itself: it tells nothing.
    """
    if not math.isfinite(ratio) or ratio == 0 or math.isclose(ratio, 1, rel_tol=1e-4):
        return None
    if math.isclose(ratio, -1, rel_tol=1e-4):
        return "the negative of"
    for value, text in ((ratio, "{} times"), (1 / ratio, "1/{} of")):
        if 1.5 < value < _LARGEST_FACTOR and math.isclose(value, round(value), rel_tol=1e-4):
            return text.format(round(value))
    return None


def number(got: float, expected: float, lengths: Collection[int] = ()) -> str:
    """A sentence about how one number differs from another, or nothing. lengths: the lengths of the inputs' axes."""
    if math.isnan(got):
        return "It is NaN: does a step on the way compute inf - inf, 0 / 0 or the log of a negative number?"
    if math.isinf(got):
        return "It is infinite: does a step on the way overflow, divide by 0, or take the log of 0?"
    if isinstance(got, int) and isinstance(expected, int) and abs(got - expected) == 1:
        return "It is off by one."
    if not isinstance(got, int) and 0 < abs(got - expected) < 1e-3 * abs(expected):
        return f"It is off by less than a thousandth: {ROUNDING}"
    factor = _times(got / expected) if expected else None
    # A whole number is often a small multiple of another by chance, and the factor would give the answer away.
    if factor is None or (got == round(got) and expected == round(expected)):
        return ""
    ratio = abs(got / expected)
    sums = any(length > 1 and math.isclose(ratio, length, rel_tol=1e-4) for length in lengths)
    means = any(length > 1 and math.isclose(1 / ratio, length, rel_tol=1e-4) for length in lengths)
    if sums and got * expected > 0:
        return f"It is {factor} what it should be, and an axis of the input has that length: a sum, where a mean was asked for?"
    if means and got * expected > 0:
        return f"It is {factor} what it should be, and an axis of the input has that length: was it divided once too often?"
    return f"It is {factor} what it should be."


def data(got: Any, expected: Any) -> str:
    """A sentence about how texts, lists, dicts and sets differ from what was expected, or nothing; never the answer."""
    for kinds, name in ((str, "a text"), (dict, "a dict"), ((set, frozenset), "a set"), ((tuple, list), "a list")):
        if isinstance(expected, kinds) and not isinstance(got, kinds):
            return f"{name.capitalize()} was asked for."
    if isinstance(expected, str):
        if got.split() == expected.split():
            return "Only its spaces or line ends are wrong."
        return "Only its capital letters are wrong." if got.casefold() == expected.casefold() else ""
    if isinstance(expected, dict):
        missing, more = len(expected.keys() - got.keys()), sorted(map(repr, got.keys() - expected.keys()))
        if more:
            return f"The entry of {more[0]} should not be there."
        if missing:
            return f"{missing} of {len(expected)} entries {'is' if missing == 1 else 'are'} missing."
        return next(
            (f"The entry of {key!r} is wrong." for key in got if not same_value(got[key], expected[key], True)), ""
        )
    if isinstance(expected, (tuple, list)):
        if len(got) != len(expected):
            return f"It has {len(got)} {'item' if len(got) == 1 else 'items'}, and should have {len(expected)}."
        if sorted(map(repr, got)) == sorted(map(repr, expected)):
            return "The right items are there, but in another order."
        wrong = [i for i, pair in enumerate(zip(got, expected, strict=True)) if not same_value(*pair, True)]
        return f"The first wrong item is number {wrong[0]} (counted from 0)." if len(wrong) < len(got) else ""
    if isinstance(expected, (set, frozenset)):
        return f"It has {len(got)} items, and should have {len(expected)}." if len(got) != len(expected) else ""
    return ""


def only_so_far(right: Sequence[torch.Tensor], wrong: torch.Tensor) -> str:
    """A sentence about what all inputs with right results share and the first wrong one lacks, or nothing."""
    kinds = sorted({str(tensor.dtype).removeprefix("torch.") for tensor in right})
    kind = str(wrong.dtype).removeprefix("torch.")
    if kinds and kind not in kinds:
        return f"It was right for numbers of {listed(kinds)}; these are of {kind}."
    right = [tensor for tensor in right if tensor.dtype == wrong.dtype]
    alike = [tensor for tensor in right if tensor.dim() == wrong.dim()]
    other = sorted({tensor.dim() for tensor in right} - {wrong.dim()})
    if not alike and len(other) == 1:
        return f"It was right for an input with {other[0]} {'axis' if other[0] == 1 else 'axes'}; this one has {wrong.dim()}."
    if not alike or wrong.dim() < 2:
        return ""
    if all(_square(tensor) for tensor in alike) and not _square(wrong):
        return "It was right for square images: this one's height and width differ."
    if all(tensor.shape[0] == 1 for tensor in alike) and wrong.shape[0] > 1:
        return "It was right for a batch of one: this batch is larger."
    if all(tensor.shape[0] > 1 for tensor in alike) and wrong.shape[0] == 1:
        return "It was right for larger batches: this batch holds only one."
    return ""


def _square(tensor: torch.Tensor) -> bool:
    """Do two neighbouring axes have the same length, as in a square image? Ignores the first axis of three or more."""
    sizes = tensor.shape[1:] if tensor.dim() > 2 else tensor.shape
    return any(a == b for a, b in itertools.pairwise(sizes))


def sizes(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """A sentence about how one shape differs from another, or nothing."""
    if len(got) != len(expected):
        return f"It has {len(got)} {'axis' if len(got) == 1 else 'axes'}, and should have {len(expected)}."
    if sorted(got) == sorted(expected):
        return "Its sizes are right, but their order is not."
    wrong = [i for i, (a, b) in enumerate(zip(got, expected, strict=True)) if a != b]
    if len(wrong) == len(got):
        return "None of its sizes is right." if len(got) > 1 else ""
    which = listed(wrong)
    off = {abs(got[i] - expected[i]) for i in wrong} == {1}
    one = len(wrong) == 1
    text = f"The size of axis {which} is" if one else f"The sizes of axes {which} are"
    return f"{text} {'off by one' if off else 'not right'}; the others are right."


def _equal(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True)


def _constant(values: torch.Tensor) -> bool:
    flat = values.flatten()
    return flat.numel() > 0 and _equal(flat, flat[:1].expand_as(flat))
