"""Classroom 50: fills scores and tests into the result.json files of its releases.

In a student's repository, the bundle of `autograder release --classroom50` writes result.json itself. This export is
for a class that was graded here. It fills in the files that Classroom 50 wrote when the work was submitted, because
only they have the submission's tag, commit and owner.
"""

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..common.errors import UserError
from ..common.files import write_whole
from ..common.plural import plural
from ..common.terminal import printable
from ..results.guard import Guard
from ..results.result import NOT_HANDED_IN, ClassResults, Result
from ..results.rows import Row, rows_of, settled, to_bytes
from .destinations import need_folder

SCHEMA = "classroom50/result/v1"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,38}")
# Who submitted what and when. Only Classroom 50 knows it: copied as it is.
IDENTITY = (
    "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review",
    "datetime",
)  # fmt: skip
_LARGEST = 10 << 20  # bytes; Classroom 50 does not read a larger result.json


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--into",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder with the downloaded result.json files of the releases, at any depth",
    )


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Fill scores and tests into the files below `--into`, and write them to the folder `destination`.

    Returns 1 if nothing was filled in, or a student who handed in was left out; else 0.
    """
    folder = need_folder(destination, "classroom50")
    if not args.into.is_dir():
        raise UserError(f"There is no folder {args.into}.")
    if folder.resolve() == args.into.resolve():
        raise UserError(
            "--out and --into are the same folder. Give another one to --out: the downloaded files are not changed."
        )
    found, problems = _index(args.into)
    filled, left_out, used = 0, Guard(), set()
    for result in results.results:
        if left_out.leaves_out(results, result):
            continue
        matches = found.get((slug(result.assignment), result.student.casefold()), [])
        if len(matches) == 1 and matches[0][0] not in used:
            path, identity = matches[0]
            used.add(path)
            with left_out.unless_it_works(result.student, result.assignment):
                data = document(result, results.final_score(result), identity)
                write_whole(folder / path.relative_to(args.into), to_bytes(data))
                filled += 1
        elif result.status not in NOT_HANDED_IN or results.final_score(result):
            why = "has no result.json"
            if matches:
                several = f"has {len(matches)} result.json files: keep one"
                why = several if len(matches) > 1 else "has the result.json of another student, too"
            left_out.lines.append(f"{printable(result.student)} ({result.assignment}) {why}")
    nobodys = {path: data["owner"] for files in found.values() for path, data in files if path not in used}
    problems += [f"{path} was not filled: it is of {printable(owner)}" for path, owner in nobodys.items()]
    for line in problems:
        print(f"autograder export: {line}.", file=sys.stderr)
    print(f"Filled {plural(filled, 'result.json file')} in {folder}.")
    return left_out.told("export") or int(not filled)


def slug(assignment: str) -> str:
    """Classroom 50's name for an assignment: a1-permute. Raises UserError if it cannot have one."""
    name = assignment.casefold().replace("_", "-")
    if not _SLUG.fullmatch(name):
        raise UserError(
            f"The assignment {assignment} has no slug that Classroom 50 takes: 2 to 39 characters of a-z, 0-9 and -."
        )
    return name


def document(result: Result, final: int, identity: Mapping[str, Any]) -> dict[str, Any]:
    """A result in the schema classroom50/result/v1. identity: the keys of IDENTITY, and `submitted_by` if known.

    Classroom 50 takes `score` as it is, and only shows the tests. Here the tests sum to `score`.
    """
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {key: identity[key] for key in IDENTITY} | {"graded_at": now}
    data |= {"score": final, "max-score": result.max_score}
    data["tests"] = [_test(row) for row in settled(rows_of(result), final)]
    if identity.get("submitted_by") is not None:
        data["submitted_by"] = identity["submitted_by"]
    return data


def _test(row: Row) -> dict[str, Any]:
    test: dict[str, Any] = {
        "test-name": row.name,
        "passed": row.passed,
        "score": row.score,
        "max-score": row.points,
    }
    return test | ({"output": row.words} if row.words else {})


def _index(folder: Path) -> tuple[dict[tuple[str, str], list[tuple[Path, dict[str, Any]]]], list[str]]:
    """Returns (slug, student) -> [(path, content of result.json)], and a line for each file that was passed over.

    student: the owner's name and also the repository's, both in lower case.
    """
    found: dict[tuple[str, str], list[tuple[Path, dict[str, Any]]]] = {}
    problems = []
    for path in sorted(folder.rglob("result.json")):
        try:
            if path.stat().st_size > _LARGEST:
                raise ValueError
            data = json.loads(path.read_bytes())
            if not isinstance(data, dict) or any(not isinstance(data.get(key), str) for key in IDENTITY):
                raise ValueError
            if data["schema"] != SCHEMA:
                raise ValueError
        except (OSError, ValueError, RecursionError):
            problems.append(f"{path} is not a result.json from Classroom 50 in the schema {SCHEMA} and was passed over")
            continue
        repository = f"{data['classroom']}-{data['assignment']}-{data['owner']}"
        for name in dict.fromkeys((data["owner"].casefold(), repository.casefold())):
            found.setdefault((data["assignment"], name), []).append((path, data))
    return found, problems
