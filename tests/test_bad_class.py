"""A class in which everything is wrong that can be wrong with a file: each gets its line, and the batch is finished."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from autograder.course.course import Course
from autograder.grading.batch import ClassRequest, grade_class
from autograder.grading.pool import LocalWorkers
from autograder.grading.progress import Progress
from autograder.platforms import csv as table
from autograder.report import pages as report
from autograder.results import final, store, summary
from autograder.results.result import Result
from tests.support.places import ROOT

NAME = "a1_permute"
RIGHT = (ROOT / "tests" / "class" / "ada_right" / NAME / f"{NAME}.py").read_text(encoding="utf-8")
ODD = ("two words", "Zoë Müller", "😀", "two\nlines", "-rf", "'; DROP TABLE students; --", "=1+1")


def wrong(nchw: str) -> str:
    """The right answer with another `to_nchw`."""
    return RIGHT.replace("    return images.permute(0, 3, 1, 2)\n", nchw)


# student -> what lies in the folder
FILES: dict[str, bytes] = {
    "tabs": RIGHT.replace("    return images.unsqueeze(1)", "\tif True:\n        return images").encode(),
    "tabs_alone": RIGHT.replace("    ", "\t").encode(),
    "utf_16": RIGHT.encode("utf-16"),
    "bom_and_crlf": RIGHT.replace("\n", "\r\n").encode("utf-8-sig"),
    "latin_1": b"# gr\xf6\xdfe\n" + RIGHT.encode(),
    "empty": b"",
    "binary": bytes(range(256)) * 100,
    "huge": b"x = 1\n" * (5 << 20),
    "deep_source": b"x = " + b"(" * 20_000 + b")" * 20_000 + b"\n" + RIGHT.encode(),
    "deep_unary": b"x = " + b"-" * 30_000 + b"1\n" + RIGHT.encode(),
    "deep_recursion": wrong("    return to_nchw(images)\n").encode(),
    "deeper_recursion": wrong(
        "    import sys\n    sys.setrecursionlimit(10**9)\n    f = lambda n: [f(n + 1) for _ in range(2)]\n"
        "    class A:\n        def __getattr__(self, n):\n            return getattr(self, n)\n"
        "        def __repr__(self):\n            return repr([self])\n    repr(A())\n    return f(0)\n"
    ).encode(),
    "flood": wrong(
        "    for _ in range(50):\n        print('x' * (1 << 20))\n    return images.permute(0, 3, 1, 2)\n"
    ).encode(),
    "one_long_line": f"{RIGHT}\nx = '{'y' * 50_000}'\n".encode(),
    "null_bytes": RIGHT.encode() + b"\0\0",
    "no_such_encoding": b"# coding: klingon\n" + RIGHT.encode(),
}


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folders of the class."""
    folder = tmp_path_factory.mktemp("bad") / "class"
    for student, content in FILES.items():
        (folder / student).mkdir(parents=True)
        (folder / student / f"{NAME}.py").write_bytes(content)
    for student in ODD:
        (folder / student).mkdir(parents=True)
        (folder / student / f"{NAME}.py").write_text(RIGHT, encoding="utf-8")
    (folder / "link_out").mkdir()
    (folder / "link_out" / f"{NAME}.py").symlink_to(ROOT / "solutions" / NAME / f"{NAME}.py")
    (folder / "link_to_nowhere").mkdir()
    (folder / "link_to_nowhere" / f"{NAME}.py").symlink_to(folder / "link_to_nowhere" / "b" / "c")
    (folder / "link_to_itself").mkdir()
    (folder / "link_to_itself" / "again").symlink_to(folder / "link_to_itself")
    (folder / "link_to_itself" / f"{NAME}.py").write_text(RIGHT)
    (folder / "folder_as_file" / f"{NAME}.py").mkdir(parents=True)
    (folder / "nothing").mkdir()
    (folder / "locked").mkdir()
    (folder / "locked" / f"{NAME}.py").write_text(RIGHT)
    (folder / "locked" / f"{NAME}.py").chmod(0)
    (folder / "gone").mkdir()
    (folder / "gone" / f"{NAME}.py").write_text(RIGHT)
    yield folder
    (folder / "locked" / f"{NAME}.py").chmod(stat.S_IRUSR | stat.S_IWUSR)


