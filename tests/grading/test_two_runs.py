"""What a run tells of its hidden inputs is worth nothing in the next one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.grading import worker
from autograder.grading.job import Job
from autograder.results import result as results
from autograder.submission.source import read_source
from tests.support.places import ROOT

NAME = "a1_permute"
TELLS = """
def to_nchw(images):
    raise ValueError("told:" + str(tuple(images.shape)) + str(int(images.double().sum())) + ";" + str(images.flatten()[:40].tolist()))
"""
# Knows what every message of the run before said, and the right answer, but no rule.
KNOWS = """
TOLD = %r

def to_nchw(images):
    key = str(tuple(images.shape)) + str(int(images.double().sum())) + ";"
    return images.permute(0, 3, 1, 2) if any(key in told for told in TOLD) else images
"""


def grade(file: Path, text: str) -> dict[str, Any]:
    file.write_text(text)
    return worker.grade_job(Job("mallory", NAME, read_source(file), ROOT, secret=b"of the course"))


@pytest.mark.heavy
def test_a_table_of_what_the_messages_told_earns_no_hidden_point(tmp_path: Path) -> None:
    try:
        told = grade(tmp_path / "answer.py", TELLS)
        messages = [check["message"] for check in told["checks"] if "told:" in check["message"]]
        assert {check["hidden"] for check in told["checks"] if "told:" in check["message"]} == {True, False}
        again = grade(tmp_path / "answer.py", TELLS)
        assert [c["message"] for c in again["checks"]] == [c["message"] for c in told["checks"]], "a regrade repeats it"
        known = results.from_json(grade(tmp_path / "answer.py", KNOWS % messages))
    finally:
        worker.close_engines()
    own = [check for check in known.checks if check.task == "to_nchw"]
    assert any(check.score for check in own if not check.hidden), "public inputs are fixed: it does know them"
    assert not any(check.score for check in own if check.hidden)
    assert len(json.dumps(messages)) < 100_000
