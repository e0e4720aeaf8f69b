"""Decide which submissions of a class are graded, how, and in which order. No worker runs for this."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..course.course import Course, natural_key
from ..course.roster import Roster, Variant, quizzes, variants
from ..results.result import Result, is_lost
from ..submission.found import Found
from ..submission.people import other_names
from ..submission.source import Source
from .fingerprint import checks_digest, fingerprint
from .job import Job, Settings


@dataclass(frozen=True)
class Todo:
    """A submission to grade. Its code is read again when its turn comes, so that a class fits into memory."""

    found: Found
    previous: Result | None


@dataclass(frozen=True)
class Plan:
    """What decides whether a submission is graded, how, and when its turn comes.

    checks: assignment -> the digest of its checks. trains: the assignments that train a network. quizzes: assignment ->
    student -> their own quiz, with names as the roster has them.
    """

    course: Course
    settings: Settings = field(default_factory=Settings)
    regrade: bool = False
    checks: Mapping[str, str] = field(default_factory=dict)
    trains: frozenset[str] = frozenset()
    roster: Roster | None = None
    quizzes: Mapping[str, Mapping[str, Variant]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, course: Course, names: frozenset[str], settings: Settings, regrade: bool, roster: Roster | None
    ) -> Self:
        """The plan for the assignments of these names."""
        known = {name: course.assignment(name) for name in names}
        own = quizzes(course, sorted(names)) if roster is not None and names else {}
        return cls(
            course,
            settings,
            regrade,
            checks={name: checks_digest(assignment) for name, assignment in known.items()},
            trains=frozenset(name for name, assignment in known.items() if assignment.trains),
            roster=roster,
            quizzes={name: variants(quiz, roster or Roster()) for name, quiz in own.items()},
        )

    def variant(self, found: Found) -> Variant | None:
        """The student's own quiz; None for the default one."""
        listed = self._listed(found)
        return self.quizzes.get(found.assignment, {}).get(listed[0]) if listed is not None else None

    def is_off_the_roster(self, found: Found) -> bool:
        """Does the student get the default quiz because the roster does not know them?"""
        return self.roster is not None and found.assignment in self.quizzes and self._listed(found) is None

    def _listed(self, found: Found) -> tuple[str, str] | None:
        """The student's entry on the roster, found by the folder or by the login, number or address in the download."""
        if self.roster is None:
            return None
        names = (found.student, *other_names(found.identity))
        return next((listed for name in names if name and (listed := self.roster.find(name))), None)

    def fingerprint(self, found: Found, source: Source) -> str:
        """The fingerprint for the result: equal fingerprints mean that grading again would find the same."""
        variant = self.variant(found)
        quiz = variant.own if variant is not None else None
        settings = dataclasses.replace(
            self.settings, exchanged=self.settings.exchanged and found.assignment in self.trains
        )
        return fingerprint(source, self.checks[found.assignment], settings, quiz)

    def is_done(self, found: Found, source: Source, previous: Result | None) -> bool:
        """Did an earlier run find what this one would find?"""
        return (
            previous is not None
            and previous.fingerprint == self.fingerprint(found, source)
            and not self.was_confined_too_little(previous)
            and not self.regrade
        )

    def was_confined_too_little(self, previous: Result) -> bool:
        """Was it graded in a lower sandbox tier than this run requires? Then its score may be forged. A submission that
        never ran has no tier."""
        wanted, had = self.settings.require_sandbox, previous.environment.get("sandbox")
        return wanted is not None and had is not None and str(had) > wanted

    def origin(self, assignment: str, source: Source) -> dict[str, str]:
        """What a result was made from: the digests of the submission and of the checks."""
        return {"submission": source.fingerprint, "checks": self.checks[assignment]}

    def order(self, todo: Todo) -> tuple[bool, bool, Any, bool, Any]:
        """The key by which submissions are sorted.

        A submission that was lost before comes last: all others have their results by then. Otherwise those that train
        come first, so that the longest job is not the last one. Then they are sorted by assignment, since a worker's
        sandbox and checks stay warm for one assignment. Those that came with weights follow those without.
        """
        found, previous = todo.found, todo.previous
        lost = previous is not None and is_lost(previous)
        light = found.assignment not in self.trains
        weights = not light and found.weights is not None
        return lost, light, natural_key(found.assignment), weights, natural_key(found.student)

    def job(self, found: Found, source: Source, secret: bytes) -> Job:
        """The job for a worker."""
        variant = self.variant(found)
        return Job(found.student, found.assignment, source, self.course.root, self.settings, secret, variant)
