"""The drawing of the axes of a wrong tensor: which axis holds what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.checks import axes, counting_images
from autograder.checks.failure import CheckFailed
from autograder.grading import verdicts
from autograder.grading.context import CheckInfo
from autograder.sandbox.observation import Call, Observation
from tests.support.places import ROOT

NCHW = (("N", "H", "W", "C"), ("N", "C", "H", "W"))


def seen(given: object, got: object) -> Observation:
    return Observation("to_nchw", (Call("call", "to_nchw", (given,), {}, ("images",)),), "value", got)


@pytest.mark.parametrize(
    ("do", "letters"),
    [
        (lambda x: x.permute(0, 3, 2, 1), ["N", "C", "W", "H"]),
        (lambda x: x.reshape(2, 3, 5, 7), ["N", "mix", "mix", "mix"]),
        (lambda x: x, ["N", "H", "W", "C"]),
        (lambda x: x.permute(3, 0, 1, 2), ["C", "N", "H", "W"]),
        (lambda x: x.permute(0, 3, 1, 2)[None], ["1", "N", "C", "H", "W"]),
    ],
)
def test_each_axis_is_named_by_what_lies_along_it(do: Callable, letters: list[str]) -> None:  # type: ignore[type-arg]
    images = counting_images(2, 5, 7, 3)
    drawing = axes.draw(seen(images, do(images)), NCHW)
    assert drawing is not None
    assert [axis.letter for axis in drawing.yours] == letters
    assert "yours" in "\n".join(axes.lines(drawing))
    assert axes.svg(drawing).count("<rect") == 1 + len(drawing.given) + len(drawing.yours) + len(drawing.wanted)


def test_what_is_right_in_its_axes_is_not_drawn() -> None:
    images = counting_images(2, 5, 7, 3)
    assert axes.draw(seen(images, images.permute(0, 3, 1, 2) * 2), NCHW) is None
    assert axes.draw(seen(images, "a text"), NCHW) is None
    assert axes.draw(seen(images, None), NCHW) is None
    assert axes.draw(seen(images[0], images[0]), NCHW) is None, "another number of axes than the docstring has"


def test_odd_values_are_drawn_or_left_but_never_raise() -> None:
    import torch

    odd = [torch.zeros(0), torch.tensor(float("nan")), torch.full((2, 5, 7, 3), float("nan")), torch.zeros(2, 3, 5, 7) * 1j,
           torch.zeros(2, 5, 7, 3, dtype=torch.bool), (1, 2), [], (True,), (2, 3, 5, 7, 9), torch.randn(2, 3, 5, 7).requires_grad_()]  # fmt: skip
    for given in (counting_images(2, 5, 7, 3), torch.zeros(2, 5, 7, 3), torch.zeros(2, 5, 7, 3) * 1j, (2, 5, 7, 3)):
        for got in odd:
            drawing = axes.draw(seen(given, got), NCHW)
            if drawing is not None:
                axes.lines(drawing)
                axes.svg(drawing)


def test_letters_come_from_the_docstring(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        'def f(x):\n    """(N, H) -> (H, N).\n\n    (A, B) -> (B, A)"""\ndef g(x):\n    """x (*, in) -> (*, out)."""\n'
    )
    assert axes.letters(path) == {"f": (("N", "H"), ("H", "N"))}
    broken = tmp_path / "y.py"
    broken.write_text("def f(:")
    assert axes.letters(broken) == {}


@pytest.mark.parametrize("hidden", [False, True])
def test_a_drawing_is_no_way_to_see_hidden_checks(hidden: bool) -> None:
    check = CheckInfo("test_x", "x", "to_nchw", 1, hidden, (), False)
    path = ROOT / "assignments" / "a1_permute" / "test_a1_permute.py"
    item, images = SimpleNamespace(path=path), counting_images(2, 5, 7, 3)
    # A private name: a whole grading shows no drawing of a hidden check anywhere, whether it is made or not.
    drawing = verdicts.drawing_of(item, check, CheckFailed("wrong", seen(images, images)))  # type: ignore[arg-type]
    assert (drawing is None) is hidden
