"""Finding submissions in the layouts that classes come in."""

from __future__ import annotations

import json
import os
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from autograder.common.errors import UserError
from autograder.course.course import Course, natural_key
from autograder.submission.find import find_class
from autograder.submission.found import Found
from autograder.submission.names import RESULTS_MARKER, assignment_of, bears
from autograder.submission.source import read_source
from tests.support.files import notebook, put

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    """An empty folder for submissions."""
    (tmp_path / "class").mkdir()
    return tmp_path / "class"


def find(class_: Path, course: Course, name: str = "a1_permute") -> dict[str, Found]:
    """student -> what was found for one assignment."""
    return {found.student: found for found in find_class(class_, course, [name]).found}


def test_nbgraders_folders(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute" / "a1_permute.ipynb", notebook("answer = 1"))
    put(class_ / "ada" / "a1_permute" / "timestamp.txt", "2026-11-23")
    put(class_ / "ben" / "a2_linear_dims" / "a2_linear_dims.ipynb", notebook("answer = 1"))
    found = find_class(class_, course).found
    assert [(f.student, f.assignment, f.status) for f in found] == [
        ("ada", "a1_permute", "found"),
        ("ada", "a2_linear_dims", "missing"),
        ("ben", "a1_permute", "missing"),
        ("ben", "a2_linear_dims", "found"),
    ]


def test_what_was_read_is_not_kept(course: Course, class_: Path) -> None:
    """The main process stays small, however large the class is."""
    size, students = 50_000, 40
    for number in range(students):
        put(class_ / f"s{number}" / "a1_permute.py", f"answer = {number}\n" + f"# {'x' * 97}\n" * (size // 100))
    find_class(class_, course)  # what is read of the course itself is kept
    tracemalloc.start()
    try:
        find_class(class_, course)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < students * size / 2


def test_under_other_names_a_stub_is_not_started_and_the_same_code_counts_once(course: Course, class_: Path) -> None:
    stub = (course.assignments / "a1_permute" / "a1_permute.py").read_text()
    put(class_ / "ada" / "a1_permute_v2.py", stub)
    put(class_ / "ben" / "a1_permute_v2.py", "answer = 1\n")
    put(class_ / "ben" / "a1_permute final.py", "answer = 1  \n")
    put(class_ / "cas" / "a1_permute_v2.py", "answer = 1\n")
    put(class_ / "cas" / "a1_permute final.py", "answer = 2\n")
    put(class_ / "dan" / "a1_permute_v2.py", stub)
    put(class_ / "dan" / "a1_permute final.py", "answer = 2\n")
    found = find(class_, course)
    statuses = {student: each.status for student, each in found.items()}
    assert statuses == {"ada": "not_started", "ben": "found", "cas": "unreadable", "dan": "found"}
    assert found["dan"].shown == "dan/a1_permute final.py"
    assert "a1_permute_v2.py" in found["ada"].shown


def test_clones_hold_both_forms_and_only_the_changed_one_counts(course: Course, class_: Path) -> None:
    for student, changed in (("ada", "py"), ("ben", "ipynb"), ("cas", ""), ("dan", "both")):
        script = (course.assignments / "a1_permute" / "a1_permute.py").read_text()
        book = (course.assignments / "notebooks" / "a1_permute" / "a1_permute.ipynb").read_text()
        if changed in ("py", "both"):
            script = "answer = 1\n"
        if changed in ("ipynb", "both"):
            book = notebook("answer = 2")
        clone = class_ / f"a1-{student}"
        put(clone / "assignments" / "a1_permute" / "a1_permute.py", script)
        put(clone / "assignments" / "notebooks" / "a1_permute" / "a1_permute.ipynb", book)
        put(clone / ".git" / "a1_permute.py", "answer = 'in git'")
        put(clone / "venv" / "pyvenv.cfg", "")
        put(clone / "venv" / "lib" / "a1_permute.py", "answer = 'in an environment'")
        put(clone / "autograder" / "notebook.py", "")  # this package, as each student's repository holds it
        put(clone / "autograder" / "a1_permute.py", "answer = 'in the autograder'")
    found = find(class_, course)
    assert [found[f"a1-{s}"].status for s in ("ada", "ben", "cas", "dan")] == [
        "found",
        "found",
        "not_started",
        "ambiguous",
    ]
    paths = [found[f"a1-{s}"].path for s in ("ada", "ben", "cas")]
    assert [path and path.suffix for path in paths] == [".py", ".ipynb", ".py"]  # an untouched stub is nobody's hand-in
    assert {path.suffix for path in found["a1-dan"].candidates} == {".py", ".ipynb"}


def test_a_stub_is_a_stub_whatever_comments_blanks_or_line_ends_were_added(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute.py", "# my notes\r\n\r\nanswer = None   \r\n")
    put(class_ / "ada" / "work" / "a1_permute.py", "answer = 1\n")
    assert find(class_, course)["ada"].path == class_ / "ada" / "work" / "a1_permute.py"


def test_stubs_of_earlier_releases_are_known_from_the_manifest(course: Course, class_: Path) -> None:
    old = put(class_ / "ada" / "old_clone" / "a1_permute.py", "answer = 'fill in'\n")
    put(class_ / "ada" / "a1_permute.py", "answer = 1\n")
    digest = read_source(old).code_digest
    put(course.assignments / "manifest.json", json.dumps({"stubs": {"a1_permute": {"py": [digest]}}}))
    assert find(class_, course)["ada"].path == class_ / "ada" / "a1_permute.py"


def test_identical_twins_count_as_one(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute.py", "# %%\nanswer = 1\n# %%\nanswer += 1\n")
    put(class_ / "ada" / "a1_permute.ipynb", notebook("answer = 1", "answer += 1"))
    put(class_ / "ada" / "submitted" / "a1_permute.py", "answer = 1\r\nanswer += 1\r\n")
    found = find(class_, course)["ada"]
    assert found.status == "found"
    assert found.path == class_ / "ada" / "a1_permute.py"


def test_a_notebook_and_the_script_as_which_a_system_saved_it_are_one_answer(course: Course, class_: Path) -> None:
    """Who handed in both was asked which of them counts, and had no points until then."""
    cells = [
        "import torch",
        "!pip install einops",
        "answer = 1",
        'from autograder.notebook import check\n\ncheck("a1")',
    ]
    saved = {
        "jupyter": "#!/usr/bin/env python\n\n# In[1]:\n\nimport torch\nget_ipython().system('pip install einops')\n"
        'answer = 1\n# In[ ]:\nfrom autograder.notebook import check\n\ncheck("a1")\n',
        "colab": '# -*- coding: utf-8 -*-\n"""a1.ipynb\n\nGenerated by Colab.\n"""\nimport torch\n!pip install einops\n'
        '"""# Where do the channels go?"""\nanswer = 1\nfrom autograder.notebook import check\n\ncheck("a1")\n',
        "other": "import torch\nanswer = 2\n",
    }
    for student, script in saved.items():
        put(class_ / student / "a1_permute.ipynb", notebook(*cells))
        put(class_ / student / "a1_permute.py", script)
    assert {s: f.status for s, f in find(class_, course).items()} == {
        "jupyter": "found", "colab": "found", "other": "ambiguous"
    }  # fmt: skip


def test_checkpoints_and_backups_are_passed_over(course: Course, class_: Path) -> None:
    good = put(class_ / "ada" / "a1_permute.py", "answer = 1\n")
    for passed_over in (
        ".ipynb_checkpoints/a1_permute-checkpoint.ipynb",
        ".ipynb_checkpoints/a1_permute.ipynb",
        "a1_permute.py~",
        "a1_permute.py.bak",
        "a1_permute_backup.py",
        "work_backup1/a1_permute.py",
        "backup/a1_permute.py",
        "__MACOSX/ada/a1_permute.py",
        "._a1_permute.py",
        "__pycache__/a1_permute.py",
        "node_modules/x/a1_permute.py",
        "test_a1_permute.py",
    ):
        put(class_ / "ada" / passed_over, "answer = 'another'\n")
    put(class_ / "ada" / "my results" / RESULTS_MARKER, "")
    put(class_ / "ada" / "my results" / "a1_permute.py", "answer = 'in results'\n")
    assert find(class_, course)["ada"].path == good


def test_a_copys_name_counts_when_there_is_no_better(course: Course, class_: Path) -> None:
    for student, name in (
        ("ada", "a1_permute (1).py"),
        ("ben", "Copy of a1_permute.ipynb"),
        ("cas", "a1_permute-Copy1.ipynb"),
        ("dan", "A1_Permute.py"),
        ("eva", "a1_permute-2.py"),
    ):
        put(class_ / student / name, notebook("x = 1") if name.endswith("ipynb") else "x = 1\n")
    put(class_ / "flo" / "a1_permute.py", "answer = 1\n")
    put(class_ / "flo" / "a1_permute (1).py", "answer = 0\n")
    found = find(class_, course)
    assert {f.status for f in found.values()} == {"found"}
    assert found["flo"].path == class_ / "flo" / "a1_permute.py"


@pytest.mark.parametrize("exact", [True, False])
def test_a_mac_writes_an_umlaut_as_two_characters(exact: bool) -> None:
    """The file was found, and no file of its name was said to be there."""
    assert assignment_of("blatt1_gro\u0308\u00dfe.py", {"blatt1_größe"}, exact) == "blatt1_größe"
    assert bears("Kopie von blatt1_gro\u0308\u00dfe.py", "blatt1_größe")


def test_a_copy_counts_when_the_file_itself_is_an_untouched_stub(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute.py", "answer = None\n")
    put(class_ / "ada" / "a1_permute (1).py", "answer = 1\n")
    found = find(class_, course)["ada"]
    assert found.path == class_ / "ada" / "a1_permute (1).py"
    assert found.notes == ("a1_permute (1).py was graded.",)


def test_what_cannot_be_read_counts_only_when_there_is_nothing_else(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute.py", "answer = 1\n")
    put(class_ / "ada" / "a1_permute.ipynb", "")
    put(class_ / "ben" / "a1_permute.ipynb", "{ broken")
    found = find(class_, course)
    assert found["ada"].path == class_ / "ada" / "a1_permute.py"
    assert found["ada"].notes == ("a1_permute.ipynb cannot be read and was passed over.",)
    assert found["ben"].path == class_ / "ben" / "a1_permute.ipynb"


def test_a_damaged_file_is_no_untouched_stub(course: Course, class_: Path) -> None:
    """Every clone holds both forms: who damaged the notebook in which they worked was told that they had not begun."""
    for student in ("ada", "ben", "cas"):
        put(class_ / student / "a1_permute.py", "answer = None\n")
        put(class_ / student / "notebooks" / "a1_permute.ipynb", '{"cells": [\n<<<<<<< HEAD\n')
    put(class_ / "ben" / "a1_permute_final.py", "answer = 1\n")
    with zipfile.ZipFile(class_ / "cas" / "work.zip", "w") as archive:
        archive.writestr("a1_permute.py", "answer = 1\n")
    put(class_ / "dan" / "a1_permute.py", "")
    with zipfile.ZipFile(class_ / "dan" / "work.zip", "w") as archive:
        archive.writestr("a1_permute.py", "answer = 1\n")
    found = find(class_, course)
    assert {s: f.status for s, f in found.items()} == dict.fromkeys(("ada", "ben", "cas", "dan"), "found")
    assert found["ada"].path == class_ / "ada" / "notebooks" / "a1_permute.ipynb"
    assert [found[s].shown for s in ("ben", "cas", "dan")] == [
        "ben/a1_permute_final.py", "cas/work.zip/a1_permute.py", "dan/work.zip/a1_permute.py"
    ]  # fmt: skip
    assert found["dan"].notes == ("a1_permute.py cannot be read and was passed over.",)


def test_canvas_puts_all_files_side_by_side(course: Course, class_: Path) -> None:
    for name in (
        "lovelaceada_1234_98765_a1_permute.py",
        "lovelaceada_1234_98766_a2_linear_dims-1.py",
        "turingalan_LATE_1235_98767_a1_permute-2.ipynb",
        "smithjohn_1236_98768_a1_permute.py",
        "smithjohn_1237_98769_a1_permute.py",
        "hopper_grace_a1_permute.py",
        "a1_alonzo_attempt_2026-11-20-12-30-00_a1_permute.py",
        "notes.txt",
    ):
        put(class_ / name, notebook("x = 1") if name.endswith("ipynb") else "x = 1\n")
    found = find(class_, course)
    assert sorted(found) == [
        "alonzo", "hopper_grace", "lovelaceada", "smithjohn_1236", "smithjohn_1237", "turingalan"
    ]  # fmt: skip
    assert {f.status for f in found.values()} == {"found"}
    assert find(class_, course, "a2_linear_dims")["lovelaceada"].status == "found"


def test_moodles_folders(course: Course, class_: Path) -> None:
    put(class_ / "Ada Lovelace_123_assignsubmission_file" / "a1_permute.py")
    put(class_ / "John Smith_124_assignsubmission_file" / "a1_permute.py")
    put(class_ / "John Smith_125_assignsubmission_file" / "a1_permute.py")
    assert list(find(class_, course)) == [
        "Ada Lovelace",
        "John Smith_124",
        "John Smith_125",
    ]


def test_a_download_for_each_assignment(course: Course, class_: Path) -> None:
    put(class_ / "a1_permute" / "ada_1_assignsubmission_file" / "a1_permute.py")
    put(class_ / "a2_linear_dims" / "ada_2_assignsubmission_file" / "a2_linear_dims.py")
    put(class_ / "a2_linear_dims" / "ben_12_345_a2_linear_dims.py")
    found = {(f.student, f.assignment): f.status for f in find_class(class_, course).found}
    assert found == {
        ("ada", "a1_permute"): "found",
        ("ada", "a2_linear_dims"): "found",
        ("ben", "a1_permute"): "missing",
        ("ben", "a2_linear_dims"): "found",
    }


def test_the_folder_of_one_student(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute.py")
    put(class_ / "ben" / "assignments" / "a1_permute" / "a1_permute.py")
    assert list(find(class_ / "ada", course)) == ["ada"]
    assert list(find(class_ / "ben", course)) == ["ben"]


def test_weights_lie_beside_their_code(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute.py")
    put(class_ / "ada" / "a1_permute.safetensors", b"weights")
    put(class_ / "ben_1_2_a1_permute.py")
    put(class_ / "ben_1_3_a1_permute.safetensors", b"other weights")
    put(class_ / "cas_1_4_a1_permute.py")
    found = find(class_, course)
    read = {s: read_source(f.path, f.weights).weights for s, f in found.items() if f.path}
    assert read == {"ada": b"weights", "ben": b"other weights", "cas": None}


@pytest.mark.parametrize(
    ("used", "others"),
    [
        ("a1_permute.safetensors", ("a1_permute (1).safetensors", "a1_permute_best.safetensors")),
        ("a1_permute (1).safetensors", ("weights/a1_permute.pt", "weights.zip")),
        ("A1-Permute.safetensors", ("best.safetensors", "checkpoints2/last.ckpt", "model.bin")),
        ("weights/a1_permute.safetensors", ("a1_permute.safetensors.txt",)),
        (None, ("a1_permute.zip", "best.pth", "model.pkl")),
    ],
)
def test_the_weights_with_the_right_name_are_used_and_all_others_are_named(
    course: Course, class_: Path, used: str | None, others: tuple[str, ...]
) -> None:
    """A browser's copy was used instead of the file itself, was called unused, and other kinds were not named at all."""
    put(class_ / "ada" / "a1_permute.py")
    for name in ("notes.md", "a1_permute_data.csv", "diagnoses.safetensors", "data/mnist.npz", *others):
        put(class_ / "ada" / name, b"others")
    if used is not None:
        put(class_ / "ada" / used, b"weights")
    source = find(class_, course)["ada"].read()
    assert source.weights == (None if used is None else b"weights")
    assert set(source.unused) == set(others)


@needs_links
def test_links_are_not_followed_out_of_the_students_folder(course: Course, class_: Path) -> None:
    solution = course.solutions / "a1_permute"
    for student in ("ada", "ben", "cas", "dan", "eva"):
        put(class_ / student / "readme.txt")
    (class_ / "ada" / "a1_permute.py").symlink_to(solution / "a1_permute.py")
    (class_ / "ben" / "a1_permute").symlink_to(solution)
    (class_ / "cas" / "a1_permute.py").symlink_to(put(class_ / "cas" / "final" / "version3.py", "answer = 3\n"))
    (class_ / "dan" / "loop").symlink_to(class_ / "dan")
    (class_ / "dan" / "a1_permute.py").symlink_to(class_ / "dan" / "a1_permute.py")
    (class_ / "fay").symlink_to(solution)
    put(class_ / "eva" / "a1_permute.py", "answer = 1\n")
    found = find(class_, course)
    assert {s: f.status for s, f in found.items()} == {
        "ada": "unreadable", "ben": "unreadable", "cas": "found", "dan": "unreadable", "eva": "found", "fay": "unreadable"
    }  # fmt: skip
    assert "link" in found["ada"].notes[0]
    assert "link" in found["ben"].notes[0]
    assert "link" in found["fay"].notes[0]


def test_names_in_every_alphabet(course: Course, class_: Path) -> None:
    names = ["-rf", "Zoë Müller", "李雷", "😀", "two\nlines", "ends with."]
    for name in names:
        put(class_ / name / "a1_permute.py")
    assert sorted(find(class_, course)) == sorted(names)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_name_that_is_no_text(course: Course, class_: Path) -> None:
    put(Path(os.fsdecode(os.fsencode(class_) + b"/ad\xff")) / "a1_permute.py")
    assert list(find(class_, course)) == ["ad\\xff"]


def test_a_folder_without_submissions_says_what_is_looked_for(course: Course, class_: Path) -> None:
    with pytest.raises(UserError, match="one folder for each student"):
        find_class(class_, course)
    with pytest.raises(UserError, match="is not there"):
        find_class(class_ / "nowhere", course)
    with pytest.raises(UserError, match="course repository itself"):
        find_class(course.root, course)


def test_students_and_assignments_come_in_natural_order() -> None:
    assert sorted(["a10", "a2", "B1", "a1"], key=natural_key) == ["a1", "a2", "a10", "B1"]
    long = "9" * 5000
    assert sorted([f"a{long}", "a010", "a9", f"a1{long}"], key=natural_key) == ["a9", "a010", f"a{long}", f"a1{long}"]
