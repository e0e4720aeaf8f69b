"""Canvas: fills grades into the gradebook file that Canvas exported (Grades, Export, Export Entire Gradebook)."""

import argparse
import re
from pathlib import Path

from ..common.errors import UserError
from ..common.tables import SHORTENED
from ..results.result import ClassResults
from ..submission.people import comparable
from . import lms
from .table import Table, read_table

_POINTS_POSSIBLE = "Points Possible"
_NUMBERED = re.compile(r"(?P<name>.+) \((?P<id>\d+)\)")  # Canvas's own columns: "a1_permute (48213)"
_READ_ONLY = "(read only)"
_NAMES = (("Student",), ("LastName", "FirstName"))  # how a gradebook begins
_KEPT = {
    "ex": "excused",
    "excused": "excused",
    "n/a": "not gradable (N/A)",
}  # what is in a cell, in Canvas's words and ours


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FILE", help="the gradebook file that Canvas exported"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ASSIGNMENT=TITLE",
        help="the column of an assignment (or of `total`), if Canvas has another title for it; may be given several "
        'times: --column "a1_permute=Exercise 1"',
    )
    lms.add_arguments(parser)


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Write the file with the final scores filled in. Nothing else in it changes, not even a line end."""
    table = read_table(args.into)
    people = people_in(table)
    columns = _columns(table, results, args.column)
    points = results.max_scores()
    possible = next((row for row in range(1, len(table.rows)) if table.value(row, 0) == _POINTS_POSSIBLE), None)
    for assignment, column in columns.items():
        heading = table.header[column]
        theirs = table.value(possible, column) if possible is not None else ""
        if theirs.casefold() == _READ_ONLY:
            raise UserError(f"Canvas works out the column {heading!r} itself: it cannot be filled in.")
        ours = sum(points.values()) if assignment == lms.TOTAL else points[assignment]
        lms.check_points(table.path, heading, lms.points_in(theirs), ours)

    def keeps(row: int, column: int) -> str:
        said = _KEPT.get(table.value(row, column).casefold())
        return f"{table.header[column]} is {said} for this person in Canvas, and stays so" if said else ""

    number = lms.column_of(table, "ID")
    numbers = lms.rows_by({row: table.value(row, number) for row in people})
    without = [name for name in points if name not in columns and lms.TOTAL not in columns]
    said = [f'{name} has no column; name it with --column "{name}=TITLE"' for name in without]
    sheet = lms.Sheet(table, "canvas", people, numbers, keeps)
    return lms.fill(sheet, results, columns, lms.identities_of(results), destination, args, said)


def people_in(table: Table) -> dict[int, set[str]]:
    """row -> all names of that person: name, Canvas's number, the school's number and login.

    Raises UserError if the file is not a gradebook of Canvas.
    """
    identity = [lms.column_of(table, each) for each in ("ID", "SIS User ID", "Integration ID")]
    logins = [lms.column_of(table, each) for each in ("SIS Login ID", "Email")]
    named = next((names for names in _NAMES if tuple(table.header[: len(names)]) == names), ())
    if not named or identity[0] is None:
        raise UserError(
            f"{table.path} is not a gradebook from Canvas, which begins with the columns Student and ID, or LastName, "
            "FirstName and ID."
        )
    people = {}
    for row in range(1, len(table.rows)):
        name = ", ".join(table.value(row, column) for column in range(len(named)))
        number = table.value(row, identity[0])
        if not number or table.value(row, 0) == _POINTS_POSSIBLE:  # this line is about columns, not about a person
            continue
        if SHORTENED.fullmatch(number):
            raise UserError(
                f"{table.path}, line {table.line(row)}: the ID {number} is a number that a spreadsheet has shortened. Export "
                "the gradebook from Canvas again, and do not save it in a spreadsheet."
            )
        called = lms.names_of(name)
        called |= {comparable(value) for column in identity if (value := table.value(row, column))}
        called |= lms.login_names(table.value(row, logins[0])) | lms.login_names(table.value(row, logins[1]))
        # A download tells two students of the same name apart by Canvas's number.
        called |= {comparable(f"{each}_{number}") for each in lms.names_of(name)}
        people[row] = called
    return lms.also_short(people, {row: table.value(row, logins[0]) for row in people})


def _columns(table: Table, results: ClassResults, given: list[str]) -> dict[str, int]:
    """assignment (or total) -> its column. Raises UserError for a column that is missing or occurs twice."""
    known = results.max_scores()
    named: dict[str, str] = {}
    for text in given:
        given_name, equals, name = text.partition("=")
        assignment = lms.assignment_meant(f"--column {text!r}:", given_name.strip(), known) if equals else ""
        if not assignment or assignment in named:
            raise UserError(f'--column {text!r}: give "ASSIGNMENT=TITLE" once for each assignment.')
        named[assignment] = name
    own = {n: m for n, text in enumerate(table.header) if (m := _NUMBERED.fullmatch(text))}
    columns: dict[str, int] = {}
    for assignment in (*known, lms.TOTAL):
        wanted = named.get(assignment, assignment)
        if assignment == lms.TOTAL and lms.TOTAL not in named:
            continue
        numbers = [
            number
            for number, match_ in own.items()
            if wanted.strip() == table.header[number] or lms.title(match_["name"]) == lms.title(wanted)
        ]
        if len(numbers) > 1:
            titles = " and ".join(repr(table.header[n]) for n in numbers)
            raise UserError(f"{assignment} could be {titles}: name the column whole, with its number.")
        if numbers:
            columns[assignment] = numbers[0]
        elif assignment in named:
            titles = ", ".join(repr(table.header[n]) for n in own) or "none"
            raise UserError(f"{table.path} has no column {wanted!r} of an assignment. There are: {titles}.")
    if len(set(columns.values())) < len(columns):
        raise UserError("Two assignments cannot share a column.")
    if not columns:
        titles = ", ".join(repr(table.header[n]) for n in own or range(len(table.header)))
        like = f"{next(iter(known))} (48213)"
        raise UserError(
            f"{table.path} has no column named after an assignment, with Canvas's number: {like!r}. Its columns are: "
            f'{titles}. Name one: --column "ASSIGNMENT=TITLE".'
        )
    return columns
