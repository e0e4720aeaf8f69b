"""Checks of every form that pytest knows are run: plain ones directly, the others by way of pytest's hooks."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.common.errors import InfrastructureError
from autograder.course.assignment import Assignment
from autograder.course.course import Course
from autograder.grading import live, plugin
from autograder.grading.context import CheckContext
from autograder.grading.engine import Engine
from autograder.grading.job import Job
from autograder.grading.live import LiveChecks
from autograder.grading.worker import close_engines, grade_job
from autograder.sandbox.run_local import LocalRun
from autograder.submission.source import Cell, Source
from tests.support.places import ROOT

pytestmark = pytest.mark.usefixtures("forked_sandboxes")

CHECKS = '''
import pytest
from autograder.checks import expect_integer, expect_raises


@pytest.fixture
def seven():
    return 7


@pytest.mark.points(1, task="double")
def test_plain(submission, draw):
    """Plain."""
    number = draw.integer(2, 9)
    expect_integer(submission.double(number), 2 * number)


@pytest.mark.points(1, task="double")
def test_with_a_fixture_of_its_own(seven, submission):
    """A fixture of its own."""
    expect_integer(submission.double(seven), 14)


@pytest.mark.points(1, task="double")
@pytest.mark.parametrize("number", [3, 4])
def test_of_many(submission, number):
    """Many numbers."""
    expect_integer(submission.double(number), 2 * number)


class TestInAClass:
    @pytest.mark.points(1, task="double")
    def test_method(self, submission):
        """A method."""
        expect_integer(submission.double(5), 10)


@pytest.mark.points(1, task="triple")
@pytest.mark.needs("double")
def test_that_builds_on_another(submission):
    """Builds on double."""
    expect_integer(submission.triple(5), 15)
'''
RIGHT = "def double(x):\n    return 2 * x\n\ndef triple(x):\n    return 3 * x\n"


def graded(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    folder = tmp_path / "solutions" / "b1_numbers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "b1_numbers.py").write_text(RIGHT)
    (folder / "test_b1_numbers.py").write_text(CHECKS)
    course = Course(tmp_path)
    engine = Engine(course, course.assignment("b1_numbers"))
    try:
        assert [plugin.plain_names(item) is not None for item in engine.live.items] == [
            True,
            False,
            False,
            False,
            False,
            True,
        ]
        found = engine.grade(Source("py", (Cell(text, 1, None),)), 1)
        return [(verdict.check.name, verdict.outcome) for verdict in found.verdicts]
    finally:
        engine.close()


NAMES = ["test_plain", "test_with_a_fixture_of_its_own", "test_of_many[3]", "test_of_many[4]", "test_method", "test_that_builds_on_another"]  # fmt: skip


def test_right_answers_pass_in_every_form(tmp_path: Path) -> None:
    assert graded(tmp_path, RIGHT) == [(name, "passed") for name in NAMES]


def test_wrong_answers_fail_in_every_form(tmp_path: Path) -> None:
    wrong = RIGHT.replace("2 * x", "x + 2")
    assert graded(tmp_path, wrong) == [(name, "failed") for name in NAMES[:-1]] + [(NAMES[-1], "not_run")]


def test_a_change_of_the_checks_is_seen_by_the_next_job(tmp_path: Path) -> None:
    """A worker of a cluster lives on when a lecturer mends a check."""
    folder = tmp_path / "solutions" / "b1_numbers"
    folder.mkdir(parents=True)
    (folder / "b1_numbers.py").write_text(RIGHT)
    checks = folder / "test_b1_numbers.py"
    job = Job("ada", "b1_numbers", Source("py", (Cell(RIGHT, 1, None),)), tmp_path)
    names = []
    for version in (1, 2):
        checks.write_text(CHECKS.replace("test_plain", f"test_version_{version}"))
        os.utime(checks, ns=(version, version))
        names.append(grade_job(job)["checks"][0]["name"])
    close_engines()
    assert names == ["test_version_1", "test_version_2"]


DECLARED = """
from autograder.course.network import Network
NETWORK = Network(data="none", model="a", train="b", predict="c", inputs=(1,), outputs=1, budget={}, seconds=1)
"""
BUDGET = """
import pytest
from autograder.checks import network_beside
NETWORK = network_beside(__file__)

