"""Leave out what makes a network faster on other machines, and compute the same without it.

Compiling: there is no C++ compiler here. Half precision (autocast): a processor without instructions for it takes ten
times as long, so that grades would depend on the machine. Deterministic algorithms: if code asks for them, torch looks
for its compiler, for two seconds.
"""

import functools
from typing import Any

import torch

from . import notices

_WORDS = ("compile", "jit", "autocast", "deterministic")


def wanted(text: str) -> bool:
    """Does the text of a submission name one of these, or a word that holds one (`jitter`)? That does no harm."""
    return any(word in text for word in _WORDS)


def leave_out() -> None:
    """From now on `torch.compile` and `torch.jit` give back what they are given, and autocast keeps float32."""
    torch.compile = _compile
    torch.nn.Module.compile = _compile_in_place  # type: ignore[method-assign]
    for name in ("script", "trace", "freeze", "optimize_for_inference", "script_method"):
        setattr(torch.jit, name, _given_back(f"torch.jit.{name}"))
    torch.jit.save, torch.jit.load = _save, _load  # type: ignore[assignment]
    torch.use_deterministic_algorithms = torch._C._set_deterministic_algorithms
    torch.autocast.__init__ = _full(torch.autocast.__init__)  # type: ignore[method-assign]


def _compile(model: Any = None, **options: Any) -> Any:
    """Takes the place of `torch.compile`: as a function, and as a decorator with options."""
    notices.add("compile", "torch.compile")
    if model is None:
        return lambda function: _compile(function, **options)
    if isinstance(model, torch.nn.Module):
        vars(model).setdefault("_orig_mod", model)  # code that saves weights looks for it
    return model


def _compile_in_place(self: torch.nn.Module, *_: Any, **__: Any) -> None:
    notices.add("compile", "torch.compile")


def _given_back(name: str) -> Any:
    def given_back(function: Any, *_: Any, **__: Any) -> Any:
        notices.add("compile", name)
        if isinstance(function, torch.nn.Module):
            vars(function).setdefault("save", functools.partial(_save, function))  # as a compiled network has
        return function

    return given_back


def _save(model: Any, file: Any, *_: Any, **__: Any) -> None:
    torch.save(model, file)


def _load(file: Any, *_: Any, **__: Any) -> Any:
    """Takes the place of `torch.jit.load`. Reads the student's own file, in the student's process, not the grader's."""
    return torch.load(file, weights_only=False)


def _full(init: Any) -> Any:
    @functools.wraps(init)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        if self._enabled:
            notices.add("precision", "autocast")
            self._enabled = False

    return wrapped
