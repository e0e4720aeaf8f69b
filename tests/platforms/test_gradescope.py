"""Results for Gradescope."""

from __future__ import annotations

from hypothesis import given

from autograder.results import rows
from autograder.results.result import ClassResults
from tests.support import readers
from tests.support.gradebooks import classes, export, folder, quick


@quick
@given(classes())
def test_gradescope_holds_the_total_back_with_the_hidden_points(found: ClassResults) -> None:
    with folder() as out:
        export(found, "gradescope", out, hidden_rows="after_published")
        for path in out.glob("*/*/results.json"):
            view = readers.gradescope_student_view(path.read_bytes(), published=False)
            hidden = rows.HIDDEN_TITLE in path.read_bytes().decode()
            assert ("score" in view) is not hidden
            assert all(rows.HIDDEN_TITLE not in test["name"] for test in view["tests"])
            assert "score" in readers.gradescope_student_view(path.read_bytes(), published=True)
