"""Removing what hostile code has left in its folder."""

from __future__ import annotations

import mmap
import os
import sys
from pathlib import Path

import pytest

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


def test_a_folder_counts_its_files_by_what_they_take_and_by_their_number(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(bytes(100_000))
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 40)
    assert not folders.is_full(str(tmp_path), [], 250_000)
    assert folders.is_full(str(tmp_path), [], 220_000)
    for number in range(20):
        (tmp_path / str(number)).touch()
    assert folders.is_full(str(tmp_path), [], 20 * 65536)


def test_what_cannot_be_looked_into_counts_as_full(tmp_path: Path) -> None:
    (tmp_path / "/".join("d" * 300)).mkdir(parents=True)
    assert folders.is_full(str(tmp_path), [], 1 << 30)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_counts_as_full(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir(mode=0o300)
    assert folders.is_full(str(tmp_path), [], 1 << 30)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of it")
def test_deleted_files_count_while_they_are_open_or_mapped(tmp_path: Path) -> None:
    own = [os.getpid()]
    with (tmp_path / "open").open("w+b") as file:
        file.write(bytes(1 << 20))
        file.flush()
        os.unlink(file.name)
        assert folders.is_full(str(tmp_path), own, 1 << 19)
        mapped = mmap.mmap(file.fileno(), 1 << 20)
    assert folders.is_full(str(tmp_path), own, 1 << 19)
    mapped.close()
    assert not folders.is_full(str(tmp_path), own, 1 << 19)
