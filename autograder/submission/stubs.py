"""The stubs that students were given: a file that says the same as one of them is no answer."""

from __future__ import annotations

import hashlib

from ..course.course import Course
from ..course.roster import Quiz, Roster
from .magics import code_lines


def stub_digests(course: Course, quiz: Quiz, roster: Roster) -> frozenset[str]:
    """The code digests of the stubs that the students of a list were given: files that say the same are no answers."""
    stub = course.assignments / quiz.assignment / f"{quiz.assignment}.py"
    try:
        code = "\n".join(code_lines(stub.read_text(encoding="utf-8")))
    except OSError:
        return frozenset()
    every = dict.fromkeys(quiz.of(student, term) for student, term in roster.terms.items())
    return frozenset(hashlib.sha256(quiz.rewrite(code, own).encode()).hexdigest() for own in every)
