"""One student never costs another: a step that breaks on one student's result is reported, and the others go on."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..common.errors import InfrastructureError, UserError
from ..common.terminal import first_line, printable
from .result import ClassResults, Result


@dataclass
class Guard:
    """The students that a report or an export had to leave out, and why."""

    lines: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def unless_it_works(self, student: str, assignment: str = "") -> Iterator[None]:
        """Take one step for one student; if it breaks, the student is left out.

        Errors that a student cannot cause are raised as usual: a full disk, a wrong option.
        """
        try:
            yield
        except (UserError, InfrastructureError):
            raise
        except Exception as error:
            who = f"{printable(student)} ({assignment})" if assignment else printable(student)
            why = printable(first_line(str(error)))[:200]
            self.lines.append(
                f"{who} was left out: the result cannot be used ({type(error).__name__}: {why}); grade it again"
            )

    def leaves_out(self, results: ClassResults, result: Result) -> bool:
        """Whether a result has no score yet, because the machine failed on it. Then it is left out."""
        undecided = results.is_undecided(result)
        if undecided:
            who = f"{printable(result.student)} ({result.assignment})"
            self.lines.append(f"{who} was left out: it could not be graded; grade it again")
        return undecided

    def told(self, command: str) -> int:
        """Print the lines on standard error. Returns the exit code: 1 if somebody was left out, else 0."""
        for line in self.lines:
            print(f"autograder {command}: {line}.", file=sys.stderr)
        return int(bool(self.lines))


def tell_of_the_reading(results: ClassResults, command: str) -> bool:
    """Print on standard error what was decided while results were read, and which files were passed over.

    Returns whether any were passed over.
    """
    passed_over = [f"passed over: {path}: {why}." for path, why in results.problems]
    for line in (*results.remarks, *passed_over):
        print(printable(f"autograder {command}: {line}"), file=sys.stderr)
    return bool(passed_over)
