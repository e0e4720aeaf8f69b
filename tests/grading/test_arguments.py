"""What pytest is told for a session over the checks of one assignment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading import plugin
from tests.support.files import put


@pytest.mark.parametrize("folder", ["CNN [2026]", "a::b", "$HOME", "Übung für Zoë"])
def test_any_name_of_a_folder_is_a_name(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest reads a test's parameters after `[`, its name after `::`, and a variable after `$`."""
    course = tmp_path / folder / "course"
    file = put(course / "solutions" / "a1" / "test_a1.py", "def test_it():\n    pass\n")
    monkeypatch.chdir(course)
    command = [sys.executable, "-m", "pytest", "--collect-only", *plugin.arguments([file])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_folders_above_are_not_listed(tmp_path: Path) -> None:
    """On Windows, pytest also looks at each entry of a folder that it lists: one that vanishes meanwhile ends the run."""
    file = put(tmp_path / "solutions" / "a1" / "test_a1.py", "def test_it():\n    pass\n")
    show = (
        "import sys, pytest\nclass Show:\n    def pytest_itemcollected(self, item):\n        print(item.listchain())\n"
    )
    command = [sys.executable, "-c", f"{show}pytest.main(sys.argv[1:], plugins=[Show()])", *plugin.arguments([file])]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "<Dir a1>" in done.stdout, done.stdout + done.stderr
    assert "<Dir solutions>" not in done.stdout
