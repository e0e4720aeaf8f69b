"""`release --solutions`: after the deadline, a page for each assignment with the reference and other right ways.

`report/right_ways.py` reads which other ways the author has chosen. None of this is in a student's repository. With
`report --right-ways`, students who have all points of a task see its right ways earlier.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from ..common.errors import UserError
from ..course.course import Course
from ..course.handed_out import read_record
from ..course.words import words_of
from ..course.zone import zone_of
from ..report.pages import templates
from ..report.right_ways import solved_tasks
from ..results.policy import load_policy
from . import generated


def release_solutions(course: Course, folder: Path, only: Sequence[str]) -> int:
    """Write the pages of these assignments, or of all, to `folder`. Returns 0.

    folder: new, empty or made by this command. Raises UserError if a deadline or an extension of one of the assignments
    is not over yet, and for a folder that students get.
    """
    names = list(only) or course.assignment_names()
    folder = folder.resolve()
    _refuse_students(course, folder)
    generated.refuse_foreign(folder)
    _refuse_before_the_end(course, names, dt.datetime.now().astimezone())
    pages = {name: page(course, name) for name in names}
    with generated.staging(beside=folder) as temporary:
        new = temporary / "solutions"
        new.mkdir()
        for name, text in pages.items():
            (new / f"{name}.html").write_bytes(text.encode())
        generated.update(new, folder)
    unknown = [name for name in names if name not in load_policy(course).deadlines]
    if unknown:
        print(
            f"course.toml has no deadline for {', '.join(unknown)}. Publish the pages only when nobody can hand in any more."
        )
    print(f"{folder} holds a page with right ways for each of: {', '.join(names)}.")
    return 0


def page(course: Course, name: str) -> str:
    """The page of one assignment, self-contained."""
    template = templates(zone_of(course), words_of(course)).get_template("solutions.html")
    return template.render(name=name, tasks=solved_tasks(course, name), title=words_of(course).title)


def _refuse_students(course: Course, folder: Path) -> None:
    """Raise UserError for a folder that another release made, or that lies in one or in solutions/."""
    own = {name for name in read_record(folder) if "/" in name or not name.endswith(".html")}
    around = [place for place in folder.parents if read_record(place)]
    if own or around or course.solutions.resolve() in (folder, *folder.parents):
        raise UserError(
            f"{folder} is in solutions/, or belongs to another release. Give --solutions a folder of its own."
        )


def _refuse_before_the_end(course: Course, names: Sequence[str], now: dt.datetime) -> None:
    """Raise UserError while a student may still hand in one of the assignments."""
    policy = load_policy(course)
    times = [*policy.deadlines.items(), *((name, when) for (_, name), when in policy.extensions.items())]
    last = {name: max(when for of, when in times if of == name) for name, _ in times}
    open_ones = [name for name in names if name in last and now <= last[name] + policy.grace]
    if open_ones:
        ends = ", ".join(f"{name} until {last[name] + policy.grace:%Y-%m-%d %H:%M %Z}".rstrip() for name in open_ones)
        over = [name for name in names if name not in open_ones]
        rest = f" For the others, run: autograder release --solutions FOLDER {' '.join(over)}" if over else ""
        raise UserError(f"Somebody may still hand in {ends}, extensions included: nothing was written.{rest}")
