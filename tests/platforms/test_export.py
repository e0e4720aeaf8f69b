"""Every reader of our results computes the same total from its own format, and sees no hidden check."""

from __future__ import annotations

import base64
import contextlib
import csv
import dataclasses
import io
import json
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given

from autograder import cli
from autograder.common.diagnosis import Diagnosis
from autograder.platforms import classroom50, github_classroom, gradescope, nbgrader
from autograder.platforms.export import formats
from autograder.results import final, store
from autograder.results.result import CheckResult, ClassResults, Result
from tests.support import readers
from tests.support.extras import skip_without
from tests.support.gradebooks import (
    CANVAS,
    SECRET,
    SMALL,
    classes,
    export,
    folder,
    moodle_options,
    quick,
    write_releases,
)
from tests.support.places import ROOT


def totals(found: ClassResults) -> dict[str, tuple[int, int]]:
    """What all must agree on: student -> (total, max_total)."""
    most = sum(found.max_scores().values())
    return {s: (sum(map(found.final_score, own.values())), most) for s, own in found.students().items()}


def add_up(parts: dict[str, list[tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """student -> the sums over assignments."""
    return {s: (sum(p[0] for p in own), sum(p[1] for p in own)) for s, own in parts.items()}


@quick
@given(classes())
def test_every_reader_computes_the_same_total(found: ClassResults) -> None:
    right = totals(found)
    by_folder = {store.folder_name(student): student for student in right}
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
        export(
            found,
            "canvas",
            out / "filled.csv",
            into=out / "canvas.csv",
            column=[],
            leave_missing=False,
            identities=None,
        )
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


@pytest.mark.parametrize(
    "said", [r"\`<script>`", "$` $ <script> `", "`` <script> ` <script> `", "`<script>", "```<script>", "<script>"]
)
def test_a_comment_in_nbgraders_page_is_text_whatever_a_student_raised(said: str) -> None:
    filters = pytest.importorskip("nbconvert.filters")
    check = CheckResult(
        "test_x", "It works", "to_nchw", 2, 0, "error", False, message=f"It raised ValueError: {said} x"
    )
    result = Result("mallory", "a1_permute", "py", "graded", 0, 2, (check,))
    comment = nbgrader.task_comments(result)["to_nchw"]
    assert "<script" not in filters.markdown2html(comment)
    unreadable = Result("mallory", "a1_permute", "py", "unreadable", 0, 2, notes=(said,))
    assert "<script" not in filters.markdown2html(nbgrader.task_comments(unreadable)["*"])


def test_a_comment_in_nbgraders_page_names_no_table_of_the_teachers() -> None:
    note = "b.py was found. Ask for a1.py or a1.ipynb, or choose it in choices.csv: ada,a1_permute,b.py"
    unreadable = Result("ada", "a1_permute", None, "unreadable", 0, 2, notes=(note,))
    assert nbgrader.task_comments(unreadable) == {"*": "b.py was found. Hand in a1.py or a1.ipynb."}


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


def command(*words: str) -> int:
    """`autograder export ...`"""
    return cli.main(["export", *words])


def test_the_command_takes_each_formats_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for result in SMALL.results:
        store.write(result, tmp_path / "results")
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


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader and the class's attacks are for Unix")
@pytest.mark.heavy
def test_one_graded_class_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """tests/class, graded with a deadline and an adjustment, through the commands that a person types."""
    skip_without("nbgrader")
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
    found = final.read_results(tmp_path / "results")
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


def test_the_old_reporters_lines_fit_into_a_variable_of_the_environment() -> None:
    """A message stands once for each check, and a runner's result has less than the 128 KiB that Linux allows."""
    said = Diagnosis("idea", "ö" * 500)
    few = CheckResult("test_a", "A", "train", 40, 0, "failed", False, said, "ü" * 2000)
    many = [CheckResult(f"test_{n}", "A", "train", 5, 0, "failed", False, said, f"{n}{'ü' * 1999}") for n in range(30)]
    for checks in ([few], many):
        result = Result("ada", "a5", "py", "graded", 0, sum(check.points for check in checks), tuple(checks))
        (data,) = github_classroom.documents(result, 0).values()
        assert len(github_classroom.encoded(data)) < 128 * 1024
        assert [bool(test["message"]) for test in data["tests"]].count(True) == len(checks)


def test_what_the_machine_lost_is_handed_out_in_no_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = Result("ben", "a1_permute", "py", "graded", 0, 10, notes=("The worker died.",))
    found = ClassResults((SMALL.results[0], lost))
    for result in found.results:
        store.write(result, tmp_path / "results")
    write_releases(found, tmp_path / "releases")
    where, out = str(tmp_path / "results"), tmp_path / "out"
    for words in (["gradescope"], ["github-classroom"], ["classroom50", "--into", str(tmp_path / "releases")]):
        assert command(where, "--to", *words, "--out", str(out / words[0])) == 1
        told = capsys.readouterr().err
        assert "ben (a1_permute) was left out: it could not be graded; grade it again." in told
        assert len([path for path in (out / words[0]).rglob("*") if path.is_file()]) == 1
    assert cli.main(["feedback", where, "--to", "github", "--owner", "uni", "--out", str(out / "feedback")]) == 1
    assert "ben (a1_permute) was left out" in capsys.readouterr().err
    assert command(where, "--to", "csv", "--out", "-") == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["Ada Lovelace,7,graded,7,10", "ben,0,lost,0,10"]
    # Unless a person has decided what it is worth.
    table = "student,assignment,points,reason\nben,a1_permute,4,read by a person\n"
    (tmp_path / "results" / "adjustments.csv").write_text(table, encoding="utf-8")
    assert command(where, "--to", "gradescope", "--out", str(out / "again")) == 0
    assert '"score": 4,' in (out / "again" / "a1_permute" / "ben" / "results.json").read_text(encoding="utf-8")
    (tmp_path / "book.csv").write_text("Student,ID,a1_permute (3)\nben,1,\n", encoding="utf-8")
    assert command(where, "--to", "canvas", "--into", str(tmp_path / "book.csv")) == 1  # nobody is Ada there
    assert capsys.readouterr().out.endswith("ben,1,4\n")


def test_what_the_course_no_longer_has_does_not_keep_the_rest_from_nbgrader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without("nbgrader")
    course = tmp_path / "course"
    for part in ("solutions/a1_permute", "assignments/a1_permute", "assignments/notebooks/a1_permute"):
        shutil.copytree(ROOT / part, course / part)
    monkeypatch.chdir(course)
    for name in ("a0_intro", "a1_permute"):
        store.write(dataclasses.replace(SMALL.results[0], assignment=name), course / "results")
    store.write(Result("ben", "a1_permute", "py", "graded", 0, 10), course / "results")  # the machine failed on it
    assert command("results", "--to", "nbgrader") == 1
    captured = capsys.readouterr()
    assert "Entered 1 submission into" in captured.out
    assert "a0_intro is not in this course: 1 result not entered." in captured.err
    assert "ben (a1_permute) was left out: it could not be graded" in captured.err


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("gradebook.db", 2, "--db is not the URL of a gradebook, like sqlite:///gradebook.db."),
        (
            "sqlite:////dev/null/gradebook.db",
            3,
            "cannot be used: (sqlite3.OperationalError) unable to open database file.",
        ),
        ("oracle://ada:secret@x/y", 2, "oracle://ada:***@x/y needs a driver that is not installed here: "),
    ],
)
def test_a_gradebook_of_nbgrader_that_cannot_be_opened_is_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, code: int, says: str
) -> None:
    skip_without("nbgrader")
    store.write(SMALL.results[0], tmp_path / "results")
    assert command(str(tmp_path / "results"), "--to", "nbgrader", "--db", url) == code
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
