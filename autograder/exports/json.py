"""All results in one JSON document: for scripts of your own."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..results import ClassResults, to_json
from . import write_text

SCHEMA = "autograder/class/v1"


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> None:
    """Write {schema, max_scores, students: {student: {total, assignments: {assignment: result}}}}."""
    points = results.max_scores()
    students = {
        student: {
            "total": sum(result.score for result in own.values()),
            "assignments": {name: to_json(result) for name, result in own.items()},
        }
        for student, own in results.students().items()
    }
    document = {
        "schema": SCHEMA,
        "max_scores": points,
        "max_total": sum(points.values()),
        "students": students,
    }
    write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", destination)
