"""Ten students, with all that has a say in a total: every format shows the same, worked out here by hand."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.results import store
from autograder.results.final import read_results
from autograder.results.result import CheckResult, Result, Status
from tests.platforms.test_export import canvas_file, moodle_file
from tests.support import readers
from tests.support.extras import skip_without
from tests.support.files import put
from tests.support.gradebooks import write_releases
from tests.support.places import ROOT

RULES = """
timezone = "Europe/Berlin"
[late]
percent_per_day = 10
grace_minutes = 15
cap_percent = 50
free_days = 2
[deadlines]
a1 = 2026-11-20T13:00:00
a2 = 2026-11-27T13:00:00
[extensions.extended]
a1 = 2026-11-25T13:00:00
[points.a2]
test_dropped = 0
"""
ADJUSTMENTS = """student,assignment,points,reason
*,a2,1,the statement had a slip
rejudged,a1,1,the check was too strict
unread,a1,3,told me in the tutorial
paper,a1,2,handed in on paper
"""
GROUPS = "group,student\ng,host\ng,guest\n"
ON_TIME, IN_GRACE = "2026-11-19T12:00:00Z", "2026-11-27T12:14:00Z"


def a1(student: str, hidden: bool = True, when: str = ON_TIME, status: Status = "graded") -> Result:
    """Worth 10: a public check of 4 and a hidden one of 6."""
    return _result(student, "a1_permute", ("to_nchw", 4, True), ("to_nhwc", 6, hidden), when, status)


def a2(student: str, kept: bool = True, when: str = ON_TIME, status: Status = "graded") -> Result:
    """Worth 5 once the check of the other 5, which everybody failed, is dropped."""
    return _result(student, "a2_linear_dims", ("affine", 5, kept), ("dropped", 5, False), when, status)


def _result(
    student: str, name: str, one: tuple[str, int, bool], two: tuple[str, int, bool], when: str, status: Status
) -> Result:
    if status != "graded":
        return Result(student, name, None, status, 0, 10, submitted=when, notes=("a reason",))
    checks = tuple(
        CheckResult(f"test_{task}", task, task, points, points * ok, "passed" if ok else "failed", task != "to_nchw")
        for task, points, ok in (one, two)
    )
    return Result(student, name, "py", "graded", sum(c.score for c in checks), 10, checks, submitted=when)


CLASS = [
    a1("good"), a2("good"),
    a1("late", when="2026-11-23T11:00:00Z"), a2("late"),
    a1("extended", when="2026-11-24T12:00:00Z"), a2("extended", kept=False),
    a1("rejudged", hidden=False), a2("rejudged"),
    a1("host", when="2026-11-21T11:00:00Z"), a2("host", kept=False),
    a1("guest", status="missing", when=""), a2("guest", status="missing", when=""),
    a1("torn", status="ambiguous"), a2("torn"),
    a1("unread", status="unreadable", when="2026-11-30T12:00:00Z"), a2("unread", when="2026-12-17T11:00:00Z"),
    a1("paper", status="missing", when=""), a2("paper", status="missing", when=""),
    a1("stub", status="not_started", when=""), a2("stub", when=IN_GRACE),
]  # fmt: skip
TOTALS = {
    "good": 10 + 5,  # the point for everybody gives none above full marks
    "late": 9 + 5,  # three days late, two of them free
    "extended": 10 + 1,  # in time for her
    "rejudged": 5 + 5,
    "host": 10 + 1,  # a day late, for free
    "guest": 10 + 1,  # the host's, as a group
    "torn": 0 + 5,
    "unread": 3 + 4,  # twenty days late: half of 5, rounded in her favour, and a point for everybody
    "paper": 2 + 0,
    "stub": 0 + 5,
}


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The class's results, in a course with all these rules."""
    for name in ("a1_permute", "a2_linear_dims"):
        put(tmp_path / "course" / "solutions" / name / f"{name}.py")
        notebooks = ROOT / "assignments" / "notebooks" / name
        shutil.copytree(notebooks, tmp_path / "course" / "assignments" / "notebooks" / name)
    put(tmp_path / "course" / "course.toml", RULES)
    results = tmp_path / "results"
    for result in CLASS:
        store.write(result, results)
    put(results / "adjustments.csv", ADJUSTMENTS)
    put(results / "groups.csv", GROUPS)
    monkeypatch.chdir(tmp_path / "course")
    return results


