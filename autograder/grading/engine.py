"""Grades one submission after another: checks collected once, torch imported once, a child for each submission."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import InfrastructureError
from ..common.terminal import beginning
from ..course.assignment import Assignment, any_trains
from ..course.course import Course
from ..course.network import Network, network_of
from ..course.roster import Variant, quiz_of
from ..data import Examples
from ..sandbox import tiers
from ..sandbox.launch import Door, Sandbox
from ..sandbox.limits import Limits
from ..sandbox.observation import SYNTAX
from ..submission.literals import dense_literals
from ..submission.source import Source
from ..submission.syntax import syntax_problem, syntax_problems
from .context import CheckContext, CheckInfo, Verdict
from .examples import facts_for_reports, test_examples, training_tensors
from .job import Settings
from .live import LiveChecks
from .verdicts import explained

if TYPE_CHECKING:
    from ..sandbox.loader import Loader


@dataclass(frozen=True)
class Grading:
    """What grading one submission found."""

    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    metrics: Mapping[str, Any]
    seed: int
    unreadable: str = ""  # why nothing at all could be run
    suspects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # check -> the misconceptions that fit there


class Engine:
    """Grades submissions of one assignment. Not for two threads at once: see :func:`grade_job`."""

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        settings: Settings | None = None,
        sandbox: Sandbox | None = None,
        door: Door | None = None,
    ) -> None:
        """sandbox: a running one that is lent: several engines may use it in turn, and none of them closes it.

        door: without a sandbox, the engine's own one is forked from the warm process behind this door.
        """
        self.course, self.assignment = course, assignment
        self.settings = settings = settings or Settings()
        files = check_files(assignment, settings)
        self._trains = any_trains(files)
        self._lent = sandbox is not None
        # The sandbox imports torch while this process does.
        self._sandbox = sandbox or sandbox_for(settings, self._trains, door)
        self.tier = self._sandbox.tier
        self.live = LiveChecks(files)
        self._closed = False
        if not self._trains and any(check.trains for check in self.checks):
            self.close()
            raise InfrastructureError(
                f"a check of {assignment.name} trains, but its file does not say so: mark it with pytest.mark.trains"
            )

    @property
    def checks(self) -> list[CheckInfo]:
        """The checks in the order in which they run."""
        return self.live.checks

    @cached_property
    def catalogue(self) -> Any:
        """The misconceptions: as code if the course has it, else as released data."""
        from ..checks.catalogues import catalogue_of

        return catalogue_of(self.assignment)

    def _catalogue_for(self, variant: Variant | None) -> Any:
        """The catalogue for a student's own quiz; None: for the default quiz."""
        from ..checks.catalogues import VariantCatalogue

        quiz = quiz_of(self.assignment) if variant is not None else None
        if variant is None or quiz is None:
            return self.catalogue
        return VariantCatalogue(self.catalogue, quiz, variant)

    @cached_property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """The parameters' names of each task, as the stub or master writes them."""
        return self.assignment.parameters()

    @cached_property
    def _ready(self) -> Sandbox:
        if self._trains and self.network is not None:
            self._sandbox.keep(training_tensors(self.course.root, self.network))
        return self._sandbox

    @cached_property
    def held_out(self) -> Examples:
        """Test items and labels, which no student code is given."""
        return test_examples(self.course.root, self.network)

    @cached_property
    def limits(self) -> Limits:
        """What a submission may use."""
        wanted = self.settings
        limits = Limits(wanted.call_seconds, wanted.load_seconds, wanted.memory)
        return limits.for_network(self.network) if self._trains else limits

    @cached_property
    def network(self) -> Network | None:
        """The network that the assignment trains, or None."""
        return network_of(self.assignment)

    def grade(
        self,
        source: Source,
        seed: int,
        only: Callable[[CheckInfo], bool] | None = None,
        variant: Variant | None = None,
    ) -> Grading:
        """Run all checks (or some) on a submission. variant: the student's own quiz, if there is a roster.

        Raises InfrastructureError if the fault is not the student's.
        """
        from ..sandbox.loader import Order
        from ..sandbox.run import SandboxRun
        from ..sandbox.session import SessionEnded

        if self.settings.retrain:
            source = dataclasses.replace(source, weights=None)
        order = Order(self.assignment.name, source, seed, self.parameters, self.limits)
        run = SandboxRun(lambda: self._ready, order)
        context = CheckContext(run, lambda: self._catalogue_for(variant), seed, lambda: self.held_out)
        context.quiz = variant.own if variant is not None else None
        try:
            with contextlib.suppress(SessionEnded):  # then every check reports it
                run.loader.load()
            if unreadable := self._why_unreadable(run.loader, source):
                return Grading((), tuple(run.loader.notes), {}, seed, unreadable)
            self.live.run(context, only)
            verdicts = explained(context)
            not_known = _look_afterwards(context) if self.settings.exchanged else ()
        finally:
            run.close()
        for verdict in verdicts:
            if verdict.bug:
                raise InfrastructureError(f"a check of {self.assignment.name} is broken: {verdict.bug}")
        metrics = self._metrics(context, source)
        notes = (*self._notes(run.loader, source, metrics, verdicts), *not_known)
        suspects = {look.check: tuple(each.name for each in look.suspects) for look in context.looks if look.failed}
        return Grading(tuple(verdicts), notes, metrics, seed, suspects=suspects)

    def _why_unreadable(self, loader: Loader, source: Source) -> str:
        """Why Python can read none of the tasks; "" if it can read one."""
        error = loader.load_error
        if (
            error is None
            or error.type_name not in SYNTAX
            or {check.task for check in self.checks} & set(loader.defines)
        ):
            return ""
        line = f": {error.text}" if error.text else ""
        said = f"{error.type_name} at {error.where or 'an unknown line'}: {error.message}{line}"
        return syntax_problem(source) or said

    def _metrics(self, context: CheckContext, source: Source) -> dict[str, Any]:
        """What the checks recorded, with the seed that it depends on, and what a report needs to show it."""
        if not context.metrics:
            return {}
        dense = dense_literals(source)
        facts = facts_for_reports(self.course.root, self.network) if self.network is not None else {}
        return {"seed": context.seed, **context.metrics, **({"dense_literals": dense} if dense else {}), **facts}

    def _notes(
        self, loader: Loader, source: Source, metrics: Mapping[str, Any], verdicts: list[Verdict]
    ) -> Iterator[str]:
        """What the reader of the result should know, the most important first."""
        # First, because it may be the cause of everything else. A file that ran from end to end has no such problem.
        if loader.is_in_doubt:
            yield from syntax_problems(source)[:5]
        yield from source.notes
        yield from self._of_weights(source, metrics)
        yield from loader.notes
        if any(verdict.outcome not in ("passed", "not_run") for verdict in verdicts) and self.catalogue.problem:
            yield self.catalogue.problem
        yield from (verdict.note for verdict in verdicts if verdict.note)

    def _of_weights(self, source: Source, metrics: Mapping[str, Any]) -> tuple[str, ...]:
        """Notes on the files of weights that were not used, and why."""
        said = []
        used = metrics.get("weights")
        if isinstance(used, str) and used.startswith("not used: "):
            said.append(f"The weights beside the file were {used}. The network was trained anew.")
        if self._trains and source.unused:
            own = f"{self.assignment.name}.safetensors"
            said.append(
                f"Not used: {', '.join(source.unused)}. Trained weights are read from {own} only, which `autograder train` "
                "writes."
            )
        return tuple(said)

    def close(self) -> None:
        """End the sandbox and the session of checks."""
        if not self._closed:
            self._closed = True
            if not self._lent:
                self._sandbox.close()
            self.live.close()
            for data in ("held_out", "_ready", "catalogue"):  # large, and frozen objects may keep the engine
                self.__dict__.pop(data, None)


def _look_afterwards(context: CheckContext) -> tuple[str, ...]:
    """Run what the checks registered for afterwards. Returns a note for each that failed; points do not change."""
    notes = []
    for name, look in context.afterwards.items():
        try:
            look()
        except Exception as error:  # an unforeseen value, or a training that failed
            notes.append(
                f"After the checks ({name}): {beginning(' '.join(str(error).split())) or type(error).__name__}"
            )
    return tuple(notes)


def check_files(assignment: Assignment, settings: Settings) -> list[Path]:
    files = [assignment.public_checks] if settings.public_only else [assignment.public_checks, assignment.hidden_checks]
    return [file for file in files if file.is_file()] or files[:1]


def sandbox_for(settings: Settings, trains: bool, door: Door | None) -> Sandbox:
    """A sandbox of the tier that is asked for. door: a shared warm process, which has that tier already.

    Without a door, set `trains` if many submissions will come: some train in a demo, or use a layer on the meta device,
    and the sandbox imports nothing after student code has run.
    """
    tier = tiers.found_elsewhere(door.tier) if door is not None else tiers.choose(settings.require_sandbox)
    return Sandbox(tier, trains=trains, memory=settings.memory, door=door)
