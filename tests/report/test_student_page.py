"""A student's page: above all what it does not say."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.report import pages as report
from autograder.results.result import ClassResults
from tests.support.results import IDEA, NAMES, check, result, student_page


def test_a_students_page_says_nothing_of_hidden_checks_and_nobody_else(pages: Path) -> None:
    for name in (*NAMES, "mia", "una", "amy", "lou"):
        text = student_page(pages, name)
        assert "SECRET" not in text
        others = {"ada", "Zoë", "mia", "una", "lou"} - {name.split()[0]}
        assert not any(re.search(rf"\b{other}\b", text) for other in others)
    text = student_page(pages, "-rf")
    assert "said message 1" in text
    assert "You used <code>reshape</code>: permute moves the axes." in text
    assert text.count("permute moves the axes") == 1, "an idea is told once"
    assert "On other inputs: 2 of 4 points (wrong result: 1)" in text


def test_the_idea_behind_a_hidden_failure_is_told(tmp_path: Path) -> None:
    one = result("ada", check(1, "passed"), check(2, "failed", hidden=True, diagnosis=IDEA))
    report.write(ClassResults((one,)), tmp_path / "report")
    text = student_page(tmp_path / "report", "ada")
    assert "permute moves the axes" in text
    assert "SECRET" not in text


def test_a_network_is_drawn(pages: Path) -> None:
    text = student_page(pages, "ada")
    assert "<strong>85.4 %</strong>" in text
    assert "from 0.80 to 0.30 over 3 epochs" in text
    assert text.count('class="s5 right">180<') == 10
    assert text.count("data:image/png;base64,") == 2
    assert "<b>Shirt</b>, taken for T-shirt/top" in text


@pytest.mark.parametrize(
    ("zone", "shown"), [("Europe/Berlin", "2026-11-20 22:03 CET"), ("Asia/Tokyo", "2026-11-21 06:03 JST")]
)
def test_times_are_the_courses(tmp_path: Path, klass: ClassResults, zone: str, shown: str) -> None:
    (tmp_path / "course.toml").write_text(f'timezone = "{zone}"\n', encoding="utf-8")
    report.write(klass, tmp_path / "pages", Course(tmp_path))
    assert f"Handed in {shown}." in student_page(tmp_path / "pages", "ada")
    assert report.moment("0001-01-01T00:00:00Z", dt.timezone(-dt.timedelta(hours=5))) == "0001-01-01T00:00:00Z"


def test_lateness_and_adjustments_show(pages: Path) -> None:
    assert "8 points for the work; 1 day late: -1 (10 %). That makes 7." in student_page(pages, "ada")
    assert "a1 1 day late: -1 (10 %)" in (pages / "index.html").read_text(encoding="utf-8")
