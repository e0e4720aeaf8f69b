"""Fills grades into a file that an LMS exported: finds each student's row, and the cells to change.

Nobody is guessed. A student gets a grade only if exactly one person in the file has the student's name, number or
address, and if that person matches no other student. All other students are listed.
"""

import argparse
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ..common.errors import UserError
from ..common.plural import plural
from ..common.tables import read_rows
from ..common.terminal import printable
from ..results.result import NOT_HANDED_IN, ClassResults
from ..results.store import unread
from ..submission.people import comparable
from ..submission.places import without_common
from .destinations import write_out
from .table import Table

TOTAL = "total"


@dataclass
class GradeCells:
    """The grades to fill in. said: lines about them for the person who exports."""

    values: dict[tuple[int, int], int] = field(default_factory=dict)  # (row, column) -> points
    said: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)  # students whose grade could not be filled in


@dataclass(frozen=True)
class Matches:
    """Which student is which row of the file.

    rows: student -> row, for students who match one person. unknown: students who match nobody. ambiguous: student ->
    rows, for students who match several people, or the same person as another student.
    """

    rows: Mapping[str, int]
    unknown: tuple[str, ...]
    ambiguous: Mapping[str, tuple[int, ...]]


def title(text: str) -> str:
    """A column's title for comparison: case, the encoding of accents, blanks and underscores make no difference."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("_", " ").split())


def names_of(full_name: str) -> set[str]:
    """A full name as `comparable` writes it, with its words apart, and run together as Canvas does ("lastfirst")."""
    run_together = "".join(c for c in full_name if c.isalnum())
    return {comparable(name) for name in (full_name, run_together) if name.strip()}


def rows_by(values: Mapping[int, str]) -> dict[str, tuple[int, ...]]:
    """value -> the rows that have it, from row -> value."""
    found: defaultdict[str, tuple[int, ...]] = defaultdict(tuple)
    for row, value in values.items():
        found[value] += (row,)
    return found


def login_names(login: str) -> set[str]:
    """A login or address as `comparable` writes it, and the part before its @."""
    return {comparable(name) for name in (login, login.partition("@")[0]) if name.strip()}


def match(
    students: Mapping[str, Mapping[str, str]],
    people: Mapping[int, set[str]],
    numbers: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
    system: str = "",
    joined: Mapping[str, set[str]] = MappingProxyType({}),
) -> Matches:
    """Find each student's row in the file.

    students: student -> identity, as results hold it. people: row -> all names of that person, as `comparable` writes them.
    numbers: the system's number for a person -> their rows; a student's number counts only if it comes from this `system`.
    joined: name -> all names of the same person, from `read_identities`.

    These are tried one after another until one finds a row: the number, `joined`, the identity's logins, school number
    and address, the student's name here, the identity's name, the parts of the student's name that can only be a login
    (`Lee, Ann(annlee01)`, `Lee_Ann_annlee01_4711`, `cnn-annlee01-main`), and last the words of it without digits
    (`Lee_Ann_0012345_4711`). Where half of the students are found by their numbers, or by their logins, those who are not are not
    looked for by a name, which may be somebody else's.
    """
    called: defaultdict[str, set[int]] = defaultdict(set)
    for row, names in people.items():
        for name in names:
            called[name].add(row)
    short = without_common(students)
    number = {s: known.get("number", "") for s, known in students.items() if known.get("system") == system}
    by_number = {student: set(numbers.get(each, ())) for student, each in number.items() if each}
    logins = {student: _logins_of(identity) for student, identity in students.items()}
    by_login = {student: _rows(called, names) for student, names in logins.items() if names}
    identified = {student for found in (by_number, by_login) if _half_are_found(found) for student in found}
    found: dict[str, tuple[int, ...]] = {}
    by_name = set()  # students whom a name alone has found
    for student, identity in students.items():
        own = comparable(student)
        told = set().union(*(joined.get(name, set()) for name in (own, *logins[student])))
        rows = by_number.get(student) or _rows(called, told - {own} - logins[student]) or by_login.get(student, set())
        if not rows and student not in identified:
            by_name.add(student)
            named = {comparable(identity.get("name", "")), comparable(short.get(student, ""))} - {""}
            for names in ({own}, named, _logins_in(student), _words_in(student)):
                rows = rows or _rows(called, names)
        found[student] = tuple(sorted(rows))
    claimed = defaultdict(list)
    for student, matched in found.items():
        for row in matched:
            claimed[row].append(student)
    # If a number or a login says whose row it is, a person of the same name does not have it: they may have left.
    surely = {
        row: sure for row, who in claimed.items() if len(sure := [each for each in who if each not in by_name]) == 1
    }
    one = {s: rows[0] for s, rows in found.items() if len(rows) == 1 and surely.get(rows[0], claimed[rows[0]]) == [s]}
    return Matches(
        one,
        tuple(student for student, rows in found.items() if not rows),
        {student: rows for student, rows in found.items() if rows and student not in one},
    )


def _logins_of(identity: Mapping[str, str]) -> set[str]:
    return {name for key in ("sid", "login", "email") for name in login_names(identity.get(key, ""))}


def _rows(called: Mapping[str, set[int]], names: Iterable[str]) -> set[int]:
    return {row for name in names for row in called.get(name, ())}


def _half_are_found(found: Mapping[str, Collection[int]]) -> bool:
    return 2 * sum(map(bool, found.values())) >= len(found)


def _logins_in(student: str) -> set[str]:
    """The parts of a name that can only be a login: they have both letters and digits, are an address, or stand before
    ILIAS's number, `Lee_Ann_ann_lee_4711`.
    """
    parts = re.split(r"[\s,;()\[\]_]+|-", student)
    mixed = {comparable(part) for part in parts if re.search(r"\d", part) and re.search(r"[^\W\d]", part)}
    addresses = re.findall(r"[^\s,;()\[\]]+@[^\s,;()\[\]]+", student)
    *names, number = student.split("_")
    before = ["_".join(names[start:]) for start in range(2, len(names))] if number.isdecimal() else []
    return mixed.union(*map(login_names, (*(part for part in parts if "@" in part), *addresses, *before)))


def _words_in(student: str) -> set[str]:
    """At least two words of a name that has others with digits, which are a system's: `Ann Lee 4711`."""
    parts = student.replace("_", " ").split()
    words = [part for part in parts if not any(c.isdecimal() for c in part)]
    return {comparable(" ".join(words))} if 1 < len(words) < len(parts) else set()


