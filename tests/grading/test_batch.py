"""One student never costs another: every step about a student ends in a result for that student."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.common.errors import InfrastructureError
from autograder.course.course import Course
from autograder.grading import batch
from autograder.grading.log import LOG
from autograder.results import store
from autograder.results.result import FILE_LIMIT, MESSAGE_LIMIT, CheckResult, Result, bounded, to_json
from autograder.submission.found import Found
from tests.support.fake_class import course_in, run, score_of
from tests.support.files import put


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return course_in(tmp_path / "course")


@pytest.mark.parametrize("trouble", [pytest.param("kill", marks=pytest.mark.heavy), "machine", "bug"])
def test_any_number_of_lost_submissions_stops_nobody_behind_them(course: Course, tmp_path: Path, trouble: str) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for number in range(7):
        put(class_ / f"a{number}" / "a1_permute.py", f"# {trouble}\n# {number}\n")
    put(class_ / "zoe" / "a1_permute.py", "# right\n")
    report = run(course, class_, out)
    assert len(report.lost) == 7
    assert score_of(out, "zoe") == ("graded", 10, 10)


def test_a_machine_that_grades_nothing_ends_the_run(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_BROKEN", "yes")
    for number in range(9):
        put(tmp_path / "class" / f"a{number}" / "a1_permute.py", f"# right\n# {number}\n")
    with pytest.raises(
        InfrastructureError, match=r"in a row could not be graded, and neither could an empty one: no sandbox"
    ):
        run(course, tmp_path / "class", tmp_path / "results")


def test_what_was_lost_before_is_tried_last(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# bug\n")
    put(class_ / "zoe" / "a1_permute.py", "# right\n")
    run(course, class_, out, workers=1)
    put(class_ / "zoe" / "a1_permute.py", "# right\n# and changed\n")
    order: list[str] = []

    class Watched(batch.Progress):
        def began(self, slot: int, student: str, assignment: str) -> None:
            order.append(student)
            super().began(slot, student, assignment)

    request = batch.ClassRequest(class_, out, course)
    from autograder.grading.pool import LocalWorkers
    from tests.support import fake_engine

    batch.grade_class(request, lambda: LocalWorkers(1), grade=fake_engine.grade_job, progress=Watched)
    assert list(dict.fromkeys(order)) == ["zoe", "ada"]


def came(out: Path, student: str) -> str:
    """When a1 of a student came, as the result's file says."""
    return store.read(store.path_of(out, student, "a1_permute")).submitted


def test_a_time_that_was_told_stays_until_another_is_told(course: Course, tmp_path: Path) -> None:
    """With times for one student, the next run forgot those of all others."""
    class_, out = tmp_path / "class", tmp_path / "results"
    for student in ("ada", "ben"):
        put(class_ / student / "a1_permute" / "a1_permute.py", f"# right\n# {student}\n")
    put(class_ / "ada" / "a1_permute" / "timestamp.txt", "2026-11-01 12:00:00 UTC")
    first, second = "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z"
    run(course, class_, out, times={("ada", "a1_permute"): first, ("ben", "a1_permute"): first})
    run(course, class_, out, times={("ben", "a1_permute"): second})
    assert (came(out, "ada"), came(out, "ben")) == (first, second)
    run(course, class_, out, regrade=True)
    assert (came(out, "ada"), came(out, "ben")) == (first, second)
    for student in ("ada", "ben"):
        put(class_ / student / "a1_permute" / "a1_permute.py", f"# right\n# {student}\nanother = 'hand-in'\n")
    run(course, class_, out)
    assert (came(out, "ada"), came(out, "ben")) == ("2026-11-01T12:00:00Z", "")


