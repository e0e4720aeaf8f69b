"""What we ask of the C library."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

HOLES = """
import re
from pathlib import Path
from autograder.sandbox.inside.libc import hand_back_free_memory

def held():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

before = held()
blocks = [bytes(60_000) for _ in range(3000)]
every_fortieth = blocks[::40]
del blocks
print(held() - before)
hand_back_free_memory()
print(held() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such function")
def test_what_lies_free_between_what_is_held_goes_back_to_the_system() -> None:
    ended = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    held_with_holes, held_without = map(int, ended.stdout.split())
    assert held_with_holes > 100, "MB"
    assert held_without < 30, "MB"
