"""A task that is defined twice, one that nothing sees, and one in which the stub's own line was left."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.submission import suggestions
from autograder.submission.own_tasks import (
    above_its_stub,
    defined_again,
    ends_in_the_first_round,
    never_used,
    not_to_call,
    other_order,
    set_inside,
    stands_inside,
    stub_line,
    thrown_away,
    unseen,
)
from autograder.submission.source import Cell, Source, read_source
from tests.support.files import put

STUB = 'def area(a):\n    """The area."""\n    raise NotImplementedError("area")\n'
NETWORK = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {}

    def forward(self, x):
        raise NotImplementedError("Net")
"""


def script(text: str) -> Source:
    return Source("py", (Cell(text, 1, None),))


def test_who_defines_a_task_again_is_told_where() -> None:
    text = f"def area(a):\n    return a * a\n\nx = (\n\n{STUB}"  # a line that is not Python hides neither
    assert defined_again(script(text), ["area", "length"]) == [
        "Your file defines area twice, at line 1 and line 6: the last one counts."
    ]
    cells = (Cell(STUB, 1, "cell 1"), Cell(STUB, 5, "cell 2"), Cell(STUB, 9, "cell 4"))
    assert defined_again(Source("ipynb", cells), ["area"]) == [
        "Your file defines area 3 times, at cell 1, line 1, cell 2, line 1 and cell 4, line 1: the last one counts."
    ]
    assert defined_again(script(STUB + "def area_of(a):\n    return area(a)\n"), ["area"]) == []


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("def length(a):\n    return a", "inside length, at line 3, so nothing outside length sees it."),
        ("class Tasks:\n    x = 1", "inside Tasks, at line 3, so nothing outside Tasks sees it."),
        (
            "if __name__ == '__main__':\n    pass",
            "at line 3, below `if __name__ == '__main__':`, and the code there runs only when the file is started by itself.",
        ),
        ("if 1 > 2:\n    pass", "at line 3, below `if 1 > 2:`, and the code there did not run."),
    ],
)
def test_a_task_that_nothing_sees_is_found_where_it_stands(above: str, said: str) -> None:
    text = f"{above}\n    def area(a):\n        return a * a\n"
    assert stands_inside(script(text), "area") == f"Your file defines area {said} Begin it at the left margin."
    assert stands_inside(script(text), "length") == ""


def test_a_task_in_a_cell_that_is_no_code_is_told(tmp_path: Path) -> None:
    """Whoever presses M or R in Jupyter has made such a cell."""
    texts = (
        ("code", "x = 1"),
        ("markdown", ["Text\n", "def area(a):\n", "    return a"]),
        ("raw", "class Net:\n    pass"),
    )
    cells = [{"cell_type": kind, "source": text} for kind, text in texts]
    source = read_source(put(tmp_path / "a.ipynb", json.dumps({"cells": cells})))
    said = "Your notebook has {} in a Markdown or raw cell, which does not run: make it a code cell."
    assert [unseen(source, task) for task in ("area", "Net", "are", "x")] == [
        said.format("area"),
        said.format("Net"),
        "",
        "",
    ]


@pytest.mark.parametrize("line", ["ANSWERS = {2: 3}", "for k in ANSWERS:\n        ANSWERS[k] = 3", "ANSWERS |= {2: 3}"])
def test_a_dict_that_only_a_started_file_sets_is_found(line: str) -> None:
    text = f"ANSWERS = {{2: None}}\nif __name__ == '__main__':\n    {line}\n    x = ANSWERS[2]\n"
    said = set_inside(script(text), "ANSWERS")
    assert re.match(
        "Your file sets ANSWERS at line [34], below `if __name__ == '__main__':`, and the code there runs", said
    )
    assert set_inside(script(text), "x") != "" == set_inside(script(text), "k")
    assert set_inside(script(text.replace("__name__", "__file__")), "ANSWERS") == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (STUB, 0),
        (STUB + "    return a * a\n", 3),
        (STUB.replace("raise", "b = a * a\n    raise"), 4),
        (STUB.replace('raise NotImplementedError("area")', "return a * a"), 0),
        (STUB.replace('raise NotImplementedError("area")', 'raise ValueError("area")'), 0),
        (STUB + "    return a * a\n" + STUB, 0),  # the last one counts
        ("x = 1\n", 0),
    ],
)
def test_the_stubs_line_in_a_task_that_was_begun(text: str, line: int) -> None:
    assert stub_line(script(text), "area") == line


def test_an_answer_above_its_stub() -> None:
    """It was called not started: whoever copies a cell often leaves the stub below."""
    answered = STUB.replace('raise NotImplementedError("area")', "return a * a")
    said = "Your file defines area again at line 4, where it is not started, and the last one counts: delete that one."
    assert above_its_stub(script(answered + STUB), "area") == said
    for text in (STUB + answered, STUB + STUB, answered, STUB):
        assert above_its_stub(script(text), "area") == ""


