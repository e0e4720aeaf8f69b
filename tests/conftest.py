"""The fixtures that several files of tests share. Nothing heavy is imported before a test asks for it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.places import ROOT

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.grading.engine import Engine
    from autograder.results.result import ClassResults
    from autograder.sandbox.launch import Door, Sandbox
    from autograder.sandbox.tiers import Tier
    from autograder.student.repository import StudentRepository

# Tests run in parallel, one on each core: more torch threads would wait for each other. Child processes inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The files whose heavy tests take longest are begun first, so that the workers end together.
_LONG = (
    "notebooks", "assignments", "workflows", "student_walk", "cases", "sixty", "launch", "courses", "other_systems",
    "cold_answers", "slips", "class", "around", "strange", "ta_evening", "bundles",
)  # fmt: skip
# As in `release`: keep a library of jsonschema from compiling grammars for two seconds, for addresses that nothing has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {f"test_{name}.py": number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(_LONG)))


@pytest.fixture(autouse=True)
def fresh_console() -> None:
    """Each test's output goes to its own captured stream."""
    if terminal := sys.modules.get("autograder.common.terminal"):
        terminal.console.cache_clear()


@pytest.fixture(scope="session")
def door() -> Iterator[Callable[[], Door | None]]:
    """A function that gives the door of one warm process, shared by all tests; None if this machine cannot share one.

    The process is started at the first call.
    """
    from autograder.sandbox import tiers
    from autograder.sandbox.launch import SharedSandbox

    @cache
    def start() -> SharedSandbox | None:
        tier = tiers.best()
        return SharedSandbox(tier, memory=4 << 30) if tiers.can_fork(tier) else None

    yield lambda: shared.door if (shared := start()) is not None else None
    if start.cache_info().currsize and (shared := start()) is not None:
        shared.close()


@pytest.fixture(scope="session")
def engines(door: Callable[[], Door | None]) -> Iterator[Callable[[str], Engine]]:
    """A function: name of one of this course's assignments -> its engine, started once for all tests."""
    from autograder.course.course import Course
    from autograder.grading.engine import Engine, sandbox_for
    from autograder.grading.job import Settings

    course, opened = Course(ROOT), dict[str, Engine]()
    with contextlib.ExitStack() as closing:

        def engine(name: str) -> Engine:
            if name not in opened:
                assignment = course.assignment(name)
                sandbox = closing.enter_context(sandbox_for(Settings(), assignment.trains, door()))
                opened[name] = Engine(course, assignment, sandbox=sandbox)
                closing.callback(opened[name].close)
            return opened[name]

        yield engine


@pytest.fixture(scope="module")
def sandbox(door: Callable[[], Door | None]) -> Iterator[Sandbox]:
    """A sandbox of this machine's best tier."""
    from autograder.sandbox import tiers
    from autograder.sandbox.launch import Sandbox

    with Sandbox(tiers.best(), door=door()) as made:
        yield made


