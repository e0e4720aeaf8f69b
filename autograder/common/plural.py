"""Numbers and lists in words, and the beginning of a sentence."""

from collections.abc import Iterable


def plural(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `plural(1, "point")` is "1 point", `plural(2, "point")` is "2 points"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """The text as a sentence begins: with a capital letter, and no other letter changed."""
    return text[:1].upper() + text[1:]


def listed(names: Iterable[object]) -> str:
    """All names in a list: "a", "a and b", "a, b and c". Raises ValueError if there are none."""
    *before, last = map(str, names)
    return " and ".join(filter(None, (", ".join(before), last)))


def few(names: Iterable[str], most: int = 3) -> str:
    """The first `most` names, and the number of the rest: "a, b, c and 2 more"."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
