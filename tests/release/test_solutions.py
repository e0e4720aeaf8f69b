"""`release --solutions`: what is published when the time is up, and where and when it is not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from autograder import cli
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.release.solutions import page, release_solutions
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


def test_a_page_when_the_time_is_up(ended: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release_solutions(ended, tmp_path / "out", ["a1_permute"]) == 0
    assert release_solutions(ended, tmp_path / "out", ["a1_permute", "a3_conv_shapes"]) == 0
    assert "no deadline for a3_conv_shapes." in capsys.readouterr().out
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
        assert "or belongs to another release" in capsys.readouterr().err
    assert not (tmp_path / "students" / "b1_tiny.html").exists()
    assert cli.main(["release", "--solutions", str(tmp_path / "solved")]) == 0
