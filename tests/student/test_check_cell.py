"""What a check cell says of a task that its notebook does not define."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from autograder import notebook
from autograder.course.course import Course
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
