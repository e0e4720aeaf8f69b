"""Deadlines, lateness and adjustments."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from autograder import cli
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.grading.batch import ClassReport, ClassRequest, grade_class
from autograder.grading.command import print_report
from autograder.grading.job import Settings
from autograder.grading.pool import LocalWorkers
from autograder.results import final, store, summary
from autograder.results.result import CheckResult, ClassResults, Result
from tests.support import fake_engine
from tests.support.files import put

TOML = """
[late]
percent_per_day = 10
grace_minutes = 15
cap_percent = 25

[deadlines]
a1 = 2026-11-20T23:59:00+01:00
a2_linear_dims = 2026-11-20

[extensions."Zoë Müller"]
a1_permute = 2026-11-27T23:59:00+01:00
"""


def result(student: str, submitted: str, score: int = 10, assignment: str = "a1_permute") -> Result:
    """A result of ten checks of a point each."""
    checks = tuple(
        CheckResult(f"test_{n}", "It works", "to_nchw", 1, int(n < score), "passed" if n < score else "failed", False)
        for n in range(10)
    )
    return Result(student, assignment, "py", "graded", score, 10, checks, submitted=submitted)


@pytest.fixture
def course_with_deadlines(tmp_path: Path) -> Course:
    """A course of two assignments, with a policy."""
    for name in ("a1_permute", "a2_linear_dims"):
        put(tmp_path / "course" / "solutions" / name / f"{name}.py", "x = 1\n")
        put(tmp_path / "course" / "solutions" / name / f"test_{name}.py", "pytestmark = pytest.mark.trains\n")
    put(tmp_path / "course" / "course.toml", TOML)
    return Course(tmp_path / "course")


def final_of(one: Result, course_with_deadlines: Course, folder: Path) -> tuple[int, int, str]:
    """(final score, days late, reason); the raw score when nothing has a say."""
    applied = final.apply(ClassResults((one,)), folder, course_with_deadlines)
    found = applied.finals.get((one.student, one.assignment))
    return (found.score, found.days_late, found.reason) if found else (applied.final_score(one), 0, "")


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        ("", (10, 0, "")),
        ("2026-11-20T22:59:00Z", (10, 0, "")),
        ("2026-11-20T23:14:00Z", (10, 0, "")),  # within the grace
        ("2026-11-20T23:14:01Z", (9, 1, "1 day late: -1 (10 %)")),
        ("2026-11-21T22:59:00Z", (9, 1, "1 day late: -1 (10 %)")),
        ("2026-11-21T22:59:01Z", (8, 2, "2 days late: -2 (20 %)")),
        ("2026-12-24T00:00:00Z", (8, 34, "34 days late: -2 (25 %)")),  # the cap; half a point is not taken
    ],
)
def test_each_day_costs_until_the_cap(
    course_with_deadlines: Course, tmp_path: Path, submitted: str, expected: tuple[int, int, str]
) -> None:
    assert final_of(result("ada", submitted), course_with_deadlines, tmp_path) == expected


def test_an_extension_holds_for_its_student_alone(course_with_deadlines: Course, tmp_path: Path) -> None:
    late = "2026-11-25T12:00:00Z"
    assert final_of(result("Zoë Müller", late), course_with_deadlines, tmp_path)[0] == 10
    assert final_of(result("ada", late), course_with_deadlines, tmp_path)[0] == 8


def test_a_percentage_is_rounded_in_the_students_favour() -> None:
    ten = final.Policy(percent_per_day=10)
    assert final.final(result("ada", "", 9), 1, ten, None).score == 9
    exact = final.Policy(percent_per_day=29)
    hundred = dataclasses.replace(result("ada", ""), checks=(), score=100, max_score=100)
    assert final.final(hundred, 1, exact, None).score == 71


def test_a_persons_adjustment_comes_with_a_reason(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(
        tmp_path / "adjustments.csv",
        "student,assignment,points,reason\nada,a1_permute,+1,a good idea\nben,a1_permute,-3,copied\n"
        "cas,a1_permute,99,too much\nnobody,a1_permute,1,who?\n",
    )
    everybody = ClassResults((result("ada", "2026-11-21T12:00:00Z"), result("ben", "", 2), result("cas", "")))
    applied = final.apply(everybody, tmp_path, course_with_deadlines)
    assert {key[0]: final.score for key, final in applied.finals.items()} == {"ada": 10, "ben": 0, "cas": 10}
    assert applied.finals["ada", "a1_permute"].reason == "1 day late: -1 (10 %); +1: a good idea"
    assert applied.problems == (
        (tmp_path / "adjustments.csv", "line 5: there is no result of 'nobody' for 'a1_permute'"),
    )


def test_an_adjustment_may_name_its_assignment_for_short(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(tmp_path / "adjustments.csv", "student,assignment,points,reason\nada,a1,-1,late in class\n")
    assert final_of(result("ada", ""), course_with_deadlines, tmp_path) == (9, 0, "-1: late in class")
    assert final.apply(ClassResults((result("ada", ""),)), tmp_path, course_with_deadlines).problems == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("student,points,reason\n", "there is no assignment"),
        ("student,assignment,points,reason\nada,a1_permute,half,x\n", "line 2: points are whole numbers"),
        ("student,assignment,points,reason\nada,a1_permute,1,\n", "say why"),
        ("student;assignment;points;reason\nada;a1_permute;1;x\nada;a1;1;y\n", "already"),
        ("student,assignment,points,reason\nada,a7,1,x\n", "line 2: There is no assignment 'a7'"),
    ],
)
def test_a_slip_in_the_adjustments_is_named(
    course_with_deadlines: Course, tmp_path: Path, text: str, says: str
) -> None:
    put(tmp_path / "adjustments.csv", text)
    with pytest.raises(UserError, match=says):
        final.apply(ClassResults((result("ada", ""),)), tmp_path, course_with_deadlines)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[late\n", "cannot be read"),
        ("[lateness]\n", "lateness is not known"),
        ("[late]\nper_day = 1\n", "late.per_day is not known"),
        ("[late]\npercent_per_day = 110\n", "from 0 to 100"),
        ("[late]\ncap_percent = 'half'\n", "from 0 to 100"),
        ("[deadlines]\na7 = 2026-11-20\n", "There is no assignment 'a7'"),
        ("[deadlines]\na1 = 'soon'\n", "is a time"),
        ("deadlines = 3\n", "is a section"),
        ("[extensions]\nada = 2026-11-20\n", "ada is a section"),
    ],
)
def test_a_slip_in_the_policy_is_named(course_with_deadlines: Course, text: str, says: str) -> None:
    put(course_with_deadlines.root / "course.toml", text)
    with pytest.raises(UserError, match=says):
        final.load_policy(course_with_deadlines)


def test_a_folder_in_place_of_a_file_is_told_in_words(course_with_deadlines: Course, tmp_path: Path) -> None:
    (tmp_path / "adjustments.csv").mkdir()
    with pytest.raises(UserError, match=r"adjustments\.csv cannot be read: (Is a directory|Permission denied)\."):
        final.load_adjustments(tmp_path, course_with_deadlines)
    (course_with_deadlines.root / "course.toml").unlink()
    (course_with_deadlines.root / "course.toml").mkdir()
    with pytest.raises(UserError, match=r"course\.toml cannot be read: (Is a directory|Permission denied)\."):
        final.load_policy(course_with_deadlines)


def test_no_policy_takes_nothing(course_with_deadlines: Course, tmp_path: Path) -> None:
    (course_with_deadlines.root / "course.toml").unlink()
    assert final_of(result("ada", "2036-01-01T00:00:00Z"), course_with_deadlines, tmp_path) == (10, 0, "")


def test_exports_hold_raw_and_final_scores(
    course_with_deadlines: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.write(result("ada", "2026-11-21T12:00:00Z"), tmp_path / "results")
    monkeypatch.chdir(course_with_deadlines.root)
    assert cli.main(["export", str(tmp_path / "results"), "--to", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("student,a1_permute,a1_permute status,a1_permute raw,a1_permute reason,total")
    assert lines[1] == "ada,9,graded,10,1 day late: -1 (10 %),9,10"
    assert cli.main(["export", str(tmp_path / "results"), "--to", "json"]) == 0
    ada = json.loads(capsys.readouterr().out)["students"]["ada"]
    assert ada["total"] == 9
    assert ada["assignments"]["a1_permute"]["score"] == 10
    assert ada["assignments"]["a1_permute"]["final"]["score"] == 9


def test_a_regrade_keeps_times_adjustments_and_bands(
    course_with_deadlines: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute" / "a1_permute.py", "# by luck\n")
    put(class_ / "ada" / "a1_permute" / "timestamp.txt", "2026-11-21 12:00:00 UTC")
    request = ClassRequest(class_, out, course_with_deadlines, ("a1_permute",))

    def run(lucky: bool, regrade: bool = True) -> Result:
        monkeypatch.setenv("FAKE_LUCK", "yes" if lucky else "")
        again = dataclasses.replace(request, regrade=regrade)
        grade_class(again, lambda: LocalWorkers(1), grade=fake_engine.grade_job)
        return store.read(store.path_of(out, "ada", "a1_permute"))

    assert run(lucky=False).score == 0
    first = run(lucky=True)
    assert (first.score, first.submitted) == (10, "2026-11-21T12:00:00Z")
    put(out / "adjustments.csv", "student,assignment,points,reason\nada,a1_permute,-1,late in class\n")
    kept = run(lucky=False)
    assert kept.score == 10
    assert "earlier grading" in kept.notes[-1]
    assert final.apply(store.read_all(out), out, course_with_deadlines).final_score(kept) == 8
    assert run(lucky=False, regrade=False) == kept
    # Nor does what was reached in a sandbox too weak: code can forge a score there.
    safe = dataclasses.replace(request, settings=Settings(require_sandbox="A"))
    monkeypatch.setenv("FAKE_TIER", "A")
    grade_class(safe, lambda: LocalWorkers(1), grade=fake_engine.grade_job)
    assert store.read(store.path_of(out, "ada", "a1_permute")).score == 0
    assert run(lucky=True).score == 10
    # Another check is another question: what was reached before does not count.
    put(
        course_with_deadlines.solutions / "a1_permute" / "test_a1_permute.py",
        "pytestmark = pytest.mark.trains  # and stricter\n",
    )
    assert run(lucky=False, regrade=False).score == 0


def test_a_day_without_a_time_ends_at_midnight(course_with_deadlines: Course) -> None:
    deadline = final.load_policy(course_with_deadlines).deadlines["a2_linear_dims"]
    assert deadline.astimezone() == dt.datetime(2026, 11, 20, 23, 59, 59).astimezone()


def test_the_table_shows_final_scores(
    course_with_deadlines: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        tmp_path / "adjustments.csv",
        "student,assignment,points,reason\nben,a1_permute,4,handed in on paper\n",
    )
    ben = Result("ben", "a1_permute", None, "missing", 0, 10)
    both = ClassResults((result("ada", "2026-11-21T12:00:00Z"), ben))
    screen = Console(width=120, file=io.StringIO())
    monkeypatch.setattr("autograder.grading.command.console", lambda: screen)
    print_report(ClassReport(final.apply(both, tmp_path, course_with_deadlines)), tmp_path)
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    ada, ben_line = (next(line for line in text.splitlines() if name in line) for name in ("ada", "ben"))
    assert ada.split()[1:3] == ["9", "9"]
    assert "1 day late: -1 (10 %)" in ada
    assert ben_line.split()[1:3] == ["4", "4"]
    assert "handed in on paper" in text
    assert "2 scores above are final ones: lateness or a person had a say in them." in text


def test_what_is_not_graded_yet_does_not_look_like_missing() -> None:
    missing = Result("ada", "a2_linear_dims", None, "missing", 0, 10)
    screen = Console(width=120, file=io.StringIO())
    screen.print(summary.table(ClassResults((result("ada", ""), missing, result("ben", "")))))
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    ada, ben = (next(line for line in text.splitlines() if name in line) for name in ("ada", "ben"))
    assert ada.split()[:4] == ["ada", "10", "–", "10"]
    assert ben.split() == ["ben", "10", "…", "…"]


def test_a_slip_is_told_before_anything_is_graded(
    course_with_deadlines: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course_with_deadlines.root)
    put(tmp_path / "class" / "ada" / "a1_permute.py", "# right\n")
    words = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "results"), "--workers", "1"]
    put(course_with_deadlines.root / "course.toml", "[late]\nper_day = 1\n")
    assert cli.main(words) == 2
    assert "late.per_day" in capsys.readouterr().err
    (course_with_deadlines.root / "course.toml").unlink()
    put(tmp_path / "results" / "adjustments.csv", "student,assignment,points,reason\nada,a1_permute,x,y\n")
    assert cli.main(words) == 2
    assert "line 2: points" in capsys.readouterr().err


def test_a_student_whom_nobody_knows_is_named_before_anything_is_graded(
    course_with_deadlines: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course_with_deadlines.root)
    put(tmp_path / "class" / "ada" / "a1_permute.ipynb", "{ no notebook")
    put(
        course_with_deadlines.root / "course.toml",
        "[extensions.adaa]\na1 = 2026-11-27\n[extensions.ada]\na1 = 2026-11-27\n",
    )
    earlier = Result("eve", "a1_permute", None, "missing", 0, 10)  # of another download
    store.write(earlier, tmp_path / "results")
    lines = "student,assignment,points,reason\nada,a1,1,x\neve,a1,1,x\nzed,a1,1,x\n"
    put(tmp_path / "results" / "adjustments.csv", lines)
    assert cli.main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "results")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("course.toml, [extensions.adaa]: nobody in this class is called 'adaa'.")
    assert said[1].endswith("adjustments.csv, line 4: nobody in this class is called 'zed'.")
    assert "nobody in" not in "\n".join(said[2:])
    assert "1 score above is a final one: lateness or a person had a say in it." in said
