"""Removing what hostile code has left in its folder."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.sandbox import folders


def test_a_folder_of_any_depth_is_removed(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    home = Path.cwd()
    try:
        os.chdir(scratch)
        for _ in range(1500):  # deeper than the stack, and than the longest path
            Path("d" * 40).mkdir()
            os.chdir("d" * 40)
        Path("file").touch()
    finally:
        os.chdir(home)
    folders.remove(scratch)
    assert list(tmp_path.iterdir()) == []


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept, scratch = tmp_path / "kept", tmp_path / "scratch"
    kept.mkdir()
    (kept / "file").touch()
    closed = scratch / "closed" / "inner"
    closed.mkdir(parents=True)
    (closed / "file").touch()
    (scratch / "link").symlink_to(kept)
    closed.parent.chmod(0)
    folders.remove(scratch)
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]
    assert (kept / "file").exists()


def test_nothing_to_remove_is_no_error(tmp_path: Path) -> None:
    folders.remove(tmp_path / "none")
