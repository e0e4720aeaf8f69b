"""Reads a master (a py:percent script), and makes nbgrader's source notebook from it.

The lecturer writes no metadata. A code cell with a solution block becomes a solution cell, named after the task that it
defines. A locked check cell follows it, worth the task's public and hidden points together.
"""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.definitions import defined_by
from ..common.errors import UserError
from ..grading.context import CheckInfo
from ..student.pictures import names_in

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"  # behind ###, on lines of their own
_FITS_AN_ID = re.compile(r"[A-Za-z0-9_]{1,58}")  # behind "check-"; an id has at most 64 characters
SEE = "# See it: autograder show "  # a cell with only this and a picture's name shows the picture in the notebook


@dataclass(frozen=True)
class Master:
    """One assignment as its author wrote it.

    tasks: in the order of the master. points: task -> (public, hidden). cells: as jupytext reads them.
    """

    name: str
    tasks: tuple[str, ...]
    points: dict[str, tuple[int, int]]
    cells: tuple[Any, ...]


def read_master(folder: Path, declared: Sequence[CheckInfo]) -> Master:
    """Read `folder/<name>.py`. declared: its checks, which name the tasks and their points.

    Raises UserError for a master of which nbgrader could not make a correct stub.
    """
    import jupytext

    path = folder / f"{folder.name}.py"
    text = path.read_text(encoding="utf-8-sig")
    points: dict[str, tuple[int, int]] = {}
    for check in declared:
        public, hidden = points.get(check.task, (0, 0))
        gain = (0, check.points) if check.hidden else (check.points, 0)
        points[check.task] = (public + gain[0], hidden + gain[1])

    cells = tuple(jupytext.reads(text, fmt="py:percent").cells)
    tasks: list[str] = []
    for cell in cells:
        if cell.cell_type == "code" and BEGIN in cell.source:
            task = _task_of(cell.source, set(points), path.name)
            if task in tasks:
                raise UserError(f"{path.name} solves {task} in two cells. Put it into one.")
            tasks.append(task)
        elif cell.cell_type != "code" and BEGIN in cell.source:
            raise UserError(f"{path.name} has a solution block in a prose cell. Put it into a code cell.")
    drawn = names_in(folder / "pictures.py")
    for name in (*tasks, *drawn):
        if not _FITS_AN_ID.fullmatch(name):
            raise UserError(
                f"{path.parent.name}: {name} needs another name, of the letters a to z, digits and _, at most 58 long. It "
                "becomes part of a cell's id, for which Jupyter and nbgrader take nothing else."
            )
    for cell in cells:
        if cell.source.startswith(SEE) and (wanted := cell.source.removeprefix(SEE).strip()) not in drawn:
            raise UserError(f"{path.name} shows {wanted!r}, but pictures.py draws {', '.join(drawn) or 'nothing'}.")
    missing = sorted(set(points) - set(tasks))
    if missing:
        raise UserError(
            f"{path.name} has no solution of {', '.join(missing)}, but checks are about it. Each task needs a cell "
            f"that defines it and holds a block between ### {BEGIN} and ### {END}."
        )
    return Master(folder.name, tuple(tasks), {task: points[task] for task in tasks}, cells)


def _task_of(source: str, tasks: set[str], file: str) -> str:
    """The task that a cell with a solution block defines. Raises UserError if it does not define exactly one."""
    defined = [name for node in ast.parse(source).body for name in defined_by(node)]
    found = sorted(set(defined) & tasks, key=defined.index)
    if len(found) != 1:
        seen = f"defines {', '.join(found)}" if found else f"defines {', '.join(defined) or 'nothing'}"
        raise UserError(
            f"A cell of {file} with a solution block {seen}; it must define exactly one task "
            f"that the checks name ({', '.join(sorted(tasks))}). The cell begins:\n"
            + "\n".join(source.splitlines()[:3])
        )
    return found[0]


def source_notebook(master: Master) -> Any:
    """nbgrader's source notebook (an nbformat node, version 4.5): prose, solutions, check cells."""
    import nbformat.v4 as v4

    cells = []
    for number, cell in enumerate(master.cells, start=1):
        if cell.cell_type == "code" and BEGIN in cell.source:
            task = _task_of(cell.source, set(master.tasks), master.name)
            solution = v4.new_code_cell(cell.source, id=f"task-{task}")
            solution.metadata["nbgrader"] = _metadata(task, solution=True)
            cells += [solution, check_cell(master, task)]
        elif cell.source.startswith(SEE):
            cells.append(_picture_cell(master, cell.source.removeprefix(SEE).strip()))
        elif cell.cell_type == "code":
            cells.append(v4.new_code_cell(cell.source, id=f"code-{number}"))
        else:
            cells.append(v4.new_markdown_cell(cell.source, id=f"prose-{number}"))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    # new_notebook takes the newest minor version that the installed nbformat knows; ours is fixed.
    notebook.nbformat_minor = 5
    return notebook


def _picture_cell(master: Master, name: str) -> Any:
    """The cell that shows a picture. It replaces the cell that names the command for it."""
    import nbformat.v4 as v4

    cell = v4.new_code_cell(
        f'from autograder.notebook import show\n\nshow("{master.name}", "{name}")', id=f"see-{name}"
    )
    cell.metadata["autograder"] = {"script": SEE + name}
    return cell


def check_cell(master: Master, task: str) -> Any:
    """The locked cell below a task. It runs the public checks in the kernel, and is worth the task's points."""
    import nbformat.v4 as v4

    total = sum(master.points[task])
    source = f'from autograder.notebook import check\n\ncheck("{master.name}", "{task}", points={total})'
    cell = v4.new_code_cell(source, id=f"check-{task}")
    cell.metadata["nbgrader"] = _metadata(f"check-{task}", solution=False) | {"points": total}
    return cell


def _metadata(grade_id: str, *, solution: bool) -> dict[str, Any]:
    """nbgrader's cell metadata, schema 3: a solution cell, or a locked grade cell."""
    return {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": not solution,
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
