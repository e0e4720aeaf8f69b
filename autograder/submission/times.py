"""When a submission was made: from a CSV file, nbgrader's timestamp.txt, or the last commit that touched it.

Whoever clones a repository trusts its commits' dates to the student: git takes any date that it is told. For a
deadline that must hold, take the times from the system that collected the submissions, in a CSV file.
"""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import os
import re
import subprocess
import tempfile
import zoneinfo
from collections.abc import Mapping
from pathlib import Path

from ..common.errors import UserError
from ..common.tables import read_table, read_time

_NBGRADER_TIME = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?\s*(\S*)")


def load_times(path: Path) -> dict[tuple[str, str], str]:
    """(student, assignment) -> time of submission, from a CSV file with the columns student, assignment, time.

    Raises UserError when the file is not there or a time cannot be read.
    """
    if not path.is_file():
        raise UserError(f"There is no file {path}. It should have the columns student, assignment, time.")
    times = {}
    for number, row in read_table(path, ("student", "assignment", "time")):
        time = read_time(row["time"])
        if time is None:
            raise UserError(f"{path}, line {number}: {row['time']!r} is no time like 2026-11-20T23:59:00+01:00.")
        times[row["student"], row["assignment"]] = _text(time)
    return times


def submission_time(path: Path, top: Path, key: tuple[str, str], told: Mapping[tuple[str, str], str]) -> str:
    """The time of a submission in ISO 8601 (UTC), "" when nothing says it.

    path: the submission's file. top: the folder of all submissions; nothing above it is looked at.
    key: (student, assignment). told: what a CSV file says, which has the first word.
    """
    if key in told:
        return told[key]
    folders = [folder for folder in path.parents if folder.is_relative_to(top) and folder != top]
    for folder in folders:
        if time := _nbgrader_time(folder / "timestamp.txt"):
            return _text(time)
    for folder in folders:
        if os.path.isdir(folder / ".git") and not (folder / ".git").is_symlink():
            time = _commit_time(folder, path)
            return _text(time) if time else ""
    return ""


def _text(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _nbgrader_time(path: Path) -> dt.datetime | None:
    """nbgrader writes "2026-11-20 21:03:11.123456 UTC", or another zone's name."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 200:
            return None
        match = _NBGRADER_TIME.match(path.read_text(encoding="utf-8", errors="replace").strip())
        if match is None:
            return None
        try:
            zone: dt.tzinfo = zoneinfo.ZoneInfo(match[2] or "UTC")
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            zone = dt.UTC
        return dt.datetime.fromisoformat(match[1]).replace(tzinfo=zone)
    except (OSError, ValueError):
        return None


def _commit_time(clone: Path, file: Path) -> dt.datetime | None:
    """When the last commit that touched a file was made.

    A student's .git/config can name programs for git to start. So git works in an empty repository of ours, and only
    the objects are the student's.
    """
    commit = _head(clone / ".git")
    if commit is None:
        return None
    objects = {"GIT_OBJECT_DIRECTORY": str((clone / ".git/objects").absolute())}
    path = f":(top,literal){file.relative_to(clone).as_posix()}"
    try:
        return dt.datetime.fromtimestamp(int(_git("log", "-1", "--format=%ct", commit, "--", path, **objects)), dt.UTC)
    except (OSError, ValueError, OverflowError, subprocess.SubprocessError):
        return None


def _git(*arguments: str, **variables: str) -> bytes:
    """Run git in the empty repository, without anybody's settings. Returns its output."""
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | quiet
    environment = ours | {"GIT_DIR": _empty_repository()} | variables
    command = ["git", "--no-pager", *arguments]
    return subprocess.run(
        command, env=environment, cwd=environment["GIT_DIR"], timeout=30, check=True, capture_output=True
    ).stdout


@functools.cache
def _empty_repository() -> str:
    """An empty bare repository for this run: HEAD, and no objects or references."""
    folder = tempfile.TemporaryDirectory(prefix="autograder-")
    atexit.register(folder.cleanup)
    for name in ("objects", "refs"):
        (Path(folder.name) / name).mkdir()
    (Path(folder.name) / "HEAD").write_text("ref: refs/heads/none\n")
    return folder.name


def _head(git: Path) -> str | None:
    """The commit that is checked out, read without git."""
    name = _small_text(git / "HEAD")
    if name.startswith("ref: refs/") and ".." not in name:
        reference = name.removeprefix("ref: ")
        name = _small_text(git / reference)
        if not name:
            lines = (line.split(" ", 1) for line in _small_text(git / "packed-refs", 10_000_000).splitlines())
            name = next((line[0] for line in lines if len(line) == 2 and line[1] == reference), "")
    return name if re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", name) else None


def _small_text(path: Path, most: int = 1000) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            return ""
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
