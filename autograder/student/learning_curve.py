"""The curves of a training, drawn in SVG: its losses, and how many held-out items were right."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from .run_before import RunBefore
from .training_run import Trained

_W, _H, _PAD = 430, 240, 46
_THIN = 'stroke="var(--line)"'
_DASHED = 'stroke="var(--ink)" stroke-dasharray="3 4"'


def percent(share: float) -> str:
    return f"{100 * share:g} %"


def curves(outcome: Trained, before: RunBefore | None) -> str:
    charts, things = [], outcome.data.of.things
    losses = [(m.images, m.loss) for m in outcome.curve if m.loss is not None]
    if len(losses) > 1:
        top = max(loss for _, loss in losses)
        charts.append(_chart("Loss while training", losses, 0.0, top * 1.05, "var(--one)", "{:.2f}", [], things))
    looks = [(m.images, m.accuracy) for m in outcome.looks if m.accuracy is not None]
    if looks:
        past = before.looks if before is not None else ()
        low = math.floor(min(accuracy for _, accuracy in (*looks, *past)) * 10) / 10
        marks = [band for band in sorted(outcome.network.bands) if low <= band]
        charts.append(
            _chart(f"Right on held-out {things}", looks, low, 1.0, "var(--two)", "{:.0%}", marks, things, past)
        )
    return f"<h2>Learning curve</h2>{''.join(charts)}" if charts else ""


@dataclass(frozen=True)
class _Frame:
    """Where values lie in a chart. last: the most items seen; low: the lowest value; span: from there to the highest."""

    last: int
    low: float
    span: float

    def x(self, images: float) -> str:
        return f"{_PAD + (_W - _PAD - 12) * images / max(self.last, 1):.1f}"

    def y(self, value: float, further: float = 0) -> str:
        return f"{self.height(value) + further:.1f}"

    def height(self, value: float) -> float:
        return 24 + (_H - 24 - 36) * (1 - (value - self.low) / self.span)

    def curve(self, points: Sequence[tuple[int, float]], style: str) -> str:
        """A line through (items seen, value)."""
        path = " ".join(f"{'L' if i else 'M'}{self.x(images)} {self.y(v)}" for i, (images, v) in enumerate(points))
        return f'<path d="{path}" fill="none" {style}/>'

    def rule(self, value: float, style: str) -> str:
        """A level line."""
        return f'<line x1="{_PAD}" x2="{_W - 12}" y1="{self.y(value)}" y2="{self.y(value)}" {style}/>'


def _chart(
    title: str,
    points: Sequence[tuple[int, float]],
    low: float,
    high: float,
    colour: str,
    form: str,
    marks: Sequence[float],
    things: str,
    before: Sequence[tuple[int, float]] = (),
) -> str:
    """A line chart of (items seen, value). marks: values with a dashed line. before: the last run, drawn dotted."""
    last, span = max(images for images, _ in (*points, *before)), max(high - low, 1e-9)
    frame = _Frame(last, low, span)
    drawn = [_grid(frame, form), _bands(frame, marks)]
    spoken = (
        f"{title}: from {form.format(points[0][1])} to {form.format(points[-1][1])} over {points[-1][0]:,} {things}"
    )
    if before:
        spoken += f"; the run before ended at {form.format(before[-1][1])}"
        drawn.append(frame.curve(before, 'stroke="var(--faint)" stroke-width="2" stroke-dasharray="2 3"'))
        drawn.append(_note(14, "dotted: the run before"))
    drawn.append(frame.curve(points, f'stroke="{colour}" stroke-width="2"'))
    if len(points) < 40:
        drawn += [f'<circle cx="{frame.x(i)}" cy="{frame.y(v)}" r="3" fill="{colour}"/>' for i, v in points]
    return (
        f'<svg role="img" aria-label="{html.escape(spoken)}" width="{_W}" height="{_H}" viewBox="0 0 {_W} {_H}">'
        f'<text x="{_PAD}" y="14" font-size="13" fill="var(--ink)">{html.escape(title)}</text>{"".join(drawn)}'
        f"{_note(_H - 8, f'{last:,} {things} seen')}</svg>"
    )


def _grid(frame: _Frame, form: str) -> str:
    """Five level lines with their values."""
    text = f'x="{_PAD - 6}" text-anchor="end" font-size="11" fill="var(--faint)"'
    return "".join(
        f'{frame.rule(v, _THIN)}<text y="{frame.y(v, 4)}" {text}>{form.format(v)}</text>'
        for v in (frame.low + frame.span * k / 4 for k in range(5))
    )


def _bands(frame: _Frame, marks: Sequence[float]) -> str:
    """A dashed line for each band, its name above it; below it, if the name would cover the next line."""
    heights = list(map(frame.height, marks))
    below = [any(0 < height - other < 14 for other in heights) for height in heights]
    text = f'x="{_PAD + 4}" font-size="10" fill="var(--ink)"'
    return "".join(
        f'{frame.rule(v, _DASHED)}<text y="{frame.y(v, 11 if lower else -3)}" {text}>band {percent(v)}</text>'
        for v, lower in zip(marks, below, strict=True)
    )


def _note(y: int, text: str) -> str:
    """A few words at the right edge of a chart."""
    return f'<text x="{_W - 12}" y="{y}" text-anchor="end" font-size="11" fill="var(--faint)">{text}</text>'