def test_a_class_that_was_begun_in_one_of_its_methods() -> None:
    assert stub_line(script(NETWORK.format('raise NotImplementedError("Net")')), "Net") == 0
    assert stub_line(script(NETWORK.format("self.last = nn.Linear(2, 3)")), "Net") == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def area(a):\n    return a\nprint(area(2))\ndel area\n",
            "Your file deletes area at line 4: leave that line out.",
        ),
        ("x = 1\narea == 3\n", "At line 2, area is compared by ==, which gives it no value: write = instead."),
        ("area: {2: 3}\n", "At line 1, what follows area: is an annotation, and no value: write = instead."),
        (
            "x = 1\n'''\ndef area(a):\n    return a\n'''\n",
            "Your file has area inside the text that begins at line 2: take the quotation marks away.",
        ),
        ("#def area(a):\n#    return a\n", "Your file has area in a comment, at line 1: take the # away there."),
        ("    # area = {2: 3}\n", "Your file has area in a comment, at line 1: take the # away there."),
        ("# the area = a * a, and area(2) == 4\nx = 'area = 3'\nareas == 3\ndel areas\nareas: int\n", ""),
        ("# %% [markdown]\n# ## `area`: how large?\n#     area(2) = 4\n", ""),
    ],
)
def test_a_task_that_is_there_and_no_code_is_not_called_absent(text: str, said: str) -> None:
    assert unseen(script(text), "area") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def area(a):\n    return a\narea = area(2)\n", "Line 3 (`area = area(2)`) makes it that"),
        ("for area in [1, 2]:\n    pass\n", "Line 1 (`for area in [1, 2]:`) makes it that"),
        ("def area(a):\n    area = 2\n    return area\n", ""),
        ("globals()['area'] = 3\n", ""),
    ],
)
def test_a_name_that_was_given_to_something_else_is_told(text: str, said: str) -> None:
    assert not_to_call(script(text), "area") == (f"{said}: choose another name there." if said else "")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("shape, count", ""),
        ("count, shape", "Your area takes count and shape in this order."),
        ("count, shape, /, *, bias", "Your area takes count and shape in this order."),
        ("x, n", ""),
        ("count, shape, bias", ""),
        ("*shape", ""),
    ],
)
def test_parameters_in_another_order_are_told(parameters: str, said: str) -> None:
    text = f"def area({parameters}):\n    return shape\n"
    more = " The stub's order is shape and count, and so the values come: keep it."
    assert other_order(script(text), "area", ("shape", "count")) == (said + more if said else "")
    assert not other_order(script(f"{text}def area(shape, count):\n    return 3\n"), "area", ("shape", "count"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def area(a, b):\n    return x * y\n", "Your area never uses a and b."),
        ("def area(a, b=3):\n    return a * x\n", "Your area never uses b."),
        ("def area(a, b):\n    return [b for _ in range(a)]\n", ""),
        ("def area(a, b):\n    b = 3\n    return a * b\n", ""),
        ("def area(a, b):\n    return (lambda: a + b)()\n", ""),
        ("def area(a, b):\n    return eval('a + b')\n", ""),
        ("def area(a, b):\n    return 3\ndef area(a, b):\n    return a + b\n", ""),
        ("area = lambda a: 3\n", ""),
        ("class area:\n    def __init__(self, a): pass\n", ""),
    ],
)
def test_a_parameter_that_is_never_used_is_told(text: str, said: str) -> None:
    assert never_used(script(text), "area") == said


LOOP = "def area(rows):\n    total = 0\n    for row in rows:\n        {}\n    return total\n"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("total += row\n        return total", "line 5"),
        ("for a in row:\n            total += a\n            return total", "line 6"),
        ("total += row", ""),
        ("if row:\n            return row", ""),
        ("if not row:\n            continue\n        return row", ""),
        ("try:\n            return work(row)\n        except ValueError:\n            pass", ""),
        ("value = lambda: row\n        def inner():\n            return row", ""),
    ],
)
def test_a_loop_that_a_return_ends_in_its_first_round_is_told(line: str, place: str) -> None:
    said = f"The return at {place} stands inside a loop, so the loop ends in its first round." if place else ""
    assert ends_in_the_first_round(script(LOOP.format(line)), "area") == said
    assert not ends_in_the_first_round(script(LOOP.format(line) + "def area(rows):\n    return rows\n"), "area")
    assert not ends_in_the_first_round(script("def area(rows):\n    while True:\n        return rows\n"), "area")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a + 1", True),
        ("a == 1", True),
        ("a += 1", False),
        ("a = a == 1", False),
        ("a.add_(1)", False),
        ('"""a + 1"""', False),
    ],
)
def test_a_result_that_is_not_kept_is_told(line: str, told: bool) -> None:
    said = f"The result of line 2 (`{line}`) is not kept: is an = missing, or one too many?"
    assert thrown_away(script(f"def area(a):\n    {line}\n    return a\n"), "area") == (said if told else "")


def test_a_file_is_parsed_once_for_all_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them parsed it, for each call of each check: a large file without any task took seconds."""
    parsed = []
    parse = suggestions._statements
    monkeypatch.setattr(suggestions, "_statements", lambda text: parsed.append(text) or parse(text))
    source = script("def parsed_once(a):\n    return a\n")
    for task in ("area", "length"):
        assert not unseen(source, task)
        assert not never_used(source, task)
        assert not ends_in_the_first_round(source, task)
        assert not thrown_away(source, task)
        assert not other_order(source, task, ("a", "b"))
    assert len(parsed) == 1
