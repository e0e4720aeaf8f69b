"""Two runs over a class, side by side."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder import cli
from autograder.report import pages as report
from autograder.report.compare import compare
from autograder.results import store
from autograder.results.result import ClassResults, Final, Result
from tests.support.results import check, result

HERE = {"submission": "s1", "checks": "c1", "torch": "2.13.0", "sandbox": "A"}


def graded(student: str, *outcomes: str, fingerprint: str = "f", **environment: str) -> Result:
    """A result whose checks ended so."""
    own = (check(n, outcome) for n, outcome in enumerate(outcomes))  # type: ignore[arg-type]
    return result(student, *own, environment={**HERE, **environment}, fingerprint=fingerprint)


OLD = ClassResults(
    tuple(graded(s, "passed", "failed") for s in ("checks", "code", "luck", "late", "same", "torch", "work"))
    + (Result("gone", "a1_permute", None, "missing", 0, 4), Result("back", "a1_permute", None, "missing", 0, 4))
)
NEW = ClassResults(
    (
        graded("checks", "passed", "passed", checks="c2"),
        graded("code", "failed", "failed", fingerprint="g"),
        graded("luck", "passed", "passed"),
        graded("late", "passed", "failed"),
        graded("same", "passed", "failed"),
        graded("torch", "passed", "timeout", torch="2.14.1"),
        graded("work", "passed", "passed", submission="s2"),
        graded("back", "passed", "passed"),
        graded("new", "passed", "passed"),
    ),
    finals={("late", "a1_permute"): Final(1, 1, "1 day late: -1 (50 %)")},
)


def test_what_changed_for_whom_and_why() -> None:
    found = compare(OLD, NEW)
    assert {c.student: (c.before, c.after, c.why) for c in found.changes} == {
        "checks": ("2", "4", "other checks"),
        "code": ("2", "0", "the grader's code or its limits"),
        "luck": ("2", "4", "nothing that is recorded: perhaps the chance in a training"),
        "late": ("2", "1", "lateness or an adjustment: 1 day late: -1 (50 %)"),
        "torch": ("2", "2", "torch 2.13.0, now 2.14.1"),
        "work": ("2", "4", "other work"),
        "back": ("0", "4", "was missing, is graded"),
        "new": ("–", "4", "only in the new run"),
        "gone": ("0", "–", "only in the old run"),
    }
    assert found.words == "9 results differ: 5 scores rose, 2 fell, +11 points in all."
    assert {c.student: c.checks for c in found.changes}["torch"] == (
        "to_nchw, said title 1, with `code`: failed, now timeout",
    )
    assert [(s.title[:12], s.before, s.after) for s in found.shifts] == [("said title 0", 7, 6), ("said title 1", 0, 3)]
    assert compare(NEW, NEW).words == "Nothing changed."


def test_the_command_and_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, run in (("old", OLD), ("new", dataclasses.replace(NEW, finals={}))):
        for each in run.results:
            store.write(each, tmp_path / name)
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    assert cli.main(["compare", old, new]) == 0
    told = capsys.readouterr().out
    assert "work, a1_permute: 2 -> 4  (other work)" in told
    assert "same, a1_permute" not in told
    assert cli.main(["report", new, "--before", old, "--out", str(tmp_path / "pages")]) == 0
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert "8 results differ" in page
    assert "other checks" in page
    assert cli.main(["compare", old, str(tmp_path / "nowhere")]) == 2


def test_nobodys_name_is_obeyed_in_the_table_of_changes(tmp_path: Path) -> None:
    evil = graded("<script>alert(1)</script>\u202e", "passed")
    report.write(ClassResults((evil,)), tmp_path / "pages", before=OLD)
    page = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_a_result_that_cannot_be_read_or_was_lost_is_told_as_that(tmp_path: Path) -> None:
    """It was called absent from the old run, or a matter of chance."""
    lost = dataclasses.replace(graded("lost"), checks=(), score=0, max_score=4)
    torn, again = graded("torn", "passed"), graded("lost", "passed")
    for name, run in (("old", (torn, lost)), ("new", (torn, again))):
        for each in run:
            store.write(each, tmp_path / name)
    store.path_of(tmp_path / "old", "torn", "a1_permute").write_text("{", encoding="utf-8")
    found = compare(*(store.read_all(tmp_path / name) for name in ("old", "new")))
    assert {c.student: c.why for c in found.changes} == {
        "torn": "the result of the old run cannot be read", "lost": "was lost, is graded"
    }  # fmt: skip
