"""Reading one submission: a script or a notebook, in any encoding, becomes text that can run.

No submission is trusted: sizes are limited before memory is allocated, and no code is parsed.
"""

import codecs
import hashlib
import itertools
import json
import os
import re
import stat
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ..common.files import sha256
from ..common.terminal import printable
from . import marimo
from .helpers import Helper, find_helpers
from .magics import Line, answer_lines, code_lines, drop_magics, line_kinds, may_have_magics
from .trained_from import origin_of

CODE_LIMIT = 64 * 1024  # bytes of code in a submission: less than a table of all test images needs
SCRIPT_LIMIT = 4 * CODE_LIMIT + 4  # bytes of a script's file, in any encoding
CELLS_LIMIT = 2000
WEIGHTS_LIMIT = 8 * 1024 * 1024  # bytes: a million numbers of 8 bytes
NOTEBOOK_LIMIT = 64 * 1024 * 1024  # bytes of JSON, nearly all of which are outputs
NOTEBOOK_MEMORY = 768 * 1024 * 1024  # bytes of memory that parsing the JSON may take

# Encodings that a coding line may name. Python has others, which are not text encodings or are very slow.
_ENCODINGS = re.compile(r"(utf|latin|iso|cp\d|windows|ascii|us-ascii|koi8|mac|gb|big5|shift|euc|hz|johab|tis)", re.I)
_CODING_LINE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
# The cells that show public checks and pictures in Jupyter are not part of an answer (autograder/release/master.py).
_OUR_CELLS = tuple(f"from autograder.notebook import {name}" for name in ("check", "show", "unpack"))
_OF_WEIGHTS = frozenset(".pt .pth .ckpt .bin .pkl .h5 .keras .onnx .npz .safetensors".split())
_CELL_LINE = re.compile(r"#\s*%%(?!%)")  # `# %%` begins a cell of a script
_NOTEBOOK = re.compile(rb'\s*\{\s*"(?:cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:')  # how a notebook begins
_SCRIPT = re.compile(rb"^(?:def|class|from|import) \w", re.MULTILINE)  # a line that a script has
_STATEMENT = re.compile(r"^(?:(?:def|class|from|import) \w|[A-Za-z_]\w* *=(?!=))", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:(?:async )?def|class) +\w+ *[(:]", re.MULTILINE)
_IDLE_LIMIT = 20  # cells that are no code and are kept all the same
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/")
# How files of other kinds with a script's name begin: (pattern, what it is and what to do).
_OTHERS = (
    (
        re.compile(rb"\s*(?:<\?xml[^>]{,200}>\s*)?(?:<!--[^>]{,500}-->\s*)?<(?:!doctype html|html)", re.I),
        "a web page. Download the file itself, not the page that shows it",
    ),
    (re.compile(rb"%PDF-"), "a PDF. Hand in the file that it was made from"),
    (re.compile(rb"\{\\rtf"), "rich text, as a text editor saves it. Save it as plain text"),
    (_POINTER, "a pointer of Git LFS: the file itself was not downloaded. In the clone, run git lfs pull"),
    (re.compile(rb"\s*https?://\S+\s*\Z"), "only a link. Download the file itself"),
    (re.compile(rb"\x1f\x8b|Rar!|7z\xbc\xaf"), "an archive. Hand in the file that is in it"),
    (re.compile(rb"PK\x03\x04"), "a zip or a Word document. Hand in the file that is in it"),
)


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, because this mark begins with UTF-16's mark
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


Form = Literal["py", "ipynb"]


class Unreadable(Exception):
    """A file cannot be read as a submission. The message says why, and is shown to the student."""


@dataclass(frozen=True)
class Cell:
    """A part of a submission: a code cell of a notebook, or the lines from one `# %%` of a script to the next."""

    text: str  # without the newline at its end
    first_line: int  # its first line in `Source.text`, counted from 1
    label: str | None  # "cell 3" in a notebook (code cells, counted from 1); None in a script
    file_line: int | None = None  # its first line in the student's file, if that is not `first_line`


@dataclass(frozen=True)
class Source:
    """A submission that has been read."""

    form: Form
    cells: tuple[Cell, ...]
    weights: bytes | None = None  # the safetensors file beside it, never parsed here
    notes: tuple[str, ...] = ()  # what readers of the result should know about the file
    helpers: tuple[Helper, ...] = ()  # the modules beside it that it imports
    unused: tuple[str, ...] = ()  # the names of other weights files beside it, which are not used
    idle: tuple[str, ...] = ()  # Markdown and raw cells of a notebook that hold a definition, and do not run

    @property
    def text(self) -> str:
        """The code that runs, as one script."""
        return "\n".join(cell.text for cell in self.cells) + "\n"

    @property
    def whole_text(self) -> str:
        """All code, of the submission and of its helpers."""
        return "\n".join([self.text, *(helper.text for helper in self.helpers)])

    @cached_property
    def answer_digest(self) -> str:
        """As `code_digest`, but also the same for a notebook and the script as which a system has saved it."""
        return sha256("\n".join(answer_lines(self.whole_text)).encode())

    @property
    def looks_like_code(self) -> bool:
        """Is it a notebook, or does a line import, define or assign something? No line of a table does."""
        return self.form == "ipynb" or _STATEMENT.search(self.text) is not None

    def locate(self, line: int, module: str = "") -> str:
        """The place of a line of `text` in the student's file: "line 12", or "cell 3, line 2" in a notebook.

        module: the dotted name of a helper, if the line is one of its lines: "line 3 of helpers.py".
        """
        if helper := self.helper(module):
            return f"line {line} of {helper.file}"
        cell = self.cells[max(0, bisect_right(self.cells, line, key=lambda c: c.first_line) - 1)]
        if cell.label is not None:
            return f"{cell.label}, line {max(1, line - cell.first_line + 1)}"
        return f"line {line if cell.file_line is None else line - cell.first_line + cell.file_line}"

    def line(self, number: int, module: str = "") -> str:
        """A line of `text`, or of a helper's text, made safe to show: without blanks around it, and with escapes instead of
        characters that control a terminal. "" if there is no such line.

        number: counted from 1. module: the dotted name of a helper, if the line is one of its lines.
        """
        helper = self.helper(module)
        lines = (helper.text if helper else self.text).split("\n")
        return printable(lines[number - 1].strip().replace("\t", " ")) if 0 < number <= len(lines) else ""

    def helper(self, module: str) -> Helper | None:
        """The helper of that dotted name, if there is one."""
        return next((helper for helper in self.helpers if helper.name == module), None)

    @property
    def fingerprint(self) -> str:
        """The sha256 (hexadecimal) of all that is graded: form, cells, weights and helpers, but not a notebook's outputs.

        The inputs of hidden checks depend on it. It covers everything that student code can read, so that submissions
        that get the same inputs can learn nothing new about them.
        """
        digest = hashlib.sha256(self.form.encode())
        for cell in self.cells:
            digest.update(hashlib.sha256(cell.text.encode()).digest())
        digest.update(b"no weights" if self.weights is None else hashlib.sha256(self.weights).digest())
        for helper in self.helpers:
            digest.update(hashlib.sha256(f"{helper.name}\0{helper.text}".encode()).digest())
        return digest.hexdigest()

    @cached_property
    def code_digest(self) -> str:
        """The sha256 (hexadecimal) of the code and its helpers, without comment lines, blank lines and blanks at line ends.

        It is the same for a script and its notebook, and does not change when a student adds comment lines to a stub. Two
        sources with the same digest are the same answer. The manifest holds the digests of the released stubs.
        """
        return sha256("\n".join(code_lines(self.whole_text)).encode())


def form_of(path: Path, raw: bytes = b"") -> Form:
    """The form of a submission, by the content of its file if that is clear, or else by its name."""
    start = raw[:CODE_LIMIT].removeprefix(codecs.BOM_UTF8).lstrip()
    if _NOTEBOOK.match(start):
        return "ipynb"
    if _SCRIPT.search(start) and not start.startswith((b"{", b"[")):
        return "py"
    return "ipynb" if re.search(r"\.ipynb(\.\w+)?$", path.name, re.I) else "py"  # a browser adds .json, .txt


def read_source(path: Path, weights: Path | None = None, flat: bool = False) -> Source:
    """Read a submission and its weights.

    weights: the file with its weights; None means `<name>.safetensors` beside it. flat: other students' files are in the
    same folder, as in a flat download.
    Raises Unreadable, with a message for the student, if the file cannot be opened, is empty, is not text, is a broken
    notebook, or holds more than 64 KB of code.
    """
    named = form_of(path)
    raw = _read_bytes(path, NOTEBOOK_LIMIT if named == "ipynb" else SCRIPT_LIMIT, of_notebook=NOTEBOOK_LIMIT)
    if not raw.strip():
        raise Unreadable(f"{path.name} is empty.")
    if other := next((what for begins, what in _OTHERS if begins.match(raw)), ""):
        raise Unreadable(f"{path.name} is {other}.")
    form = form_of(path, raw)
    notebook = form == "ipynb"
    idle: tuple[str, ...] = ()
    if notebook:
        cells, idle = _notebook_cells(raw, path.name)
    else:
        cells = _script_cells(_decode(raw, path.name), path.name)
    if len(cells) > CELLS_LIMIT:
        raise Unreadable(f"{path.name} holds {len(cells):,} cells of code; a file may hold {CELLS_LIMIT:,}.")
    code = "\n".join(cell.text for cell in cells)
    if not code.strip():
        where = "" if not idle else ", except in Markdown or raw cells, which do not run. Make them code cells"
        raise Unreadable(f"{path.name} holds no code{where}.")
    if (size := len(code.encode())) > CODE_LIMIT:
        raise Unreadable(_too_large(path.name, size))
    helpers, of_helpers = find_helpers(code, path, CODE_LIMIT - size, _read_helper, flat)
    weights = weights if weights is not None else path.with_suffix(".safetensors")
    data, of_weights = _read_weights(weights)
    with_it = (
        (f"Modules of its own were read with it: {', '.join(helper.file for helper in helpers)}.",) if helpers else ()
    )
    kind = "notebook" if notebook else "script"
    odd = (f"{path.name} was read as a {kind}, because its content is one.",) if form != named else ()
    notes = (*odd, *of_weights, *with_it, *of_helpers)
    source = Source(form, cells, data, notes, helpers, () if flat else _other_weights(path, weights), idle)
    return replace(source, notes=(*notes, *_stale(source, weights.name)))


def _read_helper(path: Path) -> str | None:
    try:
        return _clean(_decode(_read_bytes(path, SCRIPT_LIMIT), path.name))
    except Unreadable:
        return None


def _stale(source: Source, name: str) -> tuple[str, ...]:
    """A note if the weights were trained by other code than this submission's, or do not name their code.

    name: of the file of the weights.
    """
    origin = origin_of(source.weights) if source.weights is not None else None
    if origin is None:
        return ()
    if not origin.code:
        return (f"{name} does not say which code trained it. If the code has changed since, train again.",)
    if not origin.is_older_than(source.code_digest):
        return ()
    right = (
        ""
        if origin.accuracy is None
        else f" (its network was right on {origin.accuracy:.1%} of the held-out data then)"
    )
    return (f"The code has changed since {name} was trained{right}. Train again, or delete that file.",)


def _other_weights(path: Path, used: Path) -> tuple[str, ...]:
    """The names of weights files beside a submission that are neither its own nor released with it: five at most."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in itertools.islice(entries, 1000)]
    except OSError:
        return ()
    others = sorted(name for name in names if may_be_weights(name) and path.with_name(name) != used)
    return tuple(others[:5])


def may_be_weights(name: str) -> bool:
    """Has a file the name of trained weights, such as `best.pt`, and is not one that is released with an assignment?"""
    return name != "diagnoses.safetensors" and not _OF_WEIGHTS.isdisjoint(Path(name.lower()).suffixes)


def _read_bytes(path: Path, limit: int, of_notebook: int = 0) -> bytes:
    """The file's bytes. Raises Unreadable if there are more than `limit`, or if it is a pipe or a device, without waiting.

    of_notebook: the limit for a file whose content is a notebook's.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unreadable(f"{path.name} is not a file.")
            raw = file.read(limit + 1)
            notebook = form_of(path, raw[:1000]) == "ipynb"
            if len(raw) > limit and notebook and limit < of_notebook:
                raw, limit = raw + file.read(of_notebook - limit), of_notebook
            if len(raw) > limit:
                raise Unreadable(_too_large(path.name, os.fstat(handle).st_size, notebook))
            return raw
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise Unreadable(f"{path.name} could not be opened: {reason}.") from error


def _too_large(name: str, size: int, notebook: bool = False) -> str:
    human = f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.0f} MB"
    if notebook and size > NOTEBOOK_LIMIT:
        return f"{name} is too large ({human}): clear its outputs, save it and submit it again."
    return f"{name} holds {human} of code; a file may hold 64 KB."


