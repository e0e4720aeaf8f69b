"""What people write for us in files: tables in CSV, times in ISO 8601."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

from .errors import UserError


def read_table(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with these columns: (line number, values). Empty when there is no such file.

    Raises UserError when it cannot be read or lacks a column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} cannot be read: {error}.") from None
    # A spreadsheet may have been told to use semicolons.
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise UserError(f"{path} needs the columns {', '.join(columns)}; there is no {missing[0]}.")
    rows = [(reader.line_num, {c: (row[c] or "").strip() for c in columns}) for row in reader]
    return [(number, row) for number, row in rows if any(row.values())]


def read_time(text: str) -> dt.datetime | None:
    """A time in ISO 8601; without an offset it is this machine's. None when it is no time."""
    try:
        return aware(dt.datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError, OSError):
        return None


def aware(time: dt.datetime) -> dt.datetime:
    """A time in UTC; without an offset it is this machine's."""
    return (time if time.tzinfo else time.astimezone()).astimezone(dt.UTC)
