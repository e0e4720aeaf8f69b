"""Other courses than ours: text without a network, in Hebrew; a regression by gradient descent; numpy. All that lecturers do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("nbgrader")
from autograder.cli import main

HERE = Path(__file__).parent


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["text", "regression", "numpy"])
def test_a_course_of_another_kind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    course = tmp_path / name
    shutil.copytree(HERE / name, course)
    monkeypatch.chdir(course)
    assert main(["release"]) == 0
    assert main(["release", "--check"]) == 0
    assert main(["verify"]) == 0
    assert main(["grade", "submissions", "--out", "results"]) == 0
    scores = {path.parent.name: json.loads(path.read_bytes())["score"] for path in Path("results").glob("*/*_*.json")}
    assert scores == json.loads(Path("scores.json").read_bytes())
    assert main(["report", "results"]) == 0
    assert main(["export", "results", "--to", "csv"]) == 0
    assert main(["release", "--to", "../students"]) == 0
    students = tmp_path / "students"
    title = {"text": "מילים", "regression": "Regression", "numpy": "Numpy"}[name]
    readme = (students / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {title}\n")
    assert "autograder train" not in readme
    assert not (students / "data").exists(), "a course without a data set hands out none"
    monkeypatch.chdir(students)
    assert main(["start"]) == 0
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    told = json.loads(next((course / "results" / "bob").glob("*_*.json")).read_bytes())["checks"]
    found = [check["diagnosis"]["name"] for check in told if check["diagnosis"]]
    assert (
        found
        == {
            "text": [],
            "regression": ["offset_first"],
            "numpy": ["means_of_columns", "sorts_in_place", "means_of_columns"],
        }[name]
    )
