"""When a submission was made."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
import zoneinfo
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.submission.clone import Clones
from autograder.submission.find import find_class
from autograder.submission.found import Found
from autograder.submission.times import Arrival, arrival_of, load_times, read_stamp
from tests.support.files import put


def arrival(file: Path, top: Path, told: dict[tuple[str, str], str] | None = None) -> Arrival:
    """When ada's a1 came that lies in this file, below the folder of the class."""
    mine = Found("ada", "a1_permute", file, "found", top=top / file.relative_to(top).parts[0])
    return arrival_of(mine, top, told or {}, None, Clones())


def test_nbgraders_timestamp(tmp_path: Path) -> None:
    top = tmp_path / "submitted"
    file = put(top / "ada" / "a1_permute" / "a1_permute.ipynb", "{}")
    assert arrival(file, top) == Arrival()
    put(file.parent / "timestamp.txt", "2026-11-20 21:03:11.123456 UTC")
    assert arrival(file, top).text == "2026-11-20T21:03:11Z"
    put(file.parent / "timestamp.txt", "\ufeff2026-11-20 21:03:11 Europe/Berlin\r\nby the dean's office\n")
    assert arrival(file, top).text == "2026-11-20T20:03:11Z"
    told = {("ada", "a1_permute"): "2026-11-01T00:00:00Z"}
    assert arrival(file, top, told).text == "2026-11-01T00:00:00Z"


def test_a_timestamp_among_what_a_system_hands_out_is_the_students_own(course: Course, tmp_path: Path) -> None:
    top = tmp_path / "class"
    for person in ("Ann Lee_12", "Bob Lee_13"):
        folder = top / f"{person}_assignsubmission_file_"
        put(folder / "a1_permute.py", f"answer = {person!r}\n")
        put(folder / "timestamp.txt", "2026-11-01 00:00:00 UTC")
        put(folder / "a1_permute" / "timestamp.txt", "2026-11-01 00:00:00 UTC")
    for found in find_class(top, course, ["a1_permute"]).found:
        assert arrival_of(found, top, {}, None, Clones()) == Arrival()


def test_sakais_timestamp_lies_beside_the_folder_with_the_files(course: Course, tmp_path: Path) -> None:
    top = tmp_path / "class"
    for person in ("Lee, Ann(ann)", "Roe, Bob(bob)"):
        files = top / person / "Submission attachment(s)"
        put(files / "a1_permute.py", f"answer = {person!r}\n")
        put(files / "timestamp.txt", "2026-11-01 00:00:00 UTC")
    put(top / "Lee, Ann(ann)" / "timestamp.txt", "20261120210311000")
    download = find_class(top, course, ["a1_permute"])
    came = [arrival_of(found, top, {}, None, download.clones).text for found in download.found]
    assert came == ["2026-11-20T21:03:11Z", ""]


def test_a_file_in_a_zip_came_with_the_zip(course: Course, tmp_path: Path) -> None:
    """The copy that is graded lies elsewhere, where no timestamp is: whoever handed in a zip was never late."""
    top = tmp_path / "submitted"
    for student in ("ada", "ben"):
        folder = top / student / "a1_permute"
        put(folder / "timestamp.txt", "2026-11-20 21:03:11 UTC")
        with zipfile.ZipFile(folder / "work.zip", "w") as archive:
            archive.writestr("work/a1_permute.py", f"answer = {student!r}\n")
    download = find_class(top, course, ["a1_permute"])
    came = [arrival_of(found, top, {}, None, download.clones).text for found in download.found]
    assert came == ["2026-11-20T21:03:11Z"] * 2


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("2026-10-24 23:30:00.000000 CEST", "2026-10-24T21:30"),
        ("2026-10-24T23:30:00+02:00", "2026-10-24T21:30"),
        ("2026-07-24 23:30:00 CET", "2026-07-24T22:30"),  # CET is CET, whatever the season
        ("2026-10-24 23:30:00 +0530", "2026-10-24T18:00"),
        ("2026-10-24 23:30:00 UTC+2", "2026-10-24T21:30"),
        ("2026-10-24 23:30:00 PDT", "2026-10-25T06:30"),
        ("2026-10-24 23:30", "2026-10-24T23:30"),
        ("2026-10-25 02:30:00 CEST", "2026-10-25T00:30"),
        ("2026-10-25 02:30:00 CET", "2026-10-25T01:30"),
        ("20261024233000123", "2026-10-24T23:30"),  # Sakai's
        ("20261324233000", None),
        ("2026-10-24 23:30:00 IST", None),
        ("2026-10-24 23:30:00 W. Europe Daylight Time", None),
        ("2026-10-24", None),
        ("9999-12-31 23:59:59 -1200", None),
        ("0001-01-01 00:00:00 Asia/Tokyo", None),
        ("2026-10-24 23:30:00 ../../etc/passwd", None),
    ],
)
def test_zones_as_they_are_written(said: str, time: str | None) -> None:
    read = read_stamp(said)
    assert (read.isoformat()[:16] if read else None) == time


