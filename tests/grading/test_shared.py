"""What the workers of a class share: a server that forks them, and a warm process that their sandboxes are forks of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course.course import Course
from autograder.grading import worker
from autograder.grading.batch import ClassRequest, grade_class
from autograder.grading.command import workers_here
from autograder.grading.job import Settings
from autograder.grading.pool import PRELOADED
from autograder.grading.progress import Progress
from autograder.results.result import Result
from autograder.sandbox.launch import Door
from autograder.submission.source import read_source
from tests.support.places import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each starts afresh")


def imported(job: Any) -> dict[str, Any]:
    """Stands for grading: whether a worker that has done nothing yet holds torch and the checks' library."""
    return {"missing": [name for name in ("torch", "autograder.checks.expect", *PRELOADED) if name not in sys.modules]}


BEGIN = """
from autograder.grading.command import workers_here
from autograder.grading.job import Settings
from tests.grading.test_shared import imported

workers = workers_here(1, Settings())
print(workers.submit(imported, None).result(timeout=120))
workers.stop(now=True)
"""


def prints(job: Any) -> dict[str, Any]:
    """Stands for grading: a check that prints what a student returned."""
    print("::error::forged", flush=True)
    return {}


PRINT = """
from autograder.grading.pool import LocalWorkers
from tests.grading.test_shared import prints

workers = LocalWorkers(1)
print(workers.submit(prints, None).result(timeout=120))
workers.stop(now=False)
"""


def test_what_a_check_prints_reaches_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=180
    )
    assert done.stdout == "{}\n"


@pytest.mark.heavy
@linux
def test_a_worker_begins_with_torch() -> None:
    """In a process of its own: a process has one server, whatever the tests before have asked of it."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN], cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.stdout == "{'missing': []}\n", done.stderr


@linux
@pytest.mark.heavy
def test_a_class_is_graded_though_the_shared_process_dies(
    released: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    text = (released.solutions / "b1_tiny" / "b1_tiny.py").read_text(encoding="utf-8")
    for number in range(12):
        (tmp_path / "class" / f"s{number:02}").mkdir(parents=True)
        (tmp_path / "class" / f"s{number:02}" / "b1_tiny.py").write_text(f"{text}\n# {number}\n", encoding="utf-8")
    workers = workers_here(2, Settings())
    kills: list[bool] = []

    class Killing(Progress):
        def ended(self, slot: int, result: Result, seconds: float, lost: str) -> None:
            super().ended(slot, result, seconds, lost)
            if not kills and workers._shared is not None:
                kills.append(True)
                workers._shared.close()

    report = grade_class(
        ClassRequest(tmp_path / "class", tmp_path / "out", released), lambda: workers, progress=Killing
    )
    assert kills
    assert report.lost == []
    assert len(report.results.results) == 12
    assert all(result.score == result.max_score > 0 for result in report.results.results)


@linux
@pytest.mark.heavy
def test_a_sandbox_that_dies_between_two_submissions_costs_neither(
    released: Course, door: Callable[[], Door | None]
) -> None:
    """It may be the second worker on which a submission is tried: a second death would be the submission's loss."""
    source = read_source(released.solutions / "b1_tiny" / "b1_tiny.py")
    engines = worker._Engines()
    engines.door = door()
    try:
        for _ in range(2):
            engine = engines.get(released.root, "b1_tiny", Settings())
            graded = engine.grade(source, 1)
            assert all(verdict.outcome == "passed" for verdict in graded.verdicts)
            os.kill(engines._sandbox._root, signal.SIGKILL)
            while not engines._sandbox.has_ended:
                time.sleep(0.01)
    finally:
        engines.close()
