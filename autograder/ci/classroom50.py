"""Classroom 50: result.json, release-body.md and two outputs, in the folder that its runner looks into."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import UserError
from ..exports import classroom50 as form
from ..results import write_atomically
from .actions import append, totals
from .grading import Graded, Request
from .page import cut, section

_VARIABLES = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "ASSIGNMENT_TYPE",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def report(request: Request, graded: Sequence[Graded]) -> None:
    """Write ./result.json, ./release-body.md and the outputs `status` and `summary`. One assignment at a time.

    Raises UserError when a variable of Classroom 50's is not set.
    """
    if len(graded) != 1:
        raise UserError("Classroom 50 grades one assignment at a time: name it with --assignment.")
    (each,) = graded
    data = form.document(each.result, each.result.score, identity())
    here = Path.cwd()
    write_atomically(here / "result.json", form.to_bytes(data))
    score, most = totals(graded)
    title = f"### {each.result.assignment}: {score} of {most} points"
    note = [] if each.begun else ["Not begun yet: the file is still as it was handed out.", ""]
    body = cut("\n".join([title, "", *note, *section(each)]) + "\n")
    write_atomically(here / "release-body.md", body.encode("utf-8", "replace"))
    status = "success" if score == most else "failure"
    append("GITHUB_OUTPUT", f"status={status}\nsummary={each.result.assignment}: {score}/{most}\n")
    print(f"{each.result.assignment}: {score} of {most}")


def identity() -> dict[str, object]:
    """Who submitted what, as Classroom 50's runner says it. It stamps owner, time and type again itself."""
    missing = [name for name in _VARIABLES.values() if not os.environ.get(name) and name != "REVIEW_URL"]
    missing = [name for name in missing if name not in ("OWNER", "ASSIGNMENT_TYPE")]
    if missing:
        raise UserError(f"Classroom 50 sets {', '.join(missing)}; outside of it there is nothing to report to.")
    known: dict[str, object] = {key: os.environ.get(name, "") for key, name in _VARIABLES.items()}
    known["owner"] = known["owner"] or os.environ.get("USERNAME") or os.environ.get("GITHUB_ACTOR") or "unknown"
    known["assignment_type"] = known["assignment_type"] or "individual"
    known["review"] = known["review"] or known["commit"]
    known["schema"] = form.SCHEMA
    known["datetime"] = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return known
