"""Guessing which name was meant, like Python's "Did you mean", from the text of the student's file alone."""

import ast
import builtins
import contextlib
import difflib
import importlib
import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..common.definitions import bound_by
from .source import Cell, Source

_ALIKE = 0.7  # how similar two names must be, from 0 to 1 (difflib's ratio)
_MODULES_ALIKE = 0.75  # the same for modules. Many contain another's name: torchinfo and torchviz do not mean torch
_START_ALIKE = 0.8  # the same for __init__
_LONGEST = 60  # characters of a name: longer names are not compared
_IMPORTS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "optim": "from torch import optim",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "math": "import math",
    "plt": "import matplotlib.pyplot as plt",
    "einops": "import einops",
    "rearrange": "from einops import rearrange",
    "tqdm": "from tqdm import tqdm",
    "DataLoader": "from torch.utils.data import DataLoader",
    "TensorDataset": "from torch.utils.data import TensorDataset",
}
_MODULES = ("torch", "torch.nn", "torch.nn.functional", "torch.optim", "numpy", "math")
_PACKAGES = "torch numpy torchvision einops matplotlib tqdm math random itertools functools".split()
_OF_NUMPY = {"copy": "clone()", "astype": "to(dtype)"}  # methods of arrays -> what tensors have for them
_TYPES = {name: getattr(builtins, name) for name in ("list", "tuple", "dict", "str", "int", "float", "set", "bool")}
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def did_you_mean(message: str, source: Source | None, line: int = 0) -> str:
    """A sentence about the name that was meant; "" if none is close.

    message: of an error that student code raised. line: the line of `source.text` that raised it; 0 if that is not known.

    >>> did_you_mean("'Tensor' object has no attribute 'permut'", None)
    'Did you mean permute?'
    """
    names = names_of(source.cells) if source is not None else Names()
    if match := re.search(r"name '(\w+)' is not defined", message):
        return _of_name(match[1], names, line)
    if match := re.search(r"module '([\w.]+)' has no attribute '(\w+)'", message):
        return _of_module(match[1], match[2])
    if match := re.search(r"'(\w+)' object has no attribute '(\w+)'", message):
        return _of_object(match[1], match[2], names)
    if "object is not callable" in message and source is not None and line:
        return _of_python(source.line(line), names, line)
    if match := re.search(r"(?:(\w+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'", message):
        return _question(match[3], _parameters(match[1] or match[2], names))
    if match := re.search(r"missing \d+ required positional arguments?: \W?(\w+)", message):
        given = re.findall(r"(\w+)\s*=(?!=)", source.line(line)) if source is not None and line else []
        return f"Did you mean {match[1]}?" if near(match[1], given) else ""
    if match := re.search(r"invalid combination of arguments - got \((.*?)\), but expected (.*)", message, re.DOTALL):
        takes = re.findall(r"(\w+)(?: = \w+)?[,)]", match[2])
        given = [name for name in re.findall(r"(\w+)=", match[1]) if name not in takes]
        return _question(given[0], takes) if given else ""
    if match := re.search(r"No module named '([\w.]+)'", message):
        found = near(match[1], (*_MODULES, *_PACKAGES), _MODULES_ALIKE)
        other = _folded(found) in _folded(match[1]) and len(_folded(match[1])) > len(_folded(found)) + 2
        return f"Did you mean {found}?" if found and not other else ""
    if match := re.search(r"cannot import name '(\w+)' from '([\w.]+)'", message):
        return _of_module(match[2], match[1])
    return ""


def near(name: str, others: Iterable[str], alike: float = _ALIKE) -> str:
    """The most similar of the other names; "" if none is similar enough. Case and `_` do not count.

    alike: how similar it must be, from 0 to 1.

    >>> near("area_of", ["areaOf", "area_in"])
    'areaOf'
    """
    plain: dict[str, str] = {}
    for other in others:
        if other != name and len(other) <= _LONGEST:
            plain.setdefault(_folded(other), other)
    found = difflib.get_close_matches(_folded(name[:_LONGEST]), list(plain)[:2000], 1, alike)
    return plain[found[0]] if found else ""


