"""Charts as inline SVG: plain functions of numbers, coloured by the page's style sheet, without a script.

Each chart stands in a `<figure>` whose caption says in words what it shows; the drawing itself is hidden from screen
readers, so nobody has to listen to coordinates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 720  # units of the drawing; the page scales it


@dataclass(frozen=True)
class Point:
    """A point of a scatter plot. label: shown when the mouse points at it. link: the address that it leads to."""

    x: float
    y: float
    label: str
    link: str = ""


def ticks(low: float, high: float, about: int) -> list[float]:
    """Some `about` round numbers: from the last one at or below `low` to the first one at or above `high`."""
    if not high - low > 1e-9 * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / about
    unit: float = 10 ** math.floor(math.log10(raw))
    step = next((unit * factor for factor in (1, 2, 2.5, 5) if raw <= unit * factor), 10 * unit)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def histogram(values: Sequence[int], most: int, bins: int, width: int, height: int) -> Markup:
    """How often each score from 0 to `most` was reached. The last bar is for full marks alone."""
    counts = bin_counts(values, most, bins)
    bars, highest = len(counts), max([*counts, 1])
    top, plot, wide = 20, height - 44, width / len(counts)
    drawn = []
    for i, count in enumerate(counts):
        size = plot * count / highest
        x, y = i * wide, top + plot - size
        low, high = bin_range(i, most, bars)
        said = f"{low}" if low == high else f"{low} to {high}"
        drawn.append(
            f'<rect class="bar" x="{x + 1.5:.1f}" y="{y:.1f}" width="{wide - 3:.1f}" height="{size:.1f}" rx="2">'
            f"<title>{said}: {count}</title></rect>"
        )
        if count:
            drawn.append(f'<text class="value" x="{x + wide / 2:.1f}" y="{y - 5:.1f}">{count}</text>')
        if (bars - 1 - i) % max(1, bars // 10) == 0:
            drawn.append(f'<text class="tick" x="{x + wide / 2:.1f}" y="{height - 6}">{low}</text>')
    axis = f'<path class="axis" d="M0 {top + plot}H{width}"/>'
    return _drawing(height, axis + "".join(drawn), width)


def bin_counts(values: Sequence[int], most: int, bins: int) -> list[int]:
    """How many values fall into each of at most `bins` + 1 bars: equal ranges of 0 ... most - 1, and `most` alone."""
    counts = [0] * (max(1, min(bins, most)) + 1)
    for value in values:
        counts[min(max(value, 0), most) * (len(counts) - 1) // most if most else 0] += 1
    return counts


def bin_range(number: int, most: int, bars: int) -> tuple[int, int]:
    """The lowest and highest whole score that stands in a bar."""
    if number == bars - 1:
        return most, most
    low, beyond = (-(-i * most // (bars - 1)) for i in (number, number + 1))  # rounded up
    return low, beyond - 1


def curve(values: Sequence[float], x_name: str, y_name: str, height: int = 220) -> Markup:
    """Values joined by lines, at x = 1, 2, 3, ..."""
    if not values:
        return Markup("")
    steps = ticks(min(0.0, min(values)), max(values), 4)
    frame = _Frame(1, max(2, len(values)), steps[0], steps[-1], height)
    spots = [(frame.x(i + 1), frame.y(value)) for i, value in enumerate(values)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    dots = "".join(
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{i + 1}: {value:g}</title></circle>'
        for i, ((x, y), value) in enumerate(zip(spots, values, strict=True))
        if len(values) <= 40
    )
    whole = [tick for tick in ticks(1, max(2, len(values)), 8) if tick == int(tick) and 1 <= tick <= len(values)]
    return _drawing(height, frame.grid(whole, steps, x_name, y_name) + f'<path class="line" d="{path}"/>' + dots)


def scatter(points: Sequence[Point], lines: Sequence[float], x_name: str, y_name: str, height: int = 330) -> Markup:
    """Points, each a link, over dashed horizontal lines."""
    if not points:
        return Markup("")
    x_marks = ticks(0, max(point.x for point in points), 6)
    ys = [point.y for point in points]
    y_marks = ticks(min([*ys, *lines]), max([*ys, *lines]), 6)
    frame = _Frame(x_marks[0], x_marks[-1], y_marks[0], y_marks[-1], height)
    rules = "".join(
        f'<path class="rule" d="M{frame.left} {frame.y(line):.1f}H{WIDTH - 10}"/>'
        f'<text class="rule-name" x="{WIDTH - 12}" y="{frame.y(line) - 4:.1f}">{line:g}</text>'
        for line in lines
    )
    dots = "".join(
        f'<a href="{escape(point.link)}" tabindex="-1"><circle class="dot" cx="{frame.x(point.x):.1f}" '
        f'cy="{frame.y(point.y):.1f}" r="5"><title>{escape(point.label)}</title></circle></a>'
        for point in points
    )
    return _drawing(height, frame.grid(x_marks, y_marks, x_name, y_name) + rules + dots)


@dataclass(frozen=True)
class _Frame:
    """The axes of a drawing: turns numbers into coordinates."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    height: int
    left: int = 44
    top: int = 22
    bottom: int = 40

    def x(self, value: float) -> float:
        return self.left + (value - self.x_low) / (self.x_high - self.x_low) * (WIDTH - self.left - 10)

    def y(self, value: float) -> float:
        share = (value - self.y_low) / (self.y_high - self.y_low)
        return self.height - self.bottom - share * (self.height - self.bottom - self.top)

    def grid(self, xs: Sequence[float], ys: Sequence[float], x_name: str, y_name: str) -> str:
        base = self.height - self.bottom
        rows = [
            f'<path class="grid" d="M{self.left} {self.y(v):.1f}H{WIDTH - 10}"/>'
            f'<text class="tick" text-anchor="end" x="{self.left - 6}" y="{self.y(v) + 4:.1f}">{v:g}</text>'
            for v in ys
        ]
        columns = [f'<text class="tick" x="{self.x(v):.1f}" y="{base + 17}">{v:g}</text>' for v in xs]
        name = f'<text class="name" x="0" y="12" text-anchor="start">{escape(y_name)}</text>'
        axis = f'<path class="axis" d="M{self.left} {base}H{WIDTH - 10}"/>'
        below = f'<text class="name" x="{WIDTH - 10}" y="{self.height - 4}" text-anchor="end">{escape(x_name)}</text>'
        return "".join([*rows, *columns, axis, name, below])


def _drawing(height: int, content: str, width: int = WIDTH) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false" class="chart">{content}</svg>'
    )