def test_a_time_that_was_put_right_counts(course: Course, tmp_path: Path) -> None:
    """A result that was kept kept its time as well."""
    class_, out = tmp_path / "class", tmp_path / "results"
    for number, student in enumerate(("ada", "ben"), 1):
        name = f"{number}-7 - {student} - 20 November, 2026 9:03 PM"
        put(class_ / name / "a1_permute.py", f"# right\n# {student}\n")
    put(course.root / "course.toml", 'timezone = "UTC"\n')
    run(course, class_, out)
    assert came(out, "ada") == "2026-11-20T21:03:00Z"
    put(course.root / "course.toml", 'timezone = "Europe/Berlin"\n')
    assert run(course, class_, out).kept == 2
    assert came(out, "ada") == "2026-11-20T20:03:00Z"
    stamp = tmp_path / "submitted" / "cas" / "a1_permute" / "timestamp.txt"
    put(stamp.with_name("a1_permute.py"), "# right\n")
    for said, time, told in (("noon", "", 1), ("2026-11-20 12:00:00 UTC", "2026-11-20T12:00:00Z", 0)):
        put(stamp, said)
        run(course, tmp_path / "submitted", out)
        assert came(out, "cas") == time
        notes = store.read(store.path_of(out, "cas", "a1_permute")).notes
        assert ["not a time that can be read" in note for note in notes] == [True] * told


def test_what_is_not_in_the_next_download_stays_as_it_was(course: Course, tmp_path: Path) -> None:
    out = tmp_path / "results"
    put(tmp_path / "first" / "ada" / "a1_permute.py", "# right\n")
    put(tmp_path / "first" / "ben" / "a1_permute.py", "stub = 'a1_permute'\n")
    put(tmp_path / "first" / "cas" / "a1_permute.docx")
    for student in ("ada", "ben", "cas"):
        put(tmp_path / "second" / student / "a2_linear_dims.py", "# right\n")
    run(course, tmp_path / "first", out)
    before = [score_of(out, student)[:2] for student in ("ada", "ben", "cas")]
    assert [status for status, _ in before] == ["graded", "not_started", "unreadable"]
    run(course, tmp_path / "second", out)
    assert [score_of(out, student)[:2] for student in ("ada", "ben", "cas")] == before


def test_a_choice_holds_when_the_next_download_does_not_hold_its_file(course: Course, tmp_path: Path) -> None:
    """Another file in the next download made the chosen work unreadable, for no points."""
    out = tmp_path / "results"
    put(tmp_path / "first" / "ada" / "solution.py", "# right\n")
    put(tmp_path / "first" / "ben" / "a1_permute.py", "# right\n")
    for student in ("ada", "ben"):
        put(tmp_path / "second" / student / "a2_linear_dims.py", "# right\n")
        put(tmp_path / "second" / student / "notes.txt", "my notes\n")
    put(out / "choices.csv", "student,assignment,file\nada,a1,solution.py\n")
    run(course, tmp_path / "first", out)
    assert score_of(out, "ada") == ("graded", 10, 10)
    run(course, tmp_path / "second", out)
    assert score_of(out, "ada") == ("graded", 10, 10)


def test_a_number_says_from_one_download_to_the_next_who_it_is(course: Course, tmp_path: Path) -> None:
    """Two people have one name. Where one of them handed in alone, they got the name alone, and the other's results."""
    out, a1, a2 = tmp_path / "results", "a1_permute", "a2_linear_dims"
    for week, (name, people) in enumerate(((a1, "leeann_101"), (a2, "leeann_102"), (a1, "leeann_101 leeann_102"))):
        for person in people.split():
            put(tmp_path / str(week) / f"{person}_{900 + week}_{name}.py", f"# right\n# {person}\n")
        put(tmp_path / str(week) / f"roeann_103_{900 + week}_{name}.py", "# right\n# roe\n")
        run(course, tmp_path / str(week), out)
    put(tmp_path / "renamed" / f"kayann_103_999_{a2}.py", "# right\n# roe, whose name is kay now\n")
    run(course, tmp_path / "renamed", out)
    found = {(r.student, r.assignment[:2]): r.identity["number"] for r in store.read_all(out).results if r.score}
    assert found == {
        ("leeann", "a1"): "101", ("leeann_102", "a1"): "102", ("leeann_102", "a2"): "102",
        ("roeann", "a1"): "103", ("roeann", "a2"): "103",
    }  # fmt: skip


