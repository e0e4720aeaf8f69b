"""The rows that students may see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.results import rows
from autograder.results.result import CheckResult, Result


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9), st.data())
def test_settled_rows_sum_to_the_final_score(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    lines = [rows.Row("t", "x", False, min(pair), max(pair)) for pair in pairs]
    final = data.draw(st.integers(0, sum(row.points for row in lines)))
    done = rows.settled(lines, final)
    assert sum(row.score for row in done) == final
    assert all(0 <= row.score <= row.points for row in done)


def test_a_note_cannot_tell_of_a_hidden_check() -> None:
    hidden = CheckResult("test_h", "Sizes of 7 and 9", "t", 1, 0, "failed", True, message="Got 7.")
    result = Result("ada", "a1", "py", "graded", 0, 1, (hidden,), notes=("It stays: Sizes of 7 and 9",))
    assert rows.public_notes(result) == ("It stays: a check on other inputs",)
