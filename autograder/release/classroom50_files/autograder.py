"""Classroom 50's entry point for @ASSIGNMENT@: installs the course's autograder, and grades with the public checks.

Made by `autograder release --to FOLDER --classroom50`; do not edit. Classroom 50 runs it in the student's checkout,
with a Python of version @PYTHON@ (see runtime.json). It needs only the standard library. Exit code 0: there is a
result.json, whatever the score. Any other code: the machine failed, and nothing is reported about the student.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ASSIGNMENT = "@ASSIGNMENT@"
COURSE = Path(__file__).resolve().parent / "course"
# Classroom 50 ends a job after 15 minutes, checkout and release included.
SECONDS = float(os.environ.get("AUTOGRADER_SECONDS", "780"))
INSTALL_SECONDS = SECONDS * 0.6
# PyTorch without graphics card support: a tenth of the download.
INDEX = {"PIP_EXTRA_INDEX_URL": "https://download.pytorch.org/whl/cpu", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
# -P: the checkout is the working directory, and a pip.py in it must not be taken for pip.
PYTHON = [sys.executable, "-P"]
INSTALL = [*PYTHON, "-m", "pip", "install", "--quiet", "-c", str(COURSE / "constraints.txt"), f"{COURSE}[submissions]"]
GRADE = [*PYTHON, "-m", "autograder", "ci", ".", "--course", str(COURSE), "--assignment", ASSIGNMENT]


def main() -> int:
    """Install and grade, within the time. Returns the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the course does not choose the machine
        return failed(f"this is Python {sys.version.split()[0]}: give the assignment the runtime in runtime.json")
    end = time.monotonic() + SECONDS
    for attempt in (1, 2):
        left = min(INSTALL_SECONDS, end - time.monotonic() - 60) if attempt == 2 else INSTALL_SECONDS
        code = run(INSTALL, left, {**os.environ, **INDEX, **given()})
        if code == 0:
            break
        print(f"The install failed (attempt {attempt}, exit code {code}).", flush=True)
    else:
        return failed("the autograder could not be installed")
    # The runner does not let ordinary users make the namespaces that the strongest sandbox needs.
    run(["sudo", "-n", "sysctl", "-q", "-w", "kernel.apparmor_restrict_unprivileged_userns=0"], 20, os.environ)
    code = run([*GRADE, "--to", "classroom50"], end - time.monotonic(), os.environ)
    return 0 if code == 0 else failed("grading did not finish")


def given() -> dict[str, str]:
    """This machine's own settings of pip. They override ours."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def run(command: list[str], seconds: float, environment: "os._Environ[str] | dict[str, str]") -> int:
    """Run a command for at most `seconds`. Returns its exit code; -1 if it did not end or could not begin."""
    try:
        return subprocess.run(command, env=dict(environment), timeout=max(1.0, seconds), check=False).returncode
    except (OSError, subprocess.TimeoutExpired):
        return -1


def failed(why: str) -> int:
    """Report that the machine failed. Deletes result.json, which could be taken for a grade. Returns 3."""
    Path("result.json").unlink(missing_ok=True)
    print(f"::error title=Not graded::{why}. This says nothing about the work; run it again.", flush=True)
    return 3


if __name__ == "__main__":
    sys.exit(main())
