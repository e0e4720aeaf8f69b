"""Lines of a notebook's cell that are not Python: magics, shell lines, requests for help.

Such lines are looked for only where a statement begins, outside strings and brackets. There, Python allows none of them,
so no line of Python is lost. Nothing is parsed, so no cell can crash or stall the grader.
"""

import itertools
import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

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
_TIMED = re.compile(r"\s*%time\s+(?P<statement>[A-Za-z_].*[^:\\\s])\s*$")


class Line(Enum):
    """How a line begins."""

    STATEMENT = "where a statement may begin"
    STRING = "inside a string"
    WITHIN = "inside a bracket, or after a backslash"
    MAGIC = "where a statement may begin, with what is not Python"
    MAGIC_GOES_ON = "after the backslash of a line that is not Python"


def may_have_magics(lines: list[str]) -> bool:
    """Whether a line looks like one that is not Python. It may still be inside a string or a bracket."""
    return any(map(_NOT_PYTHON.match, lines))


def line_kinds(text: str, magics: bool = False) -> list[Line]:
    """How each line of a text begins.

    magics: also look for lines that are not Python. Such a line opens no string and no bracket.
    """
    lines = text.split("\n")
    kinds = [Line.STATEMENT] * len(lines)
    odd = [number for number, found in enumerate(map(_NOT_PYTHON.match, lines)) if found] if magics else []
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0)) if odd else []
    place = line = depth = opened = 0  # line: that of `place`. opened: the line with the outermost open bracket
    for number in (*odd, len(lines)):
        limit = starts[number] if number < len(lines) else len(text)
        while place < limit:
            start, stop = _next_piece(text, place, limit)
            first = line + text.count("\n", place, start)
            place, line = stop, first + text.count("\n", start, stop)
            if text[start:stop] in _OPENING:
                opened = opened if depth else first
                depth += 1
            elif text[start:stop] in _CLOSING:
                if depth == 1:
                    _mark_within(kinds, opened, line)
                depth = max(0, depth - 1)
            elif text.startswith(("'", '"'), start):
                kinds[first + 1 : line + 1] = [Line.STRING] * (line - first)
            else:
                _mark_within(kinds, first, line)
        if place == limit and not depth and number < len(lines) and kinds[number] is Line.STATEMENT:
            kinds[number] = Line.MAGIC
            while lines[number].endswith("\\") and number + 1 < len(lines):
                number += 1
                kinds[number] = Line.MAGIC_GOES_ON
            place, line = starts[number + 1], number + 1
    if depth:
        _mark_within(kinds, opened, len(lines) - 1)
    return kinds


def _mark_within(kinds: list[Line], first: int, last: int) -> None:
    """Mark the lines after `first`, up to `last`; but not lines that begin inside a string."""
    for number in range(first + 1, last + 1):
        if kinds[number] is Line.STATEMENT:
            kinds[number] = Line.WITHIN


def _next_piece(text: str, place: int, limit: int) -> tuple[int, int]:
    """The start and the end of the next piece of text that may change how a line begins: a long string, a bracket, or a
    backslash at the end of a line. Both are the limit if no piece starts before it.
    """
    found = _NEXT.match(text, place, limit)
    assert found is not None
    start, stop = found.span("piece")
    if start < limit == stop and (whole := _NEXT.match(text, start)):
        stop = whole.end()
    return start, stop


def _short(quote: str, end: str) -> str:
    """The pattern of a string in single quotes that ends on its line."""
    return rf"{quote}(?!{quote * 2})[^{quote}\\\n]*+(?>(?:\\[^\n][^{quote}\\\n]*+)*){end}"


def _longer(quote: str) -> str:
    """The pattern of a string that can have several lines: in triple quotes, or with a backslash at the end of a line. If
    the string never ends, the pattern takes the rest of the text.
    """
    triple = quote * 3
    in_three = rf"{triple}[^{quote}\\]*+(?>(?:(?:\\.|{quote}(?!{quote * 2}))[^{quote}\\]*+)*)(?:{triple}|\\?\Z)"
    return rf"{in_three}|{quote}(?>(?:[^{quote}\\\n]++|\\.)*){quote}?"


