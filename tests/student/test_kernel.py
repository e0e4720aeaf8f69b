"""What the kernel says of a task that its cells do not define, and of an error in one of them."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import torch

from autograder.checks import student_errors
from autograder.checks.expect import require_returned
from autograder.checks.failure import CheckFailed
from autograder.sandbox.proxy import SubmissionProxy
from autograder.student import kernel

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["", "def to_nchw(images)\n    return images"], f"SyntaxError at cell [1], line 1 (read as Python {VERSION}): "),
        (["", "def to_nchw(images)\n    pass", "def to_nchw(images):\n    pass"], ""),
        (["", "def to_nhwc(images)\n    pass"], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_the_reason(cells: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "shell", lambda: SimpleNamespace(user_ns={"In": cells}))
    told = kernel.unread("to_nchw")
    assert told.startswith(said)
    assert bool(told) == bool(said)
    assert ("^" in told) == bool(said)


def test_a_name_that_was_meant_is_said_with_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ["", "width = 3", "def doubled(images):\n    return image * 2"]
    namespace: dict[str, object] = {"In": cells}
    exec(compile(cells[2], "<cell>", "exec"), namespace)
    compiled = SimpleNamespace(_filename_map={"<cell>": 2})
    monkeypatch.setattr(kernel, "shell", lambda: SimpleNamespace(user_ns=namespace, compile=compiled))
    run = kernel.KernelRun(namespace, {"doubled": ("images",)}, lambda: pytest.fail("no data was asked for"))
    told, _ = student_errors.told(SubmissionProxy(run).doubled(torch.zeros(2)))
    assert "raised NameError at cell [2], line 2" in told
    assert told.endswith("Did you mean images?")


def test_a_stubs_line_that_was_left_is_said_with_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ["", 'def doubled(images):\n    raise NotImplementedError("doubled")\n    return 2 * images']
    namespace: dict[str, object] = {"In": cells}
    exec(compile(cells[1], "<cell>", "exec"), namespace)
    compiled = SimpleNamespace(_filename_map={"<cell>": 1})
    monkeypatch.setattr(kernel, "shell", lambda: SimpleNamespace(user_ns=namespace, compile=compiled))
    run = kernel.KernelRun(namespace, {"doubled": ("images",)}, lambda: pytest.fail("no data was asked for"))
    with pytest.raises(CheckFailed) as failed:
        require_returned(SubmissionProxy(run).doubled(torch.zeros(2)))
    assert failed.value.message.startswith("At cell [1], line 2, doubled still has the stub's own line")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("toNCHW", "No cell has defined to_nchw. There is toNCHW: is that the one? The name must be to_nchw."),
        ("to_nhwc", "to_nchw is not defined yet: run the cell above this one."),  # a task of its own
        ("images", "to_nchw is not defined yet: run the cell above this one."),
        ("torch", "to_nchw is not defined yet: run the cell above this one."),
    ],
)
def test_a_task_under_another_name_is_asked_about(name: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "shell", lambda: SimpleNamespace(user_ns={"In": [""]}))
    value = torch if name == "torch" else len
    run = kernel.KernelRun({name: value}, {"to_nchw": (), "to_nhwc": ()}, lambda: pytest.fail("no data was asked for"))
    told, _ = student_errors.told(SubmissionProxy(run).to_nchw())
    assert told == said


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            ["", "def doubled(a, b):\n    return a + b", "doubled = doubled(1, 2)"],
            "doubled is of type int, but must be something to call, as in the stub. "
            "Cell [2], line 1 (`doubled = doubled(1, 2)`) makes it that: choose another name there.",
        ),
        (
            ["", "doubled = None"],
            "doubled is of type NoneType, but must be something to call, as in the stub. Cell [1]",
        ),
        (
            ["", "def doubled(b, a):\n    return a / b"],
            "Your doubled takes b and a in this order. The stub's order is a and b",
        ),
        (["", "def doubled(a, b):\n    return a / 0"], "doubled(1, 2) raised ZeroDivisionError"),
        (["", "def doubled(x, y):\n    return x / 0"], "doubled(1, 2) raised ZeroDivisionError"),
        (["", "doubled = lambda a, b: a / 0"], "doubled(1, 2) raised ZeroDivisionError"),
    ],
)
def test_what_cannot_be_called_as_the_stub_is_told_with_its_cell(
    cells: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    namespace: dict[str, object] = {"In": cells}
    for cell in cells:
        exec(cell, namespace)
    monkeypatch.setattr(kernel, "shell", lambda: SimpleNamespace(user_ns=namespace))
    run = kernel.KernelRun(namespace, {"doubled": ("a", "b")}, lambda: pytest.fail("no data was asked for"))
    told, _ = student_errors.told(SubmissionProxy(run).doubled(1, 2))
    assert told.startswith(said)
