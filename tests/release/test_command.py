"""From solutions/ to assignments/ and to the student repository, on a course of one small assignment."""

from __future__ import annotations

import base64
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

pytest.importorskip("nbgrader")

from autograder.checks.catalogues import DataCatalogue
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.release import command, generated
from autograder.release.compare import differences
from autograder.release.declared import declared_checks
from autograder.release.leaks import find_leaks, secret_lines
from autograder.release.student import release_to
from tests.support.places import ROOT

MASTER = '''\
# %% [markdown]
# # b1_tiny
# Doubling, with `code` in the prose.

# %%
import math

# %% [markdown]
# ## `double`

# %%
def double(x: float) -> float:
    """Twice x.

    Example: 2.0 -> 4.0.
    """
    ### BEGIN SOLUTION
    return math.fsum([x, x]) + 0.0
    ### END SOLUTION


# %%
ANSWERS = {"one": None}
### BEGIN SOLUTION
ANSWERS = {"one": len([None]) + 0}
### END SOLUTION


# %%
class Counter:
    """Counts."""

    def __init__(self) -> None:
        ### BEGIN SOLUTION
        self.count = sum([0, 0, 0])
        ### END SOLUTION
'''

PUBLIC = '''\
import pytest
from autograder.checks import expect, expect_integer, expect_number


@pytest.mark.points(1, task="double")
@pytest.mark.parametrize("x", [1.5, 4.0])
def test_doubles(submission, x):
    """Twice a number."""
    expect_number(submission.double(x), {1.5: 3.0, 4.0: 8.0}[x])


@pytest.mark.points(1, task="ANSWERS")
def test_one(submission):
    """One."""
    expect_integer(submission.ANSWERS["one"], 1)


@pytest.mark.points(1, task="Counter")
def test_counter(submission):
    """A counter."""
    counter = submission.Counter()
    expect(counter.returned, counter, "no counter")
'''

HIDDEN = '''\
import pytest
from autograder.checks import expect_number


@pytest.mark.points(3, task="double")
def test_doubles_more(submission, draw):
    """Twice any number."""
    x = float(draw.integer(10, 99))
    expect_number(submission.double(x), math_of(x) * 2 - math_of(x) + x)


def math_of(x):
    return x
'''

MISCONCEPTIONS = '''\
from autograder.checks.misconceptions import hints, misconception


@misconception("double")
def squares(x):
    """You squared the number. Twice a number is not its square."""
    return pow(x, 2) * 1.0 + 0.0


@misconception("ANSWERS")
def counts_from_zero(key):
    """You counted from zero."""
    return {"one": 0}[key]


hints("double", "Add.", "Add what to what?")
'''

