"""What a check cell says of a task that its notebook does not define."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import torch

from autograder import notebook
from autograder.checks import student_errors
from autograder.checks.expect import require_returned
from autograder.checks.failure import CheckFailed
from autograder.course.course import Course
from autograder.grading.context import CheckInfo, Verdict
from autograder.sandbox.observation import Why
from autograder.sandbox.proxy import SubmissionProxy
from tests.support.places import ROOT

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
    monkeypatch.setattr(notebook, "_shell", lambda: SimpleNamespace(user_ns={"In": cells}))
    told = notebook._unread("to_nchw")
    assert told.startswith(said)
    assert bool(told) == bool(said)
    assert ("^" in told) == bool(said)


@pytest.mark.parametrize("whole", [True, False])
def test_a_task_that_passes_says_why_it_works(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "_course", lambda: Course(ROOT))
    monkeypatch.setitem(notebook._CHECKED, ("a1_permute", "to_nchw"), (1, whole))
    page = notebook._with_why(notebook._Page("rich", "plain"), "a1_permute", "to_nchw")
    assert ("The idea behind it: Nothing in the picture moved" in page.plain) == whole
    assert ("The idea behind it: Nothing in the picture moved" in page.rich) == whole


def test_a_name_that_was_meant_is_said_with_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ["", "width = 3", "def doubled(images):\n    return image * 2"]
    namespace: dict[str, object] = {"In": cells}
    exec(compile(cells[2], "<cell>", "exec"), namespace)
    compiled = SimpleNamespace(_filename_map={"<cell>": 2})
    monkeypatch.setattr(notebook, "_shell", lambda: SimpleNamespace(user_ns=namespace, compile=compiled))
    run = notebook._kernel_run(namespace, {"doubled": ("images",)}, lambda: pytest.fail("no data was asked for"))
    told, _ = student_errors.told(SubmissionProxy(run).doubled(torch.zeros(2)))
    assert "raised NameError at cell [2], line 2" in told
    assert told.endswith("Did you mean images?")


def test_a_stubs_line_that_was_left_is_said_with_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ["", 'def doubled(images):\n    raise NotImplementedError("doubled")\n    return 2 * images']
    namespace: dict[str, object] = {"In": cells}
    exec(compile(cells[1], "<cell>", "exec"), namespace)
    compiled = SimpleNamespace(_filename_map={"<cell>": 1})
    monkeypatch.setattr(notebook, "_shell", lambda: SimpleNamespace(user_ns=namespace, compile=compiled))
    run = notebook._kernel_run(namespace, {"doubled": ("images",)}, lambda: pytest.fail("no data was asked for"))
    with pytest.raises(CheckFailed) as failed:
        require_returned(SubmissionProxy(run).doubled(torch.zeros(2)))
    assert failed.value.message.startswith("At cell [1], line 2 the stub's own line still stands in doubled")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("toNCHW", "No cell has defined to_nchw. There is toNCHW: is that the one? The name has to be to_nchw."),
        ("to_nhwc", "to_nchw is not defined yet: run the cell above this one."),  # a task of its own
        ("images", "to_nchw is not defined yet: run the cell above this one."),
    ],
)
def test_a_task_under_another_name_is_asked_about(name: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "_shell", lambda: SimpleNamespace(user_ns={"In": [""]}))
    run = notebook._kernel_run(
        {name: len}, {"to_nchw": (), "to_nhwc": ()}, lambda: pytest.fail("no data was asked for")
    )
    told, _ = student_errors.told(SubmissionProxy(run).to_nchw())
    assert told == said


@pytest.mark.parametrize(
    ("why", "message", "then"),
    [
        ("not_started", "train is not started yet.", "Fill in the cell above"),
        ("waits", "This check builds on FashionCNN, which does not work yet.", "Run this one again when it does."),
    ],
)
def test_a_cell_that_was_filled_in_is_not_asked_for(why: Why, message: str, then: str) -> None:
    info = CheckInfo("test_train", "It trains.", "train", 2, hidden=False, needs=(), trains=False)
    page = notebook._page("train", [Verdict(info, "not_run", message, why=why)], "", "", 24)
    assert f"{message} {then}" in page.plain
