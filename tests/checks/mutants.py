"""The references with one thing changed: an operator, a constant, an axis, a name, the order of two lines.

Their slips are nobody's idea, so no diagnosis is written for them: what they are told has to be true all the same.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.Gt, ast.LtE),
    ast.LtE: (ast.Gt, ast.GtE),
    ast.Gt: (ast.Lt,),
    ast.Eq: (ast.NotEq,),
}


@dataclass(frozen=True)
class Mutant:
    """One task of a file, changed in one place. code: the whole definition; change: the line before and after."""

    task: str
    code: str
    change: str


def mutants(text: str, tasks: tuple[str, ...]) -> list[Mutant]:
    """All mutants of these tasks of a submission, each once, in the order of its text."""
    found: dict[str, Mutant] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in tasks:
            node.body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            node.returns = None
            before = ast.unparse(node)
            for changed in _changed(node):
                code = ast.unparse(changed)
                if code != before:
                    found.setdefault(code, Mutant(node.name, code, _difference(before, code)))
    return list(found.values())


def sample(every: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them, as equally shared among the tasks as they allow."""
    choose = random.Random(seed)
    by_task: dict[str, list[Mutant]] = {}
    for mutant in sorted(every, key=lambda mutant: (mutant.task, mutant.code)):
        by_task.setdefault(mutant.task, []).append(mutant)
    for of_task in by_task.values():
        choose.shuffle(of_task)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(by_task.values()):
        chosen += [of_task.pop() for of_task in by_task.values() if of_task]
    return chosen[:count]


def _difference(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    gone = [line.strip() for line in old if line not in new]
    come = [line.strip() for line in new if line not in old]
    return f"{' / '.join(gone)}  =>  {' / '.join(come)}" if gone or come else f"lines exchanged: {after}"


def _changed(function: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    """The function once for each place and each way to change it."""
    names = [argument.arg for argument in function.args.args]
    places = list(ast.walk(function))
    for number, place in enumerate(places):
        for change in _changes(place, names):
            twin = copy.deepcopy(function)
            change(list(ast.walk(twin))[number])
            yield ast.fix_missing_locations(twin)


def _changes(node: ast.AST, names: list[str]) -> Iterator[Callable[[ast.AST], None]]:
    """What can be done to a node, each as a change of its copy in place."""
    match node:
        case ast.Constant(value=bool()):
            yield _setting("value", not node.value)
        case ast.Constant(value=int() | float() as value):
            yield from (_setting("value", other) for other in (value + 1, value - 1, -value))
        case ast.Name(id=name, ctx=ast.Load()) if name in names:
            yield from (_setting("id", other) for other in names if other != name)
        case ast.BinOp(left=left, right=right):
            yield from (_setting("op", other()) for other in _OPERATORS.get(type(node.op), ()))
            yield _setting("left", right, right=left)
        case ast.Compare(ops=[operator]):
            yield from (_setting("ops", [other()]) for other in _OPERATORS.get(type(operator), ()))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield _becoming(operand)
        case ast.Call(func=ast.Attribute(value=inner), args=arguments, keywords=keywords):
            if isinstance(inner, (ast.Call, ast.BinOp, ast.Name)) and not _is_module(inner):
                yield _becoming(inner)  # the method is not called
            yield from _arguments(arguments, keywords)
        case ast.Call(args=arguments, keywords=keywords):
            yield from _arguments(arguments, keywords)
        case ast.Tuple(elts=elements) if len(elements) > 1:
            for place in range(len(elements) - 1):
                yield _setting("elts", _exchanged(elements, place))
        case ast.Slice(lower=lower, upper=upper):
            yield from (_setting(name, None) for name, bound in (("lower", lower), ("upper", upper)) if bound)
        case ast.FunctionDef() | ast.For() | ast.If():
            for place in range(len(node.body)):
                if place + 1 < len(node.body):
                    yield _setting("body", _exchanged(node.body, place))
                if len(node.body) > 1:
                    yield _setting("body", [*node.body[:place], *node.body[place + 1 :]])
            if isinstance(node, ast.For):
                yield _returning_inside


def _arguments(arguments: list[ast.expr], keywords: list[ast.keyword]) -> Iterator[Callable[[ast.AST], None]]:
    for place in range(len(arguments) - 1):
        yield _setting("args", _exchanged(arguments, place))
    for place in range(len(arguments)):
        yield _setting("args", [*arguments[:place], *arguments[place + 1 :]])
    for place in range(len(keywords)):
        yield _setting("keywords", [*keywords[:place], *keywords[place + 1 :]])


def _exchanged(items: list[Any], place: int) -> list[Any]:
    return [*items[:place], items[place + 1], items[place], *items[place + 2 :]]


def _is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("torch", "nn", "F", "np", "einops", "math")


def _setting(name: str, value: object, **more: object) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        for field, new in {name: value, **more}.items():
            setattr(node, field, copy.deepcopy(new))

    return change


def _becoming(other: ast.AST) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        twin = copy.deepcopy(other)
        node.__class__ = twin.__class__
        node.__dict__ = twin.__dict__

    return change


def _returning_inside(node: ast.AST) -> None:
    """A loop that ends in its first round."""
    assert isinstance(node, ast.For)
    node.body.append(ast.Break())
