"""Faults in how a file defines a task: more than once, hidden from what asks for it, or with the stub's line left in."""

import ast
import re
from collections.abc import Iterable, Sequence

from ..common.definitions import bound_by
from ..common.plural import capital, listed
from ..common.terminal import beginning
from .source import Source
from .suggestions import top_level

_BY_NAME = frozenset({"eval", "exec", "locals", "vars"})  # they may use any name
_Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def defined_again(source: Source, tasks: Iterable[str]) -> list[str]:
    """A sentence for each task that a file defines more than once at its top level."""
    return [
        f"Your file defines {task} {'twice' if len(lines) == 2 else f'{len(lines)} times'}, at "
        f"{listed([source.locate(line) for line in lines])}: the last one counts."
        for task in tasks
        if len(lines := [node.lineno for node in _definitions(source, task)]) > 1
    ]


def stub_left(source: Source, task: str) -> str:
    """A sentence if a task that the student has begun still holds the stub's own line; otherwise ""."""
    line = stub_line(source, task)
    where = f"At {source.locate(line)}, {task} still has the stub's own line"
    return f"{where}, which ends your code there: `{source.line(line)}`." if line else ""


def above_its_stub(source: Source, task: str) -> str:
    """A sentence if the last definition of a task is its stub, and an earlier one is the student's; otherwise ""."""
    found = _definitions(source, task)
    if not any(_own_lines(node) for node in found[:-1]):
        return ""
    return (
        f"Your file defines {task} again at {source.locate(found[-1].lineno)}, where it is not started, and the last one "
        "counts: delete that one."
    )


def unseen(source: Source, task: str) -> str:
    """A sentence on where a file has a task that nothing sees, and why; "" if it does not have it at all."""
    return (
        stands_inside(source, task)
        or set_inside(source, task)
        or _taken_away(source, task)
        or _no_value(source, task)
        or _no_code(source, task)
        or _no_code_cell(source, task)
    )


def not_to_call(source: Source, task: str) -> str:
    """A sentence on the line that gave a task's name to something else than a function; "" if there is none."""
    last = next((each for each in reversed(top_level(source.cells)) if task in bound_by([each])), None)
    if last is None or isinstance(last, ast.FunctionDef | ast.ClassDef):
        return ""
    line = beginning(source.line(last.lineno), 100)
    return f"{capital(source.locate(last.lineno))} (`{line}`) makes it that: choose another name there."


def other_order(source: Source, task: str, names: Sequence[str]) -> str:
    """A sentence on a task that takes the stub's parameters in another order; otherwise "". names: the stub's order."""
    found = [node for node in _definitions(source, task) if isinstance(node, ast.FunctionDef)]
    return in_another_order(
        task, [each.arg for each in (*found[-1].args.posonlyargs, *found[-1].args.args)] if found else [], names
    )


def in_another_order(task: str, own: Sequence[str], names: Sequence[str]) -> str:
    """The same of a task whose parameters are `own`."""
    if list(own) == list(names) or sorted(own) != sorted(names):
        return ""
    return (
        f"Your {task} takes {listed(own)} in this order. The stub's order is {listed(names)}, and so the values come: "
        "keep it."
    )


def never_used(source: Source, task: str) -> str:
    """A sentence on the parameters that a task never uses; "" if it uses all."""
    found = [node for node in _definitions(source, task) if isinstance(node, ast.FunctionDef)]
    if not found:
        return ""
    names = [node.id for part in found[-1].body for node in ast.walk(part) if isinstance(node, ast.Name)]
    if not _BY_NAME.isdisjoint(names):
        return ""
    own = [each.arg for each in (*found[-1].args.posonlyargs, *found[-1].args.args) if each.arg not in names]
    return f"Your {task} never uses {listed(own)}." if own else ""


def ends_in_the_first_round(source: Source, task: str) -> str:
    """A sentence on a for loop of a task that has a return of its own, below no condition; "" if there is none.

    A loop with a continue may go on: it is looking for something.
    """
    for found in _definitions(source, task)[-1:]:
        for loop in (node for node in ast.walk(found) if isinstance(node, ast.For)):
            ends = next((line for line in loop.body if isinstance(line, ast.Return)), None)
            if ends is not None and not any(isinstance(node, ast.Continue) for node in ast.walk(loop)):
                place = source.locate(ends.lineno)
                return f"The return at {place} stands inside a loop, so the loop ends in its first round."
    return ""


def thrown_away(source: Source, task: str) -> str:
    """A sentence on a line of a task that calculates or compares, and keeps nothing of it; "" if there is none."""
    for found in _definitions(source, task)[-1:]:
        for node in ast.walk(found):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp | ast.Compare):
                line = beginning(source.line(node.lineno), 100)
                place = source.locate(node.lineno)
                return f"The result of {place} (`{line}`) is not kept: is an = missing, or one too many?"
    return ""


def _taken_away(source: Source, task: str) -> str:
    for each in top_level(source.cells):
        if isinstance(each, ast.Delete) and task in (ast.unparse(target) for target in each.targets):
            return f"Your file deletes {task} at {source.locate(each.lineno)}: leave that line out."
    return ""


