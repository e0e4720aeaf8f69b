"""The checks of an assignment, collected once by pytest and run on one submission after another."""

import contextlib
import itertools
import queue
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from ..common.errors import InfrastructureError
from ..common.interrupt import TakesTooLong, cpu_seconds, interrupt
from ..common.raised import where_running, with_remedy
from ..sandbox.inside.lasting import lasting_imports
from . import plugin
from .context import CheckContext, CheckInfo, Verdict

READ_SECONDS = 60.0  # for reading the check files, on a slow disk too
JUDGING_SECONDS = 30.0  # of CPU time, for the checks of one submission: they take milliseconds
_LOOK = 1.0  # seconds between two looks at the time


class BrokenChecks(InfrastructureError):
    """The check files cannot be read, or their session has ended. reason: file, line and what to do, if known."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


class LiveChecks:
    """The checks of some files, collected once by a pytest session that stays alive in its own thread."""

    def __init__(self, files: list[Path]) -> None:
        self.items: list[pytest.Item] = []
        self.without_points: list[str] = []  # a sentence for each test that is no check
        self.slow: list[str] = []  # "a1/misconceptions.py, line 3": what was interrupted there took too long
        self._files = files
        self._contexts: queue.Queue[CheckContext | None] = queue.Queue()
        self._done: queue.Queue[str | None] = queue.Queue()
        self._complaints: list[str] = []
        self._context: CheckContext | None = None
        self._only: Callable[[CheckInfo], bool] | None = None
        self._lock, self._judging = threading.Lock(), False  # judging: the session may be interrupted
        self._plain: dict[pytest.Item, tuple[str, ...] | None] = {}
        # Only the first time: later, what earlier checks have left would last too.
        with contextlib.nullcontext() if "torch" in sys.modules else lasting_imports():
            import torch

        torch.set_num_threads(1)  # more would only wait for each other: the checks' tensors are small
        self._thread = threading.Thread(target=self._session, name=f"checks of {files[0].parent.name}", daemon=True)
        self._thread.start()
        self._wait_for_reading()

    @property
    def checks(self) -> list[CheckInfo]:
        """The checks in the order in which they run."""
        return [plugin.info(item) for item in self.items]

    def run(self, context: CheckContext, only: Callable[[CheckInfo], bool] | None = None) -> list[Verdict]:
        """Run all checks on this context; the verdicts in the order of the checks."""
        self._only = only
        self._contexts.put(context)
        self._watch()
        return context.verdicts

    def close(self) -> None:
        """End the session."""
        self._contexts.put(None)
        self._thread.join()
        self._context = None

    def _wait_for_reading(self) -> None:
        try:
            self._raise(self._done.get(timeout=READ_SECONDS))
        except queue.Empty:
            where = where_running(self._thread, self._files[0].parent)
            self._raise(
                f"{where}: reading the file takes longer than {READ_SECONDS:g} seconds. Is there a loop without an end?"
            )

    def _watch(self) -> None:
        """Wait until all checks have run, and interrupt what computes for too long."""
        used = cpu_seconds(self._thread)
        while True:
            try:
                problem = self._done.get(timeout=_LOOK)
                break
            except queue.Empty:
                now = cpu_seconds(self._thread)
            if now - used > JUDGING_SECONDS:
                used = now
                with self._lock:
                    if self._judging:
                        self.slow.append(where_running(self._thread, self._files[0].parent))
                        interrupt(self._thread)
        self._raise(problem)

    def _end_judging(self) -> None:
        """From now on, the session is not interrupted. Meet an interruption that has come too late."""
        while self._judging:
            with contextlib.suppress(TakesTooLong), self._lock:
                self._judging = False

    def _raise(self, problem: str | None) -> None:
        if problem is not None:
            raise BrokenChecks(f"the checks in {self._files[0].parent} cannot be run: {problem}", problem)

    def _session(self) -> None:
        for file in self._files:  # what is loaded may be of another course, or of an older version
            sys.modules.pop(file.stem, None)
        try:
            pytest.main(plugin.arguments(self._files), plugins=[plugin, self])
            reason = "; ".join(self._complaints) or "pytest ended"
        except BaseException as error:
            reason = f"{type(error).__name__}: {error}"
        self._done.put(reason)

    # pytest's hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        """Tell the plugin where to find the context of a check."""
        config.stash[plugin.CONTEXT] = self._current

    def _current(self, item: pytest.Item) -> CheckContext:
        assert self._context is not None
        return self._context

    def pytest_exception_interact(self, call: pytest.CallInfo[object], report: object) -> None:
        """Name a check file that cannot be imported, with its line and the reason."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            self._complain(call.excinfo.value.__cause__ or call.excinfo.value)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Refuse a file that skips all its checks, and one that calls `exit()`, at which pytest itself would end."""
        try:
            report = yield
        except SystemExit as error:
            self._complain(error)
            return pytest.CollectReport(collector.nodeid, "failed", None, [])
        if report.outcome == "skipped" and isinstance(report.longrepr, tuple):  # its points would vanish without a word
            file, line, reason = report.longrepr
            said = reason.removeprefix("Skipped: ")
            self._complaints.append(f"{Path(file).name}, line {line} skips all checks of the file: {said.rstrip('.')}.")
        return report

    def _complain(self, error: BaseException) -> None:
        self._complaints.append(with_remedy(error, self._files[0].parent))

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Report an error inside pytest in one line, without a traceback."""
        self._complaints.append(f"{excinfo.typename}: {excinfo.value}".splitlines()[0])
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """A report without a traceback: nobody reads it here, and pytest takes 15 ms for each frame."""
        assert call.when != "collect"
        failed = call.excinfo is not None
        return pytest.TestReport(
            item.nodeid, item.location, {}, "failed" if failed else "passed", None, call.when, duration=call.duration
        )

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the checks once for each context that comes, instead of only once."""
        self.items = [item for item in session.items if plugin.is_check(item)]
        self.without_points = [
            f'{plugin.where(item)} has no points. Write @pytest.mark.points(1, task="name_of_the_task") above it.'
            for item in session.items
            if not plugin.is_check(item)
        ]
        for item in self.items:
            try:
                plugin.info(item)
            except pytest.UsageError as error:
                self._complaints.append(str(error))
            self._complaints += plugin.impossible_fixtures(item)
        if not self.items:
            self._complaints += self.without_points
        if self._complaints:
            return True
        self._plain = {item: plugin.plain_names(item) for item in self.items}
        self._done.put(None)
        for context in iter(self._contexts.get, None):
            self._context = context
            self._judging = True
            self._round(session)
            self._end_judging()
            self._done.put(None)
        return True

    def _round(self, session: pytest.Session) -> None:
        items = [i for i in self.items if self._only is None or self._only(plugin.info(i))]
        for item, following in itertools.zip_longest(items, items[1:]):
            names = self._plain[item]
            if names is not None:
                plugin.run_plain(item, names)
            else:  # parametrized, in a class, or with fixtures of its own
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        session.testsfailed = 0
