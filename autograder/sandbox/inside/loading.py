"""Runs a submission inside the sandbox, statement by statement: what fails is left out, and the rest goes on.

A top-level statement that raises, or overruns its time, costs only itself. A function or class that fails because of
its annotations or its decorators is made without them. The grader asks for one step at a time, so that it knows which
statement was running when a process ends. Statements are numbered.
"""

import __future__

import ast
import asyncio
import builtins
import contextlib
import inspect
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import imports, notices
from .interrupts import BudgetSpent, budget

# These calls have no effect and take no time: what is assigned from them counts as a definition.
_QUICK_CALLS = frozenset(
    "bool dict enumerate float frozenset int len list max min range set sorted str sum tuple zip "
    "torch.device torch.cuda.is_available cuda.is_available torch.backends.mps.is_available Path "
    "pathlib.Path torch.Size torch.manual_seed".split()
)
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MADE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NOT_QUICK = (
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.NamedExpr,
)
_ANNOTATIONS = __future__.annotations.compiler_flag
_MOST = 100  # statements left out that are reported

Record = tuple[int, int, int, str, str]
"""A statement left out: (number, first line, last line, type of the error, message). BudgetSpent: it took too long."""


def new_module(name: str, folder: Path, text: str) -> types.ModuleType:
    """A module for the submission to run in. Its text is written to the folder, so that tracebacks show lines."""
    module = types.ModuleType(name)
    prepare(module, folder, text)
    sys.modules[name] = module
    return module


def prepare(module: types.ModuleType, folder: Path, text: str) -> None:
    """Write the module's text to its file, and give it the builtins."""
    path = folder / f"{module.__name__}.py"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    module.__file__ = str(path)
    module.__dict__["__builtins__"] = builtins
    notices.modules.add(module.__name__)


def describe(error: BaseException) -> tuple[str, str]:
    """Type and message of what student code raised. What is wrong stands in the message's first line."""
    kind, text = "Exception", ""
    with contextlib.suppress(BaseException):  # its __str__ may be the student's too
        kind = type(error).__name__[:100]
        said = error.msg if isinstance(error, SyntaxError) else error  # its place is reported separately
        text = _cause_first(str(said)[:20_000])[:500]
    return kind, text


def _cause_first(text: str) -> str:
    """A message with the cause in its first line: some begin with a line that only announces it."""
    first, _, rest = text.strip().partition("\n")
    if rest.startswith("Original Traceback"):  # of a DataLoader's worker, which ends in the error itself
        return f"{first.rstrip('.')}: {rest.rpartition(chr(10))[2]}"
    if first.startswith("Error while processing "):  # einops: the pattern, the tensor's shape, and then the cause
        return " ".join(text.split())
    for _ in range(3):
        if rest and first.endswith(":") and not first.endswith("one of:"):
            line, _, rest = rest.partition("\n")
            first = f"{first} {line.strip()}"
    return f"{first}\n{rest}".rstrip()


