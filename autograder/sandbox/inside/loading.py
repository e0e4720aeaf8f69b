"""Runs a submission inside the sandbox: as it is written, or as its definitions alone."""

from __future__ import annotations

import ast
import builtins
import contextlib
import sys
import types
from pathlib import Path

# In the second pass these calls still count as constants: they are quick and have no effect.
_CONSTANT_CALLS = frozenset(
    "bool dict enumerate float frozenset int len list max min range set sorted str sum tuple zip "
    "torch.device torch.cuda.is_available cuda.is_available torch.backends.mps.is_available Path "
    "pathlib.Path torch.Size torch.manual_seed".split()
)
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NOT_CONSTANT = (
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.NamedExpr,
)


def new_module(name: str, path: Path, text: str) -> types.ModuleType:
    """A module under which the submission runs; its text lies at ``path``, so that tracebacks show lines."""
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    module = types.ModuleType(name)
    module.__file__ = str(path)
    module.__dict__["__builtins__"] = builtins
    sys.modules[name] = module
    return module


def run_whole(module: types.ModuleType, text: str) -> None:
    """Run the submission as it is written. Whatever it raises goes through."""
    exec(compile(text, str(module.__file__), "exec"), module.__dict__)


def run_definitions(module: types.ModuleType, cells: list[tuple[str, int]]) -> None:
    """Run imports, definitions and constant assignments alone, and skip what fails.

    cells: the text of each cell and the line of the whole at which it begins. A cell that does not parse is
    skipped as a whole, so one broken cell costs no other.
    """
    for text, first_line in cells:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        ast.increment_lineno(tree, first_line - 1)
        for statement in tree.body:
            if is_definition(statement):
                with contextlib.suppress(Exception, SystemExit):
                    code = compile(ast.Module([statement], []), str(module.__file__), "exec")
                    exec(code, module.__dict__)


def is_definition(statement: ast.stmt) -> bool:
    """An import, a definition, or the assignment of a value that no call of weight goes into."""
    if isinstance(statement, _DEFINITIONS):
        return True
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return statement.value is not None and _is_constant(statement.value)
    return False


def _is_constant(value: ast.expr) -> bool:
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in _CONSTANT_CALLS:
            return isinstance(value, ast.Lambda)
        if isinstance(node, _NOT_CONSTANT):
            return isinstance(value, ast.Lambda)
    return True
