"""What a check may expect of an observation. Each function returns, or raises :class:`CheckFailed` with a message that
says what was called, what came back and what is wrong with it, but never the right values.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ..common.plural import listed
from ..common.raised import from_a_stub
from ..sandbox.observation import Observation
from ..submission.own_tasks import above_its_stub, stub_left
from . import describe, explain, student_errors
from .failure import CheckFailed, Judge
from .matching import same_value
from .values import tensor_in, without_numpy
from .where import small_map, where

_ORDER = "expect_equal(submission.task(...), expected)"


_MARKS = "\nx marks the wrong ones:\n"


def require_returned(observation: Observation) -> None:
    """Raise unless the task returned. An error, a timeout and a crash each have their own outcome."""
    if not isinstance(observation, Observation):
        raise TypeError(
            f"the first argument must be what the submission gave, as in {_ORDER}, not {describe.kind(observation)}"
        )
    if observation.status == "value":
        return
    what = describe.call(observation)
    if observation.status == "timeout":
        raise CheckFailed(f"{what} was stopped: {observation.reason}.", observation, outcome="timeout")
    if observation.status == "crashed":
        raise CheckFailed(f"{what} did not come back: {observation.reason}.", observation, outcome="crashed")
    if observation.error is not None and from_a_stub(observation.error.type_name, observation.error.message):
        other = observation.error.message  # a stub's error message is the stub's name
        if other != observation.task and observation.run is not None and other in observation.run.tasks:
            message = f"This check builds on {other}, which is not started yet."
            raise CheckFailed(message, outcome="not_run", why="waits")
        source = observation.run.source if observation.run is not None else None
        left = observation.error.because or (stub_left(source, observation.task) if source is not None else "")
        if left:
            raise CheckFailed(left, observation, outcome="error")
        if source is not None and (above := above_its_stub(source, observation.task)):
            raise CheckFailed(above, observation, outcome="not_run")
        raise CheckFailed(f"{observation.task} is not started yet.", outcome="not_run", why="not_started")
    text, why = student_errors.told(observation)
    raise CheckFailed(text, observation, _raises, outcome="error", why=why)


def _raises(observation: Observation) -> str | None:
    return None if observation.returned else "it raised"


def _expect(observation: Observation, judge: Judge) -> None:
    require_returned(observation)
    problem = judge(observation)
    if problem is not None:
        said, marks, picture = problem.partition(_MARKS)
        raise CheckFailed(_and(said, _so_far(observation)) + marks + picture, observation, judge)


def _so_far(observation: Observation) -> str:
    """A sentence about how the input differs from those of the same check with right results, or nothing."""
    wrong = _first_tensor(observation)
    if observation.run is None or wrong is None:
        return ""
    before = [seen for seen in observation.run.earlier if seen.ordinal < observation.ordinal]
    right = [seen for seen in before if seen.task == observation.task and seen.returned and not seen.changed_inputs]
    same = [_first_tensor(seen) for seen in right]
    return explain.only_so_far([tensor for tensor in same if tensor is not None], wrong)


def _first_tensor(observation: Observation) -> torch.Tensor | None:
    call = observation.calls[-1] if observation.calls else None
    first = call.args[0] if call is not None and call.verb == "call" and call.args else None
    return tensor_in(first)


def _lengths(observation: Observation) -> set[int]:
    """The lengths of the axes of all tensors that went in."""
    call = observation.calls[-1]
    tensors = map(tensor_in, (*call.args, *call.kwargs.values()))
    return {length for tensor in tensors if tensor is not None for length in tensor.shape}


def expect(condition: bool, observation: Observation, message: str, because: str | None = None) -> None:
    """Any other condition; if it is False, the check fails with ``message``.

    because: the name of the misconception that the failure is a sign of.

    >>> answer = submission_of(largest=lambda numbers: max(numbers)).largest((3, 9, 4))
    >>> expect(answer.value == 9, answer, "The largest of these numbers is another one.")
    >>> expect(answer.value == 4, answer, "The largest of these numbers is another one.")
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: The largest of these numbers is another one.
    """
    require_returned(observation)
    if not condition:
        raise CheckFailed(message, observation, None, because=because)


def expect_pixels(
    observation: Observation,
    rule: Callable[..., Any],
    shape: Sequence[int],
    dtype: torch.dtype | None = None,
    atol: float | None = None,
    axes: Sequence[str] = (),
) -> None:
    """A tensor of this shape in which the element at each index is ``rule(*index)``, within atol.

    dtype: by default that of the tensors that the rule gives, or float32. atol, axes: see :func:`expect_tensor`.

    >>> image = torch.arange(6).reshape(2, 3)
    >>> turned = submission_of(upside_down=lambda image: image.flip(0)).upside_down(image)
    >>> expect_pixels(turned, lambda h, w: image[1 - h, w], shape=(2, 3))
    """
    values = [rule(*index) for index in itertools.product(*map(range, shape))]
    numbers = torch.tensor([v.item() if isinstance(v, torch.Tensor) else v for v in values], dtype=torch.float64)
    first = values[0] if values else None
    kind = dtype or (first.dtype if isinstance(first, torch.Tensor) else torch.float32)
    expect_tensor(observation, numbers.reshape(tuple(shape)).to(kind), atol, axes=axes)


def expect_tensor(
    observation: Observation,
    expected: torch.Tensor | np.ndarray,
    atol: float | None = None,
    rtol: float = 0.0,
    axes: Sequence[str] = (),
) -> None:
    """A tensor (or numpy array) of the same shape and dtype, each element within atol + rtol * abs(expected).

    atol: when none is given, whole numbers are compared exactly, and floats within rounding (see :func:`rounding`).
    axes: what lies along each axis, for messages: ("image", "channel", "row", "column").

    >>> doubled = submission_of(double=lambda x: 2 * x).double(torch.tensor([1.0, 2.0]))
    >>> expect_tensor(doubled, torch.tensor([2.0, 4.0]))
    >>> expect_tensor(doubled, torch.tensor([2.0, 5.0]))
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: double([1.0, 2.0]) returned shape (2,), as it should, but 1 of 2 values is not right: [2.0, 4.0]. All wrong values are in place 1 (counted from 0).
    """
    right = tensor_in(expected)
    if right is None:
        raise TypeError("expect_tensor compares with a tensor or an array; for other data there is expect_equal")
    asked_for = "a tensor" if isinstance(expected, torch.Tensor) else "an array"
    _expect_values(observation, right, atol, rtol, axes, asked_for)


def _unlike(seen: Observation, expected: Sequence[int]) -> str:
    """What sets the tensor that was asked for apart from one that came back and is no data: it is too large, or its
    numbers are complex or of a dtype that checks do not take. Empty if no tensor came back."""
    if " of shape " not in seen.type_name:
        return ""
    shape = f" of shape {tuple(expected)}"
    return " of real numbers" if shape in seen.type_name else shape


def _expect_values(
    observation: Observation,
    expected: torch.Tensor,
    atol: float | None,
    rtol: float,
    axes: Sequence[str],
    asked_for: str,
    any_dtype: bool = False,
) -> None:
    def judge(seen: Observation) -> str | None:
        got = tensor_in(seen.value)
        if got is None:
            listed = "a list, " if isinstance(seen.value, list) else ""
            what = asked_for + _unlike(seen, expected.shape)
            return f"{describe.call(seen)} returned {listed}{describe.returned(seen)}; {what} was asked for."
        if got.dtype == expected.dtype and torch.equal(got, expected):
            return None  # most answers: nothing more is computed for them
        near = rounding(expected) if atol is None else atol
        wrong = _wrong(got, expected, near, rtol) if got.shape == expected.shape else None
        bad = -1 if wrong is None else int(wrong.sum())
        if bad == 0 and (any_dtype or got.dtype == expected.dtype):
            return None
        what = describe.call(seen)
        if wrong is None:
            text = f"{what} returned shape {describe.shape(got)}; it should be {describe.shape(expected)}."
            return _and(text, explain.tensor(got, expected))
        if bad == 0:
            return (
                f"{what} returned the right values, but in {describe.dtype(got)}; "
                f"{describe.dtype(expected)} was asked for."
            )
        moved = got.dim() > 2 and explain.only_moved(got, expected)
        if got.dim() == 0:
            text = f"{what} returned {describe.returned(seen)}, which is not right."
        elif moved:
            pixels = _share(bad, got.numel(), "pixels")
            text = f"{what} returned shape {describe.shape(got)}, as it should, but {pixels} in the wrong place."
        else:
            values = f"{_share(bad, got.numel(), 'values')} not right{describe.few(got)}"
            text = f"{what} returned shape {describe.shape(got)}, as it should, but {values}."
        if idea := explain.tensor(got, expected):
            return text if moved and idea == explain.ELSEWHERE else f"{text} {idea}"
        if got.is_floating_point() and not _wrong(got, expected, 1e-3 * float(expected.abs().max()), 0.0).any():
            text += f" They are off by less than a thousandth of the largest value: {explain.ROUNDING}"
        text = _and(text, where(got, wrong, axes))
        picture = small_map(wrong, axes)
        return f"{text}{_MARKS}{picture}" if picture else text

    _expect(observation, judge)


def expect_array(
    observation: Observation,
    expected: Any,
    atol: float | None = None,
    rtol: float = 0.0,
    axes: Sequence[str] = (),
) -> None:
    """A numpy array (or tensor) of the same shape and any dtype, each element within atol + rtol * abs(expected).

    expected: an array, or data that numpy can turn into one. axes: see :func:`expect_tensor`.
    atol: when none is given, a millionth of the largest value, or of 1 if all are smaller.

    >>> halves = submission_of(halves=lambda numbers: numbers / 2).halves(np.array([2, 6]))
    >>> expect_array(halves, [1, 3])
    >>> expect_array(halves, [1, 2])
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: halves([2, 6]) returned shape (2,), as it should, but 1 of 2 values is not right: [1.0, 3.0]. All wrong values are in place 1 (counted from 0).
    """
    right = tensor_in(np.asarray(expected))
    if right is None:
        expect_equal(observation, expected)
        return
    largest = float(right.double().abs().max()) if right.numel() else 0.0
    near = 1e-6 * max(1.0, largest) if atol is None else atol
    _expect_values(observation, right, near, rtol, axes, "an array", any_dtype=True)


def expect_equal(observation: Observation, expected: Any) -> None:
    """Any data: numbers (within rounding), texts, arrays, and tuples, lists, dicts and sets of data.

    A list equals a tuple with the same items, and a whole number equals a float of the same value.

    >>> counts = submission_of(counts=lambda text: {word: text.count(word) for word in text.split()}).counts("a b a")
    >>> expect_equal(counts, {"a": 2, "b": 1})
    >>> expect_equal(counts, {"a": 2, "b": 2})
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: counts('a b a') returned {'a': 2, 'b': 1}, which is not right. The entry of 'b' is wrong.
    """

    def judge(seen: Observation) -> str | None:
        if seen.handle is None and same_value(seen.value, expected, any_dtype=True):
            return None
        text = f"{describe.call(seen)} returned {describe.returned(seen)}, which is not right."
        return text if seen.handle is not None else _and(text, explain.data(seen.value, expected))

    _expect_answer(observation, judge)


def _share(bad: int, total: int, noun: str) -> str:
    if bad == total:
        return f"all {total} {noun} are"
    return f"{bad} of {total} {noun} {'is' if bad == 1 else 'are'}"


def rounding(expected: torch.Tensor) -> float:
    """How far rounding alone may move a float from the expected one: 0 if all are whole numbers (of any dtype).

    >>> rounding(torch.tensor([1.0, 2.0]))
    0.0
    >>> rounding(torch.tensor([0.5, 300.0]))
    0.003
    """
    finite = expected[expected.isfinite()] if expected.is_floating_point() else expected.new_zeros(0)
    if not len(finite) or bool((finite == finite.round()).all()):
        return 0.0
    return 1e-5 * max(1.0, float(finite.abs().max()))


def _wrong(got: torch.Tensor, expected: torch.Tensor, atol: float, rtol: float) -> torch.Tensor:
    """Which elements differ, as bool in the shape of both."""
    if got.dtype.is_complex != expected.dtype.is_complex:
        return torch.ones(expected.shape, dtype=torch.bool)
    if not (got.is_floating_point() or expected.is_floating_point() or got.dtype.is_complex):
        return got.to(torch.int64) != expected.to(torch.int64)
    wide = torch.complex128 if got.dtype.is_complex else torch.float64
    ours, right = got.to(wide), expected.to(wide)
    return ~((ours == right) | torch.isclose(ours, right, rtol=rtol, atol=atol, equal_nan=False))


def _and(text: str, more: str) -> str:
    return f"{text} {more}" if more else text


def _number(value: Any) -> float | int | None:
    """The value as a number if it is an int, a float or a tensor without axes; else None."""
    value = without_numpy(value)
    if isinstance(value, torch.Tensor) and value.dim() == 0 and not value.is_complex():
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value


def expect_number(observation: Observation, expected: float, atol: float | None = None, rtol: float = 0.0) -> None:
    """A number (float, int, or 0-dim tensor) within atol + rtol * abs(expected).

    atol: when none is given, a whole number is compared exactly, and another within rounding (see :func:`rounding`).

    >>> mean = submission_of(mean=lambda x: x.mean()).mean(torch.tensor([1.0, 2.0]))
    >>> expect_number(mean, 1.5)
    >>> expect_number(mean, 0.75)
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: mean([1.0, 2.0]) returned 1.5, which is not right. It is 2 times what it should be, and an axis of the input has that length: a sum, where a mean was asked for?
    """

    def judge(seen: Observation) -> str | None:
        got = _number(seen.value)
        near = rounding(torch.tensor(expected, dtype=torch.float64)[None]) if atol is None else atol
        if got is not None and math.isfinite(got) and abs(got - expected) <= near + rtol * abs(expected):
            return None
        what = describe.call(seen)
        if got is None:
            return f"{what} returned {describe.returned(seen)}; one number was asked for."
        return _and(f"{what} returned {got:.7g}, which is not right.", explain.number(got, expected, _lengths(seen)))

    _expect(observation, judge)


def expect_integer(observation: Observation, expected: int) -> None:
    """A whole number: int, numpy integer, or 0-dim tensor of integers.

    >>> count = submission_of(count=lambda a, b: a * b).count(3, 5)
    >>> expect_integer(count, 15)
    >>> expect_integer(count, 16)
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: count(3, 5) returned 15, which is not right. It is off by one.
    """

    def judge(seen: Observation) -> str | None:
        got = _number(seen.value)
        if isinstance(got, int) and got == expected:
            return None
        if not isinstance(got, int):
            return f"{describe.gave(seen)} {describe.returned(seen)}; a whole number was asked for."
        idea = "" if describe.is_answer(seen) else explain.number(got, expected)
        return _and(f"{describe.gave(seen)} {got}, which is not right.", idea)

    _expect_answer(observation, judge)


def expect_sizes(observation: Observation, expected: Sequence[int]) -> None:
    """A shape: a tuple, list or torch.Size of whole numbers, or a 1-dim tensor of them.

    >>> shape = submission_of(flipped=lambda shape: shape[::-1]).flipped((2, 3))
    >>> expect_sizes(shape, (3, 2))
    >>> expect_sizes(shape, (2, 3))
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: flipped((2, 3)) returned (3, 2), which is not right. Its sizes are right, but their order is not.
    """

    def judge(seen: Observation) -> str | None:
        got = _sizes(seen.value)
        if got is not None and got == tuple(expected):
            return None
        if got is None:
            text = f"{describe.gave(seen)} {describe.returned(seen)}; a shape, a tuple of whole numbers, was asked for."
            return _and(text, _no_shape(seen.value, len(expected)))
        return _and(f"{describe.gave(seen)} {got}, which is not right.", explain.sizes(got, tuple(expected)))

    _expect_answer(observation, judge)


def _no_shape(value: Any, axes: int) -> str:
    if isinstance(value, int) and axes == 1:
        return "A tuple of one number needs a comma, as in (7,): brackets alone do not make a tuple."
    nested = isinstance(value, (tuple, list)) and any(isinstance(item, (tuple, list)) for item in value)
    return "One of its entries is itself a tuple or a list: its numbers belong in the outer tuple." if nested else ""


def _expect_answer(observation: Observation, judge: Judge) -> None:
    """As :func:`_expect`, except that an entry that still is None is a question that is not answered yet."""
    require_returned(observation)
    if describe.is_answer(observation) and observation.value is None and observation.handle is None:
        message = _and(f"{describe.call(observation)} is not answered yet.", observation.reason)
        raise CheckFailed(message, outcome="not_run", why="not_answered")
    _expect(observation, judge)


_AXES = 64  # more than any shape has


def _sizes(value: Any) -> tuple[int, ...] | None:
    value = without_numpy(value)
    if isinstance(value, torch.Tensor) and value.dim() == 1 and not value.is_floating_point() and len(value) <= _AXES:
        value = value.tolist()
    if not isinstance(value, (tuple, list)) or len(value) > _AXES:
        return None
    numbers = [_number(item) for item in value]
    return tuple(n for n in numbers if isinstance(n, int)) if all(isinstance(n, int) for n in numbers) else None


def expect_shape(observation: Observation, expected: Sequence[int], dtype: torch.dtype | None = None) -> None:
    """A tensor of this shape (and dtype), whatever its values.

    >>> batch = submission_of(batch=lambda image: image[None]).batch(torch.zeros(5, 7))
    >>> expect_shape(batch, (1, 5, 7), dtype=torch.float32)
    >>> expect_shape(batch, (1, 1, 5, 7))
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: batch(a float32 tensor of shape (5, 7)) returned shape (1, 5, 7); it should be (1, 1, 5, 7). It has 3 axes, and should have 4.
    """

    def judge(seen: Observation) -> str | None:
        got = tensor_in(seen.value)
        right = got is not None and tuple(got.shape) == tuple(expected)
        if got is not None and right and dtype in (None, got.dtype):
            return None
        what = describe.call(seen)
        if got is None:
            return f"{what} returned {describe.returned(seen)}; a tensor{_unlike(seen, expected)} was asked for."
        if not right:
            text = f"{what} returned shape {describe.shape(got)}; it should be {tuple(expected)}."
            return _and(text, explain.sizes(tuple(got.shape), tuple(expected)))
        name = str(dtype).removeprefix("torch.")
        return f"{what} returned {describe.returned(seen)}; {name} was asked for."

    _expect(observation, judge)


def expect_finite(observation: Observation) -> None:
    """Neither NaN nor infinity anywhere in a number or tensor.

    >>> logs = submission_of(logs=lambda x: x.log()).logs(torch.tensor([1.0, 0.0]))
    >>> expect_finite(logs)
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: logs([1.0, 0.0]) returned a float32 tensor, [0.0, -inf]. Some of its values are infinite: does a step on the way overflow, divide by 0, or take the log of 0?
    """

    def judge(seen: Observation) -> str | None:
        got = seen.value
        tensor = tensor_in(got)
        if tensor is None and _number(got) is not None:
            tensor = torch.tensor(float(got))
        if tensor is not None and tensor.isfinite().all():
            return None
        what = describe.call(seen)
        if tensor is None:
            return f"{what} returned {describe.returned(seen)}; numbers were asked for."
        idea = explain.tensor(tensor, torch.zeros_like(tensor)) if tensor.dim() else explain.number(tensor.item(), 0.0)
        return _and(f"{what} returned {describe.returned(seen)}.", idea)

    _expect(observation, judge)


def expect_raises(observation: Observation, wanted: str | type[BaseException]) -> None:
    """An error of a type or of a subclass of it, raised on purpose.

    wanted: the type, or its name, which may be that of a class in the student's file.

    >>> root = submission_of(root=lambda x: x**0.5 if x >= 0 else abs(x) ** 0.5).root(-1)
    >>> expect_raises(root, "ValueError")
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: root(-1) returned 1.0; it should raise ValueError.
    """
    type_name = wanted if isinstance(wanted, str) else wanted.__name__

    def judge(seen: Observation) -> str | None:
        if seen.status == "error" and seen.error is not None:
            if type_name in (seen.error.type_name, *seen.error.bases):
                return None
            where = f" at {seen.error.where} (`{seen.error.text}`)" if seen.error.where else ""
            return f"{describe.call(seen)} raised {seen.error.type_name}{where}; {type_name} was asked for."
        text = f"{describe.call(seen)} returned {describe.returned(seen)}; it should raise {type_name}."
        return _and(text, "Write raise, not return." if seen.type_name == type_name else "")

    raised = observation.status == "error" and observation.error is not None
    if not raised or (observation.error and observation.error.type_name in student_errors.NOT_ON_PURPOSE):
        require_returned(observation)
    problem = judge(observation)
    if problem is not None:
        raise CheckFailed(problem, observation, judge)


def expect_inputs_kept(observation: Observation) -> None:
    """No argument was changed in place.

    >>> doubled = submission_of(double=lambda x: x.mul_(2)).double(torch.tensor([1.0, 2.0]))
    >>> expect_inputs_kept(doubled)
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: double([1.0, 2.0]) changed its input number 1 in place. The caller still needs it: leave it as it is, and return something new.
    """

    def judge(seen: Observation) -> str | None:
        if not seen.changed_inputs:
            return None
        names = [_parameter(seen, position) for position in seen.changed_inputs]
        return (
            f"{describe.call(seen)} changed its input {listed(names)} in place. "
            "The caller still needs it: leave it as it is, and return something new."
        )

    _expect(observation, judge)


def _parameter(observation: Observation, position: str) -> str:
    names = observation.calls[-1].names
    if position.isdecimal():
        return names[int(position)] if int(position) < len(names) else f"number {int(position) + 1}"
    return position


def expect_accuracy(observation: Observation, labels: torch.Tensor, at_least: float) -> float:
    """Class numbers (N,) that equal the labels (N,) in at least this share of places. Returns the share.

    >>> classes = submission_of(guess=lambda images: images.argmax(dim=1)).guess(torch.eye(4))
    >>> expect_accuracy(classes, torch.tensor([0, 1, 2, 0]), at_least=0.7)
    0.75
    """
    expect_shape(observation, labels.shape)
    accuracy = float((without_numpy(observation.value).to(torch.int64) == labels).double().mean())

    def judge(seen: Observation) -> str | None:
        if accuracy >= at_least:
            return None
        return (
            f"The network is right on {accuracy:.1%} of {len(labels):,} test images that it has never seen; "
            f"this check asks for {at_least:.1%}."
        )

    _expect(observation, judge)
    return accuracy
