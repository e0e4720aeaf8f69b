"""Which misconception explains the failures of a task: one that none of its checks speaks against.

One wrong result has many fathers. What the other checks of the same task saw, the passed ones too, tells most of them
apart: who has the idea has it in every check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..common.diagnosis import Diagnosis
from ..sandbox.observation import Observation
from .failure import Judge


@dataclass(frozen=True)
class Look:
    """What one check saw of its task.

    seen: its observations in order. failed: the one that it found fault with, by ``judge``; None where it passed.
    suspects: the misconceptions that give just what failed, the best explanation first.
    """

    check: str
    task: str
    seen: tuple[Observation, ...]
    failed: Observation | None = None
    judge: Judge | None = None
    suspects: tuple[Diagnosis, ...] = ()


class Catalogue(Protocol):
    """Knows the misconceptions and hints of one assignment."""

    @property
    def hints(self) -> dict[str, tuple[str, ...]]:
        """The hints of each task, from a nudge to the idea."""
        ...

    def suspects(self, check: str, observation: Observation, judge: Judge) -> Iterator[Diagnosis]:
        """The misconceptions that give just what was observed and are just as wrong, in the order of the file.

        A misconception that fails before the point where the student failed explains nothing.
        """
        ...

    def fits(self, name: str, look: Look) -> bool | None:
        """Would this misconception have shown what a check saw? False where it speaks against it; None where it says
        nothing: the misconception is right there, or it cannot be compared."""
        ...

    def named(self, name: str) -> Diagnosis | None:
        """The diagnosis of that name."""
        ...


def explanations(looks: Sequence[Look], catalogue: Catalogue) -> dict[str, Diagnosis]:
    """The diagnosis of each failed check of one task, by the check's name; those without one are left out.

    looks: all that is known of the task. A suspect is told only where no other check speaks against it. If it is right
    where the student is wrong, that failure needs an explanation of its own: else a third idea may be behind both.
    """
    left = {
        look.check: [
            suspect
            for suspect in look.suspects
            if all(catalogue.fits(suspect.name, other) is not False for other in looks if other is not look)
        ]
        for look in looks
        if look.failed is not None
    }
    while open_ones := [look for look in looks if look.failed is not None and not left[look.check]]:
        kept = {
            check: [
                suspect for suspect in found if all(catalogue.fits(suspect.name, other) is True for other in open_ones)
            ]
            for check, found in left.items()
        }
        if kept == left:
            break
        left = kept
    explained = Counter(suspect.name for found in left.values() for suspect in found)
    # What explains most failures comes first; of equals, the first in the file.
    return {check: max(found, key=lambda suspect: explained[suspect.name]) for check, found in left.items() if found}
