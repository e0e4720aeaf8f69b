#!/usr/bin/env python3
"""What students run, on this machine: every command of theirs, pytest and a notebook, in a fresh student repository.

    python .ci/students.py          exit code 0: all of it did what it should

Needs what `pip install -e ".[submissions,release]" nbclient ipykernel` installs. Says each command before it runs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
STUB = 'raise NotImplementedError("to_nchw")'
NOTEBOOK = """
import sys, nbformat, nbclient
from pathlib import Path
path = Path(sys.argv[1])
node = nbformat.read(path, as_version=4)
nbclient.NotebookClient(node, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
print(sum("not started yet" in str(cell.get("outputs")) for cell in node.cells), "tasks are not started yet")
"""


def said(folder: Path, *words: str, code: int = 0, needle: str = "") -> None:
    """Run a Python program in a folder; it must end with this code, say this, and show no traceback."""
    print("$ python", *words, flush=True)
    environment = os.environ | {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, timeout=900, check=False
    )
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode != code or needle not in " ".join(text.split()) or "Traceback" in text:
        sys.exit(f"{text}\nexit code {done.returncode}, where {code} and {needle!r} were expected")


def watched(folder: Path, path: Path, right: str) -> None:
    """`check --watch` tells of a line that cannot be read, and of a save, within a minute."""
    print("$ python -m autograder check a1 --watch", flush=True)
    with tempfile.TemporaryFile() as out:
        command = [sys.executable, "-u", "-m", "autograder", "check", "a1", "--watch"]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            end, before = time.monotonic() + 60, b""
            while time.monotonic() < end and b"was never closed" not in before:
                time.sleep(0.5)
                before = in_one_line(out)
            time.sleep(2)
            path.write_text(right, encoding="utf-8")
            text = before
            while time.monotonic() < end and len(text) <= len(before):
                time.sleep(0.5)
                text = in_one_line(out)
        finally:
            process.kill()
            process.wait()
    if b"was never closed" not in before or len(text) <= len(before):
        sys.exit(f"{text.decode('utf-8', 'replace')}\nthe line, or the save, was not noticed")


def in_one_line(out: IO[bytes]) -> bytes:
    """What stands in a file until now."""
    out.seek(0)
    return b" ".join(out.read().split())


def main() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve() / "course of Zoë"
        said(ROOT, "-m", "autograder", "release", "--to", str(folder))
        command = ("-m", "autograder")
        script = folder / "assignments" / "a1_permute" / "a1_permute.py"
        stub = script.read_text(encoding="utf-8")
        right = stub.replace(STUB, "return images.permute(0, 3, 1, 2)")
        said(folder, *command, "--version")
        said(folder, *command, "start", needle="a1_permute")
        said(folder, *command, "check", "a1", code=1, needle="to_nchw is not started yet")
        script.write_text(right, encoding="utf-8")
        said(folder, *command, "check", "a1/to_nchw", needle="to_nchw")
        said(folder, *command, "hint", "to_nhwc", needle="hint 1 of")
        said(folder, "-m", "pytest", "-q", "assignments/a1_permute", code=1, needle="is not started yet")
        script.write_text(stub.replace(STUB, "return images.reshape(0, 3"), encoding="utf-8")
        watched(folder, script, right)
        said(folder, *command, "reset", "a1")
        if script.read_text(encoding="utf-8") != stub:
            sys.exit("reset did not bring the stub back")
        said(folder, *command, "train", code=2, needle="not begun yet")
        notebook = folder / "assignments" / "notebooks" / "a1_permute" / "a1_permute.ipynb"
        said(folder, "-c", NOTEBOOK, str(notebook), needle="tasks are not started yet")
    print("All of it did what it should.")


if __name__ == "__main__":
    main()
