"""When a submission was made."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.submission.times import load_times, submission_time
from tests.support.files import put


def test_nbgraders_timestamp(tmp_path: Path) -> None:
    file = put(tmp_path / "submitted" / "ada" / "a1_permute" / "a1_permute.ipynb", "{}")
    key = ("ada", "a1_permute")
    assert submission_time(file, tmp_path / "submitted", key, {}) == ""
    put(file.parent / "timestamp.txt", "2026-11-20 21:03:11.123456 UTC")
    assert submission_time(file, tmp_path / "submitted", key, {}) == "2026-11-20T21:03:11Z"
    put(file.parent / "timestamp.txt", "2026-11-20 21:03:11 Europe/Berlin\n")
    assert submission_time(file, tmp_path / "submitted", key, {}) == "2026-11-20T20:03:11Z"
    put(file.parent / "timestamp.txt", "yesterday")
    assert submission_time(file, tmp_path / "submitted", key, {}) == ""
    told = {key: "2026-11-01T00:00:00Z"}
    assert submission_time(file, tmp_path / "submitted", key, told) == "2026-11-01T00:00:00Z"


def test_a_file_of_times(tmp_path: Path) -> None:
    file = put(tmp_path / "times.csv", "student,assignment,time\nada,a1_permute,2026-11-20T21:03:11+01:00\n")
    assert load_times(file) == {("ada", "a1_permute"): "2026-11-20T20:03:11Z"}
    put(file, "student,assignment,time\nada,a1_permute,noon\n")
    with pytest.raises(UserError, match="line 2: 'noon' is no time"):
        load_times(file)
    with pytest.raises(UserError, match="There is no file"):
        load_times(tmp_path / "nowhere.csv")


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
    key = ("ada", "a1_permute")
    assert submission_time(file, tmp_path / "class", key, {}) == "2026-11-20T10:00:00Z"
    assert not (tmp_path / "sprung").exists()
    git("pack-refs", "--all")
    git("gc", "-q")  # this git obeys the settings, and the trap springs
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert submission_time(file, tmp_path / "class", key, {}) == "2026-11-20T10:00:00Z"
    assert not (tmp_path / "sprung").exists()
    for broken in ("ref: refs/heads/../../../x", "not a commit", "0" * 40):
        put(clone / ".git" / "HEAD", broken)
        assert submission_time(file, tmp_path / "class", key, {}) == ""
