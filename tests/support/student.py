"""What a student does, in a repository made for a test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.student.repository import StudentRepository

STUB = 'raise NotImplementedError("to_nchw")'


def edit(path: Path, old: str = STUB, new: str = "return images.permute(0, 3, 1, 2)", at: float | None = None) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    if at is not None:
        os.utime(path, (at, at))
    return path


def script(repository: StudentRepository, name: str) -> Path:
    return repository.course.assignments / name / f"{name}.py"


def words(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())
