"""`autograder gradescope-zip`: the file that sets up an autograder on Gradescope, one for each assignment.

It holds the checks, hidden ones too, and what they need; the stub replaces the reference solution. Only instructors can
see it on Gradescope. Students' code runs in the same container, so it runs in the sandbox or not at all.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from ..common.errors import UserError
from ..common.files import sha256, write_whole
from ..common.zips import zip_of
from ..course.course import SECRET_FILE, Course, find_course
from ..course.manifest import excerpt, write_manifest
from ..platforms import gradescope as form
from ..platforms.ci import gradescope as ci_gradescope
from ..results.result import Result
from ..results.rows import to_bytes
from .texts import filled, put

_RUNS = ("setup.sh", "run_autograder")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="the assignment (a1 is enough for a1_permute)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the file to write (default: <assignment>-gradescope.zip)"
    )
    parser.add_argument(
        "--minutes",
        type=int,
        default=10,
        metavar="N",
        help="the time limit that is set on Gradescope, 2 to 40 (default: 10, as there)",
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=512,
        metavar="MB",
        help="the memory that a submission may use (default: 512, for Gradescope's smallest container, of 768)",
    )
    parser.add_argument(
        "--require-sandbox",
        type=str.upper,
        choices=["A", "B", "C"],
        default="B",
        metavar="TIER",
        help="refuse to grade in a weaker sandbox (default: B, because the hidden checks are in the same container)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the zip. Returns 0."""
    course = find_course(Path.cwd())
    if not course.has_solutions:
        raise UserError(f"{course.root} is a student's repository: the hidden checks are in the course's.")
    if not 2 <= args.minutes <= 40:
        raise UserError("--minutes: Gradescope's time limit is at most 40 minutes, and grading needs 2.")
    if args.memory < 256:
        raise UserError("--memory: torch alone needs 256 MB.")
    name = course.resolve(args.assignment)
    out: Path = args.out or Path(f"{name}-gradescope.zip")
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        compose(course, name, top)
        for script in _RUNS:
            text = filled(
                f"gradescope_files/{script}",
                ASSIGNMENT=name,
                SECONDS=args.minutes * 60 - 30,
                MINUTES=args.minutes,
                TIER=args.require_sandbox,
                MEMORY=args.memory,
            )
            put(top / script, text)
        files = {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        write_whole(out, zip_of(files, programs=_RUNS))
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB. On Gradescope: Configure Autograder, base image Ubuntu 24.04,")
    print("upload this file, and set the container and the time limit as docs/uploads.md says.")
    print("It holds the hidden checks: give it to nobody else.")
    return 0


def compose(course: Course, name: str, into: Path) -> None:
    """Write what Gradescope's container gets into a folder: early.json, and a course of one assignment.

    Raises UserError if the assignment has not been released: its stub is needed.
    """
    from ..data import files_of_graders
    from .student import copy_constraints, copy_package, pyproject

    assignment, released = course.assignment(name), course.released(name)
    root = into / "course"
    copy_package(root / "autograder")
    checks = root / "solutions" / name
    checks.mkdir(parents=True)
    for path in sorted(assignment.folder.glob("*.py")):
        if path != assignment.master:
            shutil.copyfile(path, checks / path.name)
    # Grading reads only the names of parameters from a master; the stub has them too.
    shutil.copyfile(released.master, checks / f"{name}.py")
    (root / "assignments" / name).mkdir(parents=True)
    shutil.copyfile(released.master, root / "assignments" / name / f"{name}.py")
    write_manifest(root / "assignments", excerpt(course.assignments, name))
    if assignment.trains:
        (root / "data").mkdir()
        for file in files_of_graders(course.root / "data"):
            shutil.copyfile(file, root / "data" / file.name)
    (root / "pyproject.toml").write_bytes(pyproject(course).encode())
    copy_constraints(course, root)
    # A secret of its own, from which the course's secret cannot be computed.
    secret = sha256(course.secret() + b"/gradescope/" + name.encode())
    (root / SECRET_FILE).write_text(secret + "\n", encoding="utf-8")
    early = Result("", name, None, "missing", 0, course.max_score(name), notes=(ci_gradescope.SENTENCE,))
    (into / "early.json").write_bytes(to_bytes(form.document(early, 0)))
