"""Which files of a checkout differ from the release that it was made from. They are reported, and never used."""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

FOLDERS = ("autograder", "assignments", "data")  # what grading takes from the release
_SUFFIXES = (".py", ".ipynb", ".safetensors")
_PASSED_OVER = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".git"}
_MOST = 20_000  # files looked at
_LARGEST = 64 << 20  # bytes; nothing in a release is larger


def changed_files(checkout: Path, released: Path, assignments: Collection[str]) -> list[str]:
    """The files below `FOLDERS` that were changed, removed or added: "data/README.md (changed)".

    A student's answers do not count: files below assignments/ that are named after an assignment. An added file counts
    below autograder/, or if it is a test or a conftest.
    """
    theirs, ours = _files(checkout), _files(released)
    gone = [folder for folder in FOLDERS if not any(name.startswith(f"{folder}/") for name in theirs)]
    found = [f"{folder}/ (removed)" for folder in gone if any(name.startswith(f"{folder}/") for name in ours)]
    for name in sorted(theirs.keys() | ours.keys()):
        if _is_answer(name, assignments) or name.split("/")[0] in gone:
            continue
        if name not in theirs:
            # The course's own repository holds more than it releases.
            if not _only_the_courses(name, released):
                found.append(f"{name} (removed)")
        elif name not in ours:
            if name.startswith("autograder/") or Path(name).name.startswith(("test_", "conftest")):
                found.append(f"{name} (added)")
        elif not _same(theirs[name], ours[name]):
            found.append(f"{name} (changed)")
    return sorted(found)


def _is_answer(name: str, assignments: Collection[str]) -> bool:
    path = Path(name)
    return path.parts[0] == "assignments" and path.stem in assignments and path.suffix in _SUFFIXES


def _only_the_courses(name: str, released: Path) -> bool:
    return (released / "solutions").is_dir() and not name.startswith("assignments/")


def _files(root: Path) -> dict[str, Path]:
    """path with forward slashes -> file, for at most `_MOST` files. Links are listed too, and never followed."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in _walk(root / folder):
            found[path.relative_to(root).as_posix()] = path
            if len(found) >= _MOST:
                return found
    return found


def _walk(folder: Path) -> Iterator[Path]:
    if folder.is_symlink():
        yield folder
        return
    for directory, subfolders, names in os.walk(folder, followlinks=False):
        links = [name for name in subfolders if Path(directory, name).is_symlink()]
        subfolders[:] = sorted(n for n in subfolders if n not in _PASSED_OVER and n not in links)
        for name in sorted([*names, *links]):
            if not name.endswith((".pyc", ".release.json")):
                yield Path(directory, name)


def _same(theirs: Path, ours: Path) -> bool:
    try:
        one, other = theirs.lstat(), ours.lstat()
        if not stat.S_ISREG(one.st_mode) or one.st_size > _LARGEST:
            return False
        # Git on Windows may have changed the line ends of text; that does not count.
        return theirs.read_bytes() == ours.read_bytes() or (
            one.st_size >= other.st_size
            and theirs.read_bytes().replace(b"\r\n", b"\n") == ours.read_bytes().replace(b"\r\n", b"\n")
        )
    except OSError:
        return False
