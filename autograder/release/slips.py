"""Finds authors' common slips before anything is run. Each is a sentence with file, line and what to do.

Only the text of an assignment's files is read here. Errors that show when a file is run, such as a missing module, are
reported where it is run.
"""

import ast
import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..common.definitions import defined_by
from ..common.errors import UserError
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.network import network_of
from ..data import data_set
from ..data.dataset import FOLDER
from ..results.policy import load_policy
from .master import BEGIN, END

NOT_ASSIGNMENTS = frozenset({"notebooks", "__pycache__"})
_POINTS = '@pytest.mark.points(2, task="name_of_the_task")'


@dataclass(frozen=True)
class _Text:
    """One file of an author. name: what messages call it."""

    name: str
    text: str
    tree: ast.Module


def refuse_slips(course: Course, names: Iterable[str]) -> None:
    """Raise UserError, with a line for each slip, if course.toml, solutions/ or these assignments have any."""
    found = [
        *_course_file(course),
        *strays(course),
        *(slip for name in names for slip in slips(course.assignment(name))),
    ]
    if found:
        raise UserError("\n".join(found) if len(found) == 1 else "\n  ".join([f"{len(found)} slips:", *found]))


def _course_file(course: Course) -> Iterator[str]:
    """What is wrong in course.toml. Otherwise nobody would see it before the first results."""
    try:
        load_policy(course)
    except UserError as error:
        yield str(error)


def strays(course: Course) -> Iterator[str]:
    """Folders of solutions/ that were meant as assignments, but are not."""
    for folder in sorted(course.solutions.iterdir()):
        if not folder.is_dir() or folder.name in NOT_ASSIGNMENTS or folder.name.startswith("."):
            continue
        scripts = sorted(path.name for path in folder.glob("*.py"))
        where = f"solutions/{folder.name}"
        if not folder.name.isidentifier():
            if scripts:
                yield f"{where}: an assignment's name is made of letters, digits and _. Rename the folder and its files."
        elif scripts and f"{folder.name}.py" not in scripts:
            yield (
                f"{where} has no {folder.name}.py, so it is not an assignment. It has {', '.join(scripts)}. "
                "The master has the name of its folder: rename one of them, or delete the folder."
            )
            if (folder / f"{folder.name}.ipynb").is_file():
                yield f"{where}/{folder.name}.ipynb is a notebook. Make a script of it: jupytext --to py:percent"


def slips(assignment: Assignment) -> Iterator[str]:
    """The slips in one assignment's folder."""
    where = f"solutions/{assignment.name}"
    if not assignment.public_checks.is_file():
        yield (
            f"{where} has no public checks: write {assignment.public_checks.name}, or students can check nothing. "
            "If all checks are to be hidden, a file without checks is enough."
        )
        return
    texts = {}
    for path in sorted(assignment.folder.glob("*.py")):
        try:
            text = path.read_text(encoding="utf-8-sig")
            texts[path] = _Text(f"{where}/{path.name}", text, ast.parse(text))
        except UnicodeDecodeError as error:
            yield f"{where}/{path.name} is not text in UTF-8 (byte {error.start}). Save it as UTF-8."
        except OSError as error:
            yield f"{where}/{path.name} cannot be read: {error.strerror}."
        except (SyntaxError, ValueError) as error:
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            said = error.msg if isinstance(error, SyntaxError) else str(error)
            yield f"{where}/{path.name}{line} is not valid Python: {said}. Fix that line."
    yield from _misnamed(assignment, texts)
    master = texts.get(assignment.master)
    if master is None or assignment.public_checks not in texts:
        return
    yield from _blocks(master)
    checks = [texts[path] for path in (assignment.public_checks, assignment.hidden_checks) if path in texts]
    tasks = list(dict.fromkeys(task for text in checks for task, _ in _marks(text.tree)))
    if not all(_names_every_task(text.tree) for text in checks):
        tasks += [name for node in master.tree.body for name in defined_by(node) if name not in tasks]
    for file in checks:
        yield from _checks(file, tasks)
    yield from _not_defined(checks, master)
    yield from _network(assignment, checks, tasks)
    if assignment.misconceptions in texts:
        yield from _misconceptions(texts[assignment.misconceptions], tasks)


