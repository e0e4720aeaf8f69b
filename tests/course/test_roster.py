"""A quiz for each student: drawn alike for ever, told apart, released, graded, and never earned by a classmate's answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.checks.data_catalogue import DataCatalogue
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.course.roster import Quiz, Roster, Variant, quiz_of, quizzes, read_roster, variants
from autograder.grading.batch import ClassReport, ClassRequest, grade_class
from autograder.grading.engine import Engine
from autograder.grading.plan import Plan
from autograder.grading.pool import LocalWorkers
from autograder.results.result import Result
from autograder.submission.found import Found
from autograder.submission.source import Cell, Source, read_source
from autograder.submission.stubs import stub_digests
from tests.support.places import ROOT

COURSE = Course(ROOT)
QUIZZES = quizzes(COURSE)
CLASS = Roster({"ada": "2026", "grace": "2026", "linus": "2026"})


# --- the class list ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("student,term\nada,2026\ngrace,2027\n", {"ada": "2026", "grace": "2027"}),
        ("id,last_name,first_name,email\nada,Lovelace,Ada,a@b.c\n", {"ada": ""}),
        ("\ufeffName;Student;Term\r\nAda;ada;2026\r\n\r\n", {"ada": "2026"}),
        ('name\tusername\n"Love\tlace"\tada\n', {"ada": ""}),
        ("student\nada\n grace \n,\n", {"ada": "", "grace": ""}),
        ('student,term\n"Lovelace, Ada",x\n', {"Lovelace, Ada": "x"}),
        ("student\nZoë\n", {"Zoë": ""}),
        ("OrgDefinedId,Username\n#123,#ada\n", {"ada": ""}),  # Brightspace
        ("Student,ID,SIS Login ID,a1\n    Points Possible,,,10\nAda,17,ada,\n", {"Ada": ""}),  # Canvas
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_class_list_in_many_forms(tmp_path: Path, text: str, terms: dict[str, str], encoding: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.lstrip("\ufeff" if encoding == "cp1252" else "").encode(encoding))
    assert read_roster(path).terms == terms


def test_a_student_is_on_the_list_by_login_number_or_address() -> None:
    plan = Plan(COURSE, roster=Roster({"annlee01": "", "ben@uni.edu": "", "4711": ""}), quizzes={"a2_linear_dims": {}})
    for student, identity in (
        ("cnn-assignments-annlee01", {"login": "AnnLee01"}),
        ("Ben Roe", {"email": "ben@uni.edu"}),
        ("Cas Fox", {"system": "moodle", "number": "4711"}),
    ):
        found = Found(student, "a2_linear_dims", None, "missing", identity=identity)
        assert not plan.is_off_the_roster(found), student
    assert plan.is_off_the_roster(Found("eve", "a2_linear_dims", None, "missing"))


def test_a_student_is_found_by_any_name_in_the_line_that_nobody_else_has(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(
        "identifier,github_username,github_id,name,section\n"  # GitHub Classroom's
        "ada@uni.edu,adalove,12,Ada Lee,G1\nben@uni.edu,,,Ben Ray,G1\nben@other.edu,benray,13,Ben Ray,G1\n"
    )
    roster = read_roster(path)
    asked = ("AdaLove", "ada", "Ada Lee", "ada@uni.edu", "benray", "ben", "Ben Ray", "G1", "12")
    assert [(found := roster.find(name)) and found[0] for name in asked] == [
        "ada@uni.edu", "ada@uni.edu", "ada@uni.edu", "ada@uni.edu", "ben@other.edu", None, None, None, None
    ]  # fmt: skip


def test_a_gradebook_of_canvas_knows_the_students_of_its_download(tmp_path: Path) -> None:
    """Canvas writes lovelaceada_12_34_a2.py: nobody was on the list, and right answers to their own quiz earned nothing."""
    path = tmp_path / "gradebook.csv"
    path.write_text(
        "Student,ID,SIS Login ID,Section\n    Points Possible,,,\n"
        '"Lovelace, Ada",10001,,A\n"Lee, Ann",10002,,A\n"Leean, N",10003,,A\n"O\'Neil, Bo-Jo",10004,,A\n'
    )
    roster = read_roster(path)
    found = [roster.find(name) for name in ("lovelaceada", "oneilbojo", "leeann")]
    assert found == [("Lovelace, Ada", ""), ("O'Neil, Bo-Jo", ""), None]  # two are called leeann


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "names its columns"),
        (b"ada\ngrace\n", "names its columns"),
        (b"First name,Groups\nAda,G1\n", "one of them `student`. It names 'First name', 'Groups'."),
        (b"student\n\n", "names no student"),
        (b"student,term\nada,1\nADA,2\n", "Lines 2 and 3"),
        (b"term,student\n2026\n", "Line 2"),
        (b"id\n12345678901\n1.23457E+11\n", "Line 3"),
        (b"id;term\n1,2E+10;2026\n", "1,2E+10 is a number that a spreadsheet has shortened"),
        (b"PK\x03\x04\x14\0", "is a spreadsheet's own file, not a table in CSV. Save it as CSV."),
    ],
)
def test_what_is_wrong_with_a_class_list_is_said(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(words)):
        read_roster(path)


def test_no_class_list(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: there is no such file"):
        read_roster(tmp_path / "none.csv")
    with pytest.raises(UserError, match="cannot be read: it is not a file"):
        read_roster(tmp_path)


def test_names_are_found_in_any_case() -> None:
    assert CLASS.find("ADA") == ("ada", "2026")
    assert CLASS.find("bob") is None


# --- the quiz ------------------------------------------------------------------------------------------------------


def test_a2_and_a3_have_a_quiz() -> None:
    assert set(QUIZZES) == {"a2_linear_dims", "a3_conv_shapes"}


def test_a_student_has_one_quiz_a_term_for_ever() -> None:
    """Written down here: a change would give a class other questions in the middle of its term."""
    assert QUIZZES["a2_linear_dims"].of("ada", "2026") == ((4,), (2, 4), (2, 4, 8), (2, 4, 6, 8))
    assert QUIZZES["a3_conv_shapes"].of("ada", "2026") == (55, 9, 21)
    for quiz in QUIZZES.values():
        assert quiz.of(" Ada", "2026") == quiz.of("ada", "2026") != quiz.of("ada", "2027")


@pytest.mark.parametrize("name", sorted(QUIZZES))
def test_every_quiz_tells_all_misconceptions_apart(name: str) -> None:
    """From the right answers and from each other, as the default quiz does; and hardly any two students share one."""
    quiz, catalogue = QUIZZES[name], CodeCatalogue.load(COURSE.assignment(name).misconceptions)
    known = [each for each in catalogue.misconceptions if each.task == "ANSWERS"]
    drawn = {quiz.of(f"student {number}", "2026") for number in range(200)}
    assert len(drawn) > 180
    for own in (quiz.default, *drawn):
        with catalogue.asked(own):
            right = quiz.answers(own)
            rows = [tuple(repr(each.function(key)) for key in right) for each in known]
        assert len({tuple(map(repr, right.values())), *rows}) == len(known) + 1, own


@pytest.mark.parametrize("name", sorted(QUIZZES))
def test_the_answers_of_a_quiz_are_those_of_the_reference(name: str) -> None:
    namespace: dict[str, Any] = {}
    exec(COURSE.assignment(name).master.read_text(encoding="utf-8"), namespace)
    assert QUIZZES[name].answers(QUIZZES[name].default) == namespace["ANSWERS"]


# --- what is released ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from autograder.release.build import Built
    from autograder.release.variants import write_variants

    folder = tmp_path_factory.mktemp("release") / "variants"
    standing = Built(COURSE.assignments, COURSE.solutions / "notebooks", ())
    write_variants(COURSE, standing, QUIZZES, CLASS, folder)
    return folder


def test_each_student_has_files_of_their_own(released: Path) -> None:
    assert sorted(path.name for path in released.iterdir()) == ["ada", "grace", "linus"]
    for student, term in CLASS.terms.items():
        for name, quiz in QUIZZES.items():
            own = quiz.of(student, term)
            folder = released / student / "assignments"
            stub = folder / name / f"{name}.py"
            text = stub.read_text(encoding="utf-8") + (folder / name / f"test_{name}.py").read_text(encoding="utf-8")
            default = set(quiz.lines(quiz.default)) - set(quiz.lines(own))
            assert not default & {line.removeprefix("# ") for line in text.split("\n")}
            quiz_lines = [line for line in quiz.lines(own) if line in text]
            assert len(quiz_lines) == len(quiz.lines(own))
            notebook = folder / "notebooks" / name / f"{name}.ipynb"
            assert read_source(notebook).code_digest == read_source(stub).code_digest
            assert read_source(stub).code_digest in stub_digests(COURSE, quiz, CLASS)
            standing = COURSE.assignments / "notebooks" / name / f"{name}.ipynb"
            assert {path.name for path in (folder / name).glob("diagnoses.*")} == {
                "diagnoses.json",
                "diagnoses.safetensors",
            }
            assert {entry.check for entry in DataCatalogue.load(folder / name).recorded} == {
                entry.check for entry in DataCatalogue.load(COURSE.assignments / name).recorded
            }
            cells, before = (json.loads(p.read_bytes())["cells"] for p in (notebook, standing))
            assert [cell["id"] for cell in cells] == [cell["id"] for cell in before]


def test_the_default_quiz_gives_the_default_files() -> None:
    for name, quiz in QUIZZES.items():
        for path in (COURSE.assignments / name).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert quiz.rewrite(text, quiz.default) == text
        quiz.require_lines(*(p.read_text(encoding="utf-8") for p in (COURSE.assignments / name).glob("*.py")))


def test_a_quiz_that_stands_nowhere_is_told() -> None:
    with pytest.raises(UserError, match=r"quiz\.py names a line"):
        QUIZZES["a2_linear_dims"].require_lines("nothing")


@pytest.mark.heavy
def test_a_student_checks_against_their_own_quiz(released: Path, tmp_path: Path) -> None:
    """Plain pytest in a student's folder: the wrong answers there are told by the data that was released with them."""
    shutil.copytree(released / "ada", tmp_path / "ada")
    folder = tmp_path / "ada" / "assignments" / "a2_linear_dims"
    stub = folder / "a2_linear_dims.py"
    stub.write_text(
        f"{stub.read_text(encoding='utf-8')}\nANSWERS = {{key: key[0] for key in ANSWERS}}\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", str(folder), "-q", "-p", "no:cacheprovider", "-k", "quiz"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert "ANSWERS[(2, 4)] is 2, which is not right" in ended.stdout, ended.stdout
    assert "Your number is how many vectors there are" in ended.stdout


# --- what is graded ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=sorted(QUIZZES))
def engine(request: pytest.FixtureRequest, engines: Callable[[str], Engine]) -> Engine:
    return engines(request.param)


def answers_as_source(answers: dict[Any, Any]) -> Source:
    return Source("py", (Cell(f"ANSWERS = {answers!r}\n", 1, None),))


def of_answers(engine: Engine, answers: dict[Any, Any], variant: Variant | None) -> tuple[int, set[str]]:
    """Points, and the names of the diagnoses."""
    graded = engine.grade(answers_as_source(answers), 1, lambda check: check.task == "ANSWERS", variant)
    score = sum(v.check.points for v in graded.verdicts if v.outcome == "passed")
    return score, {v.diagnosis.name for v in graded.verdicts if v.diagnosis}


def quiz_for(engine: Engine) -> Quiz:
    quiz = quiz_of(engine.assignment)
    assert quiz is not None
    return quiz


def test_ones_own_answers_earn_all_and_a_classmates_none(engine: Engine) -> None:
    quiz = quiz_for(engine)
    given = variants(quiz, CLASS)
    ada, grace = given["ada"], given["grace"]
    worth = sum(check.points for check in engine.checks if check.task == "ANSWERS")
    assert of_answers(engine, quiz.answers(ada.own), ada) == (worth, set())
    assert of_answers(engine, quiz.answers(quiz.default), None) == (worth, set())
    for foreign in (grace.own, quiz.default):
        score, names = of_answers(engine, quiz.answers(foreign), ada)
        assert score == 0
        assert names == {"another_variant"}
    text = engine.grade(answers_as_source(quiz.answers(grace.own)), 1, lambda c: c.task == "ANSWERS", ada).verdicts[0]
    assert text.diagnosis is not None
    assert quiz.describe(ada.own) in text.diagnosis.message


def test_wrong_ideas_are_named_in_any_quiz(engine: Engine) -> None:
    quiz = quiz_for(engine)
    catalogue = engine.catalogue
    for student, variant in list(variants(quiz, CLASS).items())[:1]:
        for known in [each for each in catalogue.misconceptions if each.task == "ANSWERS"][::3]:
            with catalogue.asked(variant.own):
                wrong = {key: known.function(key) for key in quiz.answers(variant.own)}
            score, names = of_answers(engine, wrong, variant)
            assert known.name in names, (student, known.name, names, score)
            assert "another_variant" not in names


def test_wrong_answers_of_ones_own_are_not_taken_for_anothers(engine: Engine) -> None:
    quiz = quiz_for(engine)
    ada = variants(quiz, CLASS)["ada"]
    answers = quiz.answers(ada.own)
    for wrong in (dict.fromkeys(answers), dict.fromkeys(answers, 1), {}, dict.fromkeys(answers, "?")):
        assert "another_variant" not in of_answers(engine, wrong, ada)[1]


@pytest.mark.heavy
def test_a_class_is_graded_by_its_roster(released: Path, tmp_path: Path) -> None:
    name, quiz = "a2_linear_dims", QUIZZES["a2_linear_dims"]
    reference = COURSE.assignment(name).master.read_text(encoding="utf-8")
    given = variants(quiz, CLASS)

    def hand_in(student: str, own: Any) -> Path:
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        text = f"{reference}\nANSWERS = {quiz.answers(own)!r}\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        return folder

    clone = hand_in("Ada", given["ada"].own)  # a GitHub login in another case than the list's
    stub = released / "ada" / "assignments" / "notebooks" / name / f"{name}.ipynb"
    shutil.copyfile(stub, clone / stub.name)  # untouched, and so no second answer
    hand_in("grace", given["linus"].own)
    hand_in("eve", quiz.default)

    def grade(roster: Roster | None) -> tuple[ClassReport, dict[str, Result]]:
        request = ClassRequest(tmp_path / "class", tmp_path / "out", COURSE, (name,), roster=roster)
        report = grade_class(request, lambda: LocalWorkers(1))
        return report, {result.student: result for result in report.results.results}

    _, results = grade(CLASS)
    assert {student: result.score for student, result in results.items()} == {"Ada": 10, "grace": 8, "eve": 10}
    assert any("not on the roster" in note for note in results["eve"].notes)
    assert not results["Ada"].notes
    assert {c.diagnosis.name for c in results["grace"].checks if c.diagnosis} == {"another_variant"}
    assert results["Ada"].environment["quiz"] == [list(shape) for shape in given["ada"].own]
    report, _ = grade(CLASS)
    assert (report.graded, report.kept) == (0, 3)
    report, results = grade(None)  # without it the default quiz holds: only those with another are graded again
    assert (report.graded, report.kept) == (1, 1)
    assert results["grace"].score == 8
    assert results["eve"].score == 10
    assert results["Ada"].status == "ambiguous"  # nobody tells that her notebook is an untouched stub
