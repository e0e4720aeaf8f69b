"""The modules of a student's own that lie beside a submission and are imported by it: they are part of it.

Found by the names in its import lines; nothing is parsed, nothing run. A module never stands before one that grading
has, so that `random.py` beside a submission changes nothing, and never comes from another student: in a flat download
of an LMS it is found by the student's own name for it, in what that student handed in.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .layouts import read_name

MOST = 10  # modules
_DEEP = 8  # folders in folders
_FOLDERS_LIMIT = 5  # that it puts on the import path
_NAMES_LIMIT = 300  # that are looked for

# What grading has, and what is nobody's module.
_THERE = frozenset(sys.stdlib_module_names) | frozenset(
    "torch torchvision torchaudio numpy einops matplotlib tqdm PIL autograder safetensors pytest marimo IPython".split()
)
# In a flat download of an LMS's other students' files lie beside a submission, under names like these.
_ANOTHERS = re.compile(r"_\d+_\d+_|_attempt_\d|_assignsubmission_", re.IGNORECASE)
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)(?P<path>[\w.]*)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n;]*)"
    r"|import[ \t]+(?P<modules>[^\n;]*))"
    r"|\b(?:import_module|__import__)\(\s*[\"'](?P<named>[\w.]+)[\"']",
    re.MULTILINE,
)
_FOLDERS = re.compile(r"\bsys\.path\.(?:append|insert|extend)\([^\n]*")


@dataclass(frozen=True)
class Helper:
    """A module beside a submission. name: in full, as it is imported. file: its path from the submission's folder.

    In a flat download the file's name begins with what the LMS put there: helpers in lee_12_34_helpers.py.
    """

    name: str
    file: str
    text: str


def find_helpers(
    code: str, submission: Path, room: int, read: Callable[[Path], str | None], flat: bool = False
) -> tuple[tuple[Helper, ...], tuple[str, ...]]:
    """The helpers that some code imports, and those that these import; and notes on what was passed over.

    room: bytes that all together may hold. read: the text of a file, or None where it cannot be read. flat: other
    students' files lie beside it, so that only one that an LMS names as it named the submission is the student's.
    """
    found: dict[str, Helper] = {}
    notes: list[str] = []
    todo = dict.fromkeys(_own(imported(code)))
    there = {folder: _names_in(submission.parent / folder) for folder in ("", *_folders(code))} if todo else {}
    seen: set[str] = set()
    while todo:
        name = next(iter(todo))
        del todo[name]
        if len(seen) == _NAMES_LIMIT:
            notes.append(f"It imports very many names: only {_NAMES_LIMIT} of them were looked for beside it.")
            break
        seen.add(name)
        file = _in_the_hand_in(name, submission, there[""]) if flat else _file(name, submission, there)
        if file is None:
            continue
        text = read(submission.parent / file)
        if text is None:
            notes.append(f"{file} was passed over: it is no text in UTF-8, or far too large.")
        elif len(found) == MOST:
            notes.append(f"{file} was passed over: at most {MOST} modules beside {submission.name} are taken.")
        elif len(text.encode()) > room:
            notes.append(f"{file} was passed over: with it, file and modules would hold more than 64 KB of code.")
        else:
            room -= len(text.encode())
            found[name] = Helper(name, file, text)
            more = _own(imported(text, name if file.endswith("__init__.py") else name.rpartition(".")[0]))
            todo |= dict.fromkeys(each for each in more if each not in seen)
    return tuple(found.values()), tuple(notes)


def imported(code: str, package: str = "") -> list[str]:
    """The full names of the modules that some code may mean by its import lines, in their order.

    package: the one that relative imports begin at. A submission lies in none: to it `.` is its folder.
    """
    names: dict[str, None] = {}
    for line in _IMPORT.finditer(code):
        if line["modules"] is not None:
            for part in line["modules"].partition("#")[0].split(","):
                _add(names, part.split()[:1])
            continue
        if line["named"]:
            _add(names, [line["named"]])
            continue
        path = line["path"]
        if line["dots"]:
            above = package.split(".")[: len(package.split(".")) - len(line["dots"]) + 1]
            if not above:
                continue
            path = ".".join(filter(None, [*above, path]))
        _add(names, [path] if path else [])
        named = re.findall(r"(\w+)(?:\s+as\s+\w+)?", line["names"])
        _add(names, [f"{path}.{name}".strip(".") for name in named])
    return list(names)


def _own(names: Iterable[str]) -> Iterator[str]:
    """Of some modules' names those that may be a student's own."""
    tops = ((name, name.partition(".")[0]) for name in names)
    return (name for name, top in tops if top not in _THERE and not _ANOTHERS.search(top))


def _add(names: dict[str, None], paths: list[str]) -> None:
    for path in paths:
        parts = path.split(".", _DEEP)[:_DEEP]
        names.update(dict.fromkeys(".".join(parts[: n + 1]) for n in range(len(parts))))


def _folders(code: str) -> list[str]:
    """The folders beside the submission that it puts on the import path: `sys.path.append("src")`."""
    quoted = (text for call in _FOLDERS.finditer(code) for text in re.findall(r"[\"']([\w./-]+)[\"']", call[0]))
    beside = (text for text in quoted if not text.startswith("/") and ".." not in text)
    return list(itertools.islice(dict.fromkeys(beside), _FOLDERS_LIMIT))


def _names_in(folder: Path) -> frozenset[str]:
    """What lies in a folder; nothing where it cannot be opened."""
    try:
        return frozenset(os.listdir(folder))
    except (OSError, ValueError):
        return frozenset()


def _file(name: str, submission: Path, there: Mapping[str, Collection[str]]) -> str | None:
    """The file of a module beside the submission; None for one of grading's own, or none that is there.

    there: the folders in which modules are looked for, from the submission's, and what lies in each.
    """
    parts = name.split(".")
    top = parts[0]
    if not all(part.isidentifier() for part in parts) or top == submission.stem or top.startswith("test_"):
        return None
    for folder, file in itertools.product(there, (Path(*parts).with_suffix(".py"), Path(*parts, "__init__.py"))):
        if file.parts[0] not in there[folder]:
            continue
        file = Path(folder, file)
        path = submission.parent / file
        links = any((submission.parent / step).is_symlink() for step in (file, *file.parents[:-1]))
        if not links and os.path.isfile(path):
            return file.as_posix()
    return _in_the_hand_in(name, submission, there[""])


def _in_the_hand_in(name: str, submission: Path, beside: Collection[str]) -> str | None:
    """The file of a module that an LMS named as it named the submission: of the same attempt, else the newest."""
    of = read_name(submission, folder=False)
    own = re.compile(rf"{re.escape(name)}(?:-(\d+))?\.(?:py|ipynb)")  # Canvas numbers what was handed in again
    if of is None or own.fullmatch(of.own or ""):
        return None
    found: list[tuple[bool, tuple[int, ...], int, str]] = []
    for path in (submission.parent / each for each in beside if name in each and each.endswith(".py")):
        its = read_name(path, folder=False)
        if its is None or (its.layout, its.student, its.number) != (of.layout, of.student, of.number):
            continue
        if (match := own.fullmatch(its.own or "")) and os.path.isfile(path) and not path.is_symlink():
            found.append((its.attempt == of.attempt, its.attempt, int(match[1] or 0), path.name))
    return max(found)[-1] if found else None
