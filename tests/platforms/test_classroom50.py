"""Results for Classroom 50."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.platforms import classroom50
from tests.support.gradebooks import SMALL, export, write_releases


def test_classroom50_keeps_who_submitted_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_releases(SMALL, tmp_path / "in")
    (tmp_path / "in" / "torn").mkdir()
    (tmp_path / "in" / "torn" / "result.json").write_text('{"schema": "classroom50/result/v1"')
    (tmp_path / "in" / "other").mkdir()
    (tmp_path / "in" / "other" / "result.json").write_text("[]")
    export(SMALL, "classroom50", tmp_path / "out", into=tmp_path / "in")
    told = capsys.readouterr()
    assert told.err.count("not a result.json from Classroom 50") == 2
    assert "Filled 4" in told.out
    before = json.loads((tmp_path / "in" / "0" / "result.json").read_bytes())
    after = json.loads((tmp_path / "out" / "0" / "result.json").read_bytes())
    assert {key: after[key] for key in classroom50.IDENTITY} == {key: before[key] for key in classroom50.IDENTITY}
    assert after["submitted_by"] == before["submitted_by"]
    with pytest.raises(UserError, match="are not changed"):
        export(SMALL, "classroom50", tmp_path / "in", into=tmp_path / "in")


def test_two_submissions_of_one_student_are_listed_not_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_releases(SMALL, tmp_path / "in")
    again = tmp_path / "in" / "again" / "result.json"
    again.parent.mkdir()
    again.write_bytes((tmp_path / "in" / "0" / "result.json").read_bytes())
    export(SMALL, "classroom50", tmp_path / "out", into=tmp_path / "in")
    told = capsys.readouterr().err
    assert "Ada Lovelace (a1_permute) has 2 result.json files: keep one" in told
    assert f"{again} was not filled: it is of Ada Lovelace." in told
    assert not (tmp_path / "out" / "0").exists()


@pytest.mark.parametrize("name", ["a" * 40, "ä1", "a", "_a"])
def test_a_slug_that_classroom50_would_refuse(name: str) -> None:
    with pytest.raises(UserError, match="slug"):
        classroom50.slug(name)