def _read_weights(path: Path) -> tuple[bytes | None, tuple[str, ...]]:
    if path.suffix.lower() != ".safetensors" or path.is_symlink() or not os.path.isfile(path):
        return None, ()
    try:
        raw = _read_bytes(path, WEIGHTS_LIMIT)
    except Unreadable:
        return None, (f"{path.name} was passed over: it cannot be read or is larger than 8 MB.",)
    if _POINTER.match(raw):
        return None, (f"{path.name} was passed over: it is a pointer of Git LFS, and the weights were not downloaded.",)
    return raw, ()


def _decode(raw: bytes, name: str) -> str:
    """The text of a script. Its encoding is that of a byte order mark, or else of a coding line, or else UTF-8.

    Raises Unreadable if the file is not text in that encoding.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if raw.startswith(m)), (b"", "utf-8"))
    raw = raw[len(mark) :]
    if not mark:
        for first_line in raw.split(b"\n", 2)[:2]:
            if coding := _CODING_LINE.match(first_line):
                encoding = coding.group(1).decode("ascii", "replace")
                break
    try:
        if not _ENCODINGS.match(encoding):
            raise LookupError
        text = raw.decode(encoding)
    except LookupError:
        raise Unreadable(f"{name} names an encoding that is not known: {encoding}. Save it as UTF-8.") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unreadable(
            f"{name} is not a text file in UTF-8 (line {line}, byte 0x{raw[error.start]:02x}). Save it as UTF-8."
        ) from None
    if "\0" in text:
        raise Unreadable(f"{name} is not a text file: it holds zero bytes.")
    return text


def _clean(text: str) -> str:
    """The text with Unix line ends, and "?" for half characters (surrogates), which JSON can hold but UTF-8 cannot."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()


