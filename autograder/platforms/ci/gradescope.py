"""Gradescope: results.json, written before anything runs and completed at the end, so that a crash leaves a score."""

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path

from ...common.files import write_whole
from ...common.tables import read_time
from ...results.result import Result
from ...results.rows import to_bytes
from .. import gradescope as form
from .checkout import Graded, Request

BASE_VARIABLE = "AUTOGRADER_GRADESCOPE"  # for trying it outside of Gradescope's container
SENTENCE = "Grading began and did not finish. This says nothing about your work: ask your teachers to run it again."


def results_path() -> Path:
    """The file that Gradescope reads: /autograder/results/results.json."""
    return Path(os.environ.get(BASE_VARIABLE, "/autograder")) / "results" / "results.json"


def begin(request: Request) -> None:
    """Write a result of 0 points that says that grading did not finish. It remains if grading crashes."""
    (name,) = request.assignments
    most = request.course.max_score(name, public_only=request.settings.public_only)
    result = Result(request.student, name, None, "missing", 0, most, notes=(SENTENCE,))
    write_whole(results_path(), to_bytes(form.document(result, 0)))


def report(request: Request, graded: Sequence[Graded]) -> None:
    (each,) = graded
    result = dataclasses.replace(each.result, submitted=submitted())
    if not each.begun:
        result = dataclasses.replace(result, notes=(f"No work on {result.assignment} was found.", *result.notes))
    data = form.document(result, result.score)
    data["extra_data"] |= {"sandbox": result.environment.get("sandbox", ""), "submitted": result.submitted}
    write_whole(results_path(), to_bytes(data))
    print(f"{result.assignment}: {result.score} of {result.max_score}")


def submitted() -> str:
    """The time of submission in ISO 8601, from submission_metadata.json; "" if it is not known."""
    path = results_path().parent.parent / "submission_metadata.json"
    try:
        time = read_time(str(json.loads(path.read_bytes())["created_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time is not None else ""
