"""What a grading says of the time that is left, and of names that want to move the cursor."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder.grading import progress
from autograder.results.result import Result


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its only element."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def result(student: str, assignment: str) -> Result:
    """Any result."""
    return Result(student, assignment, "py", "graded", 0, 10)


def test_what_trains_first_does_not_frighten(clock: list[float]) -> None:
    shown = progress.Progress(Console(file=io.StringIO()), {"a5": 2, "a1": 100}, 2)
    assert shown.seconds_left() == pytest.approx(102 * progress.FIRST_GUESS / 2)
    shown.began(0, "ada", "a5")
    clock[0] = 60.0
    shown.ended(0, result("ada", "a5"), 60.0, "")
    # One more network, and a hundred of which nothing is known yet.
    assert shown.seconds_left() == pytest.approx((60 + 100 * progress.FIRST_GUESS) / 2)
    shown.began(0, "ben", "a5")
    clock[0] = 100.0
    assert shown.seconds_left() == pytest.approx((20 + 100 * progress.FIRST_GUESS) / 2)
    shown.began(1, "ada", "a1")
    shown.ended(1, result("ada", "a1"), 0.1, "")
    assert shown.seconds_left() == pytest.approx((20 + 99 * 0.1) / 2)


def test_a_worker_may_begin_its_next_before_its_last_is_told(clock: list[float]) -> None:
    screen = Console(file=io.StringIO(), width=100, color_system=None)
    shown = progress.Progress(screen, {"a1": 3}, 1)
    shown.began(0, "ada", "a1")
    clock[0] = 10.0
    shown.began(0, "ben", "a1")
    shown.ended(0, result("ada", "a1"), 10.0, "")
    clock[0] = 16.0
    assert shown.seconds_left() == pytest.approx(2 * 10 - 6)
    with screen.capture() as drawn:
        screen.print(shown.draw())
    assert "ben" in drawn.get()
    shown.ended(0, result("ben", "a1"), 10.0, "")
    assert shown.seconds_left() == pytest.approx(10)


@pytest.mark.parametrize("terminal", [True, False])
def test_the_first_line_says_where_submissions_run(terminal: bool) -> None:
    for sandbox, says in (("tier A", " in sandbox tier A"), ("", "")):
        log = io.StringIO()
        screen = Console(file=log, width=200, force_terminal=terminal, color_system=None)
        with progress.Progress(screen, {"a1": 3}, 2, sandbox):
            pass
        assert log.getvalue().splitlines()[0][10:].rstrip() == f"grading 3 submissions with 2 workers{says}"


def test_a_log_gets_plain_lines(clock: list[float]) -> None:
    log = io.StringIO()
    with progress.Progress(Console(file=log, width=200), {"a1": 2}, 1) as shown:
        for student in ("a\x1b[2Jb", "[red]two\nlines"):
            shown.began(0, student, "a1")
            clock[0] += 30
            shown.ended(0, result(student, "a1"), 30.0, "it died" if "two" in student else "")
    text = log.getvalue()
    assert "\x1b" not in text
    assert "1 of 2 graded, about 30 s left, slowest a\\x1b[2Jb a1 (30 s)" in text
    assert "[red]two\\nlines a1: it died" in text
    assert len(text.splitlines()) == 4
    assert all(line[2] == line[5] == ":" for line in text.splitlines())
