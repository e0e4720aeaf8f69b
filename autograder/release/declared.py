"""The checks that an assignment declares. One pytest session reads the check files and then runs the checks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..common.errors import UserError
from ..course.assignment import Assignment
from ..grading.context import CheckInfo
from ..results.result import POINTS_LIMIT

if TYPE_CHECKING:
    from ..grading.live import LiveChecks


@contextlib.contextmanager
def open_checks(assignment: Assignment) -> Iterator[LiveChecks]:
    """The checks of an assignment, public before hidden, ready to run.

    Raises UserError, with file and line, if a check file cannot be imported, or a check names no points or no task.
    """
    from ..grading.live import BrokenChecks, LiveChecks

    files = [file for file in (assignment.public_checks, assignment.hidden_checks) if file.is_file()]
    try:
        live = LiveChecks(files)
    except BrokenChecks as error:
        raise UserError(f"The checks of {assignment.name} cannot be read: {error.reason}") from None
    try:
        yield live
    finally:
        live.close()


def declared_checks(live: LiveChecks) -> list[CheckInfo]:
    """The declaration of each check, in the order of the files.

    Raises UserError for a test without points, and for too many points together.
    """
    for said in live.without_points:
        raise UserError(said)
    if (points := sum(check.points for check in live.checks)) > POINTS_LIMIT:
        raise UserError(f"The checks are worth {points:,} points together. A result can hold {POINTS_LIMIT:,}.")
    return live.checks


def refuse_slow(live: LiveChecks) -> None:
    """Raise UserError, with the line, if something of the author's was interrupted because it took too long."""
    for where in live.slow:
        raise UserError(f"solutions/{where} takes too long. Is there a loop without an end?")
