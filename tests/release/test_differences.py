"""`release --check`: what is out of date, and what is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from autograder.course.course import Course
from autograder.release import command
from autograder.release.differences import differences
from tests.support.extras import skip_without
from tests.support.small_course import replace_in

skip_without("nbgrader")


def test_check_is_content_after_a_release(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.check(released) == 0
    assert "up to date" in capsys.readouterr().out


def test_check_shows_what_is_out_of_date(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(released.solutions / "b1_tiny" / "b1_tiny.py", "Twice x.", "Two times x.")
    assert command.check(released) == 1
    out = capsys.readouterr().out
    assert "b1_tiny/b1_tiny.py is out of date" in out
    assert '+    """Two times x.' in out
    assert "autograder release" in out


def test_check_shows_what_was_edited_by_hand(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    with (released.assignments / "b1_tiny" / "test_b1_tiny.py").open("a") as file:
        file.write("# a slip\n")
    (released.assignments / "notes.txt").touch()
    (released.assignments / "manifest.json").unlink()
    assert command.check(released) == 1
    out = capsys.readouterr().out
    assert "test_b1_tiny.py was edited by hand" in out
    assert "notes.txt is not made by release" in out
    assert "manifest.json is missing" in out
    assert "-# a slip" in out


def test_diagnoses_of_another_processor_are_in_step(released: Course) -> None:
    path = released.assignments / "b1_tiny" / "diagnoses.json"
    replace_in(path, "2.25", "2.2500001")
    assert command.check(released) == 0


def of_rows(
    change: Callable[[dict[str, torch.Tensor]], Any], metadata: dict[str, str] | None = None
) -> Callable[[bytes], bytes]:
    """What does this to the numbers in diagnoses.safetensors."""

    def changed(content: bytes) -> bytes:
        rows = safetensors.torch.load(content)
        change(rows)
        return safetensors.torch.save(rows, metadata)

    return changed


DAMAGE = {
    "another sum": of_rows(lambda rows: rows["sums"][0, 1].add_(0.01)),
    "not a number": of_rows(lambda rows: rows["sums"][1].fill_(torch.nan)),
    "another count": of_rows(lambda rows: rows["counts"][1, 0].add_(1)),
    "rows the other way round": of_rows(lambda rows: rows.update(sums=rows["sums"].flip(0))),
    "a row too few": of_rows(lambda rows: rows.update({name: t[:1] for name, t in rows.items()})),
    "a row that nothing points to": of_rows(lambda rows: rows.update({n: t.repeat(2, 1) for n, t in rows.items()})),
    "a tensor of another kind": of_rows(lambda rows: rows.update(more=torch.zeros(1))),
    "words": of_rows(lambda rows: None, {"note": "math.fsum"}),
    "sums that are shorter": of_rows(lambda rows: rows.update(sums=rows["sums"].float())),
    "cut off": lambda content: content[:-8],
    "more": lambda content: content + b"more",
    "nothing": lambda content: b"",
    "other line ends": lambda content: b"\r\n".join([content[:100], content[100:]]),
}


def test_check_finds_what_was_done_to_the_numbers(of_tensors: Course, tmp_path: Path) -> None:
    built = shutil.copytree(of_tensors.assignments, tmp_path / "built")
    path = of_tensors.assignments / "b1_tiny" / "diagnoses.safetensors"
    whole = path.read_bytes()
    for done, damage in DAMAGE.items():
        path.write_bytes(damage(whole))
        found = [(each.name, each.what, each.diff) for each in differences(built, of_tensors.assignments)]
        said = "It holds numbers, not text: there is no diff to show."
        assert found == [("b1_tiny/diagnoses.safetensors", "was edited by hand", said)], done
    path.write_bytes(whole)
    assert differences(built, of_tensors.assignments) == []


def test_last_digits_of_the_numbers_make_no_difference(of_tensors: Course, capsys: pytest.CaptureFixture[str]) -> None:
    path = of_tensors.assignments / "b1_tiny" / "diagnoses.safetensors"
    path.write_bytes(of_rows(lambda rows: rows["sums"].mul_(1 + 1e-7))(path.read_bytes()))
    assert command.check(of_tensors) == 0
    path.unlink()
    assert command.check(of_tensors) == 1
    assert "diagnoses.safetensors is missing" in capsys.readouterr().out


def test_check_finds_other_line_ends(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    path = released.assignments / "b1_tiny" / "diagnoses.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert command.check(released) == 1
    assert (
        "diagnoses.json was edited by hand\nIts lines are the same: only their ends differ." in capsys.readouterr().out
    )


def test_check_finds_a_word_that_no_release_writes(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(released.assignments / "b1_tiny" / "diagnoses.json", '{"messages"', '{"note": "three", "messages"')
    assert command.check(released) == 1
    assert '-{"note": "three"' in capsys.readouterr().out


def test_stale_numbers_are_found(of_tensors: Course, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(of_tensors.solutions / "b1_tiny" / "misconceptions.py", "-1.0", "-2.0")
    capsys.readouterr()
    assert command.check(of_tensors) == 1
    first, second, *_, last = capsys.readouterr().out.splitlines()
    assert first == "assignments/b1_tiny/diagnoses.safetensors is out of date"
    assert second.endswith("there is no diff to show.")
    assert last.endswith("run: autograder release")
    assert command.release(of_tensors) == 0
    assert command.check(of_tensors) == 0
