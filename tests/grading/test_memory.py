"""Whatever comes back from a sandbox, the process that grades a class stays small, and so do its results."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.grading import worker
from autograder.grading.job import Job
from autograder.results.result import FILE_LIMIT, MESSAGE_LIMIT
from autograder.results.store import read, result_files
from autograder.submission.source import read_source
from tests.support.places import ROOT

HUGE = """
class E(Exception):
    def __str__(self):
        return "x" * 100_000_000
def to_nchw(images):
    @RETURN@
def to_nhwc(images):
    raise KeyError("y" * 200_000_000)
def add_channel_axis(images):
    return {"k" * 1_000_000: ["z" * 1_000_000] * 50}
"""
RETURNS = (
    "raise E()",
    "return [[1.0] * 1000] * 60_000",
    "print('x' * 500_000_000); return {i: i for i in range(3_000_000)}",
    "import torch; return torch.ones(1).expand(60_000_000).reshape(-1, 1).shape",
)
GRADE = """
import resource, sys
from pathlib import Path
from autograder.course.course import Course
from autograder.grading.batch import ClassRequest, grade_class
from autograder.grading.command import workers_here
from autograder.grading.job import Settings

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

if __name__ == "__main__":
    before, folder = used(), Path(sys.argv[1])
    report = grade_class(ClassRequest(folder / "class", folder / "out", Course(Path(sys.argv[2]))), lambda: workers_here(2, Settings()))
    assert not report.lost, report.lost
    print("grown by", used() - before)
"""


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss is Linux's")
def test_the_process_that_grades_a_class_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    for number, line in enumerate(RETURNS):
        (tmp_path / "class" / f"s{number}").mkdir(parents=True)
        (tmp_path / "class" / f"s{number}" / "a1_permute.py").write_text(HUGE.replace("@RETURN@", line))
    (tmp_path / "grade.py").write_text(GRADE)
    command = [sys.executable, str(tmp_path / "grade.py"), str(tmp_path), str(ROOT)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ended.stdout.rpartition("grown by")[2]) < 64, "MB"
    files = list(result_files(tmp_path / "out"))
    assert all(path.stat().st_size <= FILE_LIMIT for path in files)
    graded = [read(path) for path in files if path.stem == "a1_permute"]
    assert len(graded) == len(RETURNS)
    assert all(len(check.message) <= MESSAGE_LIMIT for result in graded for check in result.checks)


def test_one_assignment_after_another_leaves_nothing() -> None:
    """What the checks of one held is free once a worker has gone on to the next."""
    held = []
    try:
        for name in ("a1_permute", "a2_linear_dims") * 3:
            source = read_source(Course(ROOT).released(name).master)
            worker.grade_job(Job("ada", name, source, ROOT))
            gc.collect()
            held.append(gc.get_freeze_count() + len(gc.get_objects()))
    finally:
        worker.close_engines()
        gc.unfreeze()
    assert held[-1] - held[-3] < 500, held
