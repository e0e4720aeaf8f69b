"""Stand-ins for missing packages, so that an import which is not really needed costs nothing.

A stand-in does nothing. It raises only if code needs its value: as a number or a truth value, in a loop, in a tensor,
or as a task's answer. Until then every attribute, call and operation gives another stand-in, so that `wandb.log(loss)`
is a step that is left out. What Python shows by the way it uses a name still works:

    a decorator          gives back what it decorates
    a base class         is torch.nn.Module if the class has a `forward`, else a plain class
    a progress bar       (known by its name) iterates over what it was given
    `with`, annotations, isinstance, entries and attributes that are set and read again: work
"""

from __future__ import annotations

import argparse
import functools
import re
import types
from collections.abc import Iterator
from typing import Any, NoReturn

import torch

from . import notices

_PROGRESS = re.compile(r"tqdm|progress|track|alive|pbar|(^|_)bar$", re.IGNORECASE)
_RANGES = ("prange", "trange")  # numba's and tqdm's words for range
_DECORATED = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial, staticmethod, type)


class _Settings(dict[str, Any]):
    """A dict whose entries are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


_settings: dict[str, _Settings] = {}
"""Package -> the settings that it was given as `config`. What follows an experiment, as wandb does, hands them back."""


class StandIn:
    """One name of a missing package. `_path` is the full name, `_why` what the import raised."""

    __array_ufunc__ = None  # numpy leaves operators to this class
    __hash__ = object.__hash__

    def __init__(self, path: str, why: str, given: tuple[Any, ...] = ()) -> None:
        self._path, self._why, self._given = path, why, given

    def _missed(self) -> ModuleNotFoundError:
        return ModuleNotFoundError(f"{self._path} was needed, and could not be imported: {self._why}")

    @property
    def _package(self) -> str:
        return self._path.partition(".")[0]

    def _other(self, *_: Any) -> StandIn:
        return StandIn(self._path, self._why)

    def _needed(self, *_: Any, **__: Any) -> NoReturn:
        raise self._missed()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") and name != "__version__":
            raise AttributeError(name)
        if name == "config" and self._package in _settings:
            return _settings[self._package]
        found = StandIn(f"{self._path}.{name}", self._why)
        self.__dict__[name] = found  # what is set on it is there when it is read again
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], _DECORATED):
            return args[0]
        given = kwargs.get("config")
        if isinstance(given, argparse.Namespace):
            given = vars(given)
        if isinstance(given, dict):
            _settings[self._package] = _Settings(given)
        return StandIn(self._path, self._why, args)

    def __getitem__(self, key: Any) -> Any:
        try:
            return self.__dict__.get("_entries", {}).get(key, self._other())
        except TypeError:  # a key that cannot be hashed
            return self._other()

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__dict__.setdefault("_entries", {})[key] = value

    def _gone_through(self) -> Any:
        """What a progress bar, or another word for range, iterates over. Raises if it is neither."""
        name = self._path.rpartition(".")[2]
        if name in _RANGES and self._given and all(isinstance(number, int) for number in self._given):
            return range(*self._given)
        if _PROGRESS.search(name) and self._given:
            return self._given[0]
        raise self._missed()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._gone_through())

    def __len__(self) -> int:
        return len(self._gone_through())

    def __enter__(self) -> StandIn:
        return self._other()

    def __exit__(self, *_: object) -> None:
        return None

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        others = [base for base in bases if not isinstance(base, StandIn)]
        if any(type(base) is not type for base in others):  # a base with its own metaclass does not allow another
            return ()
        _Undecided.stands_for = self
        return (_Undecided,)

    def __repr__(self) -> str:
        return f"<{self._path}: not there>"

    def __format__(self, specification: str) -> str:
        return repr(self)

    @classmethod
    def __torch_function__(cls, function: Any, kinds: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if getattr(function, "__name__", "") == "_parse_to" and _is_device(*args):
            return None, None, False, None
        if getattr(function, "__name__", "") == "to" and isinstance(args[0], torch.Tensor) and _is_device(*args[1:]):
            return args[0]
        if _is_device(kwargs.get("device")):
            return function(*args, **{name: value for name, value in kwargs.items() if name != "device"})
        pool = [*args, *kwargs.values()]
        for value in pool:
            if isinstance(value, StandIn):
                raise value._missed()
            if isinstance(value, (list, tuple)):
                pool += value
        raise ModuleNotFoundError("a package that is not there was needed")


def _is_device(*values: Any) -> bool:
    """Is the first value a device of a missing package? Then the CPU takes its place."""
    return bool(values) and isinstance(values[0], StandIn) and "device" in values[0]._path.lower()


_GIVE_ANOTHER = """add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul
    and rand or ror xor rxor lshift rlshift rshift rrshift neg pos abs invert round lt le gt ge""".split()
_NEED_A_VALUE = "bool next float int index complex contains array fspath bytes".split()
for _name in _GIVE_ANOTHER:
    setattr(StandIn, f"__{_name}__", StandIn._other)
for _name in _NEED_A_VALUE:
    setattr(StandIn, f"__{_name}__", StandIn._needed)


class MissingModule(torch.nn.Module):
    """The base of a network whose own base class is missing."""

    _stands_for = StandIn("a base class", "")

    def __init__(self, *_: Any, **values: Any) -> None:
        super().__init__()
        for name, value in values.items():  # as pydantic's models and their like do
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self._stands_for, name)


class MissingBase:
    """The base of any other class whose own base class is missing."""

    _stands_for = StandIn("a base class", "")

    def __init__(self, *_: Any, **values: Any) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        return getattr(type(self)._stands_for, name)


class _Deciding(type):
    """Replaces the missing base class, once the body of the class shows what kind of class it is."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **_: Any) -> Any:
        if not bases:
            return super().__new__(mcs, name, bases, body)
        others = tuple(base for base in bases if base is not _Undecided)
        stands_for: StandIn = _Undecided.stands_for
        network = "forward" in body or stands_for._path.endswith(("Module", "Model", "Net"))
        if not any(issubclass(base, (torch.nn.Module, MissingBase)) for base in others):
            others = (*others, MissingModule if network else MissingBase)
        body.setdefault("_stands_for", stands_for)
        return type(others[0])(name, others, body)


class _Undecided(metaclass=_Deciding):
    """Stands among the bases of a class while its body runs."""

    stands_for: StandIn


def missing(error: BaseException, path: str, name: str = "") -> StandIn:
    """The stand-in for an import that raised: of a module (path), or of a name in it."""
    why = (str(error).strip().splitlines() or [type(error).__name__])[0]
    why = re.sub(r" \(\S+\)$", "", why)  # the path of the module in the sandbox
    what = f"{path}.{name}".strip(".")
    if isinstance(error, ModuleNotFoundError) and error.name:  # the missing module may be one that this one imports
        what = error.name
    notices.add("missing", what, why)
    return StandIn(f"{path}.{name}" if name else path, why)


def error_of(value: StandIn) -> ModuleNotFoundError:
    """The error for a stand-in that is returned as an answer."""
    return value._missed()
