"""The pages of a report, written to a folder.

The pages stand alone: style, charts and pictures are inside, nothing is fetched. A page knows only results; lateness
and adjustments come in through `results.final`. A student's page names no hidden check and nobody else.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from ..common.errors import InfrastructureError, UserError
from ..common.files import write_whole
from ..common.plural import plural
from ..common.tables import read_time
from ..common.terminal import printable
from ..course.course import Course
from ..course.words import CourseWords, words_of
from ..course.zone import zone_of
from ..results.guard import Guard
from ..results.result import ClassResults, Result

if TYPE_CHECKING:
    import jinja2

    from .class_page import ClassPage
    from .right_ways import SolvedTask

MARKER = ".autograder-report"  # a folder that holds it is ours to write to


def write(
    results: ClassResults,
    folder: Path,
    course: Course | None = None,
    title: str = "",
    before: ClassResults | None = None,
    left_out: Guard | None = None,
    right_ways: Mapping[str, Mapping[str, SolvedTask]] | None = None,
) -> int:
    """Write the class page and all students' pages. Returns how many students have one.

    title: the heading; without one, "The class" for the teacher, and the course's title for a student.
    before: an earlier run, which the class page shows beside this one. left_out: gets a line for each student whose
    results break a page; the class page has the lines too. right_ways: of assignments and their tasks, for those who
    have all points of a task.

    Raises UserError when `folder` holds other things, InfrastructureError when it cannot be written.
    """
    from .links import STUDENTS, file_of
    from .pictures import Pictures
    from .student_page import student_page

    pictures = Pictures(course)
    words = words_of(course) if course is not None else CourseWords()
    pages = templates(zone_of(course), words)
    pages.globals |= {
        "right_ways": right_ways or {},
        "class_title": title or "The class",
        "student_title": title or words.title,
    }
    students, points, count = results.students(), results.max_scores(), 0
    left_out = Guard() if left_out is None else left_out
    with _ours(folder):
        (folder / STUDENTS).mkdir(exist_ok=True)
        template = pages.get_template("student.html")
        sound: list[Result] = []
        for student, own in students.items():
            with left_out.unless_it_works(student):
                page = template.render(page=student_page(student, own, results, points, pictures))
                write_whole(folder / STUDENTS / file_of(student), page.encode(), to_disk=False)
                sound += own.values()
                count += 1
        keep = {file_of(student) for student in students}
        for old in (folder / STUDENTS).glob("*.html"):
            if old.name not in keep:
                old.unlink(missing_ok=True)
        # Last, so that its links lead somewhere.
        shown = dataclasses.replace(results, results=tuple(sound))
        whole = pages.get_template("class.html").render(page=_class_page(shown, before, left_out))
        write_whole(folder / "index.html", whole.encode(), to_disk=False)
    return count


def _class_page(results: ClassResults, before: ClassResults | None, left_out: Guard) -> ClassPage:
    """The page of the class, without those whose results break it, who are named."""
    from .class_page import class_page

    def page(own: Iterable[Result], earlier: ClassResults | None) -> ClassPage:
        shown = dataclasses.replace(results, results=tuple(own), remarks=(*results.remarks, *left_out.lines))
        return class_page(shown, earlier)

    try:
        return page(results.results, before)
    except Exception:  # whose is it?
        sound: list[Result] = []
        for student, own in results.students().items():
            with left_out.unless_it_works(student):
                page(own.values(), before)
                sound += own.values()
        return page(sound, before)


@contextlib.contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """The folder, made if need be and marked as a report's."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. Give a folder to --out.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise UserError(f"{folder} holds other things than a report. Give a new or empty folder to --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).touch()
        yield
    except OSError as error:
        raise InfrastructureError(f"The report cannot be written: {error.strerror or error}.") from error


# --- templates -----------------------------------------------------------------------------------------------------


def templates(zone: dt.tzinfo | None = None, course: CourseWords | None = None) -> jinja2.Environment:
    """The templates of all pages, with what they share.

    zone: in which times are told; this machine's else. course: its language, and which way that is written.
    """
    import jinja2
    from markupsafe import Markup

    from .student_page import OUTCOMES

    folder = resources.files(__package__) / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    script = (folder / "class.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals |= {
        "style": Markup((folder / "style.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": f"sha256-{digest}",
        "plural": plural,
        "words": OUTCOMES,
        "course": course or CourseWords(),
    }
    environment.filters |= {
        "code": code,
        "name": printable,
        "lines": str.splitlines,
        "moment": partial(moment, zone=zone),
    }
    return environment


def code(text: str) -> str:
    """Text with what stands between backticks as code; everything else is escaped."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def moment(text: str, zone: dt.tzinfo | None = None) -> str:
    """A time of the results as people there read it: 2026-11-20 23:59 CET."""
    time = read_time(text)
    with contextlib.suppress(OverflowError, ValueError, OSError):  # the ends of time
        return text if time is None else f"{time.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return text