@pytest.mark.points(1, task="double")
def test_budget(submission, record):
    record("budget", NETWORK.budget)
    assert submission.double(2).value == 4
"""


@pytest.mark.heavy
def test_a_change_of_what_is_trained_is_seen_by_the_next_job(tmp_path: Path) -> None:
    """`network_facts.py` decides as the checks do."""
    folder = tmp_path / "solutions" / "b3_network"
    folder.mkdir(parents=True)
    (folder / "b3_network.py").write_text("def double(x):\n    return 2 * x\n")
    (folder / "test_b3_network.py").write_text(BUDGET)
    facts = folder / "network_facts.py"
    job = Job("ada", "b3_network", Source("py", (Cell("def double(x):\n    return 2 * x\n", 1, None),)), tmp_path)
    (tmp_path / "data").mkdir()
    declared = "from autograder.data import DataSet\nDATA = DataSet('Nothing')\n"
    (tmp_path / "data" / "none.py").write_text(declared)
    budgets = []
    for version in (1, 2):
        facts.write_text(DECLARED.format(version))
        os.utime(facts, ns=(version, version))
        budgets.append(grade_job(job)["metrics"]["budget"])
    close_engines()
    assert budgets == [1, 2]


def test_what_only_pytest_can_run_is_not_plain(tmp_path: Path) -> None:
    folder = tmp_path / "solutions" / "b2_odd"
    folder.mkdir(parents=True)
    (folder / "b2_odd.py").write_text(RIGHT)
    (folder / "test_b2_odd.py").write_text(ODD)
    engine = Engine(Course(tmp_path), Course(tmp_path).assignment("b2_odd"))
    engine.close()
    assert [item.name for item in engine.live.items if plugin.plain_names(item) is not None] == ["test_plain"]


ODD = """
import pytest

@pytest.fixture
def draw():
    return None

@pytest.mark.points(1, task="double")
def test_plain(submission):
    pass

@pytest.mark.points(1, task="double")
def test_with_a_draw_of_its_own(submission, draw):
    pass

@pytest.mark.points(1, task="double")
async def test_async(submission):
    assert False

@pytest.mark.points(1, task="double")
def test_default(submission, number=3):
    pass

@pytest.mark.points(1, task="double")
def test_request(submission, request):
    pass

@pytest.mark.skip
@pytest.mark.points(1, task="double")
def test_skipped(submission):
    pass
