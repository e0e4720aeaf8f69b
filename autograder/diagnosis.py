"""Which misconception explains a wrong observation: by running it on the same input and comparing.

Two catalogues answer alike. The grader's runs the code in ``solutions/<assignment>/misconceptions.py``; a
student's reads ``diagnoses.json`` and ``diagnoses.safetensors``, what that code gave for the public checks.
"""

from __future__ import annotations

import contextvars
import importlib.util
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

from . import run
from .observation import Observation, StudentError

Judge = Callable[[Observation], str | None]
"""What is wrong with an observation in a check's eyes, or None when it is right."""

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Diagnosis:
    """The stable name of a misconception and the message that it earns."""

    name: str
    message: str


@dataclass(frozen=True)
class Misconception:
    """A known wrong idea about a task, as code, beside its message."""

    name: str
    task: str
    message: str
    function: Callable[..., Any]
    costs_points: bool = True  # False: told where a training shows it, and no check has to fail for it

    @property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(self.name, self.message)


@dataclass
class _Entries:
    misconceptions: list[Misconception] = field(default_factory=list)
    hints: dict[str, tuple[str, ...]] = field(default_factory=dict)


_loading: contextvars.ContextVar[_Entries | None] = contextvars.ContextVar("loading", default=None)


def misconception(task: str, *, costs_points: bool = True) -> Callable[[_F], _F]:
    """Register a wrong solution of ``task`` with the catalogue that is being loaded; its docstring is the message.

    costs_points: False for what is unwise and not wrong; it shows among the signs that a check records.
    """

    def register(function: _F) -> _F:
        entries = _loading.get()
        if entries is not None:
            message = " ".join((function.__doc__ or "").split())
            entries.misconceptions.append(
                Misconception(function.__name__, task, message, function, costs_points)
            )
        return function

    return register


def hints(task: str, *texts: str) -> None:
    """Register the hints of ``task``, from a nudge to the idea."""
    entries = _loading.get()
    if entries is not None:
        entries.hints[task] = tuple(" ".join(text.split()) for text in texts)


class Catalogue(Protocol):
    """Knows the misconceptions and hints of one assignment."""

    hints: dict[str, tuple[str, ...]]

    def diagnose(self, check: str, observation: Observation, judge: Judge) -> Diagnosis | None:
        """The misconception that gives just what was observed, and is just as wrong; the first listed wins."""
        ...

    def named(self, name: str) -> Diagnosis | None:
        """The diagnosis of that name."""
        ...


class CodeCatalogue:
    """The catalogue as code: in the course repository."""

    def __init__(self, misconceptions: Sequence[Misconception], hints: dict[str, tuple[str, ...]]) -> None:
        self.misconceptions, self.hints = tuple(misconceptions), hints

    @classmethod
    def load(cls, path: Path) -> CodeCatalogue:
        """Run ``misconceptions.py``; an assignment without one has an empty catalogue."""
        if not path.is_file():
            return cls((), {})
        entries = _Entries()
        token = _loading.set(entries)
        try:
            spec = importlib.util.spec_from_file_location(f"_misconceptions_{path.parent.name}", path)
            assert spec is not None
            assert spec.loader is not None
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
        finally:
            _loading.reset(token)
        return cls(entries.misconceptions, entries.hints)

    def diagnose(self, check: str, observation: Observation, judge: Judge) -> Diagnosis | None:
        """See :class:`Catalogue`."""
        if not _can_replay(observation):
            return None
        for known in self.misconceptions:
            if known.task == observation.task:
                replayed = run.replay(known.function, observation.calls, known.task, bool(observation.called))
                if same(observation, replayed) and judge(replayed) is not None:
                    return known.diagnosis
        return None

    def named(self, name: str) -> Diagnosis | None:
        """See :class:`Catalogue`."""
        return next((known.diagnosis for known in self.misconceptions if known.name == name), None)


@dataclass(frozen=True)
class Recorded:
    """What one misconception gave at one point of one public check, where it is wrong."""

    check: str
    ordinal: int
    name: str
    observation: Observation


