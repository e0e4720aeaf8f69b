"""Reading a student's clone without trusting it.

A student's .git/config can name programs for git to start. So git runs in an empty repository of ours, and takes only
its objects from the student's. Objects can be made to unpack without end, so git's time, memory and output are limited.
"""

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
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
HEAD = "HEAD"  # stands for the commit that is checked out
BRANCHES_LIMIT = 50
BLOB_LIMIT = 4 * 1024 * 1024
OUTPUT_LIMIT = 16 * 1024 * 1024  # bytes: enough for the names of a hundred thousand files
SECONDS = 20.0  # for all questions to git about one clone together
_MEMORY = 2 * 1024 * 1024  # KB of address space


@dataclass
class GitSeconds:
    """The seconds that git may still take for one clone."""

    left: float


@dataclass(frozen=True)
class Clone:
    """A student's checkout.

    top: its folder. git: the folder that holds its HEAD. common: the folder that holds its objects and references: the
    same as `git`, except in a worktree. seconds: the time that git has left for this clone.
    """

    top: Path
    git: Path
    common: Path
    seconds: GitSeconds

    @functools.cached_property
    def head(self) -> str:
        """The commit that is checked out; "" if that cannot be read."""
        name = small_text(self.git / "HEAD")
        if name.startswith("ref: refs/") and ".." not in name:
            reference = name.removeprefix("ref: ")
            name = small_text(self.git / reference) or self.references().get(reference, "")
        return name if _COMMIT.fullmatch(name) else ""

    @functools.cached_property
    def shallow(self) -> frozenset[str]:
        """The oldest commits of a shallow clone; empty if the history is complete."""
        return frozenset(small_text(self.common / "shallow", 1_000_000).split())

    def references(self) -> dict[str, str]:
        """Name -> commit, for local and remote branches: refs/heads/main, refs/remotes/origin/work."""
        found = {}
        for line in small_text(self.common / "packed-refs", 10_000_000).splitlines():
            commit, _, name = line.partition(" ")
            if _COMMIT.fullmatch(commit) and name.startswith(("refs/heads/", "refs/remotes/")):
                found[name] = commit
        for folder in ("refs/heads", "refs/remotes"):
            for path in itertools.islice((self.common / folder).rglob("*"), 1000):
                commit = small_text(path)
                if _COMMIT.fullmatch(commit):
                    found[path.relative_to(self.common).as_posix()] = commit
        return found

    def last_change(self, file: Path) -> tuple[str, dt.datetime] | None:
        """The last commit that changed a file, and the time of that commit in UTC; None if git does not say."""
        if not self.head:
            return None
        path = f":(top,literal){file.relative_to(self.top).as_posix()}"
        said = self._git("log", "-1", "--format=%H %ct", self.head, "--", path) or b""
        commit, _, seconds = said.decode("ascii", "replace").strip().partition(" ")
        try:
            return commit, dt.datetime.fromtimestamp(int(seconds), dt.UTC)
        except (OSError, ValueError, OverflowError):
            return None

    def elsewhere(self, names: Collection[str], *, head: bool = False) -> Iterator[tuple[str, str, bytes]]:
        """(branch, path, content) of the files with these names on branches that are not checked out.

        head: whether to look, under HEAD, into the commit that is checked out, too. After a clone without a checkout its
        files are not in the folder.
        """
        seen = set[str]() if head else {self.head}
        branches = sorted(self.references().items())[:BRANCHES_LIMIT]
        for reference, commit in [(HEAD, self.head), *branches]:
            if commit in seen or not commit:
                continue
            seen.add(commit)
            listed = self._git("ls-tree", "-r", "-z", "--long", commit) or b""
            for line in listed.decode("utf-8", "replace").split("\0"):
                about, _, path = line.partition("\t")
                if path.rpartition("/")[2] not in names or len(parts := about.split()) != 4 or parts[1] != "blob":
                    continue
                if not parts[3].isdecimal() or int(parts[3]) > BLOB_LIMIT:
                    continue
                if reference == HEAD and os.path.lexists(self.top / path):
                    continue
                if (content := self._git("cat-file", "blob", parts[2])) is not None:
                    yield re.sub(r"^refs/(heads|remotes/[^/]+)/", "", reference), path, content

    def _git(self, *arguments: str) -> bytes | None:
        """Git's output; None if git fails, takes too long or prints too much."""
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
    """The clones of a class. All `Clone` objects of one clone share its seconds."""

    def __init__(self) -> None:
        self._seconds: dict[Path, GitSeconds] = {}  # by git's folder

    def at(self, folder: Path) -> Clone | None:
        """The clone whose top is this folder; None if it has no .git. In a worktree or a submodule, .git is a file."""
        git = folder / ".git"
        try:
            kind = stat.S_IFMT(git.lstat().st_mode)
        except OSError:
            return None
        if stat.S_ISDIR(kind):
            return self._clone(folder, git, git)
        pointer = small_text(git).partition("gitdir: ")[2].strip()  # "" if .git is a link
        if not pointer or pointer.startswith(("//", "\\\\")):  # looking at a network path would contact that machine
            return None
        own = (folder / pointer).absolute()
        if not _points_back(own, git):
            return None
        common = small_text(own / "commondir")
        return self._clone(folder, own, Path(os.path.normpath(own / common)) if common else own)

    def bare(self, folder: Path) -> Clone | None:
        """The bare clone that is this folder; None if it is not one."""
        return self._clone(folder, folder, folder) if is_bare(folder) else None

    def _clone(self, top: Path, git: Path, common: Path) -> Clone:
        return Clone(top, git, common, self._seconds.setdefault(git, GitSeconds(SECONDS)))


