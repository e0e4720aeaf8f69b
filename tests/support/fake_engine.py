"""Replaces `autograder.grading.worker.grade_job` in tests that are about the batch, not about grading.

The first line of a submission says what happens to the process that grades it. FAKE_TIER says in which sandbox tier it
claims to run.
"""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Any

from autograder.common.errors import InfrastructureError
from autograder.grading.job import Job
from autograder.results.result import CheckResult, Result, to_json


def grade_job(job: Job) -> dict[str, Any]:
    """Give full marks to a submission that says `right`, else none. Die, sleep or fail if it asks for that."""
    first = job.source.text.split("\n", 1)[0]
    if os.environ.get("FAKE_BROKEN"):
        raise InfrastructureError("no sandbox today.")
    if "kill" in first:
        os.kill(os.getpid(), signal.SIGKILL)
    if "sleep" in first:
        time.sleep(float(first.split("sleep")[1]))
    if "hangs" in first:
        from autograder.grading.worker import within

        with within(1.0):
            re.match(r"(a+)+$", "a" * 60 + "b")
    if "machine" in first:
        raise InfrastructureError("no sandbox today:\n  install one.")
    if "bug" in first:
        raise RuntimeError("a bug of ours")
    if "nonsense" in first:
        return {"schema": "nonsense"}
    score = 10 if "right" in first or ("by luck" in first and os.environ.get("FAKE_LUCK")) else 0
    check = CheckResult(
        name="test_it",
        title="It works",
        task="to_nchw",
        points=10,
        score=score,
        outcome="passed" if score else "failed",
        hidden=False,
        message="" if score else "to_nchw returned something else.",
        seconds=0.01,
    )
    return to_json(
        Result(
            student=job.student,
            assignment=job.assignment,
            form=job.source.form,
            status="graded",
            score=score,
            max_score=10,
            checks=(check,),
            environment={"sandbox": os.environ.get("FAKE_TIER", "D")},
        )
    )
