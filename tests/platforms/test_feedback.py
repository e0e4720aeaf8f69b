"""Words back to the students, against what each system takes; nothing of a hidden check or of another student in them."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from autograder import cli
from autograder.results import store
from autograder.results.result import CheckResult, Result
from tests.support.files import put

SECRET = "hidden-7f3a"
CHECKS = (
    CheckResult("test_a", "It works", "to_nchw", 7, 0, "failed", False, message="to_nchw returned\n``` \x1b[31m None"),
    CheckResult(f"test_{SECRET}", f"{SECRET} title", "to_nchw", 3, 3, "passed", True, message=f"{SECRET} says"),
)


def write(folder: Path, student: str, file: str, identity: dict[str, str], status: str = "graded") -> None:
    own = CHECKS if status == "graded" else ()
    score = 3 if own else 0
    result = Result(student, "a1_permute", "py", status, score, 10, own, notes=(f"Passed over: {SECRET} title",))  # type: ignore[arg-type]
    store.write(Result(**{**vars(result), "file": file, "identity": identity}), folder)


def test_moodles_zip_has_the_folders_of_its_download(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = "Ann Lee_12345_assignsubmission_file_"
    write(tmp_path / "r", "Ann Lee", f"{folder}/a1_permute.py", {"system": "moodle", "number": "12345"})
    write(tmp_path / "r", "Bob", "", {"system": "moodle", "number": "9", "name": "Bob Ray"}, "unreadable")
    write(tmp_path / "r", "Cas", "", {"system": "moodle", "number": "8", "name": "Cas"}, "missing")
    write(tmp_path / "r", "Dan_Fox", "", {"system": "moodle", "number": "7"}, "unreadable")
    assert cli.main(["feedback", str(tmp_path / "r"), "--to", "moodle", "--out", str(tmp_path / "o")]) == 0
    with zipfile.ZipFile(tmp_path / "o" / "a1_permute-feedback.zip") as archive:
        names, text = archive.namelist(), archive.read(f"{folder}/feedback.txt").decode()
    assert names == [
        f"{folder}/feedback.txt",
        "Bob Ray_9_assignsubmission_file_/feedback.txt",
        "Dan Fox_7_assignsubmission_file_/feedback.txt",
    ]
    assert text.startswith("a1_permute: 3 of 10 points\n")
    assert "- It works (0 of 7)" in text
    assert SECRET not in text
    assert "Bob" not in text


def test_moodles_folder_is_the_students_whatever_the_work_lay_in(tmp_path: Path) -> None:
    for number, behind in ((1, "_ 2/a1_permute.py"), (2, "_work.zip/a1_permute.py"), (3, "/a1_permute.py")):
        file = f"Ann Lee_{number}_assignsubmission_file{behind}"
        write(tmp_path / "r", f"Ann Lee_{number}", file, {"system": "moodle", "number": str(number), "name": "Ann Lee"})
    assert cli.main(["feedback", str(tmp_path / "r"), "--to", "moodle", "--out", str(tmp_path / "o")]) == 0
    with zipfile.ZipFile(tmp_path / "o" / "a1_permute-feedback.zip") as archive:
        assert archive.namelist() == [
            "Ann Lee_1_assignsubmission_file_/feedback.txt",
            "Ann Lee_2_assignsubmission_file_/feedback.txt",
            "Ann Lee_3_assignsubmission_file/feedback.txt",
        ]


def test_canvas_gets_its_own_files_back_with_comments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {
        "py": "leeann_12345_67999_a1_permute-1.py", "ipynb": "roebob_12346_68000_a1_permute.ipynb",
        "renamed": "poecy_12347_68002_a1_permute.py",
    }  # fmt: skip
    work = tmp_path / "term" / "autumn" / "class"
    work.mkdir(parents=True)
    (work / names["py"]).write_text('"""Mine."""\nx = 1\n')
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "x = 1"}]}
    (work / names["ipynb"]).write_text(json.dumps(book))
    (work / names["renamed"]).write_text(json.dumps(book))  # a notebook, saved as a script
    students = (("leeann", "py", "12345"), ("roebob", "ipynb", "12346"), ("poecy", "renamed", "12347"))
    for student, form, number in students:
        write(tmp_path / "r", student, names[form], {"system": "canvas", "number": number})
    write(tmp_path / "r", "zip", "zip_1_2_work.zip/a1_permute.py", {"system": "canvas", "number": "1"})
    # Marked anonymously: Canvas gives no number.
    write(tmp_path / "r", "anon_Ab1Cd", "anon_Ab1Cd_68001_a1_permute.docx", {"system": "canvas"})
    words = ["feedback", str(tmp_path / "r"), "--to", "canvas", "--out", str(tmp_path / "o")]
    assert cli.main(words) == 2
    capsys.readouterr()
    assert cli.main([*words, "--submissions", str(tmp_path / "r")]) == 1
    assert capsys.readouterr().out.splitlines()[0] == f"{tmp_path / 'o'}: only comments.csv."
    for folder in (tmp_path, work):  # Canvas's files may be in a folder of the one that was graded
        shutil.rmtree(tmp_path / "o")
        assert cli.main([*words, "--submissions", str(folder)]) == 1  # a zip cannot be commented
        assert "submissions.zip with 3 commented files, and comments.csv. In Canvas" in capsys.readouterr().out
    with zipfile.ZipFile(tmp_path / "o" / "submissions.zip") as archive:
        assert sorted(archive.namelist()) == sorted(names.values())
        script = archive.read(names["py"]).decode()
        again = json.loads(archive.read(names["ipynb"]))
        assert archive.read(names["renamed"]) == archive.read(names["ipynb"])
    assert script.startswith("# a1_permute: 3 of 10 points\n")
    assert script.endswith('"""Mine."""\nx = 1\n')
    assert [cell["cell_type"] for cell in again["cells"]] == ["markdown", "code"]
    compile(script, "script", "exec")
    assert "\x1b" not in script
    rows = list(csv.DictReader(io.StringIO((tmp_path / "o" / "comments.csv").read_text(encoding="utf-8"))))
    assert [row["ID"] for row in rows] == ["", "12345", "12347", "12346", "1"]
    assert SECRET not in script + json.dumps(again) + str(rows)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_githubs_script_names_each_repository_and_nothing_that_a_shell_runs(tmp_path: Path) -> None:
    write(tmp_path / "r", "cnn-ann", "cnn-ann/a1_permute.py", {})
    write(tmp_path / "r", "$(touch x); `id`", "x/a1_permute.py", {})
    words = ["feedback", str(tmp_path / "r"), "--to", "github", "--out", str(tmp_path / "o")]
    assert cli.main(words) == 2
    assert cli.main([*words, "--owner", "org"]) == 1
    script = (tmp_path / "o" / "feedback.sh").read_text()
    assert [line for line in script.splitlines() if line.startswith("give ")] == ["give org/cnn-ann ./cnn-ann.md"]
    subprocess.run(["sh", "-n", str(tmp_path / "o" / "feedback.sh")], check=True)
    assert SECRET not in (tmp_path / "o" / "cnn-ann.md").read_text()


def test_githubs_zip_of_a_branch_is_the_repositorys(tmp_path: Path) -> None:
    write(tmp_path / "r", "cnn-ann-main", "cnn-ann-main/a1_permute.py", {})
    clone = Result("cnn-bob-main", "a1_permute", "py", "graded", 3, 10, CHECKS, commit="1" * 40)
    store.write(clone, tmp_path / "r")
    words = ["feedback", str(tmp_path / "r"), "--to", "github", "--owner", "org", "--out", str(tmp_path / "o")]
    assert cli.main(words) == 0
    script = (tmp_path / "o" / "feedback.sh").read_text()
    assert "give org/cnn-ann ./cnn-ann-main.md\ngive org/cnn-bob-main ./cnn-bob-main.md\n" in script


GH = """#!/bin/sh
case "$1 $2" in
"pr list") cat "$SITE/$4.pr" 2>/dev/null || true ;;
"pr comment") cat "$7" >> "$SITE/$5.comments" ;;
"repo clone") exec git clone --quiet "$SITE/$3" "$4" ;;
esac
"""


@pytest.mark.skipif(shutil.which("sh") is None or shutil.which("git") is None, reason="needs a shell and git")
def test_githubs_script_reaches_everybody_but_a_repository_that_is_gone(tmp_path: Path) -> None:
    """Run twice, also where a student has merged the first feedback: then there is nothing new to commit."""
    for student in ("cnn-ann", "cnn-bob", "cnn-cas", "cnn-gone"):
        write(tmp_path / "r", student, f"{student}/a1_permute.py", {})
    cli.main(["feedback", str(tmp_path / "r"), "--to", "github", "--out", str(tmp_path / "o"), "--owner", "org"])
    site = tmp_path / "site"
    for name in ("cnn-ann", "cnn-bob", "cnn-cas"):
        git(tmp_path, "init", "--bare", "--initial-branch=main", str(site / "org" / name))
    git(tmp_path, "clone", str(site / "org" / "cnn-bob"), "bob")  # cnn-cas has nothing in it
    put(tmp_path / "bob" / ".gitignore", "*.md\n")
    git(tmp_path / "bob", "add", ".gitignore")
    git(tmp_path / "bob", "commit", "--message", "work")
    git(tmp_path / "bob", "push", "origin", "HEAD:main")
    put(site / "org" / "cnn-ann.pr", "7\n")
    put(tmp_path / "bin" / "gh", GH).chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for times in (1, 2):
        ended = subprocess.run(
            ["sh", str(tmp_path / "o" / "feedback.sh")],
            env={**os.environ, **IDENTITY, "PATH": path, "SITE": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert [line for line in ended.stderr.splitlines() if line.startswith("Not given")] == [
            "Not given: org/cnn-gone"
        ]
        assert (site / "org" / "cnn-ann.comments").read_text().count("# Feedback") == times
        for name in ("cnn-bob", "cnn-cas"):
            kept = git(site / "org" / name, "show", "autograder-feedback:FEEDBACK.md")
            assert kept == (tmp_path / "o" / f"{name}.md").read_text()
        git(site / "org" / "cnn-bob", "update-ref", "refs/heads/main", "autograder-feedback")  # merged


IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A Teacher"), ("EMAIL", "teacher@uni.edu"))
}


def git(folder: Path, *words: str) -> str:
    """What git says."""
    environment = {**os.environ, **IDENTITY}
    return subprocess.run(
        ["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_whoever_gets_no_feedback_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "r", "Ann", "Ann_1_assignsubmission_file_/a1_permute.py", {"system": "moodle", "number": "1"})
    write(tmp_path / "r", "Bob", "Bob/a1_permute.py", {"system": "moodle"})
    words = ["feedback", str(tmp_path / "r"), "--to", "moodle", "--out", str(tmp_path / "o")]
    assert cli.main(words) == 1
    assert "Bob (a1_permute): the result has no participant number of Moodle" in capsys.readouterr().out
    put(tmp_path / "r" / "Cas" / "a1_permute.json", "{")
    assert cli.main(words) == 3
    assert "passed over" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "o" / "a1_permute-feedback.zip") as archive:
        assert archive.namelist() == ["Ann_1_assignsubmission_file_/feedback.txt"]
