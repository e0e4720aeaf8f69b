"""All pages of a report: links, bytes, folders."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.common.errors import InfrastructureError, UserError
from autograder.course.course import Course
from autograder.report import pages as report
from autograder.results.result import ClassResults
from autograder.submission.names import REPORT_MARKER
from tests.support.places import ROOT
from tests.support.results import student_page


def test_every_link_leads_to_a_page(pages: Path) -> None:
    text = (pages / "index.html").read_text(encoding="utf-8")
    links = {html.unescape(link) for link in re.findall(r'href="(students/[^"]*)"', text)}
    files = {f"students/{path.name}" for path in (pages / "students").iterdir()}
    assert {unquote(link) for link in links} == files
    anchors = set(re.findall(r'href="#([^"]*)"', text))
    assert anchors <= set(re.findall(r' id="([^"]*)"', text))


def test_nothing_is_fetched_and_nobodys_markup_is_obeyed(pages: Path) -> None:
    for path in pages.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|@import|url\(|<link|<iframe|<object", text)
        assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)"', text))
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text
        scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        policy = html.unescape(re.search(r'Policy" content="([^"]*)"', text)[1])  # type: ignore[index]
        if path.name != "index.html":
            assert not scripts
            assert "script-src 'none'" in policy
        else:
            digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_the_same_results_give_the_same_bytes(pages: Path, klass: ClassResults) -> None:
    before = {path: path.read_bytes() for path in pages.rglob("*.html")}
    report.write(klass, pages, Course(ROOT))
    assert {path: path.read_bytes() for path in pages.rglob("*.html")} == before


def test_who_has_left_has_no_page(pages: Path, klass: ClassResults) -> None:
    fewer = tuple(r for r in klass.results if r.student != "mia")
    report.write(ClassResults(fewer), pages)
    assert not (pages / "students" / "mia.html").exists()
    assert (pages / "students" / "ada.html").exists()


def test_a_folder_of_other_things_is_left_alone(klass: ClassResults, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear ...")
    with pytest.raises(UserError, match="other things"):
        report.write(klass, tmp_path)
    with pytest.raises(UserError, match="is a file"):
        report.write(klass, tmp_path / "letter.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_written_to_is_told(klass: ClassResults, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / REPORT_MARKER).touch()
    (tmp_path / "r" / "students").write_text("in the way")
    with pytest.raises(InfrastructureError, match="cannot be written"):
        report.write(klass, tmp_path / "r")


def test_without_a_course_there_are_no_pictures(klass: ClassResults, tmp_path: Path) -> None:
    report.write(klass, tmp_path / "report")
    text = student_page(tmp_path / "report", "ada")
    assert "data:image" not in text
    assert "commonest mistakes" not in text


def test_pages_carry_the_courses_language_and_direction(klass: ClassResults, tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "course.toml").write_text('title = "קורס"\nlang = "he"\ndir = "rtl"\n', encoding="utf-8")
    report.write(klass, tmp_path / "report", Course(tmp_path))
    for path in (tmp_path / "report").rglob("*.html"):
        assert '<html lang="he" dir="rtl">' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "of_the_class", "of_a_student"),
    [("", "The class", "Seeing &amp; hearing"), ("Group 3", "Group 3", "Group 3")],
)
def test_a_students_page_bears_the_courses_title(
    given: str, of_the_class: str, of_a_student: str, klass: ClassResults, tmp_path: Path
) -> None:
    (tmp_path / "course.toml").write_text('title = "Seeing & hearing"\n', encoding="utf-8")
    report.write(klass, tmp_path / "report", Course(tmp_path), given)
    assert f"<h1>{of_the_class}</h1>" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert f'<p class="soft">{of_a_student}</p>' in student_page(tmp_path / "report", "ada")
