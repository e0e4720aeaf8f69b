"""Each layout that a class comes in, as a small download with names as their systems write them."""

from __future__ import annotations

import csv
import errno
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError, UserError
from autograder.course.course import Course
from autograder.submission import archives, student_file
from autograder.submission.find import Download, find_class
from autograder.submission.found import Found
from autograder.submission.names import REPORT_MARKER, RESULTS_MARKER
from autograder.submission.student_file import File
from autograder.submission.student_files import StudentFiles
from autograder.submission.times import arrival_of

NAME = "a1_permute"
WORK = "answer = 1\n"


def put(path: Path, content: str | bytes = WORK) -> Path:
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(path: Path, **files: str) -> Path:
    """A zip of files; in names, __ stands for a slash and the ending is .py."""
    with zipfile.ZipFile(put(path, b""), "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name.replace('__', '/')}.py", content)
    return path


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of two assignments, released."""
    for name in (NAME, "a2_linear_dims"):
        put(tmp_path / "course" / "solutions" / name / f"{name}.py", "answer = 42\n")
        put(tmp_path / "course" / "assignments" / name / f"{name}.py", "answer = None\n")
    return Course(tmp_path / "course")


def read(root: Path, course: Course, layout: str | None = None) -> tuple[Download, dict[str, Found]]:
    """The download, and student -> what was found for a1."""
    download = find_class(root, course, [NAME], layout=layout)
    return download, {found.student: found for found in download.found}


def test_moodle_keeps_the_participants_number_and_one_student_is_one(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "Ann Lee_12345_assignsubmission_file_" / f"{NAME}.py")
    put(root / "Ann Lee_12345_assignsubmission_onlinetext_" / "onlinetext.html", "<p>hi</p>")
    put(root / "Bob Lee_12346_assignsubmission_onlinetext_" / "onlinetext.html", "<p>hi</p>")
    put(root / "Ann Lee_12399_assignsubmission_file" / f"{NAME}.py")
    put(root / "Participant_77_assignsubmission_file_" / f"{NAME}.py")
    download, found = read(root, course)
    assert download.layout == "Moodle's download"
    assert {s: f.identity["number"] for s, f in found.items()} == {
        "Ann Lee_12345": "12345", "Ann Lee_12399": "12399", "Bob Lee": "12346", "Participant 77": "77"
    }  # fmt: skip
    assert found["Bob Lee"].status == "unreadable"
    assert "onlinetext.html was found" in found["Bob Lee"].notes[-1]


def test_moodle_flat_and_a_name_made_to_be_somebody_elses(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"Ann Lee_12345_assignsubmission_file_{NAME}.py")
    put(root / f"Eve Fox_12346_assignsubmission_file_Ann Lee_12345_assignsubmission_file_{NAME}.py")
    _, found = read(root, course)
    assert (found["Ann Lee"].path or root).name == f"Ann Lee_12345_assignsubmission_file_{NAME}.py"
    assert (found["Eve Fox"].path or root).name.startswith("Eve Fox")


def test_moodles_downloads_in_one_folder_make_one_student_of_one(course: Course, tmp_path: Path) -> None:
    """Moodle gives a student another number in each assignment: each student was there twice."""
    root = tmp_path / "class"
    zipped(root / "Ann Lee_101_assignsubmission_file_" / "work.zip", **{NAME: WORK})
    put(root / "Ann Lee_201_assignsubmission_file_" / "a2_linear_dims.docx", "x")
    for number in (102, 103):
        put(root / f"Bob Lee_{number}_assignsubmission_file_" / f"{NAME}.py", f"answer = {number}\n")
    put(root / "Bob Lee_203_assignsubmission_file_" / "a2_linear_dims.py")
    found = {(f.student, f.assignment[:2]): f for f in find_class(root, course).found}
    assert {student for student, _ in found} == {"Ann Lee", "Bob Lee_102", "Bob Lee_103", "Bob Lee_203"}
    assert found["Ann Lee", "a1"].identity["number"] == "101"
    assert found["Ann Lee", "a2"].status == "unreadable"


def test_canvas_the_newest_counts_and_everybody_has_a_line(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"leeann_12345_67890_{NAME}.py", "answer = 0\n")
    put(root / f"leeann_12345_67940_{NAME}-1.py")
    put(root / f"leeann_12345_67999_{NAME}-2.py")  # as the one before: another attempt all the same
    put(root / f"leebob_LATE_12346_67891_{NAME}.py")
    put(root / "foxeve_12347_67892_homework1.py")
    put(root / f"kaydan_12348_67893_{NAME}.docx", "x")
    put(root / "roezoe_12349_text.html", "<p>hi</p>")
    put(root / f"orrkim_12350_67895_{NAME}.py.txt")
    put(root / f"leebob_12346_67999_{NAME}.pdf", "x")
    put(root / "leebob_12346_67999_notes.pdf", "x")
    put(root / f"poelea_12351_67896_{NAME}_final.py")
    put(root / f"raysam_12352_67897_{NAME}.ipynb.json", '{"cells": [{"cell_type": "code", "source": "answer = 1"}]}')
    put(root / "solmax_12353_67898_work.py")
    zipped(root / "untivo_12354_67899_work.zip", a__b__a1_permute=WORK)
    download, found = read(root, course)
    assert download.layout == "Canvas's download"
    assert {s: f.status for s, f in found.items()} == {
        "leeann": "found", "leebob": "found", "foxeve": "unreadable", "kaydan": "unreadable", "roezoe": "unreadable",
        "orrkim": "found", "poelea": "found", "raysam": "found", "solmax": "unreadable", "untivo": "found",
    }  # fmt: skip
    assert found["leeann"].shown == f"leeann_12345_67999_{NAME}-2.py"
    assert "Of 3 attempts the newest" in found["leeann"].notes[0]
    assert f"67890_{NAME}.py" in found["leeann"].notes[0]
    assert "LATE" in found["leebob"].notes[0]
    assert f"leebob_12346_67999_{NAME}.pdf came later, but cannot be graded" in found["leebob"].notes[-1]
    assert found["untivo"].shown == "untivo_12354_67899_work.zip/a/b/a1_permute.py"
    for student, word in (
        ("foxeve", "homework1.py"),
        ("kaydan", ".docx"),
        ("roezoe", "text.html"),
        ("solmax", "work.py"),
    ):
        assert word in found[student].notes[-1]
    assert {f.identity["number"] for f in found.values()} == {str(n) for n in range(12345, 12355)}


def test_a_number_that_is_the_same_for_all_assignments_says_who_it_is(course: Course, tmp_path: Path) -> None:
    """Each download had names of its own: two people with one name became one student, or one person became two."""
    a2 = "a2_linear_dims"
    for kind, names in (("apart", ("101", "102")), ("together", ("101 102", "101"))):
        root = tmp_path / kind
        for folder, numbers, own in (("HW 1", names[0], NAME), ("HW 2", names[1], a2)):
            for number in numbers.split():
                put(root / folder / f"leeann_{number}_11_{own}.py")
            put(root / folder / f"roebob_103_13_{own}.py")
        found = {(f.student, f.assignment[:2]) for f in find_class(root, course).found if f.status == "found"}
        of_101 = {("leeann_101", "a1")} | ({("leeann_101", "a2")} if kind == "together" else set())
        of_102 = {("leeann_102", "a1" if kind == "together" else "a2")}
        assert found == of_101 | of_102 | {("roebob", "a1"), ("roebob", "a2")}
    root = tmp_path / "brightspace"
    for folder, own, numbers in (("HW 1", NAME, (71, 72)), ("HW 2", a2, (71,))):
        for number in (*numbers, 73):
            name = "Bob Roe" if number == 73 else "Ann Lee"
            put(root / folder / f"{number}-9 - {name} - Nov 20, 2026 903 PM" / f"{own}.py", f"answer = {number}\n")
    found = {(f.student, f.assignment[:2]) for f in find_class(root, course).found if f.status == "found"}
    assert {student for student, _ in found} == {"Ann Lee_71", "Ann Lee_72", "Bob Roe"}
    assert ("Ann Lee_71", "a2") in found
    first = root / "HW 1" / "72-9 - Ann Lee - Nov 20, 2026 903 PM" / f"{NAME}.py"
    first.rename(put(root / "HW 2" / first.parent.name / f"{a2}.py"))
    (root / "HW 2" / "71-9 - Ann Lee - Nov 20, 2026 903 PM" / f"{a2}.py").unlink()
    found = {(f.student, f.assignment[:2]) for f in find_class(root, course).found if f.status == "found"}
    assert {("Ann Lee_71", "a1"), ("Ann Lee_72", "a2")} < found
    root = tmp_path / "gradescope"
    for folder, address, own in (("HW 1", "ann1@uni.edu", NAME), ("HW 2", "ann2@uni.edu", a2)):
        put(root / folder / "submission_1" / f"{own}.py")
        people = f"submission_1:\n  :submitters:\n  - :name: Ann Lee\n    :email: {address}\n"
        put(root / folder / "submission_metadata.yml", people)
    students = {f.student for f in find_class(root, course).found}
    assert students == {"Ann Lee_ann1@uni.edu", "Ann Lee_ann2@uni.edu"}


def test_blackboard_logins_attempts_and_a_name_made_to_be_somebody_elses(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"Exercise_1_ann_lee_attempt_2026-11-19-21-03-00_{NAME}.py", "answer = 0\n")
    put(root / f"Exercise_1_ann_lee_attempt_2026-11-20-21-03-00_{NAME}.py")
    put(
        root / "Exercise_1_ann_lee_attempt_2026-11-20-21-03-00.txt", "Name: Ann Lee (ann_lee)\nAssignment: Exercise 1\n"
    )
    put(root / f"Exercise_1_bob_attempt_2026-11-20-10-00-00_{NAME}.py")
    put(root / f"Exercise_1_eve_attempt_2026-11-20-10-00-00_x_bob_attempt_2026-11-21-10-00-00_{NAME}.py")
    put(root / "Exercise_1_eve_attempt_2026-11-20-10-00-00.txt", "Name: Bob (bob)\n")
    _, found = read(root, course)
    assert {s: f.identity["login"] for s, f in found.items()} == {"ann_lee": "ann_lee", "bob": "bob", "eve": "eve"}
    assert str(found["ann_lee"].when) == "2026-11-20 21:03:00"
    assert "2026-11-19" in found["ann_lee"].notes[-1]
    assert str(found["bob"].when) == "2026-11-20 10:00:00"
    assert "_eve_attempt" in found["eve"].shown


def test_a_receipt_of_blackboard_beside_a_file_is_no_attempt_without_one(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for login, own in (("ann", "a2_linear_dims.py"), ("bob", f"{NAME}.py"), ("cas", "")):
        start = f"HW_{login}_attempt_2026-11-20-10-00-00"
        put(root / f"{start}.txt", f"Name: X ({login})\n")
        if own:
            put(root / f"{start}_{own}")
    assert {s: f.status for s, f in read(root, course)[1].items()} == {
        "ann": "missing", "bob": "found", "cas": "unreadable"
    }  # fmt: skip


def test_brightspace(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "17653-27164 - Ann-Marie Lee - Nov 19, 2026 903 PM" / f"{NAME}.py", "answer = 0\n")
    put(root / "17653-27164 - Ann-Marie Lee - Nov 20, 2026 1203 AM" / f"{NAME}.py")
    put(root / "17654-27164 - Bob Roe - 20 November, 2026 9:03 PM" / "work.ipynb", "{}")
    put(root / "index.html", "")
    download, found = read(root, course)
    assert download.layout == "Brightspace's download"
    assert str(found["Ann-Marie Lee"].when) == "2026-11-20 00:03:00"
    assert found["Ann-Marie Lee"].identity["number"] == "17653"
    assert f"also there: 17653-27164 - Ann-Marie Lee - Nov 19, 2026 903 PM/{NAME}.py" in found["Ann-Marie Lee"].notes[0]
    assert found["Bob Roe"].status == "unreadable"


def test_gradescope_names_that_no_text_can_hold(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    names = {"1": r"Half \ud83d Lee", "2": r"Smile \U0001F600 Roe", "3": r"Far \UFFFFFFFF Fox", "4": "9" * 5000}
    names["7" * 5000] = "Odd"  # its folder cannot be
    people = "".join(f'submission_{number}:\n  :submitters:\n  - :name: "{name}"\n' for number, name in names.items())
    put(root / "submission_metadata.yml", f"---\n{people}")
    for number in "1234":
        put(root / f"submission_{number}" / f"{NAME}.py", f"answer = {number}\n")
    _, found = read(root, course)
    assert set(found) == {"Half \ufffd Lee", "Smile \U0001f600 Roe", "Far \ufffd Fox", "9" * 5000, "Odd"}


def test_gradescope_names_addresses_and_groups(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    export = root / "assignment_7_export"
    put(export / "submission_11" / f"{NAME}.py")
    put(export / "submission_12" / f"{NAME}.py")
    put(export / "submission_13" / f"{NAME}.py")
    put(
        export / "submission_metadata.yml",
        "---\nsubmission_11:\n  :submitters:\n  - :name: Ann Lee\n    :sid: '0071'\n    :email: ann@uni.edu\n"
        '  - :name: "Zo\\xEB Roe"\n    :sid:\n    :email: zoe@uni.edu\n  :created_at: 2026-11-20 21:03:11.123000000 Z\n'
        "  :score: 3.0\n  :results:\n    tests:\n    - name: Bob\n      score: 1\n"
        "submission_12:\n  :submitters:\n  - :name: Bob\n    :sid: 9\n    :email: bob@uni.edu\n"
        "  :created_at: 2026-11-20 20:03:11 -08:00\n",
    )
    download, found = read(root, course)
    assert download.layout.startswith("Gradescope's export, in assignment_7_export/")
    assert sorted(found) == ["Ann Lee", "Bob", "Zoë Roe", "submission_13"]
    assert "submission_metadata.yml does not say whose submission_13 is." in found["submission_13"].notes
    assert found["Ann Lee"].path == found["Zoë Roe"].path
    assert found["Ann Lee"].identity["sid"] == "0071"
    assert found["Zoë Roe"].identity["email"] == "zoe@uni.edu"
    assert "as a group, with Ann Lee" in found["Zoë Roe"].notes[0]
    assert found["Bob"].when is not None
    assert found["Bob"].when.isoformat() == "2026-11-20T20:03:11-08:00"


@pytest.mark.parametrize("above", ["download", "cnn/week 3", "."])
def test_folders_of_students_however_deep(course: Course, tmp_path: Path, above: str) -> None:
    root = tmp_path / "class"
    for login in ("ann", "bob", "cas"):
        put(root / above / f"cnn-assignments-{login}" / "assignments" / NAME / f"{NAME}.py")
    _, found = read(root, course)
    assert sorted(found) == [f"cnn-assignments-{login}" for login in ("ann", "bob", "cas")]
    assert [f.identity.get("login") for f in found.values()] == ["ann", "bob", "cas"]


def test_folders_with_names_of_ours_neither_swallow_the_class_nor_vanish(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    students = ["ada", "assignments", "backup", "build", "env", "notebooks", "results", "solution", "venv"]
    for student in students:
        put(root / student / f"{NAME}.py")
    put(root / "feedback" / "ada.html", "x")
    zipped(root / "Zoe_Backup" / "work.zip", **{NAME: WORK})
    download, found = read(root, course)
    assert sorted(found) == ["Zoe_Backup", *students]
    assert {f.status for f in found.values()} == {"found"}
    assert download.passed_over == ("feedback/ (no work in it)",)


def test_a_mark_of_ours_hides_no_students_work(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / RESULTS_MARKER)
    put(root / "ada" / f"{NAME}.py")
    put(root / "ben" / f"{NAME}.py")
    put(root / "out" / RESULTS_MARKER)
    put(root / "out" / "ada" / f"{NAME}.json", "{}")
    put(root / "report" / REPORT_MARKER)
    put(root / "report" / "students" / "ada.html")
    download, found = read(root, course)
    assert {student: each.status for student, each in found.items()} == {"ada": "found", "ben": "found"}
    assert download.passed_over == ("out/ (results)", "report/ (results)")


def test_a_student_called_solutions_makes_no_class_the_course(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / f"{NAME}.py")
    put(root / "solutions" / f"{NAME}.py", "answer = 2\n")
    assert {name: each.status for name, each in read(root, course)[1].items()} == {"ada": "found", "solutions": "found"}
    put(root / "solutions" / NAME / f"test_{NAME}_hidden.py")
    with pytest.raises(UserError, match="is the course repository itself"):
        read(root, course)


def test_a_class_that_a_teacher_has_put_under_git_is_a_class(course: Course, tmp_path: Path) -> None:
    for kind, name in (
        ("folders", "{}/{}.py"),
        ("canvas", "{}_12_34_{}.py"),
        ("flat", "{}_{}.py"),
        ("nbgrader", "{0}/{1}/{1}.py"),
        ("deeper", "submissions/week 3/{}/{}.py"),
        ("assignments", "{1}/{0}/{1}.py"),
    ):
        root = tmp_path / kind
        put(root / ".git" / "HEAD", "ref: refs/heads/main\n")
        for student in ("ann", "bo", "cas"):
            put(root / name.format(student, NAME), f"answer = '{student}'\n")
        assert list(read(root, course)[1]) == ["ann", "bo", "cas"], kind
    root = tmp_path / "zips"
    put(root / ".git" / "HEAD", "ref: refs/heads/main\n")
    for student in ("ann", "bo", "cas"):
        with zipfile.ZipFile(root / f"{student}.zip", "w") as zipped:
            zipped.writestr(f"{NAME}.py", f"answer = '{student}'\n")
    assert list(read(root, course)[1]) == ["ann", "bo", "cas"]
    for kind, places in (
        ("tries", ("try 1", "try 2")),
        ("clone", ("assignments/a1_permute", "x", "y", "z")),
        ("deep", (f"work/{NAME}", "work/old/x", "work/old/y")),
        ("long", ("/".join("d" * 600),)),
    ):
        root = tmp_path / kind
        put(root / ".git" / "HEAD", "ref: refs/heads/main\n")
        for place in places:
            put(root / place / f"{NAME}.py")
        assert list(read(root, course)[1]) == [kind]


def test_a_folder_with_an_environments_mark_hides_no_work(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / "pyvenv.cfg", "")
    put(root / "ada" / f"{NAME}.py")
    put(root / "ada" / "lib" / f"{NAME}.py", "answer = 'the environment'\n")
    put(root / "ben" / "work" / "pyvenv.cfg", "")
    put(root / "ben" / "work" / f"{NAME}.py")
    put(root / "cas" / "backup" / f"{NAME}.py")
    put(root / "dan" / "my work" / "solutions" / f"{NAME}.py")
    _, found = read(root, course)
    assert [f.status for f in found.values()] == ["found", "found", "unreadable", "unreadable"]
    assert f"my work/solutions/{NAME}.py is in a folder that is not searched" in found["dan"].notes[0]
    assert f"backup/{NAME}.py is in a folder that is not searched" in found["cas"].notes[0]
    put(root / "eve" / "solutions" / NAME / f"{NAME}.py")
    assert "in a folder that is not searched (solutions)." in read(root, course)[1]["eve"].notes[0]


def test_work_among_the_files_of_an_environment_is_named(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / "pyvenv.cfg", "")
    put(root / "ada" / "bin" / f"{NAME}.py")
    put(root / "ben" / "venv" / "pyvenv.cfg", "")
    put(root / "ben" / "venv" / "Scripts" / "mine" / f"{NAME}.py")
    put(root / "cas" / f"{NAME}.py")
    _, found = read(root, course)
    for student, where in (("ada", f"bin/{NAME}.py"), ("ben", f"venv/Scripts/mine/{NAME}.py")):
        assert found[student].status == "unreadable", "it is there"
        assert f"{where} is in a folder that is not searched" in found[student].notes[0]
        assert "of a virtual environment" in found[student].notes[0]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are text")
def test_two_names_on_disk_are_two_students(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    names = [b"bad\xff", rb"bad\xff", rb"bad\x5cxff", rb"bad\x5cx5cxff"]
    for name in names:
        put(root / os.fsdecode(name) / f"{NAME}.py", f"answer = {name!r}\n")
        put(root / os.fsdecode(name + b"_" + NAME.encode() + b".py"), f"answer = {name!r}\n")
    _, found = read(root, course)
    assert len(found) == len(names)
    assert "bad\\xff" in found
    assert all(name.isascii() for name in found)


def test_in_a_flat_download_nobody_imports_what_another_handed_in(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"ann_{NAME}.py", "answer = 'right'\n")
    put(root / f"eve_{NAME}.py", f"from ann_{NAME} import *\nimport helpers\n")
    put(root / "ann_best.safetensors", b"ann's")
    put(root / "helpers.py", "answer = 'of whom?'\n")
    _, found = read(root, course)
    assert found["eve"].read().helpers == ()
    assert found["eve"].read().unused == ()
    put(root / "eve" / f"{NAME}.py", "import helpers\n")
    put(root / "eve" / "helpers.py", "answer = 'her own'\n")
    _, found = read(root / "eve", course)
    assert [helper.file for helper in found["eve"].read().helpers] == ["helpers.py"]


def test_one_students_flat_files_may_use_what_lies_beside_them(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "class" / f"ann_{NAME}.py", "import helpers\n")
    put(tmp_path / "class" / "helpers.py", "answer = 'hers'\n")
    _, found = read(tmp_path / "class", course)
    assert [helper.file for helper in found["ann"].read().helpers] == ["helpers.py"]


def test_what_was_recognised_can_be_overruled(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for part in ("week1", "week2"):
        put(root / "ada" / part / f"{NAME}.py", f"answer = '{part}'\n")
    assert sorted(read(root, course)[1]) == ["week1", "week2"]
    assert sorted(read(root, course, "folders")[1]) == ["ada"]
    assert sorted(read(root / "ada", course, "student")[1]) == ["ada"]


def test_work_on_another_branch_is_named(course: Course, tmp_path: Path) -> None:
    clone = tmp_path / "class" / "ada"

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", *words]
        subprocess.run(command, cwd=clone, check=True, capture_output=True)

    put(clone / NAME / f"{NAME}.py", "answer = None\n")
    put(tmp_path / "class" / "ben" / f"{NAME}.py")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "start"], ["switch", "-qc", "my/work"]):
        git(*words)
    put(clone / NAME / f"{NAME}.py")
    git("commit", "-qam", "work")
    git("switch", "-q", "main")
    _, found = read(tmp_path / "class", course)
    assert found["ada"].status == "unreadable"
    assert found["ada"].notes == (
        f"Branch my/work holds changed work: {NAME}/{NAME}.py. It is not checked out and was not graded.",
    )


def test_work_that_git_has_and_the_folder_has_not_is_named(course: Course, tmp_path: Path) -> None:
    """As after a clone without a checkout, without submodules, or with a pointer in place of a file."""
    root = tmp_path / "class"

    def git(folder: Path, *words: str) -> None:
        settings = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
        subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)

    put(root / "zoe" / f"{NAME}.py")
    for folder, file in (("module", f"{NAME}.py"), ("origin", f"{NAME}/{NAME}.py")):
        put(tmp_path / folder / file)
        for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "work"]):
            git(tmp_path / folder, *words)
    git(tmp_path, "clone", "-q", "--no-checkout", "origin", str(root / "ada"))
    git(tmp_path, "clone", "-q", "--bare", "origin", str(root / "ben"))
    git(tmp_path / "origin", "rm", "-rq", NAME)
    git(tmp_path / "origin", "submodule", "add", "-q", "../module", "work")
    git(tmp_path / "origin", "commit", "-qm", "moved")
    git(tmp_path, "clone", "-q", "origin", str(root / "cas"))
    _, found = read(root, course)
    gone = f"The last commit holds changed work: {NAME}/{NAME}.py. It is not checked out and was not graded."
    assert {s: f.status for s, f in found.items() if s != "zoe"} == dict.fromkeys(("ada", "ben", "cas"), "unreadable")
    assert found["ada"].notes == found["ben"].notes == (gone,)
    assert found["cas"].notes[0].startswith("work is an empty submodule of git: in the clone, run git submodule update")


def test_a_choice_settles_what_is_ambiguous_or_misnamed(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / f"{NAME}.py", "answer = 1\n")
    put(root / "ada" / "old" / f"{NAME}.py", "answer = 0\n")
    put(root / "ben" / "my work.py")
    put(root / "cas" / f"{NAME}.py")
    put(root / "dee" / "work.zip", "no zip")
    (root / "eve").mkdir()
    choices = {
        ("eve", NAME): f"{NAME}.py",
        ("ada", NAME): f"old/{NAME}.py",
        ("ben", NAME): "my work.py",
        ("cas", NAME): "x.py",
        ("dee", NAME): "work.zip",
    }
    found = {f.student: f for f in find_class(root, course, [NAME], choices=choices).found}
    assert found["ada"].path == root / "ada" / "old" / f"{NAME}.py"
    assert found["ben"].status == "found"
    assert found["cas"].status == "unreadable"
    assert f"There are: {NAME}.py" in found["cas"].notes[0]
    assert found["eve"].status == "missing"
    assert found["dee"].notes[0] == "choices.csv names work.zip, which is not a zip that can be opened."
    for written in (f"old\\{NAME}.py", f"./old/{NAME}.py", f"ada\\old\\{NAME}.py"):
        (ada, *_) = find_class(root, course, [NAME], choices={("ada", NAME): written}).found
        assert ada.path == root / "ada" / "old" / f"{NAME}.py", written


# --- whatever somebody may have called it --------------------------------------------------------------------------

BOOK = '{"cells": [{"cell_type": "code", "source": "answer = 1"}]}'
GRADED = [
    f"{NAME} (1).py", f"{NAME} - Copy.py", f"{NAME} - Kopie.py", f"{NAME} copie.py", f"{NAME}(копия).py",
    f"Kopie von {NAME}.ipynb", f"Copy of {NAME}.ipynb", f"Copia de {NAME}.ipynb", f"{NAME} のコピー.ipynb",
    f"{NAME.upper()}.PY", f"{NAME}.Ipynb", f"{NAME}_final_FINAL.py", f"lee_{NAME}.py", f"{NAME}.py.txt",
    f"{NAME}.ipynb.txt", f"{NAME}.py.download", NAME, "a1-permute.py", "A1 Permute.py", "a1permute.py",
]  # fmt: skip
NAMED = {
    f"{NAME}.html": "an exported notebook", f"{NAME}.ipynb - Colab.pdf": "is a document", f"{NAME}.md": "is a document",
    f"{NAME}.py.docx": "is a document", f"{NAME}.PNG": "is a document", f"{NAME}.rar": "is not opened here",
    f"{NAME}.7z": "is not opened here", "work.tar.gz": "is not opened here", "homework1.py": "A person has to say",
    "Untitled.ipynb": "A person has to say", "solution.py": "A person has to say", "week1/hw.swift": "A person has to",
    f"{NAME}.py/x.csv": f"{NAME}.py is a folder, not a file", f"backup/{NAME}.py": "a folder that is not searched",
    f".ipynb_checkpoints/{NAME}-checkpoint.ipynb": "(.ipynb_checkpoints). Ask for the file outside of it, or name it in choices.csv",
    f".work/{NAME}.py": "(.work). Ask for the file outside of it, or name it in choices.csv",
    f"autograder/{NAME}.py": "(autograder). Ask for the file outside of it, or name it in choices.csv",
    f"{NAME}.url": "is only a shortcut", f"{NAME}.py - Shortcut.lnk": "is only a shortcut",
    f"{NAME}.webloc": "is only a shortcut", f"{NAME}.cpython-311.pyc": "not the script itself",
}  # fmt: skip
NOBODYS = [
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    f"__MACOSX/._{NAME}.py",
    f".git/{NAME}.py",
    f".stubs/{NAME}.py",
    "autograder/notebook.py",
    "README.md",
    f"test_{NAME}.py",
    f"._{NAME}.py",
]


@pytest.mark.parametrize("canvas", [False, True])
def test_missing_is_only_where_nothing_lies(course: Course, tmp_path: Path, canvas: bool) -> None:
    root = tmp_path / "class"
    put(root / ("adaada_1_2_a1_permute.py" if canvas else f"ada/{NAME}.py"))
    wanted = {}
    for number, name in enumerate([*GRADED, *NAMED, *NOBODYS]):
        if canvas and ("/" in name or name in NOBODYS):
            continue
        student = f"student{number:03}"
        put(root / (f"{student}_{number + 70}_{number + 900}_{name}" if canvas else f"{student}/{name}"), BOOK)
        wanted[student] = "found" if name in GRADED else "unreadable" if name in NAMED else "missing"
        wanted[student] += f" {name}"
    _, found = read(root, course)
    assert {s: f"{found[s].status} {name.partition(' ')[2]}" for s, name in wanted.items()} == wanted
    for student, name in wanted.items():
        if words := NAMED.get(name.partition(" ")[2]):
            assert words in found[student].notes[-1]


def test_of_a_download_nothing_that_was_handed_in_is_called_missing(course: Course, tmp_path: Path) -> None:
    """In a clone such files are the course's. What somebody uploads, nobody but they put there."""
    root = tmp_path / "class"
    handed_in = {
        f"test_{NAME}.py": "that the course hands out", "README.md": "is a document", "conftest.py": "that the course",
        f"._{NAME}.py": "a file that an operating system makes", ".DS_Store": "a file that an operating system makes",
    }  # fmt: skip
    for number, name in enumerate(handed_in):
        put(root / f"student{number}_{number + 10}_{number + 20}_{name}")
    put(root / f"zoe_90_91_{NAME}.py")
    put(root / f"zoe_90_92_._{NAME}.py", b"\0\5\x16\7")
    put(root / f"yan_95_96_test_{NAME}.py")
    put(root / "yan_95_97_a2_linear_dims.py")
    put(root / "xia_98_99_a2_linear_dims.py")
    put(root / "xia_98_99_README.md")
    _, found = read(root, course)
    for number, (name, words) in enumerate(handed_in.items()):
        assert found[f"student{number}"].status == "unreadable", name
        assert words in found[f"student{number}"].notes[-1]
    assert found["zoe"].notes == ()
    assert (found["yan"].status, found["xia"].status) == ("unreadable", "missing")


