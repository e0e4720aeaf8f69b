"""The one step that we add to nbgrader's `generate_assignment`.

nbgrader imports it (see `nbgrader_settings.configure`); nothing that students run does.
"""

import re
from typing import Any

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

# What ClearSolutions puts in place of a solution block; set in `nbgrader_settings`.
STUB = "raise NotImplementedError()"
_STUB_LINE = re.compile(rf"(?P<indent>\s*){re.escape(STUB)}\s*")


class NameTheTask(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs after ClearSolutions: puts the task's name into each stub, and removes a stub at module level.

    A stub at module level follows `ANSWERS = {...: None}`; its `raise` would end the whole script.
    """

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        if cell.cell_type == "code" and utils.is_solution(cell):
            task = cell.metadata.nbgrader["grade_id"]
            lines = []
            for line in cell.source.split("\n"):
                stub = _STUB_LINE.fullmatch(line)
                if stub is None:
                    lines.append(line)
                elif stub["indent"]:
                    lines.append(f'{stub["indent"]}raise NotImplementedError("{task}")')
            cell.source = "\n".join(lines).rstrip("\n")
        return cell, resources
