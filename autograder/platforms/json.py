"""All results in one JSON document: for scripts of your own."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from ..common.terminal import json_text
from ..results.result import ClassResults, Result, to_json
from .destinations import write_text

SCHEMA = "autograder/class/v1"


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> None:
    """Write {schema, max_scores, max_total, students: {student: {total, assignments: {assignment: result}}}}.

    A result whose score lateness or a person has changed also holds `final`: {score, days_late, reason}.
    """
    points = results.max_scores()
    students = {
        student: {
            "total": results.total(own.values()),
            "assignments": {name: to_json(result) | _final(results, result) for name, result in own.items()},
        }
        for student, own in results.students().items()
    }
    document = {
        "schema": SCHEMA,
        "max_scores": points,
        "max_total": sum(points.values()),
        "students": students,
    }
    write_text(f"{json_text(document)}\n", destination)


def _final(results: ClassResults, result: Result) -> dict[str, Any]:
    final = results.finals.get((result.student, result.assignment))
    return {} if final is None else {"final": dataclasses.asdict(final)}
