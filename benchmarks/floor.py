"""The least time of a grading: a fork that loads the file and makes the same calls, and the judging.

    python benchmarks/floor.py ASSIGNMENT     then a path of a submission on each line of standard input

There is no wire and no confinement. The process holds what the sandbox's warm process holds, and also the checks. For
each line it prints the seconds from the fork to the end of the child, plus those of judging, in this process, the
answers that the same calls gave before. Use it only on submissions that you trust: they run with your own rights.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.course.assignment import Assignment
from autograder.course.course import Course
from autograder.grading import plugin
from autograder.grading.context import CheckContext
from autograder.grading.verdicts import explained
from autograder.sandbox.inside import confine, rehearsal, zygote
from autograder.sandbox.observation import Observation, Question
from autograder.sandbox.run_local import LocalRun

ROOT = Path(__file__).resolve().parent.parent


class Recorded(LocalRun):
    """A submission in this process. names: what it defines. asked: (task, question, answer), in order."""

    def __init__(self, text: str, parameters: dict[str, tuple[str, ...]]) -> None:
        module = ModuleType("submission")
        exec(compile(text, "submission.py", "exec"), vars(module))
        self.names = vars(module)
        super().__init__(self.names, parameters)
        self.asked: list[tuple[str, Question, Observation]] = []

    def ask(self, task: str, question: Question) -> Observation:
        """Run one call here, and keep its answer."""
        observed = super().ask(task, question)
        self.asked.append((task, question, observed))
        return observed


class Replayed(LocalRun):
    """Repeats the answers of an earlier run. Nothing is called, so that only the judging takes time."""

    def __init__(self, parameters: dict[str, tuple[str, ...]], earlier: Recorded) -> None:
        super().__init__(earlier.names, parameters)
        self._answers = iter(earlier.asked)

    def ask(self, task: str, question: Question) -> Observation:
        """The next answer."""
        _, _, observed = next(self._answers)
        observed = dataclasses.replace(observed, run=self)
        self.earlier.append(observed)
        return observed


class Forks:
    """A plugin of the pytest session that has the checks. It runs them again for each line that it reads."""

    def __init__(self, assignment: Assignment) -> None:
        self.catalogue = CodeCatalogue.load(assignment.misconceptions)
        self.parameters = assignment.parameters()
        self.context: CheckContext | None = None
        self.known: dict[str, Recorded] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        """The checks find the context here."""
        config.stash[plugin.CONTEXT] = lambda item: self.context

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Print the least time for each submission that is named on standard input."""
        checks = [(item, plugin.plain_names(item)) for item in session.items if plugin.is_check(item)]
        zygote.warm_up(False)
        rehearsal.rehearse()
        for line in sys.stdin:
            text = Path(line.strip()).read_text(encoding="utf-8")
            if text not in self.known:  # do once what only the first of its kind needs
                self.known[text] = Recorded(text, self.parameters)
                outcomes = self._judge(session, checks, self.known[text])
                if self._judge(session, checks, Replayed(self.parameters, self.known[text])) != outcomes:
                    raise SystemExit(f"{line.strip()}: the same answers were judged otherwise")
                gc.collect()
                gc.freeze()
                confine.prepare_for_many()
            earlier = self.known[text]
            replayed = Replayed(self.parameters, earlier)
            began = time.perf_counter()
            pid = os.fork()
            if pid == 0:
                run = Recorded(text, self.parameters)
                for task, question, _ in earlier.asked:
                    run.ask(task, question)
                os._exit(0)
            os.waitpid(pid, 0)
            self._judge(session, checks, replayed)
            print(time.perf_counter() - began, file=sys.stderr, flush=True)
        return True

    def _judge(
        self, session: pytest.Session, checks: list[tuple[pytest.Item, tuple[str, ...] | None]], run: LocalRun
    ) -> list[str]:
        self.context = CheckContext(run, lambda: self.catalogue, 0, None)
        for item, names in checks:
            if names is not None:
                plugin.run_plain(item, names)
            else:
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return [verdict.outcome for verdict in explained(self.context)]


def main() -> None:
    assignment = Course(ROOT).assignment(sys.argv[1])
    pytest.main(
        plugin.arguments([assignment.public_checks, assignment.hidden_checks]), plugins=[plugin, Forks(assignment)]
    )


if __name__ == "__main__":
    main()
