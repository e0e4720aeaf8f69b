"""Grades one checkout: finds the file for each assignment, grades it, and finds the lines that lost points."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...common.definitions import defined_by
from ...course.course import Course
from ...grading.job import Job, Settings
from ...results.result import Result, Status
from ...submission.find import find_in_folder
from ...submission.found import Found
from ...submission.source import Source, Unreadable, form_of
from ...submission.suggestions import top_level

if TYPE_CHECKING:
    from ...grading.engine import Engine, Grading

PUBLIC_SECRET = b"public"  # the seeds of public checks come from it, as in `autograder check`
_WHERE = re.compile(r"(?:cell (?P<cell>\d+), )?line (?P<line>\d+)")


@dataclass(frozen=True)
class Request:
    """What to grade. assignments: their names; if empty, all of the course."""

    checkout: Path
    course: Course
    assignments: tuple[str, ...]
    settings: Settings
    student: str


@dataclass(frozen=True)
class Graded:
    """A result, and for each task that lost points the line of the student's file to look at."""

    result: Result
    path: Path | None = None  # the file, relative to the checkout
    lines: tuple[tuple[str, int], ...] = ()  # (task, line of the file counted from 1) of tasks that lost points
    begun: bool = True  # False: still the stub, or no file at all

    def line_of(self, task: str) -> int:
        """The line for a task; 1 if none is known."""
        return dict(self.lines).get(task, 1)


def totals(graded: Iterable[Graded]) -> tuple[int, int]:
    """(score, most points) over the assignments."""
    results = [each.result for each in graded]
    return sum(result.score for result in results), sum(result.max_score for result in results)


def grade_checkout(request: Request) -> list[Graded]:
    """Grade the requested assignments of a checkout. Raises InfrastructureError if the machine fails."""
    course = request.course
    names = request.assignments or tuple(course.assignment_names())
    found = find_in_folder(request.checkout, request.student, course, _own_stubs(request))
    return [_grade(request, entry) for name in names for entry in found if entry.assignment == name]


def _own_stubs(request: Request) -> dict[str, frozenset[str]]:
    """The code digests of the stubs with a quiz of the student's own, by assignment: as the checkout itself says.

    Empty if hidden checks run: then nothing in the checkout decides what is graded.
    """
    if not request.settings.public_only or not (request.checkout / "assignments" / "manifest.json").is_file():
        return {}
    own = Course(request.checkout).manifest()
    return {name: own.of(name).stubs for name in request.course.assignment_names()}


def _grade(request: Request, found: Found) -> Graded:
    course, name = request.course, found.assignment
    if found.path is None:
        assert found.status != "found"
        return Graded(_empty(request, found, found.status, found.notes), begun=found.status != "missing")
    path = Path(found.shown)  # in a zip: below the zip's own
    if found.status == "not_started":
        return Graded(_empty(request, found, "not_started", ("not begun yet",)), path, begun=False)
    try:
        source = found.read()
    except Unreadable as error:
        return Graded(_empty(request, found, "unreadable", (str(error), *found.notes)), path)
    from ...grading.engine import Engine
    from ...grading.worker import grade_on

    assignment = course.released(name) if request.settings.public_only else course.assignment(name)
    engine = Engine(course, assignment, request.settings)
    try:
        secret = PUBLIC_SECRET if request.settings.public_only else course.secret()
        job = Job(request.student, name, source, course.root, request.settings, secret)
        result, grading = grade_on(engine, job)
        lines = tuple(_lines(engine, grading, source, found.path))
    finally:
        engine.close()
    return Graded(result, path, lines)


def _empty(request: Request, found: Found, status: Status, notes: tuple[str, ...]) -> Result:
    """A result without checks, for a file that is missing or cannot be run."""
    most = request.course.max_score(found.assignment, public_only=request.settings.public_only)
    form = form_of(found.path) if status == "unreadable" and found.path is not None else None
    return Result(request.student, found.assignment, form, status, 0, most, notes=notes)


# --- where to look -------------------------------------------------------------------------------------------------


def _lines(engine: Engine, graded: Grading, source: Source, path: Path) -> Iterator[tuple[str, int]]:
    """(task, line) for each task that failed a public check: the line of its error, else that of its definition."""
    raw = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if graded.unreadable:
        line = line_of_file(graded.unreadable, source, raw)
        yield from ((check.task, line) for check in engine.checks)
        return
    defined = definitions(source)
    seen = set()
    for verdict in graded.verdicts:
        task = verdict.check.task
        if verdict.outcome == "passed" or verdict.check.hidden or task in seen:
            continue
        seen.add(task)
        where = verdict.where or (source.locate(defined[task]) if task in defined else "")
        yield task, line_of_file(where, source, raw)


def definitions(source: Source) -> dict[str, int]:
    """name -> the line of its last definition at the top level, as far as Python can read the file."""
    return {name: node.lineno for node in top_level(source.cells) for name in defined_by(node)}


def line_of_file(where: str, source: Source, raw: list[str]) -> int:
    """The line of the file that "line 12" or "cell 3, line 2" means; 1 if it cannot be found.

    A notebook is a JSON file: the line of code is searched for as JSON spells it.
    """
    match = _WHERE.search(where)
    if match is None:
        return 1
    line = int(match["line"][:7])
    if source.form == "py":
        return min(line, max(1, len(raw)))
    label = f"cell {match['cell']}"
    cell = next((cell for cell in source.cells if cell.label == label), None)
    texts = cell.text.split("\n") if cell is not None else []
    if not 1 <= line <= len(texts) or not texts[line - 1].strip():
        return 1
    spellings = {json.dumps(texts[line - 1], ensure_ascii=escaped)[1:-1] for escaped in (True, False)}
    return next((n for n, row in enumerate(raw, start=1) if any(s in row for s in spellings)), 1)
