"""Charts: every score in one bar, ticks that are few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.report import svg


@given(st.lists(st.integers(0, 100)), st.integers(1, 100), st.integers(1, 30))
def test_every_score_stands_in_one_bar(scores: list[int], most: int, bins: int) -> None:
    counts = svg.bin_counts(scores, most, bins)
    assert sum(counts) == len(scores)
    assert counts[-1] == sum(score >= most for score in scores)
    ranges = [svg.bin_range(i, most, len(counts)) for i in range(len(counts))]
    covered = [score for low, high in ranges for score in range(low, high + 1)]
    assert covered == list(range(most + 1))
    for score in (s for s in scores if s < most):
        (bar,) = (i for i, (low, high) in enumerate(ranges) if low <= score <= high)
        assert svg.bin_counts([score], most, bins)[bar] == 1


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(2, 10))
def test_ticks_are_few_and_reach_both_ends(one: float, other: float, about: int) -> None:
    low, high = min(one, other), max(one, other)
    marks = svg.ticks(low, high, about)
    assert 2 <= len(marks) <= about + 3
    assert marks[0] <= low + 1e-6 * (1 + high - low)
    assert marks[-1] >= high - 1e-6 * (1 + high - low)
