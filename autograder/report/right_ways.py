"""Right ways to solve the tasks of an assignment: the reference, and others that its author has chosen.

The author lists the other ways in `other_ways.toml`, in the assignment's folder: for each task, names of files in
`tests/alternatives/<assignment>/`, each with a sentence on what it shows. Tests prove that these files earn full marks.
"""

import ast
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..checks.misconceptions import read
from ..common.definitions import DEFINITIONS, bound_as, lines_of, needed_for, used_by
from ..common.errors import UserError
from ..common.raised import with_remedy
from ..course.course import Course

OTHER_WAYS = "other_ways.toml"
_MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n", re.MULTILINE)
_PRAGMA = re.compile(r"  # (noqa|type:|fmt:).*$", re.MULTILINE)


@dataclass(frozen=True)
class Way:
    """One right way to solve a task. name: "" for the reference. sentence: what it shows."""

    name: str
    sentence: str
    code: str


@dataclass(frozen=True)
class SolvedTask:
    """A task as the page shows it. why: the author's sentence on why it works."""

    name: str
    why: str
    ways: tuple[Way, ...]


def right_ways(course: Course | None, names: Iterable[str]) -> dict[str, dict[str, SolvedTask]]:
    """assignment -> task -> right ways, for the `names` that the course has. Raises UserError without solutions."""
    if course is None or not course.has_solutions:
        raise UserError("--right-ways shows solutions: run it in the course repository.")
    known = [name for name in course.assignment_names() if name in names]
    return {name: {task.name: task for task in solved_tasks(course, name)} for name in known}


def solved_tasks(course: Course, name: str) -> list[SolvedTask]:
    """The tasks of an assignment, in its order. The reference comes first among a task's ways.

    Raises UserError if `misconceptions.py` does not run, or if `other_ways.toml` names an unknown task, or a file that
    does not define the task.
    """
    assignment = course.assignment(name)
    chosen = _chosen(assignment.folder / OTHER_WAYS)
    try:
        why = read(assignment.misconceptions).why
    except (Exception, SystemExit) as error:  # SystemExit: an exit() that was left in it
        raise UserError(f"solutions/{with_remedy(error, assignment.folder)}") from error
    reference = _MARKERS.sub("", assignment.master.read_text(encoding="utf-8-sig"))
    tasks = list(course.manifest().of(name).points)
    if strange := [task for task in chosen if task not in tasks]:
        raise UserError(f"solutions/{name}/{OTHER_WAYS} is about {strange[0]}; the tasks are {', '.join(tasks)}.")
    solved = []
    for task in tasks:
        ways = [Way("", "", _part(reference, task))]
        for file, sentence in chosen.get(task, {}).items():
            path = course.root / "tests" / "alternatives" / name / f"{file}.py"
            code = _part(path.read_text(encoding="utf-8-sig"), task) if path.is_file() else ""
            if not code:
                where = f"solutions/{name}/{OTHER_WAYS} names {file} for {task}"
                raise UserError(f"{where}, and {path.relative_to(course.root).as_posix()} does not define it.")
            ways.append(Way(file.replace("_", " "), sentence, code))
        solved.append(SolvedTask(task, why.get(task, ""), tuple(ways)))
    return solved


def _chosen(path: Path) -> dict[str, dict[str, str]]:
    """task -> {file: sentence}; empty if the file does not exist. Raises UserError if it cannot be read."""
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return {task: {file: str(sentence) for file, sentence in ways.items()} for task, ways in data.items()}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError) as error:
        raise UserError(
            f'{path} cannot be read: {error}. Below [task] it has lines of the form file = "sentence".'
        ) from None


def _part(text: str, task: str) -> str:
    """The statements of a script that make `task`: imports, helpers, the task itself. Empty if nothing defines it."""
    lines, taken = text.splitlines(), needed_for(task, ast.parse(text).body)
    used = set[str]().union(*map(used_by, taken))
    shown, before = "", None
    for statement in taken:
        shown += _gap(before, statement)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            statement.names = [alias for alias in statement.names if bound_as(alias) in used]
            shown += ast.unparse(statement)
        else:
            shown += lines_of(statement, lines)
        before = statement
    return _PRAGMA.sub("", shown)


def _gap(before: ast.stmt | None, after: ast.stmt) -> str:
    """The line breaks between two statements."""
    if before is None:
        return ""
    if isinstance(before, DEFINITIONS) or isinstance(after, DEFINITIONS):
        return "\n\n\n"
    imports = [isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in (before, after)]
    return "\n" if imports[0] == imports[1] else "\n\n"
