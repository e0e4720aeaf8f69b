"""`reset`: the stub comes back, and no work is lost."""

from __future__ import annotations

import shutil

import pytest

from autograder import cli
from autograder.common.errors import UserError
from autograder.student import reset
from autograder.student.repository import StudentRepository
from tests.support.student import STUB, edit, script, words

pytestmark = pytest.mark.usefixtures("forked_sandboxes")


def test_reset_gives_the_stub_back_and_keeps_every_old_file(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script(repository, "a1_permute")
    stub = path.read_bytes()
    for number in (1, 2):
        edit(path, STUB, f"return images  # try {number}")
        path.with_suffix(".safetensors").write_bytes(b"weights")
        assert cli.main(["reset", "a1"]) == 0
        assert path.read_bytes() == stub
        assert f"try {number}" in (path.parent / "backup" / f"a1_permute-{number}.py").read_text()
        assert (path.parent / "backup" / f"a1_permute-{number}.safetensors").read_bytes() == b"weights"
        assert not path.with_suffix(".safetensors").exists()
    capsys.readouterr()
    assert cli.main(["reset", "a1"]) == 0
    assert "nothing to reset" in words(capsys)


def test_reset_of_a_path_leaves_the_other_form(repository: StudentRepository) -> None:
    notebook = edit(
        repository.course.assignments / "notebooks" / "a1_permute" / "a1_permute.ipynb",
        STUB.replace('"', '\\"'),
        "return images",
    )
    path = edit(script(repository, "a1_permute"))
    assert cli.main(["reset", str(notebook.relative_to(repository.root))]) == 0
    assert repository.changed("a1_permute") == [path]
    assert cli.main(["reset", path.name]) == 0
    assert repository.changed("a1_permute") == []


def test_reset_brings_back_a_deleted_file(repository: StudentRepository) -> None:
    notebook = repository.course.assignments / "notebooks" / "a2_linear_dims" / "a2_linear_dims.ipynb"
    notebook.unlink()
    assert cli.main(["reset", "a2"]) == 0
    assert notebook.is_file()


def test_a_script_that_is_gone_is_missed_and_brought_back(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script(repository, "a1_permute")
    stub = path.read_bytes()
    path.unlink()
    assert repository.names[0] == "a1_permute"
    assert repository.question("a1_permute")
    assert cli.main(["check", "a1"]) == 1
    text = words(capsys)
    assert "assignments/notebooks/a1_permute/a1_permute.ipynb" in text, "the other form counts"
    assert "to_nchw is not started yet" in text
    notebook = repository.file("a1_permute")
    notebook.unlink()
    assert cli.main(["check", "a1"]) == 1
    assert "a1_permute.py is not there. To get the stub back: autograder reset a1_permute" in words(capsys)
    assert cli.main(["reset", "a1"]) == 0
    assert path.read_bytes() == stub
    assert notebook.is_file()


@pytest.mark.parametrize(("word", "says"), [("to_nchw", "a whole file is reset"), ("a9", "The assignments are")])
def test_reset_refuses_what_it_cannot_do(
    repository: StudentRepository, word: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["reset", word]) == 2
    assert says in capsys.readouterr().err


def test_reset_without_stubs_says_how_to_get_them(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(repository.course.assignments / ".stubs")
    edit(script(repository, "a1_permute"))
    assert cli.main(["reset", "a1"]) == 2
    assert "git checkout -- assignments/.stubs" in capsys.readouterr().err


def test_line_ends_of_windows_are_no_change(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    path = script(repository, "a1_permute")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert repository.own("a1_permute") is None
    assert cli.main(["reset", "a1"]) == 0
    assert "nothing to reset" in words(capsys)


def test_reset_is_never_asked_to_keep_into_a_file(repository: StudentRepository) -> None:
    path = edit(script(repository, "a1_permute"))
    (path.parent / "backup").write_text("in the way")
    with pytest.raises(UserError):
        reset.keep(path)


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("", 1), ("no", 1), (EOFError, 1)])
def test_reset_asks_at_a_terminal(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch, answer: object, code: int
) -> None:
    def answered(prompt: str) -> str:
        if answer is EOFError:
            raise EOFError
        return str(answer)

    path = edit(script(repository, "a1_permute"))
    before = path.read_bytes()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answered)
    assert cli.main(["reset", "a1"]) == code
    assert (path.read_bytes() == before) == (code == 1)
    assert cli.main(["reset", "a1", "--yes"]) == 0
    assert path.read_bytes() != before
    assert (path.parent / "backup" / ".gitignore").read_text().endswith("*\n")
