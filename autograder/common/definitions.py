"""The names that statements define and need, read from their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def defined_by(node: ast.stmt) -> list[str]:
    """The name of a function or a class, and the names to which a value is assigned."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def needed_for(name: str, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements that make a name, with the imports and helpers that these use, in their order."""
    bound = [_bound_by(statement) for statement in statements]
    wanted, taken = {name}, set[int]()
    while new := {number for number, names in enumerate(bound) if names & wanted} - taken:
        taken |= new
        wanted |= {used for number in new for used in used_by(statements[number])}
    return [statements[number] for number in sorted(taken)]


def used_by(statement: ast.stmt) -> set[str]:
    """All names that a statement holds."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def bound_as(alias: ast.alias) -> str:
    """The name under which an import makes something known."""
    return alias.asname or alias.name.partition(".")[0]


def _bound_by(statement: ast.stmt) -> set[str]:
    """The names that a top-level statement defines, or of which it sets an entry or attribute."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {bound_as(alias) for alias in statement.names}
    stored = (n for n in ast.walk(statement) if isinstance(getattr(n, "ctx", None), ast.Store))
    roots = (n.value if isinstance(n, (ast.Subscript, ast.Attribute)) else n for n in stored)
    return {root.id for root in roots if isinstance(root, ast.Name)}


def lines_of(statement: ast.stmt, lines: Sequence[str]) -> str:
    """The text of a statement, decorators included. lines: those of the whole file."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])
