"""Windows and macOS as far as they can be faked here: the same commands, and no fork, no /proc, no POSIX."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.one_after_another import EXIT_CODE
from tests.support.places import ROOT

STUB = '    raise NotImplementedError("to_nchw")'
TIERS = {"win32": "D", "darwin": "C"}

pytestmark = [
    pytest.mark.heavy,  # no fork: each check pays for a sandbox of its own
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fakes the other systems on Linux"),
]
Step = tuple[dict[str, str], Sequence[str]]  # files to write, and then the words of a command


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    return tmp_path


def run(course: Path, system: str, steps: list[Step]) -> list[tuple[int, str]]:
    """The exit code of each command, and what it said."""
    program = (str(ROOT / "tests" / "support" / "another_system.py"), system, "tests.support.one_after_another")
    ended = subprocess.run(
        [sys.executable, *program, json.dumps(steps)],
        cwd=course,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "AUTOGRADER_TIER": TIERS[system],
            "PYTHONIOENCODING": "cp1252",
            "COLUMNS": "80",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    text = ended.stdout.decode("cp1252")
    assert "Traceback" not in text, text
    parts = re.split(rf"\n{EXIT_CODE} (\d+)\n", text.replace("\r\n", "\n"))
    assert len(parts) == 2 * len(steps) + 1, text
    return [(int(code), said) for said, code in zip(parts[::2], parts[1::2])]


def write(course: Path, body: str) -> dict[str, str]:
    """The first assignment's file with this in the place of a stub."""
    stub = (course / "assignments" / ".stubs" / "a1_permute.py").read_text("utf-8")
    return {"assignments/a1_permute/a1_permute.py": stub.replace(STUB, body).replace("\n", "\r\n")}


@pytest.mark.parametrize("system", sorted(TIERS))
def test_a_check_without_a_fork(course: Path, system: str) -> None:
    """Wrong, then ending the process, then an endless loop's worth of sleep, then right: each told as what it is."""
    reshapes = "    return images.reshape(images.shape[0], images.shape[3], *images.shape[1:3])"
    sleeps = "    import time\n    time.sleep(1)\n    return images.permute(0, 3, 1, 2)"
    wrong, ending, right = run(
        course,
        system,
        [
            (write(course, reshapes), ["check"]),
            (write(course, "    import os\n    os._exit(3)"), ["check", "to_nchw"]),
            (write(course, sleeps), ["check", "to_nchw"]),
        ],
    )
    assert wrong[0] == 1, wrong
    assert "You used reshape or view" in " ".join(wrong[1].split())
    assert "mix = 3" in wrong[1]
    assert ending[0] == 1, ending
    assert "did not come back" in " ".join(ending[1].split())
    assert right[0] == 0, right
    assert "Public points: 1 of 1" in right[1]


@pytest.mark.parametrize("system", sorted(TIERS))
def test_the_other_commands(course: Path, system: str) -> None:
    start, hint, reset, doctor = run(
        course,
        system,
        [
            (write(course, "    return images"), ["start"]),
            ({}, ["hint"]),
            ({}, ["reset", "assignments\\a1_permute\\a1_permute.py"]),
            ({}, ["doctor"]),
        ],
    )
    assert start[0] == 0, start
    assert "hint 1 of 3" in hint[1]
    assert reset[0] == 0, reset
    assert f"tier {TIERS[system]}" in doctor[1]
    assert doctor[0] == 1, "there are no images in this repository"
