"""The rows that students may see."""

from __future__ import annotations

import pytest
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


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (
            "Two files differ: a.py and b.py. Keep one of them, or name it in choices.csv: ada,a1,a.py",
            "Two files differ: a.py and b.py. Keep one of them.",
        ),
        (
            'b.py was found. Ask for a1.py or a1.ipynb, or choose it in choices.csv: ada,a1,"my, or b.py"',
            "b.py was found. Hand in a1.py or a1.ipynb.",
        ),
        (
            "b.py came later, but has another name. If it is the answer, choose it in choices.csv: ada,a1,b.py",
            "b.py came later, but has another name. If it is the answer, hand it in under the assignment's name.",
        ),
        ("a1.py is a link. Ask for a1.py or a1.ipynb.", "a1.py is a link. Hand in a1.py or a1.ipynb."),
        (
            "I left line 3 out: it raised ValueError: Ask for help.",
            "I left line 3 out: it raised ValueError: Ask for help.",
        ),
    ],
)
def test_a_student_is_not_told_of_the_teachers_table(note: str, told: str) -> None:
    """A student read in the summary of a push that choices.csv could choose the file."""
    assert rows.public_notes(Result("ada", "a1", None, "unreadable", 0, 4, notes=(note,))) == (told,)
