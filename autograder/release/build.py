"""Builds what students get, from `solutions/` alone, in an empty folder."""

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..checks.data_catalogue import DataCatalogue
from ..common.errors import UserError
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.handed_out import RECORD, read_record
from ..course.manifest import FILE, entries_in, write_manifest
from ..course.network import network_of
from ..platforms import nbgrader_settings
from ..submission.source import read_source
from . import generated
from .declared import declared_checks, open_checks
from .diagnoses import record
from .master import Master, read_master, source_notebook
from .notebooks import generate, keep_drawings_whole, skip_slow_imports, stub_script, write_notebook
from .slips import refuse_slips


@dataclass(frozen=True)
class Built:
    """Two folders, ready to be swapped in: `assignments/` and nbgrader's `solutions/notebooks/`.

    seconds: how long each part took.
    """

    assignments: Path
    sources: Path
    masters: tuple[Master, ...]
    seconds: dict[str, float] = field(default_factory=dict)


def build(course: Course, into: Path, only: Sequence[str] = ()) -> Built:
    """Build the assignments of `course` in the empty folder `into`, with the same folders as at the course's root.

    only: the names of those to build (default: all); the others are copied as they were released. The same solutions
    always give the same bytes. Raises UserError for anything that is wrong in `solutions/`.
    """
    if not course.has_solutions:
        raise UserError(f"{course.root} has no solutions/: releasing is for the course repository.")
    skip_slow_imports()
    seconds: dict[str, float] = {}
    names = [name for name in course.assignment_names() if not only or name in only]
    refuse_slips(course, names)
    read = []
    for name in names:
        with _timed(seconds, name), open_checks(course.assignment(name)) as live:
            master = read_master(course.assignment(name).folder, declared_checks(live))
            read.append((master, record(course.assignment(name), live)))
    target = into / "assignments"
    entries: dict[str, dict[str, Any]] = {"assignments": {}, "stubs": {}}
    if only:
        _keep_others(course, into, names)
        entries = entries_in(course.assignments)
    with _timed(seconds, "notebooks"):
        for master, _ in read:
            source = into / nbgrader_settings.SOURCE / master.name / f"{master.name}.ipynb"
            write_notebook(source_notebook(master), source)
        generate(into, names)
        for master, diagnoses in read:
            entry, stubs = _write_one(course, master, diagnoses, target)
            entries["assignments"][master.name], entries["stubs"][master.name] = entry, stubs
    # What grading and checking read: tasks in order, points by task, and digests of the stubs' code. A file with the
    # same code as its stub is not a submission.
    order = course.assignment_names()
    in_order = {part: {name: of[name] for name in order if name in of} for part, of in entries.items()}
    write_manifest(target, in_order)
    for made, standing in (
        (target, course.assignments),
        (into / nbgrader_settings.SOURCE, course.solutions / "notebooks"),
    ):
        generated.write_record(made, {k: v for k, v in read_record(standing).items() if only and not _is_of(k, names)})
    return Built(target, into / nbgrader_settings.SOURCE, tuple(master for master, _ in read), seconds)


@contextlib.contextmanager
def _timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[part] = time.perf_counter() - began


def _write_one(
    course: Course, master: Master, diagnoses: DataCatalogue, target: Path
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write what students get of one assignment into `assignments/`. Returns its two entries in the manifest."""
    import nbformat

    name = master.name
    released = Assignment(name, target / name)
    notebook: Any = nbformat.read(str(released.notebook), as_version=4)
    released.folder.mkdir()
    released.master.write_bytes(stub_script(notebook).encode())
    for written in (released.notebook, target.parent / nbgrader_settings.SOURCE / name / f"{name}.ipynb"):
        keep_drawings_whole(written)
    # A second copy, in which nobody works: `autograder reset` gives it back.
    released.stub.parent.mkdir(exist_ok=True)
    for form in (released.master, released.notebook):
        shutil.copyfile(form, released.stub.parent / form.name)
    own = course.assignment(name)
    shutil.copyfile(own.public_checks, released.public_checks)
    for told, put in ((own.pictures, released.pictures), (own.network, released.network)):
        if told.is_file():
            shutil.copyfile(told, put)
    diagnoses.save(released.folder)
    points = {task: {"public": public, "hidden": hidden} for task, (public, hidden) in master.points.items()}
    entry: dict[str, Any] = {"tasks": list(master.tasks), "points": points}
    if bands := _bands(own):
        entry["bands"] = bands
    return entry, {"py": read_source(released.master).code_digest, "ipynb": read_source(released.notebook).code_digest}


def _keep_others(course: Course, into: Path, names: Sequence[str]) -> None:
    """Copy the released files of the assignments that are not built."""
    folders = {course.assignments: "assignments", course.solutions / "notebooks": nbgrader_settings.SOURCE}
    for standing, place in folders.items():
        for part, path in generated.files_in(standing).items():
            if part not in (RECORD, FILE) and not _is_of(part, names):
                (into / place / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, into / place / part)


def _is_of(part: str, names: Sequence[str]) -> bool:
    """Does a file of a released folder belong to these assignments? part: its path there, with forward slashes."""
    words = part.split("/")
    return part == FILE or any(name in (words[0], words[-1].partition(".")[0], *words[1:2]) for name in names)


def _bands(assignment: Assignment) -> list[list[float]]:
    """The bands of an assignment: [accuracy in percent, points], lowest first; empty if it trains nothing."""
    network = network_of(assignment)
    bands = network.bands.items() if network is not None else ()
    return sorted([float(f"{100 * share:g}"), points] for share, points in bands)
