"""What pytest is told for a session over the checks of one assignment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading import plugin
from tests.support.files import put


def test_a_folder_with_brackets_is_no_parameter_of_a_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = tmp_path / "CNN [2026]" / "course"
    file = put(course / "solutions" / "a1" / "test_a1.py", "def test_it():\n    pass\n")
    monkeypatch.chdir(course)
    command = [sys.executable, "-m", "pytest", "--collect-only", *plugin.arguments([file])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