"""


# --- does it train? ------------------------------------------------------------------------------------------------

CHECK = 'import pytest\n\n{}\n@pytest.mark.points(1, task="double")\ndef test_it(submission):\n    """{}"""\n'
SILENT = ["# pytest.mark.trains", "WHY = 'no pytest.mark.trains'", "import re as mark\nmark.trains = 1", "trains = 1"]
TRAINING = [
    "@pytest.mark.trains",
    "@pytest.mark.trains()",
    "from pytest import mark\n\n@mark.trains",
    "from pytest import mark as is_\n\n@is_.trains",
    "import pytest as p\n\n@p.mark.trains",
    "pytestmark = pytest.mark.trains",
    "pytestmark = [pytest.mark.trains]",
    "slow = pytest.mark.trains\n\n@slow",
    "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.trains)])\n@pytest.mark.usefixtures('n')",
]


def written(tmp_path: Path, text: str) -> Assignment:
    folder = tmp_path / "solutions" / "b3_trains"
    folder.mkdir(parents=True)
    (folder / "b3_trains.py").write_text(RIGHT)
    (folder / "test_b3_trains.py").write_text(text)
    return Course(tmp_path).assignment("b3_trains")


def collected(assignment: Assignment) -> bool:
    live = LiveChecks([file for file in (assignment.public_checks, assignment.hidden_checks) if file.is_file()])
    live.close()
    assert live.items
    return any(plugin.info(item).trains for item in live.items)


@pytest.mark.parametrize("line", SILENT)
def test_words_do_not_train(tmp_path: Path, line: str) -> None:
    assignment = written(tmp_path, CHECK.format(line, "No pytest.mark.trains here."))
    assert not assignment.trains
    assert not collected(assignment)


@pytest.mark.parametrize("line", TRAINING)
def test_marks_train(tmp_path: Path, line: str) -> None:
    assignment = written(tmp_path, CHECK.format(line, "Trains."))
    assert assignment.trains
    assert collected(assignment)


@pytest.mark.parametrize("name", Course(ROOT).assignment_names())
def test_the_files_say_of_training_what_their_checks_say(name: str) -> None:
    course = Course(ROOT)
    for assignment in (course.assignment(name), course.released(name)):
        assert assignment.trains == collected(assignment) == (name == "a5_fashion_mnist")


def test_a_mark_that_the_file_does_not_show_is_refused(tmp_path: Path) -> None:
    assignment = written(tmp_path, CHECK.format("@getattr(pytest.mark, 'trains')", "Trains."))
    with pytest.raises(InfrastructureError, match=r"a check of b3_trains trains, .* pytest\.mark\.trains"):
        Engine(Course(tmp_path), assignment)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def test_it(submission):\n    pass\n", r"test_b3_trains\.py, line 1: test_it has no points\."),
        (
            "import pytest\n@pytest.mark.points(1, task='double')\ndef test_it(submission, tmp_path):\n    'It.'\n",
            r"line 2: test_it has a parameter that pytest does not know: tmp_path\. A check may have: submission, draw",
        ),
        (
            "import pytest\n@pytest.mark.points(1, task='double')\ndef test_it(submission, capsys):\n    'It.'\n",
            r"afterwards\. What a call has printed is its observation's output: submission\.task\(\.\.\.\)\.output\.",
        ),
    ],
)
def test_checks_that_cannot_run_are_named_when_a_class_is_graded(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(live.BrokenChecks, match=says):
        LiveChecks([written(tmp_path, text).public_checks])


def test_a_check_file_that_never_ends_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "READ_SECONDS", 3.0)  # on a busy machine it takes a second until the file is read
    file = tmp_path / "b9_loop" / "test_b9_loop.py"
    file.parent.mkdir()
    file.write_text(
        "import time\nfrom pathlib import Path\nwhile not Path(__file__).with_name('end').exists():\n    time.sleep(0.01)\n1 / 0\n"
    )
    try:
        with pytest.raises(
            live.BrokenChecks, match=r"^the checks in .* cannot be run: b9_loop/test_b9_loop.py, line [34]: "
        ):
            LiveChecks([file])
    finally:
        file.with_name("end").touch()
        (reading,) = (thread for thread in threading.enumerate() if thread.name == "checks of b9_loop")
        reading.join()


LOOPS = """
import pytest
from autograder.checks import expect_integer


@pytest.mark.points(1, task="double")
def test_loops(submission):
    while submission.double(1).value == 3:
        pass
    expect_integer(submission.double(1), 2)


@pytest.mark.points(1, task="double")
def test_sound(submission):
    expect_integer(submission.double(2), 4)
"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a finalizer that was interrupted
def test_a_check_without_an_end_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "JUDGING_SECONDS", 0.3)
    monkeypatch.setattr(live, "_LOOK", 0.1)
    file = tmp_path / "b8_loops" / "test_b8_loops.py"
    file.parent.mkdir()
    file.write_text(LOOPS)
    checks = LiveChecks([file])
    try:
        for factor, outcomes in ((3, ["failed", "failed"]), (2, ["passed", "passed"])):
            run = LocalRun({"double": lambda x, factor=factor: factor * x})
            run.source = Source("py", (Cell("", 1, None),))
            found = checks.run(CheckContext(run, lambda: CodeCatalogue((), {}), 0, lambda: None))  # type: ignore[arg-type, return-value]
            assert [verdict.outcome for verdict in found] == outcomes
        assert {place.partition(",")[0] for place in checks.slow} == {"b8_loops/test_b8_loops.py"}
    finally:
        checks.close()
