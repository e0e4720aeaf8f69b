"""The line of a submission that is no Python, with a caret."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest

from autograder.submission.source import Cell, Source, read_source
from autograder.submission.syntax import broken_line, syntax_problem, syntax_problems

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


def problem(folder: Path, text: str) -> list[str]:
    path = folder / "a1_permute.py"
    path.write_text(text, encoding="utf-8")
    return syntax_problem(read_source(path)).split("\n")


def test_the_line_and_a_caret_under_the_place(tmp_path: Path) -> None:
    head, line, caret = problem(tmp_path, "x = 1\ndef f(a)\n    return a\n")
    assert head == f"SyntaxError at line 2 (read as Python {VERSION}): expected ':'."
    assert line == "    def f(a)"
    assert caret.index("^") == line.index(")") + 1


@pytest.mark.parametrize(
    "text", ["if x:\n\ty = (1,\n", "  x = 1", "x = 'é" + "a" * 300, "f(" + "1, " * 200 + "= 2)", "x = 1\n\n\ny = ["]
)
def test_the_place_is_always_shown(tmp_path: Path, text: str) -> None:
    head, line, caret = problem(tmp_path, text)
    assert f"(read as Python {VERSION}): " in head
    assert max(len(line), len(caret)) <= 82
    assert caret.strip() == "^"
    assert caret.index("^") <= len(line)


@pytest.mark.parametrize(
    ("text", "head", "line", "under"),
    [
        (
            "def f(a):\n    for b in a:\n        pass\n    break\n",
            "line 4 .*'break' outside loop. It is not inside a loop",
            "    break",
            "b",
        ),
        ("x = 1\nreturn x\n", "line 2 .*'return' outside function. It is not inside a function", "    return x", "r"),
        ("def f(a):\n    b = 1\n    global b\n", "line 3 .*global declaration", "    global b", "g"),
        ("def f(a):\n    class C:\n        return 1\n", "line 3 .*'return' outside", "    return 1", "r"),
        ("def f(a):\n    return await a\n", "line 2 .*'await' outside", "    return await a", "a"),
        ("x = 1\n<<<<<<< HEAD\ny = 2\n", "line 2 .*Git put this mark", "    <<<<<<< HEAD", "<"),
        ("```python\nx = 1\n```\n", "line 1 .*a mark of Markdown", "    ```python", "`"),
        (
            "x = 1\nTraceback (most recent call last):\n",
            "line 2 .*an error that Python has printed",
            "    Traceback (most recent call last):",
            "m",
        ),
        ("if x:\n    y = 1\nelse if z:\n    y = 2\n", "line 3 .*one word: elif.$", "    else if z:", "i"),
        ("def f(a) {\n    return a\n}\n", "line 1 .*no braces", "    def f(a) {", "{"),
        ("def f:\n    return 1\n", "line 1 .*stand in brackets", "    def f:", ":"),
        ("print 'a'\n", r"line 1 .*Did you mean print\(...\)\?$", "    print 'a'", "p"),
        ("print(“a”)\n", "line 1 .*straight", "    print(“a”)", "“"),
        ("if x:\n    y = 1\n      z = 2\n", "line 3 .*unexpected indent. All lines of a block", "    z = 2", "z"),
        (
            "if x:\n    y = 1\n   z = 2\n",
            "line 3 .*unindent does not match .* All lines of a block",
            "    z = 2",
            "z",
        ),
        ("if x:\ny = 1\n", "line 2 .*expected an indented block .* further to the right.", "    y = 1", "y"),
        ("if x:\n    y = 1\n\tz = 2\n", "line 3 .*inconsistent use of tabs .* with blanks only.", "    z = 2", "z"),
        (
            "def f(x):\n    Return x + 1\n",
            "line 2 .*invalid syntax. Python's own words are in small letters",
            "    Return x + 1",
            "x",
        ),
    ],
)
def test_the_place_and_what_it_usually_means(tmp_path: Path, text: str, head: str, line: str, under: str) -> None:
    said, shown, caret = problem(tmp_path, text)
    assert re.search(head, said)
    assert shown == line
    assert shown[caret.index("^")] == under


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="there it is Python")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('print(f"{names["a"]}")\n', "Before Python 3.12 an f-string holds no quotes of its own kind"),
        ('print(f"{n} {"\\n".join(names)}")\n', "Before Python 3.12 an f-string holds no quotes of its own kind"),
        ('print(f"{n:>9} {"✓" if n else "✗"}")\n', "Before Python 3.12 an f-string holds no quotes of its own kind"),
        ("print(f'{chr(10)}{\"\\n\"}')\n", "Before Python 3.12 an f-string holds no quotes of its own kind"),
        ("type Image = list[int]\n", "The statement `type` came with Python 3.12"),
        ("type Pair[T] = tuple[T, T]\n", "The statement `type` came with Python 3.12"),
        ("def first[T](a: list[T]) -> T:\n    return a[0]\n", "in brackets behind a name came with Python 3.12"),
        ("class Box[T]:\n    pass\n", "in brackets behind a name came with Python 3.12"),
    ],
)
def test_what_came_with_a_later_python_is_told_as_that(tmp_path: Path, text: str, says: str) -> None:
    """Colab's Python is newer than some graders': what ran there is not called a slip without a word on why."""
    assert says in problem(tmp_path, text)[0]


def test_words_that_may_stand_where_they_stand(tmp_path: Path) -> None:
    loops = "while x:\n    if y:\n        break\nfor a in b:\n    with c:\n        continue\nelse:\n    pass\n"
    makers = "def f():\n    yield 1\n    return\nasync def g():\n    await f()\nh = lambda: (yield)\n"
    assert problem(tmp_path, loops + makers + "from __future__ import annotations\n") == [""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("async def g():\n    yield 1\n    return 2\n", "line 3 .*'return' with value in async generator"),
        ("a = 1\nb, *c, *d = x\n", "line 2 .*multiple starred expressions in assignment"),
        ("def f():\n    return [await z for z in y]\n", "line 2 .*outside of an asynchronous function"),
        (
            "try:\n    a = 1\nfinally:\n    b = 2\ndef f():\n    x = 1\n    global x\n",
            "line 7 .*before global declaration",
        ),
    ],
)
def test_what_python_refuses_after_parsing_it_is_found_whatever_it_is(tmp_path: Path, text: str, said: str) -> None:
    assert re.search(said, problem(tmp_path, text)[0])


def test_a_finally_with_a_thousand_ways_into_it_costs_no_time(tmp_path: Path) -> None:
    """Python copies such a block for each of them: compiled, this text would fill the memory."""
    ways, block = "        return 1\n" * 2000, "        x = 1\n" * 2000
    began = time.process_time()
    assert problem(tmp_path, f"def f():\n    try:\n{ways}    finally:\n{block}") == [""]
    assert time.process_time() - began < 2


def test_what_one_cell_leaves_open_is_no_matter_of_the_next() -> None:
    cells = (Cell("x = 1", 1, "cell 1"), Cell("try:\n    y = 2", 2, "cell 2"), Cell("z = 3", 4, "cell 3"))
    assert syntax_problem(Source("ipynb", cells)).startswith("SyntaxError at cell 2, line 2")


def test_each_cell_that_is_not_python_is_told_and_blamed_for_its_own_names() -> None:
    texts = ("def f(x)\n    return x", "x = f(1)", "def g(x):\n    return (x", "h = 2 3")
    lines = (1, 3, 4, 6)
    source = Source(
        "ipynb", tuple(Cell(t, n, f"cell {i}") for i, (t, n) in enumerate(zip(texts, lines, strict=True), 1))
    )
    assert [note.partition(" (")[0] for note in syntax_problems(source)] == [
        "SyntaxError at cell 1, line 1",
        "SyntaxError at cell 3, line 2",
        "SyntaxError at cell 4, line 1",
    ]
    named = {name: broken.line for name in ("f", "g", "h", "x", "") if (broken := broken_line(source, name))}
    assert named == {"f": 1, "g": 5, "h": 6, "x": 1, "": 1}


@pytest.mark.parametrize("text", ["x = 1", "await f()", "(" * 500 + ")" * 500, "x = '\\d'"])
def test_what_is_python_has_no_problem(tmp_path: Path, text: str) -> None:
    assert problem(tmp_path, text) == [""] or "parenthes" in problem(tmp_path, text)[0]


def test_in_a_notebook_the_cell_is_named(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in ("x = 1", "y = 2\nif y")
    ]
    path = tmp_path / "a1_permute.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert syntax_problem(read_source(path)).startswith("SyntaxError at cell 2, line 2 (read as Python ")
