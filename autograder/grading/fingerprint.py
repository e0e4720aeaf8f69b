"""The fingerprint of a grading: equal fingerprints mean that grading again would find the same."""

import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from ..common.files import sha256
from ..common.run_file import own_package
from ..course.assignment import Assignment
from ..course.network import network_of
from ..data.dataset import FOLDER
from ..submission.source import Source
from .job import Settings

# What in this package decides a result: whole rooms, and the module that defines a result. The modules of grading that
# are about a class, not about one submission, decide nothing: if they change, nobody is graded again.
_DECIDES = (
    "__init__.py",
    "common",
    "course",
    "data",
    "submission",
    "sandbox",
    "checks",
    "grading",
    "results/__init__.py",
    "results/result.py",
)
_OF_A_CLASS = ("bands", "batch", "command", "fingerprint", "ledger", "log", "plan", "pool", "progress", "running")


def fingerprint(source: Source, checks: str, settings: Settings, quiz: Any = None) -> str:
    """sha256 (hexadecimal) over a submission, the digest of the checks, and all else that decides its result.

    quiz: the student's own, as plain data, if there is a roster.
    """
    limits = (settings.call_seconds, settings.load_seconds, settings.memory)
    parts = [source.fingerprint, checks, versions(), repr(limits)]
    if source.weights is not None and settings.retrain:
        parts.append("retrain")
    if settings.exchanged:
        parts.append("exchanged")
    if quiz is not None:
        parts.append(repr(quiz))
    return sha256("\n".join(parts).encode())


def checks_digest(assignment: Assignment) -> str:
    """sha256 (hexadecimal) over the Python files of an assignment (checks, misconceptions), and its data set's module.

    The master and the pictures do not count: nobody is graded again if prose, a reference or a picture changes.
    """
    network = network_of(assignment)
    data = [assignment.folder.parent.parent / FOLDER / f"{network.data}.py"] if network is not None else []
    files = [*sorted(assignment.folder.glob("*.py")), *data]
    decide = [path for path in files if path not in (assignment.master, assignment.pictures) and path.is_file()]
    return _digest_of((path.name, path) for path in decide)


@cache
def versions() -> str:
    """Python, the libraries that submissions and checks compute with, and the grading code itself."""
    numbers = [f"python {sys.version.split()[0]}"]
    numbers += [f"{name} {metadata.version(name)}" for name in ("torch", "numpy", "pytest")]
    return "\n".join([*numbers, own_code(own_package())])


def own_code(package: Path) -> str:
    """sha256 (hexadecimal) over the files of this package, or of a copy of it, that decide a result."""
    return _digest_of((path.relative_to(package).as_posix(), path) for path in deciding_files(package))


def _digest_of(files: Iterable[tuple[str, Path]]) -> str:
    return sha256("".join(f"{name}\0{sha256(path.read_bytes())}\n" for name, path in files).encode())


def deciding_files(package: Path) -> list[Path]:
    """The files of this package, or of a copy of it, that decide a result. Raises FileNotFoundError if one is gone."""
    of_a_class = {package / "grading" / f"{name}.py" for name in _OF_A_CLASS}
    found: list[Path] = []
    for name in _DECIDES:
        files = [path for path in (package / name, *sorted((package / name).rglob("*"))) if path.is_file()]
        files = [path for path in files if not _is_cache(path.relative_to(package))]
        if not files:
            raise FileNotFoundError(f"autograder/{name} is listed, but there is no such file")
        found += (path for path in files if path not in of_a_class)
    return found


def _is_cache(path: Path) -> bool:
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)
