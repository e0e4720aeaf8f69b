"""`RESULTS/grader.log`: errors in our own code, or in checks, while a class was graded, for those who can fix them."""

import contextlib
import time
import traceback
from pathlib import Path

from ..common.terminal import printable

LOG = "grader.log"
_LIMIT = 1 << 20  # bytes of the file: of many similar errors, the first ones are enough
_LONG = 4000  # characters of one entry


class Log:
    """The log of one run. If the disk is full, only the log is lost."""

    def __init__(self, folder: Path) -> None:
        self.path, self.entries = folder / LOG, 0

    def error(self, student: str, assignment: str, error: BaseException) -> None:
        """Keep an error, with its traceback."""
        self.add(student, assignment, "".join(traceback.format_exception(error)))

    def add(self, student: str, assignment: str, text: str) -> None:
        """Keep a text about a student's submission."""
        self.entries += 1
        head = f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {printable(student)} {assignment}"
        lines = "\n".join(f"    {printable(line)}" for line in text[-_LONG:].splitlines())
        with contextlib.suppress(OSError):
            if self.path.exists() and self.path.stat().st_size > _LIMIT:
                return
            with self.path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{head}\n{lines}\n\n")
