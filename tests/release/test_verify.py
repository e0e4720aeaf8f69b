"""What `verify` proves and prints, on a course of one task; and the page that lists all misconceptions."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.common.diagnosis import Diagnosis
from autograder.course.course import Course
from autograder.grading import worker
from autograder.grading.job import Job
from autograder.grading.worker import close_engines, grade_job
from autograder.release import made_pages, verify
from autograder.submission.source import Cell, Source
from tests.support.places import ROOT

pytestmark = pytest.mark.usefixtures("forked_sandboxes")

MASTER = '''
# %%
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %%
def half(x):
    """x / 2."""
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''
CHECKS = """
import pytest
from autograder.checks import expect_number

@pytest.mark.points(1, task="double")
def test_doubles(submission):
    \"\"\"Twice three.\"\"\"
    expect_number(submission.double(3), 6)

@pytest.mark.points(1, task="half")
def test_halves(submission):
    \"\"\"Half of three.\"\"\"
    expect_number(submission.half(3), 1.5)
"""
MISCONCEPTIONS = '''
from autograder.checks import hints, misconception


@misconception("double")
def squares(x):
    """You squared | it."""
    return x * x


@misconception("double")
def adds_six(x):
    """You added six."""
    return x + 6


@misconception("double")
def multiplies_by_three(x):
    """You took it three times."""
    return 3 * x


@misconception("half")
def adds_a_half(x):
    """You added a half."""
    return x + 0.5


hints("double", "A nudge.")
'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = tmp_path / "solutions" / "b1_tiny"
    folder.mkdir(parents=True)
    (folder / "b1_tiny.py").write_text(MASTER)
    (folder / "test_b1_tiny.py").write_text(CHECKS)
    (folder / "misconceptions.py").write_text(MISCONCEPTIONS)
    stub = tmp_path / "assignments" / "b1_tiny"
    stub.mkdir(parents=True)
    (stub / "b1_tiny.py").write_text("def double(x):\n    raise NotImplementedError('double')\n\nhalf = double\n")
    return Course(tmp_path)


def test_each_misconception_has_a_row_and_twins_are_told(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    report = verify.verify_assignment(course.root, "b1_tiny")
    assert [(row.name, row.caught) for row in report.rows] == [
        ("squares", {"test_doubles": "squares"}),
        ("adds_six", {"test_doubles": "squares"}),
        ("multiplies_by_three", {"test_doubles": "squares"}),
        ("adds_a_half", {"test_halves": "adds_a_half"}),
    ]
    assert ("squares", "adds_six") in report.pairs
    assert ("adds_six", "multiplies_by_three") in report.pairs
    assert not [pair for pair in report.pairs if "adds_a_half" in pair]
    assert any("adds_six is diagnosed as squares" in finding for finding in report.findings)
    verify.show(report)
    out = capsys.readouterr().out
    assert "1  test_doubles" in out
    assert "Cannot be told apart: squares and adds_six." in out
    assert "also squares" in out


def test_an_assignment_without_misconceptions(course: Course) -> None:
    course.assignment("b1_tiny").misconceptions.unlink()
    report = verify.verify_assignment(course.root, "b1_tiny")
    assert not report.rows
    assert not report.findings


def test_a_misconception_that_passes_is_a_finding(course: Course) -> None:
    path = course.solutions / "b1_tiny" / "misconceptions.py"
    path.write_text(path.read_text().replace("return x + 0.5", "return 0.5 * x"))
    findings = verify.verify_assignment(course.root, "b1_tiny").findings
    assert "b1_tiny: adds_a_half passes every check of half." in findings


def test_one_that_fails_anothers_check_is_a_finding(course: Course) -> None:
    path = course.solutions / "b1_tiny" / "b1_tiny.py"
    path.write_text(path.read_text().replace("return x / 2", "return double(x) / 4"))
    findings = verify.verify_assignment(course.root, "b1_tiny").findings
    assert any("squares fails test_halves, a check of half" in finding for finding in findings)


def test_a_wrong_reference_is_one_finding(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    path = course.solutions / "b1_tiny" / "b1_tiny.py"
    path.write_text(path.read_text().replace("return 2 * x", "return 2 * x + 1"))
    report = verify.verify_assignment(course.root, "b1_tiny")
    (finding,) = report.findings
    assert finding.startswith("b1_tiny: the reference fails test_doubles: ")
    assert ".value" not in finding
    assert report.seconds > 0
    other = verify.verify_assignment(course.root, "b1_tiny", 1, 2)
    assert other.rows
    assert verify.merged([report, other]) == report
    verify.show(report)
    assert "its misconceptions were not tried, because the reference is wrong" in " ".join(
        capsys.readouterr().out.split()
    )


@pytest.mark.heavy
def test_a_check_that_asks_for_the_type_of_an_observation_is_told_where_the_value_is(course: Course) -> None:
    path = course.solutions / "b1_tiny" / "test_b1_tiny.py"
    path.write_text(
        path.read_text().replace(
            "expect_number(submission.double(3), 6)", "assert isinstance(submission.double(3), int)"
        )
    )
    (finding,) = verify.verify_assignment(course.root, "b1_tiny").findings
    assert finding.endswith(" To a check a call gives an observation; what came back is its .value.")


def test_in_parts_it_finds_what_it_finds_whole(course: Course) -> None:
    whole = verify.verify_assignment(course.root, "b1_tiny")
    together = verify.merged([verify.verify_assignment(course.root, "b1_tiny", part, 2) for part in range(2)])
    assert together.rows == whole.rows
    assert sorted(together.findings) == sorted(whole.findings)


# --- a catalogue that breaks ---------------------------------------------------------------------------------------


@pytest.fixture
def broken(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The comparison with one misconception raises."""
    real = CodeCatalogue.suspects

    def suspects(self: CodeCatalogue, check: str, *rest: Any) -> Iterator[Diagnosis]:
        if check == "test_doubles":
            raise ZeroDivisionError("a bug of ours")
        return real(self, check, *rest)

    monkeypatch.setattr(CodeCatalogue, "suspects", suspects)
    return course


