"""What a student may read of a result, row by row: the one source of every format that students see.

Each public check is a row. The hidden checks of a task are one row together, which tells only their points: their
names, inputs and messages stay with the teachers.
"""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..common.terminal import json_text
from .result import CheckResult, ClassResults, Result, by_task

HIDDEN_TITLE = "on other inputs"


@dataclass(frozen=True)
class Row:
    """One line of a report to a student. 0 <= score <= points; points are whole numbers."""

    task: str
    title: str
    passed: bool
    score: int
    points: int
    words: str = ""  # what went wrong, and the diagnosis
    hidden: bool = False  # the hidden checks of a task together
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """Task and title on one line."""
        return f"{self.task}: {self.title}" if self.title else self.task


def rows_of(result: Result) -> tuple[Row, ...]:
    """The rows of a result, task by task. Their scores sum to the raw score, their points to max_score.

    Never empty: some systems read an empty list as "nothing to grade", and pass it.
    """
    if not result.checks:
        why = " ".join(public_notes(result)) or result.status
        return (Row(result.assignment, result.status, False, 0, result.max_score, why),)
    rows = []
    for task, checks in by_task(result.checks).items():
        rows += [_public(check) for check in checks if not check.hidden]
        if hidden := [check for check in checks if check.hidden]:
            rows.append(_together(task, hidden))
    return tuple(rows)


def _public(check: CheckResult) -> Row:
    said = [check.message, check.diagnosis.message if check.diagnosis else ""]
    return Row(
        task=check.task,
        title=check.title,
        passed=check.outcome == "passed",
        score=check.score,
        points=check.points,
        words="\n".join(text for text in said if text),
        seconds=check.seconds,
    )


def _together(task: str, checks: Sequence[CheckResult]) -> Row:
    return Row(
        task=task,
        title=HIDDEN_TITLE,
        passed=all(check.outcome == "passed" for check in checks),
        score=sum(check.score for check in checks),
        points=sum(check.points for check in checks),
        hidden=True,
    )


def to_bytes(data: dict[str, Any]) -> bytes:
    """A JSON document as the bytes of its file."""
    return f"{json_text(data)}\n".encode()


def settled(rows: Sequence[Row], final: int) -> tuple[Row, ...]:
    """The rows with scores that sum to `final`: lateness takes from the last rows, an adjustment gives to the first.

    For systems that add up the rows. `final` lies between 0 and the sum of the rows' points.
    """
    left = final - sum(row.score for row in rows)
    settled_rows = list(rows)
    order = range(len(rows)) if left > 0 else reversed(range(len(rows)))
    for number in order:
        row = rows[number]
        change = min(left, row.points - row.score) if left > 0 else max(left, -row.score)
        if change:
            settled_rows[number] = dataclasses.replace(row, score=row.score + change)
            left -= change
    return tuple(settled_rows)


def reason(results: ClassResults, result: Result) -> str:
    """Why the final score may differ from the raw one; "" if there is no lateness and no adjustment."""
    final = results.finals.get((result.student, result.assignment))
    return final.reason if final is not None else ""


def public_notes(result: Result) -> tuple[str, ...]:
    """The notes of a result, for the student: without names, titles and messages of hidden checks, and without what only
    a teacher can do.
    """
    secrets = {
        text
        for check in result.checks
        if check.hidden
        for text in (check.title, check.name, check.message, check.diagnosis.message if check.diagnosis else "")
        if text
    }
    public = {check.title for check in result.checks if not check.hidden}
    notes = []
    for note in result.notes:
        for secret in sorted(secrets - public, key=len, reverse=True):
            note = note.replace(secret, "a check on other inputs")
        notes.append(_for_the_student(note))
    return tuple(notes)


def _for_the_student(note: str) -> str:
    """A note on files without the teacher's way out, the table choices.csv: the student can hand in another file."""
    note = re.sub(r",? or (?:name|choose) it in choices\.csv: .*", ".", note)
    note = re.sub(r"choose it in choices\.csv: .*", "hand it in under the assignment's name.", note)
    return re.sub(r"\bAsk for (?=\w+\.py or |the file outside)", "Hand in ", note)
