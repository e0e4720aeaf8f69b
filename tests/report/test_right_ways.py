"""Right ways to solve a task: the reference and those that an author has chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.report.right_ways import OTHER_WAYS, solved_tasks
from tests.support.places import ROOT


def test_each_task_has_its_reference_and_two_other_ways_that_stand_alone(tmp_path: Path) -> None:
    for name in Course(ROOT).assignment_names():
        for task in solved_tasks(Course(ROOT), name):
            assert [way.name == "" for way in task.ways] == [True, False, False], task.name
            assert all(way.sentence for way in task.ways[1:]), task.name
            assert len({way.code for way in task.ways}) == 3, task.name
            for number, way in enumerate(task.ways):
                assert "SOLUTION" not in way.code
                (tmp_path / f"{name}_{task.name}_{number}.py").write_text(f"{way.code}\n\n\nprint({task.name})\n")
    # Nothing that it stands on is missing, and nothing is imported for others.
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F", str(tmp_path)]
    proof = subprocess.run(command, capture_output=True, text=True)
    assert proof.returncode == 0, proof.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[double]\nnobody = 'x'\n", "names nobody for double"),
        ("[twice]\n", "is about twice"),
        ("double = 5\n", "cannot be read"),
        ("[double", "cannot be read"),
    ],
)
def test_a_choice_that_is_none_is_told(released: Course, text: str, says: str) -> None:
    (released.solutions / "b1_tiny" / OTHER_WAYS).write_text(text)
    with pytest.raises(UserError, match=says):
        solved_tasks(released, "b1_tiny")
