"""How a submission's imports work: stand-ins replace missing packages, and helper modules come from the submission.

An import that raises gives stand-ins, unless the student's own code handles the error: inside a `try` that catches
ImportError (or more), or under `suppress(ImportError)`, it raises as usual.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import notices, standins

_MAKE = "__stand_in_for_a_package__"  # the builtin that is called after an import raised
_RAISED = "__the_import_raised__"  # the name under which it gets the error
_OF_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def install() -> None:
    """Add the function that makes stand-ins to the builtins, for the code that :func:`meet` wrote."""
    setattr(builtins, _MAKE, standins.missing)


def meet(tree: ast.Module, package: str) -> None:
    """Rewrite each import whose error the student does not handle: if it raises, it gives stand-ins. No line moves.

    package: the package of the text. If it is "", `from .helpers import x` means the module beside the file.
    """
    if not package:
        _FromTheFolder().visit(tree)
    _Meeting().visit(tree)


class _OfStatements(ast.NodeTransformer):
    """Skips expressions: they contain no imports, and are nearly all of a text."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            inner = getattr(node, part, None)
            if isinstance(inner, list):
                inner[:] = map(self.visit, inner)
        return node


class _FromTheFolder(_OfStatements):
    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.level != 1:
            return node
        node.level = 0
        return node if node.module else ast.copy_location(ast.Import(node.names), node)


class _Meeting(_OfStatements):
    def visit_Import(self, node: ast.Import) -> ast.AST:
        parts: list[ast.stmt] = []
        for alias in node.names:
            package = alias.name.partition(".")[0]
            bound, path = (alias.asname, alias.name) if alias.asname else (package, package)
            one = ast.copy_location(ast.Import([alias]), node)
            parts.append(_or_else(one, [(bound, path, "")]))
        return parts[0] if len(parts) == 1 else _together(parts, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.module == "__future__":
            return node
        path = "." * node.level + (node.module or "")
        names = [(alias.asname or alias.name, path, alias.name) for alias in node.names if alias.name != "*"]
        if not names:  # the names that it would have made are not known
            return _or_else(node, [("_", path, "*")])
        parts = [ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node) for alias in node.names]
        return (
            _or_else(node, names)
            if len(parts) == 1
            else _together([_or_else(part, [name]) for part, name in zip(parts, names, strict=True)], node)
        )

    def visit_Try(self, node: ast.Try) -> ast.AST:
        if not any(_catches_imports(handler.type) for handler in node.handlers):
            return self.generic_visit(node)
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        if any(_name(call.func) == "suppress" and any(map(_catches_imports, call.args)) for call in calls):
            return node
        return self.generic_visit(node)


def _catches_imports(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_catches_imports, caught.elts))
    return caught is None or _name(caught) in _OF_IMPORTS


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _or_else(statement: ast.stmt, names: list[tuple[str, str, str]]) -> ast.stmt:
    """`try: statement`, and a stand-in for each name if it raises. names: (bound to, module's path, name in it)."""
    made = "".join(f"    {bound} = {_MAKE}({_RAISED}, {path!r}, {name!r})\n" for bound, path, name in names)
    (attempt,) = ast.parse(f"try:\n    pass\nexcept Exception as {_RAISED}:\n{made}").body
    assert isinstance(attempt, ast.Try)
    for node in ast.walk(attempt):  # tracebacks name the student's own line
        ast.copy_location(node, statement)
    attempt.body = [statement]
    return attempt


def _together(parts: list[ast.stmt], where: ast.stmt) -> ast.stmt:
    return ast.fix_missing_locations(ast.copy_location(ast.If(ast.Constant(True), parts, []), where))


class Beside(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the helper modules that belong to a submission, by their full names. texts: the text of each."""

    def __init__(self, texts: Mapping[str, str], run: Callable[[types.ModuleType, str], None]) -> None:
        self._texts, self._run = texts, run
        self._packages = {name.rpartition(".")[0] for name in texts} - {""}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module, if it is one of the helpers or a package that holds some; else None."""
        if fullname in self._texts or fullname in self._packages:
            return importlib.util.spec_from_loader(fullname, self, is_package=fullname in self._packages)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the helper as the submission itself is run."""
        notices.modules.add(module.__name__)
        self._run(module, self._texts.get(module.__name__, ""))


def find_beside(texts: Mapping[str, str], run: Callable[[types.ModuleType, str], Any]) -> None:
    """Let the submission import its helpers."""
    sys.meta_path.insert(0, Beside(texts, run))
