"""Notes for students and teachers on code that was left out of a submission, or run differently than it is written.

The sandbox reports line numbers and errors. The sentences are made here, and quote the grader's own copy of the code.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..common.plural import capital
from ..common.terminal import beginning
from ..submission.source import Source
from ..submission.suggestions import bound_later, did_you_mean
from ..submission.syntax import broken_line
from .observation import LEFT_OUT, SYNTAX
from .translate import harmless

_MOST = 6  # notes on statements that were left out
_LOOKED_AT = 100  # statements that are checked for a name that they needed
# Code that makes the name {0}. The expressions do not backtrack, so that no text makes them slow.
_MAKES = (
    r"^[ \t]*+(?:(?:async[ \t]++)?def|class)[ \t]++{0}\b",
    r"\b{0}\b\s*+(?:\)\s*+)?[-+*/|&]?=(?!=)|(?:^|=)(?>[^=\n]*?\b{0}\b[ \t]*+[:,])[^=\n]*+=(?!=)",
    r"^(?>[^\n]*?\bimport\b)[^\n]*?\b{0}\b|\bimport\s++\*",
    r"\bas\s++{0}\b|^(?>[^\n]*?\bfor\b)(?>[^\n]*?\b{0}\b)[^\n]*?\bin\b",
)
_FILLS = r"\b{0}(?:\[[^\[\]\n]*+\]\s*+=(?!=)|\.update\()"  # code that fills the dict {0}
NO_NETWORK = re.compile(
    r"name resolution|urlopen error|NewConnectionError|Network is unreachable|Max retries exceeded|Error downloading"
    r"|no internet connection"
)
NO_DOWNLOADS = "Grading has no network, so nothing can be downloaded."
_IMPORTED = re.compile(r"\bimport\s*+[(\\][^)]*+")  # over several lines


@dataclass(frozen=True)
class LeftOut:
    """A top-level statement that did not run, or only in part. line: the line to show; first, last: all its lines."""

    line: int
    first: int
    last: int
    kind: str  # the type of the error that it raised, "BudgetSpent", or the outcome if its process ended
    reason: str  # "it raised ValueError: ..."
    unreadable: bool = False  # it is a whole cell that Python cannot parse


def left_out(record: Any, source: Source, seconds: float) -> LeftOut | None:
    """The statement that a record from the sandbox describes (see `inside.loading.Record`); None if it is not valid.

    seconds: the time for loading, for the message.
    """
    if not isinstance(record, tuple) or len(record) != 5 or not all(type(part) is int for part in record[:3]):
        return None
    number, first, last = record[:3]
    lines = source.text.count("\n")
    if not 0 < first <= last <= lines:
        return None
    kind, message = (beginning(harmless(part[:500])) if isinstance(part, str) else "" for part in record[3:])
    line = first
    if number < 0:  # a cell that Python cannot parse is left out as a whole
        cell = next(cell for cell in reversed(source.cells) if cell.first_line <= line)
        first, last = cell.first_line, cell.first_line + cell.text.count("\n")
    elif kind in SYNTAX and (broken := broken_line(source)) is not None and first <= broken.line <= last:
        line = broken.line  # for example inside a function that cannot be compiled
    return LeftOut(line, first, last, kind, _reason(kind, message, number, seconds), number < 0)


def _reason(kind: str, message: str, number: int, seconds: float) -> str:
    if kind == "BudgetSpent":
        return f"the {seconds:g} seconds for running the file were used up"
    said = f": {message}" if message else ""
    if number < 0:
        return f"Python cannot read the code around it ({kind}{said})"
    return f"it raised {kind}{said}".rstrip(". ")


def notes_on(found: Sequence[LeftOut], source: Source) -> list[str]:
    """A note on each of the first statements, and one on the number of the others."""
    said = [
        f"{LEFT_OUT}{source.locate(each.line)} out (`{beginning(source.line(each.line), 100)}`) and checked the rest: "
        f"{each.reason}.{_because(each, found[:place], source)}"
        for place, each in enumerate(found[:_MOST])
    ]
    more = len(found) - len(said)
    return said + ([f"{LEFT_OUT}{more} more statements out."] if more else [])


def _because(each: LeftOut, before: Sequence[LeftOut], source: Source) -> str:
    if NO_NETWORK.search(each.reason):
        return f" {NO_DOWNLOADS}"
    if "SystemExit" in each.reason and "parse_args" in source.line(each.line):
        return " Grading gives no arguments: give each a default, and require none."
    name = _missed(each.reason)
    maker = maker_of(name, before, source) if name else None
    if maker is not None:
        return f" {capital(source.locate(maker.line))} would have defined {name}."
    later = bound_later(source, name, each.last) if name else 0
    return f" {capital(source.locate(later))} defines {name}, but it comes after this line." if later else ""


def _missed(reason: str) -> str:
    """The name that was not defined, if that is the reason; otherwise ""."""
    match = re.search(r"NameError: name '(\w+)' is not defined", reason)
    return match[1] if match else ""


def for_want_of(names: Collection[str], found: Iterable[LeftOut], source: Source) -> list[LeftOut]:
    """The statements that needed one of these names, or a name that such a statement would have made."""
    wanting: list[LeftOut] = []
    for each in itertools.islice(found, _LOOKED_AT):
        name = _missed(each.reason)
        if name and (name in names or maker_of(name, wanting, source)):
            wanting.append(each)
    return wanting


def maker_of(name: str, found: Iterable[LeftOut], source: Source) -> LeftOut | None:
    """The first of these statements that would have made a name, judged by its text; None if there is none."""
    return next((each for each in found if makes(_text(each, source), name)), None)


def _text(each: LeftOut, source: Source) -> str:
    return "\n".join(source.text.split("\n")[each.first - 1 : each.last])


def makes(text: str, name: str) -> bool:
    """Would this code make a name at its top level? A guess from its text, without parsing it."""
    word = re.escape(name)
    imported = any(re.search(rf"\b{word}\b", names[0]) for names in _IMPORTED.finditer(text))
    return imported or any(re.search(pattern.format(word), text, re.MULTILINE) for pattern in _MAKES)


def why_not(name: str, found: Iterable[LeftOut], source: Source) -> str:
    """A sentence on the statement that would have made a name but was left out; "" if there is none."""
    maker = maker_of(name, found, source)
    return _was_left_out(maker, "defined", source) if maker is not None else ""


def why_not_filled(name: str, found: Sequence[LeftOut], source: Source) -> str:
    """A sentence on the statement that would have filled a dict of that name but was left out; "" if there is none."""
    fills = re.compile(_FILLS.format(re.escape(name)), re.MULTILINE)
    maker = maker_of(name, found, source) or next((e for e in found if fills.search(_text(e, source))), None)
    return _was_left_out(maker, "filled", source) if maker is not None else ""


def _was_left_out(maker: LeftOut, done: str, source: Source) -> str:
    where, line = capital(source.locate(maker.line)), beginning(source.line(maker.line), 100)
    if maker.kind in SYNTAX:
        return f"{where} (`{line}`) is why: {maker.reason}."
    return f"{where} (`{line}`), which would have {done} it, was left out: {maker.reason}."


def also_out(wanting: Sequence[LeftOut], source: Source) -> str:
    """A sentence on the statements that need the one before it and so did not run; "" if there are none."""
    if not wanting:
        return ""
    first, more = capital(source.locate(wanting[0].line)), len(wanting) - 1
    return f" {first}{f' and {more} more need' if more else ' needs'} it, and did not run."


@dataclass(frozen=True)
class Note:
    """A sentence on code that was run differently than it is written. kind: one of `inside.notices`, or "misspelt".

    name: the name that was not defined, or that a misspelt import would have made.
    """

    kind: str = ""
    text: str = ""
    name: str = ""


def notice(item: Any, name: str, source: Source) -> Note:
    """The note that a notice from the sandbox means (see `inside.notices`); an empty note if it is not valid.

    name: the assignment's name, which is also that of the submission's module.
    """
    if not isinstance(item, tuple) or len(item) != 5 or type(item[2]) is not int:
        return Note()
    kind, module, line = item[0], "" if item[1] == name else item[1], item[2]
    if not isinstance(kind, str) or not isinstance(module, str) or not 0 <= line < 10**6:
        return Note()
    what, why = (beginning(harmless(part[:500]), 200) if isinstance(part, str) else "" for part in item[3:])
    text = beginning(source.line(line, module), 100)
    if not text:
        return Note()
    where = source.locate(line, module)
    begin = f"{capital(where)} (`{text}`)"
    if kind == "missing":
        if what.partition(".")[0] == "autograder":  # the line that shows the checks in a notebook
            return Note()
        known = what if set(what.split(".")) <= set(re.findall(r"\w+", source.line(line, module))) else "something"
        meant = did_you_mean(why, None)
        if (slip := re.fullmatch(r"Did you mean (\w+)\?", meant)) and text.split() == ["import", known]:
            said = f"{LEFT_OUT}{where} out (`{text}`): grading has no {known}. {meant}"
            return Note("misspelt", said, slip[1])
        if (helper := source.helper(what.rpartition(".")[0])) is not None:
            said = f"{begin} imports {what.rpartition('.')[2]}, but {helper.file} made nothing of that name"
            return Note(kind, f"{said}. {meant} I went on without it." if meant else f"{said}: I went on without it.")
        if meant:
            return Note(kind, f"{begin} imports {known}, which is not there. {meant} I went on without it.")
        return Note(kind, f"{begin} imports {known}, which grading does not have: I went on without it.")
    if kind == "device":
        return Note(kind, f"{begin} asks for a GPU. {_DEVICE}")
    if kind == "folder":
        return Note(kind, f"{begin} writes into the folder {what}, which grading does not have: I made one.")
    if kind == "compile":
        return Note(kind, f"{begin} compiles. Grading leaves that step out: your code computes the same without it.")
    if kind == "precision":
        return Note(kind, f"{begin} asks for half precision. Grading computes in float32, which is no less exact.")
    if kind in ("decorators", "annotations"):
        raised = f"{what}: {why.rstrip('. ')}"
        missed = _missed(raised) if kind == "annotations" else ""
        left = f"its annotations off, and all others that need {missed}," if missed else f"its {kind} off"
        return Note(kind, f"{begin} raised {raised}. I left {left} and kept the rest.", missed)
    if kind == "unreadable":
        return Note(kind, f"Python cannot read {where} (`{text}`), nor anything else of that module: {what}: {why}.")
    if kind == "left out":
        reason = _reason(what, why, 0, 0) if what != "BudgetSpent" else "it took too long"
        return Note(kind, f"{LEFT_OUT}{where} out (`{text}`) and checked the rest: {reason}.")
    return Note()


_DEVICE = (
    'Grading has none, so I used the CPU. With `device = "cuda" if torch.cuda.is_available() else "cpu"` and '
    "`.to(device)` it runs everywhere."
)
ONCE = frozenset({"device", "compile", "precision"})
"""Kinds of notices of which only the first becomes a note."""
