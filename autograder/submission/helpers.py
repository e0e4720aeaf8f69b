"""Helpers: modules of the student's own, beside a submission that imports them. They are part of the submission.

They are found by the names in its import lines; no code is parsed or run. A helper never replaces a module that
grading has, so `random.py` beside a submission changes nothing. It never comes from another student: in a flat download
of an LMS, only files that the same student handed in are taken.
"""

import itertools
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .layouts import read_name

MOST = 10  # helpers of one submission
_DEEP = 8  # parts of a module's dotted name
_FOLDERS_LIMIT = 5  # folders that a submission puts on the import path
_NAMES_LIMIT = 300  # names that are looked for

# Modules that grading has or knows: none of them is a student's own.
_THERE = frozenset(sys.stdlib_module_names) | frozenset(
    "torch torchvision torchaudio numpy einops matplotlib tqdm PIL autograder safetensors pytest marimo IPython".split()
)
# The names of other students' files in a flat download of an LMS look like this.
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
    """A module beside a submission. name: its dotted name. file: its path relative to the submission's folder.

    In a flat download, the LMS puts its own beginning before the file's name: `helpers` is in lee_12_34_helpers.py.
    """

    name: str
    file: str
    text: str


def find_helpers(
    code: str, submission: Path, room: int, read: Callable[[Path], str | None], flat: bool
) -> tuple[tuple[Helper, ...], tuple[str, ...]]:
    """The helpers that some code imports, with those that they import in turn; and notes on files that were passed over.

    room: the most bytes that all helpers together may hold. read: returns a file's text, or None if it cannot be read.
    flat: other students' files are in the same folder, so a file is taken only if the LMS named it as it named the
    submission.
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
            notes.append(
                f"It imports more than {_NAMES_LIMIT} names: only {_NAMES_LIMIT} of them were looked for beside it."
            )
            break
        seen.add(name)
        file = _in_the_hand_in(name, submission, there[""].values()) if flat else _file(name, submission, there)
        if file is None:
            continue
        text = read(submission.parent / file)
        if text is None:
            notes.append(f"{file} was passed over: it is not text in UTF-8, or it is too large.")
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
    """The dotted names of the modules that the import lines of some code may mean, in their order.

    package: where relative imports begin; "" for a submission, where `.` means its own folder.
    """
    names: dict[str, None] = {}
    for line in _import_lines(_as_python(code)):
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


def _import_lines(code: str) -> Iterator[re.Match[str]]:
    """The matches of _IMPORT. It is a slow expression, so lines without the word `import` are skipped."""
    place = 0
    while (word := code.find("import", place)) >= 0:
        match = _IMPORT.search(code, max(place, code.rfind("\n", 0, word) + 1))
        if match is None:
            return
        yield match
        place = match.end()


def _own(names: Iterable[str]) -> Iterator[str]:
    """The names that may be a student's own modules."""
    tops = ((name, name.partition(".")[0]) for name in names)
    return (name for name, top in tops if top not in _THERE and not _ANOTHERS.search(top))


def _add(names: dict[str, None], paths: list[str]) -> None:
    for path in paths:
        parts = path.split(".", _DEEP)[:_DEEP]
        names.update(dict.fromkeys(".".join(parts[: n + 1]) for n in range(len(parts))))


def _folders(code: str) -> list[str]:
    """The relative folders that a submission puts on the import path: `sys.path.append("src")`."""
    calls = _FOLDERS.finditer(code) if "sys.path" in code else ()
    quoted = (text for call in calls for text in re.findall(r"[\"']([\w./-]+)[\"']", call[0]))
    beside = (text for text in quoted if not text.startswith("/") and ".." not in text)
    return list(itertools.islice(dict.fromkeys(beside), _FOLDERS_LIMIT))


def _names_in(folder: Path) -> dict[str, str]:
    """The names of a folder's entries, by how Python writes them; empty if it cannot be opened."""
    try:
        return {_as_python(name): name for name in os.listdir(folder)}
    except (OSError, ValueError):
        return {}


def _as_python(text: str) -> str:
    """Names in the form that Python gives them when it imports: a Mac may write ö as two characters."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _file(name: str, submission: Path, there: Mapping[str, Mapping[str, str]]) -> str | None:
    """The file of a module beside the submission; None if there is none, or if the name is the submission's or a test's.

    there: folder to look in, relative to the submission's -> the names of its entries, see `_names_in`.
    """
    parts = name.split(".")
    top = parts[0]
    if not all(part.isidentifier() for part in parts) or top == submission.stem or top.startswith("test_"):
        return None
    for folder, file in itertools.product(there, (Path(*parts).with_suffix(".py"), Path(*parts, "__init__.py"))):
        if file.parts[0] not in there[folder]:
            continue
        file = Path(folder, there[folder][file.parts[0]], *file.parts[1:])
        path = submission.parent / file
        links = any((submission.parent / step).is_symlink() for step in (file, *file.parents[:-1]))
        if not links and os.path.isfile(path):
            return file.as_posix()
    return _in_the_hand_in(name, submission, there[""].values())


def _in_the_hand_in(name: str, submission: Path, beside: Collection[str]) -> str | None:
    """The file of a module that the same student handed in, by the name that the LMS gave it; None if there is none.

    A file of the submission's own attempt comes first, then the newest.
    """
    of = read_name(submission, folder=False)
    own = re.compile(rf"{re.escape(name)}(?:-(\d+))?\.(?:py|ipynb)")  # Canvas numbers files that were handed in again
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
