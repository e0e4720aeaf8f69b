"""What a student's clone says, read without obeying it.

A student's .git/config can name programs for git to start. So git works in an empty repository of ours, and only the
objects are the student's. They can be made to unfold without end: time, memory and output of git are limited.
"""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import itertools
import os
import re
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
BRANCHES_LIMIT = 50
BLOB_LIMIT = 4 * 1024 * 1024
OUTPUT_LIMIT = 16 * 1024 * 1024  # bytes: the names of more than a hundred thousand files
SECONDS = 20.0  # for all that git is asked about one clone, whoever asks
_MEMORY = 2 * 1024 * 1024  # KB of address space


@dataclass
class GitSeconds:
    """The seconds that git may still take for one clone."""

    left: float


@dataclass(frozen=True)
class Clone:
    """A checkout. git: its own folder with HEAD. common: the folder with objects and references (in a worktree or a
    submodule another one).
    """

    top: Path
    git: Path
    common: Path
    seconds: GitSeconds

    @functools.cached_property
    def head(self) -> str:
        """The commit that is checked out; "" when that cannot be read."""
        name = _small_text(self.git / "HEAD")
        if name.startswith("ref: refs/") and ".." not in name:
            reference = name.removeprefix("ref: ")
            name = _small_text(self.git / reference) or self.references().get(reference, "")
        return name if _COMMIT.fullmatch(name) else ""

    @functools.cached_property
    def shallow(self) -> frozenset[str]:
        """The oldest commits of a shallow clone; empty where the history is whole."""
        return frozenset(_small_text(self.common / "shallow", 1_000_000).split())

    def references(self) -> dict[str, str]:
        """Name -> commit of branches, here and as last fetched: refs/heads/main, refs/remotes/origin/work."""
        found = {}
        for line in _small_text(self.common / "packed-refs", 10_000_000).splitlines():
            commit, _, name = line.partition(" ")
            if _COMMIT.fullmatch(commit) and name.startswith(("refs/heads/", "refs/remotes/")):
                found[name] = commit
        for folder in ("refs/heads", "refs/remotes"):
            for path in itertools.islice((self.common / folder).rglob("*"), 1000):
                commit = _small_text(path)
                if _COMMIT.fullmatch(commit):
                    found[path.relative_to(self.common).as_posix()] = commit
        return found

    def last_change(self, file: Path) -> tuple[str, dt.datetime] | None:
        """The last commit that touched a file, and when it was made."""
        if not self.head:
            return None
        path = f":(top,literal){file.relative_to(self.top).as_posix()}"
        said = self._git("log", "-1", "--format=%H %ct", self.head, "--", path) or b""
        commit, _, seconds = said.decode("ascii", "replace").strip().partition(" ")
        try:
            return commit, dt.datetime.fromtimestamp(int(seconds), dt.UTC)
        except (OSError, ValueError, OverflowError):
            return None

    def elsewhere(self, names: frozenset[str]) -> Iterator[tuple[str, str, bytes]]:
        """(branch, path, content) of files of these names on branches that are not checked out."""
        seen = {self.head}
        for reference, commit in sorted(self.references().items())[:BRANCHES_LIMIT]:
            if commit in seen:
                continue
            seen.add(commit)
            listed = self._git("ls-tree", "-r", "-z", "--long", commit) or b""
            for line in listed.decode("utf-8", "replace").split("\0"):
                about, _, path = line.partition("\t")
                if path.rpartition("/")[2] not in names or len(parts := about.split()) != 4 or parts[1] != "blob":
                    continue
                if not parts[3].isdecimal() or int(parts[3]) > BLOB_LIMIT:
                    continue
                if (content := self._git("cat-file", "blob", parts[2])) is not None:
                    yield re.sub(r"^refs/(heads|remotes/[^/]+)/", "", reference), path, content

    def _git(self, *arguments: str) -> bytes | None:
        """What git says; None where it fails, takes too long or says too much."""
        variables = {"GIT_OBJECT_DIRECTORY": str((self.common / "objects").absolute())}
        if self.shallow:
            variables["GIT_SHALLOW_FILE"] = str((self.common / "shallow").absolute())
        began = time.monotonic()
        try:
            return _git(*arguments, seconds=self.seconds.left, **variables)
        except (OSError, subprocess.SubprocessError):
            return None
        finally:
            self.seconds.left -= time.monotonic() - began


class Clones:
    """The clones of a class. All that is asked about one of them, whoever asks, has the same seconds."""

    def __init__(self) -> None:
        self._seconds: dict[Path, GitSeconds] = {}  # by git's folder

    def at(self, folder: Path) -> Clone | None:
        """The clone whose top is this folder: one with .git, a worktree's or a submodule's file of that name included."""
        git = folder / ".git"
        try:
            kind = stat.S_IFMT(git.lstat().st_mode)
        except OSError:
            return None
        if stat.S_ISDIR(kind):
            return self._clone(folder, git, git)
        pointer = _small_text(git).partition("gitdir: ")[2].strip()  # of a link nothing
        if not pointer or pointer.startswith(("//", "\\\\")):  # to look at another machine's folder is to call there
            return None
        own = (folder / pointer).absolute()
        if not _points_back(own, git):
            return None
        common = _small_text(own / "commondir")
        return self._clone(folder, own, Path(os.path.normpath(own / common)) if common else own)

    def _clone(self, top: Path, git: Path, common: Path) -> Clone:
        return Clone(top, git, common, self._seconds.setdefault(git, GitSeconds(SECONDS)))


def _points_back(own: Path, git: Path) -> bool:
    """Whether git's folder names the checkout whose .git file names it: no student's file leads to another's clone."""
    worktree = re.search(r"^\s*worktree\s*=\s*(.+)$", _small_text(own / "config", 100_000), re.MULTILINE)
    named = _small_text(own / "gitdir") or (f"{worktree[1]}/.git" if worktree else "")
    return bool(named) and os.path.realpath(own / named) == os.path.realpath(git)


def _git(*arguments: str, seconds: float, **variables: str) -> bytes:
    """Run git in the empty repository, without anybody's settings. Returns its output.

    Raises OSError or subprocess.SubprocessError where it fails, takes longer or says more than it may.
    """
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | quiet
    environment = ours | {"GIT_DIR": _empty_repository()} | variables
    command = ["git", "--no-pager", "-c", "core.packedGitWindowSize=32m", "-c", "core.packedGitLimit=256m", *arguments]
    if os.name == "posix":  # where it cannot be limited (macOS), the clock alone ends it
        command = ["/bin/sh", "-c", f'ulimit -v {_MEMORY} 2>/dev/null; exec "$@"', "sh", *command]
    with subprocess.Popen(
        command, env=environment, cwd=environment["GIT_DIR"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = threading.Timer(max(0.0, seconds), process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            said = process.stdout.read(OUTPUT_LIMIT + 1)
            process.stdout.close()  # whoever says more is ended by that
            code = process.wait()
        finally:
            timer.cancel()
    if code != 0 or len(said) > OUTPUT_LIMIT:
        raise subprocess.CalledProcessError(code, "git")
    return said


@functools.cache
def _empty_repository() -> str:
    """An empty bare repository for this run: HEAD, and no objects or references."""
    folder = tempfile.TemporaryDirectory(prefix="autograder-")
    atexit.register(folder.cleanup)
    for name in ("objects", "refs"):
        (Path(folder.name) / name).mkdir()
    (Path(folder.name) / "HEAD").write_text("ref: refs/heads/none\n")
    return folder.name


def _small_text(path: Path, most: int = 1000) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            return ""
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
