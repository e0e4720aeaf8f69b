"""Pictures from a student's own functions: what is drawn, and what is said where nothing can be."""

from __future__ import annotations

import re
import runpy
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from autograder import cli, notebook
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.grading.fingerprint import checks_digest
from autograder.release import command
from autograder.release.leaks import find_leaks
from autograder.student import pictures
from tests.support.places import ROOT
from tests.support.small_course import replace_in

COURSE = Course(ROOT)
DRAWN = [
    pytest.param(name, one, marks=[pytest.mark.heavy] if COURSE.assignment(name).trains else [])
    for name in COURSE.assignment_names()
    for one in pictures.names_in(COURSE.assignment(name).pictures)
]
_PICTURES = '''
from matplotlib.figure import Figure


def twice(given):
    """A line.

    Below it.
    """
    value = given.ask("double", 2.0)
    figure = Figure()
    figure.subplots().plot([0.0, value])
    return figure
'''


@pytest.fixture(scope="module")
def solved() -> dict[str, dict[str, Any]]:
    return {name: runpy.run_path(str(COURSE.assignment(name).master)) for name in COURSE.assignment_names()}


def work(functions: dict[str, Any]) -> pictures.Material:
    return pictures.Material(functions, ROOT / "data")


@pytest.mark.heavy
def test_a_slider_leads_through_the_stops_of_a_picture(solved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipywidgets")
    path = COURSE.assignment("a3_conv_shapes").pictures
    asked: list[int] = []

    def draw(stop: int) -> str:
        asked.append(stop)
        return pictures.drawn(path, "conv2d", work(solved["a3_conv_shapes"]), stop)

    assert notebook._slider(676, draw) is None, "where there is no notebook there is no slider"
    monkeypatch.setattr(notebook, "shell", lambda: object())
    slider, page = notebook._slider(pictures.stops(path, "conv2d"), draw).children
    assert (slider.min, slider.max) == (0, 675)
    slider.value = 300
    assert asked == [0, 300]
    assert "stop (11, 14)" in page.value
    assert pictures.stops(path, "edges") == 0


@pytest.mark.parametrize(("name", "picture"), DRAWN)
def test_every_picture_is_drawn_and_told_in_words(solved: Any, name: str, picture: str) -> None:
    path = COURSE.assignment(name).pictures
    page = pictures.drawn(path, picture, work(solved[name]))
    svg = re.search(r"<svg.*</svg>", page, re.DOTALL)
    assert svg is not None, page
    label = ElementTree.fromstring(svg[0].replace("&nbsp;", " ")).get("aria-label")
    assert label is not None
    assert len(label) > 40, "what is to be seen, for who cannot see it"
    assert pictures.in_words(page) == label
    assert "currentColor" in svg[0]
    unused = [name for name in re.findall(r' id="([^"]*)"', svg[0]) if f"#{name}" not in svg[0]]
    assert unused == [], "a page has several pictures, and matplotlib calls their parts alike"
    assert "#000000" not in svg[0].replace("fill: #000000", ""), "black vanishes on a dark page"
    assert len(page) < 400_000


@pytest.mark.parametrize(("name", "picture"), DRAWN)
def test_a_stub_meets_a_sentence(name: str, picture: str) -> None:
    """Or the picture, where it needs none of the student's functions; never an error."""
    page = pictures.drawn(COURSE.assignment(name).pictures, picture, work(runpy.run_path(str(stub(name)))))
    assert "<svg" in page or re.search(r"<p class=\"picture\">Your \w+ draws this picture\. Write it first", page), page


def stub(name: str) -> Path:
    return COURSE.released(name).master


@pytest.mark.parametrize("name", COURSE.assignment_names())
def test_pictures_show_no_line_of_a_solution_of_any_assignment(name: str) -> None:
    assert list(map(str, find_leaks(COURSE.solutions, COURSE.assignment(name).pictures))) == []


def test_what_a_function_does_wrong_is_said_and_nothing_raises(tmp_path: Path) -> None:
    path = tmp_path / "pictures.py"
    path.write_text(_PICTURES, "utf-8")

    def raises(value: float) -> float:
        raise ValueError("not today")

    def said(functions: dict[str, Any]) -> str:
        return pictures.in_words(pictures.drawn(path, "twice", work(functions)))

    assert said({"double": lambda value: 2 * value}) == "A line."
    assert said({}) == "Your double draws this picture, and it is not defined yet."
    assert said({"double": raises}) == "Your double raised ValueError, so there is nothing to draw yet."
    assert "could not be drawn" in said({"double": lambda value: object()})


def test_a_result_of_another_shape_is_named() -> None:
    with pytest.raises(pictures.CannotDraw, match=r"returned shape \(2,\)\. Only shape \(3,\)"):
        work({"double": lambda value: [1.0, 2.0]}).ask("double", 1.0, shape=(3,))
    with pytest.raises(pictures.CannotDraw, match="no tensor"):
        work({"double": lambda value: None}).ask("double", 1.0, shape=(3,))


# --- released ------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_a_picture(small_course: Course) -> Course:
    folder = small_course.solutions / "b1_tiny"
    (folder / "pictures.py").write_text(_PICTURES, "utf-8")
    replace_in(
        folder / "b1_tiny.py",
        '# %%\nANSWERS = {"one"',
        '# %%\n# See it: autograder show twice\n\n# %%\nANSWERS = {"one"',
    )
    return small_course


def test_script_and_notebook_have_it_each_in_its_way(with_a_picture: Course) -> None:
    assert command.release(with_a_picture) == 0
    released = with_a_picture.released("b1_tiny")
    assert "# See it: autograder show twice" in released.master.read_text("utf-8")
    assert "notebook" not in released.master.read_text("utf-8")
    notebook = released.notebook.read_text("utf-8")
    assert 'show(\\"b1_tiny\\", \\"twice\\")' in notebook
    assert '"# See it' not in notebook.replace('"script": "# See it', "")
    assert pictures.names_in(released.pictures) == ["twice"]
    stubs = with_a_picture.manifest().of("b1_tiny").stubs
    assert len(stubs) == 1, "both forms still say the same"


def test_a_picture_that_nobody_draws_is_refused(with_a_picture: Course) -> None:
    replace_in(with_a_picture.solutions / "b1_tiny" / "pictures.py", "def twice", "def thrice")
    with pytest.raises(UserError, match=r"shows 'twice', but pictures\.py draws thrice"):
        command.release(with_a_picture)


def test_pictures_decide_no_grade(with_a_picture: Course) -> None:
    assignment = with_a_picture.assignment("b1_tiny")
    before = checks_digest(assignment)
    assignment.pictures.write_text("# none\n", "utf-8")
    assert checks_digest(assignment) == before


def test_the_command_writes_a_page(
    with_a_picture: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.release(with_a_picture) == 0
    monkeypatch.chdir(with_a_picture.root)
    page = with_a_picture.root / ".autograder" / "b1_tiny.html"
    assert cli.main(["show", "twice"]) == 0
    assert "Your double draws this picture. Write it first" in capsys.readouterr().out
    replace_in(with_a_picture.released("b1_tiny").master, 'raise NotImplementedError("double")', "return 2 * x")
    assert cli.main(["show"]) == 0
    assert "<svg" in page.read_text("utf-8")
    assert cli.main(["show", "Counter"]) == 2
    assert "Counter has no picture. b1_tiny has these: twice." in capsys.readouterr().err
