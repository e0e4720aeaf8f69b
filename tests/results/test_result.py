"""Results as data and files: valid or refused, whole or not there."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import cli
from autograder.common.errors import InfrastructureError, UserError
from autograder.common.terminal import printable
from autograder.platforms import export
from autograder.results import result as results
from autograder.results.result import CheckResult, Diagnosis, InvalidResult, Result
from autograder.results.summary import short_names, what_went_wrong
from tests.support.another_user import forbid

PASSED = CheckResult("test_moves", "It moves", "to_nchw", 2, 2, "passed", False, seconds=0.01)
FAILED = CheckResult(
    "test_sizes", "Any size", "to_nchw", 3, 0, "failed", True,
    Diagnosis("reshapes", "You used reshape.\nIt keeps the order."), "to_nchw(...) returned another.", 0.02,
)  # fmt: skip
RESULT = Result(
    "Zoë", "a1_permute", "py", "graded", 2, 5, (PASSED, FAILED), {"accuracy": 0.9}, {"sandbox": "A"}, "f" * 64, ("note",)
)  # fmt: skip


def test_a_result_survives_the_journey(tmp_path: Path) -> None:
    assert results.from_json(json.loads(json.dumps(results.to_json(RESULT)))) == RESULT
    path = results.write(RESULT, tmp_path)
    assert path == tmp_path / "Zoë" / "a1_permute.json"
    assert results.read(path) == RESULT
    assert list(results.to_json(RESULT))[:8] == [
        "schema", "student", "assignment", "form", "status", "score", "max_score", "checks"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": "autograder/result/v2"}, "schema"),
        ({"student": None}, "student is not a text"),
        ({"score": 2.0}, "score is not a whole number"),
        ({"score": True}, "score is not a whole number"),
        ({"score": 3}, "not the sum"),
        ({"score": -1}, "score of -1"),
        ({"max_score": 1}, "score of 2 of 1"),
        ({"max_score": 9}, "max_score is not the sum"),
        ({"status": "fine"}, "'fine', none of"),
        ({"status": "missing"}, "missing, and yet a score"),
        ({"form": "exe"}, "'exe', none of"),
        ({"checks": {}}, "checks is not a list"),
        ({"checks": [3]}, "no object"),
        ({"metrics": []}, "metrics is not an object"),
    ],
)
def test_what_contradicts_itself_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidResult, match=says):
        results.from_json(results.to_json(RESULT) | change)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"outcome": "failed"}, "cannot score 2"),
        ({"outcome": "error", "score": 0}, "not the sum"),
        ({"outcome": "skipped"}, "none of passed"),
        ({"score": 1}, "cannot score 1"),
        ({"points": -2, "score": -2}, "cannot score"),
        ({"name": "test_sizes"}, "two checks have one name"),
        ({"seconds": "1"}, "seconds is not a number"),
        ({"seconds": float("nan")}, "not a number of seconds"),
        ({"diagnosis": "reshape"}, "diagnosis is no object"),
        ({"hidden": 0}, "hidden is not true or false"),
    ],
)
def test_points_come_from_passed_checks_alone(change: dict[str, Any], says: str) -> None:
    data = results.to_json(RESULT)
    data["checks"][0] |= change
    with pytest.raises(InvalidResult, match=says):
        results.from_json(data)


def test_numbers_and_texts_that_json_cannot_hold(tmp_path: Path) -> None:
    odd = dataclasses.replace(RESULT, metrics={"loss": float("inf"), "x": (1, 2)}, notes=("half \ud800",))
    saved = results.read(results.write(odd, tmp_path))
    assert saved.metrics == {"loss": None, "x": [1, 2]}
    assert saved.notes == ("half ?",)


def test_torn_and_misplaced_files_are_reported_and_not_read(tmp_path: Path) -> None:
    good = results.write(RESULT, tmp_path)
    torn = tmp_path / "Zoë" / "a2.json"
    torn.write_bytes(good.read_bytes()[:200])
    misplaced = tmp_path / "ben" / "a1_permute.json"
    misplaced.parent.mkdir()
    misplaced.write_bytes(good.read_bytes())
    (tmp_path / "Zoë" / ".a1_permute.json.17.tmp").write_text("{")
    found = results.read_all(tmp_path)
    assert found.results == (RESULT,)
    assert sorted(path for path, _ in found.problems) == sorted([torn, misplaced])
    with pytest.raises(UserError, match="autograder grade"):
        results.read_all(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no results"):
        results.read_all(tmp_path / "empty")


def test_a_folder_of_somebody_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = results.write(RESULT, tmp_path)
    theirs = results.write(dataclasses.replace(RESULT, student="zed"), tmp_path).parent
    forbid(theirs, monkeypatch)
    found = results.read_all(tmp_path)
    assert found.results == (RESULT,)
    assert found.problems == ((theirs, "you have no right to read it"),)
    good.unlink()
    with pytest.raises(UserError, match=r"holds no results that can be read \(.*zed: you have no right"):
        results.read_all(tmp_path)
    forbid(tmp_path, monkeypatch)
    with pytest.raises(InfrastructureError, match="cannot be read: Permission denied"):
        results.read_all(tmp_path)


def test_a_result_of_somebody_else_is_not_called_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(results.write(RESULT, tmp_path).parent, monkeypatch)
    with pytest.raises(results.NoRight, match="no right"):
        results.read(results.path_of(tmp_path, RESULT.student, RESULT.assignment))


names = st.text(min_size=1, max_size=300).filter(lambda name: "/" not in name and "\0" not in name)


@given(names, names)
def test_no_two_students_share_a_folder(first: str, second: str) -> None:
    folders = results.folder_name(first), results.folder_name(second)
    assert (folders[0] == folders[1]) == (first == second)
    for folder in folders:
        assert len(folder.encode()) <= 180
        assert not set(folder) & set('/\\:*?"<>|\n\0')
        assert folder[0] not in ".-"
        assert folder not in ("", ".", "..")


@pytest.mark.parametrize("name", ["..", ".", "-rf", "con", "NUL.txt", "a ", "a.", "%2e", "~root", "\\\\host"])
def test_dangerous_names_are_spelled_out(name: str) -> None:
    assert "%" in results.folder_name(name)


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("ada", "Zoë Müller", "李雷", "o'neil, s", "a1-octocat", "x+y@z.org"):
        assert results.folder_name(name) == name


# --- exports -------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class of three: one graded, one who tries a formula, one missing."""
    results.write(RESULT, tmp_path)
    results.write(dataclasses.replace(RESULT, student="=cmd()"), tmp_path)
    missing = Result("ben", "a1_permute", None, "missing", 0, 5)
    results.write(missing, tmp_path)
    results.write(dataclasses.replace(missing, assignment="a2_linear_dims", max_score=10), tmp_path)
    return tmp_path