def test_numbers_known_from_earlier_tell_people_in_folders_of_their_own_apart(course: Course, tmp_path: Path) -> None:
    """Each of two people with one name handed in one assignment: side by side, their folders made one student."""
    out, both = tmp_path / "results", ((71, "a1_permute"), (72, "a1_permute"))
    for week, hand_ins in (("1", both), ("2", ((71, "a1_permute"), (72, "a2_linear_dims")))):
        for number, name in hand_ins:
            top = tmp_path / week / name if week == "2" else tmp_path / week
            for who, of in ((f"{number}-9 - Ann Lee", number), (f"{number + 10}-9 - X{number}", number + 10)):
                put(top / f"{who} - Nov 20, 2026 903 PM" / f"{name}.py", f"# right\n# {of}\n")
        run(course, tmp_path / week, out)
    found = {(r.student, r.assignment[:2]) for r in store.read_all(out).results if r.score and "Ann" in r.student}
    assert found == {("Ann Lee_71", "a1"), ("Ann Lee_72", "a1"), ("Ann Lee_72", "a2")}


@pytest.mark.parametrize("step", ["read", "arrival_of"])
@pytest.mark.parametrize("error", [OverflowError("date value out of range"), RecursionError(), MemoryError()])
def test_a_step_that_breaks_is_one_students_result(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for student in ("ada", "mallory", "zoe"):
        put(class_ / student / "a1_permute.py", f"# right\n# {student}\n")
    place: Any = Found if step == "read" else batch
    honest = getattr(place, step)

    def breaks(subject: Any, *args: Any) -> Any:
        if "mallory" in str(getattr(subject, "path", subject)):
            raise error
        return honest(subject, *args)

    monkeypatch.setattr(place, step, breaks)
    report = run(course, class_, out)
    assert score_of(out, "ada") == score_of(out, "zoe") == ("graded", 10, 10)
    result = store.read(store.path_of(out, "mallory", "a1_permute"))
    assert type(error).__name__ in " ".join(result.notes)
    assert (result.status, result.score) == (("unreadable", 0) if step == "read" else ("graded", 10))
    assert report.logged
    written = (out / LOG).read_text()
    assert "mallory a1_permute" in written
    assert "Traceback" in written
    assert run(course, class_, out).logged, "what broke is tried again"


def a_check(number: int, message: str) -> CheckResult:
    return CheckResult(f"test_{number}", "It works.", "task", 1, 0, "failed", False, None, message)


@pytest.mark.parametrize(
    "changes",
    [
        {"checks": (a_check(1, "x" * 10_000_000),), "max_score": 1},
        {"checks": tuple(a_check(number, "\U0001f600" * 2000) for number in range(300)), "max_score": 300},
        {"notes": tuple("n" * 100_000 for _ in range(1000))},
        {"metrics": {"signs": ["s" * 1000] * 1000}},
    ],
)
def test_no_result_is_larger_than_its_file_may_be(changes: dict[str, Any], tmp_path: Path) -> None:
    result = Result(
        "ada",
        "a1",
        "py",
        "graded",
        0,
        changes.get("max_score", 0),
        **{k: v for k, v in changes.items() if k != "max_score"},
    )
    small = bounded(result)
    assert store.write(small, tmp_path).stat().st_size <= FILE_LIMIT
    assert all(len(check.message) <= MESSAGE_LIMIT for check in small.checks)
    assert (small.score, small.max_score) == (result.score, result.max_score)
    assert bounded(small) == small, "a result that is kept stays as it is"


def test_a_result_of_usual_size_stays_as_it_is() -> None:
    result = Result("ada", "a1", "py", "graded", 0, 1, (a_check(1, "to_nchw returned something else."),), notes=("so",))
    assert bounded(result) == result
    assert json.loads(json.dumps(to_json(dataclasses.replace(result, metrics={"x": float("nan")}))))["metrics"] == {
        "x": None
    }
