"""Filling grades into the file that an LMS exported: who is who, and which cells change.

Nobody is guessed. A student is filled in when one person in the file bears his name, number or address, and when no
other student does; whoever is not found, or could be several people, is listed.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..common.errors import UserError
from ..common.files import write_whole
from ..common.terminal import printable
from ..results.result import NOT_HANDED_IN, ClassResults, is_lost
from .table import Table

TOTAL = "total"


@dataclass
class Filling:
    """Which cells get which number, and what a person should know about it."""

    values: dict[tuple[int, int], int] = field(default_factory=dict)  # (row, column) -> points
    said: list[str] = field(default_factory=list)

    def put(self, row: int, column: int, points: int) -> None:
        """Fill a cell."""
        self.values[row, column] = points


@dataclass(frozen=True)
class Matches:
    """student -> row, for those who are one person; and the others, by why."""

    rows: Mapping[str, int]
    unknown: tuple[str, ...]
    ambiguous: Mapping[str, tuple[int, ...]]


def normal(name: str) -> str:
    """A name for comparison: letters' case, accents' spelling, blanks and underscores make no difference."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().replace("_", " ").split())


def names_of(full_name: str) -> set[str]:
    """The ways of writing a name: as it stands, "Last, First" also as "First Last", and Canvas's "lastfirst"."""
    last, comma, first = full_name.partition(",")
    turned = f"{first.strip()} {last.strip()}" if comma else ""
    run_together = "".join(c for c in full_name if c.isalnum())
    return {normal(name) for name in (full_name, turned, run_together) if name.strip()}


def login_names(login: str) -> set[str]:
    """A login or address, and what stands before its @."""
    return {normal(name) for name in (login, login.partition("@")[0]) if name.strip()}


def match(students: Iterable[str], people: Mapping[int, set[str]]) -> Matches:
    """Which row of the file is which student. people: row -> all that this person is called, as `normal` writes it."""
    called: defaultdict[str, set[int]] = defaultdict(set)
    for row, names in people.items():
        for name in names:
            called[name].add(row)
    found = {student: tuple(sorted(called.get(normal(student), ()))) for student in students}
    claimed = defaultdict(list)
    for student, rows in found.items():
        for row in rows:
            claimed[row].append(student)
    one = {s: rows[0] for s, rows in found.items() if len(rows) == 1 and len(claimed[rows[0]]) == 1}
    return Matches(
        one,
        tuple(student for student, rows in found.items() if not rows),
        {student: rows for student, rows in found.items() if rows and student not in one},
    )


def column_of(table: Table, title: str) -> int | None:
    """The column of that title. Raises UserError when several bear it."""
    numbers = [number for number, name in enumerate(table.header) if normal(name) == normal(title)]
    if len(numbers) > 1:
        raise UserError(f"{table.path} has {len(numbers)} columns {title!r}: which one is meant?")
    return numbers[0] if numbers else None


def points_in(text: str) -> float | None:
    """A number as an LMS writes it: 10, 10.00 or 10,00. None when it is none."""
    if not re.fullmatch(r"\d+([.,]\d+)?", text.strip()):
        return None
    return float(text.strip().replace(",", "."))


def fill_column(filling: Filling, table: Table, column: int, grades: Mapping[str, int], found: Matches) -> None:
    """Put the students' points into a column. A row that is too short for it is listed."""
    for student, points in grades.items():
        row = found.rows.get(student)
        if row is None:
            continue
        if column >= len(table.rows[row]):
            filling.said.append(f"{printable(student)}: line {table.line(row)} has no cell for the grade")
            continue
        filling.put(row, column, points)


def grades_for(results: ClassResults, assignment: str, filling: Filling, *, missing: bool) -> dict[str, int]:
    """student -> final points for an assignment (or TOTAL), without those that are no grade.

    A result that the machine lost is listed and left out, and with it a total. missing: also 0 where nothing came.
    """
    grades = {}
    for student, own in results.students().items():
        wanted = list(own.values()) if assignment == TOTAL else [own[assignment]] if assignment in own else []
        lost = [result.assignment for result in wanted if is_lost(result)]
        if lost:
            filling.said.append(f"{printable(student)}: {', '.join(lost)} could not be graded; grade again first")
            continue
        here = [result for result in wanted if missing or result.status not in NOT_HANDED_IN]
        if not here and not (missing and wanted):
            continue
        for result in here:
            if result.status in ("ambiguous", "unreadable"):
                points = results.final_score(result)
                who = f"{printable(student)}: {result.assignment} is {result.status}"
                filling.said.append(f"{who}, and counts {points}; have a look at it")
        grades[student] = results.total(here)
    return grades


def check_points(path: Path, what: str, theirs: float | None, ours: int) -> None:
    """Raise UserError when the LMS counts another number of points than we do: scaling is for a person to decide."""
    if theirs is not None and theirs != ours:
        raise UserError(
            f"{path}: {what} is worth {theirs:g} points there and {ours} here. Set it to {ours} in the LMS, "
            "and export the file again."
        )


def finish(
    table: Table, filling: Filling, found: Matches, destination: Path | None, people: Mapping[int, set[str]]
) -> None:
    """Write the filled file, and say on standard error who was not filled in."""
    content = table.filled(filling.values)
    if destination is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        if destination.resolve() == table.path.resolve():
            raise UserError("--out is the file of --into. Give another: the LMS's own file stays as it is.")
        write_whole(destination, content)
    filled = {row for row, _ in filling.values}
    print(f"Filled {len(filling.values)} grades of {len(filled)} people.", file=sys.stderr)
    for line in filling.said:
        print(f"  {line}.", file=sys.stderr)
    for student in found.unknown:
        print(f"  {printable(student)} is not in {table.path.name}.", file=sys.stderr)
    for student, rows in found.ambiguous.items():
        where = ", ".join(str(table.line(row)) for row in rows)
        several = "could be several people" if len(rows) > 1 else "shares a person with another student"
        print(f"  {printable(student)} {several} (line {where}): not filled in.", file=sys.stderr)
    without = [row for row in people if row not in filled]
    if without:
        lines = ", ".join(str(table.line(row)) for row in without[:10]) + (" ..." if len(without) > 10 else "")
        print(f"  {len(without)} people in the file were left as they are (line {lines}).", file=sys.stderr)