@pytest.fixture
def forked_sandboxes(door: Callable[[], Door | None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sandbox that the test starts is a fork of that warm process, as in the workers of a class.

    Importing torch in each would take most of the test's time. tests/sandbox tests how a sandbox starts by itself.
    """
    from autograder.sandbox.launch import Sandbox

    start = Sandbox.__init__

    def fork(self: Sandbox, tier: Tier, **options: Any) -> None:
        warm = None if options.get("shared") else door()  # the warm process is a sandbox, too
        start(self, tier, **options | {"door": warm if warm is not None and warm.tier == tier else None})

    monkeypatch.setattr(Sandbox, "__init__", fork)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudentRepository:
    """A student's repository with nothing begun. It is the current folder."""
    from autograder.course.course import Course
    from autograder.student.repository import StudentRepository

    root = tmp_path / "course"
    shutil.copytree(ROOT / "assignments", root / "assignments")
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "80")
    return StudentRepository(Course(root))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with two assignments, both released, each as script and as notebook."""
    from autograder.course.course import Course
    from tests.support.files import notebook, put

    for name in ("a1_permute", "a2_linear_dims"):
        put(tmp_path / "course" / "solutions" / name / f"{name}.py", "answer = 42\n")
        put(tmp_path / "course" / "assignments" / name / f"{name}.py", f"# {name}\nanswer = None\n")
        released = tmp_path / "course" / "assignments" / "notebooks" / name / f"{name}.ipynb"
        put(released, notebook("answer = None", "check(answer)"))
    return Course(tmp_path / "course")


@pytest.fixture
def klass() -> ClassResults:
    """A class with every kind of result, and with harmful names."""
    from autograder.results.result import ClassResults, Final, Outcome, Result
    from tests.support.results import IDEA, METRICS, NAMES, check, result

    everybody = []
    for number, name in enumerate(NAMES):
        wrong: Outcome = "failed" if number % 2 else "passed"
        diagnosis = IDEA if number % 2 else None
        everybody.append(
            result(
                name,
                check(1, wrong, diagnosis=diagnosis),
                check(2, "passed"),
                check(3, wrong, hidden=True, diagnosis=diagnosis),
                check(4, "passed", hidden=True),
                submitted="2026-11-20T21:03:11Z",
            )
        )
        everybody.append(result(name, check(5, "passed"), assignment="a5_fashion_mnist", metrics=METRICS))
    empty = {"form": None, "score": 0, "max_score": 8, "assignment": "a1_permute"}
    everybody += [
        Result(student="mia", status="missing", **empty),
        Result(student="una", status="unreadable", notes=("SyntaxError at line 3: <b>x</b>",), **empty),
        Result(student="amy", status="ambiguous", notes=("Two files differ: a.py and b.py.",), **empty),
        Result(student="lou", status="graded", notes=("Not graded: its process died.",), **empty),
    ]
    finals = {("ada", "a1_permute"): Final(7, 1, "1 day late: -1 (10 %)")}
    return ClassResults(tuple(everybody), finals=finals)


@pytest.fixture
def pages(klass: ClassResults, tmp_path: Path) -> Path:
    """The report of that class."""
    from autograder.course.course import Course
    from autograder.report import pages as report

    report.write(klass, tmp_path / "report", Course(ROOT))
    return tmp_path / "report"


@pytest.fixture
def graded_folder(tmp_path: Path) -> Path:
    """The results of three students: one graded, one whose name is a formula, one missing."""
    from autograder.results import store
    from autograder.results.result import Result
    from tests.support.small_results import RESULT

    store.write(RESULT, tmp_path)
    store.write(dataclasses.replace(RESULT, student="=cmd()"), tmp_path)
    missing = Result("ben", "a1_permute", None, "missing", 0, 5)
    store.write(missing, tmp_path)
    store.write(dataclasses.replace(missing, assignment="a2_linear_dims", max_score=10), tmp_path)
    return tmp_path


@pytest.fixture
def small_course(tmp_path: Path) -> Course:
    """A course of one assignment, in files."""
    from autograder.course.course import Course
    from tests.support.small_course import HIDDEN, MASTER, MISCONCEPTIONS, PUBLIC

    folder = tmp_path / "course" / "solutions" / "b1_tiny"
    folder.mkdir(parents=True)
    for name, text in {
        "b1_tiny.py": MASTER,
        "test_b1_tiny.py": PUBLIC,
        "test_b1_tiny_hidden.py": HIDDEN,
        "misconceptions.py": MISCONCEPTIONS,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "course")
    (tmp_path / "course" / "data").mkdir()
    shutil.copy(ROOT / "data" / "fashion_mnist.py", tmp_path / "course" / "data")
    (tmp_path / "course" / "data" / "train-images.idx.gz").write_bytes(b"images")
    (tmp_path / "course" / "data" / "test-images.idx.gz").write_bytes(b"secret images")
    return Course(tmp_path / "course")


@pytest.fixture
def released(small_course: Course) -> Course:
    from autograder.release import command

    assert command.release(small_course) == 0
    return small_course


@pytest.fixture
def of_tensors(small_course: Course) -> Course:
    """The course with a misconception that gives tensors, released."""
    from autograder.release import command
    from tests.support.small_course import PACKS

    path = small_course.solutions / "b1_tiny" / "misconceptions.py"
    path.write_text(path.read_text().replace('@misconception("double")', PACKS + '@misconception("double")', 1))
    assert command.release(small_course) == 0
    return small_course
