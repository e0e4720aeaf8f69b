"""`release --to FOLDER`: the complete student repository.

It has stubs, notebooks, public checks and diagnoses; the parts of the package that students can use; the training
images, but not the test images; a README, a CI workflow and a .gitignore. Nothing is written before the search for
leaks has passed.
"""

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from ..cli import COMMANDS
from ..common.errors import UserError
from ..common.own_imports import modules_of, reachable, with_its_data
from ..common.plural import few, plural
from ..common.run_file import own_package
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.handed_out import RECORD
from ..course.words import words_file, words_of
from ..course.zone import POLICY_FILE
from ..data import files_of_students
from . import generated
from .alone import BADGE, write_alone
from .alone import FOLDER as ALONE
from .build import Built, build
from .git_hashes import git_hashes
from .leaks import shows_solutions
from .texts import filled, put

# Notebooks, plain pytest, the workflow and the sandbox's processes start with these modules. Checks may import anything
# of `checks`.
_STARTS = ("autograder.__main__", "autograder.notebook", "autograder.grading.plugin")
_WHOLE_ROOMS = ("checks", "sandbox")
# Not commands of students, but in their repository: the workflow calls `ci`; `data` checks and fetches the images.
_ALSO = frozenset({"ci", "data"})

# What a student repository's workflow takes from the course, to grade with the hidden checks.
_GRADING = ("autograder", "assignments", "solutions", "data", "pyproject.toml", "constraints.txt")
README = "student-readme.md"  # under solutions/: what the course tells its students
CONSTRAINTS = "constraints.txt"
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


def release_to(course: Course, folder: Path, hidden_from: str | None = None, github: str = "") -> int:
    """Make the student repository in `folder`, or bring one that this command made up to date.

    hidden_from: "owner/name" of the private course repository on GitHub. If a deploy key is set, the workflow takes the
    hidden checks from its present commit. github: "owner/name" of the students' repository, for badges, and for
    notebooks that install the package themselves. Returns 1 if the repository would show a line of a solution, else 0.
    Raises UserError if `folder` holds anything that no release made there, or that was edited since; with hidden_from
    also if the course has changes that are not committed, so that no commit can be named.
    """
    folder = folder.absolute()
    refuse(course, folder)
    if github and not _REPOSITORY.fullmatch(github):
        raise UserError(f"--github {github!r}: name the students' repository on GitHub as OWNER/NAME.")
    private = _private(course, hidden_from) if hidden_from is not None else ("", "")
    with generated.staging(beside=folder) as temporary:
        built = build(course, temporary / "course")
        student = temporary / "student"
        compose(course, built, student, private, github)
        if shows_solutions(course.solutions, student):
            return 1
        generated.update(student, folder)
    count = len(generated.files_in(folder)) - 1
    print(f"{folder} is a complete student repository: {plural(len(built.masters), 'assignment')}, {count} files.")
    return 0


def _private(course: Course, repository: str) -> tuple[str, str]:
    """The address and the commit from which the workflow takes the hidden checks. Raises UserError if there is none."""
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(f"--hidden-from {repository!r}: name the course's repository on GitHub as OWNER/NAME.")
    try:
        commit = _git(course, "rev-parse", "HEAD")
        changes = _git(course, "status", "--porcelain", "--", *_GRADING)
    except (OSError, subprocess.CalledProcessError):
        raise UserError(f"{course.root} is not a git repository with a commit, which the workflow must name.") from None
    if changes:
        raise UserError(f"Commit your changes first, because the workflow names a commit:\n{changes}")
    return f"git@github.com:{repository}.git", commit


