"""What a check raises after it has looked at an answer is that check's failure, in words; never a lost submission."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError
from autograder.course.course import Course
from autograder.grading import plugin, verdicts
from autograder.grading.context import Verdict
from autograder.grading.engine import Engine
from autograder.grading.job import Job
from autograder.grading.worker import grade_on
from autograder.sandbox.launch import Sandbox
from autograder.submission.source import read_source

pytestmark = pytest.mark.usefixtures("forked_sandboxes")

CHECKS = '''
import pytest
from autograder.checks import expect_integer


@pytest.mark.points(1, task="count")
def test_plain_assert(submission):
    """A plain assert."""
    seen = submission.count("a b a")
    assert seen.value == {"a": 2, "b": 1}


@pytest.mark.points(1, task="line")
def test_that_trips(submission):
    """It trips over what it did not expect."""
    assert abs(submission.line(1.0, 2.0).value["slope"] - 2) < 1e-6


@pytest.mark.points(1, task="double")
def test_number(submission):
    """A plain assert on a number."""
    assert submission.double(4).value == 8


@pytest.mark.points(1, task="double")
def test_of_another_task(submission):
    """Another task."""
    expect_integer(submission.double(4), 8)


class TestByWayOfPytest:
    @pytest.mark.points(1, task="count")
    def test_in_a_class(self, submission):
        """In a class."""
        assert submission.count("x").value == {"x": 1}
'''
REFERENCE = """
def count(text):
    return {word: text.split().count(word) for word in text.split()}
def line(x, y):
    return {"slope": y / x}
def double(n):
    return 2 * n
"""
MISCONCEPTIONS = '''
from autograder.checks.misconceptions import misconception
@misconception("count")
def letters(text):
    """You counted letters."""
    return {letter: text.count(letter) for letter in text}
'''


def make_course(root: Path, checks: str, hidden: str = "") -> Course:
    folder = root / "solutions" / "t1_text"
    folder.mkdir(parents=True)
    (folder / "t1_text.py").write_text(REFERENCE)
    (folder / "test_t1_text.py").write_text(checks)
    (folder / "misconceptions.py").write_text(MISCONCEPTIONS)
    if hidden:
        (folder / "test_t1_text_hidden.py").write_text(hidden)
    return Course(root)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Engine]:
    course = make_course(tmp_path_factory.mktemp("course"), CHECKS)
    engine = Engine(course, course.assignment("t1_text"), sandbox=sandbox)
    yield engine
    engine.close()


def grade(engine: Engine, folder: Path, text: str) -> dict[str, Verdict]:
    path = folder / "t1_text.py"
    path.write_text(text)
    return {verdict.check.name: verdict for verdict in engine.grade(read_source(path), 1).verdicts}


def test_the_reference_passes(engine: Engine, tmp_path: Path) -> None:
    assert {v.outcome for v in grade(engine, tmp_path, REFERENCE).values()} == {"passed"}


def test_a_plain_assert_fails_in_pytests_words(engine: Engine, tmp_path: Path) -> None:
    found = grade(engine, tmp_path, REFERENCE.replace("return {word: text.split().count(word)", "return {word: 7"))
    assert found["test_plain_assert"].outcome == "failed"
    said = found["test_plain_assert"].message
    assert said.startswith("count('a b a') returned {'a': 7, 'b': 7}. The check says: assert {'a': 7, 'b': 7} == {")
    assert "Observation(" not in said, "how we hold a value is no word to a student"
    told = found["test_in_a_class"].message
    # Older ones keep their words to themselves where a check is run by pytest's own hooks.
    words = ". The check says: assert" if pytest.version_tuple >= (9, 2) else ", which is not what the check asks for"
    assert told.startswith(f"count('x') returned {{'x': 7}}{words}")
    assert not found["test_plain_assert"].log, "there is nothing for the author to mend"
    assert found["test_of_another_task"].outcome == "passed"


def test_how_a_value_was_worked_out_is_left_out_of_pytests_words() -> None:
    said = """assert False
 +  where False = <function allclose at 0x7f>(array([0.5]), 1)
 +    where <function allclose at 0x7f> = np.allclose
 +    and   array([0.5]) = <built-in method sum of numpy.ndarray object at 0x7f>(axis=1)"""
    assert verdicts._words_of(AssertionError(said)) == "assert False"


def test_pytests_options_are_not_named_to_students() -> None:
    said = "assert [1] == [2]\n\n  At index 0 diff: 1 != 2\n  Use -v to get more diff"
    assert verdicts._words_of(AssertionError(said)) == "assert [1] == [2]\n\n  At index 0 diff: 1 != 2"


def test_a_plain_assert_earns_its_diagnosis(engine: Engine, tmp_path: Path) -> None:
    wrong = REFERENCE.replace(
        "{word: text.split().count(word) for word in text.split()}", "{c: text.count(c) for c in text}"
    )
    diagnosis = grade(engine, tmp_path, wrong)["test_plain_assert"].diagnosis
    assert diagnosis is not None
    assert diagnosis.name == "letters"


@pytest.mark.parametrize("value", ["None", "'slope'", "{'slope': 'x'}", "float('nan')", "[[[]]]", "{}", "object()"])
def test_a_check_that_trips_costs_its_own_points_alone(engine: Engine, tmp_path: Path, value: str) -> None:
    found = grade(engine, tmp_path, REFERENCE.replace('{"slope": y / x}', value))
    tripped = found["test_that_trips"]
    assert tripped.outcome == "failed"
    assert tripped.message.startswith("line(1.0, 2.0) returned ")
    assert "That could not be compared: " in tripped.message
    assert tripped.log.startswith("Traceback"), "its author can mend it"
    assert {v.outcome for name, v in found.items() if name != "test_that_trips"} == {"passed"}


@pytest.mark.parametrize("value", ["torch.zeros(0)", "torch.ones(2)", "np.ones((2, 3))"])
def test_a_plain_assert_on_a_number_is_sound_though_a_tensor_has_many(
    engine: Engine, tmp_path: Path, value: str
) -> None:
    """`verify` called such a check broken, which the docs recommend, and the student read about a Boolean value."""
    found = grade(
        engine, tmp_path, "import numpy as np, torch\n" + REFERENCE.replace("return 2 * n", f"return {value}")
    )
    verdict = found["test_number"]
    assert verdict.outcome == "failed"
    assert verdict.message.startswith("double(4) returned ")
    assert ", which is not what the check asks for." in verdict.message
    assert not verdict.log, "there is nothing for the author to mend"


def test_an_error_of_the_students_is_told_as_such(engine: Engine, tmp_path: Path) -> None:
    found = grade(engine, tmp_path, REFERENCE.replace("return 2 * n", "return 2 * m").replace("y / x", "y / 0"))
    assert found["test_that_trips"].outcome == "error"
    assert "ZeroDivisionError" in found["test_that_trips"].message
    assert not found["test_that_trips"].log


WAYS = '''
import pytest


@pytest.mark.points(1, task="double")
def test_fails(submission):
    """The author's own word."""
    if submission.double(4).value != 8:
        pytest.fail("Twice 4 is 8.")