@pytest.fixture(scope="module")
def out(klass: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results; the folder `gone` vanishes while the first submission is graded."""

    class Vanishing(Progress):
        def began(self, slot: int, student: str, assignment: str) -> None:
            shutil.rmtree(klass / "gone", ignore_errors=True)
            super().began(slot, student, assignment)

    out = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_SECRET", "for tests")
        request = ClassRequest(klass, out, Course(ROOT), (NAME,))
        report = grade_class(request, lambda: LocalWorkers(1), progress=Vanishing)
    assert report.lost == []
    assert not report.interrupted
    return out


def of(out: Path, student: str) -> Result:
    """The result of a student."""
    return store.read(store.path_of(out, student, NAME))


def test_everybody_has_a_line(out: Path, klass: Path) -> None:
    everybody = store.read_all(out)
    students = {path.name for path in klass.iterdir()} | {"gone"}
    assert everybody.problems == ()
    assert set(everybody.students()) == students
    screen = Console(width=120, file=io.StringIO())
    screen.print(summary.table(everybody))
    lines = screen.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len([line for line in lines if line.strip()]) >= len(students) + 3
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("student", ["tabs_alone", "utf_16", "bom_and_crlf", "link_to_itself", "one_long_line", *ODD])
def test_what_can_be_read_gets_its_points(out: Path, student: str) -> None:
    result = of(out, student)
    assert (result.status, result.score) == ("graded", 10)


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("tabs", "TabError at line"),
        ("latin_1", "not a text file in UTF-8"),
        ("empty", "is empty"),
        ("binary", "not a text file"),
        ("huge", "holds 30 MB of code"),
        ("null_bytes", "zero bytes"),
        ("no_such_encoding", "encoding that is not known"),
        ("gone", "could not be opened: No such file"),
    ],
)
def test_what_cannot_be_read_says_why(out: Path, student: str, says: str) -> None:
    result = of(out, student)
    assert (result.status, result.score, result.max_score) == ("unreadable", 0, 10)
    assert says in result.notes[0]


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(out: Path) -> None:
    assert of(out, "locked").status == "unreadable"
    assert "Permission denied" in of(out, "locked").notes[0]


CLOSED = """
import sys
from pathlib import Path
from autograder.course.course import Course
from autograder.submission.source import Unreadable, read_source
from autograder.submission.clone import Clones
from autograder.submission.find import find_class
from autograder.submission.times import arrival_of
top = Path(sys.argv[1])
for found in find_class(top, Course(Path(sys.argv[2])), ("a1_permute",)).found:
    said = list(found.notes)
    if found.path is not None:
        arrival_of(found, top, {}, None, Clones())
        try:
            said.append(str(len(read_source(found.path, found.path.with_suffix(".safetensors")).cells)))
        except Unreadable as error:
            said.append(str(error))
    print(found.student, found.status, *said, sep="|")
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are another matter on Windows")
def test_what_is_closed_to_us(tmp_path: Path) -> None:
    """Root may read everything, unless it gives that right up first."""
    closed = []
    for student in ("ada", "file", "folder", "inner", "git"):
        (tmp_path / student).mkdir()
        if student != "inner":
            (tmp_path / student / f"{NAME}.py").write_text(RIGHT)
    (tmp_path / "inner" / "work").mkdir()
    (tmp_path / "inner" / "work" / f"{NAME}.py").write_text(RIGHT)
    (tmp_path / "git" / ".git").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "deeper")
    closed = [tmp_path / p for p in ("file/a1_permute.py", "folder", "inner/work", "git/.git")]
    give_up = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    give_up += ["--inh-caps", "-dac_override,-dac_read_search"]
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may read everything here")
    try:
        for path in closed:
            path.chmod(0)
        done = subprocess.run(
            [*(give_up if os.geteuid() == 0 else []), sys.executable, "-c", CLOSED, tmp_path, ROOT],
            capture_output=True,
            text=True,
        )
    finally:
        for path in closed:
            path.chmod(0o700)
    if "setpriv" in done.stderr:
        pytest.skip(f"root cannot give up its rights here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    lines = {line.split("|")[0]: line.split("|")[1:] for line in done.stdout.splitlines()}
    assert lines["ada"] == ["found", "1"]
    assert lines["git"] == ["found", "1"]
    assert lines["file"][0] == "found"
    assert "could not be opened: Permission denied" in lines["file"][1]
    assert lines["folder"] == [
        "missing",
        "The student's folder could not be opened: the grader has no permission to read it.",
    ]
    assert lines["inner"] == ["missing", "work could not be opened: the grader has no permission to read it."]


def test_what_is_not_there_is_missing(out: Path) -> None:
    result = of(out, "nothing")
    assert (result.status, result.score) == ("missing", 0)


@pytest.mark.parametrize(
    ("student", "said"), [("link_out", "link"), ("link_to_nowhere", "link"), ("folder_as_file", "folder")]
)
def test_what_lies_there_and_is_no_file_is_named(out: Path, student: str, said: str) -> None:
    result = of(out, student)
    assert (result.status, result.score) == ("unreadable", 0)
    assert said in " ".join(result.notes)


@pytest.mark.parametrize("student", ["deep_source", "deep_unary"])
def test_source_that_no_parser_takes(out: Path, student: str) -> None:
    result = of(out, student)
    assert result.score == 0
    told = " ".join([*result.notes, *(check.message for check in result.checks)])
    assert "Your file has no to_nchw." not in told, "it is there"
    assert "Python cannot read" in told or "SyntaxError" in told


@pytest.mark.parametrize("student", ["deep_recursion", "deeper_recursion"])
def test_recursion_costs_its_own_task_alone(out: Path, student: str) -> None:
    result = of(out, student)
    assert (result.status, result.score) == ("graded", 7)
    assert {check.task for check in result.checks if check.outcome != "passed"} == {"to_nchw"}


def test_a_flood_of_output_costs_nothing_and_is_not_kept(out: Path) -> None:
    assert of(out, "flood").score == 10
    assert all(path.stat().st_size < 200_000 for path in store.result_files(out))


def test_a_second_run_grades_nothing_again(out: Path, klass: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    before = {path: path.read_bytes() for path in store.result_files(out)}

    def no_workers() -> LocalWorkers:
        raise AssertionError("there is nothing to grade")

    again = grade_class(ClassRequest(klass, out, Course(ROOT), (NAME,)), no_workers)
    assert again.graded == 0
    assert {path: path.read_bytes() for path in store.result_files(out)} == before


def test_such_a_class_is_reported_and_exported(out: Path, tmp_path: Path) -> None:
    everybody = final.apply(store.read_all(out), out, Course(ROOT))
    count = report.write(everybody, tmp_path / "report", Course(ROOT))
    assert count == len(everybody.students())
    assert len(list((tmp_path / "report" / "students").glob("*.html"))) == count
    table.export(everybody, tmp_path / "scores.csv", None)  # type: ignore[arg-type]
    assert len((tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()) >= count
    assert json.loads(next(store.result_files(out)).read_text(encoding="utf-8"))