def test_every_format_shows_the_same_totals(graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, out = read_results(graded), tmp_path / "out"
    right = {student: (total, 15) for student, total in TOTALS.items()}
    numbers = {student: str(4711 + n) for n, student in enumerate(sorted(TOTALS))}

    def to(form: str, *more: str) -> Path:
        assert cli.main(["export", str(graded), "--to", form, "--out", str(out / form), *more]) == 0, form
        return out / form

    assert readers.spreadsheet(to("csv").read_text(encoding="utf-8")) == right
    assert readers.document(to("json").read_text(encoding="utf-8")) == right
    parts: dict[str, list[tuple[float, float]]] = {student: [] for student in right}
    for path in to("gradescope").glob("*/*/results.json"):
        parts[path.parent.name].append(readers.gradescope(path.read_bytes()))
    assert _sums(parts) == right
    write_releases(found, tmp_path / "releases")
    parts = {student: [] for student in right}
    for path in to("classroom50", "--into", str(tmp_path / "releases")).rglob("result.json"):
        parts[json.loads(path.read_bytes())["owner"]].append(readers.classroom50(path.read_bytes()))
    assert _sums(parts) == right
    parts = {student: [] for student in right}
    for path in to("github-classroom").glob("*/*.txt"):
        posted, most, table = readers.github_classroom(path.read_text(encoding="utf-8"))
        assert posted == round(table, 6)
        parts[path.stem].append((posted, most))
    assert _sums(parts) == right
    put(tmp_path / "gradebook.csv", canvas_file(found, numbers))
    canvas = readers.canvas(to("canvas", "--into", str(tmp_path / "gradebook.csv")).read_bytes())
    assert {student: sum(canvas[numbers[student]].values()) for student in right} == TOTALS
    sheets = dict.fromkeys(right, 0.0)
    for name in found.max_scores():
        put(tmp_path / "sheet.csv", moodle_file(found, name, numbers))
        sheet = readers.moodle(to("moodle", "--into", str(tmp_path / "sheet.csv"), "--assignment", name).read_bytes())
        for student in right:
            sheets[student] += sheet[f"Participant {numbers[student]}"]
    assert sheets == TOTALS
    assert cli.main(["report", str(graded), "--out", str(out / "report")]) == 0
    for student, total in TOTALS.items():
        page = (out / "report" / "students" / f"{student}.html").read_text(encoding="utf-8")
        assert f": {total} of 15 points" in page.replace("<bdi>", "").replace("</bdi>", ""), student
    assert cli.main(["feedback", str(graded), "--to", "github", "--owner", "uni", "--out", str(out / "words")]) == 0
    words = (out / "words" / "late.md").read_text(encoding="utf-8")
    assert "a1_permute: 9 of 10 points" in words
    assert "3 days late, 2 days of them free: -1 (10 %)" in words
    capsys.readouterr()


def _sums(parts: dict[str, list[tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    return {student: (sum(p[0] for p in own), sum(p[1] for p in own)) for student, own in parts.items()}


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader is for Unix")
@pytest.mark.heavy
def test_nbgraders_gradebook_shows_them_too(graded: Path, tmp_path: Path) -> None:
    skip_without("nbgrader")
    from nbgrader.api import Gradebook

    assert cli.main(["export", str(graded), "--to", "nbgrader", "--out", str(tmp_path / "book.db")]) == 0
    totals, most = dict.fromkeys(TOTALS, 0.0), 0.0
    with Gradebook(f"sqlite:///{tmp_path / 'book.db'}") as book:
        for assignment in book.assignments:
            most += assignment.max_score
            for submission in assignment.submissions:
                totals[submission.student.id] += submission.score - submission.late_submission_penalty
    assert (totals, most) == (TOTALS, 15.0)
