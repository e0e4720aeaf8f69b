"""Find the misconception that explains the failures of a task: one that none of its checks contradicts.

Several wrong ideas may give the same wrong result. What the other checks of the task saw, passed ones included, tells
most of them apart: a student who has an idea has it in every check.
"""

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

    seen: its observations in order. failed: the one that ``judge`` found wrong; None if the check passed.
    suspects: the misconceptions that give the same as ``failed``, the best explanation first.
    """

    check: str
    task: str
    seen: tuple[Observation, ...]
    failed: Observation | None = None
    judge: Judge | None = None
    suspects: tuple[Diagnosis, ...] = ()


class Catalogue(Protocol):
    """Knows the misconceptions of one assignment."""

    def suspects(self, check: str, observation: Observation, judge: Judge) -> Iterator[Diagnosis]:
        """The misconceptions that give what was observed and are wrong here too, the best explanation first.

        A misconception that is wrong earlier in the check than the student is not among them.
        """
        ...

    def fits(self, name: str, look: Look) -> bool | None:
        """Would this misconception give what a check saw? False if the check contradicts it. None if the check cannot
        tell: the misconception is right there, or cannot be compared."""
        ...

    def named(self, name: str) -> Diagnosis | None:
        """The diagnosis of that name, or None."""
        ...


def explanations(looks: Sequence[Look], catalogue: Catalogue) -> dict[str, Diagnosis]:
    """The diagnosis of each failed check of one task, by the check's name; those without one are left out.

    looks: one for each check of the task. A suspect is told only if no other check contradicts it. While some failure
    has no explanation, a suspect must also fit that failure: else another idea may be behind both.
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
    # The suspect that explains most failures; among equals, the first.
    return {check: max(found, key=lambda suspect: explained[suspect.name]) for check, found in left.items() if found}
