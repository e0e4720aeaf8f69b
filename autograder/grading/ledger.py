"""The results of a class while it is graded. Nothing else reads or writes them."""

import dataclasses
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

from ..common.errors import InfrastructureError
from ..course.course import Course
from ..results import store
from ..results.result import ClassResults, InvalidResult, Result, bounded_with_text, in_order

_WRITERS = 8  # threads: a disk that is told of several files at once takes hardly longer than for one
_WAITING = 64  # results that may wait for the disk


class Ledger:
    """The results in a folder: those of runs before this one, and those that this run records.

    Threads write the files, because each waits for the disk. Use it as a context manager, and call :meth:`finish` before
    its end.
    """

    def __init__(self, folder: Path, course: Course) -> None:
        self.torn: list[Path] = []  # files that could not be read: their submissions are graded again
        self._folder, self._course = folder, course
        self._results: dict[tuple[str, str], Result] = {}  # (student, assignment) -> new or kept
        self._points: dict[str, int] = {}  # assignment -> how many points it is worth
        self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="results")
        self._writing: dict[tuple[str, str], Future[Path]] = {}  # (student, assignment) -> a write that was begun

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writers.shutdown(wait=True)

    def previous(self, student: str, assignment: str) -> Result | None:
        """What an earlier run wrote; None if there is nothing, or nothing that can be read.

        Raises InfrastructureError for a file that we have no right to read: to grade again would replace what somebody
        else did.
        """
        path = store.path_of(self._folder, student, assignment)
        try:
            return store.read(path) if path.is_file() else None
        except (store.NoRight, PermissionError):
            raise InfrastructureError(
                f"{path}: {store.NO_RIGHT}. Ask its owner for it, or give another folder to --out."
            ) from None
        except InvalidResult:
            self.torn.append(path)
            return None

    def record(self, result: Result, previous: Result | None) -> None:
        """Add a result to the class, and begin to write it if it differs from the previous one.

        Raises InfrastructureError or UserError if an earlier one could not be written.
        """
        key = result.student, result.assignment
        self._results[key] = result
        if result == previous:
            return
        result, text = bounded_with_text(result)
        self._results[key] = result
        if key in self._writing:
            self._writing.pop(key).result()
        self._writing[key] = self._writers.submit(store.write_text, result, text, self._folder)
        self._wait(_WAITING)

    def finish(self) -> None:
        """Wait until all results are written. Raises InfrastructureError or UserError if one could not be."""
        self._wait(0)

    def _wait(self, most: int) -> None:
        """Take the writes that have ended, and wait for the oldest ones while more than `most` are left."""
        for key, write in list(self._writing.items()):
            if write.done() or len(self._writing) > most:
                self._writing.pop(key).result()

    def is_worth(self, assignment: str, points: int) -> None:
        """Keep how many points an assignment is worth, as a graded result says."""
        self._points[assignment] = points

    def max_score(self, assignment: str) -> int:
        """How many points an assignment is worth: as graded results say, else as it was released."""
        if assignment not in self._points:
            self._points[assignment] = self._course.max_score(assignment)
        return self._points[assignment]

    def agree_on_points(self) -> None:
        """Give results without checks the number of points that graded results say the assignment is worth."""
        for result in list(self._results.values()):
            points = self.max_score(result.assignment)
            if not result.checks and result.max_score != points:
                self.record(dataclasses.replace(result, max_score=points), result)

    def results(self) -> ClassResults:
        """The results of this class, in order."""
        return ClassResults(in_order(self._results.values()))