def _git(course: Course, *words: str) -> str:
    command = ["git", "-C", str(course.root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def refuse(course: Course, folder: Path) -> None:
    """Raise UserError if release must not write to `folder`."""
    if course.root.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{folder} holds the course itself. Choose a new or empty folder.")
    generated.refuse_foreign(folder)
    edited = generated.edited_files(folder)
    if edited:
        raise UserError(
            f"{folder} was edited after it was made: {few(edited)}. What is in it is made from "
            "solutions/ alone; put the file back, or choose a new folder. Nothing was changed."
        )


def compose(course: Course, built: Built, into: Path, private: tuple[str, str] = ("", ""), github: str = "") -> None:
    """Write the student repository into the new folder `into`. The same course gives the same bytes.

    private: address and commit of the course, for the hidden checks. github: "owner/name" of the student repository.
    """
    shutil.copytree(built.assignments, into / "assignments", ignore=shutil.ignore_patterns(RECORD))
    copy_package(into / "autograder")
    for file in files_of_students(course.root / "data"):
        (into / "data").mkdir(exist_ok=True)
        shutil.copyfile(file, into / "data" / file.name)
    if said := words_file(course):
        put(into / POLICY_FILE, said)
    if (course.root / "LICENSE").is_file():
        shutil.copyfile(course.root / "LICENSE", into / "LICENSE")
    copy_constraints(course, into)
    for master in built.masters:
        released = Assignment(master.name, into / "assignments" / master.name)
        write_alone(released, into / ALONE, github)
    put(into / "README.md", _readme(course, built, github))
    put(into / ".devcontainer" / "devcontainer.json", filled("student_files/devcontainer.json"))
    put(into / "pyproject.toml", pyproject(course))
    put(into / ".gitignore", filled("student_files/gitignore"))
    put(into / ".gitattributes", filled("student_files/gitattributes"))
    for path in generated.files_in(into).values():
        path.chmod(0o644)  # git records the mode: the hashes must not depend on this machine
    places = {"COURSE": private[0], "COMMIT": private[1], "UPSTREAM": f"https://github.com/{github}" if github else ""}
    workflow = filled("student_files/classroom.yml", RELEASE=git_hashes(into), **places)
    put(into / ".github" / "workflows" / "classroom.yml", workflow)


def copy_package(into: Path) -> None:
    """Copy the package, as students get it, to `into`."""
    package = own_package()
    for path in students_files():
        target = into / path.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def students_files() -> list[Path]:
    """The package's files that students get: those that their commands, notebooks, checks and workflow can reach."""
    package = own_package()
    modules = modules_of(package)
    commands = [row[0] for name, row in COMMANDS.items() if row[2] == "Students" or name in _ALSO]
    rooms = [name for name in modules if name.split(".")[1:2] in [[room] for room in _WHOLE_ROOMS]]
    reached = reachable([*_STARTS, *(f"autograder.{module}" for module in commands), *rooms], modules)
    return sorted(file for name in reached for file in with_its_data(modules[name]))


def _readme(course: Course, built: Built, github: str) -> str:
    """The README for students: the course's own, or a general one, with the list of assignments filled in."""
    rows = ["| assignment | tasks | points |", "| --- | --- | --- |"]
    for master in built.masters:
        tasks = ", ".join(f"`{task}`" for task in master.tasks)
        points = sum(sum(pair) for pair in master.points.values())
        badge = f" {BADGE.format(github=github, name=master.name)}" if github else ""
        rows.append(f"| `{master.name}`{badge} | {tasks} | {points} |")
    own = course.solutions / README
    text = own.read_text(encoding="utf-8") if own.is_file() else filled("student_files/README.md")
    words = {"title": words_of(course).title, "assignments": "\n".join(rows), "first": built.masters[0].name}
    return re.sub(r"\{(title|assignments|first)\}", lambda found: words[found[1]], text)


def pyproject(course: Course) -> str:
    """The student repository's pyproject.toml, with the requirements of the course, or else those of this package."""
    python, needs, extra = _requirements(course.root / "pyproject.toml")
    return filled("student_files/pyproject.template").format(
        requires_python=python,
        dependencies=_lines(needs),
        submissions=_lines(extra),
    )


def _requirements(path: Path) -> tuple[str, list[str], list[str]]:
    """(Python's version, requirements, requirements of submissions): from a pyproject.toml, or else as installed."""
    try:
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return project["requires-python"], project["dependencies"], project["optional-dependencies"]["submissions"]
    except (FileNotFoundError, KeyError):  # a course without the package in it
        known = metadata.metadata("cnn-autograder")
        words = [requirement.partition(";") for requirement in metadata.requires("cnn-autograder") or ()]
        of_submissions = [need.strip() for need, _, when in words if "submissions" in when]
        return known["Requires-Python"], [need.strip() for need, _, when in words if not when], of_submissions
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path} cannot be read: {error}. Fix it, and run the command again.") from None


def copy_constraints(course: Course, into: Path) -> None:
    """Write the versions that the workflow installs: those of the course, or else none."""
    own = course.root / CONSTRAINTS
    put(into / CONSTRAINTS, own.read_text(encoding="utf-8") if own.is_file() else "# No versions are fixed.\n")


def _lines(requirements: Iterable[str]) -> str:
    return "".join(f"    {json.dumps(requirement)},\n" for requirement in requirements)
