"""The page of the class."""

from __future__ import annotations

from pathlib import Path

from autograder.report import pages as report
from autograder.results.result import ClassResults, Result
from tests.support.results import student_page


def test_the_class_page_counts(pages: Path) -> None:
    text = " ".join((pages / "index.html").read_text(encoding="utf-8").split())
    assert "12 students; submissions: 16 graded, 1 missing, 1 unreadable, 1 ambiguous, 1 lost." in text
    assert "You used <code>reshape</code>: permute moves the axes." in text
    assert "SECRET title 3" in text, "teachers see the hidden checks"
    assert "<summary>4 students" in text
    assert '<div><dt>to look at first</dt><dd><a href="#first">11</a>' in text
    assert "8 networks: half of them are right on at least 85.4%" in text


def test_a_class_that_handed_in_nothing(tmp_path: Path) -> None:
    nothing = tuple(Result(name, "a1_permute", None, "missing", 0, 0) for name in ("ada", "ben"))
    assert report.write(ClassResults(nothing), tmp_path / "report") == 2
    text = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "submissions: 2 missing" in text
    assert "ada: 0 of 0 points" in student_page(tmp_path / "report", "ada").replace("<bdi>", "").replace("</bdi>", "")
