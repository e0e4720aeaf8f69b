"""Finding submissions in the layouts that classes come in, and reading whatever is found there."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.common.errors import UserError
from autograder.course.course import Course, find_course, natural_key
from autograder.submission.find import RESULTS_MARK, Found, find_submissions
from autograder.submission.magics import drop_magics
from autograder.submission.source import CODE_LIMIT, Unreadable, read_source
from tests.support.places import ROOT

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


def put(path: Path, content: str | bytes = "x = 1\n") -> Path:
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def notebook(*cells: str, **more: object) -> str:
    """A notebook with these code cells, and prose between them."""
    listed: list[dict[str, object]] = []
    for cell in cells:
        listed.append({"cell_type": "markdown", "metadata": {}, "source": ["# prose\n", "more"]})
        listed.append({"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": [], "metadata": {}})
    return json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **more})


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with two assignments, both released, each as script and as notebook."""
    for name in ("a1_permute", "a2_linear_dims"):
        put(tmp_path / "course" / "solutions" / name / f"{name}.py", "answer = 42\n")
        put(tmp_path / "course" / "assignments" / name / f"{name}.py", f"# {name}\nanswer = None\n")
        released = tmp_path / "course" / "assignments" / "notebooks" / name / f"{name}.ipynb"
        put(released, notebook("answer = None", "check(answer)"))
    return Course(tmp_path / "course")


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    """An empty folder for submissions."""
    (tmp_path / "class").mkdir()
    return tmp_path / "class"


def find(class_: Path, course: Course, name: str = "a1_permute") -> dict[str, Found]:
    """student -> what was found for one assignment."""
    return {found.student: found for found in find_submissions(class_, course, [name])}


# --- finding -------------------------------------------------------------------------------------------------------


def test_nbgraders_folders(course: Course, class_: Path) -> None:
    put(class_ / "ada" / "a1_permute" / "a1_permute.ipynb", notebook("answer = 1"))
    put(class_ / "ada" / "a1_permute" / "timestamp.txt", "2026-11-23")
    put(class_ / "ben" / "a2_linear_dims" / "a2_linear_dims.ipynb", notebook("answer = 1"))
    found = find_submissions(class_, course)
    assert [(f.student, f.assignment, f.status) for f in found] == [
        ("ada", "a1_permute", "found"),
        ("ada", "a2_linear_dims", "missing"),
        ("ben", "a1_permute", "missing"),
        ("ben", "a2_linear_dims", "found"),
    ]


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
        put(clone / "autograder" / "a1_permute.py", "answer = 'in the autograder'")
    found = find(class_, course)
    assert [found[f"a1-{s}"].status for s in ("ada", "ben", "cas", "dan")] == [
        "found",
        "found",
        "found",
        "ambiguous",
    ]
    paths = [found[f"a1-{s}"].path for s in ("ada", "ben", "cas")]
    assert [path and path.suffix for path in paths] == [".py", ".ipynb", ".py"]  # an untouched stub is graded
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
    put(class_ / "ada" / "my results" / RESULTS_MARK, "")
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
        "John Smith_124_assignsubmission_file",
        "John Smith_125_assignsubmission_file",
    ]


def test_a_download_for_each_assignment(course: Course, class_: Path) -> None:
    put(class_ / "a1_permute" / "ada_1_assignsubmission_file" / "a1_permute.py")
    put(class_ / "a2_linear_dims" / "ada_2_assignsubmission_file" / "a2_linear_dims.py")
    put(class_ / "a2_linear_dims" / "ben_12_345_a2_linear_dims.py")
    found = {(f.student, f.assignment): f.status for f in find_submissions(class_, course)}
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
        "ada": "missing", "ben": "missing", "cas": "found", "dan": "missing", "eva": "found", "fay": "missing"
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
        find_submissions(class_, course)
    with pytest.raises(UserError, match="not a folder"):
        find_submissions(class_ / "nowhere", course)
    with pytest.raises(UserError, match="course repository itself"):
        find_submissions(course.root, course)


def test_students_and_assignments_come_in_natural_order() -> None:
    assert sorted(["a10", "a2", "B1", "a1"], key=natural_key) == ["a1", "a2", "a10", "B1"]


# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "größe = 1\n".encode(),
        "größe = 1\n".encode("utf-8-sig"),
        "größe = 1\r\n".encode(),
        "größe = 1\r".encode(),
        b"\xff\xfe" + "größe = 1\n".encode("utf-16-le"),
        b"\xfe\xff" + "größe = 1\n".encode("utf-16-be"),
        b"\xff\xfe\0\0" + "größe = 1\n".encode("utf-32-le"),
    ],
    ids=["utf-8", "bom", "crlf", "cr", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_encodings_and_line_ends(tmp_path: Path, raw: bytes) -> None:
    assert read_source(put(tmp_path / "a.py", raw)).text == "größe = 1\n"


def test_a_coding_line_is_obeyed(tmp_path: Path) -> None:
    source = read_source(put(tmp_path / "a.py", "# -*- coding: latin-1 -*-\ngröße = 1\n".encode("latin-1")))
    assert source.text.endswith("größe = 1\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n\t\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file in UTF-8"),
        (b"x = 1\n\0\0\0", "zero bytes"),
        ("größe = 1\n".encode("latin-1"), "line 1, byte 0xf6"),
        (b"# coding: rot13\nk = 1\n", "encoding that is not known: rot13"),
        (b"# coding: no-such\nk = 1\n", "encoding that is not known"),
        (b"x = 1\n" * 20_000, "may hold 64 KB"),
        (b"#" * (30 << 20), "holds 30 MB of code"),
        (b"\xff\xfe\x00", "not a text file"),
        (notebook("x = 1").encode(), "Rename it to end in .ipynb"),
    ],
)
def test_what_is_no_script_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as error:
        read_source(put(tmp_path / "a1_permute.py", content))
    assert error.value.message.startswith("a1_permute.py ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        (
            "{ broken",
            r"breaks in line 1\). Take an earlier version of it from git, or begin anew with `autograder reset`",
        ),
        ("[]", "no list of cells"),
        ("3", "no list of cells"),
        ('{"cells": 3}', "no list of cells"),
        ('{"cells": []}', "holds no code"),
        ('{"cells": [3, null, {"cell_type": "code", "source": 3}]}', "holds no code"),
        ("[" * 100_000, "is not a notebook"),
        ('{"a":' * 100_000, "is not a notebook"),
        ("[" + "1" * 10_000 + "]", "is not a notebook"),
        ("\ufeff\ufeff", "is not a notebook"),
        (b"\xff\xff\xff", "is not a notebook"),
        (notebook("x = 1\n" * 20_000), "may hold 64 KB"),
        (notebook("x = '\0'"), "zero bytes"),
        ('{"cells": [\n<<<<<<< HEAD\n 1\n=======\n 2\n>>>>>>> main\n]}', "unfinished merge"),
        ("[" + "{}," * 8_000_000 + "{}]", "too large to be read"),
    ],
)
def test_what_is_no_notebook_says_why(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_source(put(tmp_path / "a.ipynb", content))


def test_a_notebook_with_large_outputs_is_read(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "A" * (31 << 20)}}]}
    source = read_source(put(tmp_path / "a.ipynb", json.dumps({"cells": [cell], "nbformat": 4})))
    assert source.text == "x = 1\n"


def test_an_old_notebook_is_read(tmp_path: Path) -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}], "nbformat": 3}
    assert read_source(put(tmp_path / "a.ipynb", json.dumps(old))).text == "x = 1\ny = 2\n"


def test_half_a_character_in_a_notebook_does_no_harm(tmp_path: Path) -> None:
    source = read_source(put(tmp_path / "a.ipynb", notebook("x = '\ud800'")))
    assert source.text == "x = '?'\n"
    assert len(source.fingerprint) == 64


def test_lines_are_found_again(tmp_path: Path) -> None:
    book = read_source(put(tmp_path / "a.ipynb", notebook("import torch\nx = 1", "%time\ny = 2\n\nz = 3")))
    lines = book.text.split("\n")
    assert [cell.label for cell in book.cells] == ["cell 1", "cell 2"]
    assert book.locate(lines.index("x = 1") + 1) == "cell 1, line 2"
    assert book.locate(lines.index("z = 3") + 1) == "cell 2, line 4"
    script = read_source(put(tmp_path / "a.py", "import torch\n\n# %%\nx = 1\n# %% more\ny = 2\n"))
    assert script.text == "import torch\n\n# %%\nx = 1\n# %% more\ny = 2\n"
    assert [cell.first_line for cell in script.cells] == [1, 3, 5]
    assert script.locate(4) == "line 4"


def test_a_cell_mark_in_a_string_begins_no_cell(tmp_path: Path) -> None:
    source = read_source(put(tmp_path / "a.py", 'text = """\n# %%\n"""\n# %%\ny = 2\n'))
    assert [cell.first_line for cell in source.cells] == [1, 4]


def test_fingerprints(tmp_path: Path) -> None:
    first = read_source(put(tmp_path / "a.py", "x = 1\n"))
    windows = read_source(put(tmp_path / "b.py", b"\xef\xbb\xbfx = 1\r\n"))
    other = read_source(put(tmp_path / "c.py", "x = 2\n"))
    put(tmp_path / "d.safetensors", b"weights")
    weighted = read_source(put(tmp_path / "d.py", "x = 1\n"))
    outputs = [read_source(put(tmp_path / f"{n}.ipynb", notebook("x = 1", metadata={"n": n}))) for n in range(2)]
    assert first.fingerprint == windows.fingerprint
    assert len({s.fingerprint for s in (first, other, weighted, outputs[0])}) == 4
    assert outputs[0].fingerprint == outputs[1].fingerprint
    assert first.code_digest == outputs[0].code_digest == weighted.code_digest


