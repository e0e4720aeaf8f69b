"""`hint`: one at a time, and never the answer."""

from __future__ import annotations

import sys

import pytest

from autograder import cli
from autograder.student import hint
from autograder.student.repository import StudentRepository
from tests.support.student import script, words


def test_hints_come_one_by_one_and_are_never_the_answer(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []
    for number in range(4):
        assert cli.main(["hint", "to_nchw"]) == 0
        seen.append(words(capsys))
        assert f"hint {min(number + 1, 3)} of 3" in seen[-1]
    assert "2 more" in seen[0]
    assert "That was the last one" in seen[2]
    assert "hint 1 of 3" in seen[3]
    assert "Those are all the hints" in seen[3]
    assert "permute(0, 3, 1, 2)" not in " ".join(seen)
    assert cli.main(["hint", "to_nchw", "--again"]) == 0


def test_without_a_task_the_first_unsolved_one_gets_its_hint(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["hint"])
    assert words(capsys).startswith("to_nchw, hint 1 of 3")
    cli.main(["hint", "a4"])
    assert words(capsys).startswith("predict_binary, hint 1")


def test_hints_need_no_torch(repository: StudentRepository) -> None:
    import subprocess

    code = "import sys; from autograder import cli; cli.main(['hint']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_a_task_without_hints_is_told_so(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    (script(repository, "a1_permute").parent / "diagnoses.json").write_text('{"hints": 5}')
    assert hint.read_hints(repository, "a1_permute") == {}
    assert cli.main(["hint", "to_nchw"]) == 0
    assert "There is no hint for to_nchw" in words(capsys)
