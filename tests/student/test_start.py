"""`start`: what to open, how to check and how to hand in."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from autograder import cli
from autograder.grading.context import CheckInfo, Verdict
from autograder.student import check_screen, start, state
from autograder.student.checker import CheckReport
from autograder.student.repository import StudentRepository
from tests.support.student import edit, script, words


def test_start_says_what_to_open_how_to_check_and_how_to_hand_in(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.run(SimpleNamespace()) == 0  # type: ignore[arg-type]
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    for said in ("a1_permute.py", "a1_permute.ipynb", "autograder check", "autograder hint to_nchw", "commit and push"):
        assert said in out


def test_start_knows_who_has_begun(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    edit(script(repository, "a1_permute"))
    start.run(SimpleNamespace())  # type: ignore[arg-type]
    assert re.search(r"Go on with to_nchw in assignments/a1_permute/a1_permute.py \(line \d+\)", words(capsys))


def test_start_points_to_no_file_that_was_deleted(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    first = script(repository, "a1_permute")
    notebook = repository.course.assignments / "notebooks" / "a1_permute" / "a1_permute.ipynb"
    back = "To get the stub back: autograder reset a1_permute"
    kept = notebook.read_bytes()
    notebook.unlink()
    cli.main(["start"])
    assert "1. Open assignments/a1_permute/a1_permute.py in an editor. 2." in words(capsys)
    first.unlink()
    cli.main(["start"])
    assert f"1. a1_permute.py is not there. {back} 2." in words(capsys)
    cli.main(["check"])
    assert back in words(capsys)
    notebook.write_bytes(kept)
    cli.main(["start"])
    assert "1. Open assignments/notebooks/a1_permute/a1_permute.ipynb in Jupyter. 2." in words(capsys)
    cli.main(["check"])
    assert "Open assignments/notebooks/a1_permute/a1_permute.ipynb, fill in" in words(capsys)


def test_the_next_assignment_is_named_by_a_file_that_is_there(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    own = edit(script(repository, "a1_permute"))
    solved = state.Checked(
        repository.fingerprint_of("a1_permute", own), dict.fromkeys(repository.tasks("a1_permute"), (1, 1))
    )
    state.save(repository.root, state.State().with_checked("a1_permute", solved))
    script(repository, "a2_linear_dims").unlink()
    cli.main(["start"])
    assert "Go on with assignments/notebooks/a2_linear_dims/a2_linear_dims.ipynb" in words(capsys)
    repository.file("a2_linear_dims").unlink()
    cli.main(["start"])
    assert "Next is a2_linear_dims: a2_linear_dims.py is not there." in words(capsys)
    passed = Verdict(CheckInfo("test_it", "It works", "to_nchw", 1, False, (), False), "passed")
    check_screen.show_focus(repository, CheckReport("a1_permute", own, (passed,)), state.load(repository.root))
    assert "Next: a2_linear_dims.py is not there. To get the stub back: autograder reset a2_linear_dims" in words(
        capsys
    )


@pytest.mark.parametrize("solved", [("a5_fashion_mnist",), None], ids=["the last one", "all"])
def test_after_the_public_checks_of_a_network_it_is_trained(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str], solved: tuple[str, ...] | None
) -> None:
    memory = state.State()
    for name in solved or repository.names:
        own = script(repository, name)
        own.write_text(own.read_text(encoding="utf-8") + "BEGUN = True\n", encoding="utf-8")
        points = dict.fromkeys(repository.tasks(name), (1, 1))
        memory = memory.with_checked(name, state.Checked(repository.fingerprint_of(name, own), points))
    state.save(repository.root, memory)
    cli.main(["start"])
    said = words(capsys)
    assert re.search(r" 1\. [^:]*: autograder train", said), "most of its points are in the training"
    assert ("2. Hand it in" in said) == (solved is None)
    own.with_suffix(".safetensors").write_bytes(b"")
    cli.main(["start"])
    said = words(capsys)
    assert "autograder train" not in said
    if solved is None:
        assert "commit and push. The other points come from grading" in said


def test_what_was_never_checked_has_not_changed_since(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(script(repository, "a1_permute"))
    assert cli.main(["start"]) == 0
    assert "a1_permute not checked yet" in words(capsys)
    checked = state.State().with_checked("a1_permute", state.Checked("", {"to_nchw": (1, 1)}))
    state.save(repository.root, checked)
    assert cli.main(["start"]) == 0
    assert "a1_permute changed since its last check" in words(capsys)