@dataclass
class Statements:
    """The statements of one module, and how far they have run.

    skip: the numbers of statements not to run: before, they overran their time or ended the process.
    one_by_one: each statement is its own step. left_out: the statements left out since the last step.
    let_through: errors that are not caught. place: the number of the next statement.
    """

    module: types.ModuleType
    statements: list[ast.stmt]
    flags: int
    skip: set[int] = field(default_factory=set)
    one_by_one: bool = False
    let_through: tuple[type[BaseException], ...] = ()
    place: int = 0
    left_out: list[Record] = field(default_factory=list)

    @property
    def following(self) -> tuple[int, int, int, bool] | None:
        """(number, first line, last line, is it a definition?) of the next statement to run, None at the end."""
        for number in range(self.place, len(self.statements)):
            if number not in self.skip:
                statement = self.statements[number]
                return number, _first(statement), _last(statement), is_definition(statement)
        return None

    def step(self, seconds: float | None, definitions_only: bool = False) -> None:
        """Run the next statement, and the definitions that follow it.

        seconds: CPU time for each statement. definitions_only: leave out every other statement.
        """
        ran = 0
        while self.place < len(self.statements):
            number, statement = self.place, self.statements[self.place]
            definition = is_definition(statement)
            if ran and (self.one_by_one or not (definition or definitions_only)):
                return
            self.place += 1
            if number in self.skip:
                continue
            if definitions_only and not definition:
                self._leave_out(number, "BudgetSpent", "")
                continue
            ran += 1
            try:
                with budget(seconds, None if seconds is None else 2 * seconds):
                    self._run(statement)
            except self.let_through:
                raise
            except BudgetSpent:
                self._leave_out(number, "BudgetSpent", "")
            except BaseException as error:
                self._leave_out(number, *describe(error))

    def _leave_out(self, number: int, kind: str, message: str) -> None:
        if len(self.left_out) < _MOST:
            statement = self.statements[number]
            self.left_out.append((number, _first(statement), _last(statement), kind, message))

    def _run(self, statement: ast.stmt) -> None:
        try:
            self._execute(statement, self.flags)
        except BaseException as error:
            if isinstance(error, (BudgetSpent, *self.let_through)) or not self._run_bare(statement, error):
                raise

    def _run_bare(self, statement: ast.stmt, error: BaseException) -> bool:
        """Try a function, a class or an annotated value without annotations, then without decorators. Did that work?"""
        if not isinstance(statement, (*_MADE, ast.AnnAssign)) or isinstance(error, SyntaxError):
            return False
        at, (kind, message) = (self.module.__name__, _first(statement)), describe(error)
        if self._runs(statement, self.flags | _ANNOTATIONS):
            notices.add("annotations", kind, message, at)
            return True
        if isinstance(statement, _MADE) and statement.decorator_list:
            statement.decorator_list = []
            if self._runs(statement, self.flags | _ANNOTATIONS):
                notices.add("decorators", kind, message, at)
                return True
        return False

    def _runs(self, statement: ast.stmt, flags: int) -> bool:
        try:
            self._execute(statement, flags)
        except Exception:
            return False
        return True

    def _execute(self, statement: ast.stmt, flags: int) -> None:
        flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as notebooks do
        code = compile(ast.Module([statement], []), str(self.module.__file__), "exec", flags=flags, dont_inherit=True)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, self.module.__dict__))
        else:
            exec(code, self.module.__dict__)


def read(module: types.ModuleType, text: str, cells: Sequence[tuple[str, int]] = ()) -> Statements:
    """The statements of the whole text; if it does not parse, those of the cells that do.

    cells: (text, its first line in the whole text). A cell that does not parse is left out whole, so that one broken
    cell does not cost another.
    """
    package = module.__package__ or ""
    statements: list[ast.stmt] = []
    broken: list[Record] = []
    try:
        statements = _parse(text, 1, package)
    except _UNREADABLE:
        for cell, first_line in cells or [(text, 1)]:
            try:
                statements += _parse(cell, first_line, package)
            except _UNREADABLE as error:
                kind, message = describe(error)
                line = first_line - 1 + (getattr(error, "lineno", None) or 1)
                broken.append((-1, line, first_line + cell.count("\n"), kind, message))
    flags = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            features = (getattr(__future__, alias.name, None) for alias in statement.names)
            flags |= sum({feature.compiler_flag for feature in features if feature is not None})
    return Statements(module, statements, flags, left_out=broken[:_MOST])


_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def _parse(text: str, first_line: int, package: str) -> list[ast.stmt]:
    tree = ast.parse(text)
    if first_line > 1:
        ast.increment_lineno(tree, first_line - 1)
    imports.meet(tree, package)
    return tree.body


def helper_runner(folder: Path) -> Callable[[types.ModuleType, str], None]:
    """A function that runs a helper module, statement by statement too. What it leaves out becomes a notice."""

    def run(module: types.ModuleType, text: str) -> None:
        prepare(module, folder, text)
        loader = read(module, text)
        while True:
            loader.step(None)
            if loader.following is None:
                break
        for number, line, _, kind, message in loader.left_out:
            notices.add("left out" if number >= 0 else "unreadable", kind, message, (module.__name__, line))
        if any(kind == BudgetSpent.__name__ for _, _, _, kind, _ in loader.left_out):
            raise BudgetSpent

    return run


def _first(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _last(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def is_definition(statement: ast.stmt) -> bool:
    """Is it an import, a definition, or an assignment of a value that takes no slow call?"""
    if isinstance(statement, ast.Try) and statement.body and isinstance(statement.body[0], _DEFINITIONS):
        return len(statement.body) == 1  # an import that `imports.meet` rewrote
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    if isinstance(statement, _DEFINITIONS):
        return True
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return statement.value is not None and _is_quick(statement.value)
    return False


def _is_quick(value: ast.expr) -> bool:
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in _QUICK_CALLS:
            return isinstance(value, ast.Lambda)
        if isinstance(node, _NOT_QUICK):
            return isinstance(value, ast.Lambda)
    return True
