"""Strips the solutions from source notebooks with nbgrader's own `generate_assignment`.

Nothing else strips them: the `.py` stub is written from the cells that nbgrader leaves.
"""

import html
import io
import logging
import re
import sys
from pathlib import Path
from typing import Any

from ..common.errors import UserError
from ..platforms import nbgrader_settings

_WHOLE = '<pre style="white-space: pre; overflow-x: auto; margin: 1em 0" tabindex="0">'


def skip_slow_imports() -> None:
    """Keep a library of nbformat from compiling 39 grammars (2 s) for addresses, which notebooks do not have."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def write_notebook(notebook: Any, path: Path) -> None:
    """Write an nbformat node with `\\n` as the end of line on every system."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((nbformat.writes(notebook).rstrip("\n") + "\n").encode())


def keep_drawings_whole(path: Path) -> None:
    """Let drawings made of letters scroll on a narrow page, where Jupyter would break their lines.

    Blocks without a language become `<pre>`. Their text stays as it is, so that a copied line runs.
    """
    import nbformat
    from markdown_it import MarkdownIt

    notebook = nbformat.read(str(path), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            lines = cell.source.split("\n")
            for block in reversed(MarkdownIt().parse(cell.source)):
                if block.type in ("fence", "code_block") and block.level == 0 and not block.info and block.map:
                    text = re.sub(r"&(?=[\w#])|<(?=[\w/!?])", lambda found: html.escape(found[0]), block.content)
                    lines[slice(*block.map)] = [f"{_WHOLE}\n{text.rstrip()}\n</pre>"]
            cell.source = "\n".join(lines)
    write_notebook(notebook, path)


def generate(root: Path, names: list[str]) -> None:
    """Run nbgrader on `root`/solutions/notebooks. It writes to `root`/assignments/notebooks.

    It uses no database: the gradebook is the lecturer's, and `nbgrader generate_assignment` fills it.
    Raises UserError, with nbgrader's own words, if it refuses a notebook.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    words = io.StringIO()
    log = logging.getLogger("autograder.release.nbgrader")
    log.propagate = False
    log.setLevel(logging.WARNING)
    handler = logging.StreamHandler(words)
    log.addHandler(handler)
    try:
        for name in names:
            config = Config()
            nbgrader_settings.configure(config, root)
            config.CourseDirectory.assignment_id = name
            config.SaveCells.enabled = False
            course = CourseDirectory(config=config, log=log)
            converter = GenerateAssignment(coursedir=course, config=config, log=log)
            converter.no_database = True
            try:
                converter.start()
            except NbGraderException:
                raise UserError(_complaint(name, words.getvalue())) from None
    finally:
        log.removeHandler(handler)


def _complaint(name: str, log: str) -> str:
    """nbgrader's log without its traceback: the lines that say something."""
    said = [line for line in log.splitlines() if line and not line.startswith((" ", "Traceback", "Please see"))]
    return "\n  ".join([f"nbgrader could not make the notebook of {name}:", *said])


def stub_script(notebook: Any) -> str:
    """The `.py` stub (py:percent) of a stripped notebook: its cells without the check cells.

    Raises UserError if a stripped cell is not valid Python, for example a class without a body.
    """
    import jupytext
    import nbformat.v4 as v4

    cells = []
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            continue
        if line := cell.metadata.get("autograder", {}).get("script"):
            cells.append(v4.new_code_cell(line))
        elif cell.cell_type == "code":
            try:
                compile(cell.source, "stub", "exec")
            except SyntaxError as error:
                raise UserError(
                    f"Without its solution block, this cell is not valid Python ({error.msg}). "
                    f"Leave a docstring or a signature outside the block:\n{cell.source}"
                ) from None
            cells.append(v4.new_code_cell(cell.source))
        else:
            cells.append(v4.new_markdown_cell(cell.source))
    # Write no header: it would put jupytext's version into the script.
    metadata = {"jupytext": {"notebook_metadata_filter": "-all", "cell_metadata_filter": "-all"}}
    script: str = jupytext.writes(v4.new_notebook(cells=cells, metadata=metadata), fmt="py:percent")
    return script
