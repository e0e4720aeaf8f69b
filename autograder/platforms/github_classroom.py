"""The old GitHub Classroom: what its grading reporter reads from $GITHUB_OUTPUT, one file for each submission.

GitHub Classroom was retired in August 2026. Classes whose repositories still have its reporter can go on with it.
The reporter computes two totals: its table shows max_score x passed rows / rows, and the total that it posts is the sum
of the rows' scores. They agree if every row is worth one point. So each task is a runner, and each of its points a row.
"""

import argparse
import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

from ..results.result import MESSAGE_LIMIT, ClassResults, Result, cut
from ..results.rows import Row, rows_of, settled
from ..results.store import folder_name
from .destinations import need_folder, write_each

_LARGEST = 120_000  # characters of a runner's result: it travels in a variable of the environment, which holds 128 KiB


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Write FOLDER/<assignment>/<student>.txt: lines for $GITHUB_OUTPUT, see `outputs`."""
    folder = need_folder(destination, "github-classroom")

    def file_of(result: Result) -> tuple[str, bytes]:
        content = outputs([(result, results.final_score(result))])
        return f"{result.assignment}/{folder_name(result.student)}.txt", content.encode()

    return write_each(results, folder, file_of)


def outputs(graded: list[tuple[Result, int]]) -> str:
    """The lines for $GITHUB_OUTPUT: `<runner>=<base64>` for each runner, then `runners=<names>`.

    graded: results with the scores that count. In Base64, a student's text cannot begin a line.
    """
    runners = {name: data for result, final in graded for name, data in documents(result, final).items()}
    lines = [f"{name}={encoded(data)}" for name, data in runners.items()]
    return "\n".join([*lines, f"runners={','.join(runners)}"]) + "\n"


def encoded(data: dict[str, Any]) -> str:
    """A runner's result in Base64, as the reporter reads it."""
    text = json.dumps(data, ensure_ascii=False)
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def documents(result: Result, final: int) -> dict[str, dict[str, Any]]:
    """runner -> its result: a runner for each task, with a row for each point."""
    rows = settled(rows_of(result), final)
    tasks = dict.fromkeys(row.task for row in rows)
    return {runner(result.assignment, task): _bounded([row for row in rows if row.task == task]) for task in tasks}


def runner(assignment: str, task: str) -> str:
    """The id of a task's runner; the reporter looks for <ID>_RESULTS in capitals."""
    name = assignment if task == assignment else f"{assignment}_{task}"
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name).lower()


def _bounded(rows: list[Row]) -> dict[str, Any]:
    """A runner's result, with messages so short that it fits."""
    for limit in (MESSAGE_LIMIT, 500, 100, 0):
        data = _document([dataclasses.replace(row, words=cut(row.words, limit)) for row in rows])
        if len(encoded(data)) <= _LARGEST:
            break
    return data


def _document(rows: list[Row]) -> dict[str, Any]:
    tests = [test for row in rows for test in _tests(row)]
    # The reporter breaks on a runner without rows: a check worth nothing still has one.
    tests = tests or [_line(row.name, row.passed, 0, row) for row in rows]
    return {
        "version": 3,
        "status": "pass" if all(test["status"] == "pass" for test in tests) else "fail",
        "max_score": sum(row.points for row in rows),
        "tests": tests,
    }


def _tests(row: Row) -> list[dict[str, Any]]:
    """A row for each point of a check: the first `score` of them pass. The message is in the first that does not."""
    return [
        _line(
            row.name if row.points == 1 else f"{row.name} ({number} of {row.points})",
            number <= row.score,
            int(number <= row.score),
            row if number == row.score + 1 else dataclasses.replace(row, words=""),
        )
        for number in range(1, row.points + 1)
    ]


def _line(name: str, passed: bool, score: int, row: Row) -> dict[str, Any]:
    return {
        "name": name,
        "status": "pass" if passed else "fail",
        "message": "" if passed else row.words,
        "test_code": "",
        "task_id": 0,
        "filename": "",
        "line_no": 0,
        "duration": round(row.seconds, 4),
        "score": score,
    }
