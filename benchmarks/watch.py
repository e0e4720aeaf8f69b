"""Measures the time from saving a file to its verdict on the screen, with `autograder check --watch`.

    python benchmarks/watch.py [--saves 30]

Runs the real command in a terminal of its own, saves a1_permute again and again with another answer, and stops the
clock when the verdict on that answer has appeared. Run it on an idle machine: the load is printed beside the figures.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[1]
STUB = '    raise NotImplementedError("to_nchw")'
# Each answer, with what the screen shows once this answer was checked.
ANSWERS = (
    ("    n, h, w, c = images.shape\n    return images.reshape(n, c, h, w)", r"to_nchw +not right"),
    ("    return images.permute(0, 3, 1, 2)", r"to_nchw +passed"),
)


def measure(saves: int) -> list[float]:
    """The seconds from each save to its verdict."""
    with tempfile.TemporaryDirectory() as name:
        assignments = Path(name, "assignments")
        shutil.copytree(ROOT / "assignments", assignments)
        script = assignments / "a1_permute" / "a1_permute.py"
        stub = script.read_text(encoding="utf-8")
        watch = pexpect.spawn(
            sys.executable,
            ["-m", "autograder", "check", "--watch"],
            cwd=name,
            dimensions=(60, 100),
            timeout=120,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"},
        )
        watch.expect("Watching")
        taken = []
        for number in range(saves):
            time.sleep(0.4)
            answer, verdict = ANSWERS[number % 2]
            text = stub.replace(STUB, answer)
            began = time.perf_counter()
            script.write_text(text, encoding="utf-8")
            watch.expect(verdict)
            taken.append(time.perf_counter() - began)
            watch.expect("Watching")
        watch.send("q")
        watch.expect(pexpect.EOF)
        watch.close()
        return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=re.sub(r"\s+", " ", str(__doc__)))
    parser.add_argument("--saves", type=int, default=30)
    taken = sorted(measure(parser.parse_args().saves))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{len(taken)} saves: median {statistics.median(taken):.3f} s, 95 % within "
        f"{taken[int(0.95 * (len(taken) - 1))]:.3f} s, slowest {taken[-1]:.3f} s (load {load:.1f})"
    )


if __name__ == "__main__":
    main()
