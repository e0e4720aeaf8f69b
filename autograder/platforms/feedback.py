"""`autograder feedback`: comments for the students, in the form that Moodle, Canvas or GitHub takes.

Students read only what `results.rows` lets them read: of hidden checks only the points, and nothing about other
students. Nothing is sent: a person uploads the file, or reads the script and runs it.
"""

import argparse
import csv
import io
import json
import re
import shlex
from collections.abc import Iterable
from importlib import resources
from pathlib import Path, PurePosixPath

from ..common.errors import UserError
from ..common.files import write_whole
from ..common.plural import plural
from ..common.terminal import printable
from ..common.zips import zip_of
from ..results import final
from ..results.guard import Guard, tell_of_the_reading
from ..results.result import NOT_HANDED_IN, ClassResults, Result
from ..results.rows import public_notes, reason, rows_of
from ..results.store import folder_name
from ..submission.archives import folder_of
from ..submission.names import SUFFIXES
from ..submission.source import form_of
from .csv import as_cell
from .destinations import need_folder

SYSTEMS = ("moodle", "canvas", "github")
FILE_LIMIT = 16 * 1024 * 1024  # bytes of a submission that is given back with comments
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, metavar="RESULTS", help="the folder that `autograder grade` wrote")
    parser.add_argument("--to", required=True, choices=SYSTEMS, help="where the students read it")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the folder to write to")
    parser.add_argument("--assignment", metavar="A", help="only this assignment; Moodle takes one at a time")
    parser.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="canvas: the download that was graded, to give it back"
    )
    parser.add_argument("--owner", metavar="ORG", help="github: the organisation that the repositories belong to")


def run(args: argparse.Namespace) -> int:
    """Write the feedback. Returns 3 if some result files could not be read, 1 if a student who handed in gets none, else 0."""
    results = final.read_results(args.results)
    names = list(results.max_scores())
    if args.assignment:
        meant = [n for n in names if args.assignment in (n, n.split("_")[0])]
        if len(meant) != 1:
            raise UserError(f"--assignment {args.assignment!r}: give one of {', '.join(names)}.")
        names = meant
    guard, told = Guard(), []
    for result in results.results:
        if result.assignment in names and result.status not in NOT_HANDED_IN and not guard.leaves_out(results, result):
            with guard.unless_it_works(result.student, result.assignment):
                words(results, result)
                told.append(result)
    need_folder(args.out, args.to)
    if not told:
        raise UserError(f"Nobody in {args.results} has handed in work that was graded: there is no feedback to write.")
    left_out: list[str] = []
    if args.to != "github":
        told, left_out = _of_the_download(told, args.to)
    if args.to == "moodle":
        left_out += _moodle(results, told, names, args.out)
    elif args.to == "canvas":
        left_out += _canvas(results, told, args.out, args.submissions)
    else:
        left_out += _github(results, told, args.out, args.owner)
    for line in left_out:
        print(f"  {line}")
    if tell_of_the_reading(results, "feedback"):
        return 3
    return guard.told("feedback") or int(bool(left_out))


def _of_the_download(told: list[Result], system: str) -> tuple[list[Result], list[str]]:
    """The results of files from the system's download, and a line for each student with other results.

    Raises UserError if no result is from the download.
    """
    ours = [result for result in told if result.identity.get("system") == system]
    if not ours:
        raise UserError(
            f"None of these results comes from {system.title()}'s download, whose names say where each feedback belongs. "
            "Grade the download as it is, with its folders and names, and give those results."
        )
    others: dict[str, list[str]] = {}
    for result in told:
        if result not in ours:
            others.setdefault(result.student, []).append(result.assignment)
    lines = [
        f"{printable(who)} ({', '.join(names)}): not from {system.title()}'s download" for who, names in others.items()
    ]
    return ours, lines


def words(results: ClassResults, result: Result) -> str:
    """What a student reads about one submission, as plain text."""
    lines = [f"{result.assignment}: {results.final_score(result)} of {result.max_score} points"]
    if why := reason(results, result):
        lines.append(f"{result.score} for the work; {why}.")
    lines += [f"Note: {note}" for note in public_notes(result)]
    task = ""
    for row in rows_of(result):
        if row.task != task:
            task = row.task
            lines += ["", task]
        lines.append(f"  {'+' if row.passed else '-'} {row.title} ({row.score} of {row.points})")
        lines += [f"      {line}" for line in row.words.splitlines() if line.strip()]
    return "\n".join(printable(line) for text in lines for line in text.splitlines() or [""]) + "\n"


# --- Moodle: a zip whose folders are named as in its download -----------------------------------------------------


