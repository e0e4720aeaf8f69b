"""`release --solutions`: what is published when the time is up, and where and when it is not."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.release.solutions import OTHER_WAYS, page, release_solutions, solved_tasks
from tests.support.places import ROOT


@pytest.fixture
def ended(tmp_path: Path) -> Course:
    """This course in a folder of its own, where the deadline of a1 is over and that of a2 is not."""
    root = tmp_path / "course"
    root.mkdir()
    for part in ("solutions", "assignments", "tests"):
        (root / part).symlink_to(ROOT / part)
    now = dt.datetime.now().astimezone().replace(microsecond=0)
    before, after = (now + dt.timedelta(hours=hours) for hours in (-1, 1))
    (root / "course.toml").write_text(
        f"[deadlines]\na1_permute = {before.isoformat()}\na2_linear_dims = {before.isoformat()}\n"
        f"[extensions.ada]\na2_linear_dims = {after.isoformat()}\n"
    )
    return Course(root)


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


def test_a_page_when_the_time_is_up(ended: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release_solutions(ended, tmp_path / "out", ["a1_permute"]) == 0
    assert release_solutions(ended, tmp_path / "out", ["a1_permute", "a3_conv_shapes"]) == 0
    assert "no deadline of a3_conv_shapes:" in capsys.readouterr().out
    text = (tmp_path / "out" / "a1_permute.html").read_text(encoding="utf-8")
    assert text == page(ended, "a1_permute")
    assert "return images.permute(0, 3, 1, 2)" in text
    assert "rearrange(images, &#34;n h w c -&gt; n c h w&#34;)" in text


def test_not_while_somebody_may_hand_in(ended: Course, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a2_linear_dims until .*--solutions FOLDER a1_permute"):
        release_solutions(ended, tmp_path / "out", ["a1_permute", "a2_linear_dims"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("where", ["assignments", "assignments/solved", "solutions", "solutions/solved", "new/.."])
def test_not_where_students_or_authors_look(ended: Course, where: str) -> None:
    before = sorted(ended.root.iterdir())
    with pytest.raises(UserError):
        release_solutions(ended, ended.root / where, ["a1_permute"])
    assert sorted(ended.root.iterdir()) == before


def test_a_students_repository_stays_as_it_is(
    released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released.root)
    assert cli.main(["release", "--to", str(tmp_path / "students")]) == 0
    capsys.readouterr()
    for folder in (tmp_path / "students", tmp_path / "students" / "solutions"):
        assert cli.main(["release", "--solutions", str(folder)]) == 2
        assert "what release makes for students" in capsys.readouterr().err
    assert not (tmp_path / "students" / "b1_tiny.html").exists()
    assert cli.main(["release", "--solutions", str(tmp_path / "solved")]) == 0


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