def test_weights_that_are_too_large_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "a.safetensors", b"0" * (9 << 20))
    source = read_source(put(tmp_path / "a.py"))
    assert source.weights is None
    assert "larger than 8 MB" in source.notes[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(Unreadable, match="is not a file"):
        read_source(tmp_path / "a.py")


def test_a_file_that_has_gone(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="could not be opened: No such file"):
        read_source(tmp_path / "a.py")


# --- magics --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1"),
        ("!pip install torch \\\n  einops\nx = 1", "\n\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("# timing\n%%timeit -n 1\nx = 1", "# timing\n\nx = 1"),
        ("%%bash\nls\nrm x", "\n\n"),
        ("%%writefile a.py\nx = 1", "\n"),
        ("if True:\n    !ls\nx = 1", "if True:\n    pass\nx = 1"),
        ("files = !ls\nhere = %pwd\nx = 1", "\n\nx = 1"),
        ("torch.permute?\n?torch\nx = 1", "\n\nx = 1"),
        ("x = (5\n% 3)", "x = (5\n% 3)"),
        ("x = 5 \\\n% 3", "x = 5 \\\n% 3"),
        ("x = '''\n!keep\n%keep\n'''", "x = '''\n!keep\n%keep\n'''"),
        ("x = 'it\\'s'\n%drop", "x = 'it\\'s'\n"),
        ("x = 'a\\\n%keep'", "x = 'a\\\n%keep'"),
        ("a != b\nx %= 3\ny = 4 % 3", "a != b\nx %= 3\ny = 4 % 3"),
    ],
)
def test_magics_are_dropped_and_python_is_kept(cell: str, python: str) -> None:
    assert drop_magics(cell) == python


def test_this_repositorys_python_is_left_alone() -> None:
    for path in ROOT.glob("autograder/**/*.py"):
        text = path.read_text(encoding="utf-8")
        assert drop_magics(text) == text, path


@given(st.lists(st.sampled_from(["x = (", ")", "'''", '"', "#", "\\", "%", "!", "\n", " ", "a", "%%"]), max_size=60))
@example(list("'''\n!"))
def test_dropping_magics_keeps_the_lines(parts: list[str]) -> None:
    cell = "".join(parts)
    assert drop_magics(cell).count("\n") == cell.count("\n")
    assert drop_magics(drop_magics(cell)) == drop_magics(cell)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a.py", "a.ipynb"):
        path = put(folder / name, raw)
        with contextlib.suppress(Unreadable):
            source = read_source(path)
            assert "\0" not in source.text
            source.text.encode()


def test_a_hostile_cell_costs_little_time() -> None:
    for character in (" ", "(", "'", '"', "\\", "a=", "''", "\n", "\t?", "x?", "*"):
        drop_magics(character * (CODE_LIMIT // len(character)))
    mixed = random.Random(1)
    drop_magics("".join(mixed.choice("'\"\\()#%!?= \na") for _ in range(CODE_LIMIT)))


# --- the course ----------------------------------------------------------------------------------------------------


def test_a_course_is_found_from_inside(course: Course, tmp_path: Path) -> None:
    assert find_course(course.assignments / "a1_permute").root == course.root
    assert course.assignment_names() == ["a1_permute", "a2_linear_dims"]
    with pytest.raises(UserError, match="not in a course repository"):
        find_course(tmp_path)


def test_a_beginning_is_enough_to_name_an_assignment(course: Course) -> None:
    put(course.solutions / "a10_attention" / "a10_attention.py")
    assert course.resolve("a1") == "a1_permute"
    assert course.resolve("a10") == "a10_attention"
    with pytest.raises(UserError, match="a1_permute or a2_linear_dims or a10_attention"):
        course.resolve("a")
    with pytest.raises(UserError, match="There is no assignment 'b1'"):
        course.resolve("b1")
    with pytest.raises(UserError, match="autograder release"):
        course.released("a10")


def test_the_secret_is_made_once_and_for_its_owner_alone(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", "")
    secret = course.secret()
    assert len(secret) == 64
    assert course.secret() == secret
    if os.name == "posix":
        assert (course.root / ".course-secret").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("AUTOGRADER_SECRET", "another")
    assert course.secret() == b"another"
    assert [p.name for p in course.root.iterdir() if p.name.startswith(".")] == [".course-secret"]
