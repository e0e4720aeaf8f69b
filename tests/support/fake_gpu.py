"""A fake GPU: tensors sent to "cuda" stay where they are, but cannot be mixed with tensors that were not sent.

It has enough of CUDA's behaviour to show where a device is forgotten: `device` says cuda, operations on tensors of both
sides raise, `numpy()` raises, and parameters keep their side. A gradient is on the side of its parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_GPU = torch.device("cuda", 0)
_BETWEEN = {"__set__", "copy_", "backward", "_has_compatible_shallow_copy_type"}  # may take tensors of both sides


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def on_gpu(tensor: Tensor) -> bool:
    return bool(tensor.__dict__.get("_on_gpu", False))


def _mark(value: Any, gpu: bool) -> Any:
    for tensor in _tensors(value):
        tensor.__dict__["_on_gpu"] = gpu
    return value


def _names_gpu(device: Any) -> bool:
    return isinstance(device, (str, torch.device)) and str(device).startswith(("cuda", "mps"))


class FakeGpu(TorchFunctionMode):
    """`with FakeGpu(): ...`: inside the block, "cuda" exists."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        owner = getattr(getattr(func, "__self__", None), "__name__", "")
        tensors = [*_tensors(args), *_tensors(list(kwargs.values()))]
        if name == "__get__":
            found = func(*args)
            if owner == "device":
                return _GPU if on_gpu(args[0]) else found
            return (
                _mark(found, on_gpu(args[0])) if owner in ("grad", "data", "T", "mT") and found is not None else found
            )
        if name == "__set__" and owner == "data":
            func(*args)
            return _mark(args[0], on_gpu(args[1]))
        if name in ("cuda", "cpu") and tensors:
            return self._sent(tensors[0], name == "cuda")
        if name == "to" and tensors:
            return self._to(func, tensors[0], args[1:], kwargs)
        if name in ("numpy", "__array__") and any(map(on_gpu, tensors)):
            raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu()")
        if not tensors and _names_gpu(kwargs.get("device")):
            return _mark(func(*args, **kwargs | {"device": "cpu"}), True)
        sides = {on_gpu(t) for t in tensors if t.dim() or on_gpu(t)}
        mixed = len(sides) == 2 and not (name == "__getitem__" and on_gpu(args[0]))
        if mixed and name not in _BETWEEN:
            raise RuntimeError(f"Expected all tensors to be on the same device, but found cuda:0 and cpu! ({name})")
        found = func(*args, **kwargs)
        return _mark(found, True) if True in sides and name != "backward" else found

    def _sent(self, tensor: Tensor, gpu: bool) -> Tensor:
        return tensor if on_gpu(tensor) == gpu else _mark(tensor.clone(), gpu)

    def _to(self, func: Any, tensor: Tensor, rest: Any, kwargs: dict[str, Any]) -> Any:
        given = [*rest, kwargs.get("device")]
        devices = [item for item in given if isinstance(item, (str, torch.device))]
        others = [item for item in given if isinstance(item, Tensor)]
        gpu = _names_gpu(devices[0]) if devices else on_gpu(others[0]) if others else on_gpu(tensor)
        kept = [torch.device("cpu") if isinstance(item, (str, torch.device)) else item for item in rest]
        kwargs = kwargs | ({"device": torch.device("cpu")} if kwargs.get("device") is not None else {})
        found = func(tensor, *kept, **kwargs)
        return (
            found
            if found is tensor and gpu == on_gpu(tensor)
            else _mark(found.clone() if found is tensor else found, gpu)
        )
