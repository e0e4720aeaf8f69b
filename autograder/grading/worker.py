"""What a worker process does: it grades the submissions that it is sent, and keeps the engine of the last one warm."""

import atexit
import contextlib
import faulthandler
import gc
import os
import platform
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from ..common.errors import InfrastructureError
from ..common.files import when_saved
from ..course.assignment import Assignment, any_trains
from ..course.course import Course
from ..results import result as results
from ..sandbox import tiers
from ..sandbox.inside.libc import hand_back_free_memory
from ..sandbox.launch import Door, Sandbox
from .context import Verdict
from .engine import Engine, Grading, check_files, sandbox_for
from .job import Job, Settings, seed_of


def _versions(assignment: Assignment) -> tuple[int, ...]:
    """When each file of an assignment was last changed. They may change while a cluster's worker lives."""
    files = (
        assignment.master,
        assignment.public_checks,
        assignment.hidden_checks,
        assignment.misconceptions,
        assignment.network,
    )
    return tuple(map(when_saved, files))


class _Engines:
    """The engines of this process: one at a time, for the assignment that is being graded.

    The sandbox's warm process has run no student's code and holds nothing of an assignment. So the next engine uses it
    too, unless the settings differ, or only one of the two trains.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()  # a cluster's worker may call from several threads
        self._key: tuple[Path, str, Settings, tuple[int, ...]] | None = None
        self._engine: Engine | None = None
        self._sandbox: Sandbox | None = None
        self._sandbox_key: tuple[Path | None, Settings] | None = None
        self.door: Door | None = None

    def get(self, root: Path, assignment: str, settings: Settings) -> Engine:
        """The engine for this assignment and these settings. If it has to be started, the one before is closed."""
        if self._sandbox is not None and self._sandbox.has_ended:
            # No submission was being graded, so none must pay for it. The shared process may be ending too: it is not
            # asked for another fork.
            self.close()
            self.door = None
        engine = self._engine
        if engine is not None and self._key == (root, assignment, settings, _versions(engine.assignment)):
            return engine
        had_another = engine is not None
        del engine
        self._close_engine()
        course = Course(root)
        found = course.released(assignment) if settings.public_only else course.assignment(assignment)
        self._engine = Engine(course, found, settings, self._lend(root, check_files(found, settings), settings))
        self._key = (root, assignment, settings, _versions(found))
        if had_another:
            gc.collect()
            hand_back_free_memory()  # students' answers leave holes all over the memory
        else:  # torch stays loaded, and to search it for garbage would take a tenth of the time
            gc.freeze()
        return self._engine

    def _lend(self, root: Path, files: list[Path], settings: Settings) -> Sandbox:
        key = (root if any_trains(files) else None, settings)  # the training images belong to the course
        if self._sandbox is None or self._sandbox_key != key:
            self._close_sandbox()
            self._sandbox, self._sandbox_key = sandbox_for(settings, trains=True, door=self.door), key
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


def share_sandbox(door: Door) -> None:
    """From now on, the sandboxes of this process are forks of a warm process that it shares with others."""
    _engines().door = door


def shared_door() -> Door | None:
    """The way to the warm process that this process shares with others; None if it shares none."""
    return _engines().door


def close_engines() -> None:
    """End what :func:`grade_job` keeps warm; the next job starts it anew."""
    _engines().close()


def grade_job(job: Job) -> dict[str, Any]:
    """Grade one submission. Returns the result as data for JSON, without a fingerprint: the caller adds that.

    Besides the schema's keys there may be a `log`: tracebacks of checks that broke on a value, for their author.

    Raises InfrastructureError if the machine, not the submission, is at fault.
    """
    engines = _engines()
    with engines.lock:
        try:
            engine = engines.get(job.course_root, job.assignment, job.settings)
            with within(engine.limits.job_seconds):
                result, grading = grade_on(engine, job)
        except InfrastructureError:
            engines.close()  # the next submission starts with a fresh sandbox
            raise
        log = [f"{each.check.name}\n{each.log}" for each in grading.verdicts if each.log]
        return results.to_json(result) | ({"log": log} if log else {})


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """End this process if the block takes longer than this. The batch then tries the job once more, before it gives up.

    The limits of the sandbox end a submission long before. Time in a cluster's queue, or for the lock, does not count.
    """
    with open(os.devnull, "w") as nobody:  # a traceback would show our own code
        faulthandler.dump_traceback_later(seconds, exit=True, file=nobody)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def grade_on(engine: Engine, job: Job) -> tuple[results.Result, Grading]:
    """Grade one submission on a running engine. Returns the result to keep, and the grading that it was made from.

    Raises InfrastructureError if the fault is not the student's.
    """
    seed = seed_of(job.secret, job.assignment, job.source.fingerprint)
    grading = engine.grade(job.source, seed, variant=job.variant)
    return result_of(job, engine, grading), grading


def result_of(job: Job, engine: Engine, grading: Grading) -> results.Result:
    """A grading as the result that is kept."""
    by_name = {verdict.check.name: verdict for verdict in grading.verdicts}
    missing = "It was not run."  # pytest has several ways to leave a check out
    verdicts = [by_name.get(check.name, Verdict(check, "not_run", missing)) for check in engine.checks]
    checks = () if grading.unreadable else tuple(map(_check_result, verdicts))
    quiz = {"quiz": job.variant.own} if job.variant is not None else {}
    return results.bounded(
        results.Result(
            student=job.student,
            assignment=job.assignment,
            form=job.source.form,
            status="unreadable" if grading.unreadable else "graded",
            score=sum(check.score for check in checks),
            max_score=sum(check.points for check in engine.checks),
            checks=checks,
            metrics=grading.metrics,
            environment={**environment(engine.tier), "seed": grading.seed, **quiz},
            notes=(grading.unreadable, *grading.notes) if grading.unreadable else grading.notes,
        )
    )


def _check_result(verdict: Verdict) -> results.CheckResult:
    check = verdict.check
    return results.CheckResult(
        name=check.name,
        title=check.title,
        task=check.task,
        points=check.points,
        score=verdict.score,
        outcome=verdict.outcome,
        hidden=check.hidden,
        diagnosis=verdict.diagnosis,
        message=verdict.message,
        seconds=verdict.seconds,
    )


@lru_cache(maxsize=4)  # to read a package's version takes longer than many checks
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
