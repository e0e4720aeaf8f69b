"""Who is who in a gradebook: numbers first, then a person's table, logins, and names last; and what is said at the end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import cli
from autograder.platforms import moodle_words
from autograder.results import store
from autograder.results.result import CheckResult, Result

CHECKS = (CheckResult("test_a", "A", "t", 7, 7, "passed", False), CheckResult("test_b", "B", "t", 3, 0, "failed", True))


def write(folder: Path, *students: str, **identities: dict[str, str]) -> Path:
    """A folder of results: a1 with 7 of 10 for each student, and what a system calls them (in names, _ for a blank)."""
    named = {student: {} for student in students} | {s.replace("_", " "): known for s, known in identities.items()}
    for student, identity in named.items():
        store.write(Result(student, "a1_permute", "py", "graded", 7, 10, CHECKS, identity=identity), folder)
    return folder


def export(tmp_path: Path, system: str, content: str, *words: str) -> tuple[int, list[list[str]]]:
    """(exit code, the filled file's cells) of an export into a file with this content."""
    (tmp_path / "in.csv").write_text(content, encoding="utf-8")
    out = tmp_path / "out.csv"
    command = [
        "export",
        str(tmp_path / "results"),
        "--to",
        system,
        "--into",
        str(tmp_path / "in.csv"),
        "--out",
        str(out),
    ]
    code = cli.main([*command, *words])
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    return code, [line.split(";" if ";" in text else ",") for line in text.splitlines()]


MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed\n"
    "Participant 12345,Ann Lee,ann@example.org,Submitted,,10.00,Yes\n"
    "Participant 12346,Bob O'Neil,bob@example.org,Submitted,,10.00,Yes\n"
    "Participant 12399,Ann Lee,ann2@example.org,Submitted,,10.00,Yes\n"
    "Participant 12347,Jürgen Müller,jm@example.org,Submitted,,10.00,Yes\n"
)


def test_moodles_number_tells_two_of_one_name_apart(tmp_path: Path) -> None:
    write(
        tmp_path / "results",
        "MULLER, Jürgen",
        Ann_Lee={"system": "moodle", "number": "12399"},
        Bob_ONeil={"system": "moodle", "number": "12346"},
    )
    code, rows = export(tmp_path, "moodle", MOODLE, "--assignment", "a1")
    assert code == 0
    assert [row[4] for row in rows[1:]] == ["", "7", "7", "7"]


def test_a_number_of_another_system_is_no_number_here(tmp_path: Path) -> None:
    write(tmp_path / "results", Bob_ONeil={"system": "canvas", "number": "12345"})
    assert [row[4] for row in export(tmp_path, "moodle", MOODLE, "--assignment", "a1")[1][1:]] == ["", "7", "", ""]


def test_whoever_has_points_and_is_left_out_makes_it_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "results", "Ann Lee", "Bob ONeil", "who?")
    assert export(tmp_path, "moodle", MOODLE, "--assignment", "a1")[0] == 1
    told = capsys.readouterr().err
    assert "who? is not in in.csv, and has 7 points" in told
    assert "Ann Lee could be several people (line 2, 4): not filled in, and has 7 points" in told
    (tmp_path / "who.csv").write_text("folder;address\nwho?;jm@example.org\nAnn Lee;ann2@example.org\n")
    code, rows = export(tmp_path, "moodle", MOODLE, "--assignment", "a1", "--identities", str(tmp_path / "who.csv"))
    assert code == 0
    assert [row[4] for row in rows[1:]] == ["", "7", "7", "7"]


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,a1_permute (48213)\n"
    "Points Possible,,,,,10\n"
    "Lee Ann,10001,S1,{0}annlee01,CNN,\n"
    "Berg Bob,10002,S2,{0}bobber02,CNN,EX\n"
    "Doe Jane,10003,S3,{0}janedoe00,CNN,\n"
)


@pytest.mark.parametrize("there", ["{}", "cnn-assignments-{}", "{}-cnn"])
@pytest.mark.parametrize("here", ["{}", "cnn-assignments-{}", "{}_cnn_2026"])
def test_what_logins_and_clones_have_in_common_is_seen(tmp_path: Path, here: str, there: str) -> None:
    logins = ("annlee", "bobber", "janedoe")
    write(tmp_path / "results", *(here.format(login) for login in logins))
    book = re.sub("(annlee|bobber|janedoe)[0-9]+", lambda login: there.format(login[1]), CANVAS.format(""))
    code, rows = export(tmp_path, "canvas", book)
    assert code == 0
    assert [row[5] for row in rows[2:]] == ["7", "EX", "7"]


