"""The course: where its assignments, released stubs and secret are.

An assignment is a folder that holds a script of the same name (`solutions/a1_permute/a1_permute.py`). The folders
are the only list of assignments.
"""

import contextlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from ..common.errors import InfrastructureError, UserError
from .assignment import STUBS, Assignment
from .manifest import Manifest, read_manifest

SECRET_VARIABLE = "AUTOGRADER_SECRET"
SECRET_FILE = ".course-secret"


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key that puts `a2` before `a10`, and ignores case."""
    parts = re.split(r"([0-9]+)", text)
    return tuple(_number(part) if part.isdecimal() else (1, 0, part.casefold()) for part in parts if part)


def _number(digits: str) -> tuple[int, int, str]:
    """A key that sorts digits as a number, without `int`, which refuses thousands of digits."""
    plain = digits.lstrip("0")
    return 0, len(plain), plain


@dataclass(frozen=True)
class Course:
    """A course repository, or a student's repository, which has no `solutions/`."""

    root: Path

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def assignments(self) -> Path:
        return self.root / "assignments"

    @property
    def has_solutions(self) -> bool:
        """True for a course repository, False for a student's."""
        return bool(_names_in(self.solutions))

    def assignment_names(self) -> list[str]:
        """The names of all assignments, `a2` before `a10`: from `solutions/`, or from `assignments/` if that is empty."""
        return _names_in(self.solutions) or _released_in(self.assignments)

    def resolve(self, name: str, where: str = "") -> str:
        """The full name of the assignment that `name` means.

        name: a full name, or the beginning of only one name (`a1`), in any case.
        where: a beginning for the error message, such as the line of a table.
        Raises UserError, which lists the assignments, if `name` means none of them or several.
        """
        names = self.assignment_names()
        if name in names:
            return name
        # `a1` means a1_permute, not a10_attention.
        start = name.casefold()
        matches = [n for n in names if n.casefold() == start]
        matches = matches or [
            n for n in names if start and n.casefold().startswith(start) and not (name[-1] + n[len(name)]).isdecimal()
        ]
        if len(matches) == 1:
            return matches[0]
        problem = f"{name!r} could be {' or '.join(matches)}" if matches else f"There is no assignment {name!r}"
        raise UserError(f"{where}{problem}. The assignments are: {', '.join(names)}.")

    def assignment(self, name: str) -> Assignment:
        """The assignment with its solution and all its checks. Raises UserError in a student's repository."""
        if not self.has_solutions:
            raise UserError(
                f"{self.root} is a student's repository: it has no solutions/. "
                "Run this command in the course repository."
            )
        name = self.resolve(name)
        return Assignment(name, self.solutions / name)

    def released(self, name: str) -> Assignment:
        """The assignment as students get it. Raises UserError if it has not been released."""
        name = self.resolve(name)
        released = Assignment(name, self.assignments / name)
        gone = not self.has_solutions and released.stub.is_file()  # a student deleted it, or works in the notebook
        if not released.master.is_file() and not gone:
            raise UserError(f"{name} has not been released yet. Run: autograder release")
        return released

    def manifest(self) -> Manifest:
        """What `release` wrote about the released assignments; empty if that cannot be read."""
        return read_manifest(self.assignments)

    def max_score(self, name: str, *, public_only: bool = False) -> int:
        """The points that a released assignment is worth; 0 if the manifest does not say.

        name: the full name. public_only: count the points of the public checks alone.
        """
        return self.manifest().of(name).max_score(public_only=public_only)

    def secret(self) -> bytes:
        """The secret that seeds the hidden checks: $AUTOGRADER_SECRET, or the file .course-secret.

        The file is made on first use, and only its owner can read it. Two first uses at once get the same secret.
        Raises InfrastructureError if the file is empty, or can be neither read nor made.
        """
        given = os.environ.get(SECRET_VARIABLE, "").strip()
        if given:
            return given.encode("utf-8", "surrogateescape")
        path = self.root / SECRET_FILE
        try:
            with contextlib.suppress(FileNotFoundError):
                return _read_secret(path)
            _make_secret(path)
            return _read_secret(path)
        except OSError as error:
            raise InfrastructureError(
                f"The course's secret {path} cannot be read or made ({error.strerror}). Set ${SECRET_VARIABLE} instead."
            ) from error


def find_course(start: Path) -> Course:
    """The course that `start` lies in: `start` itself or its nearest parent that has assignments.

    Raises UserError, which says what to do, if there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if _names_in(folder / "solutions") or _released_in(folder / "assignments"):
            return Course(folder)
    if (solutions := start / "solutions").is_dir():
        raise UserError(
            f"{solutions} holds no assignment. An assignment is a folder with a script of the same name, "
            "solutions/a1_pool/a1_pool.py. `jupytext --to py:percent` makes a script of a notebook."
        )
    raise UserError(
        f"{start} is not in a course repository: neither it nor a folder above it has assignments/ or solutions/. "
        "Change to your clone of the course (cd) and run the command again."
    )


def _names_in(folder: Path) -> list[str]:
    """The assignments in a folder: its subfolders that hold a script of the same name."""
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.isidentifier()]
    except OSError:
        return []
    return sorted((n for n in names if (folder / n / f"{n}.py").is_file()), key=natural_key)


def _released_in(folder: Path) -> list[str]:
    """The released assignments: those with a script, and those whose stub is left when the script was deleted."""
    try:
        stubs = {path.stem for path in (folder / STUBS).glob("*.py") if path.stem.isidentifier()}
    except OSError:
        stubs = set()
    return sorted({*_names_in(folder), *stubs}, key=natural_key)


def _read_secret(path: Path) -> bytes:
    secret = path.read_bytes().strip()
    if not secret:
        raise InfrastructureError(
            f"The course's secret {path} is empty. Put back your copy of it; if there is none, delete the file, "
            "and the next grading makes another."
        )
    return secret


def _make_secret(path: Path) -> None:
    """Write a new secret to a draft, then link it to `path`, unless another process has made that file meanwhile."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            draft.hardlink_to(path)  # fails if another process was first: its secret is then used
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