def _network(assignment: Assignment, checks: list[_Text], tasks: Collection[str]) -> Iterator[str]:
    """Slips in the declaration of a network, or checks that need one if there is none."""
    if not assignment.network.is_file():
        names = ("TRAIN_IMAGES", "TRAIN_LABELS", "held_out")
        needs = [(file.name, name) for file in checks for name in names if re.search(rf"\b{name}\b", file.text)]
        for file, name in needs[:1]:
            yield (
                f"{file} uses {name}, but no {assignment.network.name} beside it says from which data set. "
                "Write it, as docs/adding-an-assignment.md shows."
            )
        return
    try:
        network = network_of(assignment)
        if network is not None:
            data_set(assignment.folder.parent.parent / FOLDER, network.data)
    except UserError as error:
        yield str(error)
        return
    for task in network.tasks if network is not None else ():
        if task not in tasks:
            yield (
                f"solutions/{assignment.name}/{assignment.network.name} names the task {task!r}, which no check is about. "
                f"The tasks are: {', '.join(tasks)}."
            )


def _misnamed(assignment: Assignment, texts: dict[Path, _Text]) -> Iterator[str]:
    """Files that nothing reads because of their names."""
    known = {assignment.public_checks, assignment.hidden_checks, assignment.misconceptions, assignment.master}
    for path, text in texts.items():
        if path in known:
            continue
        if path.name.startswith("test_"):
            yield (
                f"{text.name} is never run: checks belong in {assignment.public_checks.name} and, hidden, in "
                f"{assignment.hidden_checks.name}. Rename it."
            )
        elif any(_decorators(node, "misconception") for node in text.tree.body):
            yield f"{text.name} is never read: misconceptions belong in {assignment.misconceptions.name}. Rename it."


def _blocks(master: _Text) -> Iterator[str]:
    """Solution blocks that do not open and close in turn."""
    opened = 0
    for number, line in enumerate(master.text.splitlines(), start=1):
        where = f"{master.name}, line {number}"
        if BEGIN in line:
            if opened:
                yield f"{where} begins a solution, but that of line {opened} has not ended. Write ### {END} before it."
            opened = number
        elif END in line:
            if not opened:
                yield f"{where} ends a solution that has not begun. Write ### {BEGIN} above it, or delete the line."
            opened = 0
        elif opened and line.startswith("# %%"):
            yield f"{master.name}, line {opened}: the solution has no end in its cell. Write ### {END} below it."
            opened = 0
        elif line.lstrip().startswith("#") and len(line.strip()) < 30 and _nearly(line):
            yield (
                f"{where} looks like the border of a solution, but is not one: {line.strip()!r}. Write ### {BEGIN} or "
                f"### {END}, or students get the answer."
            )
    if opened:
        yield f"{master.name}, line {opened}: the solution has no end. Write ### {END} below it."


def _nearly(line: str) -> bool:
    words = line.strip("# \t").upper()
    return bool(difflib.get_close_matches(words, (BEGIN, END, "BEGIN SOLUTIONS", "END SOLUTIONS"), 1, 0.85))


def _marks(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The tasks that checks name by a literal, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_mark(node.func, "points"):
            for keyword in node.keywords:
                match keyword:
                    case ast.keyword(arg="task", value=ast.Constant(value=str(task))):
                        yield task, node.lineno


def _names_every_task(tree: ast.Module) -> bool:
    """Does each mark of points name its task by a literal? Not after `two = pytest.mark.points`, or with `task=name`."""
    marks = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and _is_mark(node, "points")]
    return len(marks) == len(list(_marks(tree)))


def _is_mark(node: ast.expr, name: str) -> bool:
    """Is this ``pytest.mark.name`` or ``mark.name``?"""
    match node:
        case ast.Attribute(attr=attr, value=ast.Attribute(attr="mark") | ast.Name(id="mark")):
            return attr == name
    return False


def _checks(text: _Text, tasks: list[str]) -> Iterator[str]:
    """Slips in a file of checks: marks, names and tasks."""
    seen: dict[str, int] = {}
    for function in text.tree.body:
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not function.name.startswith("test"):
            continue
        where = f"{text.name}, line {function.lineno}"
        if isinstance(function, ast.AsyncFunctionDef):
            yield f"{where}: {function.name} is never run, as nothing awaits it. Write def, without async."
        if function.name in seen:
            yield (
                f"{where}: a second {function.name} replaces the one in line {seen[function.name]}, which is never "
                "run. Give one of them another name."
            )
        seen[function.name] = function.lineno
    for node in ast.walk(text.tree):
        if isinstance(node, ast.Call) and _is_mark(node.func, "points"):
            yield from _points(node, f"{text.name}, line {node.lineno}")
        elif isinstance(node, ast.Call) and _is_mark(node.func, "needs"):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and argument.value not in tasks:
                    yield (
                        f"{text.name}, line {node.lineno} needs {argument.value!r}, which no check is about."
                        f"{_meant(argument.value, tasks)}"
                    )
        elif isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                where, said = f"{text.name}, line {node.lineno}", ast.unparse(side)
                if isinstance(side, ast.Call) and _is_task(side.func, tasks):
                    yield f"{where} compares {said} itself, which is an observation and equals nothing. Write {said}.value."
                elif _is_task(side, tasks):
                    yield (
                        f"{where} compares {said} itself, which equals nothing. Call it, {said}(...).value, or take the entry "
                        f"of a dict, {said}[key].value."
                    )