PACKS = '''\
@misconception("double")
def packs_it_up(x):
    """You handed back a tensor. A number is asked for."""
    import torch

    return torch.tensor([x + x, -1.0])


'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of one assignment, in files."""
    folder = tmp_path / "course" / "solutions" / "b1_tiny"
    folder.mkdir(parents=True)
    for name, text in {
        "b1_tiny.py": MASTER,
        "test_b1_tiny.py": PUBLIC,
        "test_b1_tiny_hidden.py": HIDDEN,
        "misconceptions.py": MISCONCEPTIONS,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "course")
    (tmp_path / "course" / "data").mkdir()
    (tmp_path / "course" / "data" / "train-images.idx.gz").write_bytes(b"images")
    (tmp_path / "course" / "data" / "test-images.idx.gz").write_bytes(b"secret images")
    return Course(tmp_path / "course")


@pytest.fixture
def released(course: Course) -> Course:
    assert command.release(course) == 0
    return course


@pytest.fixture
def of_tensors(course: Course) -> Course:
    """The course with a misconception that gives tensors, released."""
    path = course.solutions / "b1_tiny" / "misconceptions.py"
    path.write_text(path.read_text().replace('@misconception("double")', PACKS + '@misconception("double")', 1))
    assert command.release(course) == 0
    return course


def tree(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in generated.files_in(folder).items()}


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- what is made --------------------------------------------------------------------------------------------------


def test_the_stub_names_its_task_and_keeps_what_teaches(released: Course) -> None:
    stub = (released.assignments / "b1_tiny" / "b1_tiny.py").read_text()
    assert 'Example: 2.0 -> 4.0.\n    """\n    raise NotImplementedError("double")\n' in stub
    assert 'ANSWERS = {"one": None}\n' in stub
    assert stub.count("ANSWERS") == 1, "a block at module level leaves nothing behind"
    assert stub.count('raise NotImplementedError("Counter")') == 1
    assert "SOLUTION" not in stub
    assert "autograder" not in stub, "the check cells are the notebook's alone"
    compile(stub, "stub", "exec")


def test_the_notebook_has_its_metadata_from_the_master(released: Course) -> None:
    notebook = json.loads((released.assignments / "notebooks/b1_tiny/b1_tiny.ipynb").read_text())
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    marks = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["metadata"]
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }
    assert list(marks) == ["double", "check-double", "ANSWERS", "check-ANSWERS", "Counter", "check-Counter"]
    assert marks["check-double"]["nbgrader"]["points"] == 2 * 1 + 3
    assert marks["check-double"]["nbgrader"]["locked"]
    assert marks["check-double"]["editable"] is False
    assert marks["double"]["nbgrader"]["solution"]


def test_the_manifest_says_tasks_points_and_stubs(released: Course) -> None:
    from autograder.submission.source import read_source

    manifest = json.loads((released.assignments / "manifest.json").read_text())
    entry = manifest["assignments"]["b1_tiny"]
    assert entry["tasks"] == ["double", "ANSWERS", "Counter"]
    assert entry["points"]["double"] == {"public": 2, "hidden": 3}
    stub = released.assignments / "b1_tiny" / "b1_tiny.py"
    assert manifest["stubs"]["b1_tiny"]["py"] == read_source(stub).code_digest
    assert len(set(manifest["stubs"]["b1_tiny"].values())) == 1, "both forms of a stub say the same"


def test_diagnoses_are_data(released: Course) -> None:
    catalogue = DataCatalogue.load(released.assignments / "b1_tiny")
    assert {(r.check, r.name) for r in catalogue.recorded} == {
        ("test_doubles[1.5]", "squares"),
        ("test_doubles[4.0]", "squares"),
        ("test_one", "counts_from_zero"),
    }
    assert {r.mark.parts for r in catalogue.recorded if r.name == "squares"} == {(2.25,), (16.0,)}
    assert catalogue.hints["double"] == ("Add.", "Add what to what?")
    assert catalogue.messages["counts_from_zero"] == "You counted from zero."


def test_numbers_of_tensors_have_a_file_of_their_own(of_tensors: Course) -> None:
    folder = of_tensors.assignments / "b1_tiny"
    rows = safetensors.torch.load((folder / "diagnoses.safetensors").read_bytes())
    assert {name: (str(t.dtype), t.shape) for name, t in rows.items()} == {
        "sums": ("torch.float64", (2, 3)),
        "counts": ("torch.int64", (2, 3)),
    }
    assert rows["sums"][0, 0] == pytest.approx((3.0**2 + 1) ** 0.5)
    text = (folder / "diagnoses.json").read_text()
    assert '[["tensor","float32",[2],0],[0]]' in text
    assert '[["tensor","float32",[2],1],[0]]' in text
    before = tree(folder)
    assert command.release(of_tensors) == 0
    assert tree(folder) == before


def test_two_releases_are_identical(released: Course) -> None:
    before = tree(released.root)
    assert command.release(released) == 0
    assert tree(released.root) == before


def test_collecting_reads_parametrized_checks_again_after_a_change(course: Course) -> None:
    folder = course.solutions / "b1_tiny"
    assert sum(check.points for check in declared_checks(folder)) == 7
    replace_in(folder / "test_b1_tiny.py", "[1.5, 4.0]", "[1.5]")
    assert sum(check.points for check in declared_checks(folder)) == 6


# --- masters that cannot be released -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("b1_tiny.py", "def double", "def twice", "defines twice; it must define exactly one task"),
        ("b1_tiny.py", "import math", "import math (", "no valid Python, line 6"),
        ("b1_tiny.py", "    ### END SOLUTION\n\n\n# %%\nANSWERS", "\n\n# %%\nANSWERS", "no end solution"),
        ("test_b1_tiny.py", '(1, task="ANSWERS")', '(0.5, task="ANSWERS")', "whole number"),
        ("test_b1_tiny.py", '@pytest.mark.points(1, task="ANSWERS")', "", "test_one has no points"),
        ("test_b1_tiny.py", 'task="Counter"', 'task="Account"', "Account"),
        ("test_b1_tiny_hidden.py", "import pytest", "import pytets", "pytets"),
        ("misconceptions.py", "from autograder", "import nothing_there\nfrom autograder", "nothing_there"),
    ],
)
def test_a_slip_is_named_and_changes_nothing(released: Course, file: str, old: str, new: str, says: str) -> None:
    before = tree(released.assignments)
    replace_in(released.solutions / "b1_tiny" / file, old, new)
    with pytest.raises(UserError, match=says):
        command.release(released)
    assert tree(released.assignments) == before
    assert not list(released.root.glob(".release-*"))


def test_a_student_repository_has_nothing_to_release(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "b1").mkdir(parents=True)
    (tmp_path / "assignments" / "b1" / "b1.py").touch()
    with pytest.raises(UserError, match="no solutions"):
        command.release(Course(tmp_path))


# --- staying in step -----------------------------------------------------------------------------------------------


def test_check_is_content_after_a_release(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.check(released) == 0
    assert "up to date" in capsys.readouterr().out


def test_check_shows_what_is_out_of_date(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(released.solutions / "b1_tiny" / "b1_tiny.py", "Twice x.", "Two times x.")
    assert command.check(released) == 1
    out = capsys.readouterr().out
    assert "b1_tiny/b1_tiny.py is out of date" in out
    assert '+    """Two times x.' in out
    assert "autograder release" in out


def test_check_shows_what_was_edited_by_hand(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    with (released.assignments / "b1_tiny" / "test_b1_tiny.py").open("a") as file:
        file.write("# a slip\n")
    (released.assignments / "notes.txt").touch()
    (released.assignments / "manifest.json").unlink()
    assert command.check(released) == 1
    out = capsys.readouterr().out
    assert "test_b1_tiny.py was edited by hand" in out
    assert "notes.txt is not made by release" in out
    assert "manifest.json is missing" in out
    assert "-# a slip" in out


def test_diagnoses_of_another_processor_are_in_step(released: Course) -> None:
    path = released.assignments / "b1_tiny" / "diagnoses.json"
    replace_in(path, "2.25", "2.2500001")
    assert command.check(released) == 0


def of_rows(
    change: Callable[[dict[str, torch.Tensor]], Any], metadata: dict[str, str] | None = None
) -> Callable[[bytes], bytes]:
    """What does this to the numbers in diagnoses.safetensors."""

    def changed(content: bytes) -> bytes:
        rows = safetensors.torch.load(content)
        change(rows)
        return safetensors.torch.save(rows, metadata)

    return changed


DAMAGE = {
    "another sum": of_rows(lambda rows: rows["sums"][0, 1].add_(0.01)),
    "not a number": of_rows(lambda rows: rows["sums"][1].fill_(torch.nan)),
    "another count": of_rows(lambda rows: rows["counts"][1, 0].add_(1)),
    "rows the other way round": of_rows(lambda rows: rows.update(sums=rows["sums"].flip(0))),
    "a row too few": of_rows(lambda rows: rows.update({name: t[:1] for name, t in rows.items()})),
    "a row that nothing points to": of_rows(lambda rows: rows.update({n: t.repeat(2, 1) for n, t in rows.items()})),
    "a tensor of another kind": of_rows(lambda rows: rows.update(more=torch.zeros(1))),
    "words": of_rows(lambda rows: None, {"note": "math.fsum"}),
    "sums that are shorter": of_rows(lambda rows: rows.update(sums=rows["sums"].float())),
    "cut off": lambda content: content[:-8],
    "more": lambda content: content + b"more",
    "nothing": lambda content: b"",
    "other line ends": lambda content: b"\r\n".join([content[:100], content[100:]]),
}


def test_check_finds_what_was_done_to_the_numbers(of_tensors: Course, tmp_path: Path) -> None:
    built = shutil.copytree(of_tensors.assignments, tmp_path / "built")
    path = of_tensors.assignments / "b1_tiny" / "diagnoses.safetensors"
    whole = path.read_bytes()
    for done, damage in DAMAGE.items():
        path.write_bytes(damage(whole))
        found = [(each.name, each.what, each.diff) for each in differences(built, of_tensors.assignments)]
        said = "It holds numbers, not text: there is no diff to show."
        assert found == [("b1_tiny/diagnoses.safetensors", "was edited by hand", said)], done
    path.write_bytes(whole)
    assert differences(built, of_tensors.assignments) == []


def test_last_digits_of_the_numbers_make_no_difference(of_tensors: Course, capsys: pytest.CaptureFixture[str]) -> None:
    path = of_tensors.assignments / "b1_tiny" / "diagnoses.safetensors"
    path.write_bytes(of_rows(lambda rows: rows["sums"].mul_(1 + 1e-7))(path.read_bytes()))
    assert command.check(of_tensors) == 0
    path.unlink()
    assert command.check(of_tensors) == 1
    assert "diagnoses.safetensors is missing" in capsys.readouterr().out


def test_check_finds_other_line_ends(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    path = released.assignments / "b1_tiny" / "diagnoses.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert command.check(released) == 1
    assert (
        "diagnoses.json was edited by hand\nIts lines are the same: only their ends differ." in capsys.readouterr().out
    )


def test_check_finds_a_word_that_no_release_writes(released: Course, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(released.assignments / "b1_tiny" / "diagnoses.json", '{"messages"', '{"note": "three", "messages"')
    assert command.check(released) == 1
    assert '-{"note": "three"' in capsys.readouterr().out


def test_stale_numbers_are_found(of_tensors: Course, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(of_tensors.solutions / "b1_tiny" / "misconceptions.py", "-1.0", "-2.0")
    capsys.readouterr()
    assert command.check(of_tensors) == 1
    first, second, *_, last = capsys.readouterr().out.splitlines()
    assert first == "assignments/b1_tiny/diagnoses.safetensors is out of date"
    assert second.endswith("there is no diff to show.")
    assert last.endswith("run: autograder release")
    assert command.release(of_tensors) == 0
    assert command.check(of_tensors) == 0


def test_a_release_deletes_nobodys_file(released: Course) -> None:
    note = released.assignments / "b1_tiny" / "my_notes.md"
    note.write_text("keep me")
    with pytest.raises(UserError, match=r"my_notes\.md"):
        command.release(released)
    assert note.read_text() == "keep me"


def test_caches_are_in_nobodys_way(released: Course) -> None:
    cache = released.assignments / "b1_tiny" / "__pycache__"
    cache.mkdir()
    (cache / "x.pyc").touch()
    assert command.check(released) == 0
    assert command.release(released) == 0


def test_a_kill_leaves_the_old_release_or_the_new(released: Course) -> None:
    """Killed at any moment, assignments/ is whole; the next release clears what lay about."""
    old = tree(released.assignments)
    replace_in(released.solutions / "b1_tiny" / "b1_tiny.py", "Twice x.", "Two times x.")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "release"], cwd=released.root, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not list(released.root.glob(".release-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert tree(released.assignments) == old
    assert list(released.root.glob(".release-*")), "it was killed while it built"
    assert command.release(released) == 0
    assert not list(released.root.glob(".release-*"))
    assert "Two times" in (released.assignments / "b1_tiny" / "b1_tiny.py").read_text()


# --- the student repository ----------------------------------------------------------------------------------------


def test_the_student_repository_is_complete_and_says_nothing(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(course, folder) == 0
    files = set(generated.files_in(folder))
    assert {
        "README.md",
        "pyproject.toml",
        ".gitignore",
        ".github/workflows/classroom.yml",
        "assignments/b1_tiny/b1_tiny.py",
        "assignments/b1_tiny/test_b1_tiny.py",
        "assignments/b1_tiny/diagnoses.json",
        "assignments/b1_tiny/diagnoses.safetensors",
        "assignments/notebooks/b1_tiny/b1_tiny.ipynb",
        "assignments/manifest.json",
        "autograder/cli.py",
        "autograder/checks.ini",
        "data/train-images.idx.gz",
    } <= files
    assert not [name for name in files if "hidden" in name or "misconceptions" in name or "solutions" in name]
    assert "data/test-images.idx.gz" not in files
    assert not [name for name in files if name.startswith(("autograder/release", "autograder/verify"))]
    assert find_leaks(course.solutions, folder) == []
    readme = (folder / "README.md").read_text()
    assert "| `b1_tiny` | `double`, `ANSWERS`, `Counter` | 7 |" in readme
    assert "{" not in readme


def test_the_student_repository_can_be_made_anew_and_keeps_its_git(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(course, folder) == 0
    first = tree(folder)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert release_to(course, folder) == 0
    assert tree(folder) == first
    replace_in(course.solutions / "b1_tiny" / "b1_tiny.py", "Twice x.", "Two times x.")
    assert release_to(course, folder) == 0
    assert "Two times" in (folder / "assignments/b1_tiny/b1_tiny.py").read_text()
    assert (folder / ".git" / "HEAD").is_file()
    assert generated.edited_files(folder) == []


def test_an_interrupted_update_is_completed(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "student"
    assert release_to(course, folder) == 0
    record = json.loads((folder / generated.RECORD).read_text())
    stub = folder / "assignments/b1_tiny/b1_tiny.py"
    stub.write_text("# of the release that was interrupted\n")
    record["assignments/b1_tiny/b1_tiny.py"] = [record["assignments/b1_tiny/b1_tiny.py"], generated.sha256(stub)]
    (folder / generated.RECORD).write_text(json.dumps(record))
    (folder / "README.md").unlink()
    assert release_to(course, folder) == 0
    assert (folder / "README.md").is_file()
    assert "double" in stub.read_text()


@pytest.mark.parametrize("what", ["new", "edited", "file", "course"])
def test_a_folder_that_holds_anything_else_is_refused(course: Course, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "student"
    if what == "course":
        folder = course.root
    elif what == "file":
        folder.touch()
    elif what == "new":
        folder.mkdir()
        (folder / "thesis.tex").write_text("mine")
    else:
        assert release_to(course, folder) == 0
        with (folder / "README.md").open("a") as file:
            file.write("a note of mine\n")
    before = tree(folder) if folder.is_dir() else {}
    with pytest.raises(UserError):
        release_to(course, folder)
    assert (tree(folder) if folder.is_dir() else {}) == before


def test_nothing_is_written_when_something_would_leak(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(course.solutions / "b1_tiny" / "b1_tiny.py", "with `code`", "as in `math.fsum([x, x]) + 0.0`")
    assert release_to(course, tmp_path / "student") == 1
    assert not (tmp_path / "student").exists()
    assert "holds line 18 of b1_tiny/b1_tiny.py" in capsys.readouterr().out


# --- leaks ---------------------------------------------------------------------------------------------------------

SECRET = "    return math.fsum( [x,\tx] )+0.0  # in another layout"


def test_secret_lines_are_answers_and_not_their_frame(course: Course) -> None:
    spellings = {secret.spelling for secret in secret_lines(course.solutions)}
    assert spellings == {
        "math.fsum([x,x])+0.0",
        'ANSWERS={"one":len([None])+0}',
        "self.count=sum([0,0,0])",
        "x=float(draw.integer(10,99))",
        "expect_number(submission.double(x),math_of(x)*2-math_of(x)+x)",
        "pow(x,2)*1.0+0.0",
        '{"one":0}[key]',
    }


@pytest.mark.parametrize(
    "form", ["plain", "notebook", "output", "html", "base64", "gzip", "zip", "utf16", "tar", "tensor", "metadata"]
)
def test_a_leak_is_found_in_every_wrapping(course: Course, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    text = f"def double(x):\n{SECRET}\n"
    if form == "plain":
        (out / "a.md").write_text(text)
    elif form == "notebook":
        source = text.replace("+0.0", "+\\\n0.0").splitlines(keepends=True)
        (out / "a.ipynb").write_text(json.dumps({"cells": [{"source": source}]}, indent=1))
    elif form == "output":
        inner = json.dumps({"source": [text]})
        (out / "a.ipynb").write_text(json.dumps({"outputs": [{"text": inner}]}))
    elif form == "html":
        (out / "a.html").write_text(text.replace("+", "&#43;").replace("[", "&lbrack;"))
    elif form == "base64":
        (out / "a.json").write_text(json.dumps({"png": base64.b64encode(text.encode()).decode()}))
    elif form == "gzip":
        (out / "a.bin").write_bytes(gzip.compress(text.encode()))
    elif form == "utf16":
        (out / "a.txt").write_text(text, encoding="utf-16")
    elif form == "tensor":
        letters = torch.tensor(list(text.encode()), dtype=torch.uint8)
        safetensors.torch.save_file({"sums": letters}, out / "a.safetensors")
    elif form == "metadata":
        safetensors.torch.save_file({"sums": torch.zeros(2, 3)}, out / "a.safetensors", {"note": text})
    elif form == "zip":
        with zipfile.ZipFile(out / "a.whl", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("pkg/a.py", text)
    else:
        import tarfile

        (tmp_path / "a.py").write_text(text)
        with tarfile.open(out / "a.tar.gz", "w:gz") as tar:
            tar.add(tmp_path / "a.py", "a.py")
    (leak,) = find_leaks(course.solutions, out)
    assert leak.secret.file == "b1_tiny/b1_tiny.py"


def test_a_leak_is_found_in_the_history_of_git(course: Course, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=out, check=True, capture_output=True, env=environment)

    git("init", "-q")
    (out / "a.py").write_text(SECRET)
    git("add", "a.py")
    git("commit", "-q", "-m", "Oh no")
    git("rm", "-q", "a.py")
    git("commit", "-q", "-m", "Gone?")
    assert [leak.where.split(" ")[1] for leak in find_leaks(course.solutions, out)] == ["(blob"]


def test_an_allowed_line_is_no_leak(course: Course, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(SECRET)
    (course.solutions / "allowed-lines.txt").write_text("# on a slide\nreturn math.fsum([x, x]) + 0.0\n")
    assert find_leaks(course.solutions, tmp_path / "a.md") == []


# --- the repository itself -----------------------------------------------------------------------------------------


@pytest.mark.heavy
def test_this_repository_is_released_and_leaks_nothing() -> None:
    course = Course(ROOT)
    assert command.check(course) == 0
    assert find_leaks(course.solutions, course.assignments) == []
