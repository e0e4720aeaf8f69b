"""The table for a spreadsheet, and all results in one document."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from autograder import cli
from autograder.platforms import export
from autograder.results import result as results
from autograder.results import store
from tests.support.small_results import RESULT


def test_the_table_for_a_spreadsheet(graded_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(graded_folder), "--to", "csv"]) == 0
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


def test_whoever_has_no_result_is_said_to_count_as_missing(
    graded_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.path_of(graded_folder, "ben", "a1_permute").unlink()
    assert cli.main(["export", str(graded_folder), "--to", "csv"]) == 0
    assert "a1_permute: 1 student has no result and counts as missing: ben." in capsys.readouterr().err


def test_a_result_that_cannot_be_read_is_not_called_missing(
    graded_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = str(graded_folder)
    absent = results.Result("Zoë", "a2_linear_dims", None, "missing", 0, 5)
    store.write(absent, graded_folder)
    store.path_of(graded_folder, "Zoë", "a1_permute").write_text("{")
    assert cli.main(["export", where, "--to", "csv"]) == 3
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1].startswith("Zoë,0,not read,0,missing,0,")
    assert "a1_permute: " not in captured.err
    into = tmp_path / "book.csv"
    into.write_text("Student,ID,Tutorial (3)\nZoë,1,\n", encoding="utf-8")
    assert cli.main(["export", where, "--to", "canvas", "--into", str(into), "--column", "total=Tutorial"]) == 3
    captured = capsys.readouterr()
    assert captured.out == into.read_text(encoding="utf-8")
    assert "Zoë: the result for a1_permute cannot be read: grade it again first." in captured.err
    assert cli.main(["report", where, "--out", str(tmp_path / "pages")]) == 3
    assert "the result cannot be read" in (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")


def test_everything_in_one_document(graded_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "exports" / "class.json"
    assert cli.main(["export", str(graded_folder), "--to=json", "--out", str(out)]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["max_total"] == 15
    assert document["students"]["Zoë"]["total"] == 2
    own = document["students"]["Zoë"]["assignments"]["a1_permute"]
    assert (own.pop("raw_score"), own.pop("final_score"), own.pop("days_late"), own.pop("reason")) == (2, 2, 0, "")
    assert results.from_json({**own, "schema": results.SCHEMA, "score": 2}) == RESULT


def test_an_unknown_format_lists_the_formats(graded_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(graded_folder), "--to", "excel"]) == 2
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


def test_a_torn_file_is_told_and_the_rest_exported(graded_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.path_of(graded_folder, "Zoë", "a1_permute").write_text("{")
    assert cli.main(["export", str(graded_folder), "--to", "csv"]) == 3
    captured = capsys.readouterr()
    assert "ben" in captured.out
    assert "torn" in captured.err


def test_a_folder_in_place_of_the_file_is_called_a_folder(
    graded_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["export", str(graded_folder), "--to", "csv", "--out", str(graded_folder)]) == 2
    assert capsys.readouterr().err.endswith(
        f"{graded_folder} is a folder, not a file. Move it away, or name another file.\n"
    )
