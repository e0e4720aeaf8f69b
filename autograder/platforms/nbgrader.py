"""Enters scores and messages into nbgrader's gradebook, where people can go on grading.

nbgrader hands out, collects and lets people grade; our grader runs the code. Through nbgrader's own `Gradebook`, each
task's points become the automatic score of its check cell, and what went wrong becomes the automatic comment on its
solution cell. Scores and comments that a person gave are kept, and nbgrader prefers them. If our score for a cell
changed since, the cell is marked for another look.

nbgrader's pages and feedback show `autograded/<student>/<assignment>/`. If nbgrader's own `autograde` has not made it,
it is made here from the submission's code, and nothing is run.
"""

import argparse
import ast
import html
import json
import re
import stat
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..common.definitions import defined_by, lines_of
from ..common.errors import InfrastructureError, UserError
from ..common.files import write_whole
from ..common.plural import plural
from ..common.terminal import first_line
from ..course.assignment import Assignment
from ..course.course import Course, find_course
from ..results.guard import Guard
from ..results.result import NOT_HANDED_IN, CheckResult, ClassResults, Result
from ..results.rows import Row, public_notes, rows_of
from ..results.store import folder_name
from ..submission.archives import file_at
from ..submission.source import Unreadable, read_source
from .nbgrader_settings import SOURCE, configure

NOT_HERE = (
    "The submission is not in `submitted/`. If it is elsewhere, `autograder export results --to nbgrader "
    "--submissions FOLDER` shows it here."
)
OURS = "autograder"  # marks the notebooks in autograded/ that this module made


def add_arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--db",
        metavar="URL",
        help="the URL of the gradebook, as SQLAlchemy writes it (default: sqlite:///gradebook.db in the course's folder)",
    )
    parser.add_argument(
        "--submissions",
        type=Path,
        metavar="FOLDER",
        help="the folder that was graded, if it is not nbgrader's submitted/",
    )


def export(results: ClassResults, destination: Path | None, args: argparse.Namespace) -> int:
    """Enter all results into the gradebook: at `--db`, else the file `destination`, else nbgrader's own."""
    url = args.db or (f"sqlite:///{destination.absolute()}" if destination is not None else None)
    left_out = Guard()
    course = find_course(Path.cwd())
    done = write(results, course, left_out, url, args.submissions)
    print(f"Entered {plural(done['entered'], 'submission')} into nbgrader's gradebook.")
    if done["missing"]:
        print(f"Not entered, because nothing was handed in: {done['missing']}.")
    if done["by_hand"]:
        were = plural(done["by_hand"], "score was", "scores were")
        print(f"{were} set by hand in nbgrader, and kept.")
    if not (course.root / SOURCE).is_dir():
        print("To make formgrader list the assignments, run: autograder release")
    return left_out.told("export")


def write(
    found: ClassResults, course: Course, left_out: Guard, url: str | None = None, submissions: Path | None = None
) -> Counter[str]:
    """Enter all results into the gradebook at `url` (any that SQLAlchemy knows; default: nbgrader's own).

    left_out: gets a line for each result that could not be entered. submissions: the folder that was graded (default:
    nbgrader's `submitted/`); the pages show code from it. Returns how many submissions were "entered" or "missing", and
    how many scores were set "by_hand". Raises UserError if an assignment has not been released, InfrastructureError if
    the gradebook cannot be used.
    """
    # Importing nbgrader's settings also puts `alembic`, which Gradebook starts, on the PATH.
    from nbgrader.api import Gradebook
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError
    from traitlets.config import Config

    configure(Config(), course.root)
    url = url or f"sqlite:///{(course.root / 'gradebook.db').absolute()}"
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        raise UserError("--db is not the URL of a gradebook, like sqlite:///gradebook.db.") from None
    done: Counter[str] = Counter()
    gone: Counter[str] = Counter()  # assignments that the course no longer has -> their results
    try:
        # SQLAlchemy warns of the order in which nbgrader inserts rows; the order does no harm.
        with warnings.catch_warnings(), Gradebook(url) as book:
            warnings.simplefilter("ignore")
            known = [name for name in found.max_scores() if name in course.assignment_names()]
            notebooks = {name: _enter_assignment(book, course, name, found) for name in known}
            for result in found.results:
                final = found.final_score(result)
                if left_out.leaves_out(found, result):
                    continue
                if result.assignment not in notebooks:
                    gone[result.assignment] += 1
                    continue
                if result.status in NOT_HANDED_IN and not final:
                    done["missing"] += 1
                    continue
                with left_out.unless_it_works(result.student, result.assignment):
                    done["by_hand"] += _enter(book, result, final)
                    _write_autograded(course, result, notebooks[result.assignment], submissions)
                    done["entered"] += 1
    except ModuleNotFoundError as error:
        if (error.name or "").casefold() != make_url(url).get_driver_name():
            raise
        raise UserError(f"The gradebook {shown} needs a driver that is not installed here: {error.name}.") from None
    except SQLAlchemyError as error:
        raise InfrastructureError(f"The gradebook {shown} cannot be used: {first_line(str(error))}.") from error
    for name, count in gone.items():
        left_out.lines.append(f"{name} is not in this course: {plural(count, 'result')} not entered")
    return done


