"""Moodle's grading worksheet: the grade cells change, and no other byte."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from autograder.common.errors import UserError
from autograder.results.result import ClassResults
from tests.support.gradebooks import SMALL, export, moodle_options

MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments\r\n"
    '"Participant 31","Ada Lovelace",ada@uni.example,"Submitted for grading - ",,10.00,Yes,"Monday, 2 November 2026, 9:10 AM","<p>two\r\nlines, ""kept""</p>"\r\n'
    '"Participant 32","Zoë Doe",zoe22@uni.example,"No submission - ","-","10,00",Yes,-,\r\n'
    '"Participant 33","Max Shut",max@uni.example,"No submission - ","4.00","10,00",No,-,'
)


def run_moodle(found: ClassResults, tmp_path: Path, content: bytes, **options: Any) -> bytes:
    """Fill a worksheet; the filled bytes."""
    (tmp_path / "sheet.csv").write_bytes(content)
    merged = moodle_options(tmp_path / "sheet.csv", "a1") | options
    export(found, "moodle", tmp_path / "filled.csv", **merged)
    return (tmp_path / "filled.csv").read_bytes()


def test_moodle_changes_the_grade_cells_and_no_other_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shut = dataclasses.replace(SMALL.results[0], student="Max Shut")
    filled = run_moodle(ClassResults((*SMALL.results, shut)), tmp_path, MOODLE.encode())
    assert filled.decode() == MOODLE.replace('grading - ",,', 'grading - ",7,').replace('"-","10,00"', '"7","10,00"')
    assert "line 5: Moodle says that this grade cannot be changed" in capsys.readouterr().err


def test_a_blind_worksheet_knows_participants_by_the_number_of_the_download(tmp_path: Path) -> None:
    student = "Participant_4711_assignsubmission_file"
    found = ClassResults((dataclasses.replace(SMALL.results[0], student=student),))
    content = b"ID,Bewertung\nTeilnehmer/in4711,\nTeilnehmer/in4712,\n"
    filled = run_moodle(found, tmp_path, content, identifier_column="ID", grade_column="Bewertung")
    assert filled == b"ID,Bewertung\nTeilnehmer/in4711,7\nTeilnehmer/in4712,\n"


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"ID,Grade\n", {}, "--identifier-column"),
        (b"Identifier,Bewertung\n", {}, "--grade-column"),
        (b"Identifier,Grade,Grade\n", {}, "2 columns 'Grade'"),
        (b"Identifier,Grade,Maximum Grade\nParticipant 1,,100.00\n", {}, "worth 100 points there and 10 here"),
        (b"Identifier,Grade,Maximum Grade\nParticipant 1,,Passed\n", {}, "by 'Passed', not in points"),
        (b"Identifier,Grade\n", {"assignment": "a9"}, "a9"),
    ],
)
def test_a_file_that_is_not_moodles_is_refused(
    tmp_path: Path, content: bytes, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        run_moodle(SMALL, tmp_path, content, **options)