def _is_task(node: ast.expr, tasks: Collection[str]) -> bool:
    """Is this ``submission.task``, for a task that checks are about?"""
    match node:
        case ast.Attribute(attr=task, value=ast.Name(id="submission")):
            return task in tasks
    return False


def _not_defined(checks: list[_Text], master: _Text) -> Iterator[str]:
    """Tasks that the master does not define, each once."""
    defined = list(dict.fromkeys(name for node in master.tree.body for name in defined_by(node)))
    places = [(task, f"{text.name}, line {line}") for text in checks for task, line in _marks(text.tree)]
    for task, where in dict(reversed(places)).items():
        if task not in defined:
            meant = _meant(task, defined) or " Define it there, with a solution block, or take the check away."
            yield f"{where} checks {task!r}, which {master.name} does not define.{meant}"


def _points(call: ast.Call, where: str) -> Iterator[str]:
    """Slips in a mark of points: it needs one whole number and a task."""
    task = next((keyword.value for keyword in call.keywords if keyword.arg == "task"), None)
    number = call.args[0] if call.args else None
    if task is None or (isinstance(task, ast.Constant) and not isinstance(task.value, str)):
        yield f"{where}: the points name no task. Write {_POINTS}."
    literal = number.operand if isinstance(number, ast.UnaryOp) else number
    if len(call.args) != 1 or (isinstance(literal, ast.Constant) and type(literal.value) is not int):
        yield f"{where}: points must be one whole number, because some systems take nothing else. Write {_POINTS}."
    elif isinstance(number, ast.UnaryOp):
        yield f"{where}: points must not be negative. Write {_POINTS}."


def _misconceptions(text: _Text, tasks: list[str]) -> Iterator[str]:
    """Slips in misconceptions.py: unknown tasks, misconceptions without a message, hints that are not texts."""
    seen: dict[str, int] = {}
    for node in text.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for decorator in _decorators(node, "misconception"):
                where = f"{text.name}, line {decorator.lineno}"
                if not isinstance(decorator, ast.Call):
                    yield f'{where}: @misconception names no task. Write @misconception("name_of_the_task").'
                    continue
                yield from _task(decorator, where, tasks)
                if not (ast.get_docstring(node) or "").strip():
                    yield f"{where}: {node.name} has no docstring, which is what the student is told. Write one."
                if node.name in seen:
                    yield (
                        f"{where}: a second misconception is called {node.name}, like the one in line {seen[node.name]}. Results "
                        "carry the name: give one of them another."
                    )
                seen[node.name] = decorator.lineno
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _called(node.value) == "hints":
            where = f"{text.name}, line {node.lineno}"
            yield from _task(node.value, where, tasks)
            texts = node.value.args[1:]
            if not texts or any(isinstance(hint, (ast.List, ast.Tuple)) for hint in texts):
                yield f'{where}: hints are texts, one after another. Write hints("name_of_the_task", "First.", "Second.").'
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _called(node.value) == "why":
            yield from _task(node.value, f"{text.name}, line {node.lineno}", tasks)


def _task(call: ast.Call, where: str, tasks: list[str]) -> Iterator[str]:
    first = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "task"), None)
    if first is None:
        yield f'{where}: {_called(call)} names no task. Write {_called(call)}("name_of_the_task", ...).'
    elif isinstance(first, ast.Constant) and first.value not in tasks:
        yield f"{where} is about {first.value!r}, which no check is about.{_meant(first.value, tasks)}"


def _decorators(node: ast.stmt, name: str) -> list[ast.expr]:
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return []
    return [d for d in node.decorator_list if (_called(d) if isinstance(d, ast.Call) else _last(d)) == name]


def _called(call: ast.Call) -> str:
    return _last(call.func)


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _meant(word: object, known: list[str]) -> str:
    close = difflib.get_close_matches(str(word), known, 1, 0.6)
    if close:
        return f" Did you mean {close[0]!r}?"
    return f" The tasks are: {', '.join(known)}." if known else ""
