"""Deadlines, lateness and adjustments."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from autograder import cli
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.course.zone import zone_of
from autograder.grading.batch import ClassReport, ClassRequest, grade_class
from autograder.grading.command import print_report
from autograder.grading.job import Settings
from autograder.grading.pool import LocalWorkers
from autograder.results import final, store, summary
from autograder.results.policy import Policy, load_policy
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


def test_an_extension_takes_nothing_away(course_with_deadlines: Course, tmp_path: Path) -> None:
    """A deadline that was moved for everybody was later than an extension from before, and who had that lost points."""
    put(course_with_deadlines.root / "course.toml", TOML.replace("a1 = 2026-11-20", "a1 = 2026-12-01"))
    assert final_of(result("Zoë Müller", "2026-11-30T12:00:00Z"), course_with_deadlines, tmp_path) == (10, 0, "")


def test_an_extension_without_a_deadline_makes_nobody_late(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(course_with_deadlines.root / "course.toml", TOML.replace("\na1 = 2026", "\n#"))
    class_ = applied(course_with_deadlines, tmp_path, result("Zoë Müller", "2026-12-05T12:00:00Z"))
    assert class_.finals == {}
    said = "course.toml, [extensions.Zoë Müller]: a1_permute has no deadline, so nobody is late."
    assert class_.remarks == (said,)
    put(course_with_deadlines.root / "course.toml", "[late]\npercent_per_day = 10\n")
    class_ = applied(course_with_deadlines, tmp_path, result("Zoë Müller", "2026-12-05T12:00:00Z"))
    assert class_.remarks == ("course.toml: without [deadlines] nobody is late, and percent_per_day takes nothing.",)


def test_an_extension_is_given_once(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(course_with_deadlines.root / "course.toml", f"{TOML}\n[extensions.'zoe muller']\na1 = 2026-11-28\n")
    with pytest.raises(UserError, match="Zoë Müller and zoe muller are the same student"):
        final_of(result("Zoë Müller", ""), course_with_deadlines, tmp_path)


def test_a_percentage_is_rounded_in_the_students_favour() -> None:
    ten = Policy(percent_per_day=10)
    assert final.final(result("ada", "", 9), 1, ten).score == 9
    exact = Policy(percent_per_day=29)
    hundred = dataclasses.replace(result("ada", ""), checks=(), score=100, max_score=100)
    assert final.final(hundred, 1, exact).score == 71


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
    said = "line 5: there is no result of 'nobody' for 'a1_permute', so these points count for nobody: write the name as in"
    assert applied.problems == ((tmp_path / "adjustments.csv", f"{said} the table of grades"),)


def test_points_count_for_somebody_who_is_not_in_the_download(course_with_deadlines: Course, tmp_path: Path) -> None:
    """Who hands in on paper is in no download of that assignment, and has no result there."""
    put(tmp_path / "adjustments.csv", "student,assignment,points,reason\nada,a2,4,on paper\nben,a2,-1,late in class\n")
    found = ClassResults((result("ada", ""), result("ben", "", assignment="a2_linear_dims")))
    applied = final.apply(found, tmp_path, course_with_deadlines)
    assert applied.problems == ()
    assert {student: applied.total(own.values()) for student, own in applied.students().items()} == {
        "ada": 14,
        "ben": 9,
    }
    (_, on_paper) = applied.students()["ada"].values()
    assert (on_paper.status, on_paper.max_score) == ("missing", 10)


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
        (
            "student,assignment,points,reason\nada,a1,1,good, and early\n",
            "line 2 has more cells than the first line has",
        ),
        ("student,assignment,points,points,reason\n", "has two columns points"),
        ("student,assignment,points,reason\n<<<<<<< HEAD\nada,a1,1,x\n", "line 2: git has marked a conflict"),
        ("student,assignment,points,reason\nada,a1,1,x\nADA,a1,2,y\n", "ada and ADA are the same student. Keep one"),
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
        (
            "[deadlines]\na1 = 20.11.2026\n",
            r"line 2.*\). A time is written 2026-11-20T23:59:00, and a number 0.5",
        ),
        ("[extensions.jörg]\na1 = 2026-11-20\n", "stands in quotation marks"),
        ("[lateness]\n", "lateness is not known"),
        ("[late]\nper_day = 1\n", "late.per_day is not known"),
        ("[late]\npercent_per_day = 110\n", "from 0 to 100"),
        ("[late]\ncap_percent = 'half'\n", "from 0 to 100"),
        ("[deadlines]\na7 = 2026-11-20\n", "There is no assignment 'a7'"),
        ("[deadlines]\na1 = 'soon'\n", "is a time"),
        ("deadlines = 3\n", "is a section"),
        ("[extensions]\nada = 2026-11-20\n", r"extensions.ada is a section, \[extensions.ada\], with"),
        ("[deadlines]\na1 = 2026-11-20\na1_permute = 2026-11-21\n", "a1_permute has a time already"),
        ("title = 2026\n", "title is text between quotation marks, not 2026"),
        ("title = ''\n", "title is text between"),
        ("lang = 'Hebrew'\n", "lang is a code, like"),
        ("dir = 'right'\n", 'dir is "ltr" or "rtl", not'),
    ],
)
def test_a_slip_in_the_policy_is_named(course_with_deadlines: Course, text: str, says: str) -> None:
    put(course_with_deadlines.root / "course.toml", text)
    with pytest.raises(UserError, match=says):
        load_policy(course_with_deadlines)


def test_what_a_windows_editor_adds_to_course_toml_changes_nothing(course_with_deadlines: Course) -> None:
    rules = b'timezone = "Asia/Tokyo"\r\n[deadlines]\r\na1 = 2026-11-20T23:59:00\r\n'
    (course_with_deadlines.root / "course.toml").write_bytes(b"\xef\xbb\xbf" + rules)
    assert load_policy(course_with_deadlines).deadlines["a1_permute"].isoformat() == "2026-11-20T14:59:00+00:00"
    assert str(zone_of(course_with_deadlines)) == "Asia/Tokyo"


def test_a_course_toml_in_another_encoding_is_told_in_words(course_with_deadlines: Course) -> None:
    (course_with_deadlines.root / "course.toml").write_bytes('title = "Übung"\n'.encode("utf-16"))
    with pytest.raises(UserError, match=r"it is not text in UTF-8\. Save it as UTF-8\."):
        load_policy(course_with_deadlines)


def test_a_folder_in_place_of_a_file_is_told_in_words(course_with_deadlines: Course, tmp_path: Path) -> None:
    (tmp_path / "adjustments.csv").mkdir()
    with pytest.raises(UserError, match=r"adjustments\.csv cannot be read: (Is a directory|Permission denied)\."):
        final.load_adjustments(tmp_path, course_with_deadlines)
    (course_with_deadlines.root / "course.toml").unlink()
    (course_with_deadlines.root / "course.toml").mkdir()
    with pytest.raises(UserError, match=r"course\.toml cannot be read: (Is a directory|Permission denied)\."):
        load_policy(course_with_deadlines)


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
    assert ada["assignments"]["a1_permute"]["raw_score"] == 10
    assert ada["assignments"]["a1_permute"]["final_score"] == 9


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
    deadline = load_policy(course_with_deadlines).deadlines["a2_linear_dims"]
    assert deadline.astimezone() == dt.datetime(2026, 11, 20, 23, 59, 59).astimezone()


def test_the_table_shows_final_scores(
    course_with_deadlines: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(
        tmp_path / "adjustments.csv",
        "student,assignment,points,reason\nben,a1_permute,4,handed in on paper\n",
    )
    ben = Result("ben", "a1_permute", None, "missing", 0, 10)
    both = ClassResults((result("ada", "2026-11-21T12:00:00Z"), ben))
    print_report(ClassReport(final.apply(both, tmp_path, course_with_deadlines)), tmp_path)
    text = capsys.readouterr().out
    ada, ben_line = (next(line for line in text.splitlines() if name in line) for name in ("ada", "ben"))
    assert ada.split()[1:3] == ["9", "9"]
    assert "1 day late: -1 (10 %)" in ada
    assert ben_line.split()[1:3] == ["4", "4"]
    assert "handed in on paper" in text
    assert "2 scores above are final ones, after lateness and adjustments." in text


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
    for twin in ("ann-lee", "Ann Lee"):
        put(tmp_path / "class" / twin / "a1_permute.ipynb", "{ no notebook")
    lines = "student,assignment,points,reason\nada,a1,1,x\neve,a1,1,x\nzed,A1,1,x\nLee Ann,a1,1,x\n"
    put(tmp_path / "results" / "adjustments.csv", lines)
    assert cli.main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "results")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("course.toml, [extensions.adaa]: nobody in this class is called 'adaa'.")
    assert said[1].endswith("adjustments.csv, line 4: nobody in this class is called 'zed'.")
    assert said[2].endswith("adjustments.csv, line 5: 'Lee Ann' could be Ann Lee or ann-lee.")
    assert "nobody in" not in "\n".join(said[3:])
    assert "1 score above is a final one, after lateness and adjustments." in said


# --- groups, free days, everybody, and checks worth other points -------------------------------------------------------


def applied(course: Course, folder: Path, *of: Result) -> ClassResults:
    """The class with its final scores."""
    return final.apply(ClassResults(of), folder, course)


def scores(class_: ClassResults) -> dict[tuple[str, str], int]:
    """(student, a1) -> the final score."""
    return {(r.student, r.assignment.split("_")[0]): class_.final_score(r) for r in class_.results}


def test_a_day_on_which_the_clocks_change_is_one_day(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(
        course_with_deadlines.root / "course.toml",
        'timezone = "Europe/Berlin"\n[late]\npercent_per_day = 10\n[deadlines]\na1 = 2026-10-24T23:59:00\n',
    )
    for submitted, days in (("2026-10-24T21:59:00Z", 0), ("2026-10-25T22:59:00Z", 1), ("2026-10-25T22:59:01Z", 2)):
        assert final_of(result("ada", submitted), course_with_deadlines, tmp_path)[1] == days


@pytest.mark.parametrize(
    ("deadline", "submitted", "days"),
    [
        ("2026-10-25T02:30:00", "2026-10-25T01:30:00Z", 0),  # the second time that the clock shows it
        ("2026-10-25T02:30:00", "2026-10-25T01:30:01Z", 1),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z", 0),  # the clock never shows it
        ("2026-03-29T02:30:00", "2026-03-29T01:30:01Z", 1),
    ],
)
def test_a_deadline_in_a_clock_change_is_the_later(
    course_with_deadlines: Course, tmp_path: Path, deadline: str, submitted: str, days: int
) -> None:
    put(course_with_deadlines.root / "course.toml", f'timezone = "Europe/Berlin"\n[deadlines]\na1 = {deadline}\n')
    assert final_of(result("ada", submitted), course_with_deadlines, tmp_path)[1] == days


def test_free_days_are_spent_where_they_save_most(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(
        course_with_deadlines.root / "course.toml",
        "[late]\npercent_per_day = 25\nfree_days = 2\n[deadlines]\na1 = 2026-11-20T12:00:00Z\na2 = 2026-11-20T12:00:00Z\n",
    )
    late = [
        result("ada", "2026-11-21T13:00:00Z", 4),  # two days: 2 of 4
        result("ada", "2026-11-21T13:00:00Z", 10, "a2_linear_dims"),  # two days: 5 of 10
        result("ben", "2026-11-21T11:00:00Z", 8),  # one day: 2 of 8
    ]
    class_ = applied(course_with_deadlines, tmp_path, *late)
    assert scores(class_) == {("ada", "a1"): 2, ("ada", "a2"): 10, ("ben", "a1"): 8}
    assert class_.finals["ada", "a2_linear_dims"].reason == "2 days late, 2 days of them free"
    assert class_.finals["ben", "a1_permute"].reason == "1 day late, 1 day of them free"


@given(
    st.integers(0, 4),
    st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(0, 20), st.integers(1, 4)), max_size=3),
    st.sampled_from([5.0, 10.0, 33.0]),
)
def test_no_other_way_of_spending_free_days_is_better(
    free: int, late: dict[str, tuple[int, int]], percent: float
) -> None:
    policy = Policy(percent_per_day=percent, cap_percent=60, free_days=free)
    spent = final.spend(policy, late)

    def lost(way: dict[str, int]) -> int:
        return sum(policy.taken(score, days - way[name]) for name, (score, days) in late.items())

    ways = itertools.product(*(range(days + 1) for _, days in late.values()))
    allowed = [dict(zip(late, way, strict=True)) for way in ways if sum(way) <= free]
    assert sum(spent.values()) <= free
    assert lost(spent) == min(map(lost, allowed))


def test_lateness_that_costs_less_than_a_point_is_told(course_with_deadlines: Course, tmp_path: Path) -> None:
    late = result("ada", "2026-11-21T12:00:00Z", 4)
    assert final_of(late, course_with_deadlines, tmp_path)[2] == "1 day late: -0 (10 % of 4 is less than a point)"


def test_everybody_who_handed_in_is_adjusted_by_a_star(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(
        tmp_path / "adjustments.csv",
        "Student; Assignment; Points; Reason\n*; a1; 1; a check was wrong\nADA;a1;+1;spoke up\n",
    )
    nobody = Result("cas", "a1_permute", None, "missing", 0, 10)
    lost = Result("dan", "a1_permute", "py", "graded", 0, 10)  # the machine failed on it
    class_ = applied(course_with_deadlines, tmp_path, result("ada", "", 5), result("ben", "", 10), nobody, lost)
    assert scores(class_) == {("ada", "a1"): 7, ("ben", "a1"): 10, ("cas", "a1"): 0, ("dan", "a1"): 0}
    assert class_.finals["ada", "a1_permute"].reason == "+1: spoke up; +1: a check was wrong"
    assert class_.problems == ()


def test_a_check_is_dropped_and_another_worth_more(course_with_deadlines: Course, tmp_path: Path) -> None:
    with (course_with_deadlines.root / "course.toml").open("a") as file:
        file.write("\n[points.a1]\ntest_0 = 0\ntest_1 = 3\ntest_x = 1\n")
    nobody = Result("cas", "a1_permute", None, "missing", 0, 10)
    class_ = applied(course_with_deadlines, tmp_path, result("ada", "", 1), result("ben", "", 2), nobody)
    assert scores(class_) == {("ada", "a1"): 0, ("ben", "a1"): 3, ("cas", "a1"): 0}
    assert class_.max_scores() == {"a1_permute": 11}
    assert {r.max_score for r in class_.results} == {11}
    assert any("no result has a check test_x" in remark for remark in class_.remarks)


def test_a_group_hands_in_once(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(tmp_path / "groups.csv", "group,student\n1,ada\n1,Ben Müller\n1,zoe\n2,cas\n2,dan\n")
    stub = Result("Müller, Ben", "a1_permute", None, "not_started", 0, 10)
    mine = [dataclasses.replace(result(s, "", n), environment={"submission": s}) for s, n in (("cas", 3), ("dan", 5))]
    class_ = applied(course_with_deadlines, tmp_path, result("ada", "2026-11-21T12:00:00Z"), stub, *mine)
    assert scores(class_) == {
        ("ada", "a1"): 9, ("Müller, Ben", "a1"): 9, ("zoe", "a1"): 9, ("cas", "a1"): 3, ("dan", "a1"): 5
    }  # fmt: skip
    ben = next(r for r in class_.results if r.student == "Müller, Ben")
    assert ben.notes[-1] == "Handed in by ada for group 1."
    assert "Group 2: cas, dan each handed in a1_permute; each keeps their own." in class_.remarks


def test_groups_may_change_from_one_assignment_to_the_next(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(
        tmp_path / "groups.csv",
        "group,student,assignment\n1,ada,a1\n1,ben,A1\n1,ada,a2\n1,cas,a2\n2,ben,a2\n3,dan,\n3,eve,\n",
    )
    both = [result(who, "", assignment=name) for who in ("ada", "dan") for name in ("a1_permute", "a2_linear_dims")]
    got = scores(applied(course_with_deadlines, tmp_path, *both))
    assert {key for key in got if key[0] not in ("ada", "dan")} == {
        ("ben", "a1"), ("cas", "a2"), ("eve", "a1"), ("eve", "a2")
    }  # fmt: skip
    for more in ("4,ada,a1", "4,ada,", "4,dan,a2", "4,dan,"):
        put(tmp_path / "wrong" / "groups.csv", (tmp_path / "groups.csv").read_text() + more + "\n")
        with pytest.raises(UserError, match=r"line 9: .* is in group [13] already\. If groups change, add a column"):
            applied(course_with_deadlines, tmp_path / "wrong", *both)


def test_a_deadline_without_times_is_said(course_with_deadlines: Course, tmp_path: Path) -> None:
    of = (result("ada", ""), result("ben", "2026-11-01T00:00:00Z"), result("cas", "soon"))
    class_ = applied(course_with_deadlines, tmp_path, *of)
    assert [remark[:64] for remark in class_.remarks] == [
        "2 submissions of a1_permute have no time and count as in time. G"
    ]


def test_tables_as_excel_saves_them(course_with_deadlines: Course, tmp_path: Path) -> None:
    text = "STUDENT\tAssignment\tpoints\tREASON\nZoë Müller\ta1\t+1\tschön\n"
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        for ends in ("\n", "\r\n", "\r"):
            for first in ("", "sep=\t\n"):
                (tmp_path / "adjustments.csv").write_bytes((first + text).replace("\n", ends).encode(encoding))
                assert final_of(result("Zoë Müller", "", 5), course_with_deadlines, tmp_path) == (6, 0, "+1: schön")


def test_blank_lines_above_the_titles_and_a_long_minus(course_with_deadlines: Course, tmp_path: Path) -> None:
    put(
        tmp_path / "adjustments.csv", "\n;;;\nstudent;assignment;points;reason\nada;a1;\N{MINUS SIGN}2;late, in class\n"
    )
    assert final_of(result("ada", ""), course_with_deadlines, tmp_path) == (8, 0, "-2: late, in class")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("adjustment.csv", "adjustments.csv"),
        ("adjustments.csv.txt", "adjustments.csv"),
        ("Adjustments (1).CSV", "adjustments.csv"),
        ("groups.xlsx", "groups.csv"),
        ("Kopie von choices.csv", "choices.csv"),
    ],
)
def test_a_table_of_another_name_is_not_passed_over_in_silence(
    course_with_deadlines: Course, tmp_path: Path, name: str, table: str
) -> None:
    put(tmp_path / name, "student,assignment,points,reason\nada,a1,+1,x\n")
    put(tmp_path / f".~lock.{table}#", "")
    put(tmp_path / f"{table}.bak", "")
    class_ = applied(course_with_deadlines, tmp_path, result("ada", "2026-11-01T00:00:00Z"))
    assert class_.remarks == (
        f"{tmp_path / name} is not read. The table that counts is called {table}, and is a CSV file.",
    )


def test_a_class_that_was_graded_with_different_checks_is_told(course_with_deadlines: Course, tmp_path: Path) -> None:
    new = {"checks": "new"}
    in_time = [result(student, "2026-11-01T00:00:00Z") for student in ("ada", "ben", "cas", "dan")]
    class_ = applied(
        course_with_deadlines, tmp_path, *in_time[:1], *(dataclasses.replace(r, environment=new) for r in in_time[1:])
    )
    said = "a1_permute: ada was graded with other checks than the rest of the class. Grade the whole class again, and delete the results of those who have left."
    assert class_.remarks == (said,)


def test_a_name_that_nobody_has_is_told_whenever_results_are_read(
    course_with_deadlines: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course_with_deadlines.root)
    store.write(result("ada", "2026-11-01T00:00:00Z"), tmp_path / "results")
    put(tmp_path / "results" / "groups.csv", "group,student\n1,ada\n1,benn\n")
    assert cli.main(["export", str(tmp_path / "results"), "--to", "csv"]) == 0
    told = capsys.readouterr().err
    assert "groups.csv, group 1, benn: nobody in this class is called 'benn'." in told
    assert "course.toml, [extensions.Zoë Müller]: nobody in this class is called 'Zoë Müller'." in told


def test_results_away_from_their_course_are_read_without_its_rules_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store.write(result("ada", "2036-01-01T00:00:00Z"), tmp_path / "results")
    assert cli.main(["export", "results", "--to", "csv"]) == 0
    assert "no course around results or here, so no course.toml was read: nobody is late." in capsys.readouterr().err
