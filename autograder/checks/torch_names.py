"""Find where a task uses functions of torch, from the source alone: nothing is run.

A name counts only if it leads to torch: through an import, an alias or an attribute of one. A student's own ``linear``
does not count. Nor does an import that is not used, or what other tasks and demos use. Methods of tensors, and names
put together at run time, cannot be seen here; the sandbox records them when they run.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..common.definitions import DEFINITIONS, own_nodes

_DEPTH = 8  # the most aliases in a row that are followed
_BESIDE = 10**9  # lines of modules beside the submission are counted from here
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_WORDS = 20  # the most words in a name of torch
_AXES = re.compile(r"(?:\dd|nd)$")
_SHORT = {"bce": "binarycrossentropy", "bcewithlogits": "binarycrossentropywithlogits"}


@dataclass(frozen=True)
class Use:
    """One use of a torch function: its full name, and the line of the whole source where it stands."""

    name: str
    line: int


def uses(
    cells: Iterable[tuple[str, int]],
    task: str,
    names: Collection[str],
    others: Collection[str] = (),
    beside: Iterable[str] = (),
) -> list[Use]:
    """Where ``task`` and its helpers use these functions of torch, or its modules that do the same.

    cells: pieces of source, each with the number of its first line. One that does not parse is skipped: it cannot run.
    others: tasks that are not searched, even if this one calls them: they may use any function.
    beside: the texts of modules beside the submission; the line of a use in one of them is 0.
    """
    return list(_uses(tuple(cells), task, kinds_of(names), frozenset(others), tuple(beside)))


# Operators that do the work of another inside: part of their name -> the other.
_HOLDS = {"scaleddotproduct": "softmax", "multiheadattention": "softmax"}
# Modules with Python versions of all functions. Of these, the sandbox records only the steps inside.
_HOLD_ALL = frozenset({"_refs", "_decomp"})


def does_the_work(called: str, names: Collection[str]) -> bool:
    """Is a function or operator of torch one of these, or a variant of one with another name?

    >>> names = ("Softmax", "_safe_softmax", "_softmax_backward_data", "log_softmax", "softplus")
    >>> [does_the_work(name, {"softmax"}) for name in names]
    [True, True, True, False, False]
    """
    return _does(called, kinds_of(names))


def kinds_of(names: Collection[str]) -> frozenset[str]:
    """The names of these functions, without what only tells their variants apart: see :func:`_kind`."""
    return frozenset(map(_kind, names))


def _does(called: str, kinds: frozenset[str]) -> bool:
    if any(part in _kind(called) and work in kinds for part, work in _HOLDS.items()):
        return True
    # `_safe_softmax`, `conv2d_weight`, `_convolution_pointwise`; but `log_softmax` is not a softmax
    words = called.strip("_").split("_", _WORDS)
    return len(words) <= _WORDS and any(
        _kind("_".join(words[start:end])) in kinds
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
        if not (start and words[start - 1] == "log")
    )


@lru_cache(maxsize=8)  # a public check and a hidden one ask the same
def _uses(
    cells: tuple[tuple[str, int], ...],
    task: str,
    kinds: frozenset[str],
    others: frozenset[str],
    beside: tuple[str, ...],
) -> tuple[Use, ...]:
    found = _Scan(_module(cells, beside), kinds, others, bool(beside)).of(task)
    return tuple(Use(use.name, 0 if use.line > _BESIDE else use.line) for use in found)


@lru_cache(maxsize=1)  # several checks ask about one submission, and parsing is most of the work
def _module(cells: tuple[tuple[str, int], ...], beside: tuple[str, ...]) -> _Names:
    """What the names of a submission stand for. A name that it does not define comes from the modules beside it."""
    own = _Names.of(_statements(cells))
    for text in beside:
        other = _Names.of(_statements(((text, _BESIDE + 1),)))
        own.stars += other.stars
        for name, thing in other.bound.items():
            if own.bound.get(name) is None:  # `from helpers import name` binds it to None
                own.bound[name] = thing
    return own


def _statements(cells: tuple[tuple[str, int], ...]) -> list[ast.stmt]:
    statements: list[ast.stmt] = []
    for text, first_line in cells:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if first_line > 1:
            ast.increment_lineno(tree, first_line - 1)
        statements += tree.body
    return statements


@lru_cache(maxsize=1024)  # the checks ask about the same few names again and again
def _kind(name: str) -> str:
    """One name for a function and its modules with any number of axes: ``cross_entropy``, ``CrossEntropyLoss``."""
    plain = _AXES.sub("", name.replace("_", "").casefold()).removeprefix("lazy").removesuffix("loss")
    return _SHORT.get(plain, plain)


@dataclass
class _Names:
    """What the names of one scope stand for: a path into torch, an expression, a definition, or None for the rest."""

    bound: dict[str, str | ast.expr | ast.stmt | None] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)  # modules of torch from which everything was imported

    @classmethod
    def of(cls, statements: Sequence[ast.AST]) -> _Names:
        """The last binding of each name counts: it is the one that holds when a task is called."""
        names = cls()
        for node in own_nodes(statements):
            names._bind(node)
        return names

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.partition(".")[0]
                self.bound[alias.asname or path] = path if _is_torch(path) else None
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            for alias in node.names:
                if alias.name == "*":
                    self.stars += [module] if _is_torch(module) else []
                elif _is_torch(module) and not node.level:
                    self.bound[alias.asname or alias.name] = f"{module}.{alias.name}"
                else:  # the original may be defined in a module beside the submission
                    other = ast.Name(alias.name, ast.Load(), lineno=node.lineno) if alias.asname else None
                    self.bound[alias.asname or alias.name] = other
        elif isinstance(node, DEFINITIONS):
            self.bound[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self.bound.setdefault(node.id, None)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._assign(node.target, None)

    def _assign(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.bound[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for inner in target.elts:
                self._assign(inner, None)


def _is_torch(path: str) -> bool:
    return path == "torch" or path.startswith("torch.")


class _Scan:
    """Follows one task through the helpers that it uses."""

    def __init__(self, module: _Names, kinds: frozenset[str], others: frozenset[str], beside: bool) -> None:
        self.module, self.kinds, self.others, self.beside = module, kinds, others, beside
        self.found: dict[Use, None] = {}
        self.waiting: list[str] = []
        self.seen: set[str] = set()

    def of(self, task: str) -> list[Use]:
        self.waiting.append(task)
        while self.waiting:
            name = self.waiting.pop()
            if name in self.seen or (name in self.others and name != task):
                continue
            self.seen.add(name)
            thing = self.module.bound.get(name)
            if isinstance(thing, str):
                self._judge(thing, 0)
            elif isinstance(thing, DEFINITIONS) or _is_code(thing):
                assert thing is not None
                self._visit_whole(thing)
        return sorted(self.found, key=lambda use: use.line)

    def _visit_whole(self, thing: ast.AST) -> None:
        try:
            self._visit(thing, ())
        except RecursionError:
            # Nested deeper than anyone writes by hand: every name in it is looked at, whatever its scope.
            nodes = list(ast.walk(thing))
            inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}  # part of a longer path
            for node in nodes:
                if isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in inner:
                    with contextlib.suppress(RecursionError):
                        self._judge(self._path(node, ()) or "", node.lineno)

    def _visit(self, node: ast.AST, scopes: tuple[_Names, ...]) -> None:
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            path = self._path(node, scopes)
            if path is not None:
                self._judge(path, node.lineno)
                return
            while isinstance(node, ast.Attribute):  # if a.b.c does not lead to torch, nor does a.b
                if self.beside:
                    self.waiting.append(node.attr)  # helpers.norm: `norm` of a module beside the submission
                node = node.value
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and not any(node.id in scope.bound for scope in scopes):
                self.waiting.append(node.id)
            return
        if isinstance(node, ast.Call):
            path = self._path(node, scopes)
            if path is not None:
                self._judge(path, node.lineno)
            if isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass"):
                self._visit(node.args[0], scopes) if node.args else None
                return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            self._visit_function(node, scopes)
            return
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue  # a type annotation does no work
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self._visit(child, scopes)

    def _visit_function(self, node: _Function, scopes: tuple[_Names, ...]) -> None:
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self._visit(default, scopes)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        inner = _Names.of(body)
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        for argument in every:
            if argument is not None:
                inner.bound.setdefault(argument.arg, None)
        for child in own_nodes(body):
            if isinstance(child, (ast.Global, ast.Nonlocal)):
                for name in child.names:
                    inner.bound.pop(name, None)
        for child in body:
            self._visit(child, (inner, *scopes))

    def _path(self, node: ast.AST | None, scopes: tuple[_Names, ...], depth: int = 0) -> str | None:
        """The path into torch that an expression stands for, or None."""
        if depth > _DEPTH:
            return None
        if isinstance(node, ast.Attribute):
            names: list[str] = []
            while isinstance(node, ast.Attribute):
                names.append(node.attr)
                node = node.value
            base = self._path(node, scopes, depth)
            return ".".join([base, *reversed(names)]) if base is not None else None
        if isinstance(node, ast.Call):  # getattr(F, "linear")
            named = isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) >= 2
            if named and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str):
                base = self._path(node.args[0], scopes, depth)
                return f"{base}.{node.args[1].value}" if base is not None else None
            return None
        if not isinstance(node, ast.Name):
            return None
        for position, scope in enumerate((*scopes, self.module)):
            if node.id in scope.bound:
                thing = scope.bound[node.id]
                if isinstance(thing, str):
                    return thing
                alias = thing if isinstance(thing, (ast.Name, ast.Attribute)) else None
                return self._path(alias, scopes[position:], depth + 1)
        stars = self.module.stars
        return f"{stars[-1]}.{node.id}" if stars and _kind(node.id) in self.kinds else None

    def _judge(self, path: str, line: int) -> None:
        parts = path.split(".")
        last = parts[1:] if parts[:2] == ["torch", "ops"] else parts[-1:]
        works = parts[1:2] and (parts[1] in _HOLD_ALL or any(_does(part, self.kinds) for part in last))
        if _is_torch(path) and works:
            self.found[Use(path, line)] = None


def _is_code(thing: object) -> bool:
    """Is it an alias, a lambda or a call (say of functools.partial)? Not a table: a task may use only part of it."""
    return isinstance(thing, (ast.Name, ast.Attribute, ast.Lambda, ast.Call))
