"""Where wrong values lie, in words and as a map."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from autograder.checks.where import small_map, where

CONV = ("image", "channel", "row", "column")


def spoiled(index: object, value: float = -1.0) -> tuple[torch.Tensor, torch.Tensor]:
    got = torch.arange(1.0, 1 + 2 * 3 * 6 * 8).reshape(2, 3, 6, 8)
    got[index] = value if value == 0 else got[index] * value  # type: ignore[index]
    wrong = torch.zeros_like(got, dtype=torch.bool)
    wrong[index] = True  # type: ignore[index]
    return got, wrong


def border(wide: int) -> Callable[[torch.Tensor], torch.Tensor]:
    def spoil(wrong: torch.Tensor) -> torch.Tensor:
        wrong[...] = True
        wrong[..., wide:-wide, wide:-wide] = False
        return wrong

    return spoil


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ((1,), "in image 1 (counted from 0)"),
        ((slice(None), 0), "in the first channel"),
        ((slice(None), 1), "in channel 1 (counted from 0)"),
        ((..., -1), "in the last column"),
        ((..., slice(-2, None)), "in the last 2 columns"),
        ((..., slice(1, None, 2), slice(None)), "in every second row, from row 1 on (counted from 0)"),
        ((1, 2), "in the last channel, image 1 (counted from 0)"),
    ],
)
def test_patterns_are_told_in_words(index: object, words: str) -> None:
    got, wrong = spoiled(index)
    assert where(got, wrong, CONV) == f"All wrong values are {words}."


@pytest.mark.parametrize(("wide", "words"), [(1, "in the outermost rows and columns"), (2, "2 wide")])
def test_the_border_is_told_with_its_width(wide: int, words: str) -> None:
    wrong = border(wide)(torch.zeros(2, 3, 6, 8, dtype=torch.bool))
    assert words in where(torch.rand(2, 3, 6, 8), wrong, CONV)


def test_values_that_are_all_the_same_are_told() -> None:
    assert where(*spoiled((1,), 0.0), CONV).endswith("and all of them are 0.")


def test_nothing_is_said_of_scattered_values_nor_of_all() -> None:
    generator = torch.Generator().manual_seed(1)
    wrong = torch.rand(2, 3, 6, 8, generator=generator) < 0.3
    got = torch.rand(2, 3, 6, 8, generator=generator)
    assert not where(got, wrong, CONV)
    assert not where(got, torch.ones_like(wrong), CONV)
    assert not where(torch.tensor(1.0), torch.tensor(True))


def test_every_sentence_is_true_of_any_wrong_values() -> None:
    generator = torch.Generator().manual_seed(2)
    for _ in range(300):
        wrong = torch.rand(2, 3, 4, 5, generator=generator) < float(torch.rand((), generator=generator))
        got = torch.rand(2, 3, 4, 5, generator=generator)
        said = where(got, wrong, CONV)
        if "the last column" in said:
            assert not wrong[..., :-1].any()
        if "border" in said:
            assert not wrong[..., 1:-1, 1:-1].any()


def test_the_map_shows_the_first_piece_with_right_and_wrong_values() -> None:
    wrong = torch.zeros(2, 3, 3, 4, dtype=torch.bool)
    wrong[0] = True
    wrong[1, 0, :, -1] = True
    assert small_map(wrong, CONV) == "    image 1, channel 0:\n" + "\n".join(["    . . . x"] * 3)
    assert not small_map(torch.ones(3, 4, dtype=torch.bool))
    assert not small_map(torch.zeros(2, 100, 100, dtype=torch.bool))
