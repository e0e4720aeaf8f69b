"""The ledger writes each result once it is recorded, and tells of a file that could not be written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError
from autograder.course.course import Course
from autograder.grading.ledger import Ledger
from autograder.results import store
from autograder.results.result import Result

RESULT = Result("ada", "a1_permute", "py", "unreadable", 0, 10, notes=("first",))


def test_what_is_recorded_last_is_what_lies_there(tmp_path: Path) -> None:
    with Ledger(tmp_path, Course(tmp_path)) as ledger:
        for number in range(40):
            ledger.record(dataclasses.replace(RESULT, student=f"s{number % 20}", notes=(str(number),)), None)
        ledger.finish()
        for number in range(20):
            path = store.path_of(tmp_path, f"s{number}", RESULT.assignment)
            assert store.read(path).notes == (str(number + 20),)


def test_a_result_that_could_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.write_text

    def write(result: Result, text: str, folder: Path) -> Path:
        if result.student == "ada":
            raise InfrastructureError("The disk is full.")
        return real(result, text, folder)

    monkeypatch.setattr(store, "write_text", write)
    with Ledger(tmp_path, Course(tmp_path)) as ledger:
        with pytest.raises(InfrastructureError, match="The disk is full"):
            ledger.record(RESULT, None)
            ledger.finish()
        ledger.record(dataclasses.replace(RESULT, student="zoe"), None)
        ledger.finish()
    assert store.path_of(tmp_path, "zoe", RESULT.assignment).is_file()
