"""marimo's notebooks: scripts whose cells are functions. Their cells are read without parsing any code.

    @app.cell                      the body is the cell, without its last `return`
    def _(torch):
        images = torch.zeros(2)
        return (images,)

    @app.function                  the decorated function stays as it is
    def resized(images): ...

    with app.setup:                the body is the first cell
        import torch

marimo runs a cell after the cells that make the names it needs, so the cells are put into that order.
"""

import contextlib
import graphlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .magics import Line, line_kinds

_APP = re.compile(r"^app\s*=\s*marimo\.App\(", re.MULTILINE)
_CELL = re.compile(r"@app\.cell\b")
_KEPT = re.compile(r"@app\.(function|class_definition)\b")
_SETUP = re.compile(r"with\s+app\.setup\b")
_DEF = re.compile(r"(async\s+)?def\s+\w+\s*\(")
_BEGINS = re.compile(r"[^\s)\]}#]")  # a statement at the left margin, if the line does not begin inside a string
_WORD = re.compile(r"[^\W\d]\w*")
_MADE = re.compile(r"^(?:(?:async\s+)?def|class)\s+(\w+)")


@dataclass(frozen=True)
class MarimoCell:
    """A cell: its code, the line of the file where it begins, the names that it needs, and the names that it makes."""

    text: str
    line: int
    needs: frozenset[str]
    makes: frozenset[str]


def is_marimo(text: str) -> bool:
    """Is a script a marimo notebook?"""
    return "import marimo" in text and _APP.search(text) is not None


def cells(text: str) -> list[MarimoCell]:
    """The cells of a marimo notebook, each after those that make the names it needs."""
    lines = text.split("\n")
    inside = [kind is Line.STRING for kind in line_kinds(text)]
    starts = [n for n, line in enumerate(lines) if _BEGINS.match(line) and not inside[n]]
    found: list[MarimoCell] = []
    kept: list[str] = []  # the lines of a function or class that stays as it is
    kind = ""
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = lines[start:end]
        if _SETUP.match(block[0]):
            found.append(_body(block, inside[start:end], start))
        elif _CELL.match(block[0]):
            kind = "cell"
        elif _KEPT.match(block[0]):
            kind, kept = "kept", []
        elif kind == "cell" and _DEF.match(block[0]):
            found.append(_body(block, inside[start:end], start))
            kind = ""
        elif kind == "kept":
            kept += block
            if made := _MADE.match(block[0]):
                code = "\n".join(kept).rstrip("\n")
                found.append(MarimoCell(code, end - len(kept) + 1, frozenset(), frozenset(made.groups())))
                kind = ""
    return list(_in_order(found))


def _body(block: list[str], inside: list[bool], start: int) -> MarimoCell:
    """The cell that a function makes: its body, moved to the left margin, without the last return.

    block: the lines of the function. inside: does the line begin inside a string? start: the index of its first line.
    """
    head = next((n for n, line in enumerate(block) if line.rstrip().endswith(":")), 0)
    names = _WORD.findall("\n".join(block[: head + 1]).partition("(")[2])
    needs = frozenset(names) if not _SETUP.match(block[0]) else frozenset()
    body = block[head + 1 :]
    returns = [n for n, line in enumerate(body) if re.match(r"    return\b", line) and not inside[head + 1 + n]]
    makes: list[str] = []
    if returns:
        makes = _WORD.findall("\n".join(body[returns[-1] :]).partition("return")[2])
        body = body[: returns[-1]]
    kept = [line if inside[head + 1 + n] else line.removeprefix("    ") for n, line in enumerate(body)]
    code = "\n".join(kept).rstrip("\n")
    if _SETUP.match(block[0]):
        makes = _WORD.findall(code)
    return MarimoCell(code, start + head + 2, needs, frozenset(makes))


def _in_order(found: list[MarimoCell]) -> Iterator[MarimoCell]:
    """Each cell after those that make the names it needs, cells that need none and make some first.

    Otherwise, and if cells need each other, the order of the file stays.
    """
    waiting = dict(enumerate(sorted(found, key=lambda cell: bool(cell.needs) or not cell.makes)))
    maker = {name: number for number, cell in waiting.items() for name in cell.makes}
    sorter = graphlib.TopologicalSorter(
        {number: {maker[name] for name in cell.needs if name in maker} - {number} for number, cell in waiting.items()}
    )
    with contextlib.suppress(graphlib.CycleError):
        sorter.prepare()
    while ready := sorter.get_ready():
        yield from (waiting.pop(number) for number in sorted(ready))
        sorter.done(*ready)
    yield from waiting.values()
