"""Cells of a table, replaced byte by byte."""

from __future__ import annotations

import csv
import io
import random

from hypothesis import given
from hypothesis import strategies as st

from autograder.platforms import table
from tests.support.gradebooks import folder

cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(
    st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.booleans(),
    st.randoms(),
)
def test_replacing_cells_is_byte_true(
    rows: list[list[str]], end: str, quoting: int, final_end: bool, rng: random.Random
) -> None:
    """What another program wrote is read as it reads it, and a cell that is replaced is the only one that changes."""
    if quoting == csv.QUOTE_MINIMAL:  # Python's writer leaves line ends other than its own without quotes
        rows = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([["k", "grade"], *rows])
    content = text.getvalue() if final_end else text.getvalue().removesuffix(end)
    with folder() as out:
        (out / "t.csv").write_bytes(content.encode())
        sheet = table.read_table(out / "t.csv")
    read = [[cell.value for cell in row] for row in sheet.rows]
    assert read == [["k", "grade"], *rows]
    assert sheet.filled({}) == content.encode()
    row = rng.randrange(1, len(read))
    again = list(csv.reader(io.StringIO(sheet.filled({(row, 1): 17}).decode(), newline="")))
    rows[row - 1][1] = "17"
    assert again == [["k", "grade"], *rows]
