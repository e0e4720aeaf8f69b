"""A teaching assistant's evening, as it goes: Moodle's download, its odd files, late work, grades and words back.

What was seen is written down: AUTOGRADER_RECORD=docs/ta-evening.md keeps it. The commands are those of docs/uploads.md.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.files import put
from tests.support.places import ROOT

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(sys.platform == "win32", reason="the class is graded in a sandbox of Unix"),
]
CLASS = ROOT / "tests" / "class"
RIGHT = (CLASS / "ada_right" / "a1_permute" / "a1_permute.py").read_text(encoding="utf-8")
RESHAPES = (CLASS / "cleo_one_wrong" / "a1_permute.py").read_text(encoding="utf-8")
BROKEN = (CLASS / "eve_syntax_error" / "a1_permute.py").read_text(encoding="utf-8")
RULES = """timezone = "Europe/Berlin"
[late]
percent_per_day = 10
[deadlines]
a1 = 2026-11-20
"""
NAMES = ("Ann Lee", "Bob O'Neil", "Cas Müller", "Dee Roe", "Eve Fox", "Fay Kim", "Gus Ito", "Hal Day", "Ann Lee")


class Evening:
    """A course's folder in which commands are run, and what they said."""

    def __init__(self, course: Path) -> None:
        self.course, self.said = course, []  # type: ignore[var-annotated]

    def write(self, name: str, content: str, why: str) -> None:
        """Write a file by hand, as a person would in an editor."""
        put(self.course / name, content)
        self.said.append(f"{why}\n\n```text\n$ cat {name}\n{content.strip()}\n```")

    def run(self, command: str, why: str, code: int = 0) -> str:
        """Run a command; what it said, in one line."""
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "110",
            "NO_COLOR": "1",
            "AUTOGRADER_SECRET": "of the evening",
        }
        environment.pop("FORCE_COLOR", None)
        ended = subprocess.run(
            command,
            shell=True,
            cwd=self.course,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        text = "\n".join(line.rstrip() for line in (ended.stdout + ended.stderr).splitlines()).strip("\n")
        assert ended.returncode == code, text
        assert "Traceback" not in text
        told = f"\n{text}" if text else ""
        self.said.append(f"{why}\n\n```text\n$ {command}{told}\n```")
        return re.sub(r"\s+", " ", text)


def folder(number: int, plugin: str = "file") -> str:
    """A student's folder as Moodle names it, without the apostrophe."""
    return f"download/{NAMES[number].replace(chr(39), '')}_{12345 + number}_assignsubmission_{plugin}_"


@pytest.fixture
def evening(tmp_path: Path) -> Evening:
    """The course, Moodle's download of a1 and its grading worksheet."""
    course = tmp_path / "cnn-course"
    others = shutil.ignore_patterns("a[2-9]_*", "__pycache__", "notebooks")
    for part in ("solutions", "assignments"):
        shutil.copytree(ROOT / part, course / part, ignore=others)
    put(course / "course.toml", RULES)
    put(course / folder(0) / "a1_permute.py", RIGHT)
    put(course / folder(1) / "a1_permute.py", RESHAPES)
    work = put(course / folder(2) / "hand-in.zip", b"")
    with zipfile.ZipFile(work, "w") as archive:
        archive.writestr("work/a1_permute.py", RIGHT)
    put(course / folder(3) / "a1_permute.docx", b"PK")
    put(course / folder(4, "onlinetext") / "onlinetext.html", "<p>I will hand it in tomorrow.</p>")
    put(course / folder(5) / "a1_permute.py", RIGHT)
    put(course / folder(5) / "old" / "a1_permute.py", RESHAPES)
    put(course / folder(6) / "a1_permute.py", BROKEN)
    put(course / folder(7) / "Kopie von a1_permute.py", RIGHT)
    put(course / folder(8) / "a1_permute.py", RESHAPES)
    rows = [
        ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed"],
        *([f"Participant {12345 + n}", name, f"s{n}@uni.edu", "", "", "10.00", "Yes"] for n, name in enumerate(NAMES)),
    ]
    with (course / "worksheet.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return Evening(course)


def test_the_evening(evening: Evening) -> None:
    course = evening.course
    text = evening.run("ls download", "The deadline was yesterday. Moodle's download, unpacked:")
    grade = "autograder grade download --out results --assignment a1 --times times.csv"
    evening.write(
        "times.csv",
        "student,assignment,time\nHal Day,a1,2026-11-21T20:15:00+01:00\n",
        "One hand-in was late; Moodle's page says when:",
    )
    text = evening.run(grade, "Grade. Every student gets a line, which says why a file cannot be graded:")
    assert "9 students, read as Moodle's download" in text
    assert "9 students: 5 graded, 3 unreadable, 1 ambiguous." in text
    assert "a1_permute.docx was found" in text
    assert "onlinetext.html was found" in text
    assert "submissions of a1_permute have no time and count as in time" in text
    evening.write(
        "results/choices.csv",
        "student,assignment,file\nFay Kim,a1,a1_permute.py\n",
        "Fay says which of her two files counts:",
    )
    put(course / folder(4) / "a1_permute.py", RIGHT)
    text = evening.run(grade, "Eve has handed in meanwhile. Only what changed is graded:")
    assert "9 students: 7 graded, 2 unreadable." in text
    assert re.search(r"[23] graded in", text)
    assert "were unchanged and kept" in text
    evening.run("cp -r results before", "Keep a copy before you change anything by hand:")
    evening.write(
        "results/adjustments.csv",
        "student,assignment,points,reason\nBob ONeil,a1,1,explained it right in the tutorial\n",
        "A teaching assistant adjusts a score, with a reason:",
    )
    put(course / folder(6) / "a1_permute.py", RIGHT)
    evening.run(grade, "Gus has repaired his file:")
    text = evening.run("autograder compare before results", "What has changed, for whom, and why:")
    assert "Bob ONeil, a1_permute: 7 -> 8 (lateness or an adjustment: +1: explained it right in the tutorial)" in text
    assert "Gus Ito, a1_permute: 0 -> 10 (was unreadable, is graded; other work)" in text
    text = evening.run("autograder report results --before before", "The class as a page, and a page for each student:")
    assert "9 students' pages" in text
    page = (course / "report" / "index.html").read_text(encoding="utf-8")
    assert "Since the run before" in page
    export = "autograder export results --to moodle --into worksheet.csv --assignment a1 --out filled.csv"
    text = evening.run(export, "Fill the grades into Moodle's worksheet:")
    assert "Filled 9 grades of 9 people." in text
    with (course / "filled.csv").open(encoding="utf-8", newline="") as file:
        grades = {row["Identifier"]: row["Grade"] for row in csv.DictReader(file)}
    assert list(grades.values()) == ["10", "8", "10", "0", "10", "10", "10", "9", "7"]
    feedback = "autograder feedback results --to moodle --assignment a1 --out feedback"
    text = evening.run(feedback, "The feedback for the students, as a zip for Moodle:")
    assert "9 students" in text
    with zipfile.ZipFile(course / "feedback" / "a1_permute-feedback.zip") as archive:
        words = {name: archive.read(name).decode() for name in archive.namelist()}
    assert len(words) == 9
    late = next(said for name, said in words.items() if "Hal Day" in name)
    assert "9 of 10 points" in late
    assert "1 day late: -1 (10 %)" in late
    assert all("hidden" not in said for said in words.values())
    example = next(name for name in words if "Bob" in name)
    evening.run(f"unzip -p feedback/a1_permute-feedback.zip '{example}' | head -20", "What Bob reads:")
    evening.run(grade, "A last run shows that nothing is left to do:")
    if record := os.environ.get("AUTOGRADER_RECORD"):
        said = "\n\n".join(evening.said).replace(str(course), "~/cnn-course")
        Path(record).write_text(f"{HEAD}\n{said}\n", encoding="utf-8")


HEAD = """# A teaching assistant's evening, recorded

Written by `tests/test_ta_evening.py` (`AUTOGRADER_RECORD=docs/ta-evening.md pytest tests/test_ta_evening.py`): from
Moodle's download to grades and feedback, with the unusual files that a class hands in.
"""
