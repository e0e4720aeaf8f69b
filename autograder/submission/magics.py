"""Lines of a notebook's cell that are not Python: magics, shell lines, requests for help.

Such lines are looked for only where a statement begins, outside strings and brackets. There, Python allows none of them,
so no line of Python is lost. Nothing is parsed, so no cell can crash or stall the grader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Cell magics whose body runs as ordinary Python in the notebook. The body of any other magic is dropped.
_KEEPS_BODY = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "matplotlib", "debug"})

_CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)")
_WRITES = re.compile(r"\s*%%(?:write)?file\s+(?P<more>-a\s+)?[\"']?(?P<name>[\w./-]+\.py)[\"']?\s*$")
_NOT_PYTHON = re.compile(
    r"""\s*+(?: [%!?]                             # %matplotlib inline, !pip install, ?torch.permute
           | [\w.*]++ \?{1,2} \s* $              # torch.permute?
           | [\w.,\s*]++ = \s* [%!] \s* \w  # files = !ls
          )""",
    re.VERBOSE,
)
_TOKEN = re.compile(r"""\#|\"{3}|'{3}|["']|[(\[{]|[)\]}]""")
_STRING_END = {quote: re.compile(rf"\\.|{quote}") for quote in ('"', "'", '"""', "'''")}


def statement_starts(lines: list[str]) -> Iterator[tuple[bool, bool]]:
    """For each line: (does a statement begin here?, is the line not Python?).

    No statement begins inside a string or a bracket, or after a backslash.
    """
    quote: str | None = None  # the quotes of the string that is open at the end of the line before
    depth = 0  # of open brackets
    continued = False  # does the line before end with a backslash?
    dropped = False  # is the statement a shell line, which goes on after a backslash?
    for line in lines:
        if dropped and continued:
            continued = line.endswith("\\")
            yield False, True
            continue
        starts = quote is None and depth == 0 and not continued
        dropped = starts and _NOT_PYTHON.match(line) is not None
        if dropped:
            continued = line.endswith("\\")
        else:
            quote, depth, continued = _scan(line, quote, depth)
        yield starts, dropped


def _scan(line: str, quote: str | None, depth: int) -> tuple[str | None, int, bool]:
    """The state after a line: the quotes of the open string, the number of open brackets, and whether a backslash
    continues the line. quote, depth: the state before the line.
    """
    position = 0
    while True:
        if quote is not None:
            end = next((m for m in _STRING_END[quote].finditer(line, position) if m.group() == quote), None)
            if end is None:
                # A string goes on in the next line only after triple quotes, or a backslash at the end of the line.
                backslashes = len(line) - len(line.rstrip("\\"))
                return (quote if len(quote) == 3 or backslashes % 2 else None), depth, False
            quote, position = None, end.end()
        token = _TOKEN.search(line, position)
        if token is None:
            return None, depth, line.endswith("\\")
        position, text = token.end(), token.group()
        if text == "#":
            return None, depth, False
        if text in _STRING_END:
            quote = text
        else:
            depth = depth + 1 if text in "([{" else max(0, depth - 1)


def drop_magics(cell: str) -> str:
    """The cell with its Python alone. Lines that are not Python become `pass`, if indented, or blank: no line moves.

    After `%%time` and other magics that run Python, the rest of the cell stays. `%%writefile` becomes a statement that
    writes the file. After any other magic, such as `%%bash`, the whole cell is dropped.
    """
    lines = cell.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is not None and (magic := _CELL_MAGIC.match(lines[first])):
        if written := _WRITES.match(lines[first]):
            body, mode = "\n".join(lines[first + 1 :]) + "\n", "a" if written["more"] else "w"
            lines[first:] = [f"open({written['name']!r}, {mode!r}).write({body!r})", *[""] * (len(lines) - first - 1)]
            return "\n".join(lines)
        if magic.group(1) not in _KEEPS_BODY:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    elif not any(map(_NOT_PYTHON.match, lines)):  # the usual case, which needs no scan for strings
        return cell
    for number, (starts, dropped) in enumerate(statement_starts(lines)):
        if dropped:
            line = lines[number]
            indent = line[: len(line) - len(line.lstrip())] if starts else ""
            lines[number] = f"{indent}pass" if indent else ""
    return "\n".join(lines)


def code_lines(text: str) -> Iterator[str]:
    """The lines that count when two texts are compared: without comment lines, blank lines and blanks at line ends.

    Lines that begin inside a string are all kept.
    """
    lines = text.split("\n")
    for line, inside_string in zip(lines, string_lines(lines), strict=True):
        bare = line.rstrip()
        if inside_string or (bare and not bare.lstrip().startswith("#")):
            yield bare


def string_lines(lines: list[str]) -> Iterator[bool]:
    """For each line: does it begin inside a string?"""
    quote: str | None = None
    depth = 0
    for line in lines:
        yield quote is not None
        quote, depth, _ = _scan(line, quote, depth)
