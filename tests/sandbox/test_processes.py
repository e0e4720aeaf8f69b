"""What a tree of processes uses."""

from __future__ import annotations

import os
import sys

import pytest

from autograder.sandbox import processes


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="read from /proc")
def test_shared_pages_count_once_where_memory_comes_near_the_limit() -> None:
    own = os.getpid()
    resident = processes.resident(own)
    assert 0 < processes.memory(own) <= resident * 1.05
    assert processes.usage([own], 2 * resident).memory >= processes.memory(own) * 0.95
    twice = processes.usage([own, own], resident).memory
    assert 0 < twice <= 2.1 * processes.memory(own)


def test_many_processes_that_wake_together_make_no_time_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "waited", float)
    assert processes.usage([1, 2], 1).waited == 3.0
    assert processes.usage(list(range(31)), 1).waited == 28 + 29 + 30
