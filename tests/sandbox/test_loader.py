"""Loading what ends its process, or cannot be interrupted: each statement costs itself, and a restart at most."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.sandbox import loader
from autograder.sandbox.launch import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.loader import Order
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run import SandboxRun
from autograder.submission.source import Cell, Source

DIES = "os._exit(3)"
# One call into C: no signal handler of Python's runs before its end.
NOT_INTERRUPTED = "sum(range(10 ** 13))"


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[loader.Session]:
    """The children that are begun, as the loader begins them."""
    begun: list[loader.Session] = []

    class Counted(loader.Session):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            begun.append(self)

    monkeypatch.setattr(loader, "Session", Counted)
    return begun


def loaded(sandbox: Sandbox, *statements: str) -> tuple[SandboxRun, Any, Any]:
    """A submission with these statements between what it defines: the run, and what `first` and `last` return."""
    text = "\n".join(["import os", "def first(): return 1", *statements, "def last(): return 2"]) + "\n"
    limits = Limits(load_seconds=0.5)
    run = SandboxRun(lambda: sandbox, Order("a1_permute", Source("py", (Cell(text, 1, None),)), 1, {}, limits))
    submission = SubmissionProxy(run)
    seen = submission.first().value, submission.last().value
    run.close()
    return run, *seen


@pytest.mark.parametrize("statement", [DIES, pytest.param(NOT_INTERRUPTED, marks=pytest.mark.heavy)])
def test_a_statement_that_ends_its_process_costs_one_restart(
    sandbox: Sandbox, children: list[loader.Session], statement: str
) -> None:
    run, first, last = loaded(sandbox, statement, "BETWEEN = max(1, 2)", "print(BETWEEN)")
    assert (first, last) == (1, 2)
    assert [(each.line, each.kind) for each in run.loader.left_out] == [
        (3, "crashed" if statement == DIES else "timeout")
    ]
    assert "BETWEEN" in run.loader.defines
    assert len(children) <= 3, "one to meet it, one to learn which it was, one without it"


@pytest.mark.parametrize("count", [2, 3, 6])
def test_there_are_never_more_than_three_restarts(sandbox: Sandbox, children: list[loader.Session], count: int) -> None:
    run, first, last = loaded(sandbox, *[f"print({n}, flush=True) or {DIES}" for n in range(count)])
    assert (first, last) == (1, 2)
    assert len(children) <= 4
    left_out = {each.line for each in run.loader.left_out}
    assert left_out == set(range(3, 3 + count)), "the last try leaves out all but definitions, and says so"
    assert len(run.loader.notes) == count


def test_a_definition_that_ends_the_process_each_time_is_found(
    sandbox: Sandbox, children: list[loader.Session]
) -> None:
    run, first, last = loaded(sandbox, f"class Dies:\n    {DIES}", "@(lambda function: function)\ndef other(): pass")
    assert (first, last) == (1, 2)
    assert [each.first for each in run.loader.left_out] == [3]
    assert "other" in run.loader.defines
    assert len(children) <= 4


def test_a_file_that_always_ends_its_process_cannot_be_run(sandbox: Sandbox, children: list[loader.Session]) -> None:
    run, first, last = loaded(sandbox, *[f"class Dies{n}:\n    {DIES}" for n in range(6)])
    assert (first, last) == (None, None)
    assert len(children) <= 4