@pytest.mark.points(1, task="double")
def test_skips(submission):
    """Left out by the author."""
    pytest.skip("not this year")


class TestByWayOfPytest:
    @pytest.fixture
    def torn(self):
        yield 4
        raise RuntimeError("it cannot be put away")

    @pytest.mark.points(1, task="double")
    def test_torn_down(self, submission, torn):
        """A fixture that breaks at its end."""
        assert submission.double(torn).value == 8

    @pytest.mark.points(1, task="double")
    @pytest.mark.skip(reason="not this year either")
    def test_marked(self, submission):
        """Marked as left out."""

    @pytest.mark.points(1, task="double")
    def test_fails_too(self, submission):
        """The author's own word."""
        if submission.double(5).value != 10:
            pytest.fail("Twice 5 is 10.")
'''


@pytest.mark.parametrize("right", [pytest.param(True, marks=pytest.mark.heavy), False])
def test_each_way_in_which_pytest_ends_a_check_is_an_outcome(tmp_path: Path, right: bool) -> None:
    course = make_course(tmp_path / "course", WAYS)
    engine = Engine(course, course.assignment("t1_text"))
    path = tmp_path / "t1_text.py"
    path.write_text(REFERENCE if right else REFERENCE.replace("2 * n", "3 * n"))
    try:
        result, _ = grade_on(engine, Job("ada", "t1_text", read_source(path), course.root))
    finally:
        engine.close()
    found = {check.name: (check.outcome, check.message) for check in result.checks}
    assert (result.score, result.max_score) == (3 if right else 0, 5)
    assert found["test_skips"] == ("not_run", "This check was left out: not this year")
    assert found["test_marked"][0] == "not_run"
    if not right:
        assert found["test_fails"] == ("failed", "double(4) returned 12. The check says: Twice 4 is 8.")
        assert found["test_fails_too"] == ("failed", "double(5) returned 15. The check says: Twice 5 is 10.")
        assert found["test_torn_down"][0] == "failed"


def test_a_check_that_breaks_by_itself_is_the_courses_fault(tmp_path: Path) -> None:
    broken = CHECKS.replace('seen = submission.count("a b a")', 'seen = undefined + submission.count("a b a")')
    course = make_course(tmp_path / "course", broken)
    engine = Engine(course, course.assignment("t1_text"))
    try:
        with pytest.raises(
            InfrastructureError,
            match=r"test_plain_assert: t1_text/test_t1_text.py, line 9: NameError: name 'undefined'",
        ):
            grade(engine, tmp_path, REFERENCE)
    finally:
        engine.close()


@pytest.mark.heavy
def test_an_assignment_with_hidden_checks_alone_is_graded(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hidden = CHECKS.replace("def test_", "def test_hidden_")
    course = make_course(tmp_path / "course", "import pytest\n", hidden)
    engine = Engine(course, course.assignment("t1_text"))
    try:
        assert {v.outcome for v in grade(engine, tmp_path, REFERENCE).values()} == {"passed"}
    finally:
        engine.close()
    shutil.rmtree(course.root / "solutions" / "t1_text" / "__pycache__", ignore_errors=True)
    (course.root / "solutions" / "t1_text" / "test_t1_text_hidden.py").unlink()
    engine = Engine(course, course.assignment("t1_text"))
    try:
        assert grade(engine, tmp_path, REFERENCE) == {}
    finally:
        engine.close()
    assert "INTERNALERROR" not in "".join(capfd.readouterr())


def test_a_parametrized_title_keeps_the_letters_of_every_alphabet() -> None:
    assert plugin.readable_id(r"\u05e9\xe9-\U0001f600") == "שé-😀"
    kept = r"\x1b-\\u05e9-\u20"  # a control character, a backslash before a u, half an escape
    assert plugin.readable_id(kept) == kept
