"""Canvas's gradebook: the grade cells change, and no other byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.common.errors import UserError
from tests.support.gradebooks import CANVAS, SMALL, run_canvas


def test_canvas_changes_the_grade_cells_and_no_other_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = run_canvas(SMALL, tmp_path, CANVAS.encode())
    expected = (
        CANVAS.replace('""evening""",,"a', '""evening""",7,"a')
        .replace(",3.00,", ",7,")
        .replace('CNN,"5",,,', 'CNN,"7",,7,')
    )
    assert filled.decode() == expected
    told = capsys.readouterr().err
    assert "Filled 4 grades of 2 people" in told
    assert "1 person in the file was left as it is (line 6)" in told


def test_a_gradebook_in_latin1_with_semicolons_keeps_both(tmp_path: Path) -> None:
    content = "Student;ID;a1_permute (1);a2_linear_dims (2)\nDoe, Zoë;zoe22;;\nLovelace, Ada;5;;".encode("latin-1")
    filled = run_canvas(SMALL, tmp_path, content)
    assert filled == "Student;ID;a1_permute (1);a2_linear_dims (2)\nDoe, Zoë;zoe22;7;7\nLovelace, Ada;5;7;7".encode(
        "latin-1"
    )


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"", {}, "is empty"),
        (b"a,b\n", {}, "not a gradebook from Canvas"),
        (b"PK\x03\x04\0\0xl/workbook.xml", {}, "not a CSV file"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {}, "no column named after an assignment"),
        (
            b"Student,ID,a1_permute\nx,1,\n",
            {},
            r"number: 'a1_permute \(48213\)'. Its columns are: 'Student', 'ID', 'a1_permute'",
        ),
        (b'Student,ID,a1_permute (3)\nx,1,"\ny,2,""\n', {}, "line 2: a quotation mark has no second one"),
        (b"Student,ID,a1_permute (3)\nx,1.00E+16,\n", {}, r"line 2: the ID 1\.00E\+16 is a number that a spreadsheet"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {"column": ["a1_permute=Test"]}, "no column 'Test'"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {"column": ["a9=Quiz"]}, "a9=Quiz"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {"column": ["Quiz"]}, "ASSIGNMENT=TITLE"),
        (b"Student,ID,a1_permute (3),a1_permute (4)\nx,1,,\n", {}, "could be"),
        (b"Student,ID,a1_permute (3)\nPoints Possible,,20\nx,1,\n", {}, "worth 20 points there and 10 here"),
        (b"Student,ID,a1_permute (3)\nPoints Possible,,(read only)\nx,1,\n", {}, "works out the column"),
        (b"Student,ID,Q (3)\nx,1,\n", {"column": ["a1=Q", "a2_linear_dims=Q"]}, "share a column"),
    ],
)
def test_a_file_that_is_not_canvass_is_refused(
    tmp_path: Path, content: bytes, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        run_canvas(SMALL, tmp_path, content, **options)
    assert not (tmp_path / "filled.csv").exists()


def test_a_column_for_the_total(tmp_path: Path) -> None:
    content = b"Student,ID,SIS Login ID,Tutorial 3 (7)\n    Points Possible,,,20\n,5,zoe22,\n"
    assert run_canvas(SMALL, tmp_path, content, column=["total=Tutorial 3"]).endswith(b",5,zoe22,14\n")


def test_first_and_last_names_in_columns_of_their_own(tmp_path: Path) -> None:
    content = b"LastName,FirstName,ID,Section,a1_permute (3),a2_linear_dims (4)\n    Points Possible,,,,10,10\nLovelace,Ada,5,S,,\n"
    filled = run_canvas(SMALL, tmp_path, content)
    assert filled == content.replace(b"S,,\n", b"S,7,7\n")


def test_what_canvas_does_not_let_anybody_grade_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = b"Student,ID,a1_permute (3),a2_linear_dims (4)\nLovelace Ada,5,EX,N/A\nzoe22,6,,\n"
    filled = run_canvas(SMALL, tmp_path, content)
    assert filled == content.replace(b"6,,", b"6,7,7")
    told = capsys.readouterr().err
    assert "line 2: a1_permute (3) is excused for this person in Canvas, and stays so." in told
    assert "line 2: a2_linear_dims (4) is not gradable (N/A) for this person in Canvas, and stays so." in told
