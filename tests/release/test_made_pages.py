"""`docs/checks.md` tells of everything that authors of checks can use."""

from __future__ import annotations

from pathlib import Path

import autograder.checks as checks
from autograder.checks import training
from autograder.course.course import Course
from autograder.grading import plugin
from autograder.release import checks_page, made_pages
from autograder.sandbox.inside import probes
from tests.support.places import ROOT


def test_every_name_stands_on_the_page_with_its_example() -> None:
    page = checks_page.page()
    for name in checks.__all__:
        assert f"### `{name}" in page
    for name in plugin.GIVEN:
        assert f"- `{name}`: " in page
    assert all(marker in page for marker in plugin.MARKERS)
    assert f"`{training.train_and_watch.__name__}(submission, network, images, labels" in page
    assert f"`{probes.few_steps.__name__}(model, inputs, labels, steps=8)`" in page
    assert ">>> expect_equal(counts, {" in page
    assert "8,388,608 elements" in page


def test_a_page_that_is_not_current_is_a_finding(tmp_path: Path) -> None:
    course = Course(tmp_path)
    assert made_pages.out_of_date(course) == []
    (course.root / "docs").mkdir()
    (course.root / "docs" / "checks.md").write_text("another")
    assert made_pages.out_of_date(course) == ["docs/checks.md is out of date. Run: autograder verify --page"]
    assert made_pages.write(course) == [course.root / "docs" / "checks.md"]
    assert made_pages.out_of_date(course) == []


def test_the_page_of_this_repository_is_current() -> None:
    assert (ROOT / "docs" / "checks.md").read_text("utf-8") == checks_page.page()
