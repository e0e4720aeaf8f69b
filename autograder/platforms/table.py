"""A CSV file in which single cells are replaced, and no other byte changes.

The file keeps its quotes, its line ends, its encoding and its byte order mark.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import UserError


@dataclass(frozen=True)
class TableCell:
    """One cell: its value, and where it stands in the file's text, quotes included."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Table:
    """A CSV file as it was read."""

    path: Path
    text: str
    encoding: str
    rows: tuple[tuple[TableCell, ...], ...]

    @property
    def header(self) -> list[str]:
        """The titles of the columns, without blanks around them."""
        return [cell.value.strip() for cell in self.rows[0]]

    def value(self, row: int, column: int | None) -> str:
        """The value of a cell, without blanks around it; "" if the row is too short or `column` is None."""
        if column is None or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column].value.strip()

    def line(self, row: int) -> int:
        """The line of the file, counted from 1, on which a row begins."""
        before = self.text[: self.rows[row][0].start]
        return before.count("\n") + before.count("\r") - before.count("\r\n") + 1

    def filled(self, values: Mapping[tuple[int, int], int]) -> bytes:
        """The file with whole numbers in some cells: {(row, column): number}."""
        pieces, done = [], 0
        for cell, number in sorted(
            ((self.rows[row][column], number) for (row, column), number in values.items()),
            key=lambda pair: pair[0].start,
        ):
            quote = '"' if self.text[cell.start : cell.end].lstrip().startswith('"') else ""
            pieces += [self.text[done : cell.start], f"{quote}{number}{quote}"]
            done = cell.end
        return "".join([*pieces, self.text[done:]]).encode(self.encoding)


def read_table(path: Path) -> Table:
    """Read a CSV file whatever its delimiter (comma, semicolon, tab) and line ends.

    Raises UserError if it cannot be read, is empty, has a quotation mark that is not closed, or is not text in UTF-8, UTF-16
    or an 8-bit encoding.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    marks = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}  # as Excel saves "Unicode text"
    encoding = marks.get(raw[:2], "utf-8")
    if b"\0" in raw and encoding == "utf-8":
        raise UserError(f"{path} is not a CSV file. Download it from the system as CSV.")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text, encoding = raw.decode("latin-1"), "latin-1"  # each byte becomes one character, and the same byte again
    outside = re.split(r"[\r\n]", re.sub(r'"[^"]*"?', "", text))[0]  # what stands in quotes does not count
    delimiter = max(",;\t", key=lambda mark: outside.count(mark))
    table = Table(path, text, encoding, _rows(text, delimiter))
    if not text.strip() or not table.rows:
        raise UserError(f"{path} is empty.")
    last = table.rows[-1][-1]
    if re.match(r'"(?:[^"]|"")*\Z', text[last.start : last.end]):
        raise UserError(f"{path}, line {table.line(len(table.rows) - 1)}: a quotation mark has no second one.")
    return table


def _rows(text: str, delimiter: str) -> tuple[tuple[TableCell, ...], ...]:
    """The rows of a CSV text. After a byte order mark, every character belongs to a cell, a delimiter or a line end."""
    one = re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"?)?([^{delimiter}\r\n]*)({delimiter}|\r\n|\r|\n|\Z)')
    rows: list[tuple[TableCell, ...]] = []
    cells: list[TableCell] = []
    for found in one.finditer(text, int(text.startswith("\ufeff"))):
        if found.start() == len(text) and not cells:
            break  # the line before was the last one
        quoted, rest, end = found.groups(default="")
        cells.append(TableCell(quoted.replace('""', '"') + rest, found.start(), found.end(2)))
        if end != delimiter:
            rows.append(tuple(cells))
            cells = []
    return tuple(rows)
