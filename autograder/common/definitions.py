"""The names that a statement defines, read from its syntax tree."""

from __future__ import annotations

import ast


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
