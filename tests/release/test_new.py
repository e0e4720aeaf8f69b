"""`autograder new`: what it writes is sound from the first minute, and what the page on adding an assignment shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.course import Course
from autograder.release.leaks import find_leaks
from tests.support.extras import skip_without
from tests.support.places import ROOT

skip_without("nbgrader")


@pytest.mark.heavy
def test_a_new_course_is_released_and_becomes_a_student_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "course"]) == 0
    assert "autograder verify a1_pool" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "course")
    assert main(["new", "--assignment", "a2_more"]) == 0
    assert main(["release"]) == 0
    assert main(["release", "--check"]) == 0
    assert find_leaks(tmp_path / "course" / "solutions", tmp_path / "course" / "assignments") == []
    assert main(["release", "--to", "../students"]) == 0
    students = tmp_path / "students"
    assert Course(students).assignment_names() == ["a1_pool", "a2_more"]
    assert "| `a2_more` | `max_pool` | 5 |" in (students / "README.md").read_text()
    assert not (students / "data").exists()
    assert "torch" in (students / "pyproject.toml").read_text()
    (tmp_path / "course" / "pyproject.toml").write_text("[project")
    assert main(["release", "--to", "../others"]) == 2
    assert "pyproject.toml cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Name a folder for a new course"),
        (["taken"], "taken is not empty"),
        (["--assignment", "a6-pool"], "cannot be an assignment's name"),
        (["--assignment", "a1_permute"], "is there already"),
    ],
)
def test_what_cannot_be_made_is_said(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").touch()
    (tmp_path / "solutions" / "a1_permute").mkdir(parents=True)
    (tmp_path / "solutions" / "a1_permute" / "a1_permute.py").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["new", *words]) == 2
    assert says in capsys.readouterr().err


def test_the_page_shows_what_is_written(tmp_path: Path) -> None:
    from autograder.release.new import new_assignment

    (tmp_path / "solutions").mkdir()
    new_assignment(tmp_path, "a6_pool")
    page = (ROOT / "docs" / "adding-an-assignment.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", page, flags=re.S))
    written = {path.name: path.read_text() for path in (tmp_path / "solutions" / "a6_pool").iterdir()}
    assert shown == written
