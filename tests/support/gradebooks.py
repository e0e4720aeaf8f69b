"""Random classes, small classes made by hand, and gradebooks of other systems to write them into."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from autograder.common.diagnosis import Diagnosis
from autograder.platforms import classroom50, lms
from autograder.platforms.export import load
from autograder.results.result import CheckResult, ClassResults, Final, Result
from autograder.submission.people import comparable

SECRET = "hidden-7f3a"  # is in every text of a hidden check
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from('\n\r\t,;"<>&|`:%=@\x00\x1b'), max_size=24
)
names = st.text("abcdefgzÄß李-_' .,()", min_size=1, max_size=12).filter(lambda name: name.strip() == name)
tasks = st.sampled_from(["to_nchw", "affine", "ANSWERS", "conv2d"])
outcomes = st.sampled_from(["passed", "failed", "error", "timeout", "crashed", "not_run"])


@st.composite
def checks(draw: st.DrawFn) -> tuple[CheckResult, ...]:
    """One to eight checks with different names."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        hidden, outcome, points = draw(st.booleans()), draw(outcomes), draw(st.integers(0, 5))
        mark = SECRET if hidden else "public"
        said = draw(st.none() | words)
        found.append(
            CheckResult(
                name=f"test_{mark}_{number}",
                title=f"{mark} title {draw(words)}",
                task=draw(tasks),
                points=points,
                score=points if outcome == "passed" else 0,
                outcome=outcome,
                hidden=hidden,
                diagnosis=None if said is None else Diagnosis(f"{mark}_idea", f"{mark} idea {said}"),
                message=f"{mark} says {draw(words)}",
                seconds=draw(st.floats(0, 9)),
            )
        )
    return tuple(found)


def tell_apart(students: list[str]) -> bool:
    """Whether no two students share a way of writing a name. Those who do are listed, and not filled in."""
    ways = [lms.names_of(student) for student in students]
    return len(set().union(*ways)) == sum(map(len, ways))


@st.composite
def classes(draw: st.DrawFn) -> ClassResults:
    """A class: each student has a result for each assignment, some with a final score of its own."""
    students = draw(st.lists(names, min_size=1, max_size=4, unique_by=comparable).filter(tell_apart))
    assignments = ["a1_permute", "a2_linear_dims", "a10_more"][: draw(st.integers(1, 3))]
    templates = {name: draw(checks()) for name in assignments}
    found, finals = [], {}
    for student in students:
        for assignment in assignments:
            most = sum(check.points for check in templates[assignment])
            status = draw(st.sampled_from(["graded", "graded", "graded", "missing", "unreadable", "ambiguous"]))
            own: tuple[CheckResult, ...] = ()
            if status == "graded":
                flips = [draw(outcomes) for _ in templates[assignment]]
                own = tuple(
                    dataclasses.replace(check, outcome=flip, score=check.points if flip == "passed" else 0)
                    for check, flip in zip(templates[assignment], flips, strict=True)
                )
            score = sum(check.score for check in own)
            note = (draw(words),) if draw(st.booleans()) else ()
            found.append(Result(student, assignment, "py" if own else None, status, score, most, own, notes=note))
            if draw(st.booleans()):
                finals[student, assignment] = Final(draw(st.integers(0, most)), 1, f"1 day late{draw(words)}")
    return ClassResults(tuple(found), (), finals)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def export(found: ClassResults, name: str, out: Path, **options: Any) -> None:
    """Run a format's export."""
    load(name).export(found, out, argparse.Namespace(**options))


quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def write_releases(found: ClassResults, out: Path) -> None:
    """Write the result.json of each submission's release, as Classroom 50 does without an autograder."""
    for number, result in enumerate(found.results):
        slug = classroom50.slug(result.assignment)
        data = {
            "schema": "classroom50/result/v1",
            "classroom": "cnn",
            "assignment": slug,
            "assignment_type": "individual",
            "owner": result.student,
            "submission": f"submit/2026-11-20T12-00-00Z-{number:07x}",
            "commit": f"https://github.com/org/cnn-{number}/commit/{number:040x}",
            "release": f"https://github.com/org/cnn-{number}/releases/tag/x",
            "review": f"https://github.com/org/cnn-{number}/compare/x",
            "datetime": "2026-11-20T12:00:00Z",
            "score": 0,
            "max-score": 0,
            "tests": [],
            "submitted_by": {"username": result.student, "id": None},
        }
        path = out / str(number) / "result.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(data), encoding="utf-8")


PASSED = CheckResult("test_a", "A", "t", 7, 7, "passed", False)
FAILED = CheckResult("test_b", "B", "t", 3, 0, "failed", True)
SMALL = ClassResults(
    tuple(
        Result(student, name, "py", "graded", 7, 10, (PASSED, FAILED))
        for student in ("Ada Lovelace", "zoe22")
        for name in ("a1_permute", "a2_linear_dims")
    )
)


def moodle_options(into: Path, assignment: str) -> dict[str, Any]:
    """The options of `--to moodle`, as the command line would give them."""
    titles = {
        "identifier_column": "Identifier", "name_column": "Full name", "grade_column": "Grade",
        "maximum_column": "Maximum Grade", "closed_column": "Grade can be changed",
    }  # fmt: skip
    return {"into": into, "assignment": assignment, "leave_missing": False, "identities": None} | titles


CANVAS = (
    '\ufeff"Student",ID,SIS User ID,SIS Login ID,Section,"a1_permute (48213)",Late notes,a2_linear_dims (48214),Final Score\r\n'
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,10.00,,10.00,(read only)\r\n"
    '"Lovelace, Ada",101,u1,ada@uni.example,"CNN, ""evening""",,"a ""note"", kept",3.00, 12.5 \r\n'
    '"Doe, Zoë",102,u2,zoe22@uni.example,CNN,"5",,,\r\n'
    '"Student, Test",103,,abc,CNN,,,,\r\n'
)


def run_canvas(found: ClassResults, tmp_path: Path, content: bytes, **options: Any) -> bytes:
    """Fill grades into a file. Returns the bytes of the filled file."""
    (tmp_path / "gradebook.csv").write_bytes(content)
    merged = {"into": tmp_path / "gradebook.csv", "column": [], "leave_missing": False, "identities": None} | options
    export(found, "canvas", tmp_path / "filled.csv", **merged)
    return (tmp_path / "filled.csv").read_bytes()
