"""Runs commands of the package one after another in one process, so that torch is imported once.

    python -m tests.support.one_after_another COMMANDS

COMMANDS: JSON, a list of [files to write before (path -> text), the command's words]. What each command prints is
followed by a line `EXIT_CODE` and its exit code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from autograder.cli import main

EXIT_CODE = "exit code:"

if __name__ == "__main__":
    for files, words in json.loads(sys.argv[1]):
        for path, text in files.items():
            Path(path).write_bytes(text.encode())
        sys.argv = ["autograder", *words]
        code = main()
        sys.stderr.flush()
        print(f"\n{EXIT_CODE} {code}", flush=True)
