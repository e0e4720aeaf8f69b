"""Any class, as any system hands it out, however deep it lies: each student has a line, and nobody else."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.submission.find import find_class
from tests.support.files import put

NAMES = ("a1_permute", "a2_linear_dims", "a3_conv_shapes")
FIRST = (
    "Ada",
    "Zoë",
    "Jean-Luc",
    "Mary Ann",
    "Øyvind",
    "小明",
    "דוד",
    "O'Neil",
    "Test",
    "A1",
    "Copy",
    "Build",
    "Results",
)
LAST = ("Lovelace", "Müller", "O'Brien", "van_Dijk", "Lee", "de-la-Cruz", "Żak", "王", "Backup", "Notebooks", "Env")
NOISE = ("index.html", "grades.csv", "README.md", ".DS_Store", "notes.txt")
ABOVE = ("", "download", "Course/HW 1", "a/b/c")


def canvas(top: Path, first: str, last: str, number: int, name: str) -> str:
    """The student's name, as for each system: write one file, and say who the student is."""
    student = "".join(c for c in f"{last}{first}".lower() if c.isalnum())
    put(top / f"{student}_{1000 + number}_{5000 + NAMES.index(name)}_{name}-1.py", name)
    return student


def moodle(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{first} {last}_{1000 + number}_assignsubmission_file_" / f"{name}.py", name)
    return f"{first} {last}"


def brightspace(top: Path, first: str, last: str, number: int, name: str) -> str:
    for time in ("19 November, 2026 903 PM", "20 November, 2026 903 AM"):
        put(top / f"{1000 + number}-{2000 + number} - {first} {last} - {time}" / f"{name}.py", name + time)
    return f"{first} {last}"


def sakai(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{last}, {first}(u{number})" / "Submission attachment(s)" / f"{name}.py", name)
    return f"{last}, {first}(u{number})"


def schoology(top: Path, first: str, last: str, number: int, name: str) -> str:
    for revision in ("Revision 1 - On time", "Revision 2 - Late"):
        put(top / f"{last}, {first} - s{1000 + number}" / revision / f"{name}.py", name + revision)
    return f"{last}, {first}"


def programming_lab(top: Path, first: str, last: str, number: int, name: str) -> str:
    for time in ("2026-11-19-21-03-00", "2026-11-20-21-03-00"):
        put(top / f"{first} {last} {1000 + number}" / time / f"{name}.py", name + time)
    return f"{first} {last} {1000 + number}"


def late(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / ("late" if number % 2 else "on time") / f"{first}_{last}" / f"{name}.py", name)
    return f"{first}_{last}"


def ilias(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{last}_{first}_u{number}_{1000 + number}" / f"20261120{100000 + number}_{name}.py", name)
    return f"{last}_{first}_u{number}_{1000 + number}"


def flat(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{first} {last}_{name}.py", name)
    return f"{first} {last}"


def forms(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{name} - {first} {last}.py", name)
    return f"{first} {last}"


def folders(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{first}_{last}" / f"{name}.py", name)
    return f"{first}_{last}"


def nbgrader(top: Path, first: str, last: str, number: int, name: str) -> str:
    put(top / f"{first}_{last}" / name / f"{name}.py", name)
    return f"{first}_{last}"


def zips(top: Path, first: str, last: str, number: int, name: str) -> str:
    path = top / f"{first}_{last}.zip"
    if not path.exists():
        put(path, b"")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"work/{name}.py", name)
    return f"{first}_{last}"


SYSTEMS = (
    canvas, moodle, brightspace, sakai, schoology, programming_lab, ilias, flat, forms, folders, late, nbgrader, zips
)  # fmt: skip
IN_FOLDERS_OF_HOMEWORK = (
    canvas,
    moodle,
    brightspace,
    sakai,
    schoology,
    programming_lab,
    flat,
    forms,
    late,
)  # a download for each, one beside the other


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of three assignments, released."""
    root = tmp_path_factory.mktemp("course")
    for name in NAMES:
        put(root / "solutions" / name / f"{name}.py", "answer = 42\n")
        put(root / "assignments" / name / f"{name}.py", "answer = None\n")
    return Course(root)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("system", SYSTEMS)
def test_everybody_is_found(
    system: Callable[[Path, str, str, int, str], str], seed: int, course: Course, tmp_path: Path
) -> None:
    draw = random.Random(f"{seed} {system.__name__}")
    people = draw.sample([(first, last) for first in FIRST for last in LAST], draw.randint(2, 6))
    handed_out = draw.sample(NAMES, draw.randint(1, 3))
    above = tmp_path / "class" / draw.choice(ABOVE)
    titled = draw.choice(("HW {}", "Week {} - Task", "assignment_{}")) if system in IN_FOLDERS_OF_HOMEWORK else ""
    expected = set()
    for number, name in enumerate(handed_out):
        top = above / titled.format(number + 1)
        for place, (first, last) in enumerate(people):
            expected.add(system(top, first, last, place, name))
        for noise in draw.sample(NOISE, draw.randint(0, 2)):
            put(top / noise, "")
    found = find_class(tmp_path / "class", course, list(handed_out)).found
    assert {each.student for each in found} == expected
    assert {each.status for each in found} == {"found"}
