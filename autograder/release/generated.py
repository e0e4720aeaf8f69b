"""Folders that `release` makes: their records, and how a new folder replaces an old one.

Each such folder has a record, `.release.json`, with the sha256 of every file in it. A file that the record does not
have was made by somebody else, and is never deleted.
"""

import contextlib
import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..common.errors import InfrastructureError, UserError
from ..common.files import alone_in, make_folder, sha256, write_whole
from ..common.plural import few
from ..course.handed_out import RECORD, read_record

_PREFIX = ".release-"
# Python, pytest, Jupyter and `autograder check` leave these behind. They are nobody's work.
CACHES = frozenset({"__pycache__", ".autograder", ".ipynb_checkpoints", ".pytest_cache", ".DS_Store"})


def files_in(folder: Path) -> dict[str, Path]:
    """path with forward slashes -> file, for every file under `folder` except caches and `.git`."""
    found = {}
    for directory, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if name not in CACHES | {".git"})
        for name in sorted(names):
            if name not in CACHES:
                path = Path(directory, name)
                found[path.relative_to(folder).as_posix()] = path
    return found


def write_record(folder: Path, kept: Mapping[str, frozenset[str]] | None = None) -> None:
    """Write the record of what `folder` holds now. kept: entries of an earlier record, for files that were copied."""
    files = {name: path for name, path in files_in(folder).items() if name != RECORD}
    record: dict[str, str | list[str]] = {name: sha256(path.read_bytes()) for name, path in files.items()}
    record |= {n: min(sums) if len(sums) == 1 else sorted(sums) for n, sums in (kept or {}).items() if n in record}
    (folder / RECORD).write_bytes((json.dumps(record, indent=1) + "\n").encode())


def foreign_files(folder: Path) -> list[str]:
    """Files in `folder` that its record does not know."""
    return sorted(set(files_in(folder)) - set(read_record(folder)) - {RECORD})


def edited_files(folder: Path) -> list[str]:
    """Files in `folder` that a release made and that were changed since."""
    here = files_in(folder)
    return [n for n, sums in read_record(folder).items() if n in here and sha256(here[n].read_bytes()) not in sums]


@contextlib.contextmanager
def staging(beside: Path) -> Iterator[Path]:
    """A temporary folder on the same file system as `beside`, removed at the end. The parent of `beside` is made.

    Leftovers of runs that were killed are removed first.
    """
    make_folder(beside.parent)
    _remove_leftovers(beside.parent)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=beside.parent))
        folder.chmod(0o755)
    except OSError as error:
        raise InfrastructureError(f"Cannot write in {beside.parent}: {error.strerror}.") from None
    try:
        with alone_in(folder):
            yield folder
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InfrastructureError(f"The disk is full: nothing was changed in {beside}.") from None
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def swap_in(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`. The old folder is moved beside `new`, as `<new>-old`.

    A kill between the two renames leaves `target` missing, never half-made; the next release repairs that.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(new.with_name(f"{new.name}-old"))
    new.rename(target)


def update(new: Path, target: Path) -> None:
    """Make the folder `target` equal to `new`, with a record of what it holds now, but keep its `.git`.

    Entries are replaced one by one, and meanwhile the record holds both states. After a kill, the next run takes the
    folder for its own and completes it.
    """
    write_record(new)
    if not files_in(target) and not (target / ".git").exists():
        if target.exists():
            shutil.rmtree(target)
        new.rename(target)
        return
    before, after = read_record(target), read_record(new)
    both = {name: sorted({*before.get(name, ()), *after.get(name, ())}) for name in sorted({*before, *after})}
    write_whole(target / RECORD, (json.dumps(both, indent=1) + "\n").encode())
    aside = Path(tempfile.mkdtemp(dir=new.parent))
    names = {name.split("/")[0] for name in both}
    for name in sorted(names):
        old = target / name
        if old.exists():
            old.rename(aside / name)
        if (new / name).exists():
            (new / name).rename(old)
    (new / RECORD).replace(target / RECORD)


def refuse_foreign(target: Path) -> None:
    """Raise UserError if `target` is not a folder, or holds a file that no release made there."""
    if target.exists() and not target.is_dir():
        raise UserError(f"{target} is a file. Choose a new or empty folder.")
    foreign = foreign_files(target)
    if foreign:
        raise UserError(
            f"{target} holds files that release did not make: {few(foreign)}. Move it elsewhere, "
            "or delete it, and run the command again; nothing was changed."
        )


def _remove_leftovers(folder: Path) -> None:
    """Remove the staging folders of releases that were killed: nobody holds their lock. Windows has no such locks."""
    if sys.platform == "win32":
        return
    for leftover in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError, UserError), alone_in(leftover):
            shutil.rmtree(leftover, ignore_errors=True)
