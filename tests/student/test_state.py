"""What is remembered between two commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.student import state


def test_the_state_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = state.State().with_checked("a1", state.Checked("f", {"to_nchw": (1, 2)})).with_hints("a1", "to_nchw", 2)
    state.save(tmp_path, kept)
    assert state.load(tmp_path) == kept
    assert (tmp_path / ".autograder" / ".gitignore").read_text().endswith("*\n")
    assert [p.name for p in (tmp_path / ".autograder").iterdir() if p.suffix == ".tmp"] == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "null", '{"schema": "autograder/student/v1"}', "[" * 100_000, "\xff"]
)
def test_a_broken_state_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder" / "state.json").write_bytes(text.encode("latin-1"))
    assert state.load(tmp_path) == state.State()


def test_a_state_that_cannot_be_written_is_let_go(tmp_path: Path) -> None:
    (tmp_path / ".autograder").write_text("a file where a folder should be")
    state.save(tmp_path, state.State())