def _script_cells(text: str, name: str) -> tuple[Cell, ...]:
    text = _clean(text)
    if text.lstrip().startswith("{") and '"nbformat"' in text:
        raise Unreadable(f"{name} is a notebook under the name of a script. Rename it to end in .ipynb.")
    if len(text) <= CODE_LIMIT * 2 and marimo.is_marimo(text):
        return below_each_other((cell.text, None, cell.line) for cell in marimo.cells(text))
    lines = text.removesuffix("\n").split("\n")
    if len(text) > CODE_LIMIT * 2:
        return (Cell("\n".join(lines), 1, None),)  # too large: the caller says so
    marks = {number for number, line in enumerate(lines) if number and line.startswith("#") and _CELL_LINE.match(line)}
    magics = may_have_magics(lines)
    if marks:
        kinds = line_kinds(text.removesuffix("\n"), magics)
        marks = {number for number in marks if kinds[number] is Line.STATEMENT}
    edges = [0, *sorted(marks), len(lines)]
    cells = ("\n".join(lines[begin:end]) for begin, end in itertools.pairwise(edges))
    return below_each_other((drop_magics(cell) if magics else cell, None, None) for cell in cells)


def below_each_other(parts: Iterable[tuple[str, str | None, int | None]]) -> tuple[Cell, ...]:
    """Cells whose lines follow one another. parts: the text, the label and the line in the file of each."""
    cells: list[Cell] = []
    line = 1
    for text, label, file_line in parts:
        cells.append(Cell(text, line, label, file_line))
        line += text.count("\n") + 1
    return tuple(cells)


