"""The class in tests/class, graded with real parts in every place, against the table in its README."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from autograder.course.course import Course
from autograder.grading.batch import ClassReport, ClassRequest, grade_class
from autograder.grading.command import workers_here
from autograder.grading.job import Settings
from autograder.results.result import CheckResult, Result, to_json
from tests.support.places import ROOT

CLASS = ROOT / "tests" / "class"
QUICK = ("a1_permute", "a2_linear_dims", "a3_conv_shapes", "a4_losses")


def expected() -> dict[tuple[str, str], str]:
    """(student, a1 to a5) -> what the README says: a score, `ambiguous`, `trains well`, or nothing for missing."""
    rows = [line.strip("| \n").split("|") for line in (CLASS / "README.md").read_text().splitlines() if "|" in line]
    header, _, *students = [[cell.strip() for cell in row] for row in rows]
    return {
        (row[0], name): cell.strip("()")
        for row in students
        for name, cell in zip(header[2:], [*row[2:], *[""] * 5], strict=False)
    }


def grade(
    only: tuple[str, ...], out: Path, settings: Settings, class_: Path = CLASS, workers: int = 2
) -> dict[tuple[str, str], Result]:
    """(student, a1 to a5) -> the result."""
    report: ClassReport = grade_class(
        ClassRequest(class_, out, Course(ROOT), only, settings), lambda: workers_here(workers, settings)
    )
    assert report.lost == []
    return {(r.student, r.assignment.split("_")[0]): r for r in report.results.results}


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run makes its temporary folders."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, temporary: Path) -> dict[tuple[str, str], Result]:
    """The four assignments that train nothing; a loop is given two seconds here, to keep the test short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_SECRET", "for tests")
        patch.setenv("TMPDIR", str(temporary))  # for the workers
        patch.setattr(tempfile, "tempdir", str(temporary))
        return grade(QUICK, tmp_path_factory.mktemp("results"), Settings(call_seconds=2.0))


def lost_in(result: Result) -> list[CheckResult]:
    """The checks that did not pass."""
    return [check for check in result.checks if check.outcome != "passed"]


def test_everybody_gets_what_the_readme_says(graded: dict[tuple[str, str], Result]) -> None:
    said = {key: value for key, value in expected().items() if key[1] != "a5"}
    got = {
        key: {"missing": "", "unreadable": "0", "ambiguous": "ambiguous"}.get(result.status, str(result.score))
        for key, result in graded.items()
    }
    assert got == said


@pytest.mark.usefixtures("graded")
def test_nothing_temporary_is_left(temporary: Path) -> None:
    assert list(temporary.glob("autograder-*")) == []


def test_the_wrong_task_alone_loses_points_and_says_why(graded: dict[tuple[str, str], Result]) -> None:
    lost = lost_in(graded["cleo_one_wrong", "a1"])
    assert {check.task for check in lost} == {"to_nchw"}
    assert all(check.diagnosis and "reshape" in check.diagnosis.message for check in lost)


def test_a_syntax_error_is_told_with_its_line(graded: dict[tuple[str, str], Result]) -> None:
    result = graded["eve_syntax_error", "a1"]
    assert result.status == "unreadable"
    assert "at line 10 (read as Python" in result.notes[0]


def test_an_endless_loop_costs_its_own_task_alone(graded: dict[tuple[str, str], Result]) -> None:
    lost = lost_in(graded["finn_endless_loop", "a1"])
    assert {check.task for check in lost} == {"to_nhwc"}
    assert {check.outcome for check in lost} == {"timeout"}


def test_the_solution_cannot_be_read(graded: dict[tuple[str, str], Result]) -> None:
    result = graded["gwen_reads_the_solution", "a1"]
    assert result.score == 0
    assert "FileNotFoundError" in result.checks[0].message or "PermissionError" in result.checks[0].message


def test_two_candidates_are_both_named(graded: dict[tuple[str, str], Result]) -> None:
    note = graded["iris_two_files", "a1"].notes[0]
    assert "a1_permute.py and second try/a1_permute.ipynb" in note


def test_a_demo_that_raises_costs_nothing_and_is_told(graded: dict[tuple[str, str], Result]) -> None:
    result = graded["kim_as_definitions", "a2"]
    assert result.score == 10
    assert "I left line 25 out" in " ".join(result.notes)


def without_times(result: Result) -> dict[str, Any]:
    """The result as JSON, but for what a clock said."""
    data = to_json(result)
    for check in data["checks"]:
        del check["seconds"]
    return data


@pytest.mark.heavy
def test_the_same_class_gets_the_same_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same secret, byte for byte; with another, other inputs and the same scores."""
    students = (
        "ada_right",
        "ben_notebooks",
        "cleo_one_wrong",
        "gwen_reads_the_solution",
        "kim_as_definitions",
    )
    for student in students:
        shutil.copytree(CLASS / student, tmp_path / "class" / student)
    got = []
    for number, secret in enumerate(["one", "one", "another"]):
        monkeypatch.setenv("AUTOGRADER_SECRET", secret)
        # One worker and two: the order of grading has no say.
        got.append(grade(QUICK, tmp_path / str(number), Settings(), tmp_path / "class", workers=1 + number % 2))
    first, again, other = got
    assert {key: without_times(result) for key, result in first.items()} == {
        key: without_times(result) for key, result in again.items()
    }
    assert {key: result.score for key, result in first.items()} == {key: r.score for key, r in other.items()}
    assert first["ada_right", "a1"].environment["seed"] != other["ada_right", "a1"].environment["seed"]


@pytest.mark.heavy
def test_networks_are_trained_and_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    results = grade(("a5_fashion_mnist",), tmp_path, Settings())
    well, badly = results["ada_right", "a5"], results["leo_trains_badly", "a5"]
    assert well.score >= 36
    assert well.metrics["accuracy"] > 0.86
    assert badly.score <= 20
    assert badly.metrics["accuracy"] < 0.6
    assert results["dan_stubs", "a5"].score == 0
