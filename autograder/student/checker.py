"""Runs public checks on a student's own work. Its processes stay warm from one check to the next."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..common.errors import UserError
from ..grading.context import Verdict
from ..grading.job import Settings, seed_of
from ..sandbox import tiers
from ..sandbox.launch import Sandbox
from ..submission.own_tasks import defined_again
from ..submission.source import Unreadable, read_source
from . import state
from .repository import StudentRepository

if TYPE_CHECKING:
    from ..grading.engine import Engine


@dataclass(frozen=True)
class CheckReport:
    """The result of checking one assignment. notes: what the student should know.

    problem: why nothing could be run, or "". unearned: then the public points of each task.
    """

    name: str
    path: Path
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    fingerprint: str = ""
    unearned: Mapping[str, int] = field(default_factory=dict)

    @property
    def points(self) -> dict[str, tuple[int, int]]:
        """task -> public points (earned, possible), in the order of the checks."""
        points = {task: (0, possible) for task, possible in self.unearned.items()}
        for verdict in self.verdicts:
            earned, possible = points.get(verdict.check.task, (0, 0))
            points[verdict.check.task] = (earned + verdict.score, possible + verdict.check.points)
        return points

    def of(self, task: str | None) -> CheckReport:
        """The report on one task of the assignment; without a task, the whole report."""
        if task is None:
            return self
        verdicts = tuple(verdict for verdict in self.verdicts if verdict.check.task == task)
        unearned = {name: points for name, points in self.unearned.items() if name == task}
        return replace(self, verdicts=verdicts, unearned=unearned)

    @property
    def passed(self) -> bool:
        return bool(self.verdicts) and all(verdict.outcome == "passed" for verdict in self.verdicts)

    @property
    def failing(self) -> list[Verdict]:
        """The checks that do not pass, in order. Those that were not run come last."""
        failing = [verdict for verdict in self.verdicts if verdict.outcome != "passed"]
        return sorted(failing, key=lambda verdict: verdict.outcome == "not_run")

    @property
    def checked(self) -> state.Checked:
        """What the next command should remember of this report."""
        return state.Checked(self.fingerprint, self.points)


class Checker:
    """Checks assignments. All that do not train share one warm process. Use it from one thread only."""

    def __init__(self, repository: StudentRepository) -> None:
        self.repository = repository
        self._sandboxes: dict[bool, Sandbox] = {}
        self._engines: dict[str, tuple[tuple[bytes, ...], Engine]] = {}

    def check(self, name: str, task: str | None = None) -> CheckReport:
        """Run the public checks of an assignment. task: if the assignment trains, run only the checks of this task.

        Raises InfrastructureError if the machine fails, UserError if a released file is broken.
        """
        changed = self.repository.changed(name)
        path = changed[0] if changed else self.repository.file(name)
        changed_checks = self.repository.changed_checks(name)
        said = (
            self.repository.damage or self._two_forms(name, changed),
            self.repository.misnamed(name),
            changed_checks,
        )
        notes = tuple(filter(None, said))
        if gone := self.repository.gone(name):
            return CheckReport(name, path, problem=gone)
        try:
            source = read_source(path)
        except Unreadable as error:
            return self._broken(name, path, str(error), notes)
        try:
            engine = self.warm(name)
        except UserError as error:  # the checks cannot be read: perhaps because they were changed
            raise UserError(" ".join(filter(None, [str(error), changed_checks]))) from None
        alone = task if self.is_slow(name) else None
        graded = engine.grade(
            source,
            seed_of(b"public", name, source.fingerprint),
            (lambda check: check.task == alone) if alone else None,
        )
        if graded.unreadable:
            return self._broken(name, path, graded.unreadable, notes)  # this reason says it all
        fingerprint = "" if alone else self.repository.fingerprint(name, source)
        notes = (*notes, *defined_again(source, self.repository.points(name)))
        return CheckReport(name, path, graded.verdicts, (*notes, *graded.notes), fingerprint=fingerprint)

    def _broken(self, name: str, path: Path, problem: str, notes: tuple[str, ...]) -> CheckReport:
        """The report on a file of which nothing can be run. It is remembered if the points of its tasks are known."""
        public = {task: points for task, (points, _) in self.repository.points(name).items()}
        fingerprint = self.repository.fingerprint_of(name, path) if public else ""
        return CheckReport(name, path, (), notes, problem, fingerprint, public)

    def _two_forms(self, name: str, changed: list[Path]) -> str:
        """A sentence if script and notebook hold different work; else ""."""
        if len(changed) < 2:
            return ""
        with suppress(Unreadable):
            if len({read_source(path).answer_digest for path in changed}) == 1:
                return ""
        return (
            f"Script and notebook of {name} both differ from the stub. This is {changed[0].name}, saved last. "
            f"Hand in one of them. To give up the other: autograder reset {changed[1].name}"
        )

    def warm(self, name: str) -> Engine:
        """The engine of an assignment. It is started when needed, and again if the checks or their diagnoses change."""
        checks = self.repository.course.released(name).public_checks
        files = [checks, *sorted(checks.parent.glob("diagnoses.*"))]
        version = tuple(map(_content, files))
        kept = self._engines.get(name)
        if kept is not None:
            if kept[0] == version:
                return kept[1]
            self._engines.pop(name)[1].close()
        sandbox = self._sandbox(self.is_slow(name))  # first, so that both processes import torch at the same time
        from ..grading.engine import Engine

        engine = Engine(
            self.repository.course, self.repository.course.released(name), Settings(public_only=True), sandbox
        )
        self._engines[name] = (version, engine)
        return engine

    def is_slow(self, name: str) -> bool:
        """Whether checking the assignment takes seconds, because it trains."""
        return self.repository.course.released(name).trains

    def _sandbox(self, trains: bool) -> Sandbox:
        if trains not in self._sandboxes:
            self._sandboxes[trains] = Sandbox(tiers.choose(None), trains=trains)
        return self._sandboxes[trains]

    def close(self) -> None:
        """End everything that was kept warm."""
        for _, engine in self._engines.values():
            engine.close()
        for sandbox in self._sandboxes.values():
            sandbox.close()
        self._engines, self._sandboxes = {}, {}

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _content(file: Path) -> bytes:
    """The content of a file; empty if it cannot be read. (The engine reports that.)"""
    try:
        return file.read_bytes() if file.is_file() else b""
    except OSError:
        return b""
