"""What starting a command costs: it imports nothing heavy before it is needed."""

from __future__ import annotations

import subprocess
import sys

from tests.support.places import ROOT

TRY = """
import contextlib, io, sys
from autograder import cli

heavy = "torch", "numpy", "pytest", "matplotlib", "nbgrader", "jupytext", "torchvision"
commands = [["--help"], ["--version"], ["hint", "to_nchw"], ["start"], *([name, "--help"] for name in cli.COMMANDS)]
for words in commands:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            code = cli.main(words)
        except SystemExit as ended:  # argparse, after its help
            code = ended.code
    assert not code and said.getvalue(), words
    found = [name for name in heavy if name in sys.modules]
    assert not found, f"{words} imports {found}"
"""


def test_commands_that_need_no_torch_import_none() -> None:
    """In one process, in which nothing is imported but by them."""
    done = subprocess.run([sys.executable, "-c", TRY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
