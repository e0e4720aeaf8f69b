"""What stands in a submission as data, where code is asked for: long texts that are no prose, long rows of numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress

from .source import Source

_TEXT = 2_000  # characters or bytes: a table of a few hundred images is longer
_NUMBERS = 500
_PROSE = 0.08  # the share of blanks in a text that is meant to be read


def dense_literals(source: Source) -> str:
    """Where the largest lies and how large it is, as "line 12: 9,120 characters"; "" where there is none.

    Network weights and tables of answers can be packed into the 64 KB of a submission; a person should look.
    """
    found = [(size, f"{source.locate(line)}: {size:,} {unit}") for size, line, unit in _dense(source)]
    return max(found)[1] if found else ""


def _dense(source: Source) -> Iterator[tuple[int, int, str]]:
    """Each as (size, line of the whole source, unit)."""
    for cell in source.cells:
        tree = ast.Module([], [])
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            tree = ast.parse(cell.text)
        for node in ast.walk(tree):
            line = cell.first_line + getattr(node, "lineno", 1) - 1
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and len(node.value) > _TEXT:
                text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
                if sum(map(str.isspace, text)) < _PROSE * len(text):
                    yield len(text), line, "characters"
            elif isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
                numbers = sum(
                    isinstance(n, ast.Constant) and not isinstance(n.value, str) for n in ast.iter_child_nodes(node)
                )
                if numbers > _NUMBERS:
                    yield numbers, line, "numbers"
