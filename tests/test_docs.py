"""What the docs tell people to type is taken by the commands as it stands."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import cli
from autograder.results import store
from autograder.results.result import CheckResult, Result
from tests.support.files import put
from tests.support.gradebooks import write_releases
from tests.support.places import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RECORDED = ("students-hour.md", "ta-evening.md")  # what was really typed


def commands(page: Path) -> Iterator[str]:
    """The commands of a page: whole lines of code blocks, and what stands whole between backticks."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"^ {4,}(autograder [^#\n>|]*)", text, re.M)
    yield from re.findall(r"`(autograder [a-z][^`]*--[^`]*)`", text.replace("\n", " "))


CASES = sorted(
    {(page.name, " ".join(each.split())) for page in PAGES if page.name not in RECORDED for each in commands(page)}
)


def test_what_a_training_may_use_is_told_as_it_is_declared() -> None:
    """The prose of the assignment and of the docs says the budget, the time and the bands of `network_facts.py`."""
    from autograder.course.network import network_beside

    master = ROOT / "solutions" / "a5_fashion_mnist" / "a5_fashion_mnist.py"
    network = network_beside(str(master))
    page = (ROOT / "docs" / "fashion-mnist.md").read_text("utf-8")
    for text in (master.read_text("utf-8"), page):
        assert set(re.findall(r"(?:most|the) \**([\d,]{6,})\**(?: parameters| with)", text)) == {f"{network.budget:,}"}
        assert f"{network.seconds:g} seconds" in text
    assert re.findall(r"^\| (\d+)% \| (\d+) \|", page, re.M) == [
        (f"{100 * share:g}", str(points)) for share, points in network.bands.items()
    ]


@pytest.mark.parametrize(("page", "command"), CASES)
def test_each_command_has_the_options_that_it_is_given(page: str, command: str) -> None:
    for part in command.split("&&"):
        words = shlex.split(part)
        if words[0] != "autograder":
            continue
        module = importlib.import_module(f"autograder.{cli.COMMANDS[words[1]][0]}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        if hasattr(module, "add_further_arguments"):
            module.add_further_arguments(parser, words[2:])
        known = {option for action in parser._actions for option in action.option_strings}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_the_recipes_of_uploads_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each export and feedback of docs/uploads.md, in a folder that holds what the recipe before it has made."""
    for name in ("a1_permute",):
        put(tmp_path / "solutions" / name / f"{name}.py")
        shutil.copytree(ROOT / "assignments" / "notebooks" / name, tmp_path / "assignments" / "notebooks" / name)
    checks = (CheckResult("test_a", "A", "to_nchw", 10, 10, "passed", False),)
    for number, (student, system) in enumerate((("leeann", "canvas"), ("roebob", "canvas"))):
        identity = {"system": system, "number": str(10077 + number)}
        file = f"{student}_{10077 + number}_1_a1_permute.py"
        put(tmp_path / "DOWNLOAD" / file)
        result = Result(student, "a1_permute", "py", "graded", 10, 10, checks, file=file, identity=identity)
        store.write(result, tmp_path / "results")
    put(
        tmp_path / "gradebook.csv",
        "Student,ID,SIS User ID,SIS Login ID,Section,a1_permute (48213)\nPoints Possible,,,,,10\n"
        "Ann Lee,10077,,,,\nBob Roe,10078,,,,\n",
    )
    put(
        tmp_path / "worksheet.csv",
        "Identifier,Full name,Grade,Maximum Grade\nParticipant 1,leeann,,10.00\nParticipant 2,roebob,,10.00\n",
    )
    write_releases(store.read_all(tmp_path / "results"), tmp_path / "releases")
    monkeypatch.chdir(tmp_path)
    done = []
    for command in commands(ROOT / "docs" / "uploads.md"):
        words = shlex.split(command)[1:]
        if words[0] not in ("export", "feedback") or "results" not in words or "nbgrader" in words:
            continue
        if words[0] == "feedback" and "moodle" in words:  # these came from Canvas, and Moodle knows none of them
            assert cli.main(words) == 2
            continue
        assert cli.main(words) == 0, command
        done.append(words[words.index("--to") + 1])
    assert {"csv", "canvas", "moodle", "classroom50", "github-classroom", "gradescope", "github"} <= set(done)
    assert (tmp_path / "filled.csv").read_text(encoding="utf-8").count("10,10.00") == 2, "Moodle's, written last"
    assert (tmp_path / "feedback" / "submissions.zip").is_file()
