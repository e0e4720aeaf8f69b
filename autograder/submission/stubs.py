"""Which files are unchanged stubs? A file with the same code as a released stub is not an answer."""

from contextlib import suppress
from functools import lru_cache

from ..common.files import sha256
from ..course.assignment import Assignment
from ..course.course import Course
from ..course.roster import Quiz, Roster
from .magics import code_lines
from .source import Source, Unreadable, read_source


def is_stub(course: Course, name: str, source: Source) -> bool:
    """Is the code of a source that of one of the assignment's released stubs?"""
    return source.code_digest in released_digests(course, name)


@lru_cache(maxsize=256)
def released_digests(course: Course, name: str) -> frozenset[str]:
    """The code digests of an assignment's released stubs: those in the manifest, and those of the files in assignments/."""
    released = Assignment(name, course.assignments / name)
    digests = set(course.manifest().of(name).stubs)
    for stub in (released.master, released.master.with_suffix(".ipynb"), released.notebook):
        with suppress(Unreadable):
            digests.add(read_source(stub).code_digest)
    return frozenset(digests)


def stub_digests(course: Course, quiz: Quiz, roster: Roster) -> frozenset[str]:
    """The code digests of the stubs that the students of a class list got, each with their own quiz.

    Empty if the released stub cannot be read.
    """
    stub = Assignment(quiz.assignment, course.assignments / quiz.assignment).master
    try:
        code = "\n".join(code_lines(stub.read_text(encoding="utf-8")))
    except OSError:
        return frozenset()
    every = dict.fromkeys(quiz.of(student, term) for student, term in roster.terms.items())
    return frozenset(sha256(quiz.rewrite(code, own).encode()) for own in every)
