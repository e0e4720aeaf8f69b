"""Numbers and lists in words."""

from __future__ import annotations

from autograder.common.plural import listed


def test_a_list_reads_as_one_says_it() -> None:
    assert [listed("abcd"[:count]) for count in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
