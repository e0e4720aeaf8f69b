"""Which assignment a student is working on, in which file, and what a word on the command line means."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.common.errors import UserError
from autograder.student import doctor, state
from autograder.student.repository import StudentRepository, Target
from autograder.submission.source import read_source
from tests.support.student import STUB, edit, script, words


def test_nothing_is_begun_in_a_fresh_repository(repository: StudentRepository) -> None:
    assert repository.current() is None
    assert [repository.own(name) for name in repository.names] == [None] * 5


def test_the_assignment_being_worked_on_is_the_one_saved_last(repository: StudentRepository) -> None:
    edit(
        script(repository, "a3_conv_shapes"), 'NotImplementedError("conv2d")', 'ValueError("conv2d")', at=2_000_000_000
    )
    edit(script(repository, "a1_permute"), at=1_000_000_000)
    assert repository.current() == "a3_conv_shapes"
    os.utime(script(repository, "a1_permute"), (3_000_000_000, 3_000_000_000))
    assert repository.current() == "a1_permute"


def test_a_comment_alone_is_no_work(repository: StudentRepository) -> None:
    edit(script(repository, "a1_permute"), STUB, "# I will do this tomorrow\n\n    " + STUB)
    assert repository.own("a1_permute") is None


def test_a_file_that_cannot_be_read_is_work(repository: StudentRepository) -> None:
    script(repository, "a1_permute").write_bytes(b"\xff\xfe\x00\x00garbage\xff")
    assert repository.current() == "a1_permute"


def test_of_two_changed_forms_the_later_counts(repository: StudentRepository) -> None:
    notebook = repository.course.assignments / "notebooks" / "a1_permute" / "a1_permute.ipynb"
    edit(notebook, STUB.replace('"', '\\"'), "return images", at=2_000_000_000)
    edit(script(repository, "a1_permute"), at=1_000_000_000)
    assert repository.own("a1_permute") == notebook
    assert len(repository.changed("a1_permute")) == 2


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("a1", Target("a1_permute")),
        ("a1_permute", Target("a1_permute")),
        ("to_nchw", Target("a1_permute", "to_nchw")),
        ("a3/ANSWERS", Target("a3_conv_shapes", "ANSWERS")),
        ("a2_linear_dims/ANSWERS", Target("a2_linear_dims", "ANSWERS")),
        ("assignments/a1_permute/a1_permute.py", Target("a1_permute")),
        ("assignments\\a1_permute\\a1_permute.py", Target("a1_permute")),
        ("assignments/a1_permute/", Target("a1_permute")),
        ("a1_permute/test_a1_permute.py", Target("a1_permute")),
        ("assignments/notebooks/a4_losses/a4_losses.ipynb", Target("a4_losses")),
        ("a1_permute/to_nhwc", Target("a1_permute", "to_nhwc")),
    ],
)
def test_what_a_word_means(repository: StudentRepository, word: str, target: Target) -> None:
    assert repository.target(word) == target


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("to_ncwh", "Did you mean to_nchw?"),
        ("ANSWERS", "Say a2/ANSWERS or a3/ANSWERS"),
        ("a9", "The assignments are: a1_permute"),
        ("a", "could be"),
        ("a1/softmax", "Its tasks are: to_nchw"),
        ("../../etc/passwd", "There is no assignment"),
        ("/home/ann/my a1.ipynb", "There is no assignment or task '/home/ann/my a1.ipynb'"),
        ("\0", "There is no assignment or task"),
        ("[bold]a1", "There is no assignment or task"),
    ],
)
def test_what_a_word_does_not_mean(repository: StudentRepository, word: str, says: str) -> None:
    with pytest.raises(UserError) as raised:
        repository.target(word)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("a1_permute.py", "checks look at assignments/a1_permute/a1_permute.py. Give it this name and place."),
        ("a1_permute.ipynb", "checks look at assignments/notebooks/a1_permute/a1_permute.ipynb. Give it this"),
        ("my work.ipynb", "checks look at the files in assignments."),
    ],
)
def test_a_file_that_no_check_looks_at_is_named(
    repository: StudentRepository, tmp_path: Path, file: str, says: str
) -> None:
    path = tmp_path / "Downloads" / file
    path.parent.mkdir()
    path.write_text("1\n")
    with pytest.raises(UserError) as raised:
        repository.target(str(path))
    assert f"{path} is not checked, because {says}" in str(raised.value)


def test_a_task_of_two_assignments_is_that_of_the_one_worked_on(repository: StudentRepository) -> None:
    edit(script(repository, "a3_conv_shapes"), 'NotImplementedError("conv2d")', 'ValueError("conv2d")')
    assert repository.target("ANSWERS") == Target("a3_conv_shapes", "ANSWERS")


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{", '{"assignments": 3, "stubs": []}', '{"assignments": {"a1_permute": {"tasks": 7}}}']
)
def test_a_broken_manifest_costs_points_and_tasks_but_no_traceback(
    repository: StudentRepository, manifest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.damage == ""
    repository = StudentRepository(repository.course)
    (repository.course.assignments / "manifest.json").write_text(manifest)
    assert repository.points("a1_permute") == {}
    assert repository.bands("a5_fashion_mnist") == []
    assert repository.current() is not None, "without the stubs' digests every file counts as begun"
    assert repository.target("a1") == Target("a1_permute")
    back = "To get it back: git checkout -- assignments/manifest.json"
    assert repository.damage.startswith("assignments/manifest.json is damaged or gone")
    assert main(["start"]) == 1
    assert words(capsys).endswith(back)
    assert main(["check", "a1"]) == 1
    said = words(capsys)
    assert back in said
    assert "both differ" not in said
    assert "Points so far" not in said
    assert [finding.level for finding in doctor._work()] == ["broken"]


def test_the_way_back_of_a_file_works_as_typed_in_any_folder(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, assignments = repository.root, repository.course.assignments
    lost = {
        assignments / "manifest.json": lambda: StudentRepository(repository.course).damage,
        assignments / "a1_permute" / "test_a1_permute.py": lambda: repository.changed_checks("a1_permute"),
    }
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True)
    subprocess.run(["git", "add", "--", *lost], cwd=root, check=True)
    for folder in (root, assignments / "a1_permute", assignments / "notebooks" / "a1_permute"):
        monkeypatch.chdir(folder)
        for path, said in lost.items():
            path.write_text("no more")
            command = said().partition("To get it back: ")[2]
            subprocess.run(command.split(), check=True)
            assert path.read_text("utf-8") != "no more"
            assert said() == ""


def test_points_count_only_for_the_file_that_was_checked(repository: StudentRepository) -> None:
    path = edit(script(repository, "a1_permute"))
    fingerprint = repository.fingerprint("a1_permute", read_source(path))
    memory = state.State().with_checked("a1_permute", state.Checked(fingerprint, {"to_nchw": (1, 1)}))
    assert repository.remembered("a1_permute", memory) is not None
    edit(path, "permute(0, 3, 1, 2)", "permute(0, 2, 1, 3)")
    assert repository.remembered("a1_permute", memory) is None


def test_changed_public_checks_are_named_with_the_way_back(repository: StudentRepository) -> None:
    checks = repository.course.assignments / "a1_permute" / "test_a1_permute.py"
    assert repository.changed_checks("a1_permute") == ""
    checks.write_bytes(checks.read_bytes().replace(b"\n", b"\r\n"))
    assert repository.changed_checks("a1_permute") == "", "as git lays files down on Windows"
    checks.write_text("def test_nothing(): pass\n")
    said = repository.changed_checks("a1_permute")
    assert "is not as it was released" in said
    assert said.endswith("git checkout -- assignments/a1_permute/test_a1_permute.py")
    checks.unlink()
    assert "is not as it was released" in repository.changed_checks("a1_permute")


@pytest.mark.parametrize(
    "place",
    [
        "assignments/a1_permute/a1_permute_final.py",
        "assignments/a1_permute/a1_permute (1).py",
        "assignments/a1_permute/a1_permute.py.txt",
        "assignments/notebooks/a1_permute/Copy of a1_permute.ipynb",
        "assignments/A1-Permute.py",
        "a1_permute.py",
    ],
)
def test_work_under_another_name_is_not_called_absent(
    repository: StudentRepository, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not any(map(repository.misnamed, repository.names))
    other = repository.root / place
    other.write_bytes(
        (
            repository.files("a1_permute").notebook if place.endswith("b") else script(repository, "a1_permute")
        ).read_bytes()
    )
    assert not repository.misnamed("a1_permute"), "a copy of the stub is no work"
    edit(other, STUB.replace('"', '\\"') if place.endswith("b") else STUB)
    wanted = "notebooks/a1_permute/a1_permute.ipynb" if place.endswith("b") else "a1_permute/a1_permute.py"
    said = f"{place} is not checked, because checks look at assignments/{wanted}. Give it this name and place."
    assert repository.misnamed("a1_permute") == said
    assert main(["check"]) == 1
    assert said in words(capsys)
    assert main(["start"]) == 0
    assert said in words(capsys)
    assert sum(place in finding.what for finding in doctor._work()) == 1
    edit(script(repository, "a1_permute"))
    assert not repository.misnamed("a1_permute"), "what is checked is there"
