"""A number with its word."""

from __future__ import annotations


def plural(count: int, one: str, many: str = "") -> str:
    """The number and what it counts: `plural(1, "point")` is "1 point", `plural(2, "point")` "2 points"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
