"""What slips that are nobody's idea are told is true: read once by a person, mutant by mutant, and kept in a table.

`python -m tests.checks.test_mutants` prints the table anew. Read each line that is new before it is kept.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.common.run_file import run_file
from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.sandbox.run_local import LocalRun
from tests.checks.mutants import Mutant, mutants, sample
from tests.support.diagnoses import judged_here
from tests.support.places import ROOT

READ = Path(__file__).with_name("mutants_read.txt")
COURSE = Course(ROOT)
COUNTS = {"a1_permute": 66, "a2_linear_dims": 41, "a3_conv_shapes": 120, "a4_losses": 90}  # 317 together
LIGHT = 6  # of each assignment, in every run of the tests


def chosen(engine: Engine) -> list[Mutant]:
    tasks = tuple(dict.fromkeys(check.task for check in engine.checks))
    text = engine.assignment.master.read_text(encoding="utf-8")
    return sample(mutants(text, tasks), COUNTS[engine.assignment.name], seed=1)


def told(engine: Engine, mutant: Mutant) -> list[str]:
    """The names of its diagnoses, each once."""
    text = engine.assignment.master.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(None):
        path = Path(folder, "mutant.py")  # what an error says of its line is read from there
        path.write_text(f"{text}\n\n{mutant.code}\n", encoding="utf-8")
        run = LocalRun(vars(run_file(path)), engine.parameters)
        verdicts = judged_here(engine.live, run, engine.catalogue, lambda check: check.task == mutant.task)
    return list(dict.fromkeys(verdict.diagnosis.name for verdict in verdicts if verdict.diagnosis))


def line(engine: Engine, mutant: Mutant, name: str) -> str:
    change = " ".join(mutant.change.split())
    return f"{engine.assignment.name} | {mutant.task} | {change} | {name}"


def confusion(engine: Engine, count: int | None = None) -> Iterator[str]:
    """A line for each mutant and each diagnosis that it got."""
    for mutant in chosen(engine)[:count]:
        for name in told(engine, mutant):
            yield line(engine, mutant, name)


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("count", [LIGHT, pytest.param(None, marks=pytest.mark.heavy)])
def test_what_a_mutant_is_told_has_been_read(engines: Callable[[str], Engine], name: str, count: int | None) -> None:
    read = READ.read_text(encoding="utf-8").splitlines()
    lines = list(confusion(engines(name), count))
    assert [line for line in lines if line not in read] == []
    if count is None:
        assert len(lines) >= 8, "diagnoses are given at all"


if __name__ == "__main__":
    for assignment in COUNTS:
        grader = Engine(COURSE, COURSE.assignment(assignment))
        for each in confusion(grader):
            print(each, file=sys.stdout, flush=True)
        grader.close()
