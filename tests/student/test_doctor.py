"""`doctor`: what is missing on this machine, and the remedy."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from autograder.student import doctor
from autograder.student.repository import StudentRepository
from tests.support.student import words

pytestmark = pytest.mark.usefixtures("forked_sandboxes")


def test_the_doctor_names_what_is_missing_and_the_remedy(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name, *_: None)
    assert doctor.run(SimpleNamespace()) == 1  # type: ignore[arg-type]
    text = words(capsys)
    assert "This needs the course's data set, which is not here" in text, "there is no data/ in this repository"
    assert "pip install notebook" in text
    assert "pip install watchfiles" in text
    assert "1 of these must be fixed" in text


@pytest.mark.heavy
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


def test_the_doctor_names_a_doubled_file_and_a_detached_head(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *identity, *words], cwd=repository.root, check=True, capture_output=True)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    assert not list(doctor._git())  # one look of several, and the others take seconds
    git("checkout", "-q", "--detach")
    assert "no branch" in next(doctor._git()).what
    (repository.root / "a1_permute.py").write_text("x = 1\n")
    assert any(f.what.startswith("a1_permute.py is not checked") for f in doctor._work())
    for folder in ("of_mine/lib", "clone"):
        place = repository.root / folder
        place.mkdir(parents=True)
        shutil.copy(repository.files("a2_linear_dims").master, place)
        (place / "a3_conv_shapes.py").write_text("x = 1\n")
    (repository.root / "of_mine" / "pyvenv.cfg").write_text("")
    found = [finding.what for finding in doctor._work()]
    assert any(what.startswith("clone/a3_conv_shapes.py is not checked") for what in found)
    assert not any("a2_linear_dims" in what for what in found), "a stub is no work"
    assert not any("of_mine" in what for what in found), "it is an environment"
    (repository.root / ".release.json").write_text(
        json.dumps({"a1_permute.py": hashlib.sha256(b"x = 1\n").hexdigest()})
    )
    assert not any(f.what.startswith("a1_permute.py is not checked") for f in doctor._work()), "it was handed out there"


def test_the_doctor_names_another_package_of_our_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(doctor.foreign_packages()), "none is installed here"
    both = {"autograder": ["cnn-autograder", "some-grader"]}
    monkeypatch.setattr(doctor.metadata, "packages_distributions", lambda: both)
    (found,) = doctor.foreign_packages()
    assert found.level == "broken"
    assert "pip uninstall some-grader" in found.remedy
