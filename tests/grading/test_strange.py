"""Whatever tasks answer, over the real wire: no submission is lost, no result is too large, and no memory is kept.

Longer: FUZZ_SECONDS=600 pytest tests/grading/test_strange.py
"""

from __future__ import annotations

import gc
import itertools
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.grading import worker
from autograder.grading.job import Job, Settings
from autograder.results import result as results
from autograder.submission.source import Source, read_source
from tests.support.places import ROOT
from tests.support.strange_submission import strange_submission

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
ROUNDS = 4  # submissions of each assignment, at least
GROWTH = 64 << 20  # bytes
SETTINGS = Settings(call_seconds=5.0, load_seconds=5.0, memory=1 << 31)


def memory() -> int:
    """What this process holds, in bytes."""
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


@pytest.mark.heavy
@pytest.mark.usefixtures("forked_sandboxes")
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="/proc tells how much memory is held")
def test_no_answer_loses_a_submission(tmp_path: Path) -> None:
    course, file = Course(ROOT), tmp_path / "answer.py"
    counts: Counter[str] = Counter()
    tripped: Counter[str] = Counter()
    held: list[int] = []  # after each round
    end = time.monotonic() + SECONDS
    seeds = itertools.count(FIRST)
    try:
        while time.monotonic() < end or counts["rounds"] < ROUNDS:
            for name in course.assignment_names():
                engine = worker._engines().get(course.root, name, SETTINGS)
                tasks = tuple(dict.fromkeys(check.task for check in engine.checks))
                for seed in itertools.islice(seeds, 1 if name.startswith("a5") else 5):
                    file.write_text(strange_submission(course, name, tasks, seed), encoding="utf-8")
                    source = read_source(file)
                    assert isinstance(source, Source)
                    data = worker.grade_job(Job("mallory", name, source, course.root, settings=SETTINGS))
                    result = results.from_json(data)
                    size = len(results.json_text(results.to_json(result)).encode())
                    assert result.status == "graded", (name, seed, result.notes)
                    assert size <= results.FILE_LIMIT, (name, seed, size)
                    assert all(len(check.message) <= results.MESSAGE_LIMIT for check in result.checks)
                    counts.update(check.outcome for check in result.checks)
                    counts["submissions"] += 1
                    tripped.update(f"{name} {seed}: {log[-300:]}" for log in data.get("log", ()))
            counts["rounds"] += 1
            held.append(memory())
    finally:
        worker.close_engines()
    print(dict(counts), f"MB held: {[size >> 20 for size in held]}")
    print("\n".join(tripped))
    assert counts["failed"] > counts["passed"] > 0
    assert held[-1] - held[len(held) // 2] <= GROWTH  # in the first half it meets much for the first time
