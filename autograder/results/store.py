"""Results as files: `RESULTS/<student>/<assignment>.json` is the source of truth.

A file is written whole or not at all, and is read only if it is valid.
"""

import contextlib
import hashlib
import json
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..common.errors import InfrastructureError, UserError
from ..common.files import write_whole
from .result import FILE_LIMIT, SCHEMA, ClassResults, InvalidResult, Result, file_text, from_json, in_order

LARGEST = 16 * FILE_LIMIT  # bytes; a larger file is not read
NO_RIGHT = "you have no permission to read it"


class NoRight(InvalidResult):
    """It may be a result, but we have no right to read it: to grade again would replace what somebody else did."""


_UNSAFE = frozenset('/\\:*?"<>|%')
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})


def folder_name(student: str) -> str:
    """A name for the student's folder that every file system takes; two students never share one.

    Safe characters stay as they are; others become %XX, as in web addresses. A name that is too long ends in a digest.
    """
    safe = "".join(c if c.isprintable() and c not in _UNSAFE else _percent(c) for c in student)
    if safe[:1] in (".", " ", "-", "~", ""):
        safe = (_percent(safe[0]) if safe else "%") + safe[1:]
    if safe[-1] in (".", " "):
        safe = safe[:-1] + _percent(safe[-1])
    if safe.split(".")[0].casefold() in _RESERVED:
        safe = _percent(safe[0]) + safe[1:]
    if len(safe.encode()) > 180:
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        safe = safe.encode()[:120].decode("utf-8", "ignore") + "%~" + digest
    return safe


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def path_of(folder: Path, student: str, assignment: str) -> Path:
    """The path of the result of a student and an assignment in a folder of results."""
    return folder / folder_name(student) / f"{assignment}.json"


def write(result: Result, folder: Path) -> Path:
    """Write a result to its place, whole or not at all, and return the path.

    Raises InfrastructureError or UserError if it cannot be written (a full disk). A file from before then stays as it
    was.
    """
    return write_text(result, file_text(result), folder)


def write_text(result: Result, text: str, folder: Path) -> Path:
    """Write a result, as :func:`write` does, when the text of its file is known."""
    path = path_of(folder, result.student, result.assignment)
    write_whole(path, text.encode())
    return path


def read(path: Path) -> Result:
    """Read one result.

    Its folder may spell the student's letters as a Mac does. Raises InvalidResult if the file is torn, is not a result, is
    not in its place, or is the second one of a student and an assignment. Raises NoRight if we may not read it.
    """
    data: object = None
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            raise InvalidResult(
                "it is not a regular file" if about.st_size <= LARGEST else "it is larger than any result"
            )
        data = json.loads(path.read_bytes())
        result = from_json(data)
    except PermissionError as error:
        raise NoRight(NO_RIGHT) from error
    except OSError as error:
        raise InvalidResult(f"it cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidResult("it is damaged, or not JSON: grade it again") from error
    except InvalidResult as error:
        ours = isinstance(data, dict) and data.get("schema") == SCHEMA
        told = "; grade it again (points are changed in adjustments.csv, not here)" if ours else ""
        raise InvalidResult(f"{error}{told}") from error
    place = path_of(path.parent.parent, result.student, result.assignment)
    if place == path:
        return result
    if _spelled(place) != _spelled(path):
        where = f"{place.parent.name}/{place.name}"
        raise InvalidResult(
            f"it is the result of {result.student!r} for {result.assignment}: move it to {where}, or delete it"
        )
    if place.is_file() and not place.samefile(path):
        raise InvalidResult(f"{place} is the result of the same student, and counts: delete one of the two")
    return result


def _spelled(path: Path) -> tuple[str, str]:
    """The names of a result's folder and file. A Mac writes a letter and its accent as two characters."""
    return unicodedata.normalize("NFC", path.parent.name), path.name


def read_all(folder: Path) -> ClassResults:
    """All results in a folder, in natural order of students and assignments; torn files are reported, not read.

    Raises UserError if `folder` is not a folder, or holds no result that can be read.
    """
    results: list[Result] = []
    problems: list[tuple[Path, str]] = []
    try:
        if folder.is_file():
            raise UserError(
                f"{folder} is a file. Give the folder of results. If the file is a zip of it, unpack it first."
            )
        if not folder.is_dir():
            raise UserError(f"There is no folder {folder}. First run: autograder grade SUBMISSIONS --out {folder}")
        students = _students(folder)
    except OSError as error:
        raise InfrastructureError(f"{folder} cannot be read: {error.strerror}.") from error
    for student in students:
        try:
            paths = _files_of(student)
        except PermissionError:
            problems.append((student, NO_RIGHT))
            continue
        if not paths and _holds_results(student):
            problems.append(
                (student, "it is a folder of results in this one: move what is in it up, or give that folder")
            )
        for path in paths:
            try:
                results.append(read(path))
            except InvalidResult as error:
                problems.append((path, str(error)))
    if not results:
        why = f" that can be read ({problems[0][0]}: {problems[0][1]})" if problems else ""
        raise UserError(
            f"{folder} holds no results{why}. Give the folder that this wrote: autograder grade SUBMISSIONS --out RESULTS"
        )
    return ClassResults(in_order(results), tuple(problems))


def identities_in(folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The student and the identity of each result that has one. Files that cannot be read are passed over."""
    with contextlib.suppress(OSError):
        for path in result_files(folder):
            with contextlib.suppress(InvalidResult):
                result = read(path)
                if result.identity:
                    yield result.student, result.identity


def unread(results: ClassResults, student: str) -> frozenset[str]:
    """The assignments for which a student has a file that should be a result and was passed over."""
    own = folder_name(student)
    return frozenset(path.stem for path, _ in results.problems if path.parent.name == own)


def _holds_results(folder: Path) -> bool:
    """Is there a result in one of the folders in it?"""
    with contextlib.suppress(OSError):
        for path in result_files(folder):
            with contextlib.suppress(InvalidResult):
                read(path)
                return True
    return False


def result_files(folder: Path) -> Iterator[Path]:
    """The files that should hold results: `<student>/<assignment>.json`."""
    for student in _students(folder):
        yield from _files_of(student)


def _students(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.iterdir()) if not p.name.startswith(".") and p.is_dir()]


def _files_of(student: Path) -> list[Path]:
    # Not glob: it silently skips a folder that it has no right to read.
    return sorted(p for p in student.iterdir() if p.suffix == ".json" and not p.name.startswith("."))
