"""What an author writes about a task: misconceptions (wrong solutions in code), hints, and why the task works."""

import contextvars
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..common.diagnosis import Diagnosis
from ..common.run_file import run_file

_F = TypeVar("_F", bound=Callable[..., Any])
_NAME_OF_OLD = "autograder.diagnosis"  # courses elsewhere import `misconception` and `hints` from there


@dataclass(frozen=True)
class Misconception:
    """A known wrong idea about a task, as code, beside its message."""

    name: str
    task: str
    message: str
    function: Callable[..., Any]
    costs_points: bool = True  # False: told if a training shows it, even if no check fails

    @property
    def diagnosis(self) -> Diagnosis:
        return Diagnosis(self.name, self.message)


@dataclass
class Written:
    """What one ``misconceptions.py`` holds, in the order of the file. module: the file as it ran; None without one."""

    misconceptions: list[Misconception] = field(default_factory=list)
    hints: dict[str, tuple[str, ...]] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    module: Any = None


_loading: contextvars.ContextVar[Written | None] = contextvars.ContextVar("loading", default=None)


def misconception(task: str, *, costs_points: bool = True) -> Callable[[_F], _F]:
    """Register a wrong solution of ``task`` with the catalogue that is being loaded; its docstring is the message.

    costs_points: False if the idea is unwise but not wrong; a check records it among the signs.

    >>> @misconception("mean")
    ... def divides_by_one_less(numbers):
    ...     '''You divided by one less than there are numbers: that is for an estimated variance.'''
    ...     return sum(numbers) / (len(numbers) - 1)
    """

    def register(function: _F) -> _F:
        entries = _loading.get()
        if entries is not None:
            message = " ".join((function.__doc__ or "").split())
            entries.misconceptions.append(Misconception(function.__name__, task, message, function, costs_points))
        return function

    return register


def hints(task: str, *texts: str) -> None:
    """Register the hints of ``task``, from a nudge to the idea.

    >>> hints("transposed", "Write down the shape that comes and the one that should leave.", "Which axis goes where?")
    """
    entries = _loading.get()
    if entries is not None:
        entries.hints[task] = tuple(" ".join(text.split()) for text in texts)


def why(task: str, sentence: str) -> None:
    """Register one sentence on why ``task`` works, told when its public checks pass. It must be true of every right
    solution.

    >>> why("transposed", "Each pixel kept its image, its row and its column; only the order of the axes is another.")
    """
    entries = _loading.get()
    if entries is not None:
        entries.why[task] = " ".join(sentence.split())


def read(path: Path) -> Written:
    """Run a ``misconceptions.py``; the result is empty if there is no such file. Raises whatever the file raises."""
    written = Written()
    if not path.is_file():
        return written
    sys.modules.setdefault(_NAME_OF_OLD, sys.modules[__name__])
    token = _loading.set(written)
    try:
        written.module = run_file(path)
    finally:
        _loading.reset(token)
    return written
