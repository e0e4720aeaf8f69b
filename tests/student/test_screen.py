"""The words and signs of `check`."""

from __future__ import annotations

import io
import shutil

import pytest
from rich.console import Console

from autograder.grading.context import CheckInfo, Verdict
from autograder.grading.engine import Engine
from autograder.grading.job import Settings
from autograder.sandbox.observation import Why
from autograder.student import check_screen, screen, state
from autograder.student.checker import CheckReport
from autograder.student.repository import StudentRepository
from autograder.submission.source import read_source
from tests.support.places import ROOT
from tests.support.student import script, words

pytestmark = pytest.mark.usefixtures("forked_sandboxes")


def info(task: str, title: str = "a title", points: int = 1) -> CheckInfo:
    return CheckInfo(f"test_{task}", title, task, points, False, (), False)


def report_of(repository: StudentRepository, *verdicts: Verdict) -> CheckReport:
    return CheckReport("a1_permute", script(repository, "a1_permute"), tuple(verdicts))


def test_a_word_stands_beside_every_sign_and_80_columns_suffice(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "to_nchw(images of shape (2, 5, 7, 3)) returned something that takes a good deal of words to tell. " * 3
    report = report_of(
        repository,
        Verdict(info("to_nchw"), "failed", long),
        Verdict(info("to_nhwc"), "passed"),
        Verdict(info("image_to_batch"), "not_run", "image_to_batch is not started yet."),
        Verdict(info("add_channel_axis"), "timeout", "It took longer."),
    )
    check_screen.show_focus(repository, report, state.State())
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert all(line == line.rstrip() for line in out.splitlines())
    for word in ("not right", "passed", "not started", "took too long", "Points so far: 0 of 100"):
        assert word in out
    assert "\x1b" not in out, "no colour in a pipe"


@pytest.mark.parametrize(
    ("why", "word"),
    [("waits", "waits for another task"), ("not_answered", "not answered"), ("not_started", "not started")],
)
def test_the_reason_and_not_the_words_of_a_message_decides_what_is_said(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str], why: Why, word: str
) -> None:
    for message in ("Anything.", "It builds on what is not started, and is not answered."):
        verdict = Verdict(info("to_nchw"), "not_run", message, why=why)
        assert screen.word(verdict) == word
        screen.verdict(report_of(repository), verdict)
        assert ("Write it in a1_permute.py, line" in words(capsys)) == (why == "not_started")


@pytest.mark.parametrize(
    ("name", "whys"),
    [
        ("a3_conv_shapes", {"not_started", "not_answered"}),
        pytest.param("a5_fashion_mnist", {"not_started", "waits"}, marks=pytest.mark.heavy),
    ],
)
def test_the_checks_give_the_reason(repository: StudentRepository, name: str, whys: set[Why]) -> None:
    shutil.copytree(ROOT / "data", repository.course.root / "data")
    engine = Engine(repository.course, repository.course.released(name), Settings(public_only=True))
    try:
        verdicts = engine.grade(read_source(script(repository, name)), 0).verdicts
    finally:
        engine.close()
    assert {(v.outcome, v.why) for v in verdicts} == {("not_run", why) for why in whys}


def test_what_a_student_prints_is_no_markup(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    check_screen.show_focus(
        repository,
        report_of(repository, Verdict(info("to_nchw"), "error", "[red]raised[/] [/nonsense]")),
        state.State(),
    )
    assert "[red]raised[/] [/nonsense]" in capsys.readouterr().out


def test_what_the_code_printed_is_shown_where_it_went_wrong(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = "\n".join(["torch.Size([2, 5]) [red]", *map(str, range(9))]) + "\n"
    screen.verdict(report_of(repository), Verdict(info("to_nchw"), "failed", "It is wrong.", printed=printed))
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[-8:] == [
        "Your code printed:",
        "torch.Size([2, 5]) [red]",
        "0",
        "1",
        "2",
        "3",
        "4",
        "... and 4 more lines",
    ]


def test_a_poor_terminal_gets_plain_signs() -> None:
    poor = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="cp1252"), force_terminal=False)
    assert screen.sign(poor, "passed").plain == "ok"
    assert screen.sign(poor, "failed").plain == "XX"
    rich = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), force_terminal=False)
    assert screen.sign(rich, "passed").plain == "✓"


def test_points_of_grading_are_one_or_several() -> None:
    assert screen.from_grading(1) == "one comes from grading, on other inputs"
    assert screen.from_grading(6) == "6 come from grading, on other inputs"
