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
