"""Compare two observations, or keep one as a short signature that students can have.

A signature is made to recognise a wrong result, not to restore it: of a tensor it keeps three sums and three counts, of
an error the type and the first line of the message.
"""

import contextlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch

from ..sandbox.observation import Observation, StudentError
from .values import without_numpy

_CLOSE = 1e-5  # relative: far above float32's rounding, far below what a wrong idea changes


def same(seen: Observation, known: Observation) -> bool:
    """Could one wrong idea give both? Compares the status, the value or error, and which inputs were changed."""
    if seen.status != known.status or seen.changed_inputs != known.changed_inputs:
        return False
    if seen.status == "error":
        return _same_errors(seen.error, known.error)
    if (seen.handle is None) != (known.handle is None):
        return False
    if seen.handle is not None:
        return seen.type_name == known.type_name
    return same_value(seen.value, known.value)


def alike(seen: Observation, known: Observation) -> bool | None:
    """As :func:`same`, but values may differ in their dtype and in which inputs were changed.

    None if both are objects in the sandbox, which cannot be compared.
    """
    if seen.status != known.status or (seen.handle is None) != (known.handle is None):
        return False
    if seen.handle is not None:
        return None
    return same(seen, known) if seen.status == "error" else same_value(seen.value, known.value, any_dtype=True)


def same_value(seen: Any, known: Any, any_dtype: bool = False) -> bool:
    """Are both the same answer? Numbers are compared within float32's rounding, tensors also by shape and dtype, and
    tuples as lists.

    any_dtype: tensors may differ in dtype.
    """
    seen, known = _plain_number(seen), _plain_number(known)
    if isinstance(seen, torch.Tensor) and isinstance(known, torch.Tensor):
        if seen.shape != known.shape or (seen.dtype != known.dtype and not any_dtype):
            return False
        if seen.dtype != known.dtype:
            seen, known = (each.to(torch.complex128 if each.is_complex() else torch.float64) for each in (seen, known))
        if seen.is_floating_point() or seen.is_complex():
            return torch.allclose(seen, known, rtol=_CLOSE, atol=1e-6, equal_nan=True)
        return torch.equal(seen, known)
    if isinstance(seen, (tuple, list)) and isinstance(known, (tuple, list)):
        return len(seen) == len(known) and all(same_value(*pair, any_dtype) for pair in zip(seen, known, strict=True))
    if isinstance(seen, dict) and isinstance(known, dict):
        return seen.keys() == known.keys() and all(same_value(seen[key], known[key], any_dtype) for key in seen)
    if isinstance(seen, bool) or isinstance(known, bool):
        return seen is known
    if isinstance(seen, float) or isinstance(known, float):
        numbers = isinstance(seen, (int, float)) and isinstance(known, (int, float))
        return numbers and (seen == known or _close(seen, known))
    return type(seen) is type(known) and bool(seen == known)


def _close(a: float, b: float) -> bool:
    try:
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=_CLOSE, abs_tol=1e-6)
    except OverflowError:  # a whole number too large for a float
        return False


def _plain_number(value: Any) -> Any:
    value = without_numpy(value)
    return value.item() if isinstance(value, torch.Tensor) and value.dim() == 0 else value


# --- errors --------------------------------------------------------------------------------------------------------

_WORDS_ALIKE = 0.5  # the share of their words that two messages must have in common


def _same_errors(seen: StudentError | None, known: StudentError | None) -> bool:
    if seen is None or known is None:
        return seen is known
    return same_error((seen.type_name, _said(seen)), (known.type_name, _said(known)))


def _said(error: StudentError) -> str:
    """An error's message; "raise" if the student's own line raises it, because everybody words that differently."""
    return "raise" if re.match(r"(.*:)?\s*raise\b", error.text) else error.message


def same_error(seen: tuple[str, str], known: tuple[str, str]) -> bool:
    """Are two errors of the same type, with messages that two versions of Python or torch may give for one mistake?

    seen, known: type name and message. Versions change words and add numbers ("expected 2" became "expected 2,
    got 4"), and a message may name the student's own function. So at least half of all words must be in both messages,
    and the numbers of one must stand in the other, side by side: in a long list of sizes, three numbers are easily found.
    """
    if seen[0] != known[0]:
        return False
    (words, numbers), (other_words, other_numbers) = _gist(seen[1]), _gist(known[1])
    fewer, more = sorted((numbers, other_numbers), key=len)
    starts = range(len(more) - len(fewer) + 1)
    if not any(more[start : start + len(fewer)] == fewer for start in starts):  # (3x1 and 3x5) is not (1x3 and 5x3)
        return False
    if (more and not fewer) or (words == other_words and len(fewer) < len(more)):
        return False  # more numbers but the same words: a longer shape, not another version
    return len(words & other_words) >= _WORDS_ALIKE * len(words | other_words)


