"""Run jobs on workers, whatever becomes of a worker.

A worker that dies (killed by the kernel, say) does not end the batch. The jobs that ran at that moment run again, one
at a time, to find the one at fault. A job that kills its worker twice is given up, and so is one on which the machine
fails twice.
"""

import dataclasses
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from typing import Any

from ..common.errors import InfrastructureError, UserError
from ..submission.source import Cell, Source
from .job import Job
from .pool import GradeFunction, Workers

GIVE_UP = 5  # after so many lost jobs in a row, the machine may be at fault


@dataclass(frozen=True)
class Ended:
    """A job that has ended. data: what grading returned, or None if the job was lost; lost: then says how."""

    job: Job
    slot: int
    seconds: float
    data: dict[str, Any] | None
    lost: str = ""


@dataclass
class _Running:
    job: Job
    slot: int
    since: float = field(default_factory=time.monotonic)


def run_jobs(
    jobs: Iterator[Job],
    function: GradeFunction,
    workers: Workers,
    began: Callable[[int, Job], None] = lambda slot, job: None,
) -> Iterator[Ended]:
    """Run all jobs, and yield each as it ends. `jobs` is asked for the next one only when a worker is free.

    If several jobs are lost in a row, the machine is tried with an empty submission: it may be the submissions that
    make their graders fail. Raises InfrastructureError if the empty one is lost too, and a UserError that the function
    raised. The caller stops the workers.
    """
    batch, ended = _Batch(jobs, function, workers, began), list[Ended]()
    while True:
        try:
            batch.start_what_fits()
        finally:  # even if the next ones cannot start (Ctrl-C, say), hand over what has ended
            for finished in ended:  # with the workers busy again, the caller may take its time
                batch.count(finished)
                yield finished
            ended = []
        if batch.running:
            ended = batch.wait()
        elif batch.lost_in_a_row >= GIVE_UP:
            batch.try_machine()
        else:
            return


@dataclass
class _Batch:
    """The jobs of one run: those that run now, those that run once more, and how many were lost in a row."""

    jobs: Iterator[Job]
    function: GradeFunction
    workers: Workers
    began: Callable[[int, Job], None]
    running: dict[Future[dict[str, Any]], _Running] = field(default_factory=dict)
    again: deque[Job] = field(default_factory=deque)  # ran when a worker died: each runs once more, alone
    lost_in_a_row: int = 0
    last: Job | None = None

    def start_what_fits(self) -> None:
        """Start jobs on the workers that are free. Starts none while the machine is in doubt."""
        if self.lost_in_a_row >= GIVE_UP:
            return
        if self.again:
            if not self.running:
                self._start(self.again[0])
            return
        while len(self.running) < self.workers.size and (job := next(self.jobs, None)) is not None:
            self._start(job)

    def _start(self, job: Job) -> None:
        slot = min(set(range(self.workers.size)) - {run.slot for run in self.running.values()}, default=0)
        try:
            future = self.workers.submit(self.function, job)
        except BrokenExecutor:
            self.workers.restart()
            future = self.workers.submit(self.function, job)
        self.running[future] = _Running(job, slot)
        self.began(slot, job)

    def count(self, ended: Ended) -> None:
        """Take note of a job that has ended, before it is handed over."""
        self.lost_in_a_row = 0 if ended.data is not None else self.lost_in_a_row + 1
        self.last = ended.job

    def wait(self) -> list[Ended]:
        """Wait until a job ends, for a second at most. Returns those that have ended for good."""
        wait(self.running, timeout=1.0, return_when=FIRST_COMPLETED)
        now = time.monotonic()
        broken = any(future.done() and _broke(future) for future in self.running)
        if broken:
            wait(self.running, timeout=10.0)  # one death breaks the whole pool: all of them end now
        ended: list[Ended] = []
        suspects: list[Job] = []
        for future in [future for future in self.running if future.done() or broken]:
            run = self.running.pop(future)
            alone = bool(self.again) and run.job is self.again[0]
            if alone:
                self.again.popleft()
            end = _end_of(future, run, now - run.since, alone)
            if end is None:
                suspects.append(run.job)
            else:
                ended.append(end)
        self.again.extend(suspects)
        if broken:
            self.workers.restart()
        return ended

    def try_machine(self) -> None:
        """Grade an empty submission. Raises InfrastructureError if even that is lost."""
        assert self.last is not None
        empty = dataclasses.replace(self.last, source=Source("py", (Cell("", 1, None),)))
        try:
            self.workers.restart()
            self.workers.submit(self.function, empty).result()
        except UserError:
            raise
        except Exception as error:
            self.workers.restart()
            raise InfrastructureError(
                f"{self.lost_in_a_row} submissions in a row could not be graded, and neither could an empty one: {_how(error)}. "
                "Fix that (a process that dies may lack memory), and run the same command again: what is done is kept."
            ) from error
        self.lost_in_a_row = 0


def _end_of(future: Future[dict[str, Any]], run: _Running, seconds: float, alone: bool) -> Ended | None:
    """How a job has ended; None if it must run once more, alone. Raises a UserError that the function raised."""
    error = future.exception() if future.done() and not future.cancelled() else BrokenExecutor()
    if error is None:
        return Ended(run.job, run.slot, seconds, future.result())
    if isinstance(error, UserError):
        raise error
    if not alone and isinstance(error, (BrokenExecutor, InfrastructureError)):
        return None
    return Ended(run.job, run.slot, seconds, None, _how(error))


def _how(error: BaseException) -> str:
    """How a job was lost, in one line."""
    # dask has its own error for a task whose workers died (three times, by default).
    if isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
        return "its grading process died twice"
    if isinstance(error, InfrastructureError):
        return " ".join(str(error).split()).rstrip(".")[:500]
    return f"the grader failed ({type(error).__name__}: {error})"[:500]


def _broke(future: Future[dict[str, Any]]) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)