def test_beside_a_stub_work_under_a_like_name_counts(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for student in ("ada", "ben", "cas", "dan"):
        put(root / student / f"{NAME}.py", "answer = None\n")
    put(root / "ada" / f"{NAME}_final.py")
    put(root / "ben" / f"{NAME}.docx")
    put(root / "cas" / "notes.txt")
    put(root / "dan" / f"my_{NAME}.py", "answer = 1\n")
    put(root / "dan" / f"{NAME}_v2.py", "answer = 2\n")
    _, found = read(root, course)
    assert {s: f.status for s, f in found.items()} == {
        "ada": "found", "ben": "unreadable", "cas": "not_started", "dan": "unreadable",
    }  # fmt: skip
    assert found["ada"].notes == (f"{NAME}_final.py was graded: {NAME}.py is as it was handed out.",)
    assert f"{NAME}.docx was found, but {NAME}.py is as it was handed out. A .docx file" in found["ben"].notes[0]
    assert f"{NAME}_v2.py, my_{NAME}.py were found" in found["dan"].notes[0]


def test_beside_a_stub_in_its_folder_no_script_is_passed_over(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for student, beside in (("ada", "solution.py"), ("ben", "notes.txt"), ("cas", f"test_{NAME}.py")):
        for folder in (f"assignments/{NAME}", f"assignments/notebooks/{NAME}"):
            put(root / student / folder / f"{NAME}.py", "answer = None\n")
        put(root / student / "assignments" / NAME / beside)
    _, found = read(root, course)
    assert {s: f.status for s, f in found.items()} == {"ada": "unreadable", "ben": "not_started", "cas": "not_started"}
    said = f"assignments/{NAME}/solution.py was found, but {NAME}.py is as it was handed out."
    assert found["ada"].notes[0].startswith(said)
    root = tmp_path / "canvas"
    put(root / f"leeann_12_34_{NAME}.py", "answer = None\n")
    put(root / "leeann_12_35_solution.py")
    put(root / f"roebob_13_36_{NAME}.py", "answer = 2\n")
    leeann = read(root, course)[1]["leeann"]
    assert leeann.status == "unreadable"
    assert f"leeann_12_35_solution.py was found, but leeann_12_34_{NAME}.py is as it was handed out." in leeann.notes[0]


def test_what_gave_way_to_the_file_of_the_right_name_is_said(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for student in ("ada", "ben", "cas"):
        put(root / student / f"{NAME}.py", f"import {NAME}_tools\nanswer = 1\n")
        put(root / student / f"{NAME}_tools.py", "two = 2\n")
    put(root / "ada" / f"{NAME} (1).py", "answer = 2\n")
    put(root / "ada" / f"{NAME}-DESKTOP-AB12CD3.py", "answer = 3\n")
    put(root / "ben" / f"{NAME} (1).py", "answer = None\n")  # the stub
    put(root / "ben" / f"{NAME}_2.py", "")
    put(root / "ben" / f"test_{NAME}.py", "answer = 4\n")
    _, found = read(root, course)
    said = f"Also there, under another name, and not graded: {NAME} (1).py, {NAME}-DESKTOP-AB12CD3.py."
    assert found["ada"].notes == (said,)
    assert found["ben"].notes == found["cas"].notes == ()


def test_a_module_of_another_assignment_is_no_work_for_this_one(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / f"{NAME}.py", "import tools\n")
    put(root / "ada" / "tools.py")
    put(root / "ben" / NAME / "notes.py")
    put(root / "ben" / NAME / f"{NAME}.py")
    put(root / "cas" / "a2_linear_dims.py")
    found = {f.student: f.status for f in find_class(root, course).found if f.assignment == "a2_linear_dims"}
    assert found == {"ada": "missing", "ben": "missing", "cas": "found"}


def test_links_and_what_cannot_be_read_are_named(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "zoe" / f"{NAME}.py")
    for student, target in (("ada", "/etc/passwd"), ("ben", "nowhere.py"), ("cas", f"{NAME}.py")):
        (root / student).mkdir()
        (root / student / f"{NAME}.py").symlink_to(target)
    (root / "dan").symlink_to(root / "zoe")
    _, found = read(root, course)
    assert [found[s].status for s in ("ada", "ben", "cas", "dan", "zoe")] == [*["unreadable"] * 4, "found"]
    assert "is a link that leads out of the student's folder, or to nothing" in found["ben"].notes[0]


def test_a_line_for_choices_can_be_copied_whatever_the_names(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "Lee, Ann" / f"{NAME}.py", "answer = 1\n")
    put(root / "Lee, Ann" / "b, c" / f"{NAME}.py", "answer = 2\n")
    (note,) = read(root, course)[1]["Lee, Ann"].notes
    (row,) = csv.reader([note.partition("choices.csv: ")[2]])
    found = find_class(root, course, [NAME], choices={(row[0], row[1]): row[2]}).found[0]
    assert found.status == "found"


def test_a_choice_says_in_which_of_a_students_folders_the_file_lies(course: Course, tmp_path: Path) -> None:
    """A second download, unpacked beside the first, is called as that and 2."""
    root = tmp_path / "class"
    folders = [f"Ann Lee_12_assignsubmission_file_{end}" for end in ("", " 2")]
    for number, folder in enumerate(folders):
        put(root / folder / f"{NAME}.py", f"answer = {number}\n")
    (found,) = read(root, course)[1].values()
    assert found.status == "ambiguous"
    assert all(f"{folder}/{NAME}.py" in found.notes[0] for folder in folders)
    (row,) = csv.reader([found.notes[0].partition("choices.csv: ")[2]])
    for folder in folders:
        chosen = find_class(root, course, [NAME], choices={(row[0], row[1]): f"{folder}/{NAME}.py"}).found[0]
        assert (chosen.status, chosen.path) == ("found", root / folder / f"{NAME}.py")
    put(root / "Bo Li_13_assignsubmission_file_" / "work.py")
    note = read(root, course)[1]["Bo Li"].notes[0]
    assert note.endswith(f"choices.csv: Bo Li,{NAME},work.py")


def test_blackboard_brightspace_and_moodle_in_other_languages(course: Course, tmp_path: Path) -> None:
    board = tmp_path / "blackboard"
    for word, login in (("Versuch", "ann"), ("intento", "bob_b"), ("尝试", "cas")):
        put(board / f"Übung 1_{login}_{word}_2026-11-20-21-03-00_{NAME}.py")
        put(board / f"Übung 1_{login}_{word}_2026-11-20-21-03-00.txt", f"Nombre: X Y ({login})\n")
    put(board / "Übung 1_dee_Versuch_2026-11-20-21-03-00.txt", "Name: Dee (dee)\nSubmission Field:\nhere it is\n")
    found = read(board, course)[1]
    assert {s: f.identity["login"] for s, f in found.items()} == {s: s for s in ("ann", "bob_b", "cas", "dee")}
    assert found["ann"].identity["name"] == "X Y"
    assert "receipt of an attempt without a file" in found["dee"].notes[0]
    space = tmp_path / "brightspace"
    said = [
        "20. Dezember 2026 2103",
        "20 décembre 2026 21h03",
        "20 déc. 2026 21 h 03",
        "20 dic 2026 9:03 PM",
        "2026-12-20 21.03",
        "20 março 2026 2103",
    ]
    for number, when in enumerate(said):
        put(space / f"1765{number}-27164 - Ann Lee{number} - {when}" / f"{NAME}.py")
    times = [str(f.when) for f in read(space, course)[1].values()]
    assert times == [*["2026-12-20 21:03:00"] * 5, "2026-03-20 21:03:00"]
    moodle = tmp_path / "moodle"
    for number, plugin in enumerate(("file", "onlinetext", "comments", "codehandin2")):
        put(moodle / f"Teilnehmer_in_{number}77_assignsubmission_{plugin}_" / f"{NAME}.py")
    assert len(read(moodle, course)[1]) == 4


def test_anonymous_canvas_google_classroom_and_teams(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "canvas"
    put(root / f"anon_Ab1Cd_67890_{NAME}.py")
    put(root / f"anon_X9y8Z_LATE_67891_{NAME}.py")
    assert sorted(read(root, course)[1]) == ["anon_Ab1Cd", "anon_X9y8Z"]
    root = tmp_path / "classroom"
    put(root / f"Ann Lee - {NAME}.py")
    put(root / f"Bob Roe - {NAME}.ipynb", BOOK)
    assert sorted(read(root, course)[1]) == ["Ann Lee", "Bob Roe"]
    root = tmp_path / "Submitted files"
    for version in (2, 10, 1):
        put(root / "Ann Lee" / "Exercise 1" / f"Version {version}" / f"{NAME}.py", f"answer = {version}\n")
    put(root / "Bob Roe" / "Exercise 1" / "Version 1" / f"{NAME}.py")
    found = read(root, course)[1]
    assert found["Ann Lee"].shown == f"Ann Lee/Exercise 1/Version 10/{NAME}.py"
    assert sorted(found) == ["Ann Lee", "Bob Roe"]


def test_sakai_whose_folders_say_who(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "bulk_download"
    for name in ("Lee, Ann(ann)", "Roe, Bob Jan(b12)", "Poe, Cy(cy)"):
        put(root / "Exercise 1" / name / "timestamp.txt", "20261120210311000")
        put(root / "Exercise 1" / name / "comments.txt", "")
        put(root / "Exercise 1" / name / "feedbackText.html", "")
    put(root / "Exercise 1" / "grades.csv", "id,grade")
    put(root / "Exercise 1" / "Lee, Ann(ann)" / "Submission attachment(s)" / f"{NAME}.py")
    put(root / "Exercise 1" / "Roe, Bob Jan(b12)" / "Submission attachment(s)" / "my work.py")
    download, found = read(root, course)
    assert {name: each.status for name, each in found.items()} == {
        "Lee, Ann(ann)": "found",
        "Poe, Cy(cy)": "missing",
        "Roe, Bob Jan(b12)": "unreadable",
    }
    assert download.layout == "Sakai's download, in Exercise 1/"
    assert found["Roe, Bob Jan(b12)"].identity == {"system": "sakai", "login": "b12", "name": "Roe, Bob Jan"}


def test_ilias_puts_the_time_before_each_files_name(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "Lee_Ann_ann_12" / f"20261120235900_{NAME}.py")
    put(root / "Roe_Bob_bob_13" / f"20261120235900_{NAME}.py")
    put(root / "Roe_Bob_bob_13" / f"20261121080000_{NAME}.py", "answer = 2\n")
    found = read(root, course)[1]
    assert {name: Path(each.shown).name for name, each in found.items()} == {
        "Lee_Ann_ann_12": f"20261120235900_{NAME}.py",
        "Roe_Bob_bob_13": f"20261121080000_{NAME}.py",
    }
    of_bob = f"Roe_Bob_bob_13/20261121080000_{NAME}.py; also there: Roe_Bob_bob_13/20261120235900_{NAME}.py"
    assert found["Roe_Bob_bob_13"].notes == (f"Of 2 attempts the newest was graded: {of_bob}.",)
    zipped(root / "Kay_Cas_cas_14" / "20261120235900_work.zip", **{NAME: "answer = 1\n"})
    put(root / "Kay_Cas_cas_14" / f"20261121080000_Kay_{NAME}_final.py", "answer = 2\n")
    assert read(root, course)[1]["Kay_Cas_cas_14"].shown.endswith(f"20261121080000_Kay_{NAME}_final.py")
    for student, own in (
        ("Lee_Ann_ann_12", f"20261120235900_{NAME}.py"),
        ("Roe_Bob_bob_13", f"20261120235900_{NAME}.py"),
    ):
        put(tmp_path / "in a folder" / NAME / student / own, f"answer = {student!r}\n")
    assert list(read(tmp_path / "in a folder", course)[1]) == ["Lee_Ann_ann_12", "Roe_Bob_bob_13"]
    for student in ("Ann", "Bob"):
        zipped(tmp_path / "zips" / NAME / student / "work.zip", **{NAME: f"answer = {student!r}\n"})
    assert list(read(tmp_path / "zips", course)[1]) == ["Ann", "Bob"]


def test_a_student_who_puts_a_name_before_the_files_is_no_class(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ann lee" / f"ann_{NAME}.py")
    put(root / "bob roe" / f"bob_{NAME}.py")
    assert sorted(read(root, course)[1]) == ["ann lee", "bob roe"]


def test_in_a_flat_download_a_name_may_say_more_behind_the_assignment(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"ann_{NAME}.py")
    put(root / f"bob_{NAME}_final v2.py")
    put(root / f"test_{NAME}_hidden.py")
    put(root / f"2026_{NAME}.py")
    download, found = read(root, course)
    assert sorted(found) == ["ann", "bob"]
    assert all(each.status == "found" for each in found.values())
    assert sorted(download.passed_over) == [f"2026_{NAME}.py", f"test_{NAME}_hidden.py"]


def test_google_forms_puts_the_name_behind_the_assignments(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"{NAME} - Ann Lee.py")
    put(root / f"{NAME} - Bob Roe.ipynb", BOOK)
    put(root / "a2_linear_dims - Bob Roe.py")
    put(root / f"{NAME} - Ann Lee.safetensors", b"weights")
    found = read(root, course)[1]
    assert found["Ann Lee"].weights == root / f"{NAME} - Ann Lee.safetensors"
    assert {name: each.status for name, each in found.items()} == {"Ann Lee": "found", "Bob Roe": "found"}
    root = tmp_path / "one"
    put(root / f"{NAME}.py")
    put(root / f"{NAME} - Copy.py")
    put(root / f"{NAME} - Kopie (2).py")
    assert list(read(root, course)[1]) == ["one"]


def test_beside_flat_files_whatever_is_named_like_them_is_somebodys(course: Course, tmp_path: Path) -> None:
    """Who handed in a document was named once, on the first line, and had no line of their own."""
    root = tmp_path / "class"
    put(root / f"ann_{NAME}.py")
    put(root / f"bo_{NAME}.docx", b"PK")
    put(root / f"cas-{NAME} v2.ipynb.txt", BOOK)
    zipped(root / f"dee_{NAME}.zip", **{NAME: WORK})
    put(root / f"test_{NAME}.txt")
    put(root / f"gus_{NAME}xy.txt")
    zipped(root / f"class_{NAME}.zip", **{f"ann_{NAME}": WORK, f"bo_{NAME}": WORK})
    download, found = read(root, course)
    assert {s: f.status for s, f in found.items()} == {
        "ann": "found", "bo": "unreadable", "cas": "found", "dee": "found"
    }  # fmt: skip
    assert len(download.passed_over) == 3
    root = tmp_path / "forms"
    for name in (f"{NAME} - Ann Lee.py", f"{NAME} - Bo Li.py", f"{NAME} (1) - Cas Fox.py", "my work - Dee Roe.pdf"):
        put(root / name)
    found = read(root, course)[1]
    assert {s: f.status for s, f in found.items()} == {
        "Ann Lee": "found", "Bo Li": "found", "Cas Fox": "found", "Dee Roe": "unreadable"
    }  # fmt: skip


def test_files_that_nothing_else_explains_are_read_by_the_names_in_them(course: Course, tmp_path: Path) -> None:
    for kind, name in (("behind", f"{NAME}_{{}}.py"), ("blank", f"{{}} {NAME}.py")):
        root = tmp_path / kind
        for student in ("Ann Lee", "Bo Li"):
            put(root / name.format(student))
        download, found = read(root, course)
        assert download.layout == "files side by side, each with the student's name in its own"
        assert {s: f.status for s, f in found.items()} == {"Ann Lee": "found", "Bo Li": "found"}
        put(root / "zoe" / f"{NAME}.py")
        assert list(read(root, course)[1]) == ["zoe"]
        assert list(read(root, course, "flat")[1]) == ["Ann Lee", "Bo Li", "zoe"]
    root = tmp_path / "one"
    for attempt in ("v1", "final"):
        put(root / f"{NAME}_{attempt}.py")
    with pytest.raises(UserError, match="No submission was found"):
        read(root, course)


def test_folders_of_attempts_are_nobody_and_the_newest_counts_where_a_system_says_which(
    course: Course, tmp_path: Path
) -> None:
    """Where each student had handed in twice, the attempts were taken for the students, and the students for classes."""
    systems = {
        "teams": ("Version 1", "Version 2"), "schoology": ("Revision 1 - On time", "Revision 2 - Late"),
        "vpl": ("2026-11-20-21-03-00", "2026-11-21-08-00-00"), "own": ("v1", "final"), "age": ("old", "new"),
    }  # fmt: skip
    for system, (first, second) in systems.items():
        root = tmp_path / system
        for number, student in enumerate(("Ann Lee 12", "Bo Li 13")):
            put(root / student / first / f"{NAME}.py", f"answer = {number}\n")
            put(root / student / second / f"{NAME}.py", f"answer = {number + 2}\n")
        found = read(root, course)[1]
        assert list(found) == ["Ann Lee 12", "Bo Li 13"]
        for student, each in found.items():
            newest = root / student / second / f"{NAME}.py"
            assert (each.status, each.path) == (
                ("ambiguous", None) if system in ("own", "age") else ("found", newest)
            ), system
        (alone,) = read(root / "Ann Lee 12", course)[1].values()
        assert (alone.student, alone.status) == ("Ann Lee 12", each.status)
    root = tmp_path / "people"
    for who in ("Neu", "Alt", "New", "V", "Ver"):
        put(root / f"{who}_{NAME}.py")
    for who in ("v2", "final", "Revision 1 - On time"):
        put(root / f"{who}_{NAME}.py")
    assert sorted(read(root, course)[1]) == ["Alt", "Neu", "New", "V", "Ver"]
    root = tmp_path / "alone"
    put(root / "Neu" / f"{NAME}.py")
    assert list(read(root, course)[1]) == ["Neu"]
    root = tmp_path / "flat"
    for student, number in (("Ann Lee", 1), ("Ann Lee", 2), ("Bo Li", 1)):
        put(root / student / f"Revision {number} - On time - {NAME}.py", f"answer = {number}\n")
    assert {s: f.status for s, f in read(root, course)[1].items()} == {"Ann Lee": "unreadable", "Bo Li": "found"}


def test_folders_of_the_late_are_nobody(course: Course, tmp_path: Path) -> None:
    """Whoever sorts a download by hand: the folder of the late was a student, with the work of one of them."""
    root = tmp_path / "sorted"
    for number, place in enumerate(("on time/ann", "on time/bo", "late/cas", "On Time/dee")):
        put(root / place / f"{NAME}.py", f"answer = {number}\n")
    assert sorted(read(root, course)[1]) == ["ann", "bo", "cas", "dee"]
    root = tmp_path / "beside"
    for number, place in enumerate(("ann", "bo", "Zu spät/cas", "Zu spät/dee", "ann/late")):
        put(root / place / f"{NAME}.py", f"answer = {number}\n")
    found = read(root, course)[1]
    assert {s: f.status for s, f in found.items()} == {
        "ann": "ambiguous",
        **dict.fromkeys(("bo", "cas", "dee"), "found"),
    }
    assert found["dee"].shown == f"Zu spät/dee/{NAME}.py"
    for system, name in (
        ("moodle", "{}_12_assignsubmission_file_/{}.py"),
        ("canvas", "{}_12_34_{}.py"),
        ("flat", "{}_{}.py"),
    ):
        root = tmp_path / system
        put(root / name.format("ann", NAME))
        put(root / "late" / name.format("bo", NAME))
        assert {s: f.status for s, f in read(root, course)[1].items()} == {"ann": "found", "bo": "found"}
    root = tmp_path / "zip"
    put(root / "on time" / "ann" / f"{NAME}.py")
    put(root / "on time" / "bo" / f"{NAME}.py", "answer = 2\n")
    zipped(root / "late" / "cas" / "work.zip", **{NAME: WORK})
    put(root / "too late" / "dee" / "work.docx")
    assert {s: f.status for s, f in read(root, course)[1].items()} == {
        "ann": "found", "bo": "found", "cas": "found", "dee": "unreadable",
    }  # fmt: skip
    root = tmp_path / "names"
    for student in ("late", "bo"):
        put(root / student / NAME / f"{NAME}.py")
    assert list(read(root, course)[1]) == ["bo", "late"]


def test_downloads_of_a_system_lie_in_different_depths(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for folder, own in (("HW 1/assignment_7_export", NAME), ("HW 2", "a2_linear_dims")):
        people = ""
        for number, student in enumerate(("Ann", "Bob"), 11):
            put(root / folder / f"submission_{number}" / f"{own}.py", f"answer = {number}\n")
            people += f"submission_{number}:\n  :submitters:\n  - :name: {student}\n    :email: {student}@uni.edu\n"
        put(root / folder / "submission_metadata.yml", people)
    found = find_class(root, course).found
    assert {(f.student, f.status) for f in found} == {("Ann", "found"), ("Bob", "found")}


@pytest.mark.parametrize(
    "name", ["{}/{}.py", "{} - {}.py", "late/{}/{}.py", "{}_assignsubmission_file_/{}.py", "export/submission_{}/{}.py"]
)
def test_a_homework_that_one_student_handed_in_is_no_student(course: Course, tmp_path: Path, name: str) -> None:
    root = tmp_path / "class"
    number = "submission" in name
    for folder, own, students in (("HW 1", NAME, ("Ann", "Bob", "Cas")), ("HW 2", "a2_linear_dims", ("Bob",))):
        people = ""
        for n, student in enumerate(students, 11):
            who = f"{student}_{n}" if "assign" in name else str(n) if number else student
            put(root / folder / name.format(who, own), f"answer = {n}\n")
            people += f"submission_{n}:\n  :submitters:\n  - :name: {student}\n    :email: {student}@uni.edu\n"
        if "export" in name:
            put(root / folder / "export" / "submission_metadata.yml", people)
    status = {(f.student, f.assignment[:2]): f.status for f in find_class(root, course).found}
    assert {key for key, each in status.items() if each == "found"} == {
        ("Ann", "a1"), ("Bob", "a1"), ("Cas", "a1"), ("Bob", "a2")
    }  # fmt: skip
    assert set(status.values()) == {"found", "missing"}


def test_folders_of_homeworks_that_hold_students_zips_are_no_students(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "homeworks"
    for folder, name in (("HW 1", NAME), ("HW 2", "a2_linear_dims")):
        for number, student in enumerate(("ann", "bo", "cas" if name == NAME else "dee")):
            zipped(root / folder / f"{student}.zip", **{f"work__{name}": f"answer = {number}\n"})
    put(root / "notes.txt")
    found = find_class(root, course).found
    assert {f"{f.student} {f.assignment[:2]} {f.status}" for f in found} == {
        "ann a1 found", "ann a2 found", "bo a1 found", "bo a2 found",
        "cas a1 found", "cas a2 missing", "dee a1 missing", "dee a2 found",
    }  # fmt: skip
    for folder in ("solutions", "assignments"):
        put(course.root / folder / "a3_conv_shapes" / "a3_conv_shapes.py", "answer = None\n")
    zipped(root / "HW 3" / "dee.zip", a3_conv_shapes=WORK)
    found = find_class(root, course).found
    assert {f.student for f in found} == {"ann", "bo", "cas", "dee"}
    assert [f.student for f in found if f.assignment == "a3_conv_shapes" and f.status == "found"] == ["dee"]
    students = {
        "of each": (("a1", NAME), ("a2", "a2_linear_dims")), "attempts": (("v1", NAME), ("v2", NAME)),
        "named": ((f"{NAME}_x", NAME), (f"{NAME}_y", NAME)), "same": (("one", NAME), ("two", NAME)),
    }  # fmt: skip
    for kind, zips in students.items():
        root = tmp_path / kind
        for number, student in enumerate(("ann", "bo")):
            for stem, name in zips:
                zipped(root / student / f"{stem}.zip", **{name: f"answer = {number} + {len(stem)}\n"})
        assert list(read(root, course)[1]) == ["ann", "bo"], kind


def test_of_numbered_attempts_the_newest_counts_whatever_is_put_round_its_name(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for student, *names in (
        ("ann", f"{NAME}.py", f"ann_{NAME}_final.py"),
        ("bob", f"bob_{NAME}.py", f"{NAME}_final.py"),
        ("cas", f"{NAME}.py", "solution.py"),
        ("dee", f"{NAME}.py", f"{NAME}.docx"),
    ):
        for version, name in enumerate(names, 1):
            put(root / student / str(version) / name, f"answer = {version}\n")
        put(root / student / "user_assignment_settings.json", '{"active_version": 2}')
    put(root / "eve" / "1" / f"{NAME}.py")
    put(root / "eve" / "1" / f"{NAME}_tools.py", "two = 2\n")
    put(root / "eve" / "user_assignment_settings.json", '{"active_version": 1}')
    found = read(root, course)[1]
    graded = {student: each.shown.partition("/")[2] for student, each in found.items()}
    assert graded == {
        "ann": f"2/ann_{NAME}_final.py", "bob": f"2/{NAME}_final.py", "cas": f"1/{NAME}.py", "dee": f"1/{NAME}.py",
        "eve": f"1/{NAME}.py",
    }  # fmt: skip
    assert found["bob"].notes[0].startswith(f"2/{NAME}_final.py was graded")
    choose = f"choose it in choices.csv: cas,{NAME},2/solution.py"
    said = f"cas/2/solution.py is the active version, but has another name. If it is the answer, {choose}"
    assert found["cas"].notes == (said,)
    assert found["dee"].notes == (
        f"dee/2/{NAME}.docx is the active version, but cannot be graded as it is. Look at it.",
    )


def test_weights_are_those_of_the_attempt_that_is_graded(course: Course, tmp_path: Path) -> None:
    """Older weights were taken for newer code: the first by name, or those of whatever attempt had some."""
    root = tmp_path / "canvas"
    for number, again in ((100, ""), (250, "-1"), (90, "-2")):
        put(root / f"leeann_12_{number}_{NAME}{again}.py", f"answer = {number}\n")
        put(root / f"leeann_12_{number + 1}_{NAME}{again}.safetensors", f"{number}")
    assert read(root, course)[1]["leeann"].weights == root / f"leeann_12_251_{NAME}-1.safetensors"
    board = tmp_path / "board"
    for login, day, weights in (("ann", 20, True), ("ann", 21, False), ("bo", 20, True), ("bo", 21, True)):
        start = f"CNN_{login}_attempt_2026-11-{day}-21-03-00_{NAME}"
        put(board / f"{start}.py", f"answer = {day}\n")
        if weights:
            put(board / f"{start}.safetensors", f"{day}")
    found = read(board, course)[1]
    assert found["ann"].weights is None
    said = f"CNN_ann_attempt_2026-11-20-21-03-00_{NAME}.safetensors came with another attempt, and was not used."
    assert found["ann"].notes[-1] == said
    assert found["bo"].weights == board / f"CNN_bo_attempt_2026-11-21-21-03-00_{NAME}.safetensors"
    root = tmp_path / "teams"
    put(root / "Ann" / "Version 1" / f"{NAME}.py", "answer = 0\n")
    put(root / "Ann" / "Version 1" / f"{NAME}.safetensors", "1")
    put(root / "Ann" / "Version 2" / "work" / f"{NAME}.py")
    put(root / "Bo" / "Version 1" / f"{NAME}.py")
    assert read(root, course)[1]["Ann"].weights is None
    root = tmp_path / "ilias"
    put(root / "Lee_Ann_ann1_12" / f"20261120200000_{NAME}.py")
    for time in ("20261120195900", "20261120200001"):
        put(root / "Lee_Ann_ann1_12" / f"{time}_{NAME}.safetensors", time)
    (ann,) = read(root, course)[1].values()
    assert ann.weights == root / "Lee_Ann_ann1_12" / f"20261120200001_{NAME}.safetensors"


def test_schoologys_folders_say_who_and_which_revision(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class" / "Homework 1"
    put(root / "Lee, Ann - s486002" / "Revision 1 - On time" / f"{NAME}.py", "answer = 0\n")
    zipped(root / "Lee, Ann - s486002" / "Revision 2 - Late" / "work.zip", **{NAME: "answer = 1\n"})
    put(root / "Roe, Bo Jan - 0AAA119SP00084" / "Revision 10 - On Time" / f"{NAME}.py", "answer = 10\n")
    put(root / "Roe, Bo Jan - 0AAA119SP00084" / "Revision 9 - On Time" / f"{NAME}.py", "answer = 9\n")
    put(root / "Lee, Ann - s486077" / "Revision 1 - On time" / "hw.docx")
    download, found = read(tmp_path / "class", course)
    assert download.layout == "Schoology's download, in Homework 1/"
    assert {s: f.status for s, f in found.items()} == {
        "Lee, Ann_s486002": "found", "Lee, Ann_s486077": "unreadable", "Roe, Bo Jan": "found",
    }  # fmt: skip
    assert found["Lee, Ann_s486002"].shown.endswith(f"Lee, Ann - s486002/Revision 2 - Late/work.zip/{NAME}.py")
    assert found["Roe, Bo Jan"].path == root / "Roe, Bo Jan - 0AAA119SP00084" / "Revision 10 - On Time" / f"{NAME}.py"
    assert found["Roe, Bo Jan"].identity["sid"] == "0AAA119SP00084"


def test_autolabs_files_say_who_and_which_version(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for version in (2, 9, 10):
        put(root / f"ann_lee@uni.edu_{version}_{NAME}.py", f"answer = {version}\n")
    put(root / f"bo@uni.edu_1_{NAME}.ipynb", BOOK)
    put(root / "cas@uni.edu_1_hw.docx")
    download, found = read(root, course)
    assert download.layout == "Autolab's download"
    assert {s: f.status for s, f in found.items()} == {
        "ann_lee@uni.edu": "found", "bo@uni.edu": "found", "cas@uni.edu": "unreadable",
    }  # fmt: skip
    assert found["ann_lee@uni.edu"].path == root / f"ann_lee@uni.edu_10_{NAME}.py"
    assert found["ann_lee@uni.edu"].identity["email"] == "ann_lee@uni.edu"


def test_nbgraders_exchange_says_who_which_attempt_and_when(course: Course, tmp_path: Path) -> None:
    """The folders are those of the exchange's inbound/: each attempt was a student of its own."""
    root = tmp_path / "inbound"
    for student, name, time, end in (
        ("ann", NAME, "2026-11-19 21:03:11.123456 CET", ""),
        ("ann", NAME, "2026-11-20 21:03:11.123456 CET", "+Ab-1_x=="),
        ("ann", "a2_linear_dims", "2026-11-21 21:03:11.123456 CET", ""),
        ("bo", NAME, "2026-11-20 10:00:00 UTC", ""),
        ("cas", "a2_linear_dims", "2026-11-20 10:00:00 UTC", ""),
    ):
        folder = root / f"{student}+{name}+{time}{end}"
        put(folder / f"{name}.py", f"answer = '{time}'\n")
        put(folder / "timestamp.txt", time)
        put(folder / "submission_secret.txt", "0" * 128)
    download, found = read(root, course)
    assert download.layout == "nbgrader's exchange, before nbgrader collects"
    assert {s: f.status for s, f in found.items()} == {"ann": "found", "bo": "found", "cas": "missing"}
    assert found["ann"].path == root / f"ann+{NAME}+2026-11-20 21:03:11.123456 CET+Ab-1_x==" / f"{NAME}.py"
    assert len(found["ann"].notes) == 1
    assert "Of 2 attempts the newest was graded" in found["ann"].notes[0]
    assert arrival_of(found["ann"], root, {}, None, download.clones).text == "2026-11-20T20:03:11Z"
    put(root / f"dee+{NAME}+2026-11-20 10:00:00 UTC" / "solution.py")
    status = {f.assignment: f.status for f in find_class(root, course).found if f.student == "dee"}
    assert status == {NAME: "unreadable", "a2_linear_dims": "missing"}


def test_submitty_says_which_version_is_active(course: Course, tmp_path: Path) -> None:
    """The folders of versions were taken for the students, and all students' first versions for one student's."""
    root = tmp_path / "submissions" / "hw1"
    for student, active in (("ann", 1), ("bo", 10), ("cas", 0)):
        for version in (1, 9, 10):
            put(root / student / str(version) / f"{NAME}.py", f"answer = '{student}' + {version}\n")
            put(root / student / str(version) / ".submit.timestamp", "2026-11-20 21:03:11-0500\n")
        settings = f'{{"active_version": {active}, "history": [{{"version": 1, "time": "x"}}]}}'
        put(root / student / "user_assignment_settings.json", settings)
    put(root / "dee" / "user_assignment_settings.json", '{"active_version": 0}')
    download, found = read(tmp_path / "submissions", course)
    assert download.layout == "Submitty's folders, in hw1/"
    assert {s: f.shown.rpartition("/")[0].rpartition("/")[2] for s, f in found.items()} == {
        "ann": "1", "bo": "10", "cas": "10", "dee": "",
    }  # fmt: skip
    assert "Of 3 attempts the active one was graded" in found["ann"].notes[0]
    assert "Of 3 attempts the newest was graded" in found["cas"].notes[0]
    assert "calls no version active" in found["cas"].notes[1]
    assert len(found["bo"].notes) == 1
    assert found["dee"].status == "missing"


def test_a_browsers_number_behind_a_name_makes_no_second_student(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "forms"
    put(root / f"{NAME} - Ann Lee.py", "answer = 1\n")
    put(root / f"{NAME} - Ann Lee (1).py", "answer = 2\n")
    put(root / f"{NAME} - Bo Li.py")
    found = read(root, course)[1]
    assert list(found) == ["Ann Lee", "Bo Li"]
    assert found["Ann Lee"].notes == (f"Also there, under another name, and not graded: {NAME} - Ann Lee (1).py.",)
    root = tmp_path / "zips"
    for name in ("ann-main", "bo-main", "bo-main (1)", "cas-main", "cas-main(2)"):
        zipped(root / f"cnn-{name}.zip", **{NAME: f"answer = {len(name) if 'cas' in name else 1}\n"})
    found = read(root, course)[1]
    assert {s: f.status for s, f in found.items()} == {
        "cnn-ann-main": "found", "cnn-bo-main": "found", "cnn-cas-main": "ambiguous",
    }  # fmt: skip
    assert found["cnn-bo-main"].identity == {"login": "bo"}


def test_google_classrooms_files_are_somebodys_whatever_they_are_called(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / f"Ann Lee - {NAME}.py")
    put(root / f"Bo Li - {NAME}.ipynb", BOOK)
    put(root / f"Cy Xu - Copy of {NAME}.ipynb", BOOK)
    put(root / "Dee Roe - homework.py")
    put(root / f"Jean - Luc - {NAME}.py")
    put(root / "Jean - Luc - notes.py")
    zipped(root / "Eve Fox - my work.zip", **{NAME: WORK})
    put(root / "grades.csv")
    found = read(root, course)[1]
    assert {s: f.status for s, f in found.items()} == {
        "Ann Lee": "found", "Bo Li": "found", "Cy Xu": "found", "Dee Roe": "unreadable", "Eve Fox": "found",
        "Jean - Luc": "found",
    }  # fmt: skip
    put(root / f"Dee Roe - Roe_{NAME}_final.py")
    assert read(root, course)[1]["Dee Roe"].status == "found"
    root = tmp_path / "few"
    put(root / f"Ann Lee - {NAME}.py")
    zipped(root / "Eve Fox - my work.zip", **{NAME: "answer = 2\n"})
    assert list(read(root, course)[1]) == ["Ann Lee", "Eve Fox"]


# --- zips ----------------------------------------------------------------------------------------------------------


def zip_of(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    """A zip with these members, in whatever way they are named."""
    with zipfile.ZipFile(put(path, b""), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_a_zip_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.py")
    link.external_attr = 0o120777 << 16
    traps = ("../up.py", "/etc/abs.py", "C:/win.py", "a\\..\\..\\back.py", "x/" * 40 + "deep.py", ".git/hook.py")
    path = zip_of(tmp_path / "a.zip", (link, b"/etc/passwd"), *((t, b"x = 1") for t in traps), ("ok/a.py", b"x = 2"))
    folder = archives.open_zip(path)
    assert [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()] == ["ok/a.py"]
    with pytest.raises(archives.Refused, match=r"holds C:/win.py, which has a path that is not safe to unpack"):
        archives.open_zip(zip_of(tmp_path / "b.zip", ("C:/win.py", b"x = 1")))


def test_a_zips_names_are_read_as_they_were_written(tmp_path: Path) -> None:
    """A Mac writes names in UTF-8 without saying so; what a tool writes twice, its last writing counts."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zip_of(tmp_path / "a.zip", ("u" * 9 + ".py", b"x = 1"), ("b.py", b"stub"), ("b.py", b"work"))
    path.write_bytes(path.read_bytes().replace(b"u" * 9, "Lo\u0308sung".encode() + b"_"))
    folder = archives.open_zip(path)
    assert sorted(each.name for each in folder.iterdir()) == ["Lösung_.py", "b.py"]
    assert (folder / "b.py").read_bytes() == b"work"


def test_a_zip_is_read_as_the_folder_that_it_holds(course: Course, tmp_path: Path) -> None:
    """Beside an answer to another assignment, work that could not be graded was called missing."""
    root = tmp_path / "class"
    link = zipfile.ZipInfo(f"{NAME}.py")
    link.external_attr = 0o120777 << 16
    members: dict[str | zipfile.ZipInfo, str] = {
        f"{NAME}.docx": f"w.zip/{NAME}.docx was found", f"week/{NAME}.rar": "is not opened here",
        f".ipynb_checkpoints/{NAME}-checkpoint.ipynb": "(.ipynb_checkpoints). Ask for the file outside of it",
        f"../hw/{NAME}.py": f"w.zip/../hw/{NAME}.py has a path that is not safe to unpack", link: "is a link, not a file",
    }  # fmt: skip
    for number, member in enumerate(members):
        zip_of(root / f"s{number}" / "w.zip", (member, BOOK.encode()), ("a2_linear_dims.py", b"answer = 2\n"))
    graded = {
        f"Week 1: permute/{NAME}.py": WORK, f"{NAME}.py.txt": WORK, NAME: WORK, f"{NAME}.ipynb.json": BOOK,
        f"{NAME}.py.bak": WORK, f"{NAME}.py~": WORK,
    }  # fmt: skip
    for number, (member, content) in enumerate(graded.items()):
        zip_of(root / f"t{number}" / "w.zip", (member, content.encode()), ("a2_linear_dims.py", b"answer = 2\n"))
    zip_of(root / "u" / "w.zip", (f"__MACOSX/._{NAME}.py", b"x"), ("a2_linear_dims.py", b"answer = 2\n"))
    zip_of(root / "v" / "w.zip", ("venv/lib/site-packages/a.py", b"x"), *((f"{n}.png", b"x") for n in range(600)))
    zip_of(root / "w" / "w.zip", (f"test_{NAME}.py", b"x"))
    _, found = read(root, course)
    for number, words in enumerate(members.values()):
        assert found[f"s{number}"].status == "unreadable"
        assert words in found[f"s{number}"].notes[-1]
    assert {found[f"t{number}"].status for number in range(len(graded))} == {"found"}
    assert {s: found[s].status for s in "uvw"} == {"u": "missing", "v": "unreadable", "w": "unreadable"}
    assert "holds no script or notebook that could be an answer" in found["w"].notes[0]


def test_what_lies_beside_an_answer_in_a_zip_costs_it_nothing(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    work = (f"{NAME}.py", WORK.encode())
    zip_of(root / "data" / "w.zip", *((f"{n}.json", b"0" * (1 << 20)) for n in range(80)), work)
    zip_of(
        root / "clash" / "w.zip",
        (f"{NAME}.py/notes.txt", b"x"),
        (f"x/{NAME}.ipynb", b""),
        (f"x/{NAME}.ipynb/a.py", b""),
        work,
    )
    zip_of(root / "clash2" / "w.zip", work, (f"{NAME}.py/notes.txt", b"x"))
    damaged = zip_of(root / "damaged" / "w.zip", ("notes.txt", b"some words to be damaged"), work)
    raw = damaged.read_bytes()
    at = raw.index(b"notes.txt") + 9
    damaged.write_bytes(raw[:at] + b"\xff" * 8 + raw[at + 8 :])
    _, found = read(root, course)
    assert {s: f.status for s, f in found.items()} == dict.fromkeys(("data", "clash", "clash2", "damaged"), "found")


def test_an_environment_in_a_zip_is_passed_over(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    inside = [(f"hw/venv/lib/python3.11/site-packages/torch/{n}.py", b"x = 1\n") for n in range(3000)]
    zip_of(root / "ada" / "hw.zip", (f"hw/{NAME}.py", WORK.encode()), *inside)
    put(root / "ben" / f"{NAME}.py")
    assert read(root, course)[1]["ada"].status == "found"


def test_a_full_disk_is_told_as_that_and_as_no_fault_of_a_zips(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped(tmp_path / "class" / "ada" / "work.zip", **{NAME: WORK})
    put(tmp_path / "class" / "ben" / f"{NAME}.py")

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InfrastructureError, match="The disk is full"):
        read(tmp_path / "class", course)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([("big.py", b"0" * (65 << 20))], "more than 64 MB"),
        ([(f"{n}.py", b"x") for n in range(501)], "over 500 scripts"),
    ],
)
def test_a_zip_that_is_too_much_is_refused(tmp_path: Path, members: list[tuple[str, bytes]], why: str) -> None:
    with pytest.raises(archives.Refused, match=why):
        archives.open_zip(zip_of(tmp_path / "a.zip", *members))


def test_a_zip_with_a_fault_of_its_compressions_own_is_refused(course: Course, tmp_path: Path) -> None:
    """Each kind of compression has errors of its own: of LZMA's, one ended the class."""
    path = put(tmp_path / "class" / "ada" / "work.zip", b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(f"{NAME}.py", WORK)
    raw = path.read_bytes()
    at = raw.index(b".py") + 3
    path.write_bytes(raw[: at + 4] + b"\xff" * 5 + raw[at + 9 :])
    put(tmp_path / "class" / "ben" / f"{NAME}.py")
    _, found = read(tmp_path / "class", course)
    assert "ada/work.zip is not a zip that can be opened" in f"ada/{found['ada'].notes[0]}"
    assert found["ben"].status == "found"


def test_a_zips_list_of_names_is_not_read_when_it_is_too_long(tmp_path: Path) -> None:
    """Two hundred megabytes of names were four million objects, and a minute and a half."""
    entry = struct.pack("<4s24xHHH8xLc", b"PK\1\2", 1, 0, 0, 0, b"a")
    names = entry * 100_000
    end = struct.pack("<4s4xHHLLH", b"PK\5\6", 0xFFFF, 0xFFFF, len(names), 0, 0)
    with pytest.raises(archives.Refused, match="lists over 4 MB of names"):
        archives.open_zip(put(tmp_path / "a.zip", names + end))


def test_all_zips_of_a_student_together_unpack_to_so_much(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.submission.student_files.UNPACKED_LIMIT", 1 << 20)
    for number in range(4):
        zip_of(tmp_path / "class" / "ada" / f"{number}.zip", (f"{number}.ipynb", b"0" * 700_000))
    zip_of(tmp_path / "class" / "ben" / "work.zip", (f"{NAME}.py", WORK.encode()))
    _, found = read(tmp_path / "class", course)
    assert found["ben"].status == "found"
    notes = " ".join(found["ada"].notes)
    assert "2.zip was not opened, as the zips before it hold over 1 MB." in notes
    assert "1.zip was not opened" not in notes


@pytest.mark.parametrize("above", ["", "backup"])
def test_of_files_named_after_an_assignment_so_many_are_read(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: str
) -> None:
    """Git keeps one blob for a hundred thousand files, and each is a file to read; and each is read once."""
    seen: list[Path] = []
    real = student_file.read_source
    monkeypatch.setattr(student_file, "read_source", lambda path, **more: seen.append(path) or real(path, **more))
    for number in range(200):
        put(tmp_path / "class" / "ada" / str(number) / above / f"{NAME}.py", f"x = {number}\n")
    put(tmp_path / "class" / "ben" / f"{NAME}.py")
    found = {each.student: each for each in find_class(tmp_path / "class", course).found if each.assignment == NAME}
    assert (found["ada"].status, found["ben"].status) == ("unreadable" if above else "ambiguous", "found")
    assert f"More than 50 files are named after {NAME}: the rest were passed over." in found["ada"].notes
    assert len(seen) == len(set(seen)) == 51


def test_a_search_that_breaks_off_is_one_students(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StudentFiles._sort

    def breaks(self: StudentFiles, file: File) -> None:
        if file.hand_in.student == "ada":
            raise MemoryError
        real(self, file)

    monkeypatch.setattr(StudentFiles, "_sort", breaks)
    put(tmp_path / "class" / "ada" / f"{NAME}.py")
    put(tmp_path / "class" / "ben" / f"{NAME}.py")
    _, found = read(tmp_path / "class", course)
    assert (found["ada"].status, found["ben"].status) == ("unreadable", "found")
    assert found["ada"].notes == ("The search through the files failed (MemoryError). Look at the folder.",)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_of_every_kind_are_named(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / f"{NAME}.py")
    (root / "ben").mkdir()
    (root / "ben" / "work.zip").symlink_to("/dev/zero")
    (root / "cas").symlink_to(root / "ada")
    (root / "dan").symlink_to("dan")
    (root / f"eve_{NAME}.py").symlink_to(root / "ada" / f"{NAME}.py")
    download, found = read(root, course)
    assert found["ben"].status == found["cas"].status == "unreadable"
    assert "work.zip is a link that leads out of the student's folder, or to nothing" in found["ben"].notes[0]
    assert "The student's folder is a link" in found["cas"].notes[0]
    told = "(a link; links are not followed)"
    assert download.passed_over == (f"dan {told}", f"eve_{NAME}.py {told}")


def test_a_zip_in_a_zip_is_opened_too(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    work = zipped(tmp_path / "inner.zip", **{f"a__{NAME}": WORK})
    zip_of(root / "ada" / "work.zip", ("lee/inner.zip", work.read_bytes()), ("notes.txt", b"see inner.zip"))
    put(root / "ben" / f"{NAME}.py")
    _, found = read(root, course)
    assert found["ada"].shown == f"ada/work.zip/lee/inner.zip/a/{NAME}.py"
    kept = archives.file_at(root, found["ada"].shown)
    assert kept is not None
    assert kept.read_text() == WORK


def test_a_newer_zip_counts_and_what_lies_nearer_comes_before_what_a_zip_holds(course: Course, tmp_path: Path) -> None:
    old, new = "answer = 0\n", "answer = 2\n"
    board = tmp_path / "blackboard"
    put(board / f"CNN_ann_attempt_2026-11-20-21-03-00_{NAME}.py", old)
    zipped(board / "CNN_ann_attempt_2026-11-21-21-03-00_work.zip", **{NAME: new})
    put(board / f"CNN_bob_attempt_2026-11-21-21-03-00_{NAME}.py", new)
    zipped(board / "CNN_bob_attempt_2026-11-20-21-03-00_work.zip", **{NAME: old})
    found = read(board, course)[1]
    assert found["ann"].shown == f"CNN_ann_attempt_2026-11-21-21-03-00_work.zip/{NAME}.py"
    assert "Of 2 attempts the newest was graded" in found["ann"].notes[0]
    assert found["bob"].shown == f"CNN_bob_attempt_2026-11-21-21-03-00_{NAME}.py"
    put(board / f"CNN_ann_attempt_2026-11-22-21-03-00_{NAME}.py", "answer = None\n")  # a stub makes no zip older
    assert read(board, course)[1]["ann"].shown == f"CNN_ann_attempt_2026-11-21-21-03-00_work.zip/{NAME}.py"
    root = tmp_path / "class"
    backup = zipped(tmp_path / "backup.zip", **{NAME: old, "a2_linear_dims": old})
    zip_of(root / "ada" / "work.zip", (f"{NAME}.py", new.encode()), ("backup.zip", backup.read_bytes()))
    put(root / "cas" / f"{NAME}.py", "answer = None\n")  # the stub
    zipped(root / "cas" / "work.zip", **{NAME: new})
    shown = {(f.student, f.assignment): f.shown for f in find_class(root, course).found}
    assert shown["ada", NAME] == f"ada/work.zip/{NAME}.py"
    assert shown["ada", "a2_linear_dims"] == "ada/work.zip/backup.zip/a2_linear_dims.py"
    assert shown["cas", NAME] == f"cas/work.zip/{NAME}.py"


def test_zips_in_zips_are_opened_within_a_limit(course: Course, tmp_path: Path) -> None:
    content = zipped(tmp_path / "0.zip", **{NAME: WORK}).read_bytes()
    for number in range(archives.ZIPS_LIMIT):
        content = zip_of(tmp_path / f"{number + 1}.zip", ("next.zip", content)).read_bytes()
    put(tmp_path / "class" / "ada" / "work.zip", content)
    put(tmp_path / "class" / "ben" / f"{NAME}.py")
    _, found = read(tmp_path / "class", course)
    assert found["ada"].status == "unreadable"
    assert f"was not opened, as {archives.ZIPS_LIMIT} zips were opened before it." in found["ada"].notes[0]


def test_what_icloud_has_not_downloaded_is_named(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / f".{NAME}.py.icloud", b"bplist00")
    put(root / "ben" / f"{NAME}.py")
    put(root / "ben" / f".{NAME}.py.icloud", b"bplist00")
    put(root / "cem" / ".DS_Store", b"")
    put(root / "cem" / ".readme.md.icloud", b"bplist00")
    put(root / ".dan.zip.icloud", b"bplist00")
    download, found = read(root, course)
    assert found["ada"].status == "unreadable"
    assert f".{NAME}.py.icloud is a placeholder for {NAME}.py, which iCloud has not downloaded" in found["ada"].notes[0]
    assert found["ben"].status == "found"
    assert found["cem"].status == "missing"
    assert download.passed_over == ("dan.zip (iCloud has not downloaded it)",)


def test_a_file_that_is_no_zip_is_named(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "class" / "ada" / "work.zip", b"PK\x03\x04 and nothing more")
    put(tmp_path / "class" / "ben" / f"{NAME}.py")
    _, found = read(tmp_path / "class", course)
    assert found["ada"].status == "unreadable"
    assert "work.zip is not a zip that can be opened." in found["ada"].notes[0]


def test_a_zip_of_one_student_is_no_class_whatever_stands_before_its_names(course: Course, tmp_path: Path) -> None:
    """Each student of such a class was passed over, as if their zip held the class."""
    root = tmp_path / "class"
    for student in ("ann", "bo"):
        zipped(root / f"{student}.zip", **{f"work__{student}_{NAME}": f"answer = '{student}'\n"})
    found = read(root, course)[1]
    assert {s: f.status for s, f in found.items()} == {"ann": "found", "bo": "found"}
    (alone,) = read(root / "ann.zip", course)[1].values()
    assert (alone.student, alone.status) == ("ann", "found")


def test_among_zips_of_students_a_zip_that_looks_like_a_class_is_a_students(course: Course, tmp_path: Path) -> None:
    """Whoever handed in three attempts, each in a folder, was passed over."""
    root = tmp_path / "class"
    for student in ("ann", "bo"):
        zipped(root / f"{student}.zip", **{NAME: f"answer = '{student}'\n"})
    zipped(root / "cas.zip", **{f"first__{NAME}": WORK, f"second__{NAME}": "answer = 2\n"})
    put(root / "dee.zip.part", b"PK")
    download, found = read(root, course)
    assert {s: f.status for s, f in found.items()} == {"ann": "found", "bo": "found", "cas": "ambiguous"}
    assert download.passed_over == ("dee.zip.part",)


def test_a_macs_files_of_attributes_are_no_students(course: Course, tmp_path: Path) -> None:
    """Such a file had the number of the student whose file it is about, who then got no grade in the gradebook."""
    for system, name in (("canvas", "leeann_12345_67890_{}.py"), ("moodle", "Ann_12_assignsubmission_file_{}.py")):
        root = tmp_path / system
        put(root / name.format(NAME))
        put(root / f"._{name.format(NAME)}", b"\0\5\x16\7")
        download, found = read(root, course)
        assert {f.status for f in found.values()} == {"found"}
        assert (len(found), download.passed_over) == (1, ())


def test_hidden_work_is_named(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "ada" / f".{NAME}.py")
    put(root / "ben" / f".{NAME}.py.swp", b"b0VIM 9.0\0\0")
    put(root / "ben" / f"._{NAME}.py", b"\0\5\x16\7")
    put(root / "cas" / f"._{NAME}.py", b"\0\5\x16\7")
    put(root / ".dan" / f"{NAME}.py")
    put(root / f".eve_{NAME}.py")
    put(root / f"._fay_{NAME}.py")
    put(root / ".git" / f"{NAME}.py.lock")
    download, found = read(root, course, "folders")
    assert {s: f.status for s, f in found.items()} == {"ada": "found", "ben": "unreadable", "cas": "missing"}
    assert f".{NAME}.py.swp was found, but no {NAME}.py" in found["ben"].notes[0]
    hidden = "(hidden by the dot at its beginning)"
    assert download.passed_over == (f".dan {hidden}", f".eve_{NAME}.py {hidden}")


def test_what_is_no_code_is_named_and_not_graded(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    put(root / "zoe" / f"{NAME}.py")
    said = {
        f"{NAME}.patch": "A .patch file holds changes to a file, not the file itself.",
        f"{NAME}.safetensors": "It holds a network's weights. Without the code of the network they cannot be graded.",
        f"{NAME}.qmd": "A .qmd file is a document, not code.", "work.bundle": "A .bundle file is not opened here.",
        f"{NAME}.csv": "A person has to say whether it is meant for this assignment.",
        f"{NAME}.json": "A person has to say whether it is meant for this assignment.",
    }  # fmt: skip
    for number, name in enumerate(said):
        put(root / f"s{number}" / name, '{"paragraphs": ["import x"]}\n')
    (root / "t").mkdir()
    (root / "t" / "work").symlink_to(root / "zoe")
    put(root / "u" / "venv" / "pyvenv.cfg", "")
    (root / "u" / "venv" / "bin").mkdir()
    (root / "u" / "venv" / "bin" / "python").symlink_to(sys.executable)
    _, found = read(root, course)
    for number, (name, words) in enumerate(said.items()):
        each = found[f"s{number}"]
        assert (each.status, f"{name} was found, but no {NAME}.py or {NAME}.ipynb. {words}" in each.notes[0]) == (
            "unreadable", True
        ), name  # fmt: skip
    assert found["t"].notes[0].startswith("work is a link that leads out of the student's folder")
    assert found["u"].status == "missing"


def test_the_downloads_own_zip_is_no_student(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "folders"
    put(root / "ada" / f"{NAME}.py")
    zipped(root / "class.zip", ada__a1_permute=WORK)
    zipped(root / "ben.lee.zip", ben__a1_permute=WORK)
    put(root / "cas.7z", b"7z")
    download, found = read(root, course)
    assert {s: f.status for s, f in found.items()} == {"ada": "found", "ben.lee": "found", "cas": "unreadable"}
    assert download.passed_over == ("class.zip (is it the whole class? then unpack it into a folder of its own)",)
    root = tmp_path / "canvas"
    put(root / f"leeann_12345_67890_{NAME}.py")
    zipped(root / "submissions.zip", **{f"leeann_12345_67890_{NAME}": WORK})
    assert list(read(root, course)[1]) == ["leeann"]
    root = tmp_path / "zips"
    zipped(root / "a1.zip", **{f"leeann_12345_67890_{NAME}": WORK, f"leebob_12346_67891_{NAME}": WORK})
    with pytest.raises(UserError, match=r"Passed over: a1\.zip"):
        read(root, course)
    root = tmp_path / "branches"
    for login in ("ann", "bob", "cas"):
        zipped(root / f"cnn-{login}-main.zip", **{f"cnn-{login}-main__{NAME}": WORK})
    assert [f.identity["login"] for f in read(root, course)[1].values()] == ["ann", "bob", "cas"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-11-20T21:03:00", "2026-11-20T21:03:00.25"),
        ("2026-11-20T21:03:00.123456", "2026-11-20T21:03:00.25"),
        ("2026-11-20_21-03-00", "2026-11-21_09-00-00"),
        ("2026-11-20 21.03.00", "2026-11-20 21.03.01"),
        ("attempt9", "attempt10"),
        ("Attempt 1", "Attempt 2 - late"),
    ],
)
def test_a_students_folders_of_times_are_attempts(course: Course, tmp_path: Path, older: str, newer: str) -> None:
    for student in ("ann@uni.edu", "bob@uni.edu"):
        put(tmp_path / "class" / student / NAME / older / f"{NAME}.py", "answer = 0\n")
        put(tmp_path / "class" / student / NAME / newer / f"{NAME}.py")
    found = read(tmp_path / "class", course)[1]
    assert {s: f.shown for s, f in found.items()} == {s: f"{s}/{NAME}/{newer}/{NAME}.py" for s in found}
    assert list(found) == ["ann@uni.edu", "bob@uni.edu"]


def test_a_systems_attempt_comes_before_a_students_own(course: Course, tmp_path: Path) -> None:
    top = tmp_path / "class"
    put(top / "1-2 - Ann Lee - 20 November, 2026 903 PM" / f"{NAME}.py", "answer = 0\n")
    put(top / "1-2 - Ann Lee - 21 November, 2026 903 PM" / "attempt1" / f"{NAME}.py", "answer = 2\n")
    put(top / "1-2 - Ann Lee - 21 November, 2026 903 PM" / "attempt2" / f"{NAME}.py")
    found = read(top, course)[1]
    assert found["Ann Lee"].shown.endswith(f"21 November, 2026 903 PM/attempt2/{NAME}.py")


def test_canvas_files_of_a_quiz(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "class" / f"lee_ann123_question_456_7890_{NAME}.py")
    put(tmp_path / "class" / f"ray_bob124_question_456_7891_{NAME}.py")
    found = read(tmp_path / "class", course)[1]
    assert {s: f.identity["number"] for s, f in found.items()} == {"lee_ann": "123", "ray_bob": "124"}


def test_nbgraders_exchange_unpacked_on_windows(course: Course, tmp_path: Path) -> None:
    for hour, work in (("09", "answer = 0\n"), ("21", WORK)):
        put(tmp_path / "class" / f"ann+{NAME}+2026-11-20 {hour}_03_11.123456 UTC" / f"{NAME}.py", work)
    put(tmp_path / "class" / f"bob+{NAME}+2026-11-20 21-03-11.123456 UTC" / f"{NAME}.py")
    found = read(tmp_path / "class", course)[1]
    assert {s: f.shown[:30] for s, f in found.items()} == {
        "ann": f"ann+{NAME}+2026-11-20 21_0", "bob": f"bob+{NAME}+2026-11-20 21-0"
    }  # fmt: skip


def test_numbers_stand_for_students_where_nothing_else_does(course: Course, tmp_path: Path) -> None:
    for number in ("3712345_", "20260345-"):
        put(tmp_path / "class" / f"{number}{NAME}.py")
    assert list(read(tmp_path / "class", course)[1]) == ["3712345", "20260345"]
    for date in ("20261119_", "20261120_", "202611202359_", "12_"):
        put(tmp_path / "dates" / f"{date}{NAME}.py")
    with pytest.raises(UserError, match=f"Passed over: 12_{NAME}.py, 20261119_{NAME}.py"):
        read(tmp_path / "dates", course)


def test_what_windows_notes_about_a_download_is_no_answer(course: Course, tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        put(tmp_path / "class" / name / f"{NAME}.py.Zone.Identifier", "[ZoneTransfer]\nZoneId=3\n")
    put(tmp_path / "class" / "bob" / f"{NAME}.py")
    found = read(tmp_path / "class", course)[1]
    assert {s: f.status for s, f in found.items()} == {"ann": "unreadable", "bob": "found"}
    assert "That is a file that an operating system makes, not an answer." in found["ann"].notes[-1]
    assert found["bob"].notes == ()


def test_files_with_a_students_name_alone_are_read_where_a_person_says_so(course: Course, tmp_path: Path) -> None:
    root = tmp_path / "class"
    for file in ("Ann Lee.py", "bob.ipynb", f"cas_{NAME}.py", f"test_{NAME}.py", f"{NAME}.py", "notes.txt"):
        put(root / file, '{"cells": [{"cell_type": "code", "source": "answer = 1"}]}' if "ipynb" in file else WORK)
    put(root / "ann lee (1).pdf", "x")
    download, found = read(root, course, "flat")
    assert {s: (f.status, f.shown) for s, f in found.items()} == {
        "Ann Lee": ("found", "Ann Lee.py"), "bob": ("found", "bob.ipynb"), "cas": ("found", f"cas_{NAME}.py")
    }  # fmt: skip
    assert "notes.txt" in download.passed_over
    put(tmp_path / "twice" / "ann.py")
    put(tmp_path / "twice" / "bob.py")
    with pytest.raises(UserError, match="--layout flat and --assignment A, if each file is one student's"):
        read(tmp_path / "twice", course)
    (tmp_path / "twice").rename(tmp_path / NAME)
    both = find_class(tmp_path / NAME, course, layout="flat").found
    assert [(f.student, f.status) for f in both if f.assignment == NAME] == [("ann", "found"), ("bob", "found")]


def test_teams_drafts_are_not_what_was_handed_in(course: Course, tmp_path: Path) -> None:
    for student in ("Ann Lee", "Bob Ray"):
        put(
            tmp_path / "dl" / "Student Work" / "Submitted files" / student / "Exercise" / "Version 1" / f"{NAME}.py",
            "answer = 0\n",
        )
        put(tmp_path / "dl" / "Student Work" / "Submitted files" / student / "Exercise" / "Version 2" / f"{NAME}.py")
        put(tmp_path / "dl" / "Student Work" / "Working files" / student / "Exercise" / f"{NAME}.py", "answer = 2\n")
    for root in (tmp_path / "dl", tmp_path / "dl" / "Student Work"):
        download, found = read(root, course)
        assert {s: Path(f.shown).parent.name for s, f in found.items()} == {
            "Ann Lee": "Version 2", "Bob Ray": "Version 2"
        }  # fmt: skip
        assert "Working files (beside the folder with the class)" in download.passed_over


def test_a_homework_in_teams_for_which_only_a_document_came_is_looked_into(course: Course, tmp_path: Path) -> None:
    for week, student, file in (
        (1, "Ann Lee", f"{NAME}.py"),
        (1, "Bob Ray", f"{NAME}.py"),
        (2, "Bob Ray", "a2_linear_dims.docx"),
    ):
        for kept in ("Working files", "Submitted files"):
            put(tmp_path / "dl" / f"Week {week}" / kept / student / "Exercise" / "Version 1" / file)
    (second,) = (f for f in find_class(tmp_path / "dl", course, ["a2_linear_dims"]).found if f.student == "Bob Ray")
    assert second.status == "unreadable"
    assert "a2_linear_dims.docx" in second.notes[0]


def test_mails_are_named(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "class" / "ann" / "Re Exercise.eml", "From: ann")
    put(tmp_path / "class" / "bob" / f"{NAME}.py")
    put(tmp_path / "class" / "cas.msg", "x")
    download, found = read(tmp_path / "class", course)
    assert found["ann"].status == "unreadable"
    assert "Re Exercise.eml was found" in found["ann"].notes[-1]
    assert download.passed_over == ("cas.msg",)


def test_a_zip_beside_work_is_not_unpacked(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for student in ("ann", "bob"):
        put(tmp_path / "class" / student / f"{NAME}.py", f"{WORK}# {student}\n")
        zipped(tmp_path / "class" / student / "data.zip", noise="1")
    opened: list[Path] = []
    monkeypatch.setattr(
        archives, "_unpacked", lambda path, *_: opened.append(path) or archives.Refused("is not asked for")
    )
    _, found = read(tmp_path / "class", course)
    assert {student: each.status for student, each in found.items()} == {"ann": "found", "bob": "found"}
    assert opened == []


@pytest.mark.parametrize("deeper", ["src", "1_abgabe", "{student}"])
def test_a_folder_more_in_that_of_an_assignment_is_no_student(course: Course, tmp_path: Path, deeper: str) -> None:
    for student in ("ann", "bob", "cem"):
        inner = deeper.format(student=student)
        put(tmp_path / "class" / student / NAME / inner / f"{NAME}.py", f"{WORK}# {student}\n")
    _, found = read(tmp_path / "class", course)
    assert {student: each.status for student, each in found.items()} == dict.fromkeys(("ann", "bob", "cem"), "found")


@pytest.mark.parametrize("file", [f"my_{NAME}.py", f"{NAME}.py.txt"])
@pytest.mark.parametrize("above", ["", "Uni/Course"])
def test_among_students_folders_a_file_with_another_name_makes_no_student(
    course: Course, tmp_path: Path, above: str, file: str
) -> None:
    put(tmp_path / "class" / above / "ann" / NAME / "src" / f"{NAME}.py", f"{WORK}# ann\n")
    put(tmp_path / "class" / above / "bob" / NAME / file, f"{WORK}# bob\n")
    assert set(read(tmp_path / "class", course)[1]) == {"ann", "bob"}


def test_a_homework_of_few_whose_zips_hold_zips_is_no_student(course: Course, tmp_path: Path) -> None:
    for student in ("ann", "bob", "cem"):
        zipped(tmp_path / "class" / NAME / f"{student}.zip", **{NAME: f"{WORK}# {student}\n"})
    inner = zipped(tmp_path / "work.zip", a2_linear_dims=f"{WORK}# of ann\n")
    with zipfile.ZipFile(put(tmp_path / "class" / "a2_linear_dims" / "ann.zip", b""), "w") as archive:
        archive.write(inner, "work.zip")
    found = {(each.student, each.assignment) for each in find_class(tmp_path / "class", course).found if each.path}
    assert found == {("ann", NAME), ("bob", NAME), ("cem", NAME), ("ann", "a2_linear_dims")}


def test_files_in_zips_are_named_in_the_order_of_the_zips(course: Course, tmp_path: Path) -> None:
    """They were in the order of the folders that they were unpacked into, which was another one each time."""
    for number in range(6):
        zipped(tmp_path / "class" / "ann" / f"part {number}.zip", a1_permute=f"answer = {number}\n")
    put(tmp_path / "class" / "ben" / "a1_permute.py")
    (found, _) = find_class(tmp_path / "class", course, ["a1_permute"]).found
    assert found.notes[0].startswith("6 files differ: part 0.zip/a1_permute.py, part 1.zip/a1_permute.py, part 2.zip/")


def test_a_download_whose_files_all_have_other_names_asks_for_what_they_answer(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "class" / "Bob Ray_12_assignsubmission_file_" / f"ray_{NAME}_final.py")
    zipped(tmp_path / "class" / "Ann Lee_11_assignsubmission_file_" / "work.zip", **{NAME: f"{WORK}# ann\n"})
    put(tmp_path / "class" / "Ann Lee_11_assignsubmission_onlinetext_" / "onlinetext.html", "<p>See the file.</p>")
    status = {(f.student, f.assignment): f.status for f in find_class(tmp_path / "class", course).found}
    assert status == {
        (who, name): "found" if name == NAME else "missing"
        for who in ("Ann Lee", "Bob Ray") for name in (NAME, "a2_linear_dims")
    }  # fmt: skip


def test_a_homework_of_few_may_hold_no_file_with_its_name(course: Course, tmp_path: Path) -> None:
    for student in ("ann", "bob", "cem"):
        put(tmp_path / "class" / NAME / student / f"{NAME}.py", f"{WORK}# {student}\n")
    put(tmp_path / "class" / "a2_linear_dims" / "ann" / "solution.py", WORK)
    (second,) = (f for f in find_class(tmp_path / "class", course, ["a2_linear_dims"]).found if f.student == "ann")
    assert second.status == "unreadable"
    assert "solution.py" in second.notes[0]


@pytest.mark.parametrize("who", ["ann", "eve"])
def test_a_folder_named_after_an_assignment_is_no_student_beside_another(
    course: Course, tmp_path: Path, who: str
) -> None:
    for student in ("ann", "bob", "cem"):
        zipped(tmp_path / "class" / NAME / f"{student}.zip", **{NAME: f"{WORK}# {student}\n"})
    zipped(tmp_path / "class" / "a2_linear_dims" / f"{who}.zip", a2_linear_dims=f"{WORK}# {who}\n")
    assert {each.student for each in find_class(tmp_path / "class", course).found} == {"ann", "bob", "cem", who}


@pytest.mark.parametrize("wrapping", ["folder", "zip", "folder with a zip"])
def test_in_the_folders_of_groups_those_of_a_homework_are_students(
    course: Course, tmp_path: Path, wrapping: str
) -> None:
    for student, group in (("ann", "monday"), ("bob", "monday"), ("cem", "friday"), ("dee", "friday")):
        hand_in(tmp_path / "class" / group / NAME, student, wrapping)
    _, found = read(tmp_path / "class", course)
    assert {name: each.status for name, each in found.items()} == dict.fromkeys(("ann", "bob", "cem", "dee"), "found")


@pytest.mark.parametrize("above", ["", "download", "Uni/Course", f"homework/{NAME}"])
@pytest.mark.parametrize("wrapping", ["folder", "zip", "folder with a zip"])
def test_in_any_depth_a_zip_is_as_good_as_a_folder(course: Course, tmp_path: Path, above: str, wrapping: str) -> None:
    for student in ("ann", "bob", "cem"):
        hand_in(tmp_path / "class" / above, student, wrapping)
    _, found = read(tmp_path / "class", course)
    assert {name: each.status for name, each in found.items()} == dict.fromkeys(("ann", "bob", "cem"), "found")


def hand_in(folder: Path, student: str, wrapping: str) -> None:
    """The student's work in a folder of a class, one folder deeper than one would put it."""
    work = f"{WORK}# {student}\n"
    if wrapping == "folder":
        put(folder / student / NAME / "src" / f"{NAME}.py", work)
    else:
        zipped(
            folder / (f"{student}.zip" if wrapping == "zip" else f"{student}/work.zip"),
            **{f"{NAME}__src__{NAME}": work},
        )
