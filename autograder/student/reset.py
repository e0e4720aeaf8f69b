"""``autograder reset``: puts the stub back. The student's file is kept in the folder `backup` beside it."""

import argparse
import shutil
import sys
from pathlib import Path

from ..common.errors import UserError
from ..common.files import bring_back, explain, make_folder, write_whole
from ..common.plural import listed
from ..course.assignment import STUBS
from . import screen
from .repository import StudentRepository


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="ASSIGNMENT",
        help="a1_permute, or a1: both its script and its notebook; or the path of one of the two",
    )
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Put the stub back. Returns 1 if the student answers no, else 0."""
    repository = StudentRepository.here()
    target = repository.target(args.what)
    if target.task is not None:
        raise UserError(
            f"{target.task} is one task of {target.assignment}, and a whole file is reset. "
            f"Run: autograder reset {target.assignment}"
        )
    name, suffix = target.assignment, Path(args.what).suffix
    both = (repository.files(name).master, repository.files(name).notebook)
    forms = [form for form in both if suffix not in (".py", ".ipynb") or form.suffix == suffix]
    stubs = {form: _stub(repository, form) for form in forms}
    stubs = {f: stub for f, stub in stubs.items() if not f.is_file() or _lines(f.read_bytes()) != _lines(stub)}
    changed = [form.relative_to(repository.root).as_posix() for form in stubs if form.is_file()]
    if changed and not args.yes and not _agreed(changed):
        screen.say("Nothing was changed.")
        return 1
    for form, stub in stubs.items():
        if form.is_file():
            kept = keep(form)
            screen.say(f"Your {form.name} is kept as {kept.relative_to(repository.root).as_posix()}")
            if form.with_suffix(".safetensors").is_file():
                kept = keep(form.with_suffix(".safetensors"), move=True)
                screen.say(f"Its trained network is kept as {kept.relative_to(repository.root).as_posix()}")
        make_folder(form.parent)
        write_whole(form, stub)
        screen.say(f"{form.relative_to(repository.root).as_posix()} is the stub again.")
    if not stubs:
        screen.say(f"{name} is as it was handed out: there is nothing to reset.")
    return 0


def _agreed(changed: list[str]) -> bool:
    """Ask before work is replaced. Without a terminal nobody can answer: go on, since the work is kept anyway."""
    if not sys.stdin.isatty():
        return True
    screen.say(f"The stub takes the place of your work in {listed(changed)}, which is kept in backup/.")
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _stub(repository: StudentRepository, form: Path) -> bytes:
    path = repository.course.assignments / STUBS / form.name
    try:
        return path.read_bytes()
    except OSError:
        raise UserError(
            f"{path.relative_to(repository.root).as_posix()} is missing, and so is the stub of {form.name}. "
            f"Bring it back with: {bring_back(path.parent)}"
        ) from None


def keep(path: Path, move: bool = False) -> Path:
    """Copy a file into the folder `backup` beside it, which grading passes over. Returns the path of the copy.

    move: delete the file then. Raises what `explain` makes of an OSError.
    """
    kept = free_name(path)
    try:
        shutil.copy2(path, kept)
        if move:
            path.unlink()
    except OSError as error:
        raise explain(error, kept.parent) from error
    return kept


def free_name(path: Path) -> Path:
    """The first free path for a copy of a file, in the folder `backup` beside it. Makes the folder if needed."""
    folder = path.parent / "backup"
    make_folder(folder)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_whole(ignore, b"# Kept by `autograder`; nothing to hand in.\n*\n")
    number = 1
    while (kept := folder / f"{path.stem}-{number}{path.suffix}").exists():
        number += 1
    return kept


def _lines(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
