"""Worker processes, here or on a cluster, through `concurrent.futures`: how they start, and how they end."""

import contextlib
import importlib
import multiprocessing
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, Protocol

from ..common.errors import UserError
from ..sandbox.launch import Door, SharedSandbox
from .job import Job

_FAREWELL = 10.0  # seconds that idle workers have to end by themselves

GradeFunction = Callable[[Job], dict[str, Any]]


class Workers(Protocol):
    """Where jobs run: `size` of them at a time."""

    size: int
    sandbox: str
    """The sandbox that they use, in words; "" if they may have different ones."""

    def submit(self, function: GradeFunction, job: Job) -> Future[dict[str, Any]]: ...
    def restart(self) -> None:
        """Replace the workers, after one has died. Kills what still runs."""

    def stop(self, *, now: bool) -> None:
        """End all workers. now: even those that still work."""


PRELOADED = ("autograder.grading.preloaded",)


def process_context(preload: Sequence[str]) -> BaseContext:
    """How to start worker processes, so that they inherit neither threads nor locks.

    On Linux they are forked from a server, which has imported the modules `preload` and run no student's code.
    Elsewhere each starts afresh. The server lives as long as this process.
    """
    if sys.platform != "linux":  # libraries of macOS break in a fork
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver, resource_tracker

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    with _imports_of_this_process():
        resource_tracker.ensure_running()  # before Ctrl-C has to wait, because it lets it in again
        with _without_interrupts():
            forkserver.ensure_running()
    return context


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait. A process that is started in this block meets none, until `meet_interrupts`."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def meet_interrupts(action: signal.Handlers) -> None:
    """Decide what Ctrl-C does in a new worker. It goes to all processes of a terminal, and the main one handles it."""
    signal.signal(signal.SIGINT, action)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def end_server() -> None:
    """End the server of worker processes, so that it forks none for somebody who no longer waits for it."""
    server = sys.modules.get("multiprocessing.forkserver")
    number = getattr(getattr(server, "_forkserver", None), "_forkserver_pid", None)
    if number is not None:
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)
            # Until it is dead, the next class would be sent to it. multiprocessing itself collects it.
            os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)


@contextlib.contextmanager
def _imports_of_this_process() -> Iterator[None]:
    """Let a Python that is started in this block import our package, and nothing from the current folder.

    The server is started by `python -c`, which looks in the current folder first: in a student's clone it would run the
    student's files, and in another clone of the course another version of our package.
    """
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    wanted, before = {"PYTHONSAFEPATH": "1", "PYTHONPATH": paths}, dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted:
            os.environ.pop(name)
        os.environ.update({name: before[name] for name in wanted if name in before})


class LocalWorkers:
    """Worker processes on this machine.

    share: starts the warm process that they share; None: each has its own sandbox.
    preload: the modules that are imported once for all of them; :data:`PRELOADED` for grading submissions.
    """

    def __init__(
        self,
        size: int,
        sandbox: str = "",
        share: Callable[[], SharedSandbox] | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self.size, self.sandbox, self._preload = size, sandbox, preload
        self._executor: ProcessPoolExecutor | None = None
        self._share = share
        self._shared: SharedSandbox | None = None

    def submit(self, function: GradeFunction, job: Job) -> Future[dict[str, Any]]:
        if self._executor is None:
            # One thread for torch in each worker: two workers of one thread beat one of two.
            for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
                os.environ.setdefault(variable, "1")
            self._shared = self._share() if self._share else None
            start = dict(os.environ), self._shared.door if self._shared else None
            self._executor = ProcessPoolExecutor(
                self.size, mp_context=process_context(self._preload), initializer=_begin_worker, initargs=start
            )
        return self._executor.submit(function, job)

    def restart(self) -> None:
        self._end(now=True)

    def stop(self, *, now: bool) -> None:
        if now:
            end_server()
        self._end(now)

    def _end(self, now: bool) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            self._end_workers(executor, now)
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.close()

    def _end_workers(self, executor: ProcessPoolExecutor, now: bool) -> None:
        processes = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        # If a worker is killed while it fetches a job, the others wait for theirs for ever.
        deadline = time.monotonic() + (0.0 if now else _FAREWELL)
        waiting = {process.sentinel: process for process in processes}
        while waiting and (left := deadline - time.monotonic()) > 0:
            for sentinel in connection.wait(list(waiting), timeout=left):
                del waiting[sentinel]
        for process in waiting.values():
            with contextlib.suppress(OSError, ValueError):
                process.kill()
        if waiting:
            connection.wait(list(waiting), timeout=_FAREWELL)


def _begin_worker(environment: dict[str, str], door: Door | None) -> None:
    """Set up a new worker. environment: the main process's variables."""
    os.environ.clear()  # the server's variables are those of its start
    os.environ.update(environment)
    # A check may print what a student returned: no terminal shows it.
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (open as long as the process lives)
    meet_interrupts(signal.SIG_IGN)
    end_with_parent()
    let_the_sandbox_finish()
    if door is not None:
        from .worker import share_sandbox

        share_sandbox(door)


def let_the_sandbox_finish() -> None:
    """Do not interrupt the sandbox as soon as an answer arrives: it answers all that it was asked, then we read.

    If grader and sandbox share a core, each switch saved is a twentieth of a millisecond.
    """
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def end_with_parent() -> None:
    """End this worker when the main process ends, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


class ClusterWorkers:
    """The workers of a dask scheduler. Raises UserError without the extra `cluster`, or if no scheduler answers."""

    sandbox = ""

    def __init__(self, address: str, timeout: float = 20) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise UserError("--scheduler needs an extra: pip install 'cnn-autograder[cluster]'") from None
        try:
            _knock(address, timeout)
            self._client: Any = distributed.Client(address, timeout=timeout, set_as_default=False)
        except (OSError, ValueError, ImportError, OverflowError) as error:
            raise UserError(f"No dask scheduler answers at {address}. Is it running? ({error})") from None
        self._executor: Executor = self._client.get_executor(pure=False)
        # Twice as many as run, so that no worker waits for the network.
        self.size = 2 * max(1, sum(self._client.nthreads().values()))

    def submit(self, function: GradeFunction, job: Job) -> Future[dict[str, Any]]:
        return self._executor.submit(function, job)

    def restart(self) -> None:
        """The scheduler replaces its own workers."""

    def stop(self, *, now: bool) -> None:
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=not now)
        with contextlib.suppress(Exception):
            self._client.close()


def _knock(address: str, timeout: float) -> None:
    """Wait until a server listens at an address. Raises OSError if none does in time.

    A dask client that finds no server goes on trying in the background after we have given up, so we try first.
    """
    where = re.fullmatch(r"(?:tcp://)?\[?([^/\]]+?)\]?:(\d+)", address)
    deadline = time.monotonic() + timeout
    while where:
        try:
            socket.create_connection((where[1], int(where[2])), timeout=timeout).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def usable_cpus() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
