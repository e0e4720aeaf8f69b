"""Grades for a learning management system: nobody is guessed, nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.results.result import ClassResults, Result
from tests.support.gradebooks import CANVAS, FAILED, PASSED, SMALL, export, run_canvas


def test_nobody_is_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of one name, one who is not there, two folders that mean one person."""
    found = ClassResults(
        tuple(
            Result(student, "a1_permute", "py", "graded", 7, 10, (PASSED, FAILED))
            for student in ("Ann Lee", "bob", "bob@uni.example", "nobody")
        )
    )
    content = (
        b"Student,ID,SIS Login ID,a1_permute (1)\n"
        b'"Lee, Ann",1,al1,\n"Lee, Ann",2,al2,\n"Ray, Bob",3,bob@uni.example,4\n'
    )
    assert run_canvas(found, tmp_path, content) == content
    told = capsys.readouterr().err
    assert "Ann Lee could be several people (line 2, 3)" in told
    assert "bob is matched to the same person as another student (line 4)" in told
    assert "nobody is not in gradebook.csv" in told


def test_the_lms_file_itself_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_bytes(CANVAS.encode())
    with pytest.raises(UserError, match="is not changed"):
        export(SMALL, "canvas", path, into=path, column=[], leave_missing=False, identities=None)
    assert path.read_bytes() == CANVAS.encode()


def test_what_the_machine_lost_is_no_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = Result("zoe22", "a1_permute", "py", "graded", 0, 10)
    found = ClassResults((*SMALL.results[:2], lost, SMALL.results[3]))
    filled = run_canvas(found, tmp_path, CANVAS.encode())
    assert 'CNN,"5",,7,' in filled.decode()
    assert "zoe22: a1_permute could not be graded" in capsys.readouterr().err


def test_missing_work_can_be_left_without_a_grade(tmp_path: Path) -> None:
    found = ClassResults((*SMALL.results[:3], Result("zoe22", "a2_linear_dims", None, "missing", 0, 10)))
    assert 'CNN,"7",,0,' in run_canvas(found, tmp_path, CANVAS.encode()).decode()
    assert 'CNN,"7",,,' in run_canvas(found, tmp_path, CANVAS.encode(), leave_missing=True).decode()
