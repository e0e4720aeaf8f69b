"""Grades one submission after another: checks collected once, torch imported once, a child for each submission."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import gc
import hashlib
import platform
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .. import __version__
from ..common.errors import InfrastructureError
from ..course.assignment import Assignment, any_trains
from ..course.course import Course
from ..course.roster import Variant
from ..results import result as results
from ..sandbox import tiers
from ..sandbox.launch import Sandbox
from ..sandbox.observation import SYNTAX
from ..submission.source import Source
from . import plugin
from .context import CheckContext, CheckInfo, Verdict
from .job import Job, Settings

if TYPE_CHECKING:
    from ..data import Images
    from ..sandbox.observation import StudentError


class LiveChecks:
    """The checks of some files, collected once by a pytest session that stays alive in a thread of its own."""

    def __init__(self, files: list[Path]) -> None:
        self.items: list[pytest.Item] = []
        self._files = files
        self._contexts: queue.Queue[CheckContext | None] = queue.Queue()
        self._done: queue.Queue[str | None] = queue.Queue()
        self._complaints: list[str] = []
        self._context: CheckContext | None = None
        self._only: Callable[[CheckInfo], bool] | None = None
        self._plain: dict[pytest.Item, tuple[str, ...] | None] = {}
        self._thread = threading.Thread(target=self._session, name="checks", daemon=True)
        self._thread.start()
        self._wait()

    def run(self, context: CheckContext, only: Callable[[CheckInfo], bool] | None = None) -> list[Verdict]:
        """Run all checks on this context; the verdicts in the order of the checks."""
        self._only = only
        self._contexts.put(context)
        self._wait()
        return context.verdicts

    def close(self) -> None:
        """End the session."""
        self._contexts.put(None)
        self._thread.join()

    def _wait(self) -> None:
        problem = self._done.get()
        if problem is not None:
            raise InfrastructureError(problem)

    def _session(self) -> None:
        for file in self._files:  # of another course, or of a former version
            sys.modules.pop(file.stem, None)
        try:
            pytest.main(plugin.arguments(self._files), plugins=[plugin, self])
            reason = "; ".join(self._complaints) or "pytest ended"
        except BaseException as error:
            reason = f"{type(error).__name__}: {error}"
        self._done.put(f"the checks in {self._files[0].parent} cannot be run: {reason}")

    # pytest's hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        """Checks find the context here."""
        config.stash[plugin.CONTEXT] = self._current

    def _current(self, item: pytest.Item) -> CheckContext:
        assert self._context is not None
        return self._context

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check file that cannot be imported is named with its reason."""
        if report.failed:
            self._complaints.append(str(report.longrepr).strip().splitlines()[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """A report without a traceback: nobody reads it here, and pytest takes 15 ms for each frame."""
        assert call.when != "collect"
        failed = call.excinfo is not None
        return pytest.TestReport(
            item.nodeid, item.location, {}, "failed" if failed else "passed", None, call.when, duration=call.duration
        )

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of one round over the checks: a round for each context that comes."""
        if self._complaints:
            return True
        self.items = [item for item in session.items if plugin.is_check(item)]
        for item in self.items:
            plugin.info(item)
        self._plain = {item: plugin.plain_names(item) for item in self.items}
        self._done.put(None)
        for context in iter(self._contexts.get, None):
            self._context = context
            self._round(session)
            self._done.put(None)
        return True

    def _round(self, session: pytest.Session) -> None:
        items = [i for i in self.items if self._only is None or self._only(plugin.info(i))]
        for item, following in zip(items, [*items[1:], None], strict=True):
            names = self._plain[item]
            if names is not None:
                plugin.run_plain(item, names)
            else:  # parametrized, in a class, or with fixtures of its own
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        session.testsfailed = 0


@dataclass(frozen=True)
class Graded:
    """What grading one submission found."""

    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...]
    metrics: Mapping[str, Any]
    seed: int
    unreadable: str = ""  # why nothing at all could be run


class Engine:
    """Grades submissions of one assignment. Not for two threads at once: see :func:`grade_job`."""

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        settings: Settings | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        """sandbox: one that is running already, lent: several engines may use it in turn, and none ends it."""
        self.course, self.assignment = course, assignment
        self.settings = settings = settings or Settings()
        files = _check_files(assignment, settings)
        self._trains = any_trains(files)
        self._lent = sandbox is not None
        # The sandbox imports torch while this process does.
        self._sandbox = sandbox or _sandbox_for(settings, self._trains)
        self.tier = self._sandbox.tier
        import torch

        torch.set_num_threads(1)  # more would only wait for each other: the checks' tensors are small
        self.live = LiveChecks(files)
        self._closed = False
        if not self._trains and any(check.trains for check in self.checks):
            self.close()
            raise InfrastructureError(
                f"a check of {assignment.name} trains, and its file does not show it: write it as pytest.mark.trains"
            )

    @property
    def checks(self) -> list[CheckInfo]:
        """The checks in the order in which they run."""
        return [plugin.info(item) for item in self.live.items]

    @cached_property
    def catalogue(self) -> Any:
        """The misconceptions: as code where the course has them, else as released data."""
        from ..checks.misconceptions import CodeCatalogue, ReleasedCatalogue

        if self.assignment.misconceptions.is_file():
            return CodeCatalogue.load(self.assignment.misconceptions)
        return ReleasedCatalogue(self.assignment.folder)

    def _catalogue_for(self, variant: Variant | None) -> Any:
        """The catalogue as it fits a student's own quiz."""
        from ..course.roster import VariantCatalogue, quiz_of

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
        if self._trains:
            from ..data import load_train

            images = load_train(self.course.root / "data")
            self._sandbox.keep({"train_images": images.images, "train_labels": images.labels})
        return self._sandbox

    @cached_property
    def _held_out(self) -> Images:
        from ..data import load_test

        return load_test(self.course.root / "data")

    def grade(
        self,
        source: Source,
        seed: int,
        only: Callable[[CheckInfo], bool] | None = None,
        variant: Variant | None = None,
    ) -> Graded:
        """Run all checks (or some) on a submission, with the student's own quiz where there is a roster.

        Raises InfrastructureError when the fault is not the student's.
        """
        from ..sandbox.loader import Order
        from ..sandbox.run import SandboxRun
        from ..sandbox.session import Limits, SessionEnded

        wanted = self.settings
        limits = Limits(wanted.call_seconds, wanted.load_seconds, wanted.memory)
        if wanted.retrain:
            source = dataclasses.replace(source, weights=None)
        order = Order(self.assignment.name, source, seed, self.parameters, limits)
        run = SandboxRun(lambda: self._ready, order)
        context = CheckContext(run, self._catalogue_for(variant), seed, lambda: self._held_out)
        context.quiz = variant.own if variant is not None else None
        try:
            with contextlib.suppress(SessionEnded):  # then every check says so
                run.loader.load()
            tasks = {check.task for check in self.checks}
            if (
                run.loader.load_error is not None
                and run.loader.load_error.type_name in SYNTAX
                and not tasks & set(run.loader.defines)
            ):
                return Graded((), tuple(run.loader.notes), {}, seed, _unreadable(run.loader.load_error))
            verdicts = self.live.run(context, only)
        finally:
            run.close()
        for verdict in verdicts:
            if verdict.bug:
                raise InfrastructureError(f"a check of {self.assignment.name} is broken: {verdict.bug}")
        metrics = {"seed": seed, **context.metrics} if context.metrics else {}  # a training belongs to its seed
        unexplained = (verdict.note for verdict in verdicts if verdict.note)
        notes = (*source.notes, *run.loader.notes, *self._problem(), *unexplained)
        return Graded(tuple(verdicts), notes, metrics, seed)

    def _problem(self) -> tuple[str, ...]:
        """What is wrong with the released diagnoses, where a wrong answer asked for one and they could not be read."""
        from ..checks.misconceptions import ReleasedCatalogue

        catalogue = self.catalogue
        return (catalogue.problem,) if isinstance(catalogue, ReleasedCatalogue) and catalogue.problem else ()

    def close(self) -> None:
        """End the sandbox and the session of checks."""
        if not self._closed:
            self._closed = True
            if not self._lent:
                self._sandbox.close()
            self.live.close()


def _check_files(assignment: Assignment, settings: Settings) -> list[Path]:
    files = [assignment.public_checks]
    if not settings.public_only and assignment.hidden_checks.is_file():
        files.append(assignment.hidden_checks)
    return files


def _versions(assignment: Assignment) -> tuple[int, ...]:
    """When each file of an assignment was last changed: a cluster's worker may live longer than that."""
    files = (assignment.master, assignment.public_checks, assignment.hidden_checks, assignment.misconceptions)
    return tuple(map(_changed, files))


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _sandbox_for(settings: Settings, trains: bool) -> Sandbox:
    return Sandbox(tiers.choose(settings.require_sandbox), trains=trains, memory=settings.memory)


def _unreadable(error: StudentError) -> str:
    line = f": {error.text}" if error.text else ""
    return f"{error.type_name} at {error.where or 'an unknown line'}: {error.message}{line}"


class _Engines:
    """The engines of this process: one at a time, that of the assignment which is being graded.

    The sandbox's warm process has run nobody's code and holds nothing of an assignment: the next engine goes on with it,
    unless that one trains and this one does not.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()  # a cluster's worker may call from several threads
        self._key: tuple[Path, str, Settings, tuple[int, ...]] | None = None
        self._engine: Engine | None = None
        self._sandbox: Sandbox | None = None
        self._sandbox_key: tuple[Path | None, Settings] | None = None

    def get(self, root: Path, assignment: str, settings: Settings) -> Engine:
        """The engine for these, started if need be; the one before is closed."""
        engine = self._engine
        if engine is not None and self._key == (root, assignment, settings, _versions(engine.assignment)):
            return engine
        self._close_engine()
        course = Course(root)
        found = course.released(assignment) if settings.public_only else course.assignment(assignment)
        self._engine = Engine(course, found, settings, self._lend(root, _check_files(found, settings), settings))
        self._key = (root, assignment, settings, _versions(found))
        gc.freeze()  # torch and the checks are here to stay: looking through them for garbage takes a tenth of the time
        return self._engine

    def _lend(self, root: Path, files: list[Path], settings: Settings) -> Sandbox:
        key = (root if any_trains(files) else None, settings)  # the training images are the course's
        if self._sandbox is None or self._sandbox_key != key:
            self._close_sandbox()
            # Among many submissions some train in a demo, or ask a layer on the meta device: nothing is imported after
            # student code has run, so it is imported before.
            self._sandbox, self._sandbox_key = _sandbox_for(settings, trains=True), key
        return self._sandbox

    def close(self) -> None:
        """End the engine and the sandbox, if there are any."""
        self._close_engine()
        self._close_sandbox()

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._engine = self._key = None

    def _close_sandbox(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()
        self._sandbox = self._sandbox_key = None


@lru_cache(maxsize=1)
def _engines() -> _Engines:
    engines = _Engines()
    atexit.register(engines.close)
    return engines


def close_engines() -> None:
    """End what :func:`grade_job` keeps warm; the next job starts it anew."""
    _engines().close()


def grade_job(job: Job) -> dict[str, Any]:
    """Grade one submission; the result as JSON-able data, without a fingerprint, which is the caller's.

    Raises InfrastructureError when the machine, not the submission, is at fault.
    """
    engines = _engines()
    with engines.lock:
        try:
            engine = engines.get(job.course_root, job.assignment, job.settings)
            seed = seed_of(job.secret, job.assignment, job.source.fingerprint)
            graded = engine.grade(job.source, seed, variant=job.variant)
        except InfrastructureError:
            engines.close()  # the next submission starts with a fresh sandbox
            raise
        return results.to_json(result_of(job, engine, graded))


def result_of(job: Job, engine: Engine, graded: Graded) -> results.Result:
    """A grading as the result that is kept."""
    checks = () if graded.unreadable else tuple(map(_check_result, graded.verdicts))
    quiz = {"quiz": job.variant.own} if job.variant is not None else {}
    return results.Result(
        student=job.student,
        assignment=job.assignment,
        form=job.source.form,
        status="unreadable" if graded.unreadable else "graded",
        score=sum(check.score for check in checks),
        max_score=sum(check.points for check in engine.checks),
        checks=checks,
        metrics=graded.metrics,
        environment={**environment(engine.tier), "seed": graded.seed, **quiz},
        notes=(graded.unreadable, *graded.notes) if graded.unreadable else graded.notes,
    )


def _check_result(verdict: Verdict) -> results.CheckResult:
    check, found = verdict.check, verdict.diagnosis
    return results.CheckResult(
        name=check.name,
        title=check.title,
        task=check.task,
        points=check.points,
        score=verdict.score,
        outcome=verdict.outcome,
        hidden=check.hidden,
        diagnosis=results.Diagnosis(found.name, found.message) if found else None,
        message=verdict.message,
        seconds=verdict.seconds,
    )


@lru_cache(maxsize=4)  # reading a package's version takes longer than many a check
def environment(tier: tiers.Tier) -> Mapping[str, Any]:
    """What a result depends on besides the submission."""
    versions = {name: metadata.version(name) for name in ("torch", "numpy", "pytest")}
    return {
        "autograder": __version__,
        "python": platform.python_version(),
        **versions,
        "platform": f"{platform.system()} {platform.machine()}",
        "sandbox": tier.letter,
    }


def seed_of(secret: bytes, assignment: str, fingerprint: str) -> int:
    """The seed of a grading: nobody can predict it, and the same submission always gets the same."""
    digest = hashlib.sha256(b"/".join((secret, assignment.encode(), fingerprint.encode()))).digest()
    return int.from_bytes(digest[:8], "big") >> 1
