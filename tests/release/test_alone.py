"""Notebooks that work alone: nothing but the package and one file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder import notebook
from autograder.common.errors import UserError
from autograder.course.course import Course, find_course
from autograder.data.dataset import SAMPLE, examples_in
from autograder.release import alone, command
from autograder.release.student import release_to
from autograder.student.pictures import training_examples
from autograder.submission.source import read_source
from tests.support.extras import skip_without
from tests.support.places import ROOT

skip_without("nbgrader")


def cells(path: Path) -> list[Any]:
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_a_notebook_alone_checks_its_tasks(
    released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    alone.write_alone(released.released("b1_tiny"), folder)
    monkeypatch.chdir(folder)
    with pytest.raises(UserError):
        find_course(folder)
    monkeypatch.setitem(vars(sys.modules["__main__"]), "double", lambda x: x * x)
    exec("".join(cells(folder / "b1_tiny.ipynb")[0]["source"]), {})
    notebook.check("b1_tiny", "double", points=5)
    shown = capsys.readouterr().out
    assert "You squared the number" in shown
    assert "b1_tiny so far: 0 of 7 points, 0 of 3 tasks" in shown
    monkeypatch.setitem(vars(sys.modules["__main__"]), "double", lambda x: 2 * x)
    notebook.check("b1_tiny", "double", points=5)
    assert "b1_tiny so far: 2 of 7 points, 1 of 3 tasks" in capsys.readouterr().out
    notebook.hint("double")
    assert "Add." in capsys.readouterr().out


def test_one_that_trains_fetches_the_course_and_says_so_where_it_cannot(tmp_path: Path) -> None:
    course = Course(ROOT)
    alone.write_alone(course.released("a5_fashion_mnist"), tmp_path, "ada/course")
    assert "git clone -q --depth 1 https://github.com/ada/course" in "".join(
        cells(tmp_path / "a5_fashion_mnist.ipynb")[0]["source"]
    )
    assert (
        read_source(tmp_path / "a5_fashion_mnist.ipynb").code_digest in course.manifest().of("a5_fashion_mnist").stubs
    )
    with pytest.raises(UserError, match="training data, which are not here"):
        training_examples(tmp_path / "data")


def test_one_that_trains_brings_the_first_images_for_its_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(ROOT)
    alone.write_alone(course.released("a5_fashion_mnist"), tmp_path)
    assert (tmp_path / "a5_fashion_mnist.ipynb").stat().st_size < 600_000, "its pictures take as much again"
    monkeypatch.chdir(tmp_path)
    exec("".join(cells(tmp_path / "a5_fashion_mnist.ipynb")[0]["source"]), {})
    few = examples_in(notebook._course().root / SAMPLE)
    whole = training_examples(ROOT / "data")
    assert 512 <= len(few) < len(whole), "as many as the public checks train on"
    assert few.items.equal(whole.items[: len(few)])
    assert few.labels.equal(whole.labels[: len(few)])


def test_in_a_course_nothing_is_unpacked(released: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(released.assignments)
    notebook.unpack("what is never read")
    assert not (released.assignments / ".autograder").exists()


def test_what_is_brought_along_is_no_part_of_the_answer(released: Course, tmp_path: Path) -> None:
    alone.write_alone(released.released("b1_tiny"), tmp_path, "ada/course")
    first = (tmp_path / "b1_tiny.ipynb").read_bytes()
    assert "git+https://github.com/ada/course" in "".join(cells(tmp_path / "b1_tiny.ipynb")[0]["source"])
    assert read_source(tmp_path / "b1_tiny.ipynb").code_digest in released.manifest().of("b1_tiny").stubs
    alone.write_alone(released.released("b1_tiny"), tmp_path, "ada/course")
    assert (tmp_path / "b1_tiny.ipynb").read_bytes() == first


@pytest.mark.heavy
def test_the_student_repository_has_them_with_their_badges(small_course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(small_course, folder, github="ada/course") == 0
    badge = "https://colab.research.google.com/github/ada/course/blob/main/alone/b1_tiny.ipynb"
    assert badge in (folder / "README.md").read_text("utf-8")
    assert len(cells(folder / "alone" / "b1_tiny.ipynb")) > 3
    container = json.loads((folder / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert "autograder start" in container["postCreateCommand"]
    with pytest.raises(UserError, match="OWNER/NAME"):
        release_to(small_course, tmp_path / "other", github="ada")
    assert command.release(small_course) == 0