# --- the gradebook -------------------------------------------------------------------------------------------------


def _enter_assignment(book: Any, course: Course, name: str, found: ClassResults) -> Any:
    """Enter the assignment's cells into the gradebook, with the points of the results. Returns the released notebook.

    Raises UserError if there is no released notebook.
    """
    import nbformat

    path = Assignment(name, course.assignments / name).notebook
    if not path.is_file():
        raise UserError(f"{name} has no released notebook. Run: autograder release")
    notebook: Any = nbformat.read(str(path), as_version=4)
    book.update_or_create_assignment(name)
    graded = next((result.checks for result in found.results if result.assignment == name and result.checks), ())
    kernel = json.dumps(dict(notebook.metadata.get("kernelspec", {})))
    book.update_or_create_notebook(name, name, kernelspec=kernel)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if not marks:
            continue
        cell_id = marks["grade_id"]
        if marks["grade"]:
            task = cell_id.removeprefix("check-")
            worth = sum(check.points for check in graded if check.task == task)  # a person may have dropped a check
            points = float(worth if graded else marks["points"])
            book.update_or_create_grade_cell(cell_id, name, name, max_score=points, cell_type=cell.cell_type)
        if marks["solution"]:
            book.update_or_create_solution_cell(cell_id, name, name)
        book.update_or_create_source_cell(
            cell_id,
            name,
            name,
            cell_type=cell.cell_type,
            locked=marks["locked"],
            source=cell.source,
            checksum=marks.get("checksum"),
        )
    return notebook


def _enter(book: Any, result: Result, final: int) -> int:
    """Enter one result. Returns how many of its scores a person has set in nbgrader."""
    name = result.assignment
    book.update_or_create_student(result.student)
    when = {"timestamp": result.submitted} if result.submitted else {}
    book.update_or_create_submission(name, result.student, **when)
    submitted = book.find_submission_notebook(name, name, result.student)
    # nbgrader's own exports subtract this from the sum of the cells. It is negative if an adjustment gives points.
    submitted.late_submission_penalty = float(result.score - final)
    comments = task_comments(result)
    by_hand = 0
    for grade in _rows(book, submitted, "grades"):
        task = grade.name.removeprefix("check-")
        score = float(sum(check.score for check in result.checks if check.task == task))
        if grade.manual_score is not None:
            by_hand += 1
            grade.needs_manual_grade = bool(grade.needs_manual_grade) or grade.auto_score != score
        else:
            grade.needs_manual_grade = False
        grade.auto_score = score
    for comment in _rows(book, submitted, "comments"):
        comment.auto_comment = comments.get(comment.name, comments.get("*"))
    book.db.commit()
    return by_hand


def _rows(book: Any, submitted: Any, kind: str) -> list[Any]:
    """The grades or comments of a submitted notebook. Rows for new cells are added."""
    from nbgrader.api import Comment, Grade

    cells = submitted.notebook.grade_cells if kind == "grades" else submitted.notebook.solution_cells
    row = Grade if kind == "grades" else Comment
    known = {existing.name for existing in getattr(submitted, kind)}
    for cell in cells:
        if cell.name not in known:
            book.db.add(row(cell=cell, notebook=submitted))
    book.db.commit()
    return list(getattr(submitted, kind))


def task_comments(result: Result) -> dict[str, str]:
    """task ("*": all tasks) -> comment in Markdown: public checks in full, only the points of hidden ones."""
    if not result.checks:  # nothing could be run: say so on every task
        return {"*": _text(" ".join(public_notes(result)))} if result.notes else {}
    rows = rows_of(result)
    return {task: _comment([row for row in rows if row.task == task]) for task in dict.fromkeys(r.task for r in rows)}