_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
# _NOTHING matches text that changes nothing, in one step: that is most of a text. It includes brackets that close on their
# line, if they are nested two deep at most. Groups are (?>...) and not (?:...)*+, which Python before 3.11.5 gets wrong.
_WORDS = r"""[^()\[\]{}"'#\\\n]++"""
_STRINGS = "|".join(_short(quote, quote) for quote in "\"'")
_OPEN_STRINGS = "|".join(_short(quote, r"(?=\n|\Z)") for quote in "\"'")  # not closed: they end with the line
_INNERMOST = rf"[(\[{{](?>(?:{_WORDS}|{_STRINGS})*)[)\]}}]"
_BRACKETS = rf"[(\[{{](?>(?:{_WORDS}|{_STRINGS}|{_INNERMOST})*)[)\]}}]"
_NOTHING = rf"(?>(?:{_WORDS}|\n|\#[^\n]*+|\\(?!\n)|{_STRINGS}|{_OPEN_STRINGS}|{_BRACKETS})*)"
_LONGER = "|".join(map(_longer, "\"'"))
_NEXT = re.compile(rf"{_NOTHING}(?P<piece>{_LONGER}|[()\[\]{{}}]|\\\n|\Z)", re.DOTALL)


def drop_magics(cell: str) -> str:
    """The cell with its Python alone. Lines that are not Python become `pass`, if indented, or blank: no line moves.

    After `%%time` and other magics that run Python, the rest of the cell stays, and after `%time` its statement.
    `%%writefile` becomes a statement that writes the file. After any other magic, such as `%%bash`, the whole cell is
    dropped.
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
    elif not may_have_magics(lines):  # the usual case, which needs no scan for strings
        return cell
    for number, kind in enumerate(line_kinds("\n".join(lines), magics=True)):
        if kind is Line.MAGIC:
            line = lines[number]
            indent = line[: len(line) - len(line.lstrip())]
            lines[number] = indent + (_timed(line) or ("pass" if indent else ""))
        elif kind is Line.MAGIC_GOES_ON:
            lines[number] = ""
    return "\n".join(lines)


def _timed(line: str) -> str:
    """The statement that a line with `%time` runs; "" if there is none, or if it does not end on this line."""
    found = _TIMED.match(line)
    statement = found["statement"] if found and not _NOT_PYTHON.match(found["statement"]) else ""
    return statement if line_kinds(f"{statement}\n")[-1] is Line.STATEMENT else ""


@lru_cache(maxsize=1)
def _kinds_of(text: str) -> tuple[Line, ...]:
    """What `line_kinds` says. It is slow, and asked twice about each submission."""
    return tuple(line_kinds(text))


def code_lines(text: str) -> Iterator[str]:
    """The lines that count when two texts are compared: without comment lines, blank lines and blanks at line ends.

    Lines that begin inside a string are all kept.
    """
    for line, kind in zip(text.split("\n"), _kinds_of(text), strict=True):
        bare = line.rstrip()
        if kind is Line.STRING or (bare and not bare.lstrip().startswith("#")):
            yield bare


_OF_AN_EXPORT = re.compile(r"get_ipython\(\)\.|from autograder\.notebook import ")
_SELF_CHECK = re.compile(r"(?:check|show|unpack)\(")
_TEXT = re.compile(r"[rR]?(?P<quotes>\"{3}|'{3})")


def answer_lines(text: str) -> Iterator[str]:
    """The lines of `code_lines`, without what systems write when they save a notebook as a script: prose as strings, magics
    as calls of get_ipython(), and the cells that check and show.
    """
    lines, kinds = text.split("\n"), _kinds_of(text)
    ours = any(line.startswith("from autograder.notebook import ") for line in lines)
    number = 0
    while number < len(lines):
        first, line = number, lines[number].rstrip()
        number += 1
        if kinds[first] is Line.STATEMENT and (begin := _TEXT.match(line)):
            while number < len(lines) and kinds[number] is Line.STRING:
                number += 1
            whole = "\n".join(lines[first:number]).rstrip()
            if whole.endswith(begin["quotes"]) and len(whole) > begin.end() + 2:
                continue
            number = first + 1
        if kinds[first] is Line.STATEMENT and (_OF_AN_EXPORT.match(line) or (ours and _SELF_CHECK.match(line))):
            continue
        if kinds[first] is Line.STRING or (line and not line.lstrip().startswith("#")):
            yield line