def test_the_table_for_a_spreadsheet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(folder), "--to", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [
        [
            "student",
            "a1_permute",
            "a1_permute status",
            "a2_linear_dims",
            "a2_linear_dims status",
            "total",
            "max_total",
        ],
        ["'=cmd()", "2", "graded", "0", "missing", "2", "15"],
        ["ben", "0", "missing", "0", "missing", "0", "15"],
        ["Zoë", "2", "graded", "0", "missing", "2", "15"],
    ]


def test_everything_in_one_document(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "exports" / "class.json"
    assert cli.main(["export", str(folder), "--to=json", "--out", str(out)]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["max_total"] == 15
    assert document["students"]["Zoë"]["total"] == 2
    assert results.from_json(document["students"]["Zoë"]["assignments"]["a1_permute"]) == RESULT


def test_an_unknown_format_lists_the_formats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(folder), "--to", "excel"]) == 2
    assert "csv" in capsys.readouterr().err
    assert {"csv", "json"} <= set(export.formats())


@pytest.mark.parametrize("command", [["export", "--to", "csv"], ["report", "--out", "pages"]])
def test_a_folder_of_other_things_is_no_empty_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clone" / "assignments").mkdir(parents=True)
    (tmp_path / "clone" / "assignments" / "manifest.json").write_text("{}")
    assert cli.main([*command, "clone"]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert "clone holds no results that can be read (clone/assignments/manifest.json" in captured.err
    assert not (tmp_path / "pages").exists()


def test_a_torn_file_is_told_and_the_rest_exported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results.path_of(folder, "Zoë", "a1_permute").write_text("{")
    assert cli.main(["export", str(folder), "--to", "csv"]) == 3
    captured = capsys.readouterr()
    assert "ben" in captured.out
    assert "torn" in captured.err


# --- what people read ----------------------------------------------------------------------------------------------


def test_one_line_says_what_went_wrong() -> None:
    assert what_went_wrong(RESULT) == "to_nchw: You used reshape."
    other = CheckResult("test_other", "Other", "to_nhwc", 1, 0, "error", False, message="ValueError: \x1b[31mno\nmore")
    both = dataclasses.replace(RESULT, checks=(PASSED, other, FAILED), max_score=6)
    assert what_went_wrong(both) == "2 tasks, to_nchw: You used reshape."
    alone = dataclasses.replace(RESULT, checks=(PASSED, other), max_score=3)
    assert what_went_wrong(alone) == "to_nhwc: ValueError: \\x1b[31mno"
    right = dataclasses.replace(RESULT, checks=(PASSED,), max_score=2)
    assert what_went_wrong(right) == ""


def test_a_strangers_text_cannot_move_the_cursor() -> None:
    assert printable("Zoë 李雷 👩‍💻") == "Zoë 李雷 👩‍💻"
    assert printable("a\nb\x1b[2J\u202e\r") == "a\\nb\\x1b[2J\\u202e\\r"


def test_narrow_names_stay_unambiguous() -> None:
    assert short_names(["a1_permute", "a2_linear_dims"]) == {"a1_permute": "a1", "a2_linear_dims": "a2"}
    assert short_names(["a1_x", "a1_y"]) == {"a1_x": "a1_x", "a1_y": "a1_y"}
