"""A release replaces what releases have made, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.release import command
from autograder.release.generated import refuse_foreign, staging
from tests.support.extras import skip_without
from tests.support.small_course import replace_in, tree

skip_without("nbgrader")


def test_a_release_deletes_nobodys_file(released: Course) -> None:
    note = released.assignments / "b1_tiny" / "my_notes.md"
    note.write_text("keep me")
    with pytest.raises(UserError, match=r"my_notes\.md"):
        command.release(released)
    assert note.read_text() == "keep me"


def test_what_is_no_folder_is_not_taken_for_one(tmp_path: Path) -> None:
    """A file, or a device, as root can rename one."""
    file = tmp_path / "notes.txt"
    file.write_text("keep me")
    with pytest.raises(UserError, match=r"notes\.txt is a file\. Choose a new or empty folder\."):
        refuse_foreign(file)
    with pytest.raises(UserError, match="there is a file where a folder is needed"), staging(beside=file / "new"):
        pass
    assert file.read_text() == "keep me"


def test_caches_are_in_nobodys_way(released: Course) -> None:
    cache = released.assignments / "b1_tiny" / "__pycache__"
    cache.mkdir()
    (cache / "x.pyc").touch()
    assert command.check(released) == 0
    assert command.release(released) == 0


@pytest.mark.heavy
def test_a_kill_leaves_the_old_release_or_the_new(released: Course) -> None:
    """Killed at any moment, assignments/ is whole; the next release clears what lay about."""
    old = tree(released.assignments)
    replace_in(released.solutions / "b1_tiny" / "b1_tiny.py", "Twice x.", "Two times x.")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "release"], cwd=released.root, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not list(released.root.glob(".release-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert tree(released.assignments) == old
    assert list(released.root.glob(".release-*")), "it was killed while it built"
    assert command.release(released) == 0
    assert not list(released.root.glob(".release-*"))
    assert "Two times" in (released.assignments / "b1_tiny" / "b1_tiny.py").read_text()
