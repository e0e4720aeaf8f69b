"""Drawings of shapes: where each axis of a wrong result came from, beside the axes that were asked for.

The letters come from the stub's docstring, ``(N, H, W, C) -> (N, C, H, W)``. If all elements of the input differ, each
can be found again in the result, and so can the axes. A drawing shows nothing that the docstring does not already say.
"""

import ast
import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from ..sandbox.observation import Observation
from .values import without_numpy

MIXED = "mix"
_NEW = "1"
_TRACED = 200_000  # results with more elements are not traced back to their input
_ARROW = re.compile(r"\(([^()]*)\)[^()\n]*?->[^()\n]*?\(([^()]*)\)")
_LETTER = re.compile(r"[A-Za-z][\w' ]*|\d+")


@dataclass(frozen=True)
class Axis:
    """One axis: the letter for what lies along it, and its length (None if it is not known)."""

    letter: str
    size: int | None = None

    def __str__(self) -> str:
        if self.size is None or self.letter == str(self.size):
            return self.letter
        return f"{self.letter} = {self.size}" if self.letter else str(self.size)


@dataclass(frozen=True)
class Drawing:
    """Three rows of axes: what was given, what came back, and what the docstring promises.

    sources: for each axis of ``yours``, the axis of ``given`` that it came from; None if from none, several or unknown.
    wrong: the axes of ``yours`` that are known to be wrong.
    """

    name: str
    given: tuple[Axis, ...]
    yours: tuple[Axis, ...]
    wanted: tuple[Axis, ...]
    sources: tuple[int | None, ...]
    wrong: tuple[int, ...]

    @property
    def mixed(self) -> bool:
        return any(axis.letter == MIXED for axis in self.yours)


