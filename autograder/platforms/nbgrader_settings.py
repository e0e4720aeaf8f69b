"""nbgrader's settings for this course, shared by `autograder release` and nbgrader_config.py."""

import os
import sys
from pathlib import Path
from typing import Any

SOURCE = "solutions/notebooks"
RELEASE = "assignments/notebooks"


def configure(config: Any, root: Path) -> None:
    """Fill in traitlets' `config` (nbgrader's `get_config()`) for the course at `root`.

    nbgrader gets folders that hold only notebooks: it copies every other file that it finds beside them into the
    release, and deletes what lies where it writes.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import ClearSolutions

    from .nbgrader_stub import STUB, NameTheTask

    # nbgrader's gradebook looks for `alembic` on the PATH; it lies beside the interpreter.
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", "")
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.source_directory = SOURCE
    config.CourseDirectory.release_directory = RELEASE
    # This is the default; it is written out because the two folders above are two levels deep. In a source and in a
    # release, the student is ".".
    config.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
    config.ClearSolutions.code_stub = {"python": STUB}
    steps = list(GenerateAssignment.preprocessors.default_args[0])
    steps.insert(steps.index(ClearSolutions) + 1, NameTheTask)
    config.GenerateAssignment.preprocessors = steps
    # Always 644, whatever the umask: two releases are byte-identical.
    config.GenerateAssignment.permissions = 644
