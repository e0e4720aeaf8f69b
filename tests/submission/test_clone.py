"""A clone that was made to harm: git's time, memory and output are limited, and nothing of it runs or leads elsewhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
import zlib
from pathlib import Path

import pytest

from autograder.submission import clone as clones
from autograder.submission.clone import Clones

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
NAMES = frozenset({"a1_permute.py"})


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    dates = {"GIT_AUTHOR_DATE": "2026-11-20T10:00:00Z", "GIT_COMMITTER_DATE": "2026-11-20T10:00:00Z"}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(command, cwd=folder, env=os.environ | settings | dates, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def mallory(tmp_path: Path) -> Path:
    """A clone with one commit."""
    folder = tmp_path / "mallory"
    folder.mkdir()
    (folder / "a1_permute.py").write_text("x = 1\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "mine")
    return folder


def store(folder: Path, kind: str, content: bytes) -> str:
    """Put an object into a clone, as git would, whatever it says."""
    whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
    name = hashlib.sha1(whole).hexdigest()
    file = folder / ".git" / "objects" / name[:2] / name[2:]
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        file.write_bytes(zlib.compress(whole, 1))
    return name


def branch(folder: Path, name: str, tree: str, message: bytes = b"x") -> None:
    commit = store(
        folder, "commit", b"tree %s\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\n" % tree.encode() + message
    )
    (folder / ".git" / "refs" / "heads" / name).write_text(commit + "\n")


def test_a_tree_that_unfolds_without_end_is_given_up(mallory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "SECONDS", 5.0)
    tree = store(mallory, "tree", b"100644 a1_permute.py\0" + bytes.fromhex(store(mallory, "blob", b"x = 2\n")))
    for _ in range(12):  # ten to the twelfth files
        tree = store(mallory, "tree", b"".join(b"40000 %d\0" % i + bytes.fromhex(tree) for i in range(10)))
    for number in range(clones.BRANCHES_LIMIT):
        branch(mallory, f"b{number:02}", tree, b"%d" % number)
    ours = clones.Clones()
    clone = ours.at(mallory)
    assert clone is not None
    began = time.monotonic()
    assert list(clone.elsewhere(NAMES)) == []
    assert time.monotonic() - began < 15
    again = ours.at(mallory)  # whoever asks, its time is used up
    assert again is not None
    assert list(again.elsewhere(NAMES)) == []
    assert time.monotonic() - began < 20
    shutil.copytree(mallory, mallory.with_name("other"))
    other = ours.at(mallory.with_name("other"))  # with a time of its own
    assert other is not None
    assert other.last_change(mallory.with_name("other") / "a1_permute.py") is not None


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="the memory of a process can be limited on Linux alone")
def test_git_has_so_much_memory_and_no_more(mallory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "_MEMORY", 256 * 1024)
    blob = store(mallory, "blob", b"x = 3\n")
    branch(mallory, "small", store(mallory, "tree", b"100644 a1_permute.py\0" + bytes.fromhex(blob)))
    branch(mallory, "huge", store(mallory, "tree", b"100644 a1_permute.py\0" + bytes.fromhex(blob)), bytes(400 << 20))
    clone = Clones().at(mallory)
    assert clone is not None
    assert [name for name, _, _ in clone.elsewhere(NAMES)] == ["small"]


def test_nothing_that_a_clone_configures_runs(mallory: Path, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap.sh", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch '{sprung}'\ncat\n")
    trap.chmod(0o755)
    git(mallory, "checkout", "-qb", "other")
    (mallory / "a1_permute.py").write_text("x = 2\n")
    git(mallory, "commit", "-qam", "more")
    git(mallory, "checkout", "-q", "main")
    (mallory / "more.cfg").write_text(
        f"[core]\n\tfsmonitor = {trap}\n\tsshCommand = {trap}\n[gpg]\n\tprogram = {trap}\n"
    )
    for setting in ("filter.x.smudge", "filter.x.clean", "filter.x.process", "diff.x.textconv", "diff.x.command",
                    "diff.external", "core.pager", "core.editor", "uploadpack.packObjectsHook", "credential.helper",
                    "core.alternateRefsCommand", "alias.log", "alias.ls-tree"):  # fmt: skip
        git(mallory, "config", setting, f"!{trap}" if setting.startswith("alias") else str(trap))
    git(mallory, "config", "include.path", str(mallory / "more.cfg"))
    git(mallory, "config", "core.hooksPath", str(tmp_path))
    git(mallory, "config", "extensions.partialClone", "origin")
    git(mallory, "config", "remote.origin.url", f"ext::{trap}")
    git(mallory, "config", "log.showSignature", "true")
    (mallory / ".gitattributes").write_text("* filter=x diff=x\n")
    (mallory / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    (mallory / ".git" / "index").write_bytes(os.urandom(1 << 16))
    sprung.unlink(missing_ok=True)  # git itself has obeyed them
    clone = Clones().at(mallory)
    assert clone is not None
    change = clone.last_change(mallory / "a1_permute.py")
    assert change is not None
    assert change[1].isoformat() == "2026-11-20T10:00:00+00:00"
    assert [(name, text) for name, _, text in clone.elsewhere(NAMES)] == [("other", b"x = 2\n")]
    assert not sprung.exists()


def test_a_git_file_leads_to_no_clone_but_its_own(mallory: Path, tmp_path: Path) -> None:
    for pointer in (mallory / ".git", "../mallory/.git", "//elsewhere/share", "\\\\elsewhere\\share", "/proc/self"):
        thief = tmp_path / "thief"
        thief.mkdir(exist_ok=True)
        (thief / ".git").write_text(f"gitdir: {pointer}\n")
        assert Clones().at(thief) is None
    git(mallory, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side")
    assert Clones().at(tmp_path / "tree") is not None
    whole = tmp_path / "whole"
    whole.mkdir()
    git(whole, "init", "-q")
    git(whole, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(mallory), "inner")
    inner = Clones().at(whole / "inner")
    assert inner is not None
    assert inner.last_change(whole / "inner" / "a1_permute.py") is not None


def test_what_is_committed_and_not_in_the_folder_is_found_under_head(mallory: Path, tmp_path: Path) -> None:
    (clone,) = [each for each in [Clones().at(mallory)] if each]
    assert list(clone.elsewhere(NAMES, head=True)) == []
    git(tmp_path, "clone", "-q", "--no-checkout", str(mallory), "empty")
    git(tmp_path, "clone", "-q", "--bare", str(mallory), "bare")
    for found in (Clones().at(tmp_path / "empty"), Clones().bare(tmp_path / "bare")):
        assert found is not None
        assert list(found.elsewhere(NAMES, head=True)) == [(clones.HEAD, "a1_permute.py", b"x = 1\n")]
        assert list(found.elsewhere(NAMES)) == []
    assert Clones().bare(mallory) is None
