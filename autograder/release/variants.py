"""`release --roster CSV`: a folder for each student, with the files that differ between students.

For each assignment with a quiz, a folder holds the stub (script and notebook), the public checks and the diagnoses. The
student repository has them in a default form. Copied over a student's clone, the folder makes the quiz their own.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..common.errors import UserError
from ..common.plural import plural
from ..course.assignment import STUBS
from ..course.course import Course
from ..course.manifest import write_manifest
from ..course.roster import Quiz, Roster, quizzes
from ..results.store import folder_name
from ..submission.source import read_source
from . import generated
from .build import Built, build
from .diagnoses import answers_recorded
from .leaks import shows_solutions
from .student import refuse
from .texts import put

FOLDER = "variants"


def release_variants(course: Course, roster: Roster, folder: Path) -> int:
    """Make a folder in `folder` for each student on the roster.

    Returns 1 if the folders would show a line of a solution, else 0. Raises UserError if no assignment has a quiz, and
    if `folder` holds anything that no release made there, or that was edited since.
    """
    found = quizzes(course)
    if not found:
        raise UserError(f"No assignment of {course.root} has a quiz.py, so a roster changes nothing.")
    folder = folder.absolute()
    refuse(course, folder)
    with generated.staging(beside=folder) as temporary:
        built = build(course, temporary / "course")
        new = temporary / "variants"
        write_variants(course, built, found, roster, new)
        # The folders differ only in the quiz, which is not secret: it is enough to look at one of them.
        if shows_solutions(course.solutions, new / folder_name(next(iter(roster.terms)))):
            return 1
        generated.update(new, folder)
    print(
        f"{folder} has a folder for each of {plural(len(roster.terms), 'student')}, with {', '.join(found)} of their own."
    )
    return 0


def write_variants(course: Course, built: Built, found: dict[str, Quiz], roster: Roster, into: Path) -> None:
    """Write the folders of all students into the new folder `into`. The same roster gives the same bytes."""
    into.mkdir()
    manifest = json.loads((built.assignments / "manifest.json").read_bytes())
    stubs: dict[str, dict[str, dict[str, str]]] = {student: {} for student in roster.terms}
    for name, quiz in found.items():
        parts = _parts(name)
        texts = {part: (built.assignments / part).read_text(encoding="utf-8") for part in parts}
        quiz.require_lines(*(text for part, text in texts.items() if part.suffix == ".py"))
        with answers_recorded(course.assignment(name), quiz) as recorded_for:
            for student, term in roster.terms.items():
                own, folder = quiz.of(student, term), into / folder_name(student) / "assignments"
                for part, text in texts.items():
                    notebook = part.suffix == ".ipynb"
                    put(folder / part, _rewrite_notebook(text, quiz, own) if notebook else quiz.rewrite(text, own))
                recorded_for(built.assignments / name, own).save(folder / name)
                digest = read_source(folder / name / f"{name}.py").code_digest
                stubs[student][name] = {"py": digest, "ipynb": digest}
    for student, digests in stubs.items():
        mine = manifest | {"stubs": manifest["stubs"] | digests}
        write_manifest(into / folder_name(student) / "assignments", mine)


def _parts(name: str) -> list[Path]:
    """The files that hold the quiz of an assignment, as paths below assignments/."""
    script, notebook = f"{name}.py", f"{name}.ipynb"
    return [
        Path(name, script),
        Path(name, f"test_{name}.py"),
        Path("notebooks", name, notebook),
        Path(STUBS, script),
        Path(STUBS, notebook),
    ]


def _rewrite_notebook(text: str, quiz: Quiz, own: Any) -> str:
    """The text of a notebook, with a student's own quiz in its cells."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        source = cell["source"]
        lines: Iterable[str] = quiz.rewrite("".join(source), own).splitlines(keepends=True)
        cell["source"] = list(lines) if isinstance(source, list) else "".join(lines)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
