"""`release --to FOLDER --classroom50`: for each assignment the folder that Classroom 50 publishes and runs.

Copy the content of FOLDER into the classroom's folder of the teacher's classroom50 repository. Classroom 50 publishes
it for everybody, so it holds only what students have anyway: stub, public checks, diagnoses as data, training images.
"""

import io
import json
import shutil
import tarfile
from pathlib import Path

from ..common.errors import UserError
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.manifest import excerpt, write_manifest
from ..platforms.classroom50 import slug
from . import generated
from .build import build
from .leaks import shows_solutions
from .student import compose, refuse
from .texts import filled, put

PYTHON = "3.11"
LIMIT = 10_000_000  # bytes of a published bundle; Classroom 50's runner does not fetch a larger one
# What `gh teacher assignment add --runtime` takes.
RUNTIME = {"runs-on": "ubuntu-24.04", "python": PYTHON, "apt": ["bubblewrap"]}


def release_bundles(course: Course, folder: Path) -> int:
    """Make the bundles in `folder`, which must be new, empty or made by this command.

    Returns 1 if they would show a line of a solution, else 0. Raises UserError if a bundle is too large.
    """
    folder = folder.absolute()
    refuse(course, folder)
    with generated.staging(beside=folder) as temporary:
        built = build(course, temporary / "course")
        compose(course, built, temporary / "student")
        bundles = temporary / "bundles"
        for master in built.masters:
            bundle(temporary / "student", master.name, bundles / "autograders" / slug(master.name))
        put(bundles / "runtime.json", json.dumps(RUNTIME, indent=2) + "\n")
        slugs = "\n".join(f"- `autograders/{slug(master.name)}/` grades `{master.name}`" for master in built.masters)
        put(bundles / "README.md", filled("classroom50_files/README.md", SLUGS=slugs))
        if shows_solutions(course.solutions, bundles, "everybody"):
            return 1
        sizes = {path.name: packed_size(path) for path in sorted((bundles / "autograders").iterdir())}
        too_large = [f"{name} ({size / 1e6:.1f} MB)" for name, size in sizes.items() if size > LIMIT]
        if too_large:
            raise UserError(f"Classroom 50 takes bundles of at most 10 MB: {', '.join(too_large)}.")
        generated.update(bundles, folder)
    largest = max(sizes, key=lambda name: sizes[name])
    print(
        f"{folder} holds {len(sizes)} bundles for Classroom 50; the largest, {largest}, "
        f"is {sizes[largest] / 1e6:.1f} MB packed."
    )
    return 0


def bundle(student: Path, assignment: str, into: Path) -> None:
    """Write one assignment's bundle, from the student repository in `student`."""
    course = into / "course"
    shutil.copytree(student / "autograder", course / "autograder")
    shutil.copytree(student / "assignments" / assignment, course / "assignments" / assignment)
    write_manifest(course / "assignments", excerpt(student / "assignments", assignment))
    if Assignment(assignment, student / "assignments" / assignment).trains:
        shutil.copytree(student / "data", course / "data")
    for name in ("pyproject.toml", "constraints.txt", "LICENSE"):
        if (student / name).is_file():
            shutil.copyfile(student / name, course / name)
    put(into / "autograder.py", filled("classroom50_files/autograder.py", ASSIGNMENT=assignment, PYTHON=PYTHON))


def packed_size(folder: Path) -> int:
    """The size in bytes of the folder as Classroom 50 publishes it: a tar.gz."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, arcname=".")
    return len(packed.getvalue())
