"""Other courses than ours: text without a network, in Hebrew; a regression by gradient descent; numpy. All that lecturers do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.cli import main
from tests.support.extras import skip_without

skip_without("nbgrader")

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
    results = [json.loads(path.read_bytes()) for path in sorted(Path("results").glob("*/*_*.json"))]
    scores = {
        student: sum(result["score"] for result in results if result["student"] == student)
        for student in ("ann", "bob")
    }
    assert scores == json.loads(Path("scores.json").read_bytes())
    assert main(["report", "results"]) == 0
    assert main(["export", "results", "--to", "csv"]) == 0
    assert main(["release", "--to", "../students"]) == 0
    students = tmp_path / "students"
    title = {"text": "מילים", "regression": "Regression", "numpy": "Numpy"}[name]
    readme = (students / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {title}\n")
    assert "autograder train" not in readme
    handed_out = sorted(path.name for path in (students / "data").glob("*"))
    assert handed_out == (["points.py", "train-points.csv"] if name == "regression" else []), "what it has, no more"
    monkeypatch.chdir(students)
    assert main(["start"]) == 0
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    told = [check for result in results if result["student"] == "bob" for check in result["checks"]]
    found = [check["diagnosis"]["name"] for check in told if check["diagnosis"]]
    assert (
        found
        == {
            "text": [],
            "regression": ["offset_first", "forgets_the_step"],
            "numpy": ["means_of_columns", "sorts_in_place", "means_of_columns"],
        }[name]
    )


@pytest.mark.heavy
def test_a_network_that_says_numbers_is_trained_and_told_of_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No image, no class and no kind of clothing where the data set has none."""
    course, students = tmp_path / "regression", tmp_path / "students"
    shutil.copytree(HERE / "regression", course)
    (course / "course.toml").write_text('title = "Regression"\nlang = "he"\ndir = "rtl"\n', encoding="utf-8")
    monkeypatch.chdir(course)
    assert main(["release"]) == 0
    assert main(["release", "--to", "../students"]) == 0
    assert main(["grade", "submissions", "--out", "results"]) == 0
    assert main(["report", "results"]) == 0
    page = next((course / "report" / "students").glob("ann*.html")).read_text(encoding="utf-8")
    assert "of test points that it had never seen" in page
    assert "What was taken for what" not in page
    monkeypatch.chdir(students)
    work = students / "assignments" / "r2_network"
    shutil.copyfile(course / "submissions" / "ann" / "r2_network.py", work / "r2_network.py")
    capfd.readouterr()
    assert main(["train", "--full"]) == 2
    assert "Measured points has no larger set than the one in data/." in capfd.readouterr().err
    assert main(["doctor"]) == 0
    assert "120 training points of Measured points" in capfd.readouterr().out
    assert main(["train"]) == 0
    out = " ".join(capfd.readouterr().out.split())
    assert "Trained on 108 points" in out
    assert "of 12 points that it was not trained on are right" in out
    assert "no more than 0.2 off" in out
    assert "Band reached: 90 %, 3 of the 3 points" in out
    assert not [word for word in ("image", "class ", "taken for", "probabilit", "Note:") if word in out]
    page = (work / "training.html").read_text(encoding="utf-8")
    assert '<html lang="he" dir="rtl">' in page
    assert "image" not in page.replace("image-rendering", "")
    path = work / "r2_network.py"
    path.write_text(path.read_text().replace("return model(x)[:, 0]", "return 'high'"))
    assert main(["train"]) == 0
    assert "predict returned a str instead of a number for each of the points" in " ".join(
        capfd.readouterr().out.split()
    )
