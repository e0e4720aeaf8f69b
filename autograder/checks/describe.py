"""Calls, values and errors in words that a student reads."""

import reprlib
from typing import Any

import numpy as np
import torch

from ..common.terminal import beginning
from ..sandbox.inside.wire import SandboxTensor
from ..sandbox.observation import Call, Observation
from .values import tensor_in, without_numpy

_LONG = 60  # a value that needs more characters is described, not shown


def call(observation: Observation) -> str:
    """The call that gave the observation: ``resized(images of shape (2, 5, 7, 3))``."""
    text = observation.task
    for step in observation.calls:
        if step.verb == "item":
            text = f"{text}[{step.args[0]!r}]"
        elif step.verb == "probe":
            text = "the network" if observation.task == step.name else f"the {observation.task}"
        elif step.verb == "call":
            text = f"{text}({_arguments(step)})"
        else:
            text = f"{text}{'.' + step.name if step.name else ''}({_arguments(step)})"
    return text


def is_answer(observation: Observation) -> bool:
    """Is it one entry of a dict, which answers a question?"""
    return bool(observation.calls) and observation.calls[-1].verb == "item"


def gave(observation: Observation) -> str:
    """The beginning of a sentence on what came back: ``count(3, 5) returned``, ``ANSWERS['a'] is``."""
    return f"{call(observation)} {'is' if is_answer(observation) else 'returned'}"


def _arguments(step: Call) -> str:
    shown = [_argument(arg, step.names[i] if i < len(step.names) else "") for i, arg in enumerate(step.args)]
    return ", ".join([*shown, *(f"{name}={_value(value)}" for name, value in step.kwargs.items())])


def _argument(value: Any, name: str) -> str:
    tensor = tensor_in(value)
    if tensor is not None and tensor.numel() > 8:
        return f"{name or kind(value)} of shape {shape(tensor)}"
    if isinstance(value, (Observation, SandboxTensor)):
        return name or "..."
    return _value(value)


def _value(value: Any) -> str:
    tensor = tensor_in(value)
    if tensor is not None:
        text = str(numbers(tensor)) if tensor.dim() else f"{tensor.item():.6g}"
        return text if len(text) <= _LONG else f"{kind(value)} of shape {shape(tensor)}"
    text = _brief.repr(without_numpy(value))
    return beginning(text, _LONG)


class _Brief(reprlib.Repr):
    """As repr(), but it does not build what would be cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.maxtuple = self.maxlist = self.maxdict = _LONG // 2
        self.maxstring = self.maxlong = self.maxother = 2 * _LONG
        self.maxlevel = 8

    def repr_Tensor(self, value: torch.Tensor, level: int) -> str:
        return f"tensor({numbers(value)})" if value.numel() <= 20 else f"{kind(value)} of shape {shape(value)}"

    def repr_ndarray(self, value: np.ndarray, level: int) -> str:
        return repr(value.tolist()) if value.size <= 20 else f"{kind(value)} of shape {value.shape}"


_brief = _Brief()


def numbers(tensor: torch.Tensor) -> Any:
    """The elements as nested lists, with floats rounded to five digits."""
    if tensor.dim() == 0:
        value = tensor.item()
        return float(f"{value:.5g}") if isinstance(value, float) else value
    return [numbers(row) for row in tensor]


def few(tensor: torch.Tensor) -> str:
    """The elements, ``: [1.0, 2.5]``, if they are few enough to read; else ""."""
    return f": {numbers(tensor)}" if tensor.numel() <= 8 and not tensor.is_complex() else ""


def shape(tensor: torch.Tensor) -> str:
    return str(tuple(tensor.shape))


def dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def kind(value: Any) -> str:
    """The kind of a value, with its article: ``a float32 tensor``, ``None``, ``a list``."""
    if value is None:
        return "None"
    if isinstance(value, torch.Tensor):
        return f"{_article(dtype(value))} {dtype(value)} tensor"
    if isinstance(value, np.ndarray):
        name = "text" if value.dtype.kind == "U" else str(value.dtype)
        return f"{_article(name)} {name} array"
    return f"{_article(type(value).__name__)} {type(value).__name__}"


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" and not word.startswith("uint") else "a"


def _thing(value: Any) -> str:
    tensor = tensor_in(value)
    return f"{kind(value)} of shape {shape(tensor)}" if tensor is not None else _value(value)


def returned(observation: Observation) -> str:
    """What came back, in a few words: ``a float32 tensor of shape (2, 3)``, ``None``, ``7``."""
    value = observation.value
    if observation.handle is not None:
        name = observation.type_name
        if name in ("method", "builtin_function_or_method"):
            return "a function that has not been called (to call it, write ( ) after its name)"
        lazy = ", which holds no values yet" if name in ("generator", "coroutine", "map", "filter", "zip") else ""
        return f"{_article(name.lower())} {name}{lazy}"
    tensor = tensor_in(value)
    if tensor is not None:
        if tensor.numel() <= 4 and tensor.dim() <= 1:
            return f"{kind(value)}, {numbers(tensor)}"
        return f"{kind(value)} of shape {shape(tensor)}"
    if value is None:
        return "None" if is_answer(observation) else "None, which is what a function without a return gives"
    if type(value) is tuple and len(value) == 1:
        return f"a tuple with one entry, {_thing(value[0])} (a comma at the end of a line makes a tuple)"
    return _value(value)