def _gist(message: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The words and the numbers of an error's first line, without names and addresses."""
    line = _first_line(message)
    line = re.sub(r"0x[0-9a-fA-F]+|[\w.<>]+\(\)|'\w+'(?= object)|(?<=name )'\w+'", " ", line)
    return frozenset(re.findall(r"[a-z]{2,}", line.lower())), tuple(re.findall(r"\d+", line))


def _first_line(message: str) -> str:
    return (message.strip().splitlines() or [""])[0][:160]


# --- signatures ----------------------------------------------------------------------------------------------------


_LONG = 120  # characters; a list that needs more is kept as sums, as a tensor is
_PRIME = 65521  # the weights of a tensor's sums are counted modulo this number

Sums = tuple[tuple[float, ...], tuple[int, ...]]  # the sums and the counts of a tensor, apart from its form


@dataclass(frozen=True)
class Signature:
    """What identifies an observation, small enough to be released beside the public checks.

    form: "error" (type, message), "object" (type), "tensor" (dtype, shape, sums, counts) or "value" (the value itself).
    changed: the inputs that were changed in place, by position or keyword.
    """

    form: str
    parts: tuple[Any, ...]
    changed: tuple[str, ...] = ()

    @classmethod
    def of(cls, observed: Observation) -> Self:
        """The signature of something that came back, or of an error that was raised."""
        changed, value = observed.changed_inputs, _plain_number(observed.value)
        if observed.error is not None:
            return cls("error", (observed.error.type_name, _first_line(_said(observed.error))), changed)
        if observed.handle is not None:
            return cls("object", (observed.type_name,), changed)
        if isinstance(value, torch.Tensor):
            return cls("tensor", _of_tensor(value), changed)
        value = _as_lists(value)
        if isinstance(value, list) and len(str(value)) > _LONG:
            # Not with rows of several lengths, text or huge numbers.
            with contextlib.suppress(ValueError, TypeError, OverflowError):
                return cls("tensor", ("list", *_of_tensor(torch.tensor(value, dtype=torch.float64))[1:]), changed)
        return cls("value", (value,), changed)

    def fits(self, other: Self) -> bool:
        """Would one wrong idea leave both signatures?"""
        if (self.form, self.changed) != (other.form, other.changed):
            return False
        if self.form == "error":
            return same_error((self.parts[0], self.parts[1]), (other.parts[0], other.parts[1]))
        if self.form == "tensor":
            dtype, shape, sums, counts = self.parts
            if (dtype, tuple(shape), tuple(counts)) != (other.parts[0], tuple(other.parts[1]), tuple(other.parts[3])):
                return False
            # The first sum is the norm of all values: rounding may change the others in proportion to it.
            room = _CLOSE * max(sums[0], other.parts[2][0]) + 1e-6
            return all(abs(a - b) <= room for a, b in zip(sums, other.parts[2], strict=True))
        return same_value(self.parts, other.parts)

    def as_json(self, rows: dict[Sums, int]) -> list[Any]:
        """A list of plain data, which :meth:`from_json` reads.

        The sums and counts of a tensor go to ``rows`` (equal ones once); the list holds the number of their row.
        """
        parts = self.parts
        if self.form == "tensor":
            dtype, shape, sums, counts = parts
            parts = (dtype, shape, rows.setdefault((sums, counts), len(rows)))
        return ["*".join([self.form, *self.changed]), *map(_jsonable, parts)]

    @classmethod
    def from_json(cls, data: Any, rows: Sequence[Sums]) -> Self:
        """The signature that :meth:`as_json` wrote. Raises ValueError or TypeError for anything else."""
        marked, *parts = data
        form, *names = marked.split("*")
        changed = tuple(names)
        match form, parts:
            case "tensor", [str(dtype), list(shape), int(row)] if 0 <= row < len(rows):
                return cls(form, (dtype, tuple(shape), *rows[row]), changed)
            case ("error", [str(), str()]) | ("object", [str()]) | ("value", [_]):
                return cls(form, tuple(map(_from_json, parts)), changed)
        raise ValueError(f"{data} is no signature")


def _of_tensor(value: torch.Tensor) -> tuple[str, tuple[int, ...], *Sums]:
    """dtype, shape, three sums over the finite values, and how many are NaN, infinite and minus infinite.

    The first sum is the norm. The others give each place its own weight, so that moving a value changes them. The weights
    grow by no fixed step: else two rows of the same sum, as softmax makes them, could change places unseen.
    """
    dtype, shape = str(value.dtype).removeprefix("torch."), tuple(value.shape)
    flat = (torch.view_as_real(value) if value.is_complex() else value).reshape(-1).to(torch.float64)
    counts = (int(flat.isnan().sum()), int((flat == math.inf).sum()), int((flat == -math.inf).sum()))
    flat = torch.where(flat.isfinite(), flat, 0.0)
    places = torch.arange(1, len(flat) + 1, dtype=torch.int64) % _PRIME
    squares = places * places % _PRIME
    sums = [float(flat.norm())]
    for powers in (squares * 26544, squares * places % _PRIME * 40503):
        weights = (powers % _PRIME).to(torch.float64) / _PRIME * 2 - 1
        sums.append(float(flat @ weights))
    return dtype, shape, tuple(float(f"{number:.7g}") for number in sums), counts


def _as_lists(value: Any) -> Any:
    """The value as data for JSON, in which floats may still be NaN or infinite."""
    value = without_numpy(value)
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, (tuple, list)):
        return [_as_lists(item) for item in value]
    return repr(value)[:_LONG] if isinstance(value, dict) else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.8g}") if math.isfinite(value) else {"number": str(value)}
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return float(value["number"])
    return [_from_json(item) for item in value] if isinstance(value, list) else value
