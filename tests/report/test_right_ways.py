"""Right ways to solve a task: the reference and those that an author has chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.report.pages import write
from autograder.report.right_ways import OTHER_WAYS, right_ways, solved_tasks
from autograder.report.student_page import file_of
from autograder.results.result import ClassResults, by_task
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


def test_misconceptions_that_do_not_run_are_named(released: Course) -> None:
    with released.assignment("b1_tiny").misconceptions.open("a") as file:
        file.write("\nexit()\n")
    with pytest.raises(UserError, match=r"solutions/b1_tiny/misconceptions\.py, line \d+: SystemExit"):
        solved_tasks(released, "b1_tiny")


def test_who_has_all_points_of_a_task_sees_its_right_ways_and_nobody_else(klass: ClassResults, tmp_path: Path) -> None:
    write(klass, tmp_path / "report", right_ways=right_ways(Course(ROOT), ["a1_permute", "not_ours"]))
    seen = 0
    for student, own in klass.students().items():
        page = (tmp_path / "report" / "students" / file_of(student)).read_text(encoding="utf-8")
        tasks = by_task(own["a1_permute"].checks) if "a1_permute" in own else {}
        whole = [name for name, checks in tasks.items() if all(check.score == check.points for check in checks)]
        assert page.count("Right ways to do it") == len(whole), student
        assert ("images.permute(0, 3, 1, 2)" in page) == ("to_nchw" in whole), student
        seen += len(whole)
    assert 0 < seen < 4 * len(klass.students())
    assert "Right ways" not in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_without_a_course_there_are_none_to_show(tmp_path: Path) -> None:
    for course in (None, Course(tmp_path)):
        with pytest.raises(UserError, match="run it in the course repository"):
            right_ways(course, ["a1_permute"])
