"""Every reader of our results computes the same total from its own format, and sees no hidden check."""

from __future__ import annotations

import argparse
import base64
import contextlib
import csv
import dataclasses
import io
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import cli
from autograder.common.errors import UserError
from autograder.platforms import classroom50, github_classroom, gradescope, lms, nbgrader, table
from autograder.platforms.export import formats, load
from autograder.results import final, rows
from autograder.results import result as results
from autograder.results.result import CheckResult, ClassResults, Diagnosis, Final, Result
from tests.support import readers
from tests.support.places import ROOT

SECRET = "hidden-7f3a"  # stands in every word of a hidden check

# --- random classes ------------------------------------------------------------------------------------------------

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from('\n\r\t,;"<>&|`:%=@\x00\x1b'), max_size=24
)
names = st.text("abcdefgzÄß李-_' .,()", min_size=1, max_size=12).filter(lambda name: name.strip() == name)
tasks = st.sampled_from(["to_nchw", "affine", "ANSWERS", "conv2d"])
outcomes = st.sampled_from(["passed", "failed", "error", "timeout", "crashed", "not_run"])


@st.composite
def checks(draw: st.DrawFn) -> tuple[CheckResult, ...]:
    """Up to eight checks, named apart."""
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
    """Whether no way of writing one name is a way of writing another: such students are listed, not filled in."""
    ways = [lms.names_of(student) for student in students]
    return len(set().union(*ways)) == sum(map(len, ways))


@st.composite
def classes(draw: st.DrawFn) -> ClassResults:
    """A class: each student has a result for each assignment, some with a final score of its own."""
    students = draw(st.lists(names, min_size=1, max_size=4, unique_by=lms.normal).filter(tell_apart))
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


def totals(found: ClassResults) -> dict[str, tuple[int, int]]:
    """What all must agree on: student -> (total, max_total)."""
    most = sum(found.max_scores().values())
    return {s: (sum(map(found.final_score, own.values())), most) for s, own in found.students().items()}


def export(found: ClassResults, name: str, out: Path, **options: Any) -> None:
    """Run a format's export."""
    load(name).export(found, out, argparse.Namespace(**options))


