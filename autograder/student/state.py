"""What a student's repository remembers between commands: points at the last check, and hints read.

It is kept in `.autograder/state.json` beside `assignments/`, and nothing depends on it. If it is lost, broken or cannot
be written, a hint is shown again and the points so far are unknown.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from ..common.errors import InfrastructureError, UserError
from ..common.files import write_whole

FOLDER = ".autograder"
_SCHEMA = "autograder/student/v1"


@dataclass(frozen=True)
class Checked:
    """How the last check of an assignment ended. fingerprint: of what was checked; points: task -> (earned, possible)."""

    fingerprint: str
    points: Mapping[str, tuple[int, int]]

    @property
    def earned(self) -> int:
        return sum(earned for earned, _ in self.points.values())

    @property
    def possible(self) -> int:
        return sum(possible for _, possible in self.points.values())


@dataclass(frozen=True)
class State:
    """checked: assignment -> its last check. hints: "assignment/task" -> how many of its hints were read."""

    checked: Mapping[str, Checked] = field(default_factory=dict)
    hints: Mapping[str, int] = field(default_factory=dict)

    def with_checked(self, assignment: str, checked: Checked) -> Self:
        return replace(self, checked={**self.checked, assignment: checked})

    def with_hints(self, assignment: str, task: str, read: int) -> Self:
        return replace(self, hints={**self.hints, f"{assignment}/{task}": read})

    def hints_read(self, assignment: str, task: str) -> int:
        return self.hints.get(f"{assignment}/{task}", 0)


def load(root: Path) -> State:
    """The state of the repository at ``root``; an empty one if it cannot be read."""
    try:
        data = json.loads((root / FOLDER / "state.json").read_text(encoding="utf-8"))
        if data["schema"] != _SCHEMA:
            return State()
        checked = {str(name): _checked(entry) for name, entry in data["checked"].items()}
        hints = {str(task): int(read) for task, read in data["hints"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return State()
    return State(checked, hints)


def _checked(entry: Any) -> Checked:
    points = {str(task): (int(earned), int(possible)) for task, (earned, possible) in entry["points"].items()}
    return Checked(str(entry["fingerprint"]), points)


def save(root: Path, state: State) -> None:
    """Write the state, whole or not at all. If that fails, nothing is raised."""
    data = {"schema": _SCHEMA, **asdict(state)}
    folder = root / FOLDER
    with contextlib.suppress(OSError, UserError, InfrastructureError):
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("# What `autograder` remembers; nothing to hand in.\n*\n", encoding="utf-8")
        write_whole(folder / "state.json", (json.dumps(data, indent=1) + "\n").encode())