def _notebook_cells(raw: bytes, name: str) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """The code cells of a notebook, and the texts of other cells that hold a definition."""
    codes, others = _texts_of_notebook(raw, name)
    if (size := sum(len(code) for code in codes)) > CODE_LIMIT:
        raise Unreadable(_too_large(name, size))
    if zero := next((number for number, code in enumerate(codes, 1) if "\0" in code), 0):
        raise Unreadable(f"{name} is not text: cell {zero} holds zero bytes.")
    texts = enumerate((drop_magics(_clean(code)) for code in codes), 1)
    # An empty cell only takes a number.
    cells = below_each_other((text, f"cell {number}", None) for number, text in texts if text.strip())
    idle = (_clean(text) for text in others if len(text) <= CODE_LIMIT and _DEFINITION.search(text))
    return cells, tuple(itertools.islice(idle, _IDLE_LIMIT))


def _texts_of_notebook(raw: bytes, name: str) -> tuple[list[str], list[str]]:
    """The texts of a notebook's code cells and of its other cells (formats 3 and 4). Raises Unreadable for anything else."""
    # An upper bound, in bytes, of the memory for the objects of this JSON: a few bytes of JSON can take 240.
    cost = 5 * len(raw) + 240 * raw.count(b"{") + 64 * raw.count(b"[") + 32 * raw.count(b",")
    if cost > NOTEBOOK_MEMORY:
        raise Unreadable(f"{name} is too large to be read: clear its outputs, save it and submit it again.")
    try:
        notebook: Any = json.loads(raw)
    except (ValueError, RecursionError, MemoryError) as error:
        if b"\n<<<<<<< " in raw and b"\n>>>>>>> " in raw:
            raise Unreadable(f"{name} holds the marks of an unfinished merge (<<<<<<<). Resolve it in git.") from None
        where = f" (its JSON breaks in line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        where = " (it is not text in UTF-8)" if isinstance(error, UnicodeDecodeError) else where
        raise Unreadable(
            f"{name} is not a notebook that can be read{where}. Take an earlier version of it from git, or begin anew "
            "with `autograder reset` and the assignment's name."
        ) from None
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    holders = sheets if isinstance(sheets, list) else [notebook]
    lists = [holder.get("cells") for holder in holders if isinstance(holder, dict)]
    cells = [cell for cells in lists if isinstance(cells, list) for cell in cells]
    if not any(isinstance(cells, list) for cells in lists):
        raise Unreadable(f"{name} is not a notebook: it has no list of cells.")
    codes: list[str] = []
    others: list[str] = []
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        text: Any = cell.get("source", cell.get("input", ""))
        if isinstance(text, list):
            text = "".join(part for part in text if isinstance(part, str))
        keep = isinstance(text, str) and not text.lstrip().startswith(_OUR_CELLS)
        (codes if cell.get("cell_type") == "code" else others).append(text if keep else "")
    return codes, others