def also_short(people: Mapping[int, set[str]], logins: Mapping[int, str]) -> dict[int, set[str]]:
    """The people, each also under a shorter login: without the part that nearly all share (`cnn-assignments-`)."""
    short = without_common([login for login in logins.values() if login])
    return {
        row: called | ({comparable(short[logins[row]])} if logins.get(row) in short else set())
        for row, called in people.items()
    }


def read_identities(path: Path | None) -> dict[str, set[str]]:
    """Read the CSV file of --identities. Each line holds the names of one person, in any columns.

    Returns name -> all names of the same person, as `comparable` writes them. Raises UserError if the file cannot be read.
    """
    joined: defaultdict[str, set[str]] = defaultdict(set)
    if path is None:
        return joined
    if not path.is_file():
        raise UserError(f"There is no file {path}. Each of its lines should name one person: folder,login or the like.")
    for _, row in read_rows(path):
        names = {comparable(cell) for cell in row if cell}
        for name in names:
            joined[name] |= names
    return joined


def identities_of(results: ClassResults, assignment: str | None = None) -> dict[str, Mapping[str, str]]:
    """student -> identity, what the LMS calls them. assignment: whose identity to use, since numbers may differ."""
    return {
        student: (own[assignment] if assignment in own else max(own.values(), key=lambda r: len(r.identity))).identity
        for student, own in results.students().items()
    }


def column_of(table: Table, *names: str) -> int | None:
    """The column that has one of these titles, or None. Raises UserError if several columns do."""
    wanted = set(map(title, names))
    numbers = [number for number, each in enumerate(table.header) if title(each) in wanted]
    if len(numbers) > 1:
        raise UserError(f"{table.path} has {len(numbers)} columns {table.header[numbers[0]]!r}: which one is meant?")
    return numbers[0] if numbers else None


def assignment_meant(option: str, given: str, known: Collection[str]) -> str:
    """The assignment (or TOTAL) that an option names: by its name, or by the part before its first underscore.

    option: for the message. Raises UserError if no assignment is meant, or several.
    """
    meant = [name for name in (*known, TOTAL) if name == given]
    meant = meant or [name for name in known if name.split("_")[0] == given]
    if len(meant) != 1:
        raise UserError(f"{option} {given!r}: give one of {', '.join([*known, TOTAL])}.")
    return meant[0]


def points_in(text: str) -> float | None:
    """A number as an LMS writes it: 10, 10.00 or 10,00. None if it is not a number."""
    if not re.fullmatch(r"\d+([.,]\d+)?", text.strip()):
        return None
    return float(text.strip().replace(",", "."))


def grades_for(results: ClassResults, assignment: str, cells: GradeCells, *, missing: bool) -> dict[str, int]:
    """student -> final points for an assignment (or TOTAL).

    Students with a result that the machine lost are left out and listed in `cells`. missing: students who handed in
    nothing get 0, instead of no grade.
    """
    grades = {}
    for student, own in results.students().items():
        wanted = list(own.values()) if assignment == TOTAL else [own[assignment]] if assignment in own else []
        lost = [result.assignment for result in wanted if results.is_undecided(result)]
        torn = unread(results, student) & ({assignment} if assignment != TOTAL else results.max_scores().keys())
        if lost or torn:
            why = (
                f"{', '.join(lost)} could not be graded"
                if lost
                else f"the result for {', '.join(sorted(torn))} cannot be read"
            )
            cells.said.append(f"{printable(student)}: {why}: grade it again first")
            cells.left_out.add(student)
            continue
        here = [result for result in wanted if missing or result.status not in NOT_HANDED_IN]
        if not here and not (missing and wanted):
            continue
        for result in here:
            if result.status in ("ambiguous", "unreadable"):
                points = results.final_score(result)
                who = f"{printable(student)}: {result.assignment} is {result.status}"
                cells.said.append(f"{who} and counts {points}: look at it")
        grades[student] = results.total(here)
    return grades