@lru_cache(maxsize=64)
def letters(master: Path) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The letters of the axes before and after each task whose docstring shows them: ``(N, H, W) -> (N, 1, H, W)``."""
    try:
        tree = ast.parse(master.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return {}
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            match = _ARROW.search((ast.get_docstring(node) or "").partition("\n\n")[0])
            if match:
                before, after = (tuple(part.strip() for part in group.split(",")) for group in match.groups())
                if all(_LETTER.fullmatch(letter) for letter in (*before, *after)):
                    found[node.name] = (before, after)
    return found


def draw(seen: Observation, names: tuple[tuple[str, ...], tuple[str, ...]]) -> Drawing | None:
    """The drawing of a wrong result. None if no axis is known to be wrong, or if nothing is known about the axes."""
    call = seen.calls[-1] if seen.calls else None
    if not seen.returned or call is None or call.verb != "call" or not call.args:
        return None
    before, after = names
    first, result = without_numpy(call.args[0]), without_numpy(seen.value)
    given, got = _sizes(first), _sizes(result)
    if given is None or got is None or len(given) != len(before) or not got:
        return None
    known = dict(zip(before, given, strict=True))
    wanted = tuple(Axis(letter, int(letter) if letter.isdecimal() else known.get(letter)) for letter in after)
    sources = _trace(first, result)
    yours = _name(got, before, given, wanted, sources)
    wrong = _wrong(yours, wanted)
    if not wrong and len(yours) == len(wanted):
        return None
    name = call.names[0] if call.names else "input"
    places = tuple(s if isinstance(s, int) else None for s in sources) if sources else (None,) * len(got)
    return Drawing(name, tuple(map(Axis, before, given)), yours, wanted, places, wrong)


def _sizes(value: Any) -> tuple[int, ...] | None:
    """The shape of a tensor; a tuple or list of whole numbers is taken for a shape itself. None for other values."""
    if isinstance(value, torch.Tensor):
        return tuple(value.shape)
    if isinstance(value, (tuple, list)) and all(type(item) is int for item in value):
        return tuple(value)
    return None


def _name(
    got: tuple[int, ...],
    before: Sequence[str],
    given: tuple[int, ...],
    wanted: tuple[Axis, ...],
    sources: list[int | str] | None,
) -> tuple[Axis, ...]:
    """The axes of a result, named by the trace if there is one, else by their lengths or their places."""
    if sources is not None:
        return tuple(
            Axis(before[source] if isinstance(source, int) else source, size)
            for source, size in zip(sources, got, strict=True)
        )
    if len(set(given)) == len(given) and sorted(got) == sorted(given):  # all lengths differ, so each tells its letter
        return tuple(Axis(before[given.index(size)], size) for size in got)
    if len(got) == len(wanted):
        return tuple(Axis(axis.letter, size) for axis, size in zip(wanted, got, strict=True))
    return tuple(Axis("", size) for size in got)


def _wrong(yours: tuple[Axis, ...], wanted: tuple[Axis, ...]) -> tuple[int, ...]:
    return tuple(
        place
        for place, axis in enumerate(yours)
        if place >= len(wanted)
        or (axis.letter and axis.letter != wanted[place].letter)
        or (wanted[place].size is not None and axis.size != wanted[place].size)
    )


def _trace(given: Any, got: Any) -> list[int | str] | None:
    """For each axis of ``got`` the axis of ``given`` along which its elements lie. An axis is ``1`` if it has length 1
    and came from none, and ``mix`` if it came from several. None if elements are equal, or did not all come back."""
    if not isinstance(given, torch.Tensor) or not isinstance(got, torch.Tensor):
        return None
    if not 1 < given.numel() == got.numel() <= _TRACED or given.dtype.is_complex or got.dtype.is_complex:
        return None
    values, places = given.detach().reshape(-1).to(torch.float64).sort()
    if bool((values.diff() <= 0).any()):
        return None
    wanted = got.detach().reshape(-1).to(torch.float64).contiguous()
    found = torch.searchsorted(values, wanted).clamp(max=len(values) - 1)
    if not torch.equal(values[found], wanted):
        return None
    origin = places[found].reshape(got.shape)
    # Not torch.unravel_index: it imports sympy, which delays the first verdict by most of a second.
    where = [origin // math.prod(given.shape[axis + 1 :]) % length for axis, length in enumerate(given.shape)]
    long = [_along(where, axis) if size > 1 else "" for axis, size in enumerate(got.shape)]
    spare = [axis for axis, size in enumerate(given.shape) if size == 1]
    return [(spare.pop(0) if spare else _NEW) if source == "" else source for source in long]


def _along(where: Sequence[torch.Tensor], axis: int) -> int | str:
    moving = [i for i, place in enumerate(where) if bool((place.diff(dim=axis) != 0).any())]
    return moving[0] if len(moving) == 1 else MIXED


# --- in a terminal -------------------------------------------------------------------------------------------------


def lines(drawing: Drawing) -> list[str]:
    """The drawing as lines of text: a table with a row for each shape, and marks under the wrong axes."""
    width = max(len(drawing.given), len(drawing.yours), len(drawing.wanted))
    rows = [
        ["", *(f"axis {place}" for place in range(width))],
        [drawing.name, *map(str, drawing.given)],
        ["yours", *map(str, drawing.yours)],
        ["wanted", *map(str, drawing.wanted)],
    ]
    if drawing.wrong:
        marks = ["^" * len(str(axis)) if place in drawing.wrong else "" for place, axis in enumerate(drawing.yours)]
        rows.insert(3, ["", *marks])
    columns = [max(len(row[i]) if i < len(row) else 0 for row in rows) for i in range(width + 1)]
    text = ["   ".join(cell.ljust(columns[i]) for i, cell in enumerate(row)).rstrip() for row in rows]
    if drawing.mixed:
        text.append(f"{MIXED}: this axis mixes several axes of the input.")
    return text


# --- as a picture --------------------------------------------------------------------------------------------------

# One colour for each letter. Colour-blind readers can tell them apart too, and the letters say the same.
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")
_BOX, _GAP, _LEFT, _HEIGHT = 74, 14, 96, 34


def svg(drawing: Drawing) -> str:
    """The drawing as a picture: a box for each axis, and a line from where it was to where it went."""
    count = max(len(drawing.given), len(drawing.yours), len(drawing.wanted))
    width, height = _LEFT + count * (_BOX + _GAP) + 8, 236
    colour = {axis.letter: _COLOURS[i % len(_COLOURS)] for i, axis in enumerate(drawing.given)}
    parts = [_line(source, place) for place, source in enumerate(drawing.sources) if source is not None]
    tops = (12, 112, 188)
    for label, axes, top in zip(
        (drawing.name, "yours", "wanted"), (drawing.given, drawing.yours, drawing.wanted), tops, strict=True
    ):
        parts.append(_text(_LEFT - 12, top + 22, label, "end"))
        wrong = drawing.wrong if label == "yours" else ()
        parts += [
            _box(place, top, axis, colour.get(axis.letter, "#888888"), place in wrong)
            for place, axis in enumerate(axes)
        ]
    described = html.escape("; ".join(" ".join(line.split()) for line in lines(drawing)), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{described}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="monospace" font-size="13">'
        f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _x(place: int) -> int:
    return _LEFT + place * (_BOX + _GAP)


def _line(source: int, place: int) -> str:
    start, end = _x(source) + _BOX // 2, _x(place) + _BOX // 2
    return (
        f'<path d="M{start} {12 + _HEIGHT} C{start} 80 {end} 80 {end} 112" fill="none" '
        'stroke="#666666" stroke-width="2"/>'
    )


def _box(place: int, top: int, axis: Axis, colour: str, wrong: bool) -> str:
    edge = (
        'stroke="#b00020" stroke-width="3" stroke-dasharray="6 3"' if wrong else f'stroke="{colour}" stroke-width="2"'
    )
    label = str(axis)
    middle = _x(place) + _BOX // 2
    return (
        f'<rect x="{_x(place)}" y="{top}" width="{_BOX}" height="{_HEIGHT}" rx="4" fill="{colour}" '
        f'fill-opacity="0.15" {edge}/>{_text(middle, top + 22, label, "middle", len(label) > 9)}'
    )


def _text(x: int, y: int, text: str, anchor: str, tight: bool = False) -> str:
    fit = f' textLength="{_BOX - 6}" lengthAdjust="spacingAndGlyphs"' if tight else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#222222"{fit}>{html.escape(text)}</text>'
