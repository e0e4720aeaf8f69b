"""Grading on a cluster: a real dask scheduler and two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.grading.batch import ClassRequest, grade_class
from autograder.grading.pool import ClusterWorkers
from autograder.results import store
from autograder.results.result import Result
from tests.support import fake_engine
from tests.support.extras import skip_without
from tests.support.places import ROOT

skip_without("distributed")


pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("default")]


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """(the scheduler's address, two workers of one thread each)"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    address = f"tcp://127.0.0.1:{port}"

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    plain = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
    workers = [start("dask_worker", address, *plain) for _ in range(2)]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_a_class_is_graded_though_a_worker_dies(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")

    folder = tmp_path / "course" / "solutions" / "a1_permute"
    folder.mkdir(parents=True)
    (folder / "a1_permute.py").write_text("x = 1\n")
    (folder / "test_a1_permute.py").write_text("# checks\n")
    for number in range(20):
        student = tmp_path / "class" / f"s{number}"
        student.mkdir(parents=True)
        (student / "a1_permute.py").write_text(f"# right sleep 0.3\n# {number}\n")
    address, processes = cluster
    out = tmp_path / "results"

    def connected() -> ClusterWorkers:
        workers = ClusterWorkers(address)
        deadline = time.monotonic() + 60
        while len(workers._client.nthreads()) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        workers.size = 4
        return workers

    ended = 0

    def grade_and_kill() -> None:
        nonlocal ended
        real = store.write_text

        def write(result: Result, text: str, folder: Path) -> Path:
            nonlocal ended
            ended += 1
            if ended == 5:
                processes[0].kill()
            return real(result, text, folder)

        monkeypatch.setattr(store, "write_text", write)
        request = ClassRequest(tmp_path / "class", out, Course(tmp_path / "course"))
        report = grade_class(request, connected, grade=fake_engine.grade_job)
        assert (report.graded, report.lost) == (20, [])

    grade_and_kill()
    assert processes[0].wait() != 0
    graded = store.read_all(out).results
    assert len(graded) == 20
    assert all(result.score == 10 for result in graded)


def test_nobody_at_the_address() -> None:
    with pytest.raises(UserError, match="No dask scheduler answers"):
        ClusterWorkers("tcp://127.0.0.1:9", timeout=2)
