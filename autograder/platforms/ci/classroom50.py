"""Classroom 50: result.json and release-body.md in the folder where its runner looks, and two outputs."""

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ...common.errors import InfrastructureError, UserError
from ...results.rows import to_bytes
from .. import classroom50 as form
from .actions import append
from .checkout import Graded, Request, totals
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
    """Write ./result.json, ./release-body.md and the outputs `status` and `summary`."""
    (each,) = graded
    data = form.document(each.result, each.result.score, identity())
    here = Path.cwd()
    write_in_checkout(here / "result.json", to_bytes(data))
    score, most = totals(graded)
    title = f"### {each.result.assignment}: {score} of {most} points"
    note = [] if each.begun else ["Not begun yet: the file is still as it was handed out.", ""]
    body = cut("\n".join([title, "", *note, *section(each)]) + "\n")
    write_in_checkout(here / "release-body.md", body.encode("utf-8", "replace"))
    status = "success" if score == most else "failure"
    append("GITHUB_OUTPUT", f"status={status}\nsummary={each.result.assignment}: {score}/{most}\n")
    print(f"{each.result.assignment}: {score} of {most}")


def write_in_checkout(path: Path, content: bytes) -> None:
    """Write a new file in a student's folder. A file, link or folder of that name is removed first, never followed.

    Raises InfrastructureError if it cannot be written.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise InfrastructureError(f"{path} could not be written: {error.strerror or error}.") from error


def identity() -> dict[str, object]:
    """Who submitted what, from the variables that Classroom 50's runner sets.

    The runner itself overwrites owner, time and type later. Raises UserError if a variable is missing that cannot be
    guessed.
    """
    guessed = ("OWNER", "ASSIGNMENT_TYPE", "REVIEW_URL")
    missing = [name for name in _VARIABLES.values() if name not in guessed and not os.environ.get(name)]
    if missing:
        raise UserError(
            f"Not set: {', '.join(missing)}. Classroom 50 sets these variables, and this command reports only there."
        )
    known: dict[str, object] = {key: os.environ.get(name, "") for key, name in _VARIABLES.items()}
    known["owner"] = known["owner"] or os.environ.get("USERNAME") or os.environ.get("GITHUB_ACTOR") or "unknown"
    known["assignment_type"] = known["assignment_type"] or "individual"
    known["review"] = known["review"] or known["commit"]
    known["schema"] = form.SCHEMA
    known["datetime"] = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return known
