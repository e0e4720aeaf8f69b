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
from pathlib import Path

from autograder.checks.misconceptions import read
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.course.handed_out import read_record
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
    folder = folder.resolve()
    _refuse_students(course, folder)
    generated.refuse_foreign(folder)
    _refuse_before_the_end(course, names, dt.datetime.now().astimezone())
    pages = {name: page(course, name) for name in names}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with generated.staging(beside=folder) as temporary:
        new = temporary / "solutions"
        new.mkdir()
        for name, text in pages.items():
            (new / f"{name}.html").write_bytes(text.encode())
        generated.write_record(new)
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
    """task -> {file: sentence}, as the author wrote it down; nothing where nothing was."""
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
    """Of a script the statements that make `task`: imports, helpers, itself. Empty where none defines it."""
    lines, statements = text.splitlines(), ast.parse(text).body
    bound = [_bound_by(statement) for statement in statements]
    wanted, taken = {task}, set[int]()
    while new := {number for number, names in enumerate(bound) if names & wanted} - taken:
        taken |= new
        wanted |= {name for number in new for name in _used_by(statements[number])}
    shown, before = "", None
    for statement in (statements[number] for number in sorted(taken)):
        shown += _gap(before, statement)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            statement.names = [alias for alias in statement.names if _bound_as(alias) in wanted]
            shown += ast.unparse(statement)
        else:
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
            shown += "\n".join(lines[first - 1 : statement.end_lineno])
        before = statement
    return _PRAGMA.sub("", shown)


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _gap(before: ast.stmt | None, after: ast.stmt) -> str:
    """The lines between two statements."""
    if before is None:
        return ""
    if isinstance(before, _DEFINITIONS) or isinstance(after, _DEFINITIONS):
        return "\n\n\n"
    imports = [isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in (before, after)]
    return "\n" if imports[0] == imports[1] else "\n\n"


def _bound_as(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement at the top level gives a value, or changes an entry of."""
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {_bound_as(alias) for alias in statement.names}
    stored = (n for n in ast.walk(statement) if isinstance(getattr(n, "ctx", None), ast.Store))
    roots = (n.value if isinstance(n, (ast.Subscript, ast.Attribute)) else n for n in stored)
    return {root.id for root in roots if isinstance(root, ast.Name)}


def _used_by(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _refuse_students(course: Course, folder: Path) -> None:
    """Raises UserError for a folder that students get: a released one, or one in or above it."""
    own = {name for name in read_record(folder) if "/" in name or not name.endswith(".html")}
    around = [place for place in folder.parents if read_record(place)]
    if own or around or course.solutions.resolve() in (folder, *folder.parents):
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