def test_what_a_short_name_means_where_the_course_is() -> None:
    said = "2026-07-24 23:30:00 IST"
    for place, utc in (("Asia/Kolkata", "18:00"), ("Europe/Dublin", "22:30")):
        read = read_stamp(said, zoneinfo.ZoneInfo(place))
        assert read is not None
        assert read.strftime("%H:%M") == utc


@pytest.mark.parametrize("said", ["yesterday", "0001-01-01 00:00:00 Asia/Tokyo", "9999-01-01 00:00:00 UTC", "x" * 5000])
def test_what_cannot_be_read_is_said(tmp_path: Path, said: str) -> None:
    file = put(tmp_path / "ada" / "a1_permute.py", "x = 1\n")
    put(file.parent / "timestamp.txt", said)
    found = arrival(file, tmp_path)
    assert found.text == ""
    assert "is not a time that can be read" in found.notes[0]


def test_a_file_of_times(tmp_path: Path) -> None:
    file = put(tmp_path / "times.csv", "student,assignment,time\nada,a1_permute,2026-11-20T21:03:11+01:00\n")
    put(tmp_path / "solutions" / "a1_permute" / "a1_permute.py", "")
    course = Course(tmp_path)
    assert load_times(file, course) == {("ada", "a1_permute"): "2026-11-20T20:03:11Z"}
    put(file, "student,assignment,time\nada,a1_permute,noon\n")
    with pytest.raises(UserError, match="line 2: 'noon' is not a time"):
        load_times(file, course)
    with pytest.raises(UserError, match="There is no file"):
        load_times(tmp_path / "nowhere.csv", course)
    put(file, "Student;Assignment; Time\nada; a1; 2026-11-20T21:03:11+01:00\n")
    assert load_times(file, course) == {("ada", "a1_permute"): "2026-11-20T20:03:11Z"}
    put(tmp_path / "course.toml", 'timezone = "Asia/Tokyo"\n')  # where the clock is that the table was read from
    put(file, "student,assignment,time\nada,A1,2026-11-20 21:03:11\n")
    assert load_times(file, course) == {("ada", "a1_permute"): "2026-11-20T12:03:11Z"}
    put(file, "student,assignment,time\nada,a1,2026-07-20 21:03:11.5 CEST\nada,a2,2026-11-20 21:03:11 UTC\n")
    put(tmp_path / "solutions" / "a2_linear_dims" / "a2_linear_dims.py", "")
    assert list(load_times(file, course).values()) == ["2026-07-20T19:03:11Z", "2026-11-20T21:03:11Z"]
    put(file, "student,assignment,time\nada,a7,2026-11-20\n")
    with pytest.raises(UserError, match="line 2: There is no assignment 'a7'"):
        load_times(file, course)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_last_commit_that_touched_the_file_and_nothing_that_a_student_configured(tmp_path: Path) -> None:
    clone = tmp_path / "class" / "ada"
    file = put(clone / "assignments" / "a [1]" / "a1_permute.py", "x = 1\n")

    def git(*arguments: str, when: str = "2026-11-20T10:00:00Z") -> None:
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        subprocess.run(command, cwd=clone, env=os.environ | dates, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "mine")
    put(clone / "notes.txt", "later")
    git("add", ".")
    git("commit", "-q", "-m", "notes", when="2026-11-23T10:00:00Z")
    trap = put(tmp_path / "trap.sh", f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    trap.chmod(0o755)
    for setting in ("core.fsmonitor", "gpg.program", "core.pager", "core.sshCommand", "diff.external"):
        git("config", setting, str(trap))
    git("config", "log.showSignature", "true")
    put(clone / "timestamp.txt", "2026-11-01 00:00:00 UTC")  # a student's own, in a clone
    put(file.parent / "timestamp.txt", "2026-11-01 00:00:00 UTC")
    assert arrival(file, tmp_path / "class").text == "2026-11-20T10:00:00Z"
    assert not (tmp_path / "sprung").exists()
    git("pack-refs", "--all")
    git("gc", "-q")  # this git obeys the settings, and the trap springs
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert arrival(file, tmp_path / "class").text == "2026-11-20T10:00:00Z"
    assert not (tmp_path / "sprung").exists()
    for broken in ("ref: refs/heads/../../../x", "not a commit", "0" * 40):
        put(clone / ".git" / "HEAD", broken)
        assert arrival(file, tmp_path / "class").text == ""


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_shallow_clones_worktrees_and_a_repository_that_was_handed_in(tmp_path: Path) -> None:
    def git(folder: Path, *arguments: str, when: str = "2026-11-20T10:00:00Z") -> None:
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        subprocess.run(command, cwd=folder, env=os.environ | dates, check=True, capture_output=True)

    origin = tmp_path / "origin"
    put(origin / "a1_permute.py", "x = 1\n")
    put(origin / "notes.txt", "x")
    git(origin, "init", "-q")
    for number in range(3):
        put(origin / "notes.txt", f"{number}")
        git(origin, "add", ".")
        git(origin, "commit", "-qm", "x", when=f"2026-11-2{number}T10:00:00Z")
    top = tmp_path / "class"
    top.mkdir()
    git(top, "clone", "-q", "--depth", "2", f"file://{origin}", "shallow")
    git(origin, "worktree", "add", "-q", str(top / "tree"), "-b", "other")
    shallow = arrival(top / "shallow" / "a1_permute.py", top)
    assert shallow.text == "2026-11-21T10:00:00Z"
    assert "shallow" in shallow.notes[0]
    assert arrival(top / "tree" / "a1_permute.py", top).text == "2026-11-20T10:00:00Z"
    # In nbgrader's folders the time is the collector's, whatever repository a student has handed in.
    handed_in = top / "ada" / "a1_permute"
    git(top, "clone", "-q", f"file://{origin}", str(handed_in))
    put(handed_in / "timestamp.txt", "2026-11-25 10:00:00 UTC")
    assert arrival(handed_in / "a1_permute.py", top).text == "2026-11-25T10:00:00Z"
    # A clone in a clone, or a submodule: the outer one does not know the file, the inner one does.
    outer = top / "ben"
    put(outer / "notes.txt", "x")
    git(top, "init", "-q", "ben")
    git(outer, "add", ".")
    git(outer, "commit", "-qm", "x", when="2026-11-26T10:00:00Z")
    git(outer, "clone", "-q", f"file://{origin}", "work")
    assert arrival(outer / "work" / "a1_permute.py", top).text == "2026-11-20T10:00:00Z"
    put(outer / "a1_permute.py", "x = 1\n")
    put(outer / ".git" / "HEAD", "ref: refs/heads/.invalid")  # as where git keeps its references in tables
    found = arrival(outer / "a1_permute.py", top)
    assert (found.text, found.notes) == ("", ("Git does not say when the file was last changed.",))
