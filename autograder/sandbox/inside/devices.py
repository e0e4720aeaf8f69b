"""Let code that asks for a GPU use the CPU, and code that asks for a window do without: grading has neither.

The GPU's part is only for submissions that name a GPU (:func:`wanted`), because it costs each operation a few
microseconds. Code that asks whether there is a GPU gets the true answer: no.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
import types
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils import _device

from . import notices

_NAMED = re.compile(r"cuda|\bmps\b|\bxpu\b|pin_memory|accelerator")
_WORDS = ("cuda", "mps", "xpu", "pin_memory", "accelerator")  # a quick test: the expression takes a millisecond
_SHOWN = re.compile(r"\.use\(")
_KINDS = ("cuda", "mps", "xpu")
_TENSORS = "Float Double Half BFloat16 Long Int Short Char Byte Bool".split()
_DO_NOTHING = {
    torch.cuda: "synchronize set_device reset_peak_memory_stats reset_max_memory_allocated init set_rng_state "
    "set_rng_state_all set_per_process_memory_fraction ipc_collect empty_cache",
    torch.mps: "synchronize empty_cache set_per_process_memory_fraction",
    torch.accelerator: "synchronize set_device_index set_device_idx set_stream",
}


def wanted(text: str) -> bool:
    """Does the text of a submission name a device?"""
    return any(word in text for word in _WORDS) and _NAMED.search(text) is not None


def elsewhere(device: object) -> bool:
    """Is it a device that grading does not have? A whole number is the number of a GPU."""
    if isinstance(device, torch.device):
        return device.type in _KINDS
    if isinstance(device, str):
        return device.partition(":")[0] in _KINDS
    return isinstance(device, int) and not isinstance(device, bool)


def hide() -> None:
    """Hide the devices of this machine. The environment hides NVIDIA's already; this hides Apple's."""
    if sys.platform == "darwin":
        for module in (torch.backends.mps, torch.mps, torch.accelerator):
            module.is_available = _no  # type: ignore[attr-defined]


@functools.cache  # as torch's own functions, whose __wrapped__ torch uses
def _no() -> bool:
    return False


def without_windows(text: str) -> None:
    """If a text chooses a backend of matplotlib, keep the one without windows: `matplotlib.use` then has no effect."""
    if "matplotlib" in text and _SHOWN.search(text):
        with contextlib.suppress(Exception):
            import matplotlib

            matplotlib.use = lambda *_, **__: None


def serve() -> None:
    """From now on, in this process, use the CPU for code that asks for a GPU."""
    for module, names in _DO_NOTHING.items():
        for name in names.split():
            setattr(module, name, _doing_nothing())
    for module, name, answer in (
        (torch.cuda, "current_device", 0),
        (torch.cuda, "get_device_name", "CPU"),
        (torch.cuda, "get_device_capability", (0, 0)),
        (torch.cuda, "get_device_properties", types.SimpleNamespace(name="CPU", total_memory=0, major=0, minor=0)),
        (torch.cuda, "mem_get_info", (0, 0)),
        (torch.cuda, "memory_summary", ""),
        (torch.mps, "current_allocated_memory", 0),
        (torch.mps, "driver_allocated_memory", 0),
        (torch.accelerator, "current_accelerator", None),
    ):
        setattr(module, name, _answering(answer))
    for name in ("Stream", "Event", "stream", "device", "current_stream", "default_stream", "graph"):
        setattr(torch.cuda, name, type(name, (_Nothing,), {}))
    for kind in _TENSORS:
        setattr(torch.cuda, f"{kind}Tensor", getattr(torch, f"{kind}Tensor"))
    torch.cuda.get_rng_state = lambda *_: torch.get_rng_state()
    torch.Generator = _Generator  # type: ignore[misc]
    torch.load = _loads_to_cpu(torch.load)
    torch.set_default_tensor_type = _of_cpu(torch.set_default_tensor_type)
    _device.DeviceContext.__init__ = _begun_here(_device.DeviceContext.__init__)  # type: ignore[method-assign]
    _OnTheCpu().__enter__()  # type: ignore[no-untyped-call]


def _told(device: object) -> None:
    kind = device.type if isinstance(device, torch.device) else str(device).partition(":")[0]
    notices.add("device", kind if kind in _KINDS else "cuda")


def _here(device: Any) -> Any:
    """The CPU in place of a device that grading does not have; any other device itself."""
    if not elsewhere(device):
        return device
    _told(device)
    return "cpu"


def _doing_nothing() -> Callable[..., None]:
    """A new function for each name: torch keeps a table of its functions, and none may be in it twice."""
    return lambda *_, **__: _told("cuda")


def _answering(answer: Any) -> Callable[..., Any]:
    return lambda *_, **__: answer


class _Nothing(contextlib.AbstractContextManager["_Nothing"]):
    """Takes the place of CUDA's streams, events and devices, which are not here."""

    def __init__(self, *_: Any, **__: Any) -> None:
        _told("cuda")

    def __exit__(self, *_: object) -> None:
        return None

    def elapsed_time(self, _: object) -> float:
        return 0.0

    def query(self) -> bool:
        return True

    def record(self, *_: Any) -> _Nothing:
        return self

    wait = wait_event = wait_stream = record_event = synchronize = record


class _Generator(torch._C.Generator):
    def __new__(cls, device: Any = "cpu") -> _Generator:
        return super().__new__(cls, _here(device))  # type: ignore[call-arg]


def _loads_to_cpu(load: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(load)
    def wrapped(f: Any, map_location: Any = None, *args: Any, **kwargs: Any) -> Any:
        if map_location is not None:
            _here(map_location)
            map_location = "cpu"
        return load(f, map_location, *args, **kwargs)

    return wrapped


def _of_cpu(set_default: Callable[[Any], None]) -> Callable[[Any], None]:
    return lambda kind: set_default(kind.replace("torch.cuda.", "torch.") if isinstance(kind, str) else kind)


def _begun_here(init: Callable[..., None]) -> Callable[..., None]:
    """`with torch.device("cuda")` and `torch.set_default_device` both begin here."""
    return lambda self, device: init(self, _here(device))


class _OnTheCpu(TorchFunctionMode):
    def __torch_function__(
        self, function: Callable[..., Any], kinds: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if kwargs:
            kwargs = self._without_device(kwargs)
        special = _SPECIAL.get(getattr(function, "__name__", ""))
        if special is not None and args and isinstance(args[0], torch.Tensor):
            return special(function, args, kwargs)
        return function(*args, **kwargs)

    def _without_device(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in kwargs.items() if name != "pin_memory"}
        if "device" in given:
            given["device"] = _here(given["device"])
        return given


def _moved(tensor: torch.Tensor) -> torch.Tensor:
    """What replaces a tensor's copy on a device: a copy; or, if it is trained, the tensor itself, for its gradient."""
    return tensor if tensor.requires_grad else tensor.clone()


def _cuda(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    _told(function.__name__)
    return _moved(args[0])


def _to(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not any(map(elsewhere, args[1:2])):
        return function(*args, **kwargs)
    _told(args[1])
    return function(_moved(args[0]), "cpu", *args[2:], **kwargs)


def _type(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return function(
        args[0], *(a.replace("torch.cuda.", "torch.") if isinstance(a, str) else a for a in args[1:]), **kwargs
    )


def _same(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return args[0]


_SPECIAL: dict[str, Callable[..., Any]] = {
    "to": _to,
    "cuda": _cuda,
    "xpu": _cuda,
    "type": _type,
    "pin_memory": _same,
    "record_stream": _same,
}
