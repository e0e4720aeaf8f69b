"""Files are written whole or not at all, and one run alone holds a folder."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path, PurePosixPath

import pytest

from autograder.common.errors import InfrastructureError, UserError
from autograder.common.files import alone_in, as_typed, take, write_whole


def test_what_is_written_is_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "x.json"
    write_whole(path, b"one")
    write_whole(path, b"two", to_disk=False)
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, InfrastructureError, "The disk is full"),
        (errno.EACCES, UserError, "Change its permissions"),
        (errno.EIO, InfrastructureError, "could not be written"),
    ],
)
def test_what_stood_there_still_stands_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception], words: str
) -> None:
    path = tmp_path / "x.json"
    write_whole(path, b"before")

    def fsync(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(kind, match=words):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises((UserError, InfrastructureError), match="folder"):
        write_whole(tmp_path / "folder" / "x", b"")


HOLD = "import sys; from pathlib import Path; from autograder.common.files import alone_in\n"
HOLD += "with alone_in(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"


@pytest.mark.skipif(os.name != "posix", reason="a folder cannot be held on Windows")
def test_a_folder_is_held_by_one_process_and_free_when_that_is_killed(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="wait until it has ended"), alone_in(tmp_path):
            pass
    finally:
        other.kill()
        other.communicate()
    with alone_in(tmp_path):
        pass


def test_an_open_file_is_taken_once(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as one, (tmp_path / "lock").open("w") as other:
        assert take(one.fileno())
        assert not take(other.fileno())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    """Root could replace it by a file, and /dev/null as well."""
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"student,score\n")
    reader.join(timeout=10)
    assert read == [b"student,score\n"]
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("data/train.gz", "data/train.gz"),
        ("/home/zoë/cnn-course_2/data", "/home/zoë/cnn-course_2/data"),
        ("/home/ann/My Course/data", '"/home/ann/My Course/data"'),
        ("/home/ann/A & B (2)", '"/home/ann/A & B (2)"'),
    ],
)
def test_a_path_in_a_command_can_be_copied(path: str, typed: str) -> None:
    assert as_typed(PurePosixPath(path)) == typed