def is_bare(folder: Path) -> bool:
    """Is it a clone without files, as `git clone --bare` and `--mirror` make it?"""
    return os.path.isfile(folder / "HEAD") and all(os.path.isdir(folder / name) for name in ("objects", "refs"))


def _points_back(own: Path, git: Path) -> bool:
    """Whether the folder `own` names the .git file that led to it, so that a student cannot point to another's clone."""
    worktree = re.search(r"^\s*worktree\s*=\s*(.+)$", small_text(own / "config", 100_000), re.MULTILINE)
    named = small_text(own / "gitdir") or (f"{worktree[1]}/.git" if worktree else "")
    return bool(named) and os.path.realpath(own / named) == os.path.realpath(git)


def _git(*arguments: str, seconds: float, **variables: str) -> bytes:
    """Run git in the empty repository, without any user's or machine's settings. Returns its output.

    seconds: the most that it may take. variables: further environment variables.
    Raises OSError or subprocess.SubprocessError if git fails, takes too long or prints more than OUTPUT_LIMIT.
    """
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | quiet
    environment = ours | {"GIT_DIR": _empty_repository()} | variables
    command = ["git", "--no-pager", "-c", "core.packedGitWindowSize=32m", "-c", "core.packedGitLimit=256m", *arguments]
    if os.name == "posix":  # macOS cannot limit the memory: there only the timer stops git
        command = ["/bin/sh", "-c", f'ulimit -v {_MEMORY} 2>/dev/null; exec "$@"', "sh", *command]
    with subprocess.Popen(
        command, env=environment, cwd=environment["GIT_DIR"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = threading.Timer(max(0.0, seconds), process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            said = process.stdout.read(OUTPUT_LIMIT + 1)
            process.stdout.close()  # if git prints more, this ends it
            code = process.wait()
        finally:
            timer.cancel()
    if code != 0 or len(said) > OUTPUT_LIMIT:
        raise subprocess.CalledProcessError(code, "git")
    return said


@functools.cache
def _empty_repository() -> str:
    """The folder of an empty bare repository, made once in this process: HEAD, without objects or references."""
    folder = tempfile.TemporaryDirectory(prefix="autograder-")
    atexit.register(folder.cleanup)
    for name in ("objects", "refs"):
        (Path(folder.name) / name).mkdir()
    (Path(folder.name) / "HEAD").write_text("ref: refs/heads/none\n")
    return folder.name


def small_text(path: Path, most: int = 1000) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            return ""
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
