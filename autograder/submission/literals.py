"""Data in a submission that should hold code: long texts that are not prose, and long lists of numbers."""

import ast
from collections.abc import Iterator

from .source import Source
from .suggestions import top_level

_TEXT = 2_000  # characters or bytes in a text: a table of a few hundred images is longer
_NUMBERS = 500  # in one list, tuple, set or dict
_PROSE = 0.08  # the least share of white space in prose


def dense_literals(source: Source) -> str:
    """The place and size of the largest such literal, as "line 12: 9,120 characters"; "" if there is none.

    Network weights and tables of answers fit into the 64 KB of a submission, so a person should look at it.
    """
    found = [(size, f"{source.locate(line)}: {size:,} {unit}") for size, line, unit in _dense(source)]
    return max(found)[1] if found else ""


def _dense(source: Source) -> Iterator[tuple[int, int, str]]:
    """Each such literal as (size, line of `source.text`, unit)."""
    for statement in top_level(source.cells):
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and len(node.value) > _TEXT:
                text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
                if sum(map(str.isspace, text)) < _PROSE * len(text):
                    yield len(text), node.lineno, "characters"
            elif isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
                numbers = sum(
                    isinstance(n, ast.Constant) and not isinstance(n.value, str) for n in ast.iter_child_nodes(node)
                )
                if numbers > _NUMBERS:
                    yield numbers, node.lineno, "numbers"
