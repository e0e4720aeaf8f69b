"""GitHub Actions: annotations at lines of the student's file, a page, and the score as an output.

Also the input of the old GitHub Classroom's reporter. The runner obeys every line of the log that begins with ::,
whoever wrote it. So what a student wrote, file names included, goes into the log only inside an annotation, escaped.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ...common.errors import InfrastructureError
from ...common.plural import few
from ...common.terminal import printable
from ...results.rows import Row, public_notes, rows_of
from .. import github_classroom
from .changed import changed_files
from .checkout import Graded, Request, totals
from .page import page

MOST = 10  # annotations of one kind; GitHub shows no more for a step
_LENGTH = 2_000  # characters of one annotation


def report(request: Request, graded: Sequence[Graded]) -> None:
    """Write annotations, the page, and the outputs `score`, `max-score` and `sandbox`."""
    changed = changed_files(request.checkout, request.course.root, request.course.assignment_names())
    sandbox = tier(graded)
    hidden = not request.settings.public_only
    append("GITHUB_STEP_SUMMARY", page(graded, changed, sandbox=sandbox, hidden=hidden))
    score, most = totals(graded)
    append("GITHUB_OUTPUT", f"score={score}\nmax-score={most}\nsandbox={sandbox}\n")
    for each in graded:
        print(f"{each.result.assignment}: {each.result.score} of {each.result.max_score}")
    for line in error_lines(graded):
        print(line)
    if changed:
        print(command("warning", f"Not used, because not as in the course's release: {few(changed)}."))
    print(command("notice", f"{score} of {most} points", title="Score"))


def report_to_reporter(request: Request, graded: Sequence[Graded]) -> None:
    """Write what the old GitHub Classroom's reporter reads: `<runner>` for each task, and `runners`, as outputs."""
    append("GITHUB_OUTPUT", github_classroom.outputs([(each.result, each.result.score) for each in graded]))
    score, most = totals(graded)
    print(f"{score} of {most} points")


def tier(graded: Sequence[Graded]) -> str:
    """The weakest sandbox tier in which something ran; "" if nothing ran."""
    letters = [str(each.result.environment.get("sandbox", "")) for each in graded]
    return max(letters, default="")  # A is the strongest tier, D the weakest


def error_lines(graded: Sequence[Graded]) -> list[str]:
    """An error for each task that lost points in a public check, at its line. A notice counts those beyond `MOST`."""
    errors = []
    for each in graded:
        if not each.begun or each.result.score == each.result.max_score:
            continue
        file = "" if each.path is None else each.path.as_posix()
        if not each.result.checks:
            text = " ".join(public_notes(each.result)) or each.result.status
            first = str(each.lines[0][1] if each.lines else 1)
            errors.append(command("error", text, title=each.result.assignment, file=file, line=first))
        for task, row in _first_failures(each).items():
            text, line = row.words or row.title, str(each.line_of(task))
            errors.append(command("error", text, title=f"{each.result.assignment}: {task}", file=file, line=line))
    if len(errors) > MOST:
        rest = f"{len(errors) - MOST} more tasks lost points: see the summary of this run."
        return [*errors[:MOST], command("notice", rest, title="More")]
    return errors


def _first_failures(graded: Graded) -> dict[str, Row]:
    """task -> its first public check that did not pass. Hidden checks are left out."""
    first: dict[str, Row] = {}
    for row in rows_of(graded.result) if graded.result.checks else ():
        if not row.passed and not row.hidden:
            first.setdefault(row.task, row)
    return first


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command on one line. No message or property can end it, or begin another command."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_data(message)}"


def _data(text: str) -> str:
    if len(text) > _LENGTH:
        text = text[:_LENGTH] + " ..."
    lines = "\n".join(printable(line) for line in text.splitlines())
    # The runner also knows an older form of commands, anywhere in a line: ##[name]message.
    lines = lines.replace("##[", "# #[")
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def append(variable: str, text: str) -> None:
    """Append text to the file that an environment variable names.

    If the variable is not set, the text is printed; the outputs of $GITHUB_OUTPUT are then dropped. Raises
    InfrastructureError if the file cannot be written to.
    """
    name = os.environ.get(variable)
    if not name:
        sys.stdout.write(text if variable != "GITHUB_OUTPUT" else "")
        return
    try:
        with Path(name).open("a", encoding="utf-8", newline="\n", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise InfrastructureError(f"${variable} cannot be written to: {error.strerror}.") from None
