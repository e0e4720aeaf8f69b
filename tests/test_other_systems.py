"""Windows and macOS as far as they can be faked here: the same commands, and no fork, no /proc, no POSIX."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT

STUB = '    raise NotImplementedError("to_nchw")'
TIERS = {"win32": "D", "darwin": "C"}

pytestmark = [
    pytest.mark.heavy,  # no fork: each call of a command pays for a process of its own
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fakes the other systems on Linux"),
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    return tmp_path


def run(course: Path, system: str, *words: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "support" / "another_system.py"), system, "autograder", *words],
        cwd=course,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "AUTOGRADER_TIER": TIERS[system],
            "PYTHONIOENCODING": "cp1252",
            "COLUMNS": "80",
        },
        capture_output=True,
        timeout=300,
        check=False,
    )
    text = (ended.stdout + ended.stderr).decode("cp1252")
    assert "Traceback" not in text, text
    return ended.returncode, text


def write(course: Path, body: str) -> None:
    stub = (course / "assignments" / ".stubs" / "a1_permute.py").read_text("utf-8")
    script = course / "assignments" / "a1_permute" / "a1_permute.py"
    script.write_text(stub.replace(STUB, body), encoding="utf-8", newline="\r\n")


@pytest.mark.parametrize("system", sorted(TIERS))
def test_a_check_without_a_fork(course: Path, system: str) -> None:
    """Wrong, then ending the process, then an endless loop's worth of sleep, then right: each told as what it is."""
    write(course, "    return images.reshape(images.shape[0], images.shape[3], *images.shape[1:3])")
    code, text = run(course, system, "check")
    assert code == 1, text
    assert "You used reshape or view" in " ".join(text.split())
    assert "mix = 3" in text
    write(course, "    import os\n    os._exit(3)")
    code, text = run(course, system, "check", "to_nchw")
    assert code == 1, text
    assert "did not come back" in " ".join(text.split())
    write(course, "    import time\n    time.sleep(1)\n    return images.permute(0, 3, 1, 2)")
    code, text = run(course, system, "check", "to_nchw")
    assert code == 0, text
    assert "Public points: 1 of 1" in text


@pytest.mark.parametrize("system", sorted(TIERS))
def test_the_other_commands(course: Path, system: str) -> None:
    write(course, "    return images")
    assert run(course, system, "start")[0] == 0
    assert "hint 1 of 3" in run(course, system, "hint")[1]
    assert run(course, system, "reset", "assignments\\a1_permute\\a1_permute.py")[0] == 0
    code, text = run(course, system, "doctor")
    assert f"tier {TIERS[system]}" in text
    assert code == 1, "there are no images in this repository"
