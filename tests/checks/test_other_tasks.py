"""What answers to other tasks are told is true: misconceptions and references, handed in where another task was asked.

`python -m tests.checks.test_other_tasks` prints the table anew: task, whose answer it got, and what that was told. Read
each line that is new before it is kept.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.common.run_file import run_file
from autograder.course.course import Course
from autograder.grading.engine import check_files
from autograder.grading.job import Settings
from autograder.grading.live import LiveChecks
from autograder.sandbox.run_local import LocalRun
from tests.support.diagnoses import judged_here
from tests.support.places import ROOT

READ = Path(__file__).with_name("other_tasks_read.txt")
COURSE = Course(ROOT)
NAMES = ("a1_permute", "a2_linear_dims", "a3_conv_shapes", "a4_losses")  # what a5 tells comes from trainings
ONE_OF = 16  # answers that could be asked; which, is told by their names: a new one changes no other's turn

Answer = tuple[str, str, Callable[..., Any]]  # the task that it answers, its name, the function


@functools.cache
def reference(name: str) -> dict[str, Any]:
    """What the master defines; what it prints is for its readers."""
    with contextlib.redirect_stdout(io.StringIO()):
        return vars(run_file(COURSE.assignment(name).master))


def answers() -> list[Answer]:
    """Every misconception and every reference of these assignments that is a function."""
    found: list[Answer] = []
    for name in NAMES:
        assignment = COURSE.assignment(name)
        master = reference(name)
        found += [
            (task, "reference", master[task]) for task in assignment.parameters() if inspect.isfunction(master[task])
        ]
        known = CodeCatalogue.load(assignment.misconceptions).misconceptions
        found += [(each.task, each.name, each.function) for each in known if inspect.isfunction(each.function)]
    return found


def takes(function: Callable[..., Any], count: int) -> bool:
    """Can it be called with so many arguments?"""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def pairs(name: str) -> list[tuple[str, Answer]]:
    """Each task of an assignment with each answer to another task that takes what its checks give."""
    master = reference(name)
    asked = {task: inspect.signature(master[task]).parameters.values() for task in COURSE.assignment(name).parameters()}
    required = {task: sum(p.default is p.empty for p in parameters) for task, parameters in asked.items()}
    given = answers()
    return [(task, a) for task, count in required.items() for a in given if a[0] != task and takes(a[2], count)]


def confusion(name: str) -> Iterator[str]:
    """A line for each task, answer and diagnosis that it got."""
    assignment = COURSE.assignment(name)
    catalogue, live = CodeCatalogue.load(assignment.misconceptions), LiveChecks(check_files(assignment, Settings()))
    try:
        for task, (of, who, function) in pairs(name):
            if zlib.crc32(f"{task} {of} {who}".encode()) % ONE_OF:
                continue
            run = LocalRun({task: function}, assignment.parameters())
            verdicts = judged_here(live, run, catalogue, lambda check, task=task: check.task == task)
            named = {verdict.diagnosis.name for verdict in verdicts if verdict.diagnosis}
            yield from (f"{name} | {task} | {of}: {who} | {diagnosis}" for diagnosis in sorted(named))
    finally:
        live.close()


@pytest.mark.parametrize("name", [NAMES[0], *(pytest.param(name, marks=pytest.mark.heavy) for name in NAMES[1:])])
def test_what_the_answer_to_another_task_is_told_has_been_read(name: str) -> None:
    read = set(READ.read_text(encoding="utf-8").splitlines())
    lines = list(confusion(name))
    assert [line for line in lines if line not in read] == []
    assert lines, "diagnoses are given at all"


if __name__ == "__main__":
    for assignment in NAMES:
        for each in confusion(assignment):
            print(each, file=sys.stdout, flush=True)
