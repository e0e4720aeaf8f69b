"""Where the wrong values of a tensor lie: in words, if they form a pattern, and as a small map."""

from collections.abc import Sequence

import torch

_DENSE = 0.4  # at least this share of the values at the places named must be wrong
_ROWS, _COLUMNS = 12, 36  # the largest map
_NAMES = {1: ("place",), 2: ("row", "column")}


def where(got: torch.Tensor, wrong: torch.Tensor, axes: Sequence[str] = ()) -> str:
    """Sentences about where the wrong values lie and what they have in common, or nothing.

    wrong: bool, of the shape of ``got``. axes: what lies along each axis, in the singular: ("image", "channel", ...).

    >>> values = torch.ones(2, 3)
    >>> values[1] = 0
    >>> where(values, values == 0)
    'All wrong values are in row 1 (counted from 0), and all of them are 0.'
    """
    count = int(wrong.sum())
    if wrong.dim() == 0 or not 0 < count < wrong.numel():
        return ""
    place = _border(wrong) or _box(wrong, _axis_names(wrong, axes))
    values = got[wrong]
    same = bool((values == values[0]).all()) and count > 1
    alike = f"all of them are {values[0].item():.4g}" if same else ""
    if place:
        return f"All wrong values are {place}{f', and {alike}' if alike else ''}."
    return f"All wrong values are {values[0].item():.4g}." if same else ""


def small_map(wrong: torch.Tensor, axes: Sequence[str] = ()) -> str:
    """A map of rows and columns, "x" for wrong and "." for right; "" if it would be too large or say nothing.

    With more than two axes, it shows the first piece that holds right and wrong values. wrong, axes: see :func:`where`.

    >>> print(small_map(torch.tensor([[False, False, True], [False, False, True]])))
        . . x
        . . x
    """
    if wrong.dim() < 2 or not wrong.any() or wrong.all():
        return ""
    rows, columns = wrong.shape[-2:]
    if not (2 <= rows <= _ROWS and 2 <= columns <= _COLUMNS):
        return ""
    pieces = wrong.reshape(-1, rows, columns)
    mixed = pieces.flatten(1).any(dim=1) & ~pieces.flatten(1).all(dim=1)
    if not mixed.any():
        return ""
    which = int(mixed.nonzero()[0])
    lines = ["    " + " ".join("x" if bad else "." for bad in row) for row in pieces[which].tolist()]
    if wrong.dim() == 2:
        return "\n".join(lines)
    index: list[int] = []
    for size in reversed(wrong.shape[:-2]):  # torch.unravel_index imports sympy: a second
        which, number = divmod(which, size)
        index.insert(0, number)
    at = ", ".join(f"{name} {number}" for name, number in zip(_axis_names(wrong, axes), index))
    return "\n".join([f"    {at}:", *lines])


def _axis_names(wrong: torch.Tensor, axes: Sequence[str]) -> Sequence[str]:
    if len(axes) == wrong.dim():
        return axes
    return _NAMES.get(wrong.dim()) or [f"axis {number}, place" for number in range(wrong.dim())]


def _border(wrong: torch.Tensor) -> str:
    """Words for wrong values that all lie in the border of the last two axes; "" if they do not."""
    if wrong.dim() < 2:
        return ""
    rows, columns = wrong.shape[-2:]
    for wide in range(1, (min(rows, columns) - 1) // 2 + 1):
        border = torch.ones(rows, columns, dtype=torch.bool)
        border[wide:-wide, wide:-wide] = False
        if wrong[..., ~border].any():
            continue
        sides = [border.clone() for _ in range(4)]
        sides[0][wide:] = sides[1][:-wide] = sides[2][:, wide:] = sides[3][:, :-wide] = False
        if all(wrong[..., side].any() for side in sides) and wrong[..., border].double().mean() >= _DENSE:
            return f"in the border, {wide} wide" if wide > 1 else "in the border, in the outermost rows and columns"
    return ""


def _box(wrong: torch.Tensor, names: Sequence[str]) -> str:
    """Words for wrong values that fill a block (some places along some axes); "" if they fill too little of it."""
    parts, box = [], torch.ones_like(wrong)
    for axis, name in enumerate(names):
        others = [other for other in range(wrong.dim()) if other != axis]
        here = wrong.any(dim=others) if others else wrong
        bad, length = here.nonzero()[:, 0].tolist(), wrong.shape[axis]
        if len(bad) == length:
            continue
        said = _places(bad, length, name)
        if not said:
            return ""
        parts.append(said)
        keep = here.reshape([length if other == axis else 1 for other in range(wrong.dim())])
        box &= keep
    if not parts or wrong[box].double().mean() < _DENSE or len(parts) > 3:
        return ""
    numbered = any(part[-1:].isdecimal() or " on" in part[-3:] for part in parts)
    counted = " (counted from 0)" if numbered else ""
    return "in " + ", ".join(reversed(parts)) + counted


def _places(bad: list[int], length: int, name: str) -> str:
    """Some places along one axis in words; "" if they form no pattern."""
    if length > 2 and bad == [length - 1]:
        return f"the last {name}"
    if length > 2 and bad == [0]:
        return f"the first {name}"
    if len(bad) == 1:
        return f"{name} {bad[0]}"
    if length >= 4 and bad in (list(range(0, length, 2)), list(range(1, length, 2))):
        return f"every second {name}, from {name} {bad[0]} on"
    if bad == list(range(bad[0], length)):
        return f"the last {len(bad)} {name}s"
    if bad == list(range(len(bad))):
        return f"the first {len(bad)} {name}s"
    return f"{name}s {', '.join(map(str, bad[:-1]))} and {bad[-1]}" if len(bad) <= 4 else ""
