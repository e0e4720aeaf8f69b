"""The pages of a report, written to a folder.

Each page is self-contained: style, charts and pictures are inside, and nothing is fetched. Pages are made from results;
lateness and adjustments come from `results.final`. A student's page names neither hidden checks nor other students.
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

import jinja2
from markupsafe import Markup, escape

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
from ..submission.names import REPORT_MARKER
from .class_page import ClassPage, class_page
from .pictures import Pictures
from .student_page import OUTCOMES, STUDENTS, file_of, student_page

if TYPE_CHECKING:
    from .right_ways import SolvedTask


def write(
    results: ClassResults,
    folder: Path,
    course: Course | None = None,
    title: str = "",
    before: ClassResults | None = None,
    left_out: Guard | None = None,
    right_ways: Mapping[str, Mapping[str, SolvedTask]] | None = None,
) -> int:
    """Write the class page and all students' pages. Returns the number of student pages.

    title: the heading of all pages. Without it, the class page is called "The class", and a student's page has the
    course's title. before: the results of an earlier run; the class page shows what changed. left_out: gets a line for
    each student whose results break a page; the class page shows these lines too. right_ways: assignment -> task ->
    right ways to solve it, shown to students who have all points of the task.

    Raises UserError if `folder` holds other things, InfrastructureError if it cannot be written.
    """
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
        # Written last, so that its links lead to pages that exist.
        shown = dataclasses.replace(results, results=tuple(sound))
        whole = pages.get_template("class.html").render(page=_class_page(shown, before, left_out))
        write_whole(folder / "index.html", whole.encode(), to_disk=False)
    return count


def _class_page(results: ClassResults, before: ClassResults | None, left_out: Guard) -> ClassPage:
    """The page of the class, without students whose results break it. It names them."""

    def page(own: Iterable[Result], earlier: ClassResults | None) -> ClassPage:
        shown = dataclasses.replace(results, results=tuple(own), remarks=(*results.remarks, *left_out.lines))
        return class_page(shown, earlier)

    try:
        return page(results.results, before)
    except Exception:  # find out whose results break it
        sound: list[Result] = []
        for student, own in results.students().items():
            with left_out.unless_it_works(student):
                page(own.values(), before)
                sound += own.values()
        return page(sound, before)


@contextlib.contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Make the folder and mark it as a report's. An OSError in the body becomes an InfrastructureError.

    Raises UserError if the folder holds other things.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. Give a folder to --out.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / REPORT_MARKER).exists():
        raise UserError(f"{folder} holds other things than a report. Give a new or empty folder to --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REPORT_MARKER).touch()
        yield
    except OSError as error:
        raise InfrastructureError(f"The report cannot be written: {error.strerror or error}.") from error


# --- templates -----------------------------------------------------------------------------------------------------


def templates(zone: dt.tzinfo | None = None, course: CourseWords | None = None) -> jinja2.Environment:
    """The templates of all pages, with the values and filters that they share.

    zone: the zone of the times on the pages (default: this machine's). course: its language and direction of writing.
    """
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
    """The text as HTML: escaped, with `<code>` instead of pairs of backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def moment(text: str, zone: dt.tzinfo | None = None) -> str:
    """A time from the results in local form: 2026-11-20 23:59 CET. Text that is not a time comes back as it is."""
    time = read_time(text)
    with contextlib.suppress(OverflowError, ValueError, OSError):  # in year 1 or 9999 the local time may not exist
        return text if time is None else f"{time.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return text
