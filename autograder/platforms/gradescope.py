"""Gradescope: a results.json for each student and assignment.

On Gradescope, the autograder that `autograder gradescope-zip` makes writes this file itself. The export is for work
that was graded elsewhere.
"""

import argparse
from pathlib import Path
from typing import Any

from ..results.result import ClassResults, Result
from ..results.rows import Row, public_notes, reason, rows_of, to_bytes
from ..results.store import folder_name
from .destinations import need_folder, write_each

VISIBILITIES = ("after_published", "after_due_date", "hidden", "visible")


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--hidden-rows",
        choices=VISIBILITIES,
        default=VISIBILITIES[0],
        help="when students see the points for hidden checks, and with them the total (default: %(default)s)",
    )


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Write FOLDER/<assignment>/<student>/results.json."""
    folder = need_folder(destination, "gradescope")

    def file_of(result: Result) -> tuple[str, bytes]:
        data = document(result, results.final_score(result), reason(results, result), args.hidden_rows)
        return f"{result.assignment}/{folder_name(result.student)}/results.json", to_bytes(data)

    return write_each(results, folder, file_of)


def document(result: Result, final: int, why: str = "", hidden_rows: str = VISIBILITIES[0]) -> dict[str, Any]:
    """A result as Gradescope reads it. `final` is the score that counts, `why` says what changed it.

    `score` overrides the sum of the tests, so that the final score counts whatever the tests say. All formats are
    "text", so that Gradescope does not read a student's words as HTML or Markdown.
    """
    rows = rows_of(result)
    tasks = list(dict.fromkeys(row.task for row in rows))
    tests, seen = [], dict.fromkeys(tasks, 0)
    for row in rows:
        seen[row.task] += 1
        number = f"{tasks.index(row.task) + 1}.{seen[row.task]}"
        tests.append(_test(row, number, hidden_rows if row.hidden else "visible"))
    return {
        "score": final,
        "execution_time": round(sum(check.seconds for check in result.checks), 2),
        "output": "\n".join(text for text in (*public_notes(result), why) if text),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "assignment": result.assignment,
            "status": result.status,
            "raw_score": result.score,
            "fingerprint": result.fingerprint,
        },
        "tests": tests,
    }


def _test(row: Row, number: str, visibility: str) -> dict[str, Any]:
    return {
        "number": number,
        "name": row.name,
        "score": row.score,
        "max_score": row.points,
        "status": "passed" if row.passed else "failed",
        "output": row.words,
        "visibility": visibility,
    }
