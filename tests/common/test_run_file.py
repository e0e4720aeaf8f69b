"""Running one of the course's own files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autograder.common.run_file import run_file


def test_a_file_is_run_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "facts.py"
    for value in (1, 2):  # of one size, and saved within one second
        file.write_text(f"VALUE = {value}\n", encoding="utf-8")
        os.utime(file, (0, 0))
        module = run_file(file)
        assert (module.VALUE, module.__file__) == (value, str(file))
    assert [path.name for path in tmp_path.iterdir()] == ["facts.py"]