class DataCatalogue:
    """The catalogue as data: what students have. The wrong results, not the code that makes them."""

    def __init__(
        self, messages: dict[str, str], recorded: Sequence[Recorded], hints: dict[str, tuple[str, ...]]
    ) -> None:
        self.messages, self.recorded, self.hints = messages, tuple(recorded), hints

    @classmethod
    def load(cls, folder: Path) -> DataCatalogue:
        """Read ``diagnoses.json`` and ``diagnoses.safetensors`` beside the public checks; without them it is empty."""
        path = folder / "diagnoses.json"
        if not path.is_file():
            return cls({}, (), {})
        data = json.loads(path.read_text(encoding="utf-8"))
        tensors: dict[str, torch.Tensor] = {}
        if (folder / "diagnoses.safetensors").is_file():
            import safetensors.torch

            tensors = safetensors.torch.load_file(folder / "diagnoses.safetensors")
        recorded = [_from_record(entry, tensors) for entry in data["recorded"]]
        return cls(data["messages"], recorded, {t: tuple(h) for t, h in data["hints"].items()})

    def save(self, folder: Path) -> None:
        """Write the two files that :meth:`load` reads; byte-identical for the same catalogue."""
        import safetensors.torch

        tensors: dict[str, torch.Tensor] = {}
        entries = [_to_record(entry, tensors) for entry in self.recorded]
        data = {"messages": self.messages, "hints": self.hints, "recorded": entries}
        text = json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        (folder / "diagnoses.json").write_text(text, encoding="utf-8", newline="\n")
        (folder / "diagnoses.safetensors").write_bytes(safetensors.torch.save(tensors))

    def diagnose(self, check: str, observation: Observation, judge: Judge) -> Diagnosis | None:
        """See :class:`Catalogue`."""
        for entry in self.recorded:
            if (entry.check, entry.ordinal) == (check, observation.ordinal) and same(
                observation, entry.observation
            ):
                return self.named(entry.name)
        return None

    def named(self, name: str) -> Diagnosis | None:
        """See :class:`Catalogue`."""
        return Diagnosis(name, self.messages[name]) if name in self.messages else None


def _can_replay(observation: Observation) -> bool:
    """Only calls on data can be replayed: not those on objects in the sandbox, nor on the data that lie there."""
    if observation.status not in ("value", "error") or not observation.calls:
        return False
    plain = (torch.Tensor, int, float, str, bool, tuple, list, dict, type(None))
    return all(
        isinstance(arg, plain)
        for call in observation.calls
        for arg in (*call.args, *call.kwargs.values())
    ) and all(call.verb != "probe" for call in observation.calls)


def same(seen: Observation, known: Observation) -> bool:
    """The same status, value, changed inputs: one wrong idea would give both."""
    if seen.status != known.status or bool(seen.changed_inputs) != bool(known.changed_inputs):
        return False
    if seen.status == "error":
        return _same_error(seen.error, known.error)
    if (seen.handle is None) != (known.handle is None):
        return False
    if seen.handle is not None:
        return seen.type_name == known.type_name
    return same_value(seen.value, known.value)


def _same_error(seen: StudentError | None, known: StudentError | None) -> bool:
    if seen is None or known is None:
        return seen is known
    return seen.type_name == known.type_name and seen.message == known.message


def same_value(seen: Any, known: Any) -> bool:
    """Equal as answers: numbers within float32's rounding, tensors in shape and dtype too, tuples as lists."""
    if isinstance(seen, torch.Tensor) and isinstance(known, torch.Tensor):
        if seen.shape != known.shape or seen.dtype != known.dtype:
            return False
        if seen.is_floating_point() or seen.is_complex():
            return torch.allclose(seen, known, rtol=1e-5, atol=1e-6, equal_nan=True)
        return torch.equal(seen, known)
    seen, known = _plain_number(seen), _plain_number(known)
    if isinstance(seen, (tuple, list)) and isinstance(known, (tuple, list)):
        return len(seen) == len(known) and all(map(same_value, seen, known))
    if isinstance(seen, dict) and isinstance(known, dict):
        return seen.keys() == known.keys() and all(same_value(seen[key], known[key]) for key in seen)
    if isinstance(seen, bool) or isinstance(known, bool):
        return seen is known
    if isinstance(seen, float) or isinstance(known, float):
        numbers = isinstance(seen, (int, float)) and isinstance(known, (int, float))
        return numbers and (seen == known or _close(float(seen), float(known)))
    return type(seen) is type(known) and bool(seen == known)


def _close(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-6)


def _plain_number(value: Any) -> Any:
    return value.item() if isinstance(value, torch.Tensor) and value.dim() == 0 else value


def _to_record(entry: Recorded, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    observed = entry.observation
    record: dict[str, Any] = {"check": entry.check, "ordinal": entry.ordinal, "name": entry.name}
    record["status"] = observed.status
    if observed.error is not None:
        record["error"] = [observed.error.type_name, observed.error.message]
    elif observed.handle is not None:
        record["object"] = observed.type_name
    elif isinstance(observed.value, torch.Tensor):
        key = f"{len(tensors):04d}"
        tensors[key] = observed.value.contiguous()
        record["tensor"] = key
    else:
        record["value"] = _jsonable(observed.value)
    if observed.changed_inputs:
        record["changed"] = list(observed.changed_inputs)
    return record


def _jsonable(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    return repr(value) if isinstance(value, dict) else value


def _from_record(record: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Recorded:
    error = StudentError(*record["error"]) if "error" in record else None
    value = tensors[record["tensor"]] if "tensor" in record else record.get("value")
    observed = Observation(
        task="",
        calls=(),
        status=record["status"],
        value=value,
        error=error,
        changed_inputs=tuple(record.get("changed", ())),
        handle=0 if "object" in record else None,
        type_name=record.get("object", ""),
    )
    return Recorded(record["check"], record["ordinal"], record["name"], observed)
