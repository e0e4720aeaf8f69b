"""Notebook magics are dropped, and Python is kept."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.submission.magics import Line, drop_magics, line_kinds
from autograder.submission.source import CODE_LIMIT
from tests.support.places import ROOT


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1"),
        ("!pip install torch \\\n  einops\nx = 1", "\n\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("# timing\n%%timeit -n 1\nx = 1", "# timing\n\nx = 1"),
        ("%%bash\nls\nrm x", "\n\n"),
        ("%%writefile a.txt\nx = 1", "\n"),
        ("%%writefile a.py\nx = '1'\n", "open('a.py', 'w').write(\"x = '1'\\n\\n\")\n\n"),
        ("# mine\n%%file -a lib/a.py\nx", "# mine\nopen('lib/a.py', 'a').write('x\\n')\n"),
        ("if True:\n    !ls\nx = 1", "if True:\n    pass\nx = 1"),
        ("files = !ls\nhere = %pwd\nx = 1", "\n\nx = 1"),
        ("torch.permute?\n?torch\nx = 1", "\n\nx = 1"),
        ("x = (5\n% 3)", "x = (5\n% 3)"),
        ("x = 5 \\\n% 3", "x = 5 \\\n% 3"),
        ("x = '''\n!keep\n%keep\n'''", "x = '''\n!keep\n%keep\n'''"),
        ("x = 'it\\'s'\n%drop", "x = 'it\\'s'\n"),
        ("x = 'a\\\n%keep'", "x = 'a\\\n%keep'"),
        ("a != b\nx %= 3\ny = 4 % 3", "a != b\nx %= 3\ny = 4 % 3"),
    ],
)
def test_magics_are_dropped_and_python_is_kept(cell: str, python: str) -> None:
    assert drop_magics(cell) == python


def test_this_repositorys_python_is_left_alone() -> None:
    for path in ROOT.glob("autograder/**/*.py"):
        text = path.read_text(encoding="utf-8")
        assert drop_magics(text) == text, path


@given(st.lists(st.sampled_from(["x = (", ")", "'''", '"', "#", "\\", "%", "!", "\n", " ", "a", "%%"]), max_size=60))
@example(list("'''\n!"))
def test_dropping_magics_keeps_the_lines(parts: list[str]) -> None:
    cell = "".join(parts)
    assert drop_magics(cell).count("\n") == cell.count("\n")
    assert drop_magics(drop_magics(cell)) == drop_magics(cell)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("x = f('a', [1, (2)])\ny", "SS"),
        ("x = f('(',\n  2)\ny", "SWS"),
        ("x = f([1], (((2))), {'a': ''})\ny", "SS"),
        ("x = f((1, [2,\n  3]), '''\na''')\ny", "SWTS"),
        ("'''a\n'\"\"\"\n'''\ny", "STTS"),
        ("'a\\\nb'\ny", "STS"),
        ("'a\\\\\nb", "SS"),
        ("x = 1 \\\n + 2\ny", "SWS"),
        ("# ' ( \\\ny", "SS"),
        (")\n(\n'''\n", "SSWT"),
        ("!ls ' ( \\\n '''\n%x\n(\n%y\n)\n%z", "MGMSWWM"),
        ("'''\n%x\n'''; (\n%y\n)\n%z", "STTWWM"),
    ],
)
def test_how_each_line_begins(text: str, kinds: str) -> None:
    letters = {Line.STATEMENT: "S", Line.STRING: "T", Line.WITHIN: "W", Line.MAGIC: "M", Line.MAGIC_GOES_ON: "G"}
    assert "".join(letters[kind] for kind in line_kinds(text, magics=True)) == kinds


def test_a_hostile_cell_costs_little_time() -> None:
    for character in (
        " ",
        "(",
        "'",
        '"',
        "\\",
        "a=",
        "''",
        "\n",
        "\t?",
        "x?",
        "*",
        "('",
        "[(",
        "'''",
        "%\n",
        "(\n%x\n)\n",
    ):
        drop_magics(character * (CODE_LIMIT // len(character)))
    mixed = random.Random(1)
    drop_magics("".join(mixed.choice("'\"\\()#%!?= \na") for _ in range(CODE_LIMIT)))