def graded(course: Course) -> dict[str, Any]:
    text = "def double(x):\n    return x * x\n\ndef half(x):\n    return x / 2\n"
    try:
        return grade_job(Job("ada", "b1_tiny", Source("py", (Cell(text, 1, None),)), course.root))
    finally:
        close_engines()


def test_a_broken_catalogue_costs_no_points_and_is_told(broken: Course) -> None:
    result = graded(broken)
    assert [(check["outcome"], check["score"], check["diagnosis"]) for check in result["checks"]] == [
        ("failed", 0, None),
        ("passed", 1, None),
    ]
    assert "returned 9" in result["checks"][0]["message"]
    [note] = result["notes"]
    assert note.startswith("The grader could not explain why test_doubles failed (ZeroDivisionError: a bug of ours).")


def test_of_a_hidden_check_its_note_tells_the_kind_of_error_alone(broken: Course) -> None:
    checks = broken.solutions / "b1_tiny" / "test_b1_tiny.py"
    public, _, rest = CHECKS.partition('@pytest.mark.points(1, task="half")')
    head = "import pytest\nfrom autograder.checks import expect_number\n"
    checks.write_text(f'{head}\n@pytest.mark.points(1, task="half"){rest}')
    checks.with_name("test_b1_tiny_hidden.py").write_text(public)
    [note] = graded(broken)["notes"]
    assert note.startswith("The grader could not explain why a hidden check of double failed (ZeroDivisionError).")


def test_a_broken_catalogue_is_a_finding(broken: Course) -> None:
    findings = verify.verify_assignment(broken.root, "b1_tiny").findings
    assert "b1_tiny: squares: test_doubles could not explain it: ZeroDivisionError: a bug of ours." in findings
    assert not [finding for finding in findings if "adds_a_half" in finding]


def test_the_sandboxes_of_its_workers_are_forks_of_its_warm_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker._engines(), "door", None)  # and afterwards as it was
    for name in ("end_with_parent", "meet_interrupts"):  # they are for a process of its own
        monkeypatch.setattr(verify, name, lambda *_: None)
    door: Any = object()
    verify._begin_worker(door)
    assert worker.shared_door() is door


def test_the_page_is_made_and_kept_in_step(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made_pages.out_of_date(course) == []  # a course need not have one
    monkeypatch.chdir(course.root)
    assert verify.run(argparse.Namespace(assignments=[], workers=1, page=True)) == 0
    text = (course.root / "docs" / "misconceptions.md").read_text()
    assert "| `b1_tiny` | `double` | 3 | 1 |" in text
    assert r"| `squares` | You squared \| it. |" in text
    assert made_pages.out_of_date(course) == []
    path = course.solutions / "b1_tiny" / "misconceptions.py"
    path.write_text(path.read_text().replace("You added six.", "You added 6."))
    assert made_pages.out_of_date(course) == ["docs/misconceptions.md is out of date. Run: autograder verify --page"]


def test_this_courses_pages_are_in_step() -> None:
    assert made_pages.out_of_date(Course(ROOT)) == []
