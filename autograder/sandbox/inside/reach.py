"""How many numbers a student's code can reach, beside the network's own."""

import array
import gc
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from . import notices


@dataclass
class Reach:
    """Counts the numbers that can be reached from an object: in what it holds, and in what its code names.

    spaces: the namespaces of the student's modules. own: the network's tensors.
    seen: ids of objects that do not count, or not again.
    numbers, shapes: by name, how many numbers, and the shape of the largest tensor or array.
    characters: in all texts; they count only if there are many. modules: ids of the namespaces of all modules.
    """

    spaces: list[dict[str, Any]]
    own: list[Tensor]
    seen: set[int]
    numbers: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    characters: int = 0
    left: int = 2_000_000  # objects that may still be looked at
    modules: set[int] = field(default_factory=lambda: {id(getattr(m, "__dict__", m)) for m in (*sys.modules.values(),)})

    def walk(self, name: str, thing: Any) -> None:
        """Count the numbers in an object and in all that it holds. name: the name that leads to it."""
        waiting = [(name, thing)]
        while waiting and self.left:
            self.left -= 1
            name, item = waiting.pop()
            if isinstance(item, (bool, int, float, complex)):
                self._add(name, 1 + (item.bit_length() // 64 if isinstance(item, int) else 0))
            elif id(item) not in self.seen:
                self.seen.add(id(item))
                waiting += self._look(name, item)

    def _add(self, name: str, count: int) -> None:
        self.numbers[name] = self.numbers.get(name, 0) + count

    def _look(self, name: str, item: Any) -> Iterator[tuple[str, Any]]:
        """Count the item's own numbers, and yield what it holds, each with a name."""
        if isinstance(item, Tensor) and (nn.parameter.is_lazy(item) or any(_is_copy(item, own) for own in self.own)):
            return  # an honest training may keep its best weights
        if isinstance(item, (Tensor, np.ndarray, np.generic)):
            shape = tuple(item.shape)
            self._add(name, torch.Size(shape).numel())
            self.shapes[name] = max(self.shapes.get(name, ()), shape, key=lambda shape: torch.Size(shape).numel())
        elif isinstance(item, (bytes, bytearray, array.array)):
            self._add(name, len(item))
        elif isinstance(item, str):
            self.characters += len(item)
        elif isinstance(item, types.FunctionType):
            yield from self._named_by(item)
        elif isinstance(item, type):
            if str(item.__module__) in notices.modules or str(item.__module__) not in sys.modules:
                yield from ((item.__name__, part) for part in vars(item).values())
        elif isinstance(item, nn.Module):
            yield name, type(item)
            of_torch = str(type(item).__module__).startswith("torch.")
            for attribute, part in vars(item).items():
                if not (of_torch and _is_setting(part)):
                    yield f"self.{attribute}", part
        elif isinstance(item, dict):
            yield from ((name, part) for part in (*item.keys(), *item.values()))
        elif not isinstance(item, (types.ModuleType, types.CodeType, types.FrameType, torch.optim.Optimizer)):
            yield from ((name, part) for part in gc.get_referents(item) if id(part) not in self.modules)

    def _named_by(self, function: types.FunctionType) -> Iterator[tuple[str, Any]]:
        """What a student's function holds, and what the names in its code mean."""
        module = sys.modules.get(str(function.__module__))
        if module is not None and module.__name__ not in notices.modules and vars(module) is function.__globals__:
            return  # a function of a library
        code = function.__code__
        kept = function.__defaults__, function.__kwdefaults__, function.__closure__, vars(function), code.co_consts
        yield from ((function.__name__, part) for part in kept)
        spaces = {id(space): space for space in (*self.spaces, function.__globals__)}.values()
        for name in _names(code):
            yield from ((name, space[name]) for space in spaces if name in space)


def _is_copy(one: Tensor, other: Tensor) -> bool:
    if nn.parameter.is_lazy(other) or one.shape != other.shape:
        return False
    kinds = [(tensor.dtype, tensor.layout, tensor.device) for tensor in (one, other)]
    return kinds[0] == kinds[1] and torch.equal(one, other)


def _is_setting(thing: object) -> bool:
    """Is it a setting of a torch layer: one number, or one for each axis?"""
    return isinstance(thing, (bool, int, float)) or (isinstance(thing, (tuple, list)) and len(thing) <= 8)


def _names(code: types.CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))
