"""Right answers keep full marks whatever students write around them and in them: scripts, notebooks, marimo."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.engine import Engine
from autograder.submission.source import read_source
from tests.support.written import BESIDE, INSIDE, is_slow, write

ANSWERS = {
    "to_nchw": "{}.permute(0, 3, 1, 2)",
    "to_nhwc": "{}.permute(0, 2, 3, 1)",
    "image_to_batch": "{}.permute(2, 0, 1)[None]",
    "add_channel_axis": "{}[:, None]",
}
OTHERS = ("a2_linear_dims", "a3_conv_shapes", "a4_losses")


@pytest.fixture(scope="module")
def engine(engines: Callable[[str], Engine]) -> Engine:
    return engines("a1_permute")


def answer(body: str = "y = x\n") -> str:
    """The answer, with some lines in its first function."""
    functions = []
    for name, returned in ANSWERS.items():
        lines = (body if name == "to_nchw" else "y = x\n").rstrip("\n").split("\n")
        inside = "".join(f"    {line}\n" for line in ("x = images", *lines))
        functions.append(f"def {name}(images):\n{inside}    return {returned.format('y')}\n")
    return "\n\n".join(functions)


def lost(engine: Engine, path: Path) -> list[str]:
    """What does not pass, and the notes, if anything does not: a check, or what the student's own lines assert."""
    graded = engine.grade(read_source(path), 1)
    wrong = [f"{v.outcome}: {v.message}" for v in graded.verdicts if v.outcome != "passed"]
    wrong += [note for note in graded.notes if "AssertionError" in note and "cuda" not in note]
    return [*wrong, *graded.notes] if wrong or not graded.verdicts else []


def groups(names: list[str]) -> list[object]:
    """A dozen of these at once in each form; one in nine is no heavy test, and each form has its turn."""
    forms = ("py", "ipynb", "marimo")
    return [
        pytest.param(form, names[start : start + 12], marks=[] if turn % 9 == 4 * place else pytest.mark.heavy)
        for turn, start in enumerate(range(0, len(names), 12))
        for place, form in enumerate(forms)
    ]


@pytest.mark.parametrize(("form", "names"), groups([name for name in BESIDE if not is_slow(name)]))
def test_what_stands_beside_an_answer_costs_nothing(
    engine: Engine, tmp_path: Path, form: str, names: list[str]
) -> None:
    after, before = ([BESIDE[name] for name in half] for half in (names[::2], names[1::2]))
    path = write(tmp_path / "a1_permute", form, [*before, "import torch\n\n" + answer(), *after])
    assert not lost(engine, path), names


@pytest.mark.parametrize(("form", "names"), groups([name for name in INSIDE if not is_slow(name)]))
def test_what_stands_in_an_answer_costs_nothing(engine: Engine, tmp_path: Path, form: str, names: list[str]) -> None:
    heads, bodies = zip(*(INSIDE[name] for name in names), strict=True)
    path = write(tmp_path / "a1_permute", form, ["import torch\n", *heads, answer("x = y\n".join(bodies))])
    assert not lost(engine, path), names


def with_first(text: str, body: str) -> str:
    """An answer's text, whose first function does something with another tensor before it answers."""
    function = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    place = function.body[ast.get_docstring(function) is not None].lineno - 1
    lines = [*f"def around(x):\n{_indented(body)}".split("\n"), "around(torch.ones(2, 5, 7, 3))"]
    whole = text.split("\n")
    return "\n".join([*whole[:place], *(f"    {line}" for line in lines), *whole[place:]]) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip("\n").split("\n"))


def groups_of_others() -> list[object]:
    """A dozen of what stands in functions for each assignment, in one form; one in nine is no heavy test."""
    names = [name for name in INSIDE if not is_slow(name)]
    return [
        pytest.param(name, ("py", "ipynb", "marimo")[(turn // 3 + place) % 3], names[start : start + 12],
                     marks=[] if turn % 9 == 4 * place else pytest.mark.heavy)
        for turn, start in enumerate(range(0, len(names), 12))
        for place, name in enumerate(OTHERS)
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "form", "names"), groups_of_others())
def test_what_stands_in_an_answer_costs_nothing_in_other_assignments(
    engines: Callable[[str], Engine], tmp_path: Path, name: str, form: str, names: list[str]
) -> None:
    heads, bodies = zip(*(INSIDE[each] for each in names), strict=True)
    answered = with_first(read_source(engines(name).assignment.master).text, "x = y\n".join(bodies))
    assert not lost(engines(name), write(tmp_path / name, form, ["import torch\n", *heads, answered])), names
