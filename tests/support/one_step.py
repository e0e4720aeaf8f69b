"""Finds the operators of this torch that give a task's answer in one step, by calling each with all suitable inputs.

`python -m tests.support.one_step` prints them. Some crash on odd arguments, so they are tried in a child process. After
a crash, a new one goes on with the next operator.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import signal
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

_TRIES = 1500  # calls of one operator, at most
_SECONDS = 5  # for one operator
_NOT_COMPUTING = ("rand", "dropout", "from_file", "save", "_assert", "multinomial", "bernoulli", "normal", "sleep")


@dataclass(frozen=True)
class Puzzle:
    """One task: tensors that a student has, or makes without computing the answer, and the answer."""

    name: str
    tensors: tuple[torch.Tensor, ...]
    answer: torch.Tensor
    whole: tuple[tuple[int, ...], ...] = ((0, 0), (1, 1), (0,), (1,))  # lists of whole numbers to try


def puzzles() -> list[Puzzle]:
    """The tasks that students have to write out, without a ready operator."""
    generator = torch.Generator().manual_seed(3)
    rows = torch.randn(4, 3, generator=generator)
    labels = torch.tensor([2, 0, 1, 2])
    hot = F.one_hot(labels, 3).float()
    scaled = rows * 3**0.5
    softmax = Puzzle(
        "softmax", (rows, torch.eye(3), rows[None, None], scaled[None, None], torch.eye(3)[None, None], scaled, -rows),
        rows.softmax(1),
    )  # fmt: skip
    several = Puzzle("multiclass_loss", (rows, labels, hot, torch.ones(3)), F.cross_entropy(rows, labels))
    logits = torch.randn(5, generator=generator)
    targets = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0])
    two = torch.stack([torch.zeros(5), logits], 1)
    binary = Puzzle(
        "binary_loss",
        (logits, targets, 2 * targets - 1, (1 - 2 * targets) * logits, two, targets.long(), -logits),
        F.binary_cross_entropy_with_logits(logits, targets),
    )
    images = torch.randn(2, 3, 5, 6, generator=generator)
    weight = torch.randn(4, 3, 2, 3, generator=generator)
    bias = torch.randn(4, generator=generator)
    conv = Puzzle(
        "conv2d", (images, weight, bias, images[0], weight.flip(2, 3)), F.conv2d(images, weight, bias),
        ((1, 1), (0, 0), (2, 3), (1,), (0,)),
    )  # fmt: skip
    return [softmax, several, binary, conv]


def overloads() -> list[Any]:
    """Every operator that torch has, in every namespace, with each of its signatures."""
    found = []
    for schema in torch._C._jit_get_all_schemas():
        space, _, name = schema.name.partition("::")
        if any(word in name for word in _NOT_COMPUTING) or space in ("profiler", "c10d", "rpc", "onnx", "test"):
            continue
        with contextlib.suppress(AttributeError, RuntimeError):
            found.append(getattr(getattr(getattr(torch.ops, space), name), schema.overload_name or "default"))
    return found


def steps(puzzle: Puzzle, overload: Any) -> tuple[Any, ...] | None:
    """Positional arguments with which the operator gives the answer, its negative, its mean or its sum."""
    choices = [_choices(argument, puzzle) for argument in overload._schema.arguments]
    keywords = [argument.name for argument in overload._schema.arguments if argument.kwarg_only]
    for values in itertools.islice(itertools.product(*choices), _TRIES):
        copies = [value.clone() if isinstance(value, torch.Tensor) else value for value in values]
        count = len(copies) - len(keywords)
        with contextlib.suppress(Exception):
            result = overload(*copies[:count], **dict(zip(keywords, copies[count:], strict=True)))
            if any(_is_answer(tensor, puzzle.answer) for tensor in _tensors(result)):
                return values
    return None


def _takes(puzzle: Puzzle, overload: Any) -> bool:
    """Whether the operator takes the puzzle's inputs, and no tensor to write its result to."""
    choices = [_choices(argument, puzzle) for argument in overload._schema.arguments]
    tensors = any(choice and choice[0] is puzzle.tensors[0] for choice in choices)
    return tensors and all(choices) and not any(a.is_out for a in overload._schema.arguments)


def _choices(argument: Any, puzzle: Puzzle) -> list[Any]:
    kind = str(argument.type)
    optional = kind.startswith("Optional[")
    kind = kind.removeprefix("Optional[").removesuffix("]") if optional else kind
    if kind == "Tensor":
        return [*puzzle.tensors, *([None] if optional else [])]
    if argument.has_default_value():
        return [argument.default_value, *([1.0] if argument.name == "scale" else [])]
    if optional:
        return [None]
    if kind == "List[Tensor]":
        return [list(puzzle.tensors[:2])]
    plain: dict[str, list[Any]] = {
        "int": [1, 0, -1, 2], "bool": [False, True], "float": [1.0, 0.0], "number": [1, 0], "Scalar": [1, 0],
        "List[int]": list(puzzle.whole), "SymInt": [1, 0, -1, 2], "List[bool]": [[False, False]],
        "List[SymInt]": list(puzzle.whole), "str": ["none"], "List[Optional[number]]": [[]],
    }  # fmt: skip
    return plain.get(kind, [])


def _tensors(result: Any) -> Iterator[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        yield result.to_dense() if result.is_sparse or result.is_mkldnn else result
    elif isinstance(result, (tuple, list)):
        for part in result:
            yield from _tensors(part)


def _is_answer(got: torch.Tensor, answer: torch.Tensor) -> bool:
    if not got.is_floating_point() or got.numel() == 0:
        return False
    forms: list[Callable[[torch.Tensor], torch.Tensor]] = [lambda x: x, torch.mean, torch.sum]
    for form in forms[: 1 if answer.dim() else 3]:
        seen = form(got.double()).squeeze()
        for sign in (1, -1):
            if seen.shape == answer.squeeze().shape and torch.allclose(
                sign * seen, answer.double().squeeze(), atol=1e-4
            ):
                return True
    return False


def one_step(puzzle: Puzzle) -> list[tuple[Any, tuple[Any, ...]]]:
    """(operator, arguments) for all that give this task's answer in one step."""
    found: list[tuple[Any, tuple[Any, ...]]] = []
    waiting = [overload for overload in overloads() if _takes(puzzle, overload)]
    while waiting:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                _try_all(puzzle, waiting, write)
            os._exit(0)
        os.close(write)
        tried = 0
        with os.fdopen(read, "rb") as pipe, contextlib.suppress(EOFError):
            while True:
                number, values = pickle.load(pipe)
                tried = number + 1
                if values is not None:
                    found.append((waiting[number], values))
        os.waitpid(pid, 0)
        del waiting[: tried + 1]  # without the one that killed the process
    return found


def _try_all(puzzle: Puzzle, waiting: list[Any], write: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    warnings.simplefilter("ignore")
    with os.fdopen(write, "wb", buffering=0) as pipe:
        for number, overload in enumerate(waiting):
            signal.alarm(_SECONDS)
            pipe.write(pickle.dumps((number, steps(puzzle, overload))))


if __name__ == "__main__":
    torch.set_num_threads(1)
    for puzzle in puzzles():
        for overload, values in one_step(puzzle):
            print(
                puzzle.name,
                overload,
                [tuple(v.shape) if isinstance(v, torch.Tensor) else v for v in values],
                flush=True,
            )
