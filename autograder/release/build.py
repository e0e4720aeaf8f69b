"""Building what students get, from `solutions/` alone, into an empty folder."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.course.manifest import write_manifest
from autograder.grading.context import CheckInfo
from autograder.platforms import nbgrader_settings
from autograder.release import generated
from autograder.release.declared import declared_checks, open_checks
from autograder.release.diagnoses import record
from autograder.release.master import Master, read_master, source_notebook
from autograder.release.notebooks import generate, skip_slow_imports, stub_script, write_notebook
from autograder.release.slips import refuse_slips
from autograder.submission.source import read_source

STUBS = ".stubs"


@dataclass(frozen=True)
class Built:
    """Two folders, ready to be swapped in: `assignments/` and nbgrader's `solutions/notebooks/`."""

    assignments: Path
    sources: Path
    masters: tuple[Master, ...]


def build(course: Course, into: Path) -> Built:
    """Builds all assignments of `course` under the empty folder `into`, laid out as at the course's root.

    The same solutions give the same bytes, whenever and wherever.
    Raises UserError for anything in `solutions/` that is not as it should be.
    """
    skip_slow_imports()
    import nbformat

    if not course.has_solutions:
        raise UserError(f"{course.root} has no solutions/: releasing is for the course repository.")
    refuse_slips(course, course.assignment_names())
    masters, bands, diagnoses = [], {}, {}
    for name in course.assignment_names():
        assignment = course.assignment(name)
        with open_checks(assignment) as live:
            declared = declared_checks(live)
            master = read_master(assignment.folder, declared)
            diagnoses[name] = record(assignment, live)
        bands[name] = _bands(declared)
        masters.append(master)
        write_notebook(source_notebook(master), into / nbgrader_settings.SOURCE / name / f"{name}.ipynb")

    generate(into, [master.name for master in masters])
    entries: dict[str, dict[str, Any]] = {}
    stubs = {}
    for master in masters:
        released = into / nbgrader_settings.RELEASE / master.name / f"{master.name}.ipynb"
        notebook: Any = nbformat.read(str(released), as_version=4)
        write_notebook(notebook, released)
        folder = into / "assignments" / master.name
        folder.mkdir()
        stub = folder / f"{master.name}.py"
        stub.write_bytes(stub_script(notebook).encode())
        # Once more, where nobody works on them: what `autograder reset` gives back.
        kept = into / "assignments" / STUBS
        kept.mkdir(exist_ok=True)
        for form in (stub, released):
            shutil.copyfile(form, kept / form.name)
        checks = course.solutions / master.name / f"test_{master.name}.py"
        shutil.copyfile(checks, folder / checks.name)
        diagnoses[master.name].save(folder)
        entries[master.name] = {"tasks": list(master.tasks), "points": _points(master)}
        if bands[master.name]:
            entries[master.name]["bands"] = bands[master.name]
        stubs[master.name] = {
            "py": read_source(stub).code_digest,
            "ipynb": read_source(released).code_digest,
        }
    # What grading and checking read: tasks in order, points by task, and the stubs' code, for a file
    # that says what its stub says is no submission.
    write_manifest(into / "assignments", {"assignments": entries, "stubs": stubs})
    for folder in (into / "assignments", into / nbgrader_settings.SOURCE):
        generated.write_record(folder)
    return Built(into / "assignments", into / nbgrader_settings.SOURCE, tuple(masters))


def _bands(declared: list[CheckInfo]) -> list[list[float]]:
    """What accuracy earns, as the names of hidden checks say it: `...[84%]` -> percent and points, lowest first."""
    found = [(re.fullmatch(r".+\[(\d+(?:\.\d+)?)%\]", check.name), check.points) for check in declared if check.hidden]
    return sorted([float(match[1]), points] for match, points in found if match)


def _points(master: Master) -> dict[str, dict[str, int]]:
    return {task: {"public": public, "hidden": hidden} for task, (public, hidden) in master.points.items()}
