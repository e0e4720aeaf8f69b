"""What people write for us in files: tables in CSV, times in ISO 8601."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from pathlib import Path

from .errors import UserError


def read_table(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with these columns: (line number, values). Empty when there is no such file, or an empty one.

    A spreadsheet may have written commas, semicolons or tabs, blanks around them, titles in any case, and one of
    several encodings. A cell that a line lacks is "".
    Raises UserError when it cannot be read or lacks a column.
    """
    rows = read_rows(path)
    if not rows:
        return []
    header = [title.casefold() for title in rows[0][1]]
    missing = [column for column in columns if column not in header]
    if missing:
        raise UserError(f"{path} needs the columns {', '.join(columns)}; there is no {missing[0]}.")
    places = {column: header.index(column) for column in columns}
    empty = dict.fromkeys(columns, "")
    table = [(n, empty | {c: row[at] for c, at in places.items() if at < len(row)}) for n, row in rows[1:]]
    return [(number, row) for number, row in table if any(row.values())]


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """All lines of a CSV file: (line number, cells without blanks around them). Empty when there is no such file.

    Raises UserError when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = _decoded(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} cannot be read: {error}.") from None
    lines = io.StringIO(text, newline=None)  # Excel on a Mac ends them with CR alone
    first = lines.readline()
    if said := re.fullmatch("sep=(.)\n", first, re.I):  # for Excel: not a line of the table
        delimiter = said[1]
    else:
        delimiter = max(",;\t", key=first.count)
        lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: {error}.") from None


def _decoded(raw: bytes) -> str:
    """Text as Excel and others save it: UTF-8 or UTF-16 with its mark, else an 8-bit encoding of Windows."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def read_time(text: str, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """A time in ISO 8601; without an offset it is the zone's, or this machine's. None when it is no time."""
    try:
        return aware(dt.datetime.fromisoformat(text.strip()), zone)
    except (ValueError, OverflowError, OSError):
        return None


def aware(time: dt.datetime, zone: dt.tzinfo | None = None) -> dt.datetime:
    """A time in UTC; without an offset it is the zone's, or this machine's. Raises OverflowError at the ends of time."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone) if zone is not None else time.astimezone()
    return time.astimezone(dt.UTC)