def _moodle(results: ClassResults, told: list[Result], names: list[str], out: Path) -> list[str]:
    unknown = [result for result in told if not result.identity.get("number")]
    for name in names:
        of_name = [result for result in told if result.assignment == name and result not in unknown]
        files = {f"{_moodle_folder(result)}/feedback.txt": words(results, result).encode() for result in of_name}
        if files:
            path = out / f"{name}-feedback.zip"
            write_whole(path, zip_of(files))
            print(
                f"{printable(str(path))}: {plural(len(files), 'student')}. In Moodle: the assignment, Submissions, Actions, "
                "Upload multiple feedback files in a zip."
            )
    return [f"{printable(r.student)} ({r.assignment}): the result has no participant number of Moodle" for r in unknown]


def _moodle_folder(result: Result) -> str:
    """The folder as Moodle named it. If only text was handed in, the folder that a file would have had."""
    first = PurePosixPath(result.file).parts[0] if "/" in result.file else ""
    known = f"_{result.identity['number']}_assignsubmission_file"
    if known in first:
        named, _, more = first.partition(known)
        return f"{named}{known}_" if more else first  # more: of a zip, or of a second download beside the first
    # Moodle reads such a name up to its first underscore.
    return f"{result.identity.get('name', result.student).replace('_', ' ')}{known}_"


# --- Canvas: the submissions under their own names, with comments in them ----------------------------------------


def _canvas(results: ClassResults, told: Iterable[Result], out: Path, submissions: Path | None) -> list[str]:
    if submissions is None or not submissions.is_dir():
        raise UserError(
            "--to canvas gives the submissions back with comments. Say where they are: --submissions FOLDER"
        )
    left_out, files = [], {}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["Student", "ID", "Assignment", "Points", "Comment"])
    for result in told:
        comment = words(results, result)
        who, points = as_cell(result.student), results.final_score(result)
        writer.writerow([who, result.identity.get("number", ""), result.assignment, points, comment])
        name = result.file.split("/")[0]
        source = folder_of(submissions, name) / name
        commented = None if not name else with_comment(source, comment)
        if commented is None:
            left_out.append(
                f"{printable(result.student)} ({result.assignment}): its file could not be commented. The comment is in comments.csv"
            )
        else:
            files[name] = commented
    write_whole(out / "comments.csv", table.getvalue().encode("utf-8", "replace"))
    if files:
        write_whole(out / "submissions.zip", zip_of(files))
    there = (
        f"submissions.zip with {plural(len(files), 'commented file')}, and comments.csv"
        if files
        else "only comments.csv"
    )
    how = " In Canvas: the assignment, Upload Submissions, and choose submissions.zip." if files else ""
    print(f"{printable(str(out))}: {there}.{how}")
    return left_out


def with_comment(path: Path, comment: str) -> bytes | None:
    """The script or notebook with a comment before its code. None if the file is neither, or cannot be read."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > FILE_LIMIT:
            return None
        raw = path.read_bytes()
        if form_of(path, raw) == "ipynb":
            notebook = json.loads(raw)
            cell = {
                "cell_type": "markdown",
                "metadata": {},
                "source": "```text\n" + comment.replace("```", "'''") + "```\n",
            }
            notebook["cells"].insert(0, cell)
            return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        if path.suffix.lower() not in SUFFIXES:
            return None
        text = raw.decode("utf-8-sig")
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return f"{head}\n{text}".encode()


# --- GitHub: a script that a person reads before running it -------------------------------------------------------


def _github(results: ClassResults, told: Iterable[Result], out: Path, owner: str | None) -> list[str]:
    if owner is None or not _OWNER.fullmatch(owner):
        raise UserError("--to github: say to whom the repositories belong: --owner ORGANISATION")
    of_student: dict[str, list[Result]] = {}
    for result in told:
        of_student.setdefault(result.student, []).append(result)
    left_out, calls = [], []
    for student, own in of_student.items():
        # GitHub puts the branch behind the repository's name in a zip, and a zip has no commits.
        repository = student if any(result.commit for result in own) else re.sub("-(main|master)$", "", student)
        if not _REPOSITORY.fullmatch(repository) or repository.startswith((".", "-")):
            left_out.append(
                f"{printable(student)}: this cannot be a repository's name. The folders should have the names of the clones"
            )
            continue
        text = "\n".join(f"```text\n{words(results, result).replace('```', chr(39) * 3)}```\n" for result in own)
        place = f"{folder_name(student)}.md"
        write_whole(out / place, f"# Feedback\n\n{text}".encode())
        calls.append(f"give {shlex.quote(f'{owner}/{repository}')} {shlex.quote(f'./{place}')}")
    script = out / "feedback.sh"
    text = resources.files(__package__).joinpath(script.name).read_text(encoding="utf-8")
    write_whole(script, text.replace("@CALLS@", "\n".join(calls)).encode())
    print(f"{printable(str(script))}: {plural(len(calls), 'repository', 'repositories')}. Read it, then run it.")
    return left_out
