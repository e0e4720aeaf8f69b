"""Results as data and files: valid or refused, whole or not there."""

from __future__ import annotations

import dataclasses
import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.common.errors import InfrastructureError, UserError
from autograder.results import result as results
from autograder.results import store
from autograder.results.result import ClassResults, InvalidResult
from tests.support.another_user import forbid
from tests.support.small_results import RESULT


def test_a_result_survives_the_journey(tmp_path: Path) -> None:
    assert results.from_json(json.loads(json.dumps(results.to_json(RESULT)))) == RESULT
    path = store.write(RESULT, tmp_path)
    assert path == tmp_path / "Zoë" / "a1_permute.json"
    assert store.read(path) == RESULT
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
        ({"status": "fine"}, "'fine', not one of"),
        ({"status": "missing"}, "missing, but with a score"),
        ({"form": "exe"}, "'exe', not one of"),
        ({"checks": {}}, "checks is not a list"),
        ({"checks": [3]}, "not an object"),
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
        ({"outcome": "skipped"}, "not one of passed"),
        ({"score": 1}, "cannot score 1"),
        ({"points": -2, "score": -2}, "cannot score"),
        ({"name": "test_sizes"}, "two checks have one name"),
        ({"seconds": "1"}, "seconds is not a number"),
        ({"seconds": float("nan")}, "not a number of seconds"),
        ({"diagnosis": "reshape"}, "diagnosis is not an object"),
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
    saved = store.read(store.write(odd, tmp_path))
    assert saved.metrics == {"loss": None, "x": [1, 2]}
    assert saved.notes == ("half ?",)


def test_what_all_results_say_is_in_memory_once() -> None:
    data = json.dumps(results.to_json(RESULT))
    one, other = (results.from_json(json.loads(data)) for _ in range(2))
    assert one.status is other.status
    for check, same in zip(one.checks, other.checks, strict=True):
        assert check.name is same.name
        assert check.title is same.title
        assert check.task is same.task
        assert check.outcome is same.outcome


def test_a_note_that_says_nothing_is_none(tmp_path: Path) -> None:
    odd = dataclasses.replace(RESULT, notes=("", " \n", "said"))
    assert store.read(store.write(odd, tmp_path)).notes == ("said",)


def test_torn_and_misplaced_files_are_reported_and_not_read(tmp_path: Path) -> None:
    good = store.write(RESULT, tmp_path)
    torn = tmp_path / "Zoë" / "a2.json"
    torn.write_bytes(good.read_bytes()[:200])
    misplaced = tmp_path / "ben" / "a1_permute.json"
    misplaced.parent.mkdir()
    misplaced.write_bytes(good.read_bytes())
    (tmp_path / "Zoë" / ".a1_permute.json.17.tmp").write_text("{")
    found = store.read_all(tmp_path)
    assert found.results == (RESULT,)
    assert sorted(path for path, _ in found.problems) == sorted([torn, misplaced])
    with pytest.raises(UserError, match="autograder grade"):
        store.read_all(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no results"):
        store.read_all(tmp_path / "empty")


def test_a_folder_of_somebody_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = store.write(RESULT, tmp_path)
    theirs = store.write(dataclasses.replace(RESULT, student="zed"), tmp_path).parent
    forbid(theirs, monkeypatch)
    found = store.read_all(tmp_path)
    assert found.results == (RESULT,)
    assert found.problems == ((theirs, "you have no permission to read it"),)
    good.unlink()
    with pytest.raises(UserError, match=r"holds no results that can be read \(.*zed: you have no permission"):
        store.read_all(tmp_path)
    forbid(tmp_path, monkeypatch)
    with pytest.raises(InfrastructureError, match="cannot be read: Permission denied"):
        store.read_all(tmp_path)


def test_a_result_of_somebody_else_is_not_called_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(store.write(RESULT, tmp_path).parent, monkeypatch)
    with pytest.raises(store.NoRight, match="no permission"):
        store.read(store.path_of(tmp_path, RESULT.student, RESULT.assignment))


names = st.text(min_size=1, max_size=300).filter(lambda name: "/" not in name and "\0" not in name)


@given(names, names)
def test_no_two_students_share_a_folder(first: str, second: str) -> None:
    folders = store.folder_name(first), store.folder_name(second)
    assert (folders[0] == folders[1]) == (first == second)
    for graded_folder in folders:
        assert len(graded_folder.encode()) <= 180
        assert not set(graded_folder) & set('/\\:*?"<>|\n\0')
        assert graded_folder[0] not in ".-"
        assert graded_folder not in ("", ".", "..")


@pytest.mark.parametrize("name", ["..", ".", "-rf", "con", "NUL.txt", "a ", "a.", "%2e", "~root", "\\\\host"])
def test_dangerous_names_are_spelled_out(name: str) -> None:
    assert "%" in store.folder_name(name)


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("ada", "Zoë Müller", "李雷", "o'neil, s", "a1-octocat", "x+y@z.org"):
        assert store.folder_name(name) == name


def test_who_changes_points_in_a_result_is_told_where_to_do_that(tmp_path: Path) -> None:
    path = store.write(RESULT, tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8").replace('"score": 2,\n  "max', '"score": 1,\n  "max'), encoding="utf-8"
    )
    with pytest.raises(
        InvalidResult, match=r"not the sum of the checks' scores; grade it again \(points are changed in adj"
    ):
        store.read(path)
    path.write_text('{"score": 2}', encoding="utf-8")
    with pytest.raises(InvalidResult, match=r"schema autograder/result/v1$"):
        store.read(path)


def test_a_result_where_it_does_not_belong_is_told_with_its_place(tmp_path: Path) -> None:
    good = store.write(RESULT, tmp_path)
    copy = tmp_path / "Zoë" / "a1_permute (1).json"
    inside = tmp_path / "results" / "ben" / "a1_permute.json"
    for path in (copy, inside):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(good.read_bytes().replace("Zoë".encode(), b"ben" if path == inside else "Zoë".encode()))
    assert dict(store.read_all(tmp_path).problems) == {
        copy: "it is the result of 'Zoë' for a1_permute: move it to Zoë/a1_permute.json, or delete it",
        tmp_path / "results": "it is a folder of results in this one: move what is in it up, or give that folder",
    }
    good.unlink()
    copy.unlink()
    with pytest.raises(UserError, match="results: it is a folder of results in this one"):
        store.read_all(tmp_path)
    with pytest.raises(UserError, match="is a file"):
        store.read_all(inside)


@pytest.mark.skipif(sys.platform == "darwin", reason="its disks take both spellings for one")
def test_a_folder_whose_name_came_from_a_mac_is_the_students(tmp_path: Path) -> None:
    good = store.write(RESULT, tmp_path)
    decomposed = good.parent.rename(tmp_path / unicodedata.normalize("NFD", "Zoë")) / good.name
    assert store.read_all(tmp_path) == ClassResults((RESULT,))
    store.write(RESULT, tmp_path)
    found = store.read_all(tmp_path)
    assert found.results == (RESULT,)
    assert found.problems == (
        (decomposed, f"{good} is the result of the same student, and counts: delete one of the two"),
    )