def bound_later(source: Source, name: str, line: int) -> int:
    """The line of the first top-level statement that binds a name, if it comes after this line; otherwise 0."""
    first = next((each.lineno for each in top_level(source.cells) if name in bound_by([each])), 0)
    return first if first > line else 0


def reads_all(source: Source) -> bool:
    """Can Python read every cell?"""
    try:
        return all(ast.parse(cell.text) for cell in source.cells)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


@dataclass(frozen=True)
class Names:
    """The names of a file: at its top level, in each function (first line, last line, names), and in each class."""

    top: tuple[str, ...] = ()
    local: tuple[tuple[int, int, frozenset[str]], ...] = ()
    # class, first line, last line, names that are set on self and methods, local names of methods
    classes: tuple[tuple[str, int, int, frozenset[str], frozenset[str]], ...] = ()
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of functions, and of the __init__ of classes
    imported: tuple[str, ...] = ()  # the names that imports bind at its top level


@lru_cache(maxsize=4)
def names_of(cells: tuple[Cell, ...]) -> Names:
    """The names in the cells of a file, as far as Python can read them."""
    top: dict[str, None] = {}
    local: list[tuple[int, int, frozenset[str]]] = []
    classes: list[tuple[str, int, int, frozenset[str], frozenset[str]]] = []
    parameters: list[tuple[str, tuple[str, ...]]] = []
    imported: list[str] = []
    for statement in top_level(cells):
        top.update(dict.fromkeys(bound_by([statement])))
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            imported += bound_by([statement])
        for node in ast.walk(statement):
            lines = getattr(node, "lineno", 1), getattr(node, "end_lineno", 0) or 0
            if isinstance(node, _Function):
                local.append((*lines, frozenset(bound_by(node.body)) | set(_arguments(node))))
                parameters.append((node.name, _arguments(node)))
            elif isinstance(node, ast.ClassDef):
                methods = [part for part in node.body if isinstance(part, _Function)]
                of_self = {
                    inner.attr
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store)
                    if isinstance(inner.value, ast.Name) and inner.value.id == "self"
                } | {method.name for method in methods}
                of_methods = {name for method in methods for name in bound_by(method.body)}
                classes.append((node.name, *lines, frozenset(of_self), frozenset(of_methods)))
                parameters += [(node.name, _arguments(method)[1:]) for method in methods if method.name == "__init__"]
    return Names(tuple(top), tuple(local), tuple(classes), tuple(parameters), tuple(imported))


@lru_cache(maxsize=2)  # several sentences about one file are looked for, one after another
def top_level(cells: tuple[Cell, ...]) -> tuple[ast.stmt, ...]:
    """The statements of all cells. Their lines are those of the whole source's text."""
    return tuple(ast.increment_lineno(each, cell.first_line - 1) for cell in cells for each in _statements(cell.text))


def _statements(text: str) -> list[ast.stmt]:
    """The statements of a piece of source, without the blocks that are not Python; none if there are twenty such blocks."""
    lines, found = text.split("\n"), list[ast.stmt]()
    for _ in range(20):
        try:
            return found + ast.parse("\n".join(lines)).body
        except SyntaxError as error:
            number = min(max(error.lineno or 1, 1), len(lines))
            begin = max((n for n in range(number) if lines[n][:1] not in ("", " ", "\t", ")")), default=0)
            end = next((n for n in range(number, len(lines)) if lines[n][:1] not in ("", " ", "\t", ")")), len(lines))
            lines[begin:end] = [""] * (end - begin)
        except (ValueError, RecursionError, MemoryError):
            break
    return found


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return tuple(argument.arg for argument in every)


def _of_name(name: str, names: Names, line: int) -> str:
    for _, first, last, of_self, of_methods in names.classes:
        if first <= line <= last:
            if name in of_self:
                return f"Did you mean self.{name}?"
            if name in of_methods and not any(a <= line <= b and name in inside for a, b, inside in names.local):
                return (
                    f"Another method makes {name} a local name, which is gone when that method ends. "
                    f"Write self.{name} in both places."
                )
    if name in _IMPORTS and name not in names.top:
        if slip := near(name, names.imported, _MODULES_ALIKE):
            return f"Your file imports {slip}: did you mean {name}?"
        return f"Is `{_IMPORTS[name]}` missing at the top?"
    here = [inside for first, last, inside in names.local if first <= line <= last]
    return _question(name, [*(n for inside in here for n in sorted(inside)), *names.top, *dir(builtins)])


