"""All results in one JSON document, for your own scripts."""

import argparse
from pathlib import Path
from typing import Any

from ..results.guard import Guard
from ..results.result import ClassResults, Result, to_json
from ..results.rows import reason, to_bytes
from .destinations import write_out

SCHEMA = "autograder/class/v2"


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Write {schema, max_scores, max_total, students: {student: {total, assignments: {assignment: result}}}}.

    Instead of `score`, a result has two scores: `raw_score` is for the work alone, and `final_score` counts and is part
    of `total`. `reason` says why they differ, and `days_late` how late the work came.
    """
    points = results.max_scores()
    students, left_out = {}, Guard()
    for student, own in results.students().items():
        with left_out.unless_it_works(student):
            students[student] = {
                "total": results.total(own.values()),
                "assignments": {name: _result(results, result) for name, result in own.items()},
            }
    document = {
        "schema": SCHEMA,
        "max_scores": points,
        "max_total": sum(points.values()),
        "students": students,
    }
    write_out(to_bytes(document), destination)
    return left_out.told("export")


def _result(results: ClassResults, result: Result) -> dict[str, Any]:
    data = to_json(result)
    del data["schema"]
    final = results.finals.get((result.student, result.assignment))
    told = {"days_late": 0 if final is None else final.days_late, "reason": reason(results, result)}
    return {"raw_score": data.pop("score"), "final_score": results.final_score(result), **told, **data}
