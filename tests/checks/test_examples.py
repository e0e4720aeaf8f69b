"""Each function that an author of checks calls shows in its docstring how it is called, and the example runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from typing import Any

import pytest
import torch

import autograder.checks as checks
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run_local import LocalRun

FUNCTIONS = sorted(set(checks.__all__) - {"TRAIN_IMAGES", "TRAIN_LABELS", "CheckFailed"})
MODULES = [name for _, name, _ in pkgutil.iter_modules(checks.__path__, "autograder.checks.")]


def submission_of(**tasks: Any) -> SubmissionProxy:
    return SubmissionProxy(LocalRun(tasks))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_authors_call_has_an_example(name: str) -> None:
    assert doctest.DocTestParser().get_examples(getattr(checks, name).__doc__), name


@pytest.mark.parametrize(
    "module", [*MODULES, "autograder.sandbox.observation", "autograder.sandbox.proxy", "autograder.course.network"]
)
def test_the_examples_run(module: str) -> None:
    names = {name: getattr(checks, name) for name in checks.__all__} | {"torch": torch, "submission_of": submission_of}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    loaded = importlib.import_module(module)
    said: list[str] = []
    for test in finder.find(loaded, extraglobs=vars(loaded) | names):
        runner.run(test, out=said.append)
    assert not runner.failures, "".join(said)
