"""Moodle: fills grades into an assignment's grading worksheet (its page, Submissions, Download grading worksheet)."""

import argparse
import re
from pathlib import Path

from ..common.errors import UserError
from ..results.result import ClassResults
from ..submission.people import comparable
from . import lms, moodle_words
from .table import Table, read_table

# The columns that matter: option -> what Moodle calls them.
_TITLES = {
    "identifier": moodle_words.IDENTIFIER,
    "name": moodle_words.NAME,
    "grade": moodle_words.GRADE,
    "maximum": moodle_words.MAXIMUM,
    "closed": moodle_words.CLOSED,
}
_NUMBER = re.compile(r"\D*(\d+)")  # "Participant 4711"
_DOWNLOAD = re.compile(r".+_(?P<id>\d+)_assignsubmission_.+")  # in older results, students' names


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FILE", help="the grading worksheet that Moodle exported"
    )
    parser.add_argument(
        "--assignment", required=True, metavar="A", help="the assignment that the worksheet is for, or `total`"
    )
    for option, titles in _TITLES.items():
        parser.add_argument(
            f"--{option}-column",
            metavar="TITLE",
            help=f"the title of this column in Moodle, if it is not found (in English: {titles[0]})",
        )
    lms.add_arguments(parser)


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Write the worksheet with the final scores filled in. Nothing else in it changes, not even a line end."""
    points = results.max_scores()
    assignment = lms.assignment_meant("--assignment", args.assignment, points)
    table = read_table(args.into)
    column = _columns(table, args)
    identifier, grade = (_need(table, column[name], name) for name in ("identifier", "grade"))
    people = people_in(table, identifier, column["name"], grade)
    ours = sum(points.values()) if assignment == lms.TOTAL else points[assignment]
    for row in people:
        best = table.value(row, column["maximum"])
        if best and lms.points_in(best) is None:
            raise UserError(
                f"{table.path}: Moodle grades the assignment by {best!r}, not in points. Set its grade to the type "
                f"Point, with {ours} as the maximum, and download the worksheet again."
            )
        lms.check_points(table.path, "the assignment", lms.points_in(best), ours)
    participants = {row: _NUMBER.fullmatch(table.value(row, identifier)) for row in people}
    numbers = lms.rows_by({row: found[1] for row, found in participants.items() if found})
    students = {
        student: {"system": "moodle", "number": m["id"]} if (m := _DOWNLOAD.fullmatch(student)) else identity
        for student, identity in lms.identities_of(results, assignment).items()
    }
    if assignment != lms.TOTAL:  # a number of another assignment says nothing here
        here = {student for student, own in results.students().items() if assignment in own}
        students = {
            student: identity if student in here else {**identity, "number": ""}
            for student, identity in students.items()
        }

    def keeps(row: int, _: int) -> str:
        said = table.value(row, column["closed"])
        if not said or said.casefold() in moodle_words.YES:
            return ""
        locked = said.casefold() in moodle_words.NO
        return f"Moodle says {'that this grade cannot be changed' if locked else f'{said!r}, and it is not known here what that means'}"

    sheet = lms.Sheet(table, "moodle", people, numbers, keeps)
    return lms.fill(sheet, results, {assignment: grade}, students, destination, args)


def _columns(table: Table, args: argparse.Namespace) -> dict[str, int | None]:
    """option -> its column, found by the given title, by one of Moodle's titles or by its place; None if it is not."""
    found: dict[str, int | None] = {}
    for name, titles in _TITLES.items():
        given = getattr(args, f"{name}_column")
        found[name] = lms.column_of(table, *([given] if given else titles))
        if given and found[name] is None and given not in titles:
            _need(table, None, name, given)
    rows = range(1, len(table.rows))
    if found["identifier"] is None and rows and all(_NUMBER.fullmatch(table.value(row, 0)) for row in rows):
        found["identifier"] = 0
    if found["name"] is None and found["identifier"] == 0 and len(table.header) > 3:
        found["name"] = 1
    # No title is known: the first column with the same number in all rows is the maximum; the grade stands before it.
    if found["grade"] is None or found["maximum"] is None:
        constant = [
            n
            for n in range(2, len(table.header))
            if len(found_here := _numbers(table, n)) == 1 and None not in found_here
        ]
        known = constant[0] if found["maximum"] is None and constant else found["maximum"]
        if known is not None and found["grade"] in (None, known - 1):
            found["maximum"], found["grade"] = known, known - 1
    if found["closed"] is None and found["maximum"] is not None:
        after = found["maximum"] + 1
        words = {table.value(row, after).casefold() for row in rows}
        if words and words <= moodle_words.YES | moodle_words.NO | {""}:
            found["closed"] = after
    return found


def _numbers(table: Table, column: int) -> set[float | None]:
    """The numbers of a column, with None for a cell that is not a number."""
    return {lms.points_in(table.value(row, column)) for row in range(1, len(table.rows))}


def people_in(table: Table, identifier: int, name: int | None, grade: int) -> dict[int, set[str]]:
    """row -> all names of that person: participant number, name, and the values of columns that differ for everybody.

    Only columns before the grade count. An address among them counts also without what follows its @.
    """
    people = {}
    others = [column for column in range(grade) if column not in (identifier, name)]
    logins = [column for column in others if _tells_apart(table, column)]
    for row in range(1, len(table.rows)):
        if not (whole := table.value(row, identifier)):
            continue
        called = {comparable(whole)} | lms.names_of(table.value(row, name))
        if participant := _NUMBER.fullmatch(whole):
            called.add(participant[1])
        people[row] = called.union(*(lms.login_names(table.value(row, column)) for column in logins))
    first = logins[0] if logins else None
    return lms.also_short(people, {row: table.value(row, first) for row in people})


def _tells_apart(table: Table, column: int) -> bool:
    values = [value for row in range(1, len(table.rows)) if (value := table.value(row, column))]
    return len(set(values)) == len(values) and not any(" " in value for value in values)


def _need(table: Table, column: int | None, name: str, given: str = "") -> int:
    if column is None:
        raise UserError(
            f"{table.path} has no column {given or _TITLES[name][0]!r}. Its columns are: {', '.join(map(repr, table.header))}. "
            f"If one of them is meant, name it with --{name}-column. Is it the grading worksheet of an assignment?"
        )
    return column
