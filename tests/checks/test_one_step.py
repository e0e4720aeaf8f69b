"""No operator of torch does the work of a task that is to be written out without being seen."""

from __future__ import annotations

import ast
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from autograder.checks.torch_names import does_the_work, uses
from autograder.sandbox.inside.record import Recorder
from tests.support import one_step
from tests.support.places import ROOT


def constant(assignment: str, name: str) -> tuple[str, ...]:
    """The names that an assignment's checks forbid."""
    tree = ast.parse((ROOT / "solutions" / assignment / f"test_{assignment}.py").read_bytes())
    values = (node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name)
    return tuple(ast.literal_eval(next(values)))


FORBIDDEN = {
    "softmax": constant("a4_losses", "TORCHS_SOFTMAX"),
    "multiclass_loss": constant("a4_losses", "TORCHS_LOSSES"),
    "binary_loss": constant("a4_losses", "TORCHS_LOSSES"),
    "conv2d": constant("a3_conv_shapes", "CONVOLUTIONS"),
    "affine": ("linear",),
}
ROWS, LABELS = torch.randn(4, 3), torch.tensor([2, 0, 1, 2])
IMAGES, WEIGHT = torch.randn(2, 3, 5, 5), torch.randn(4, 3, 3, 3)


def caught(task: str, function: Callable[..., Any], *args: Any) -> list[str]:
    with Recorder() as recorder:
        function(*args)
    return [name for name in recorder.names if does_the_work(name, FORBIDDEN[task])]


ODD_WAYS: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
    ("softmax", torch._safe_softmax, (ROWS, 1)),
    ("softmax", torch.ops.aten._safe_softmax.default, (ROWS, 1)),
    ("softmax", lambda x: torch.sparse.softmax(x.to_sparse(), 1), (ROWS,)),
    ("softmax", lambda x: torch.masked.softmax(x, 1), (ROWS,)),
    ("softmax", lambda x: F.scaled_dot_product_attention(x, torch.eye(3), torch.eye(3), scale=1.0), (ROWS,)),
    ("softmax", lambda x: torch.nn.MultiheadAttention(3, 1)(x, x, x), (ROWS,)),
    ("softmax", torch.vmap(lambda row: row.softmax(0)), (ROWS,)),
    ("softmax", torch.nn.Softmin(1), (-ROWS,)),
    ("multiclass_loss", F.multilabel_soft_margin_loss, (ROWS, F.one_hot(LABELS, 3))),
    ("binary_loss", F.soft_margin_loss, (ROWS[:, 0], torch.tensor([1.0, -1, 1, 1]))),
    ("binary_loss", lambda x: -torch._C._nn.log_sigmoid(x), (ROWS[:, 0],)),
    ("conv2d", torch._C._nn.slow_conv3d, (IMAGES[:, :, None], WEIGHT[:, :, None], (1, 3, 3))),
    ("binary_loss", lambda x: torch._C._nn.nll_loss2d(x.T[None, :, :, None], torch.zeros(1, 4, 1).long()), (ROWS,)),
    (
        "conv2d",
        lambda x, w: torch.nn.grad.conv2d_weight(x.transpose(0, 1), (4, 2, 3, 3), w.transpose(0, 1)),
        (IMAGES, WEIGHT),
    ),
    (
        "conv2d",
        lambda x, w: torch.nn.grad.conv2d_input((2, 3, 7, 7), w, x @ torch.eye(5)),
        (torch.randn(2, 4, 5, 5), WEIGHT),
    ),
    ("conv2d", torch._C._nn.slow_conv_dilated2d, (IMAGES, WEIGHT, (3, 3))),
    ("conv2d", torch.convolution, (IMAGES, WEIGHT, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)),
]


# Operators for compiled networks, which not every build of torch has.
COMPILED: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
    ("affine", lambda x, w: torch.ops.mkldnn._linear_pointwise(x, w, None, "none", [], ""), (ROWS, torch.eye(3))),
    (
        "conv2d",
        lambda x, w: torch.ops.mkldnn._convolution_pointwise(x, w, None, [0, 0], [1, 1], [1, 1], 1, "none", [], ""),
        (IMAGES, WEIGHT),
    ),
]


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has none of them")
@pytest.mark.parametrize(("task", "function", "args"), COMPILED)
def test_the_record_sees_what_compilers_use(task: str, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    assert caught(task, function, *args)


@pytest.mark.parametrize(("task", "function", "args"), ODD_WAYS)
def test_the_record_sees_work_by_whatever_way(task: str, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    assert caught(task, function, *args)


@pytest.mark.filterwarnings("ignore")
def test_the_record_sees_into_what_was_compiled() -> None:
    compiled = torch.jit.trace(lambda x: torch.softmax(x, 1), (ROWS,))  # type: ignore[no-untyped-call]
    assert caught("softmax", compiled, ROWS)


def test_the_record_hears_what_runs_in_a_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert caught("softmax", lambda x: pool.submit(torch.softmax, x, 1).result(), ROWS)
    before = threading.getprofile()
    assert threading.getprofile() is before


def test_the_same_work_written_out_is_not_seen() -> None:
    assert caught("softmax", lambda x: x.exp() / x.exp().sum(1, keepdim=True), ROWS) == []
    assert caught("softmax", lambda x: (x - x.logsumexp(1, keepdim=True)).exp(), ROWS) == []
    assert (
        caught("binary_loss", lambda x: torch.logaddexp(x, torch.zeros(4)).mean() + x.sigmoid().log(), ROWS[:, 0]) == []
    )
    assert (
        caught("conv2d", lambda x, w: torch.einsum("nkl,ok->nol", F.unfold(x, 3), w.flatten(1)), IMAGES, WEIGHT) == []
    )
    assert caught("conv2d", lambda x, w: torch.nn.Unfold(3)(x).transpose(1, 2) @ w.flatten(1).T, IMAGES, WEIGHT) == []


@pytest.mark.parametrize(
    "name", ["_safe_softmax", "_C._nn.log_sigmoid", "nn.functional.scaled_dot_product_attention", "nn.Softmax2d"]
)
def test_the_source_shows_it_too(name: str) -> None:
    names = FORBIDDEN["softmax"] + FORBIDDEN["binary_loss"]
    assert uses([(f"import torch\ndef task(x):\n    return torch.{name}(x)", 1)], "task", names)


@pytest.mark.heavy
@pytest.mark.skipif("ONE_STEP" not in os.environ, reason="a search of many minutes, by hand: ONE_STEP=1 pytest ...")
@pytest.mark.parametrize("puzzle", one_step.puzzles(), ids=lambda puzzle: puzzle.name)
def test_every_operator_that_gives_the_answer_in_one_step_is_seen(puzzle: one_step.Puzzle) -> None:
    """Some of the operators stand for others: the search must at least find what everybody knows."""
    found = one_step.one_step(puzzle)
    assert found
    unseen = []
    for overload, values in found:
        keywords = [argument.name for argument in overload._schema.arguments if argument.kwarg_only]
        count = len(values) - len(keywords)
        named = dict(zip(keywords, values[count:], strict=True))
        if not caught(puzzle.name, lambda o=overload, v=values[:count], n=named: o(*v, **n)):
            unseen.append(str(overload))
    assert unseen == []