def _comment(rows: Sequence[Row]) -> str:
    head = f"**{sum(row.score for row in rows)} of {sum(row.points for row in rows)} points.**"
    lines = []
    for row in rows:
        if row.hidden:
            lines.append(f"- On other inputs: {row.score} of {row.points} points.")
        elif not row.passed:
            lines.append(f"- {_text(row.title)} {_text(row.words)}".rstrip())
    return "\n\n".join([head, "\n".join(lines)]) if lines else head


def _text(text: str) -> str:
    """A message, which may quote student code, as one line of Markdown. HTML in it is escaped."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        return html.escape("`".join(parts), quote=False)
    # Between backticks Markdown itself escapes HTML, but not if the backtick is in a formula or follows a backslash.
    return "`".join(_TAG.sub("< ", p) if n % 2 else html.escape(p, quote=False) for n, p in enumerate(parts))


_TAG = re.compile(r"<(?=[A-Za-z/!?])")  # where HTML begins


# --- autograded/ ---------------------------------------------------------------------------------------------------


def _write_autograded(course: Course, result: Result, released: Any, submissions: Path | None) -> None:
    """Write the notebook that formgrader and feedback show, unless nbgrader's own autograde has made it."""
    import nbformat

    student, name = result.student, result.assignment
    if folder_name(student) != student:  # nbgrader needs a folder with exactly the student's name
        return
    path = course.root / "autograded" / student / name / f"{name}.ipynb"
    if path.is_file() and not _made_here(path):
        return
    notebook = nbformat.from_dict(json.loads(json.dumps(released)))
    notebook.metadata[OURS] = "shows the submission's code; nothing was executed here"
    code = _submitted_code(course, result, submissions)
    _fill_in(notebook, code)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            task = marks["grade_id"].removeprefix("check-")
            checks = [check for check in result.checks if check.task == task]
            cell.outputs = list(_outputs(checks))
    if path.exists():
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    write_whole(path, nbformat.writes(notebook).encode())


def _made_here(path: Path) -> bool:
    try:
        return OURS in json.loads(path.read_bytes()).get("metadata", {})
    except (OSError, ValueError, AttributeError):
        return False


def _submitted_code(course: Course, result: Result, submissions: Path | None) -> str | None:
    """The code of the graded file, else of the one in nbgrader's `submitted/<student>/<assignment>/`, else None."""
    submitted, name = course.root / "submitted", result.assignment
    usual = [submitted / result.student / name / f"{name}{suffix}" for suffix in (".py", ".ipynb")]
    for path in (file_at(submissions or submitted, result.file), *usual):
        if path is not None and path.is_file():
            try:
                return read_source(path).text
            except Unreadable:
                continue
    return None


def _fill_in(notebook: Any, code: str | None) -> None:
    """Put the student's definition of each task into its solution cell, and the whole file into a last cell.

    Code that does not parse goes into a first cell instead. None: a first cell says that the code was not found.
    """
    import nbformat.v4 as v4

    if code is None:
        notebook.cells.insert(0, v4.new_markdown_cell(NOT_HERE))
        return
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        notebook.cells.insert(0, v4.new_code_cell(code))
        return
    lines = code.split("\n")
    pieces: dict[str, str] = {}
    for node in tree.body:
        pieces |= dict.fromkeys(defined_by(node), lines_of(node, lines))
    tasks = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    for cell in tasks:
        cell.source = pieces.get(cell.metadata.nbgrader["grade_id"], "# not in the file that was handed in")
    notebook.cells.insert(0, v4.new_markdown_cell("The whole file is in the last cell."))
    notebook.cells.append(v4.new_code_cell(code))


def _outputs(checks: Sequence[CheckResult]) -> Iterator[Any]:
    """The outputs of a check cell in autograded/: how public checks ended, and the score, as nbgrader reads it."""
    import nbformat.v4 as v4

    score = float(sum(check.score for check in checks))
    words = "\n".join(f"{c.outcome}: {c.title}" for c in checks if not c.hidden)
    if words:
        yield v4.new_output("stream", name="stdout", text=words + "\n")
    yield v4.new_output("execute_result", data={"text/plain": repr(score)}, execution_count=1)