AS_FOLDERS = ("{}-main", "Lee, X ({})", "Lee_X_{}_5512", "cnn-{}-x", "X [{}@uni.edu]")


@pytest.mark.parametrize("folder", AS_FOLDERS)
def test_a_login_in_a_folders_name_is_taken_where_nothing_else_finds_anybody(tmp_path: Path, folder: str) -> None:
    write(tmp_path / "results", *(folder.format(login) for login in ("annlee01", "bobber02")), "x-nobody7")
    code, rows = export(tmp_path, "canvas", CANVAS.format("").replace("janedoe00", "janedoe"))
    assert code == 1
    assert [row[5] for row in rows[2:]] == ["7", "EX", ""]


def test_canvass_number_comes_before_the_name(tmp_path: Path) -> None:
    write(tmp_path / "results", leeann={"system": "canvas", "number": "10003"})
    assert [row[5] for row in export(tmp_path, "canvas", CANVAS.format(""))[1][2:]] == ["", "EX", "7"]


@pytest.mark.parametrize("folder", ["{}@uni.edu", "Roe_X_{}_4711"])
def test_a_login_may_hold_an_underscore_and_no_digit(tmp_path: Path, folder: str) -> None:
    write(tmp_path / "results", folder.format("ann_lee"))
    code, rows = export(tmp_path, "canvas", CANVAS.format("").replace("annlee01", "ann_lee"))
    assert (code, [row[5] for row in rows[2:]]) == (0, ["7", "EX", ""])


def test_a_number_comes_before_the_name_of_somebody_who_has_left(tmp_path: Path) -> None:
    write(tmp_path / "results", Lee_Ann={"sid": "S9", "login": "annlee09"}, Lee_Ann_S1={"sid": "S1"})
    code, rows = export(tmp_path, "canvas", CANVAS.format(""))
    assert (code, [row[5] for row in rows[2:]]) == (1, ["7", "EX", ""])


