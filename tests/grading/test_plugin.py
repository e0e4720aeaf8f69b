"""The pytest plugin in a project that has nothing to do with us, where it is only installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.files import put

THEIRS = """
import pytest

@pytest.fixture
def draw():
    return "theirs"

@pytest.mark.points(3)
def test_with_a_fixture_of_a_name_of_ours(draw):
    assert draw == "theirs"

@pytest.mark.points(2.5, "exercise 1")
def test_with_points_of_another_kind(tmp_path):
    assert tmp_path.is_dir()

@pytest.mark.points(1)
def test_that_fails():
    assert 1 + 1 == 3
"""


@pytest.mark.heavy
def test_tests_of_another_project_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "exercises" / "test_theirs.py", THEIRS)
    put(tmp_path / "pytest.ini", "[pytest]\nmarkers = points(n): what it is worth\n")
    command = [sys.executable, "-m", "pytest", "-q", "--color=no"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 2 passed" in done.stdout
    assert "assert (1 + 1) == 3" in done.stdout, "in pytest's own words"
    assert "torch" not in done.stderr
