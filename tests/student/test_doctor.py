"""`doctor`: what is missing on this machine, and the remedy."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.student import doctor
from autograder.student.repository import StudentRepository
from tests.support.student import words


def test_the_doctor_names_what_is_missing_and_the_remedy(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name, *_: None)
    assert doctor.run(SimpleNamespace()) == 1  # type: ignore[arg-type]
    text = words(capsys)
    assert "train-manifest.json is missing" in text, "there is no data/ in this repository"
    assert "pip install notebook" in text
    assert "pip install watchfiles" in text
    assert "1 of these must be mended" in text


def test_the_doctor_survives_what_it_looks_at(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode() -> None:
        raise RuntimeError("the kernel spec is a directory")

    monkeypatch.setattr(doctor, "kernel_program", explode)
    assert doctor.run(SimpleNamespace()) == 1  # type: ignore[arg-type]
    assert "RuntimeError: the kernel spec is a directory" in words(capsys)


def test_the_doctor_sees_a_kernel_of_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "kernel_program", lambda: "/usr/bin/false")
    found = [finding for finding in doctor._jupyter() if finding.level == "note"]
    assert found
    assert "ipykernel install" in found[0].remedy
