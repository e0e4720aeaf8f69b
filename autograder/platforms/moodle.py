"""Moodle: grades put into the grading worksheet of one assignment (its page, Submissions, Download grading worksheet)."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from ..common.errors import UserError
from ..results.result import ClassResults
from .lms import (
    TOTAL,
    Filling,
    check_points,
    column_of,
    fill_column,
    finish,
    grades_for,
    login_names,
    match,
    names_of,
    normal,
    points_in,
)
from .table import Table, read_table

# What Moodle calls the columns that matter, in English.
_TITLES = {
    "identifier": "Identifier",
    "name": "Full name",
    "grade": "Grade",
    "maximum": "Maximum Grade",
    "closed": "Grade can be changed",
}
_NUMBER = re.compile(r"\D*(\d+)")  # "Participant 4711"
_DOWNLOAD = re.compile(r".+_(?P<id>\d+)_assignsubmission_.+")  # a folder of Moodle's download


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    """The options of `--to moodle`."""
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FILE", help="the grading worksheet that Moodle exported"
    )
    parser.add_argument(
        "--assignment", required=True, metavar="A", help="the assignment that the worksheet is for, or `total`"
    )
    for option, title in _TITLES.items():
        parser.add_argument(
            f"--{option}-column",
            default=title,
            metavar="TITLE",
            help=f"what Moodle calls this column in your language (default: {title})",
        )
    parser.add_argument("--leave-missing", action="store_true", help="no 0 where nothing was handed in")


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> None:
    """Write the worksheet with the final scores filled in. Nothing else in it changes, not even a line end."""
    points = results.max_scores()
    assignment = _assignment(args.assignment, list(points))
    table = read_table(args.into)
    titles: dict[str, str] = {name: getattr(args, f"{name}_column") for name in _TITLES}
    column = {name: column_of(table, title) for name, title in titles.items()}
    identifier, grade = (_need(table, column[name], titles[name], name) for name in ("identifier", "grade"))
    people = people_in(table, identifier, column["name"])
    ours = sum(points.values()) if assignment == TOTAL else points[assignment]
    for row in people:
        check_points(table.path, "the assignment", points_in(table.value(row, column["maximum"])), ours)
    filling = Filling()
    grades = grades_for(results, assignment, filling, missing=not args.leave_missing)
    by_number = {_with_number(student): student for student in results.students()}
    if len(by_number) < len(results.students()):
        raise UserError("Two students of these results have one participant number. Rename their folders.")
    found = match(by_number, people)
    for name, row in found.rows.items():
        if table.value(row, column["closed"]).casefold() == "no" and by_number[name] in grades:
            del grades[by_number[name]]
            filling.said.append(f"line {table.line(row)}: Moodle says that this grade cannot be changed")
    numbered = {name: grades[student] for name, student in by_number.items() if student in grades}
    fill_column(filling, table, grade, numbered, found)
    finish(table, filling, found, destination, people)


def people_in(table: Table, identifier: int, name: int | None) -> dict[int, set[str]]:
    """row -> all that the person is called: participant number, name, address, and whatever else identifies."""
    logins = [
        number
        for title in ("Email address", "E-mail address", "ID number", "Username", "Institution ID")
        if (number := column_of(table, title)) is not None
    ]
    people = {}
    for row in range(1, len(table.rows)):
        if not (whole := table.value(row, identifier)):
            continue
        called = {normal(whole)} | names_of(table.value(row, name))
        if participant := _NUMBER.fullmatch(whole):
            called.add(participant[1])
        people[row] = called.union(*(login_names(table.value(row, column)) for column in logins))
    return people


def _assignment(given: str, known: list[str]) -> str:
    """The assignment that is meant: its name, or what stands before its first underscore."""
    meant = [name for name in (*known, TOTAL) if name == given]
    meant = meant or [name for name in known if name.split("_")[0] == given]
    if len(meant) != 1:
        raise UserError(f"--assignment {given!r}: it is one of {', '.join([*known, TOTAL])}.")
    return meant[0]


def _with_number(student: str) -> str:
    """The participant number where the student is known by the folder of Moodle's download, else the name."""
    found = _DOWNLOAD.fullmatch(student)
    return found["id"] if found else student


def _need(table: Table, column: int | None, title: str, name: str) -> int:
    if column is None:
        raise UserError(
            f"{table.path} has no column {title!r}. Its columns are: {', '.join(map(repr, table.header))}. "
            f"If one of them is meant, name it with --{name}-column."
        )
    return column