def _of_object(type_name: str, name: str, names: Names) -> str:
    if type_name == "Tensor" and name in _OF_NUMPY:
        return f"NumPy's arrays have {name}; for tensors it is {_OF_NUMPY[name]}."
    others = [other for other in _attributes(type_name, names) if name.endswith("_") or not other.endswith("_")]
    return _without_self(type_name, name, names) or _start_misspelt(type_name, names) or _question(name, others)


def _of_python(text: str, names: Names, line: int) -> str:
    """A sentence if a line calls a name of Python that the file has given to another value; otherwise ""."""
    here = {*names.top, *(name for first, last, inside in names.local if first <= line <= last for name in inside)}
    values = here - {*names.imported, *(function for function, _ in names.parameters)}
    for name in re.findall(r"(?<![\w.])(\w+)\s*\(", text):
        if name in values and callable(getattr(builtins, name, None)):
            return f"Your code gives the name {name} to another value, which hides Python's own {name}: choose another name."
    return ""


def _start_misspelt(type_name: str, names: Names) -> str:
    """A sentence if a class has no __init__, but a method of nearly that name; otherwise ""."""
    for cls, _, _, of_self, _ in names.classes:
        if cls == type_name and "__init__" not in of_self and (meant := near("__init__", of_self, _START_ALIKE)):
            return f"Did you mean __init__, with two _ on each side, by {meant}? Python calls no other method when it makes one."
    return ""


def _without_self(type_name: str, name: str, names: Names) -> str:
    """A sentence if `name` is missing on self, but is a local name in a method of the class; otherwise ""."""
    made = any(cls == type_name and name in of_methods - of_self for cls, _, _, of_self, of_methods in names.classes)
    return (
        f"A method makes {name} a local name, which is gone when the method ends. Write self.{name} there."
        if made
        else ""
    )


def _of_module(module: str, name: str) -> str:
    with contextlib.suppress(ImportError):
        for other in _MODULES:
            if module.partition(".")[0] == other.partition(".")[0] and name in _public(importlib.import_module(other)):
                return f"{name} is in {other}."
        if module in _MODULES:
            return _question(name, _public(importlib.import_module(module)))
    return ""


def _public(thing: Any) -> list[str]:
    return [name for name in dir(thing) if not name.startswith("_")]


def _attributes(type_name: str, names: Names) -> list[str]:
    for name, _, _, of_self, _ in names.classes:
        if name == type_name:
            return sorted(of_self)
    if type_name == "Tensor":
        return _public(_tensor())
    if type_name == "ndarray":
        return _public(importlib.import_module("numpy").ndarray)
    if type_name in _TYPES:
        return _public(_TYPES[type_name])
    return _public(getattr(importlib.import_module("torch.nn"), type_name, None)) if type_name.isidentifier() else []


def _parameters(name: str, names: Names) -> tuple[str, ...]:
    for own, parameters in names.parameters:
        if own == name:
            return parameters
    for module in ("torch.nn", "torch.nn.functional", "torch.optim", "torch"):
        thing = getattr(importlib.import_module(module), name, None)
        with contextlib.suppress(TypeError, ValueError):
            if callable(thing):
                return tuple(inspect.signature(thing).parameters)
    # For a function in C, only its documentation names the parameters.
    written = getattr(importlib.import_module("torch"), name, None) or getattr(_tensor(), name, None)
    calls = re.findall(rf"\b{name}\(([^)]*)\)", getattr(written, "__doc__", None) or "")
    return tuple(re.findall(r"[a-z]\w*", " ".join(calls)))


def _tensor() -> Any:
    return importlib.import_module("torch").Tensor


def _question(name: str, others: Iterable[str]) -> str:
    found = near(name, others)
    return f"Did you mean {found}?" if found else ""


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()
