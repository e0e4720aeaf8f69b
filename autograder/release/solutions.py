"""`release --solutions`: after the deadline, for all: a page an assignment, with the reference and other right ways.

An author chooses the other ways in `other_ways.toml`, in the assignment's folder: for each task the names of files in
`tests/alternatives/<assignment>/`, which tests prove to earn full marks, each with a sentence on what is to be seen in it.
Nothing of it lies in a student's repository: not before the deadline, and not after full points of a task, for a student
who has them can hand on what is shown.
"""

from __future__ import annotations

import ast
import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.checks.misconceptions import read
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.course.words import words_of
from autograder.course.zone import zone_of
from autograder.release import generated
from autograder.report.pages import templates
from autograder.results.policy import load_policy

OTHER_WAYS = "other_ways.toml"
_MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n", re.MULTILINE)
_PRAGMA = re.compile(r"  # (noqa|type:|fmt:).*$", re.MULTILINE)


@dataclass(frozen=True)
class Way:
    """One right way to solve a task. name: "" for the reference; sentence: what is to be seen in it."""

    name: str
    sentence: str
    code: str


@dataclass(frozen=True)
class SolvedTask:
    """A task as the page shows it. why: the author's sentence on why it works."""

    name: str
    why: str
    ways: tuple[Way, ...]


def release_solutions(course: Course, folder: Path, only: Sequence[str] = ()) -> int:
    """Writes the pages of these assignments, or of all, to `folder`, new, empty or made by this command. Returns 0.

    Raises UserError before a deadline or an extension of one of them is over, and for a folder where students look.
    """
    names = list(only) or course.assignment_names()
    folder = folder.absolute()
    _refuse_students(course, folder)
    _refuse_before_the_end(course, names, dt.datetime.now().astimezone())
    pages = {name: page(course, name) for name in names}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with generated.staging(beside=folder) as temporary:
        new = temporary / "solutions"
        new.mkdir()
        for name, text in pages.items():
            (new / f"{name}.html").write_bytes(text.encode())
        generated.write_record(new)
        generated.refuse_foreign(folder)
        generated.update(new, folder)
    unknown = [name for name in names if name not in load_policy(course).deadlines]
    if unknown:
        print(f"course.toml knows no deadline of {', '.join(unknown)}: publish when nobody can hand in any more.")
    print(f"{folder} holds a page with right ways for each of: {', '.join(names)}.")
    return 0


def page(course: Course, name: str) -> str:
    """The page of one assignment, which stands alone."""
    template = templates(zone_of(course), words_of(course)).get_template("solutions.html")
    return template.render(name=name, tasks=solved_tasks(course, name), title=words_of(course).title)


def solved_tasks(course: Course, name: str) -> list[SolvedTask]:
    """The tasks of an assignment, in its order, each with the reference first. Raises UserError for a choice that is none."""
    assignment = course.assignment(name)
    chosen = _chosen(assignment.folder / OTHER_WAYS)
    why = read(assignment.misconceptions).why
    reference = _Script(_MARKERS.sub("", assignment.master.read_text(encoding="utf-8")))
    tasks = list(course.manifest().of(name).points)
    if strange := [task for task in chosen if task not in tasks]:
        raise UserError(f"solutions/{name}/{OTHER_WAYS} is about {strange[0]}; the tasks are {', '.join(tasks)}.")
    solved = []
    for task in tasks:
        ways = [Way("", "", reference.part(task))]
        for file, sentence in chosen.get(task, {}).items():
            path = course.root / "tests" / "alternatives" / name / f"{file}.py"
            code = _Script(path.read_text(encoding="utf-8")).part(task) if path.is_file() else ""
            if not code:
                where = f"solutions/{name}/{OTHER_WAYS} names {file} for {task}"
                raise UserError(f"{where}, and {path.relative_to(course.root).as_posix()} does not define it.")
            ways.append(Way(file.replace("_", " "), sentence, code))
        solved.append(SolvedTask(task, why.get(task, ""), tuple(ways)))
    return solved


def _chosen(path: Path) -> dict[str, dict[str, str]]:
    """task -> {file: sentence}, as the author wrote it down; nothing where nothing was."""
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return {task: {file: str(sentence) for file, sentence in ways.items()} for task, ways in data.items()}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError) as error:
        raise UserError(
            f'{path} cannot be read: {error}. Below [task] it has lines of the form file = "sentence".'
        ) from None


class _Script:
    """A script of which one task is wanted, with all that it stands on."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._statements = ast.parse(text).body

    @cached_property
    def _bound(self) -> list[set[str]]:
        return [_bound_by(statement) for statement in self._statements]

    def part(self, task: str) -> str:
        """The statements that make `task`, in their order: imports, helpers, itself. Empty where none defines it."""
        wanted, taken = {task}, set[int]()
        while new := {n for n, bound in enumerate(self._bound) if bound & wanted} - taken:
            taken |= new
            wanted |= {name for number in new for name in _used_by(self._statements[number])}
        if not any(task in self._bound[number] for number in taken):
            return ""
        shown = ""
        before: ast.stmt | None = None
        for number in sorted(taken):
            statement = self._statements[number]
            apart = isinstance(statement, _DEFINITIONS) or isinstance(before, _DEFINITIONS)
            shown += (
                ""
                if before is None
                else "\n\n\n"
                if apart
                else "\n\n"
                if _is_import(before) != _is_import(statement)
                else "\n"
            )
            shown += self._text(statement)
            before = statement
        return _PRAGMA.sub("", shown)

    def _text(self, statement: ast.stmt) -> str:
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        return "\n".join(self._lines[first - 1 : statement.end_lineno])


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Import, ast.ImportFrom))


def _bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement at the top level gives a value, or changes an entry of."""
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    stored = (n for n in ast.walk(statement) if isinstance(getattr(n, "ctx", None), ast.Store))
    roots = (n.value if isinstance(n, (ast.Subscript, ast.Attribute)) else n for n in stored)
    return {root.id for root in roots if isinstance(root, ast.Name)}


def _used_by(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _refuse_students(course: Course, folder: Path) -> None:
    """Raises UserError for a folder that students get: a released one, or one in or above it."""
    own = {name for name in generated.read_record(folder) if "/" in name or not name.endswith(".html")}
    around = [place for place in folder.parents if generated.read_record(place)]
    if own or around or folder == course.solutions or course.solutions in folder.parents:
        raise UserError(
            f"{folder} is, or lies in, what release makes for students or from. Solutions have a folder of their own: "
            "give another one to --solutions."
        )


def _refuse_before_the_end(course: Course, names: Sequence[str], now: dt.datetime) -> None:
    """Raises UserError while somebody may still hand one of the assignments in."""
    policy = load_policy(course)
    times = [*policy.deadlines.items(), *((name, when) for (_, name), when in policy.extensions.items())]
    last = {name: max(when for of, when in times if of == name) for name, _ in times}
    open_ones = [name for name in names if name in last and now <= last[name] + policy.grace]
    if open_ones:
        ends = ", ".join(f"{name} until {last[name] + policy.grace:%Y-%m-%d %H:%M %Z}".rstrip() for name in open_ones)
        over = [name for name in names if name not in open_ones]
        rest = f" Of the others: autograder release --solutions FOLDER {' '.join(over)}" if over else ""
        raise UserError(f"Somebody may still hand in {ends}, extensions included: nothing was written.{rest}")
