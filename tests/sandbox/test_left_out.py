"""What is said of a statement that was left out, and of what was done otherwise than a submission says."""

from __future__ import annotations

import time

import pytest

from autograder.sandbox.left_out import (
    LeftOut,
    Note,
    also_out,
    for_want_of,
    left_out,
    notes_on,
    notice,
    why_not,
    why_not_filled,
)
from autograder.submission.helpers import Helper
from autograder.submission.source import Cell, Source

TEXT = "import wandb\nx = load()\ny = x + 1\nwith torch.autocast('cuda'):\n    pass\n"
SOURCE = Source("py", (Cell(TEXT.rstrip("\n"), 1, None),))
RAISED = [(1, 2, 2, "OSError", "no data"), (2, 3, 3, "NameError", "name 'x' is not defined")]


def test_each_names_its_line_its_reason_and_what_it_would_have_made() -> None:
    found = [each for record in RAISED if (each := left_out(record, SOURCE, 10)) is not None]
    first, second = notes_on(found, SOURCE)
    assert first == "I left line 2 out (`x = load()`) and checked the rest: it raised OSError: no data."
    assert second.endswith("it raised NameError: name 'x' is not defined. Line 2 would have defined x.")
    assert why_not("y", found, SOURCE).startswith("Line 3 (`y = x + 1`), which would have defined it, was left out:")
    assert why_not("z", found, SOURCE) == ""


def why(text: str) -> str:
    """Why there is no `y`, where this statement was left out."""
    last = text.count("\n") + 1
    return why_not(
        "y", [LeftOut(1, 1, last, "ValueError", "it raised ValueError")], Source("py", (Cell(text, 1, None),))
    )


@pytest.mark.parametrize(
    "text",
    [
        "def y(x):", "  async def y():", "class y:", "y = 1", "y: int = 1", "x, y = z", "(x, y) = z", "y, x = z", "y += 1",
        "if (y := f()): pass", "import y", "import a, y", "from a import b as y", "from a import (b,\n  c, y)", "with a as y:",
        "from a import \\\n  y", "for x, y in z:", "if a:\n    for y in z:\n        pass", "from a import *", "x = 1; y = 2",
    ],
)  # fmt: skip
def test_what_makes_a_name(text: str) -> None:
    assert "which would have defined it, was left out" in why(text)


@pytest.mark.parametrize("text", ["y == 1", "f(y)", "y: int", "for x in y:", "yy = 1", "from a import (b,\n c)\nf(y)"])
def test_what_only_uses_it(text: str) -> None:
    assert why(text) == ""


@pytest.mark.parametrize("text", ["y[2] = f()", "for s in z:\n    y[s, 1] = f(s)", "y.update(a=f())", "y = f()"])
def test_what_fills_a_dict(text: str) -> None:
    found = [LeftOut(1, 1, text.count("\n") + 1, "ValueError", "it raised ValueError")]
    source = Source("py", (Cell(text, 1, None),))
    assert "it, was left out: it raised ValueError." in why_not_filled("y", found, source)
    assert why_not_filled("z", found, source) == ""


@pytest.mark.parametrize("text", ["print(y[2])", "y[2] == 3", "x[y[2]] = 3"])
def test_what_only_reads_a_dict(text: str) -> None:
    found = [LeftOut(1, 1, 1, "KeyError", "it raised KeyError")]
    assert why_not_filled("y", found, Source("py", (Cell(text, 1, None),))) == ""


def test_a_name_that_is_defined_only_later_is_told_so() -> None:
    text = "x = area(3)\ny = width\ndef area(a):\n    width = a\n    return width\n"
    source = Source("py", (Cell(text, 1, None),))
    records = [
        (n, n + 1, n + 1, "NameError", f"name '{name}' is not defined") for n, name in ((0, "area"), (1, "width"))
    ]
    notes = notes_on([each for record in records if (each := left_out(record, source, 10))], source)
    assert notes[0].endswith("name 'area' is not defined. Line 3 defines area, but it comes after this line.")
    assert notes[1].endswith("name 'width' is not defined.")


def test_arguments_that_nobody_gives_are_told_of() -> None:
    """All that was said of it was SystemExit: 2."""
    source = Source("py", (Cell("import sys\nargs = parser.parse_args()\nsys.exit(2)\n", 1, None),))
    notes = notes_on(
        [each for n in (1, 2) if (each := left_out((n, n + 1, n + 1, "SystemExit", "2"), source, 10))], source
    )
    assert notes[0].endswith("SystemExit: 2. Grading gives no arguments: give each a default, and require none.")
    assert notes[1].endswith("SystemExit: 2.")


@pytest.mark.parametrize(
    "said",
    [
        "<urlopen error [Errno -3] Temporary failure in name resolution>",
        "It looks like there is no internet connection and the repo could not be found in the cache (/tmp/torch/hub)",
    ],
)
def test_a_download_that_fails_is_told_why(said: str) -> None:
    (note,) = notes_on([each for each in [left_out((1, 2, 2, "URLError", said), SOURCE, 10)] if each], SOURCE)
    assert note.endswith("Grading has no network, so nothing can be downloaded.")