def test_nobody_gets_the_grade_of_a_namesake_who_has_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The number of one is not in the gradebook any more, and the other has handed in nothing."""
    known = {"system": "canvas", "number": "10003"}
    write(tmp_path / "results", doejane=known, leeann={"system": "canvas", "number": "10099"})
    code, rows = export(tmp_path, "canvas", CANVAS.format(""))
    assert (code, [row[5] for row in rows[2:]]) == (1, ["", "EX", "7"])
    assert "leeann is not in in.csv, and has 7 points" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["{} 4711", "{}_0012345_4711"])
def test_a_systems_numbers_behind_a_name_are_no_part_of_it(tmp_path: Path, folder: str) -> None:
    write(tmp_path / "results", folder.format("Ann Lee"), folder.format("Doe Jane"), "Jane 2")
    code, rows = export(tmp_path, "canvas", CANVAS.format(""))
    assert (code, [row[5] for row in rows[2:]]) == (1, ["7", "EX", "7"])


def test_filling_nobody_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store.write(Result("who?", "a1_permute", None, "missing", 0, 10), tmp_path / "results")
    assert export(tmp_path, "canvas", CANVAS.format(""))[0] == 1
    assert "Nobody was filled in" in capsys.readouterr().err


PEOPLE = (
    "Jane Doe", "Ann Lee", "Bob Berg", "Carl Lee", "Dora Rossi", "Emil Novák", "Gus O'Brien", "Hana Weiß", "Ivo García",
    "Kai Van-Dyk", "Lea Müller",
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("known_by", ["name", "reversed", "login", "clone", "number"])
def test_a_german_worksheet_by_the_recipe_of_the_docs(tmp_path: Path, known_by: str, encoding: str) -> None:
    lines = [
        "ID;Vollständiger Name;Anmeldename;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
        "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar"
    ]
    known: dict[str, dict[str, str]] = {}
    for n, name in enumerate(PEOPLE):
        login = f"login{n:02}"
        can = "Nein" if name == "Carl Lee" else "Ja"
        lines.append(f"Teilnehmer/in12345{n};{name};{login};{login}@uni.edu;Abgegeben;;10,00;{can};Freitag, 21:03;-;")
        first, _, last = name.partition(" ")
        folder = {"name": name, "reversed": f"{last}, {first}", "login": login, "clone": f"cnn-assignments-{login}"}
        known[folder.get(known_by, "x" * (n + 1))] = (
            {"system": "moodle", "number": f"12345{n}"} if known_by == "number" else {}
        )
    content = ("\n".join(lines) + "\n").encode(encoding)
    (tmp_path / "in.csv").write_bytes(content)
    for student, identity in known.items():
        store.write(
            Result(student, "a1_permute", "py", "graded", 7, 10, CHECKS, identity=identity), tmp_path / "results"
        )
    where = [str(tmp_path / name) for name in ("results", "in.csv", "out.csv")]
    words = ["export", where[0], "--to", "moodle", "--into", where[1], "--assignment", "a1", "--out", where[2]]
    assert cli.main(words) == 0
    filled = (tmp_path / "out.csv").read_bytes()
    rows = [line.split(";") for line in filled.decode(encoding).splitlines()[1:]]
    assert [row[5] for row in rows] == ["" if name == "Carl Lee" else "7" for name in PEOPLE]
    text = filled.decode("utf-16-le" if encoding == "utf-16" else encoding)
    assert text.replace(";7;10,00", ";;10,00").encode("utf-16-le" if encoding == "utf-16" else encoding) == content


LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh", "ar", "xx"]
WORDS = {
    "en": ("Identifier", "Full name", "Grade", "Maximum Grade", "Grade can be changed", "Yes", "No"),
    "de": ("ID", "Vollständiger Name", "Bewertung", "Bestwertung", "Bewertung kann geändert werden", "Ja", "Nein"),
    "fr": ("Identifiant", "Nom complet", "Note", "Note maximale", "La note peut être modifiée", "Oui", "Non"),
    "es": ("Identificador", "Nombre completo", "Calificación", "Calificación máxima", "¿Se puede cambiar?", "Sí", "No"),
    "it": ("Identificatore", "Nome completo", "Valutazione", "Valutazione massima", "Modificabile", "Sì", "No"),
    "pt": ("Identificador", "Nome completo", "Nota", "Nota máxima", "A nota pode ser alterada", "Sim", "Não"),
    "nl": ("ID", "Volledige naam", "Cijfer", "Maximumcijfer", "Cijfer kan gewijzigd worden", "Ja", "Nee"),
    "pl": (
        "Identyfikator",
        "Imię i nazwisko",
        "Ocena",
        "Maksymalna ocena",
        "Ocena może zostać zmieniona",
        "Tak",
        "Nie",
    ),
    "ja": ("識別子", "氏名", "評点", "最大評点", "評点は変更可能", "はい", "いいえ"),
    "zh": ("标识符", "全名", "成绩", "最高分", "成绩可以更改", "是", "否"),
    "ar": ("المعرف", "الاسم الكامل", "الدرجة", "الدرجة العظمى", "يمكن تغيير الدرجة", "نعم", "لا"),
    "xx": ("A", "B", "C", "D", "E", "Da", "Nu?"),  # a language that nobody here knows
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_in_each_language_and_what_is_locked_stays(tmp_path: Path, language: str) -> None:
    who, name, grade, most, closed, yes, no = WORDS[language]
    write(tmp_path / "results", "Ann Lee", "Bob Roe")
    content = f"{who};{name};Status;{grade};{most};{closed}\nT1;Ann Lee;x;;10,00;{yes}\nT2;Bob Roe;x;;10,00;{no}\n"
    if language == "xx":  # what cannot be understood is not taken for a yes
        content = content.replace("E\n", f"{moodle_words.CLOSED[0]}\n")
    code, rows = export(tmp_path, "moodle", content, "--assignment", "a1")
    assert code == 0
    assert [row[3] for row in rows[1:]] == ["7", ""]


def test_of_two_lines_about_one_person_none_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "results", leeann={"system": "canvas", "number": "10001"}, janedoe00={})
    twice = CANVAS.format("") + "Lee Ann,10001,S1,annlee01,CNN 2,\n"
    code, rows = export(tmp_path, "canvas", twice)
    assert code == 1
    assert [row[5] for row in rows[2:]] == ["", "EX", "7", ""]
    assert (
        "leeann has 2 lines in the file, of which one should go (line 3, 6): not filled in" in capsys.readouterr().err
    )
