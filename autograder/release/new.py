"""`autograder new`: begins a course, or adds an assignment to one. `release` and `verify` accept it as it is.

It writes the assignment of docs/adding-an-assignment.md: one task, which the author then changes.
"""

import argparse
from pathlib import Path

from ..common.errors import UserError
from ..course.course import find_course
from .texts import filled, put

FIRST = "a1_pool"
_FILES = {
    "master.template": "{name}.py",
    "public.template": "test_{name}.py",
    "hidden.template": "test_{name}_hidden.py",
    "misconceptions.template": "misconceptions.py",
}
_OF_COURSE = {"course.toml": "course.toml", "gitignore": ".gitignore"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("course", nargs="?", type=Path, metavar="COURSE", help="a new folder, for a new course")
    parser.add_argument(
        "--assignment",
        metavar="NAME",
        help=f"without COURSE: add this assignment to the course here; with it: the first one's name (default: {FIRST})",
    )


def run(args: argparse.Namespace) -> int:
    """Write the files. Returns 0."""
    if args.course is None and args.assignment is None:
        raise UserError("Name a folder for a new course, or --assignment NAME for one more assignment in this one.")
    root = new_course(args.course) if args.course is not None else find_course(Path.cwd()).root
    name = args.assignment or FIRST
    new_assignment(root, name)
    where = f"{args.course}/solutions/{name}" if args.course is not None else f"solutions/{name}"
    go = f"cd {args.course}\n  " if args.course is not None else ""
    print(f"{where} holds an assignment with one task, its checks and a misconception: make it your own. Then:")
    print(f"\n  {go}autograder release {name}\n  autograder verify {name}")
    return 0


def new_course(folder: Path) -> Path:
    """Make the folder of a course. Raises UserError if it is not empty or cannot be made."""
    if folder.exists() and (not folder.is_dir() or any(path.name != ".git" for path in folder.iterdir())):
        raise UserError(f"{folder} is not empty. Choose a new folder; nothing was changed.")
    try:
        (folder / "solutions").mkdir(parents=True)
        for template, name in _OF_COURSE.items():
            put(folder / name, filled(f"new_files/{template}"))
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}.") from None
    return folder


def new_assignment(root: Path, name: str) -> None:
    """Write an assignment's folder under solutions/. Raises UserError for a name that is not allowed or is taken."""
    if not name.isidentifier() or name == "notebooks":
        raise UserError(f"{name!r} cannot be an assignment's name: use letters, digits and _, as in a6_pool.")
    if not (root / "solutions").is_dir():
        raise UserError(f"{root} is a student's repository: assignments are written in the course's.")
    folder = root / "solutions" / name
    try:
        folder.mkdir()
    except FileExistsError:
        raise UserError(f"{folder} is there already. Choose another name; nothing was changed.") from None
    for template, file in _FILES.items():
        put(folder / file.format(name=name), filled(f"new_files/{template}", NAME=name))
