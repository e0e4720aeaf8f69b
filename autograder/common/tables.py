"""Reading what people write in files: tables in CSV, times in ISO 8601."""

import codecs
import csv
import datetime as dt
import io
import itertools
import re
from pathlib import Path

from .errors import UserError

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how files in .xlsx, .ods, .numbers and in .xls begin

SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)  # a long number as a spreadsheet saves it: 1.23457E+11


def read_table(
    path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file: (line number, column -> value). Empty if the file is missing or empty.

    columns: their titles, in lower case; other columns and blank lines are left out. Titles in the file may have any
    case. A cell that a line lacks is "", and so are the cells of an `optional` column that the file lacks. See
    `read_rows` for the forms of CSV that are read.
    Raises UserError if the file cannot be read, lacks a column or has it twice, or if a line has a cell without a title.
    """
    rows = read_rows(path)
    if not rows:
        return []
    header = [title.casefold() for title in rows[0][1]]
    missing = [column for column in columns if column not in header]
    if missing:
        raise UserError(f"{path} needs the columns {', '.join(columns)}; there is no {missing[0]}.")
    for column in (*columns, *optional):
        if header.count(column) > 1:
            raise UserError(f"{path} has two columns {column}. Give one of them another title.")
    for number, row in rows[1:]:
        if any(row[len(header) :]):
            raise UserError(
                f"{path}, line {number} has more cells than the first line has titles. A cell that holds a comma or a "
                "semicolon belongs in quotation marks."
            )
    places = {column: header.index(column) for column in (*columns, *optional) if column in header}
    empty = dict.fromkeys((*columns, *optional), "")
    table = [(n, empty | {c: row[at] for c, at in places.items() if at < len(row)}) for n, row in rows[1:]]
    return [(number, row) for number, row in table if any(row.values())]


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file from the first that is not blank: (line number, cells without blanks around them). Empty if
    there is no such file.

    Cells may be separated by commas, semicolons or tabs, in any encoding that spreadsheets save.
    Raises UserError if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read()
        if raw.startswith(_WORKBOOKS):
            raise UserError(f"{path} is a spreadsheet's own file, not a table in CSV. Save it as CSV.")
        text = _decoded(raw)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} cannot be read: {error}.") from None
    lines = io.StringIO(text, newline=None)  # Excel on a Mac ends lines with CR alone
    first = next((line for line in lines if line.strip()), "")
    if said := re.fullmatch("sep=(.)\n", first, re.I):  # for Excel: this line is not part of the table
        delimiter = said[1]
    else:
        delimiter = max(",;\t", key=first.count)
        lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: {error}.") from None
    for number, row in rows:
        if row and row[0].startswith(("<<<<<<< ", ">>>>>>> ")):
            raise UserError(
                f"{path}, line {number}: git has marked a conflict. Decide which lines count, and remove the marks."
            )
    return list(itertools.dropwhile(lambda row: not any(row[1]), rows))


def _decoded(raw: bytes) -> str:
    """Text as spreadsheets save it: UTF-16 with a byte order mark, UTF-8, or else Windows-1252."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def read_time(text: str, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """A time in ISO 8601, in UTC; None if the text is not one. zone: see `aware`."""
    try:
        return aware(dt.datetime.fromisoformat(text.strip()), zone)
    except (ValueError, OverflowError, OSError):
        return None


def aware(time: dt.datetime, zone: dt.tzinfo | None = None) -> dt.datetime:
    """The same time in UTC. A time without an offset is taken to be in `zone`, or else in this machine's zone.

    Raises OverflowError if the result is before the year 1 or after the year 9999.
    """
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone) if zone is not None else time.astimezone()
    return time.astimezone(dt.UTC)