def add_up(parts: dict[str, list[tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """student -> the sums over assignments."""
    return {s: (sum(p[0] for p in own), sum(p[1] for p in own)) for s, own in parts.items()}


quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(classes())
def test_every_reader_computes_the_same_total(found: ClassResults) -> None:
    right = totals(found)
    by_folder = {results.folder_name(student): student for student in right}
    with folder() as out:
        export(found, "json", out / "class.json")
        assert readers.document((out / "class.json").read_bytes().decode()) == right

        export(found, "csv", out / "class.csv")
        sheet = readers.spreadsheet((out / "class.csv").read_bytes().decode())
        assert list(sheet.values()) == list(right.values())

        export(found, "gradescope", out / "gradescope", hidden_rows="after_published")
        parts: dict[str, list[tuple[float, float]]] = {student: [] for student in right}
        for path in (out / "gradescope").glob("*/*/results.json"):
            parts[by_folder[path.parent.name]].append(readers.gradescope(path.read_bytes()))
        assert add_up(parts) == right

        write_releases(found, out / "releases")
        export(found, "classroom50", out / "classroom50", into=out / "releases")
        parts = {student: [] for student in right}
        for path in (out / "classroom50").rglob("result.json"):
            student = json.loads(path.read_bytes())["owner"]
            parts[student].append(readers.classroom50(path.read_bytes()))
        assert add_up(parts) == right

        export(found, "github-classroom", out / "old")
        posted, table = {s: [] for s in right}, dict.fromkeys(right, 0.0)
        for path in (out / "old").glob("*/*.txt"):
            score, most, shown = readers.github_classroom(path.read_bytes().decode())
            posted[by_folder[path.stem]].append((score, most))
            table[by_folder[path.stem]] += shown
        assert add_up(posted) == right
        assert {s: round(t, 6) for s, t in table.items()} == {s: total for s, (total, _) in right.items()}

        lost = any(r.status == "graded" and not r.checks for r in found.results)
        assert not lost
        numbers = {student: str(4711 + n) for n, student in enumerate(right)}
        (out / "canvas.csv").write_bytes(canvas_file(found, numbers))
        export(found, "canvas", out / "filled.csv", into=out / "canvas.csv", column=[], leave_missing=False)
        grades = readers.canvas((out / "filled.csv").read_bytes())
        assert {s: sum(grades[numbers[s]].values()) for s in right} == {s: t for s, (t, _) in right.items()}

        got = dict.fromkeys(right, 0.0)
        for assignment in found.max_scores():
            (out / "moodle.csv").write_bytes(moodle_file(found, assignment, numbers))
            export(found, "moodle", out / "sheet.csv", **moodle_options(out / "moodle.csv", assignment))
            sheet_grades = readers.moodle((out / "sheet.csv").read_bytes())
            for student in right:
                got[student] += sheet_grades[f"Participant {numbers[student]}"]
        assert got == {s: t for s, (t, _) in right.items()}


@quick
@given(classes())
def test_hidden_checks_stay_hidden(found: ClassResults) -> None:
    """Nothing that a hidden check is called, draws or says stands in what a student can read."""
    with folder() as out:
        export(found, "csv", out / "class.csv")
        export(found, "gradescope", out / "gradescope", hidden_rows="visible")
        write_releases(found, out / "releases")
        export(found, "classroom50", out / "classroom50", into=out / "releases")
        export(found, "github-classroom", out / "old")
        for path in out.rglob("*"):
            if path.is_file():
                text = path.read_bytes().decode()
                assert SECRET not in text
                for value in readers.github_output(text).values() if path.suffix == ".txt" else ():
                    with contextlib.suppress(ValueError):
                        assert SECRET not in base64.b64decode(value).decode()
    for result in found.results:
        assert SECRET not in json.dumps(nbgrader.task_comments(result), ensure_ascii=False)


@quick
@given(classes())
def test_gradescope_holds_the_total_back_with_the_hidden_points(found: ClassResults) -> None:
    with folder() as out:
        export(found, "gradescope", out, hidden_rows="after_published")
        for path in out.glob("*/*/results.json"):
            view = readers.gradescope_student_view(path.read_bytes(), published=False)
            hidden = rows.HIDDEN_TITLE in path.read_bytes().decode()
            assert ("score" in view) is not hidden
            assert all(rows.HIDDEN_TITLE not in test["name"] for test in view["tests"])
            assert "score" in readers.gradescope_student_view(path.read_bytes(), published=True)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9), st.data())
def test_settled_rows_sum_to_the_final_score(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    lines = [rows.Row("t", "x", False, min(pair), max(pair)) for pair in pairs]
    final = data.draw(st.integers(0, sum(row.points for row in lines)))
    done = rows.settled(lines, final)
    assert sum(row.score for row in done) == final
    assert all(0 <= row.score <= row.points for row in done)


def test_a_note_cannot_tell_of_a_hidden_check() -> None:
    hidden = CheckResult("test_h", "Sizes of 7 and 9", "t", 1, 0, "failed", True, message="Got 7.")
    result = Result("ada", "a1", "py", "graded", 0, 1, (hidden,), notes=("It stays: Sizes of 7 and 9",))
    assert rows.public_notes(result) == ("It stays: a check on other inputs",)


# --- Classroom 50 --------------------------------------------------------------------------------------------------


def write_releases(found: ClassResults, out: Path) -> None:
    """The result.json of each submission's release, as Classroom 50 writes them without an autograder."""
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


def test_classroom50_keeps_who_submitted_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_releases(SMALL, tmp_path / "in")
    (tmp_path / "in" / "torn").mkdir()
    (tmp_path / "in" / "torn" / "result.json").write_text('{"schema": "classroom50/result/v1"')
    (tmp_path / "in" / "other").mkdir()
    (tmp_path / "in" / "other" / "result.json").write_text("[]")
    export(SMALL, "classroom50", tmp_path / "out", into=tmp_path / "in")
    told = capsys.readouterr()
    assert told.err.count("no result.json of Classroom 50") == 2
    assert "Filled 4" in told.out
    before = json.loads((tmp_path / "in" / "0" / "result.json").read_bytes())
    after = json.loads((tmp_path / "out" / "0" / "result.json").read_bytes())
    assert {key: after[key] for key in classroom50.IDENTITY} == {key: before[key] for key in classroom50.IDENTITY}
    assert after["submitted_by"] == before["submitted_by"]
    with pytest.raises(UserError, match="stay as they are"):
        export(SMALL, "classroom50", tmp_path / "in", into=tmp_path / "in")


def test_two_submissions_of_one_student_are_listed_not_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_releases(SMALL, tmp_path / "in")
    again = tmp_path / "in" / "again" / "result.json"
    again.parent.mkdir()
    again.write_bytes((tmp_path / "in" / "0" / "result.json").read_bytes())
    export(SMALL, "classroom50", tmp_path / "out", into=tmp_path / "in")
    assert "Ada Lovelace (a1_permute) has 2 result.json files" in capsys.readouterr().err
    assert not (tmp_path / "out" / "0").exists()


@pytest.mark.parametrize("name", ["a" * 40, "ä1", "a", "_a"])
def test_a_slug_that_classroom50_would_refuse(name: str) -> None:
    with pytest.raises(UserError, match="slug"):
        classroom50.slug(name)


def test_nothing_to_grade_is_never_a_vacuous_pass() -> None:
    """Without tests, Classroom 50 takes a submission for passed, and the old reporter breaks."""
    unreadable = Result("ada", "a1_permute", "py", "unreadable", 0, 10, notes=("SyntaxError at line 3",))
    identity = dict.fromkeys(classroom50.IDENTITY, "submit/x")
    (test,) = classroom50.document(unreadable, 0, identity)["tests"]
    assert test["passed"] is False
    assert "line 3" in test["output"]
    (data,) = github_classroom.documents(unreadable, 0).values()
    assert data["status"] == "fail"
    assert len(data["tests"]) == 10
    assert gradescope.document(unreadable, 0)["output"] == "SyntaxError at line 3"


# --- the LMS's own files -------------------------------------------------------------------------------------------

PASSED = CheckResult("test_a", "A", "t", 7, 7, "passed", False)
FAILED = CheckResult("test_b", "B", "t", 3, 0, "failed", True)
SMALL = ClassResults(
    tuple(
        Result(student, name, "py", "graded", 7, 10, (PASSED, FAILED))
        for student in ("Ada Lovelace", "zoe22")
        for name in ("a1_permute", "a2_linear_dims")
    )
)


def canvas_file(found: ClassResults, numbers: dict[str, str]) -> bytes:
    """An export of Canvas with everybody in it, known by Canvas's number or by name."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    points = found.max_scores()
    columns = [f"{name} ({number})" for number, name in enumerate(points, start=900)]
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns])
    writer.writerow(["    Points Possible", "", "", "", "", *(f"{most}.00" for most in points.values())])
    for student in found.students():
        writer.writerow(["Someone, Else", numbers[student], "", student, "CNN", *[""] * len(columns)])
    return text.getvalue().encode()


def moodle_file(found: ClassResults, assignment: str, numbers: dict[str, str]) -> bytes:
    """A grading worksheet of Moodle."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"])
    for student in found.students():
        most = f"{found.max_scores()[assignment]}.00"
        writer.writerow([f"Participant {numbers[student]}", student, "", "Submitted", "", most])
    return text.getvalue().encode()


