"""``autograder update FROM``: brings a newer release of the course into a repository with a student's work.

Files that the student has not touched are replaced, and the student's work stays byte for byte. The repository's git is
not asked: it does not matter how the repository was made, which branch it is on, or what is committed.
"""

import argparse
import contextlib
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..common.errors import InfrastructureError, UserError
from ..common.files import explain, make_folder, write_whole
from ..common.plural import plural
from ..course.course import find_course
from ..course.handed_out import RECORD, read_record, sums_of
from . import screen
from .reset import keep

_OURS = ("autograder", "data", "assignments", ".github", "constraints.txt", "pyproject.toml", "course.toml")

Handed = Mapping[str, frozenset[str]]  # path -> the sha256 sums that its content may have


@dataclass(frozen=True)
class Changes:
    """What an update does, by path. kept: files of the course that the student changed; backed up, then replaced."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    yours: tuple[str, ...] = ()  # the release has a new version, and the student's file stays


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="FROM", help="the newer course: its folder, its zip, or the address of its git repository"
    )


def run(args: argparse.Namespace) -> int:
    """Bring the repository up to date, and say what was done. Returns 0."""
    root = find_course(Path.cwd()).root
    with opened(args.source) as release:
        after = read_record(release)
        if not after:
            raise UserError(f"{args.source} is not a student repository made by `release --to`: it has no {RECORD}.")
        try:
            planned = plan(root, read_record(root), after)
        except OSError as error:
            raise explain(error, Path(error.filename or root)) from error
        carry_out(planned, release, root)
    _say(planned)
    return 0


@contextlib.contextmanager
def opened(source: str) -> Iterator[Path]:
    """The folder of a release. Raises UserError if it cannot be opened, InfrastructureError if it cannot be fetched."""
    path = Path(source)
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "release")
        folder.mkdir()
        if path.is_file():
            try:
                with zipfile.ZipFile(path) as archive:
                    archive.extractall(folder)
            except (zipfile.BadZipFile, RuntimeError, OSError) as error:  # RuntimeError: it needs a password
                raise UserError(f"{source} cannot be opened: {error}.") from None
        else:
            _fetch(source, folder)
        inner = [entry for entry in folder.iterdir() if entry.is_dir()]
        yield folder if (folder / RECORD).is_file() or len(inner) != 1 else inner[0]  # GitHub's zips have one folder


def _fetch(source: str, folder: Path) -> None:
    """Clone a git repository into an empty folder. Raises InfrastructureError if that is not possible."""
    command = ["git", "clone", "-q", "--depth", "1", "--", source, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        raise InfrastructureError(
            f"{source} cannot be fetched: git is not installed here. Download the course as a zip, and name that file."
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["git failed"]
        raise InfrastructureError(
            f"{source} cannot be fetched: {next((line for line in said if line.startswith('fatal:')), said[-1])}"
        )


def plan(root: Path, before: Handed, after: Handed) -> Changes:
    """What to do. before: the record of the release that the repository was made from; empty if unknown."""
    found: dict[str, list[str]] = {"added": [], "replaced": [], "kept": [], "yours": []}
    for name, wanted in after.items():
        here = sums_of(root / name)
        if here & wanted:
            continue
        if not here:
            found["added"].append(name)
        elif here & before.get(name, frozenset()):
            found["replaced"].append(name)
        elif is_ours(name):
            found["kept"].append(name)
        elif before.get(name) != wanted:  # say nothing of a stub that did not change
            found["yours"].append(name)
    gone = [name for name in before if name not in after and sums_of(root / name) & before[name]]
    return Changes(**{kind: tuple(names) for kind, names in found.items()}, removed=tuple(gone))


def is_ours(name: str) -> bool:
    """Does a file of a release belong to the course alone? Students may write in stubs, notebooks and the README."""
    path = PurePosixPath(name)
    if path.parts[0] == "assignments" and path.stem == path.parent.name:
        return False
    return path.parts[0] in _OURS


def carry_out(planned: Changes, release: Path, root: Path) -> None:
    """Do it. The record is written last: if the update is killed, the same command does the rest."""
    for name in planned.kept:
        keep(root / name)
    for name in (*planned.added, *planned.replaced, *planned.kept):
        make_folder((root / name).parent)
        write_whole(root / name, (release / name).read_bytes())
    for name in planned.removed:
        (root / name).unlink(missing_ok=True)
    write_whole(root / RECORD, (release / RECORD).read_bytes())


def _say(planned: Changes) -> None:
    for names, what in ((planned.added, "new"), (planned.replaced, "brought up to date"), (planned.removed, "removed")):
        if names:
            screen.say(f"{plural(len(names), 'file')} {what}.")
    for name in planned.kept:
        screen.say(f"{name} was changed here: yours is kept in {PurePosixPath(name).parent}/backup.")
    for name in planned.yours:
        path = PurePosixPath(name)
        is_stub = path.parts[0] == "assignments"
        where = (
            f" The new stub is in assignments/.stubs/{path.name}: check whether it asks for more." if is_stub else ""
        )
        screen.say(f"{name} is yours and stays as it is.{where}")
    if planned == Changes(yours=planned.yours):
        screen.say("Everything else is up to date." if planned.yours else "Everything is up to date.")
    else:
        screen.say('Keep it in git: git add -A && git commit -m "Update the course" && git push')
