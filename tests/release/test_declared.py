"""The checks that an assignment declares."""

from __future__ import annotations

from autograder.course.course import Course
from autograder.release.declared import declared_checks, open_checks
from tests.support.extras import skip_without
from tests.support.small_course import replace_in

skip_without("nbgrader")


def test_collecting_reads_parametrized_checks_again_after_a_change(small_course: Course) -> None:
    def points() -> int:
        with open_checks(small_course.assignment("b1_tiny")) as live:
            return sum(check.points for check in declared_checks(live))

    assert points() == 7
    replace_in(small_course.solutions / "b1_tiny" / "test_b1_tiny.py", "[1.5, 4.0]", "[1.5]")
    assert points() == 6
