"""Git's hash of each folder and file that grading takes from a release.

A student's repository has the release in its history, and may have anything on top. The workflow names what it uses by
these hashes, so that git gives it exactly the release's bytes, and no other repository is needed. A hash depends on the
content alone, so it is known before anything is committed.
"""

import hashlib
from pathlib import Path

from .generated import CACHES, files_in

FOLDERS = ("autograder", "data")
FILES = ("constraints.txt", "pyproject.toml")
# Of this folder each file is named by itself. After an update no commit has the folder as it was released, because the
# student works in it; but each file is in some commit, also the stub, which has a copy in `.stubs`.
WORKED_IN = "assignments"


def git_hashes(release: Path) -> str:
    """ "autograder:<hash> assignments/a1_permute/a1_permute.py:<hash> ..." for the student repository in `release`."""
    found = [f"{name}:{tree(release / name).hex()}" for name in FOLDERS if _holds_files(release / name)]
    found += [f"{name}:{blob(release / name).hex()}" for name in FILES if (release / name).is_file()]
    found += [f"{WORKED_IN}/{name}:{blob(path).hex()}" for name, path in files_in(release / WORKED_IN).items()]
    return " ".join(found)


def blob(file: Path) -> bytes:
    """Git's name for a file's content."""
    return _name("blob", file.read_bytes())


def tree(folder: Path) -> bytes:
    """Git's name for a folder of plain files and folders. Empty folders and caches are left out, as they are in git."""
    entries = []
    for path in folder.iterdir():
        if path.name in CACHES or path.name.endswith(".pyc"):
            continue
        if path.is_dir():
            if _holds_files(path):
                entries.append((path.name.encode() + b"/", b"40000 ", path.name, tree(path)))
        else:
            entries.append((path.name.encode(), b"100644 ", path.name, blob(path)))
    entries.sort()  # git sorts a folder as if its name ended with a slash
    return _name("tree", b"".join(mode + name.encode() + b"\0" + sha for _, mode, name, sha in entries))


def _holds_files(folder: Path) -> bool:
    return any(file.is_file() for file in folder.rglob("*"))


def _name(kind: str, content: bytes) -> bytes:
    header = f"{kind} {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).digest()