@pytest.mark.parametrize(
    "text",
    [
        "1/0, '" + "for " * 8000 + "y " * 16_000 + "'",
        "'" + "import " * 9000,
        "y, " * 20_000,
        "import (" * 8000,
        "\n" * 60_000,
    ],
)
def test_a_statement_without_end_costs_little_time(text: str) -> None:
    """One such line held a worker, and Python's lock, for hours."""
    began = time.process_time()
    assert why(text) == ""
    assert time.process_time() - began < 3


def test_time_that_was_used_up_is_told_as_such() -> None:
    (note,) = notes_on([each for each in [left_out((1, 2, 2, "BudgetSpent", ""), SOURCE, 10)] if each], SOURCE)
    assert note.endswith("the 10 seconds for running the file were used up.")


@pytest.mark.parametrize("record", [None, (1, 2), (1, 0, 9, "E", ""), (1, 3, 2, "E", ""), (1, 2, 99, "E", "")])
def test_what_is_no_record_is_nothing(record: object) -> None:
    assert left_out(record, SOURCE, 10) is None


@pytest.mark.parametrize(
    ("kind", "line", "what", "said"),
    [
        ("missing", 1, "wandb", "imports wandb, which grading does not have"),
        ("device", 4, "cuda", "asks for a GPU. Grading has none"),
        ("precision", 4, "autocast", "Grading computes in float32"),
        ("compile", 4, "torch.compile", "Grading leaves that step out: your code computes the same"),
        ("folder", 2, "models", "writes into the folder models, which grading does not have: I made one."),
        ("decorators", 2, "TypeError", "I left its decorators off"),
    ],
)
def test_each_notice_has_its_line(kind: str, line: int, what: str, said: str) -> None:
    note = notice((kind, "work", line, what, "why"), "work", SOURCE)
    assert note.kind == kind
    assert note.text.startswith(f"Line {line} (`")
    assert said in note.text


@pytest.mark.parametrize(
    "item", [None, ("device", "work", 0, "", ""), ("device", "work", 10**7, "", ""), (1, 2, 3, 4, 5)]
)
def test_what_is_no_notice_says_nothing(item: object) -> None:
    assert notice(item, "work", SOURCE) == Note()


@pytest.mark.parametrize(
    ("line", "what", "why", "said"),
    [
        (
            "import torhc",
            "torhc",
            "No module named 'torhc'",
            "I left line 1 out (`import torhc`): grading has no torhc.",
        ),
        ("import numyp as np", "numyp", "No module named 'numyp'", "imports numyp, which is not there."),
        ("import torch.nn.functionl", "torch.nn.functionl", "No module named 'torch.nn.functionl'", "not there."),
        (
            "from torch.nn import Liner",
            "torch.nn.Liner",
            "cannot import name 'Liner' from 'torch.nn' (x)",
            "not there.",
        ),
        ("import torchinfo", "torchinfo", "No module named 'torchinfo'", "which grading does not have"),
        ("import torchviz", "torchviz", "No module named 'torchviz'", "which grading does not have"),
        ("import lab", "numyp", "No module named 'numyp'", "imports something, which is not there."),
    ],
)
def test_a_misspelt_import_is_told_what_was_meant(line: str, what: str, why: str, said: str) -> None:
    note = notice(("missing", "work", 1, what, why), "work", Source("py", (Cell(line, 1, None),)))
    assert said in note.text
    assert ("Did you mean" in note.text) == (what not in ("torchinfo", "torchviz"))
    assert (note.kind == "misspelt") == (what == "torhc")


def test_a_name_that_a_module_of_ones_own_lacks_is_told_so() -> None:
    source = Source(
        "py", (Cell("from tools import area", 1, None),), helpers=(Helper("tools", "tools.py", "def f(x)\n"),)
    )
    lacks = notice(("missing", "work", 1, "tools.area", "cannot import name 'area' from 'tools'"), "work", source)
    assert "imports area, but tools.py made nothing of that name: I went on without it." in lacks.text
    broken = notice(("unreadable", "tools", 1, "SyntaxError", "expected ':'"), "work", source)
    said = "Python cannot read line 1 of tools.py (`def f(x)`), nor anything else of that module: SyntaxError: expected ':'."
    assert broken.text == said


def test_what_a_misspelt_import_has_cost_is_told_with_it() -> None:
    text = "import torhc\nx = torch.ones(2)\nprint(x)\nprint(y)"
    source = Source("py", (Cell(text, 1, None),))
    names = ((1, "torch"), (2, "x"), (3, "y"))
    records = [(n, n + 1, n + 1, "NameError", f"name '{name}' is not defined") for n, name in names]
    found = [each for record in records if (each := left_out(record, source, 10)) is not None]
    assert for_want_of(["torch"], found, source) == found[:2]
    assert also_out(found[:2], source) == " Line 2 and 1 more need it, and did not run."
    assert also_out((), source) == ""
