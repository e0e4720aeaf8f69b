"""Which files are stubs, as they were handed out? What says the same as one is nobody's answer."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache

from ..course.assignment import Assignment
from ..course.course import Course
from ..course.roster import Quiz, Roster
from .magics import code_lines
from .source import Source, Unreadable, read_source


def is_stub(course: Course, name: str, source: Source) -> bool:
    """Does a source say what the assignment's released stub says?"""
    return source.code_digest in released_digests(course, name)


@lru_cache(maxsize=256)
def released_digests(course: Course, name: str) -> frozenset[str]:
    """The code digests of an assignment's released stubs: from the manifest, and of the files in assignments/."""
    released = Assignment(name, course.assignments / name)
    digests = set(course.manifest().of(name).stubs)
    for stub in (released.master, released.master.with_suffix(".ipynb"), released.notebook):
        with suppress(Unreadable):
            digests.add(read_source(stub).code_digest)
    return frozenset(digests)


def stub_digests(course: Course, quiz: Quiz, roster: Roster) -> frozenset[str]:
    """The code digests of the stubs that the students of a class list were given, each with a quiz of its own."""
    stub = Assignment(quiz.assignment, course.assignments / quiz.assignment).master
    try:
        code = "\n".join(code_lines(stub.read_text(encoding="utf-8")))
    except OSError:
        return frozenset()
    every = dict.fromkeys(quiz.of(student, term) for student, term in roster.terms.items())
    return frozenset(hashlib.sha256(quiz.rewrite(code, own).encode()).hexdigest() for own in every)