def moodle_options(into: Path, assignment: str) -> dict[str, Any]:
    """The options of `--to moodle`, as the command line would give them."""
    titles = {
        "identifier_column": "Identifier", "name_column": "Full name", "grade_column": "Grade",
        "maximum_column": "Maximum Grade", "closed_column": "Grade can be changed",
    }  # fmt: skip
    return {"into": into, "assignment": assignment, "leave_missing": False} | titles


CANVAS = (
    '\ufeff"Student",ID,SIS User ID,SIS Login ID,Section,"a1_permute (48213)",Late notes,a2_linear_dims (48214),Final Score\r\n'
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,10.00,,10.00,(read only)\r\n"
    '"Lovelace, Ada",101,u1,ada@uni.example,"CNN, ""evening""",,"a ""note"", kept",3.00, 12.5 \r\n'
    '"Doe, Zoë",102,u2,zoe22@uni.example,CNN,"5",,,\r\n'
    '"Student, Test",103,,abc,CNN,,,,\r\n'
)


def run_canvas(found: ClassResults, tmp_path: Path, content: bytes, **options: Any) -> bytes:
    """Fill a file; the filled bytes."""
    (tmp_path / "gradebook.csv").write_bytes(content)
    merged = {"into": tmp_path / "gradebook.csv", "column": [], "leave_missing": False} | options
    export(found, "canvas", tmp_path / "filled.csv", **merged)
    return (tmp_path / "filled.csv").read_bytes()


