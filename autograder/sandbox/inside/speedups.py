"""Makes compiling a step that does nothing: there is no C++ compiler here, and what is compiled computes the same."""

from __future__ import annotations

import re
from typing import Any

import torch

from . import notices

_NAMED = re.compile(r"compile|\bjit\b")


def wanted(text: str) -> bool:
    """Does the text of a submission name a compiler?"""
    return _NAMED.search(text) is not None


def leave_out() -> None:
    """From now on `torch.compile` and `torch.jit` give back what they are given."""
    torch.compile = _compile
    torch.nn.Module.compile = _compile_in_place  # type: ignore[method-assign]
    for name in ("script", "trace", "freeze", "optimize_for_inference", "script_method"):
        setattr(torch.jit, name, _given_back(f"torch.jit.{name}"))
    torch.jit.save, torch.jit.load = torch.save, _load  # type: ignore[assignment]


def _compile(model: Any = None, **options: Any) -> Any:
    """As a function, and as a decorator with options."""
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
        return function

    return given_back


def _load(file: Any, *_: Any, **__: Any) -> Any:
    """What `torch.jit.load` gives in the sandbox: the student's own file, in the student's own process, never the grader's."""
    return torch.load(file, weights_only=False)
