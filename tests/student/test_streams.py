"""Whatever became of the streams of a command: no traceback, and an exit code that says what happened."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.student.repository import StudentRepository

COMMAND = f"{sys.executable} -m autograder"


def shell(line: str, repository: StudentRepository, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("HOME", "COLUMNS")}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("autograder", COMMAND)],
        cwd=repository.root, env=kept | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("autograder --help | true", 0),
        ("autograder start | true", 0),
        ("autograder start >&-", 0),
        ("autograder start <&- >&- 2>&-", 0),
        ("autograder nonsense 2>&-", 2),
        ("autograder start > /dev/full", 3),
        ("PYTHONIOENCODING=cp1252 autograder hint to_nchw", 0),
    ],
)
def test_no_stream_ends_in_a_traceback(repository: StudentRepository, line: str, code: int) -> None:
    if "/dev/full" in line and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    ended = shell(line, repository)
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr


@pytest.mark.parametrize("columns", ["0", "1", "-5", "wide"])
def test_a_width_that_is_none_costs_no_word(repository: StudentRepository, columns: str) -> None:
    ended = shell("autograder start", repository, COLUMNS=columns)
    assert ended.returncode == 0, ended.stderr
    assert "Save, then check it: autograder check" in ended.stdout