def _no_value(source: Source, task: str) -> str:
    """A sentence on a line that was to give the name a value, but annotates or compares it."""
    for each in top_level(source.cells):
        compared = isinstance(each, ast.Expr) and isinstance(each.value, ast.Compare) and each.value
        if compared and isinstance(compared.ops[0], ast.Eq) and ast.unparse(compared.left) == task:
            return (
                f"At {source.locate(each.lineno)}, {task} is compared by ==, which gives it no value: write = instead."
            )
        if isinstance(each, ast.AnnAssign) and each.value is None and ast.unparse(each.target) == task:
            return f"At {source.locate(each.lineno)}, what follows {task}: is an annotation, and no value: write = instead."
    return ""


def _no_code(source: Source, task: str) -> str:
    """A sentence on a task that stands in a comment or in a text."""
    makes = rf"(?:(?:async )?def|class) +{re.escape(task)}\b|{re.escape(task)} *=(?!=)"
    for each in top_level(source.cells):
        value = each.value if isinstance(each, ast.Expr) else None
        text = value.value if isinstance(value, ast.Constant) else None
        if isinstance(text, str) and re.search(rf"^ *(?:{makes})", text, re.MULTILINE):
            place = source.locate(each.lineno)
            return f"Your file has {task} inside the text that begins at {place}: take the quotation marks away."
    for number, line in enumerate(source.text.split("\n"), 1):
        if re.match(rf"[ \t]*#+ *(?:{makes})", line):
            return f"Your file has {task} in a comment, at {source.locate(number)}: take the # away there."
    return ""


def _no_code_cell(source: Source, task: str) -> str:
    """A sentence on a task that is in a cell of a notebook that is no code cell."""
    makes = re.compile(rf"^(?:(?:async )?def|class) +{re.escape(task)}\b", re.MULTILINE)
    if any(makes.search(text) for text in source.idle):
        return f"Your notebook has {task} in a Markdown or raw cell, which does not run: make it a code cell."
    return ""


def stands_inside(source: Source, task: str) -> str:
    """A sentence on a task that a file defines inside another statement, so that nothing sees it; "" if it does not."""
    for outer in top_level(source.cells):
        if (inner := _inside(outer, task)) is None:
            continue
        place = source.locate(inner.lineno)
        if isinstance(outer, _Defined):
            return (
                f"Your file defines {task} inside {outer.name}, at {place}, so nothing outside {outer.name} sees it. "
                "Begin it at the left margin."
            )
        return f"Your file defines {task} at {place}, {_below(outer, source)}"
    return ""


def set_inside(source: Source, name: str) -> str:
    """A sentence on a value that a file sets only when it is started by itself; "" if there is none."""
    for outer in top_level(source.cells):
        for inner in ast.walk(outer) if _asks_who_started_it(outer) else ():
            if isinstance(inner, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and _sets(inner, name):
                place = source.locate(inner.lineno)
                return f"Your file sets {name} at {place}, {_below(outer, source)}"
    return ""


def _below(outer: ast.stmt, source: Source) -> str:
    """The end of a sentence on code below another statement."""
    above = beginning(source.line(outer.lineno), 100)
    reached = "runs only when the file is started by itself" if _asks_who_started_it(outer) else "did not run"
    return f"below `{above}`, and the code there {reached}. Begin it at the left margin."


def _asks_who_started_it(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _sets(node: ast.Assign | ast.AnnAssign | ast.AugAssign, name: str) -> bool:
    """Does an assignment set this name, or an entry of it?"""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = (target.value if isinstance(target, ast.Subscript) else target for target in targets)
    return any(isinstance(each, ast.Name) and each.id == name for each in names)


def _inside(outer: ast.stmt, task: str) -> _Defined | None:
    """The definition of a task inside another statement; None if there is none, or if the statement is the definition."""
    if isinstance(outer, _Defined) and outer.name == task:
        return None
    found = (inner for inner in ast.walk(outer) if isinstance(inner, _Defined) and inner.name == task)
    return next(found, None)


def stub_line(source: Source, task: str) -> int:
    """The line of `source.text` with the stub's ``raise NotImplementedError``, in a task that also has own code.

    0 if the task has no such line, or no other code.
    """
    found = _definitions(source, task)
    raises = [line for line in _lines(found[-1]) if _is_the_stubs(line)] if found else []
    return raises[0].lineno if raises and _own_lines(found[-1]) else 0


def _lines(node: _Defined) -> list[ast.stmt]:
    """The statements of a function, or of the methods of a class."""
    parts = node.body if isinstance(node, ast.ClassDef) else [node]
    return [line for part in parts if isinstance(part, ast.FunctionDef) for line in part.body]


def _own_lines(node: _Defined) -> list[ast.stmt]:
    """The statements of a definition that its stub does not have."""
    return [line for line in _lines(node) if not _is_the_stubs(line) and not _is_given(line)]


def _definitions(source: Source, task: str) -> list[_Defined]:
    """The definitions of a task at the top level. Their lines are those of `source.text`."""
    return [node for node in top_level(source.cells) if isinstance(node, _Defined) and node.name == task]


def _is_the_stubs(line: ast.stmt) -> bool:
    """Is it the stub's own line, which raises NotImplementedError?"""
    raised = line.exc if isinstance(line, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _is_given(line: ast.stmt) -> bool:
    """Is it a docstring or super().__init__(), which the stub already has?"""
    return isinstance(line, ast.Expr) and (
        isinstance(line.value, ast.Constant) or ast.unparse(line.value) == "super().__init__()"
    )
