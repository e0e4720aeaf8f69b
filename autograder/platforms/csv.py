"""A table for a spreadsheet: a line for each student, a column for each assignment, and the total."""

import argparse
import csv
import io
from pathlib import Path

from ..common.terminal import printable
from ..results.guard import Guard
from ..results.result import ClassResults, standing
from ..results.store import unread
from .destinations import write_out

# A spreadsheet runs a cell that begins with one of these. Students choose their names themselves.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Write the final score and status of each assignment, the total and the maximum, as UTF-8.

    If lateness or a person changed any score, each assignment also has its raw score and the reason.
    """
    points = results.max_scores()
    more = ["raw", "reason"] if results.finals else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [column for name in points for column in (name, *(f"{name} {c}" for c in ("status", *more)))]
    writer.writerow(["student", *columns, "total", "max_total"])
    left_out = Guard()
    for student, own in results.students().items():
        with left_out.unless_it_works(student):
            cells: list[str | int] = []
            for name in points:
                result = own.get(name)
                absent = "not read" if name in unread(results, student) else "missing"
                cells += [results.final_score(result), standing(result)] if result else [0, absent]
                if more:
                    final = results.finals.get((student, name))
                    cells += [result.score if result else 0, as_cell(final.reason) if final else ""]
            writer.writerow([as_cell(student), *cells, results.total(own.values()), sum(points.values())])
    write_out(text.getvalue().encode(), destination)
    return left_out.told("export")


def as_cell(name: str) -> str:
    """A text for a cell of a spreadsheet, which does not run it as a formula."""
    shown = printable(name)
    return f"'{shown}" if name.startswith(_FORMULA) else shown