def check_points(path: Path, what: str, theirs: float | None, ours: int) -> None:
    """Raise UserError if the LMS has another maximum than we do: a person must decide whether to scale."""
    if theirs is not None and theirs != ours:
        raise UserError(
            f"{path}: {what} is worth {theirs:g} points there and {ours} here. Set it to {ours} in the LMS, "
            "and export the file again."
        )


@dataclass(frozen=True)
class Sheet:
    """A file that an LMS exported.

    system: the LMS, as identities name it. people: row -> all names of that person. numbers: the system's number for a
    person -> their rows. keeps: (row, column) -> why the grade there must not change; "" if it may.
    """

    table: Table
    system: str
    people: Mapping[int, set[str]]
    numbers: Mapping[str, tuple[int, ...]]
    keeps: Callable[[int, int], str]


def fill(
    sheet: Sheet,
    results: ClassResults,
    columns: Mapping[str, int],
    students: Mapping[str, Mapping[str, str]],
    destination: Path | None,
    args: argparse.Namespace,
    said: Iterable[str] = (),
) -> int:
    """Fill final scores into the columns of assignments (or TOTAL), and write the file. Nothing else in it changes.

    students: student -> identity, for `match`. said: further lines to print. Returns 1 if nobody was filled in, or a
    student with points was left out; else 0.
    """
    table, cells = sheet.table, GradeCells(said=list(said))
    found = match(students, sheet.people, sheet.numbers, sheet.system, read_identities(args.identities))
    points = {
        student: results.total(r for r in own.values() if TOTAL in columns or r.assignment in columns)
        for student, own in results.students().items()
    }
    for assignment, column in columns.items():
        for student, grade in grades_for(results, assignment, cells, missing=not args.leave_missing).items():
            row = found.rows.get(student)
            if row is None:
                continue
            if column >= len(table.rows[row]):
                cells.said.append(f"{printable(student)}: line {table.line(row)} has no cell for the grade")
                cells.left_out.add(student)
            elif why := sheet.keeps(row, column):
                cells.said.append(f"line {table.line(row)}: {why}")
            else:
                cells.values[row, column] = grade
    _write(table, cells, destination)
    return _tell(sheet, cells, found, points)


def _write(table: Table, cells: GradeCells, destination: Path | None) -> None:
    if destination is not None and destination.resolve() == table.path.resolve():
        raise UserError(
            "--out and --into are the same file. Give another one to --out: the LMS's own file is not changed."
        )
    write_out(table.filled(cells.values), destination)


def _tell(sheet: Sheet, cells: GradeCells, found: Matches, points: Mapping[str, int]) -> int:
    """Print on standard error who was not filled in. points: student -> points. Returns the exit code."""
    table, people = sheet.table, sheet.people
    filled = {row for row, _ in cells.values}
    grades, persons = plural(len(cells.values), "grade"), plural(len(filled), "person", "people")
    print(f"Filled {grades} of {persons}.", file=sys.stderr)
    for line in dict.fromkeys(cells.said):
        print(f"  {line}.", file=sys.stderr)
    for student in found.unknown:
        print(f"  {printable(student)} is not in {table.path.name}{_worth(points, student)}.", file=sys.stderr)
    for student, rows in found.ambiguous.items():
        where = ", ".join(str(table.line(row)) for row in rows)
        several = "could be several people" if len(rows) > 1 else "is matched to the same person as another student"
        if len(rows) > 1 and rows in sheet.numbers.values():
            several = f"has {len(rows)} lines in the file, of which one should go"
        worth = _worth(points, student)
        print(f"  {printable(student)} {several} (line {where}): not filled in{worth}.", file=sys.stderr)
    without = [row for row in people if row not in filled]
    if without:
        lines = ", ".join(str(table.line(row)) for row in without[:10]) + (" ..." if len(without) > 10 else "")
        left = plural(len(without), "person in the file was left as it is", "people in the file were left as they are")
        print(f"  {left} (line {lines}).", file=sys.stderr)
    unmatched = [student for student in (*found.unknown, *found.ambiguous) if points.get(student)]
    if unmatched or not filled:
        left = plural(len(unmatched), "student with points is", "students with points are") + " left out"
        who = left if unmatched else "Nobody was filled in"
        print(
            f"{who}. Say who is who with --identities FILE.csv, a table with a line for each person: the name here, and "
            "the login, number or name there.",
            file=sys.stderr,
        )
    return int(bool(unmatched) or not filled or any(points.get(student) for student in cells.left_out))


def _worth(points: Mapping[str, int], student: str) -> str:
    return f", and has {points[student]} points" if points.get(student) else ""


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    """The options that every LMS has."""
    parser.add_argument(
        "--leave-missing", action="store_true", help="leave the grade empty, instead of 0, if nothing was handed in"
    )
    parser.add_argument(
        "--identities",
        type=Path,
        metavar="CSV",
        help="who is who, with a line for each person: the folder or login here, and the name, login or number there",
    )