def test_canvas_changes_the_grade_cells_and_no_other_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = run_canvas(SMALL, tmp_path, CANVAS.encode())
    expected = (
        CANVAS.replace('""evening""",,"a', '""evening""",7,"a')
        .replace(",3.00,", ",7,")
        .replace('CNN,"5",,,', 'CNN,"7",,7,')
    )
    assert filled.decode() == expected
    told = capsys.readouterr().err
    assert "Filled 4 grades of 2 people" in told
    assert "1 people in the file were left as they are (line 6)" in told


def test_a_gradebook_in_latin1_with_semicolons_keeps_both(tmp_path: Path) -> None:
    content = "Student;ID;a1_permute (1);a2_linear_dims (2)\nDoe, Zoë;zoe22;;\nLovelace, Ada;5;;".encode("latin-1")
    filled = run_canvas(SMALL, tmp_path, content)
    assert filled == "Student;ID;a1_permute (1);a2_linear_dims (2)\nDoe, Zoë;zoe22;7;7\nLovelace, Ada;5;7;7".encode(
        "latin-1"
    )


def test_nobody_is_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of one name, one who is not there, two folders that mean one person."""
    found = ClassResults(
        tuple(
            Result(student, "a1_permute", "py", "graded", 7, 10, (PASSED, FAILED))
            for student in ("Ann Lee", "bob", "bob@uni.example", "nobody")
        )
    )
    content = (
        b"Student,ID,SIS Login ID,a1_permute (1)\n"
        b'"Lee, Ann",1,al1,\n"Lee, Ann",2,al2,\n"Ray, Bob",3,bob@uni.example,4\n'
    )
    assert run_canvas(found, tmp_path, content) == content
    told = capsys.readouterr().err
    assert "Ann Lee could be several people (line 2, 3)" in told
    assert "bob shares a person with another student (line 4)" in told
    assert "nobody is not in gradebook.csv" in told


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"", {}, "is empty"),
        (b"a,b\n", {}, "no gradebook of Canvas"),
        ("Student,ID\n".encode("utf-16"), {}, "UTF-16"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {}, "no column named after an assignment"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {"column": ["a1_permute=Test"]}, "no column 'Test'"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {"column": ["a9=Quiz"]}, "a9=Quiz"),
        (b"Student,ID,Quiz (3)\nx,1,\n", {"column": ["Quiz"]}, "ASSIGNMENT=TITLE"),
        (b"Student,ID,a1_permute (3),a1_permute (4)\nx,1,,\n", {}, "could be"),
        (b"Student,ID,a1_permute (3)\nPoints Possible,,20\nx,1,\n", {}, "worth 20 points there and 10 here"),
        (b"Student,ID,a1_permute (3)\nPoints Possible,,(read only)\nx,1,\n", {}, "works out the column"),
        (b"Student,ID,Q (3)\nx,1,\n", {"column": ["a1_permute=Q", "a2_linear_dims=Q"]}, "share a column"),
    ],
)
def test_a_file_that_is_not_canvass_is_refused(
    tmp_path: Path, content: bytes, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        run_canvas(SMALL, tmp_path, content, **options)
    assert not (tmp_path / "filled.csv").exists()


def test_the_lms_file_itself_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.csv"
    path.write_bytes(CANVAS.encode())
    with pytest.raises(UserError, match="stays as it is"):
        export(SMALL, "canvas", path, into=path, column=[], leave_missing=False)
    assert path.read_bytes() == CANVAS.encode()


def test_what_the_machine_lost_is_no_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = Result("zoe22", "a1_permute", "py", "graded", 0, 10)
    found = ClassResults((*SMALL.results[:2], lost, SMALL.results[3]))
    filled = run_canvas(found, tmp_path, CANVAS.encode())
    assert 'CNN,"5",,7,' in filled.decode()
    assert "zoe22: a1_permute could not be graded" in capsys.readouterr().err


def test_missing_work_can_be_left_without_a_grade(tmp_path: Path) -> None:
    found = ClassResults((*SMALL.results[:3], Result("zoe22", "a2_linear_dims", None, "missing", 0, 10)))
    assert 'CNN,"7",,0,' in run_canvas(found, tmp_path, CANVAS.encode()).decode()
    assert 'CNN,"7",,,' in run_canvas(found, tmp_path, CANVAS.encode(), leave_missing=True).decode()


def test_a_column_for_the_total(tmp_path: Path) -> None:
    content = b"Student,ID,SIS Login ID,Tutorial 3 (7)\n    Points Possible,,,20\n,5,zoe22,\n"
    assert run_canvas(SMALL, tmp_path, content, column=["total=Tutorial 3"]).endswith(b",5,zoe22,14\n")


MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments\r\n"
    '"Participant 31","Ada Lovelace",ada@uni.example,"Submitted for grading - ",,10.00,Yes,"Monday, 2 November 2026, 9:10 AM","<p>two\r\nlines, ""kept""</p>"\r\n'
    '"Participant 32","Zoë Doe",zoe22@uni.example,"No submission - ","-","10,00",Yes,-,\r\n'
    '"Participant 33","Max Shut",max@uni.example,"No submission - ","4.00","10,00",No,-,'
)


def run_moodle(found: ClassResults, tmp_path: Path, content: bytes, **options: Any) -> bytes:
    """Fill a worksheet; the filled bytes."""
    (tmp_path / "sheet.csv").write_bytes(content)
    merged = moodle_options(tmp_path / "sheet.csv", "a1") | options
    export(found, "moodle", tmp_path / "filled.csv", **merged)
    return (tmp_path / "filled.csv").read_bytes()


def test_moodle_changes_the_grade_cells_and_no_other_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shut = dataclasses.replace(SMALL.results[0], student="Max Shut")
    filled = run_moodle(ClassResults((*SMALL.results, shut)), tmp_path, MOODLE.encode())
    assert filled.decode() == MOODLE.replace('grading - ",,', 'grading - ",7,').replace('"-","10,00"', '"7","10,00"')
    assert "line 5: Moodle says that this grade cannot be changed" in capsys.readouterr().err


def test_a_blind_worksheet_knows_participants_by_the_number_of_the_download(tmp_path: Path) -> None:
    student = "Participant_4711_assignsubmission_file"
    found = ClassResults((dataclasses.replace(SMALL.results[0], student=student),))
    content = b"ID,Bewertung\nTeilnehmer/in4711,\nTeilnehmer/in4712,\n"
    filled = run_moodle(found, tmp_path, content, identifier_column="ID", grade_column="Bewertung")
    assert filled == b"ID,Bewertung\nTeilnehmer/in4711,7\nTeilnehmer/in4712,\n"


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        (b"ID,Grade\n", {}, "--identifier-column"),
        (b"Identifier,Bewertung\n", {}, "--grade-column"),
        (b"Identifier,Grade,Grade\n", {}, "2 columns 'Grade'"),
        (b"Identifier,Grade,Maximum Grade\nParticipant 1,,100.00\n", {}, "worth 100 points there and 10 here"),
        (b"Identifier,Grade\n", {"assignment": "a9"}, "a9"),
    ],
)
def test_a_file_that_is_not_moodles_is_refused(
    tmp_path: Path, content: bytes, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        run_moodle(SMALL, tmp_path, content, **options)


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(
    st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.booleans(),
    st.randoms(),
)
def test_replacing_cells_is_byte_true(
    rows: list[list[str]], end: str, quoting: int, final_end: bool, rng: random.Random
) -> None:
    """What another program wrote is read as it reads it, and a cell that is replaced is the only one that changes."""
    if quoting == csv.QUOTE_MINIMAL:  # Python's writer leaves line ends other than its own without quotes
        rows = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([["k", "grade"], *rows])
    content = text.getvalue() if final_end else text.getvalue().removesuffix(end)
    with folder() as out:
        (out / "t.csv").write_bytes(content.encode())
        sheet = table.read_table(out / "t.csv")
    read = [[cell.value for cell in row] for row in sheet.rows]
    assert read == [["k", "grade"], *rows]
    assert sheet.filled({}) == content.encode()
    row = rng.randrange(1, len(read))
    again = list(csv.reader(io.StringIO(sheet.filled({(row, 1): 17}).decode(), newline="")))
    rows[row - 1][1] = "17"
    assert again == [["k", "grade"], *rows]


# --- the command ---------------------------------------------------------------------------------------------------


def command(*words: str) -> int:
    """`autograder export ...`"""
    return cli.main(["export", *words])


def test_the_command_takes_each_formats_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for result in SMALL.results:
        results.write(result, tmp_path / "results")
    (tmp_path / "gradebook.csv").write_bytes(CANVAS.encode())
    assert {"canvas", "classroom50", "csv", "github-classroom", "gradescope", "json", "moodle", "nbgrader"} == set(
        formats()
    )
    where = str(tmp_path / "results")
    assert command(where, "--to", "canvas", "--into", str(tmp_path / "gradebook.csv")) == 0
    captured = capsys.readouterr()
    assert captured.out.count(",7,") >= 2
    assert "Filled 4 grades" in captured.err
    assert command("--into", str(tmp_path / "gradebook.csv"), "--to=canvas", where) == 0
    assert "Filled 4 grades" in capsys.readouterr().err
    assert command(where, "--to", "gradescope") == 2
    assert "--out FOLDER" in capsys.readouterr().err
    assert command(where, "--to", "canvas", "--into", str(tmp_path / "nothing.csv")) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert command(where, "--to", "gradescope", "--out", str(tmp_path / "gs")) == 0
    assert len(list((tmp_path / "gs").glob("*/*/results.json"))) == 4
    for wrong in ([where], [where, "--to"], [where, "--to", "csv", "--into", "x"]):
        with pytest.raises(SystemExit) as ended:
            command(*wrong)
        assert ended.value.code == 2
    with pytest.raises(SystemExit):
        command("--to", "moodle", "--help")
    assert "for --to moodle" in capsys.readouterr().out


# --- one graded class, in every format -----------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader and the class's attacks are for Unix")
def test_one_graded_class_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """tests/class, graded with a deadline and an adjustment, through the commands that a person types."""
    pytest.importorskip("nbgrader")
    course = tmp_path / "course"
    pick = shutil.ignore_patterns("a[3-9]_*", "notebooks", "__pycache__")
    shutil.copytree(ROOT / "solutions", course / "solutions", ignore=pick)
    shutil.copytree(ROOT / "assignments", course / "assignments", ignore=shutil.ignore_patterns("a[3-9]_*"))
    students = (
        "ada_right",
        "ben_notebooks",
        "cleo_one_wrong",
        "eve_syntax_error",
        "iris_two_files",
        "leo_trains_badly",
    )
    for student in students:
        shutil.copytree(ROOT / "tests" / "class" / student, tmp_path / "class" / student)
    (course / "course.toml").write_text(
        "[late]\npercent_per_day = 10\n[deadlines]\na2 = 2026-11-20T12:00:00Z\n", encoding="utf-8"
    )
    (tmp_path / "times.csv").write_text(
        "student,assignment,time\nben_notebooks,a2_linear_dims,2026-11-21T20:00:00Z\n", encoding="utf-8"
    )
    monkeypatch.chdir(course)
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")
    graded = str(tmp_path / "results")
    words = [
        "grade",
        str(tmp_path / "class"),
        "--out",
        graded,
        "--times",
        str(tmp_path / "times.csv"),
        "--workers",
        "1",
    ]
    assert cli.main(words) == 0
    (tmp_path / "results" / "adjustments.csv").write_text(
        "student,assignment,points,reason\ncleo_one_wrong,a1_permute,1,the check was too strict\n", encoding="utf-8"
    )
    found = final.read_class(tmp_path / "results")
    right = totals(found)
    assert {s: t for s, (t, _) in right.items()} == {
        "ada_right": 20, "ben_notebooks": 18, "cleo_one_wrong": 18, "eve_syntax_error": 10, "iris_two_files": 10,
        "leo_trains_badly": 0,
    }  # fmt: skip
    out = tmp_path / "exports"

    def to(form: str, *more: str) -> Path:
        target = out / form
        assert command(graded, "--to", form, "--out", str(target), *more) == 0
        return target

    assert readers.document(to("json").read_bytes().decode()) == right
    assert readers.spreadsheet(to("csv").read_bytes().decode()) == right
    parts: dict[str, list[tuple[float, float]]] = {student: [] for student in right}
    for path in to("gradescope").glob("*/*/results.json"):
        parts[path.parent.name].append(readers.gradescope(path.read_bytes()))
    assert add_up(parts) == right
    write_releases(found, tmp_path / "releases")
    parts = {student: [] for student in right}
    for path in to("classroom50", "--into", str(tmp_path / "releases")).rglob("result.json"):
        parts[json.loads(path.read_bytes())["owner"]].append(readers.classroom50(path.read_bytes()))
    assert add_up(parts) == right
    parts = {student: [] for student in right}
    for path in to("github-classroom").glob("*/*.txt"):
        posted, most, table = readers.github_classroom(path.read_text())
        assert posted == round(table, 6)
        parts[path.stem].append((posted, most))
    assert add_up(parts) == right

    numbers = {student: str(4711 + n) for n, student in enumerate(right)}
    (tmp_path / "gradebook.csv").write_bytes(canvas_file(found, numbers))
    grades = readers.canvas(to("canvas", "--into", str(tmp_path / "gradebook.csv")).read_bytes())
    assert {s: sum(grades[numbers[s]].values()) for s in right} == {s: t for s, (t, _) in right.items()}
    sheets = dict.fromkeys(right, 0.0)
    for assignment in found.max_scores():
        (tmp_path / "sheet.csv").write_bytes(moodle_file(found, assignment, numbers))
        filled = to("moodle", "--into", str(tmp_path / "sheet.csv"), "--assignment", assignment.split("_")[0])
        for student, grade in readers.moodle(filled.read_bytes()).items():
            sheets[next(s for s in right if student.endswith(numbers[s]))] += grade
    assert sheets == {s: t for s, (t, _) in right.items()}

    capsys.readouterr()
    to("nbgrader")
    assert "Entered" in capsys.readouterr().out
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out / 'nbgrader'}") as book:
        entered = {
            (row["student"], name): row["score"] for name in found.max_scores() for row in book.submission_dicts(name)
        }
    # nbgrader knows raw scores: lateness is its own to take off.
    raw = {(r.student, r.assignment): r.score for r in found.results if r.status != "missing"}
    assert entered == raw


def test_the_page_on_uploads_leads_to_every_system_in_three_steps() -> None:
    page = (ROOT / "docs" / "uploads.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    del sections["What has been tried"]
    for title, section in sections.items():
        steps = [line[:3] for line in section.splitlines() if line[:3] in ("1. ", "2. ", "3. ", "4. ")]
        assert steps[:3] == ["1. ", "2. ", "3. "], title
        assert "4. " not in steps, title
    missing = [name for name in formats() if f"export results --to {name}" not in page and name != "json"]
    assert missing == []
    for command_ in ("release --to", "--classroom50", "--hidden-from", "gradescope-zip", "autograder ci"):
        assert command_ in page
