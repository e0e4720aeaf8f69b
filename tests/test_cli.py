"""What starting a command costs: it imports nothing heavy before it is needed. And what a strange machine costs: no more."""

from __future__ import annotations

import ast
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli
from autograder.results.store import write
from tests.support.places import ROOT
from tests.support.small_results import RESULT

TRY = """
import contextlib, io, sys
from autograder import cli

heavy = "torch", "numpy", "pytest", "matplotlib", "nbgrader", "jupytext", "torchvision"
results, out = sys.argv[1:]
commands = [
    ["--help"], ["--version"], ["hint", "to_nchw"], ["start"], *([name, "--help"] for name in cli.COMMANDS),
    ["report", results, "--out", out + "/report"], ["export", results, "--to", "csv", "--out", out + "/scores.csv"],
    ["export", results, "--to", "gradescope", "--out", out + "/gradescope"], ["compare", results, results],
    ["feedback", results, "--to", "github", "--owner", "us", "--out", out + "/feedback"],
]
for words in commands:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            code = cli.main(words)
        except SystemExit as ended:  # argparse, after its help
            code = ended.code
    assert not code and (said.getvalue() or "csv" in words), words
    found = [name for name in heavy if name in sys.modules]
    assert not found, f"{words} imports {found}"
"""


def test_commands_that_need_no_torch_import_none(tmp_path: Path) -> None:
    """In one process, in which nothing is imported but by them."""
    write(dataclasses.replace(RESULT, student="ada"), tmp_path / "results")
    words = [sys.executable, "-c", TRY, str(tmp_path / "results"), str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1000:]


def test_another_python_is_named() -> None:
    """In a clone, any Python can start the package: an editor's, the system's, that of another kernel."""
    ast.parse((ROOT / "autograder" / "__init__.py").read_text("utf-8"), feature_version=(3, 4))
    old, bare = "sys.version_info = (3, 9, 18)", "sys.modules['rich'] = None"
    command = "import autograder.cli; sys.exit(autograder.cli.main(['hint', 'to_nchw']))"
    for how, what, says, code in (
        (old, "import autograder.notebook", "needs Python 3.11 or newer, and this is Python 3.9", 1),
        (old, command, "needs Python 3.11 or newer, and this is Python 3.9", 1),
        (bare, "import autograder.notebook", "the package rich is not installed for this Python", 1),
        (bare, command, 'in the folder of the course: pip install -e ".[dev]"', 3),
    ):
        words = [sys.executable, "-c", f"import sys; {how}; {what}"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert says in done.stderr
        assert sys.executable in done.stderr
        assert "Traceback" not in done.stderr
        assert done.returncode == code


@pytest.mark.skipif(os.name != "posix", reason="elsewhere file names are no bytes")
@pytest.mark.parametrize("flags", [[], ["-X", "utf8=0"], ["-Xutf8=0"]])
def test_names_are_read_as_utf8_whatever_the_locale(tmp_path: Path, flags: list[str]) -> None:
    write(RESULT, tmp_path / "results")
    words = [
        sys.executable,
        *flags,
        "-m",
        "autograder",
        "report",
        str(tmp_path / "results"),
        "--out",
        str(tmp_path / "out"),
    ]
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | locale, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in done.stderr
    if flags != ["-Xutf8=0"]:  # written in one word, it stays: then it is said what cannot be read
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "out" / "students" / "Zoë.html").is_file()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("random.py", "x = 1\n", True),
        ("rich.py", "", True),
        ("json.py", "raise ValueError('mine')\n", True),
        ("test.py", "raise ValueError('mine')\n", False),  # Python has a module of this name, but nothing imports it
    ],
)
def test_a_file_that_python_takes_for_its_own_module_is_named(tmp_path: Path, name: str, text: str, told: bool) -> None:
    (tmp_path / name).write_text(text)
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    words = [sys.executable, "-m", "autograder", "start"]
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert (done.returncode == 3) == told
    assert (f"{tmp_path / name} has the name of a module that is needed" in done.stderr) == told


@pytest.mark.parametrize(
    "words", [["hint", "x.py"], ["reset", "x.py"], ["update", "x"], ["plagiarism", "x"], ["grade", "x", "--out", "o"]]
)
def test_a_name_that_the_system_finds_too_long_is_misuse(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Such as an address with a signature in it, pasted for a file."""
    assert cli.main([word.replace("x", "x" * 300) for word in words]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"autograder {words[0]}: a name is too long for this system: xxx")
    assert said.count("\n") == 1
