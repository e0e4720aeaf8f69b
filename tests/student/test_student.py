"""The student's commands: finding the work, hints, start, reset, doctor, the words of `check`, and training's helpers."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from autograder import cli
from autograder.checks import axes, counting_images
from autograder.checks.failure import CheckFailed
from autograder.common.errors import UserError
from autograder.course.course import Course
from autograder.grading.context import CheckInfo, Verdict
from autograder.grading.engine import Engine
from autograder.grading.job import Settings
from autograder.sandbox.observation import Call, Observation, Why
from autograder.student import doctor, hint, machine, reset, screen, show, start, state, train, training_run
from autograder.student.checker import CheckReport
from autograder.student.repository import StudentRepository, Target
from autograder.submission.source import Cell, Source, read_source
from tests.support.places import ROOT

STUB = 'raise NotImplementedError("to_nchw")'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudentRepository:
    """A student's repository, with nothing begun, and the student in it."""
    root = tmp_path / "course"
    shutil.copytree(ROOT / "assignments", root / "assignments")
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "80")
    return StudentRepository(Course(root))


@pytest.fixture(autouse=True)
def fresh_console() -> None:
    """Each test's output goes to its own captured stream."""
    from autograder.common import terminal

    terminal.console.cache_clear()


def edit(path: Path, old: str = STUB, new: str = "return images.permute(0, 3, 1, 2)", at: float | None = None) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    if at is not None:
        os.utime(path, (at, at))
    return path


def script(repository: StudentRepository, name: str) -> Path:
    return repository.course.assignments / name / f"{name}.py"


def words(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


# --- finding the work ----------------------------------------------------------------------------------------------


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
        ("\0", "There is no assignment or task"),
        ("[bold]a1", "There is no assignment or task"),
    ],
)
def test_what_a_word_does_not_mean(repository: StudentRepository, word: str, says: str) -> None:
    with pytest.raises(UserError) as raised:
        repository.target(word)
    assert says in str(raised.value)


def test_a_task_of_two_assignments_is_that_of_the_one_worked_on(repository: StudentRepository) -> None:
    edit(script(repository, "a3_conv_shapes"), 'NotImplementedError("conv2d")', 'ValueError("conv2d")')
    assert repository.target("ANSWERS") == Target("a3_conv_shapes", "ANSWERS")


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{", '{"assignments": 3, "stubs": []}', '{"assignments": {"a1_permute": {"tasks": 7}}}']
)
def test_a_broken_manifest_costs_points_and_tasks_but_no_traceback(
    repository: StudentRepository, manifest: str
) -> None:
    (repository.course.assignments / "manifest.json").write_text(manifest)
    assert repository.points("a1_permute") == {}
    assert repository.bands("a5_fashion_mnist") == []
    assert repository.current() is not None, "without the stubs' digests every file counts as begun"
    assert repository.target("a1") == Target("a1_permute")


# --- what is remembered --------------------------------------------------------------------------------------------


def test_the_state_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = state.State().with_checked("a1", state.Checked("f", {"to_nchw": (1, 2)})).with_hints("a1", "to_nchw", 2)
    state.save(tmp_path, kept)
    assert state.load(tmp_path) == kept
    assert (tmp_path / ".autograder" / ".gitignore").read_text().endswith("*\n")
    assert [p.name for p in (tmp_path / ".autograder").iterdir() if p.suffix == ".tmp"] == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "null", '{"schema": "autograder/student/v1"}', "[" * 100_000, "\xff"]
)
def test_a_broken_state_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder" / "state.json").write_bytes(text.encode("latin-1"))
    assert state.load(tmp_path) == state.State()


def test_a_state_that_cannot_be_written_is_let_go(tmp_path: Path) -> None:
    (tmp_path / ".autograder").write_text("a file where a folder should be")
    state.save(tmp_path, state.State())


def test_points_count_only_for_the_file_that_was_checked(repository: StudentRepository) -> None:
    path = edit(script(repository, "a1_permute"))
    fingerprint = repository.fingerprint("a1_permute", read_source(path))
    memory = state.State().with_checked("a1_permute", state.Checked(fingerprint, {"to_nchw": (1, 1)}))
    assert repository.remembered("a1_permute", memory) is not None
    edit(path, "permute(0, 3, 1, 2)", "permute(0, 2, 1, 3)")
    assert repository.remembered("a1_permute", memory) is None


# --- hint ----------------------------------------------------------------------------------------------------------


def test_hints_come_one_by_one_and_are_never_the_answer(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []
    for number in range(4):
        assert cli.main(["hint", "to_nchw"]) == 0
        seen.append(words(capsys))
        assert f"hint {min(number + 1, 3)} of 3" in seen[-1]
    assert "2 more" in seen[0]
    assert "That was the last one" in seen[2]
    assert "hint 1 of 3" in seen[3]
    assert "Those are all the hints" in seen[3]
    assert "permute(0, 3, 1, 2)" not in " ".join(seen)
    assert cli.main(["hint", "to_nchw", "--again"]) == 0


def test_without_a_task_the_first_unsolved_one_gets_its_hint(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["hint"])
    assert words(capsys).startswith("to_nchw, hint 1 of 3")
    cli.main(["hint", "a4"])
    assert words(capsys).startswith("choose_loss, hint 1")


def test_hints_need_no_torch(repository: StudentRepository) -> None:
    import subprocess

    code = "import sys; from autograder import cli; cli.main(['hint']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_a_task_without_hints_is_told_so(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    (script(repository, "a1_permute").parent / "diagnoses.json").write_text('{"hints": 5}')
    assert hint.read_hints(repository, "a1_permute") == {}
    assert cli.main(["hint", "to_nchw"]) == 0
    assert "There is no hint for to_nchw" in words(capsys)


# --- start, reset, doctor ------------------------------------------------------------------------------------------


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
    assert "Go on with to_nchw in assignments/a1_permute/a1_permute.py (line 113)" in words(capsys)


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
    show.show_focus(repository, CheckReport("a1_permute", own, (passed,)), state.load(repository.root))
    assert "Next: a2_linear_dims.py is not there. To get the stub back: autograder reset a2_linear_dims" in words(
        capsys
    )


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


def test_the_doctor_names_what_is_missing_and_the_remedy(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name, *_: None)
    assert doctor.run(SimpleNamespace()) == 1  # type: ignore[arg-type]
    text = words(capsys)
    assert "train-manifest.json is missing" in text, "there is no data/ in this repository"
    assert "pip install notebook" in text
    assert "pip install watchfiles" in text
    assert "1 of these must be mended" in text


def test_the_doctor_survives_what_it_looks_at(
    repository: StudentRepository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode() -> None:
        raise RuntimeError("the kernel spec is a directory")

    monkeypatch.setattr(doctor, "kernel_program", explode)
    assert doctor.run(SimpleNamespace()) == 1  # type: ignore[arg-type]
    assert "RuntimeError: the kernel spec is a directory" in words(capsys)


def test_the_doctor_sees_a_kernel_of_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "kernel_program", lambda: "/usr/bin/false")
    found = [finding for finding in doctor._jupyter() if finding.level == "note"]
    assert found
    assert "ipykernel install" in found[0].remedy


# --- the words of check --------------------------------------------------------------------------------------------


def info(task: str, title: str = "a title", points: int = 1) -> CheckInfo:
    return CheckInfo(f"test_{task}", title, task, points, False, (), False)


def report_of(repository: StudentRepository, *verdicts: Verdict) -> CheckReport:
    return CheckReport("a1_permute", script(repository, "a1_permute"), tuple(verdicts))


def test_a_word_stands_beside_every_sign_and_80_columns_suffice(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "to_nchw(images of shape (2, 5, 7, 3)) returned something that takes a good deal of words to tell. " * 3
    report = report_of(
        repository,
        Verdict(info("to_nchw"), "failed", long),
        Verdict(info("to_nhwc"), "passed"),
        Verdict(info("image_to_batch"), "not_run", "image_to_batch is not started yet."),
        Verdict(info("add_channel_axis"), "timeout", "It took longer."),
    )
    show.show_focus(repository, report, state.State())
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert all(line == line.rstrip() for line in out.splitlines())
    for word in ("not right", "passed", "not started", "took too long", "Points so far: 0 of 100"):
        assert word in out
    assert "\x1b" not in out, "no colour in a pipe"


@pytest.mark.parametrize(
    ("why", "word"),
    [("waits", "waits for another task"), ("not_answered", "not answered"), ("not_started", "not started")],
)
def test_the_reason_and_not_the_words_of_a_message_decides_what_is_said(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str], why: Why, word: str
) -> None:
    for message in ("Anything.", "It builds on what is not started, and is not answered."):
        verdict = Verdict(info("to_nchw"), "not_run", message, why=why)
        assert screen.word(verdict) == word
        screen.verdict(report_of(repository), verdict)
        assert ("It is to be written in a1_permute.py, line" in words(capsys)) == (why == "not_started")


@pytest.mark.parametrize(
    ("name", "whys"),
    [("a3_conv_shapes", {"not_started", "not_answered"}), ("a5_fashion_mnist", {"not_started", "waits"})],
)
def test_the_checks_give_the_reason(repository: StudentRepository, name: str, whys: set[Why]) -> None:
    shutil.copytree(ROOT / "data", repository.course.root / "data")
    engine = Engine(repository.course, repository.course.released(name), Settings(public_only=True))
    try:
        verdicts = engine.grade(read_source(script(repository, name)), 0).verdicts
    finally:
        engine.close()
    assert {(v.outcome, v.why) for v in verdicts} == {("not_run", why) for why in whys}


def test_what_a_student_prints_is_no_markup(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    show.show_focus(
        repository,
        report_of(repository, Verdict(info("to_nchw"), "error", "[red]raised[/] [/nonsense]")),
        state.State(),
    )
    assert "[red]raised[/] [/nonsense]" in capsys.readouterr().out


def test_what_the_code_printed_is_shown_where_it_went_wrong(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = "\n".join(["torch.Size([2, 5]) [red]", *map(str, range(9))]) + "\n"
    screen.verdict(report_of(repository), Verdict(info("to_nchw"), "failed", "It is wrong.", printed=printed))
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[-8:] == [
        "Your code printed:",
        "torch.Size([2, 5]) [red]",
        "0",
        "1",
        "2",
        "3",
        "4",
        "... and 4 more lines",
    ]


def test_a_poor_terminal_gets_plain_signs() -> None:
    poor = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="cp1252"), force_terminal=False)
    assert screen.sign(poor, "passed").plain == "ok"
    assert screen.sign(poor, "failed").plain == "XX"
    rich = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), force_terminal=False)
    assert screen.sign(rich, "passed").plain == "✓"


def test_all_and_a_name_contradict_each_other(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "--all", "a1"]) == 2


def test_nothing_begun_is_a_finding(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 1
    assert "Nothing is begun yet" in words(capsys)


@pytest.mark.parametrize("broken", ["return images.permute(0, 3, 1, 2", "\0"])
def test_a_check_of_what_cannot_be_run_is_remembered(
    repository: StudentRepository, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    solved = dict.fromkeys(repository.tasks("a1_permute"), (1, 1))
    state.save(repository.root, state.State().with_checked("a1_permute", state.Checked("of an earlier file", solved)))
    edit(script(repository, "a1_permute"), new=broken)
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "Nothing of it can be run yet" in text
    assert "> a1_permute 0 of 4" in text
    assert "changed since" not in text
    cli.main(["hint"])
    assert words(capsys).startswith("to_nchw, hint 1")


def test_the_task_that_is_no_python_comes_first(repository: StudentRepository) -> None:
    path = edit(script(repository, "a1_permute"))
    assert repository.broken_task("a1_permute") is None
    edit(path, 'raise NotImplementedError("image_to_batch")', "retrun images")
    assert repository.broken_task("a1_permute") == "image_to_batch"
    assert hint.next_task(repository, state.State()) == Target("a1_permute", "image_to_batch")


def test_the_check_itself(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """One real round: wrong with its reason and drawing, unreadable, right."""
    path = script(repository, "a1_permute")
    stub = path.read_text()
    path.write_text(
        stub.replace(
            STUB, "print(images.dtype)\n    return images.reshape(images.shape[0], images.shape[3], *images.shape[1:3])"
        )
    )
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "Your code printed: torch.uint8" in text
    assert "You used reshape or view" in text
    assert "mix = 3" in text
    assert "autograder hint to_nchw" in text
    path.write_text(stub.replace(STUB, "return images.permute(0, 3, 1, 2"))
    assert cli.main(["check"]) == 1
    text = words(capsys)
    assert "Nothing of it can be run yet" in text
    assert "SyntaxError at line 120" in text
    path.write_text(stub.replace(STUB, "return images.permute(0, 3, 1, 2)"))
    assert cli.main(["check", "to_nchw"]) == 0
    assert "Public points: 1 of 1" in words(capsys)
    assert cli.main(["check", "a1"]) == 1
    assert state.load(repository.root).checked["a1_permute"].earned == 1


def test_diagnoses_that_cannot_be_read_are_said_once_and_can_come_back(repository: StudentRepository) -> None:
    """The checks go on, without reasons, and a warm checker notices when the file is there again."""
    from autograder.student.checker import Checker

    edit(script(repository, "a1_permute"), new="return images")
    rows = script(repository, "a1_permute").with_name("diagnoses.safetensors")
    whole = rows.read_bytes()
    with Checker(repository) as checker:
        for content, told in ((whole, True), (whole[:999], False), (None, False), (whole, True)):
            rows.unlink(missing_ok=True)
            if content is not None:
                rows.write_bytes(content)
            report = checker.check("a1_permute")
            assert report.verdicts[0].outcome == "failed"
            assert (report.verdicts[0].diagnosis is not None) == told
            assert [note.partition(":")[0] for note in report.notes] == (
                [] if told else ["Why an answer is wrong cannot be told here"]
            )


# --- axes ----------------------------------------------------------------------------------------------------------

NCHW = (("N", "H", "W", "C"), ("N", "C", "H", "W"))


def seen(given: object, got: object) -> Observation:
    return Observation("to_nchw", (Call("call", "to_nchw", (given,), {}, ("images",)),), "value", got)


@pytest.mark.parametrize(
    ("do", "letters"),
    [
        (lambda x: x.permute(0, 3, 2, 1), ["N", "C", "W", "H"]),
        (lambda x: x.reshape(2, 3, 5, 7), ["N", "mix", "mix", "mix"]),
        (lambda x: x, ["N", "H", "W", "C"]),
        (lambda x: x.permute(3, 0, 1, 2), ["C", "N", "H", "W"]),
        (lambda x: x.permute(0, 3, 1, 2)[None], ["1", "N", "C", "H", "W"]),
    ],
)
def test_each_axis_is_named_by_what_lies_along_it(do: Callable, letters: list[str]) -> None:  # type: ignore[type-arg]
    images = counting_images(2, 5, 7, 3)
    drawing = axes.draw(seen(images, do(images)), NCHW)
    assert drawing is not None
    assert [axis.letter for axis in drawing.yours] == letters
    assert "yours" in "\n".join(axes.lines(drawing))
    assert axes.svg(drawing).count("<rect") == 1 + len(drawing.given) + len(drawing.yours) + len(drawing.wanted)


def test_what_is_right_in_its_axes_is_not_drawn() -> None:
    images = counting_images(2, 5, 7, 3)
    assert axes.draw(seen(images, images.permute(0, 3, 1, 2) * 2), NCHW) is None
    assert axes.draw(seen(images, "a text"), NCHW) is None
    assert axes.draw(seen(images, None), NCHW) is None
    assert axes.draw(seen(images[0], images[0]), NCHW) is None, "another number of axes than the docstring has"


def test_odd_values_are_drawn_or_left_but_never_raise() -> None:
    import torch

    odd = [torch.zeros(0), torch.tensor(float("nan")), torch.full((2, 5, 7, 3), float("nan")), torch.zeros(2, 3, 5, 7) * 1j,
           torch.zeros(2, 5, 7, 3, dtype=torch.bool), (1, 2), [], (True,), (2, 3, 5, 7, 9), torch.randn(2, 3, 5, 7).requires_grad_()]  # fmt: skip
    for given in (counting_images(2, 5, 7, 3), torch.zeros(2, 5, 7, 3), torch.zeros(2, 5, 7, 3) * 1j, (2, 5, 7, 3)):
        for got in odd:
            drawing = axes.draw(seen(given, got), NCHW)
            if drawing is not None:
                axes.lines(drawing)
                axes.svg(drawing)


def test_letters_come_from_the_docstring(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        'def f(x):\n    """(N, H) -> (H, N).\n\n    (A, B) -> (B, A)"""\ndef g(x):\n    """x (*, in) -> (*, out)."""\n'
    )
    assert axes.letters(path) == {"f": (("N", "H"), ("H", "N"))}
    broken = tmp_path / "y.py"
    broken.write_text("def f(:")
    assert axes.letters(broken) == {}


@pytest.mark.parametrize("hidden", [False, True])
def test_a_drawing_is_no_way_to_see_hidden_checks(hidden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.grading import plugin

    monkeypatch.setattr(plugin, "info", lambda item: CheckInfo("test_x", "x", "to_nchw", 1, hidden, (), False))
    item, images = (
        SimpleNamespace(path=ROOT / "assignments" / "a1_permute" / "test_a1_permute.py"),
        counting_images(2, 5, 7, 3),
    )
    drawing = plugin._drawing(item, CheckFailed("wrong", seen(images, images)))  # type: ignore[arg-type]
    assert (drawing is None) is hidden


# --- keys and other systems ----------------------------------------------------------------------------------------


def test_keys_of_a_pipe_are_none() -> None:
    with machine.keys(io.StringIO("h")) as read:
        assert read(0.01) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_keys_come_singly_and_the_terminal_is_as_before() -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    stream = os.fdopen(theirs, "r")
    before = termios.tcgetattr(theirs)
    with machine.keys(stream) as read:
        os.write(ours, b"H")
        assert read(1.0) == "h"
        os.write(ours, b"\x1b[A")
        assert read(1.0) == "", "an arrow is no key of ours"
        assert read(0.01) == ""
    assert termios.tcgetattr(theirs) == before
    stream.close()
    os.close(ours)


class FakeMsvcrt:
    """Windows' module for keys."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)

    def kbhit(self) -> bool:
        return bool(self.typed)

    def getwch(self) -> str:
        return self.typed.pop(0)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeMsvcrt]:
    monkeypatch.setattr(machine.sys, "platform", "win32")

    def type_keys(*typed: str) -> FakeMsvcrt:
        fake = FakeMsvcrt(*typed)
        monkeypatch.setitem(sys.modules, "msvcrt", fake)  # type: ignore[arg-type]
        return fake

    return type_keys


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_keys_of_windows(windows: Callable[..., FakeMsvcrt]) -> None:
    windows("L", "\xe0", "K", "q")
    with machine.keys(Tty()) as read:
        assert [read(0.1) for _ in range(4)] == ["l", "", "q", ""]
    windows("\x03")
    with machine.keys(Tty()) as read, pytest.raises(KeyboardInterrupt):
        read(0.1)


def test_commands_are_those_of_the_shell(windows: Callable[..., FakeMsvcrt], monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.activate() == r".venv\Scripts\activate"
    assert machine.python() == "py"
    monkeypatch.setattr(machine.sys, "platform", "darwin")
    monkeypatch.setenv("SHELL", "/opt/homebrew/bin/fish")
    assert machine.activate() == "source .venv/bin/activate.fish"
    assert machine.python() == "python3"


def test_no_character_ends_the_program_on_a_poor_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    machine.harmless_output(stream, io.StringIO())
    stream.write("✓ 布")
    stream.flush()


def test_only_windows_disks_in_wsl_are_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "linux_in_windows", lambda: True)
    assert machine.must_poll(Path("/mnt/c/Users/ada/course"))
    assert not machine.must_poll(Path("/home/ada/course"))
    monkeypatch.setattr(machine, "linux_in_windows", lambda: False)
    assert not machine.must_poll(Path("/mnt/data"))


# --- training ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "epochs"),
    [
        ("def train(m, x, y):\n    for epoch in range(7):\n        for i in range(3): pass", 7),
        ("EPOCHS = 4\ndef train(m, x, y):\n    for _ in range(EPOCHS): pass", 4),
        ("def train(m, x, y, epochs=5):\n    for _ in tqdm(range(epochs)): pass", 5),
        ("def train(m, x, y, *, epochs=6):\n    for _ in trange(1, epochs): pass", 5),
        ("def train(m, x, y):\n    epochs, rate = 3, 0.1\n    with f():\n        for e in range(1, epochs): pass", 2),
        ("def train(m, x, y):\n    for e in range(len(x)): pass", None),
        ("def train(m, x, y):\n    while True: pass", None),
        ("def train(m, x, y): pass", None),
        ("def train(m, x", None),
        ("", None),
    ],
)
def test_how_many_epochs_a_source_promises(source: str, epochs: int | None) -> None:
    assert training_run.epochs_in(source) == epochs


def test_each_class_is_held_out_alike() -> None:
    import torch

    labels = torch.arange(1000) % 10
    data = training_run.split(torch.zeros(1000, 28, 28, dtype=torch.uint8), labels, 100)
    assert data.held_labels.bincount().tolist() == [10] * 10
    assert len(data.labels) == 900
    with pytest.raises(ValueError, match="held out"):
        training_run.split(torch.zeros(5, 28, 28), torch.arange(5), 5)


TINY = """
import torch
from torch import nn
def preprocess(images):
    return images[:, None].float() / 255
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 5, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(72, 10))
    def forward(self, x):
        return self.layers(x)
def train(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    losses = []
    for epoch in range(2):
        for x, y in zip(preprocess(images).split(50), labels.split(50)):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses
def predict(model, images):
    model.eval()
    with torch.no_grad():
        return model(preprocess(images)).max(1).indices
"""


def tiny(**others: object) -> dict[str, object]:
    space: dict[str, object] = {}
    exec(TINY, space)
    return train.tasks_of({**space, **others})


def some_data(count: int = 200, held: int = 50) -> training_run.Data:
    import torch

    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (count, 28, 28), generator=generator, dtype=torch.uint8)
    return training_run.split(images, torch.arange(count) % 10, held)


def test_a_training_is_watched_without_being_changed() -> None:
    import torch

    torch.manual_seed(1)
    told: list[training_run.Moment] = []
    outcome = training_run.run(tiny(), some_data(), told.append)
    assert outcome.images == 300
    assert outcome.steps == 6
    assert len(outcome.looks) == 2
    assert outcome.accuracy is not None
    assert all(moment.loss is not None for moment in told)
    torch.manual_seed(1)
    tasks = tiny()
    model = tasks["FashionCNN"]()
    data = some_data()
    tasks["train"](model, data.images, data.labels)
    for mine, plain in zip(outcome.model.state_dict().values(), model.state_dict().values(), strict=True):
        assert torch.equal(mine, plain)
    assert torch.Tensor.backward.__module__ == "torch._tensor", "the hook on backward is gone"


def test_ctrl_c_keeps_what_was_learnt() -> None:
    def interrupted(model: object, images: object, labels: object) -> None:
        tiny()["train"](model, images, labels)
        raise KeyboardInterrupt

    outcome = training_run.run(tiny(train=interrupted), some_data(), lambda moment: None)
    assert outcome.stopped
    assert outcome.images == 300
    assert outcome.accuracy is not None


def test_a_predict_that_fails_is_told_and_does_not_lose_the_network() -> None:
    def broken(model: object, images: object) -> None:
        raise RuntimeError("shape")

    outcome = training_run.run(tiny(predict=broken), some_data(), lambda moment: None)
    assert outcome.problem == "predict raised RuntimeError: shape"
    assert len(outcome.classes) == 50
    outcome = training_run.run(tiny(predict=lambda model, images: [1]), some_data(), lambda moment: None)
    assert "classes for 50 images" in outcome.problem


def test_bands_say_what_is_reached_and_what_is_next(repository: StudentRepository) -> None:
    from autograder.student import training_page

    bands = train.bands_of(repository, "a5_fashion_mnist")
    assert sum(band.points for band in bands) == 20
    outcome = training_run.run(tiny(), some_data(), lambda moment: None)
    perfect = training_run.replace(outcome, classes=outcome.data.held_labels)
    assert any("20 of the 20 points" in line for line in training_page.band_lines(perfect, bands))
    none = training_run.replace(outcome, classes=(outcome.data.held_labels + 1) % 10)
    lines = training_page.band_lines(none, bands)
    assert lines[0].startswith("No band is reached yet, 0 of the 20")
    assert f"{100 * bands[0].share:.1f} percentage points to go" in lines[1]


def test_the_page_stands_alone_and_spells_out_what_it_shows() -> None:
    from html.parser import HTMLParser

    from autograder.data import CLASSES
    from autograder.student import training_page

    outcome = training_run.run(tiny(), some_data(), lambda moment: None)
    text = training_page.document(outcome, CLASSES, [training_page.Band(0.6, 4)], "<script>alert(1)</script>")
    assert "<script>" not in text
    assert "http" not in text.replace("http-equiv", "")
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                assert dict(attrs)["alt"]
            if tag not in ("img", "meta", "line", "path", "circle"):
                opened.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Reader().feed(text)
    assert opened == []


def test_trained_weights_are_read_by_grading() -> None:
    import torch

    from autograder.sandbox.inside import probes
    from autograder.submission import weights

    outcome = training_run.run(tiny(), some_data(), lambda moment: None)
    read = weights.parse(train.pack(outcome))
    model = tiny()["FashionCNN"]()
    assert probes.load_weights(model, read, torch.zeros(2, 1, 28, 28)) == ""
    assert all(torch.equal(model.state_dict()[k], v) for k, v in outcome.model.state_dict().items())


def test_train_says_what_is_missing(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train"]) == 2
    assert "not begun yet" in capsys.readouterr().err
    with pytest.raises(UserError, match="predict cannot be found"):
        train.tasks_of({"preprocess": (1).__add__, "FashionCNN": object, "train": print})


@pytest.mark.parametrize("arguments", [["--images", "3"], ["--hold-out", "10000"], ["--hold-out", "-1"], ["--full"]])
def test_train_refuses_numbers_that_do_not_fit(
    repository: StudentRepository, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(
        ROOT / "data", repository.root / "data", ignore=shutil.ignore_patterns("FashionMNIST", "MNIST", "test-*")
    )
    path = script(repository, "a5_fashion_mnist")
    path.write_text(TINY)
    assert cli.main(["train", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_train_from_the_command_line(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(
        ROOT / "data", repository.root / "data", ignore=shutil.ignore_patterns("FashionMNIST", "MNIST", "test-*")
    )
    path = script(repository, "a5_fashion_mnist")
    path.write_text(TINY)
    for _ in range(2):
        assert cli.main(["train", "--images", "400", "--seed", "3"]) == 0
    text = words(capsys)
    assert "epoch 1.0" in text
    assert "are right (give or take" in text
    assert path.with_suffix(".safetensors").is_file()
    assert "<svg" in path.with_name("training.html").read_text()
    path.write_text(TINY.replace("nn.Linear(72, 10)", "nn.Linear(70, 10)"))
    assert cli.main(["train", "--images", "400"]) == 1
    assert "raised RuntimeError at line 11" in words(capsys)
    path.write_text(TINY.replace("def train", "def trian"))
    assert cli.main(["train", "--images", "400"]) == 2
    assert "train cannot be found" in capsys.readouterr().err


def test_a_training_that_is_no_python_says_its_line_once() -> None:
    source = Source("py", (Cell("x = 1\nretrun x", 1, None),))
    with pytest.raises(SyntaxError) as caught:
        compile(source.text, "/tmp/a5.py", "exec")
    assert (
        train._own_error(caught.value, "/tmp/a5.py", source)
        == "your code raised SyntaxError at line 2: invalid syntax."
    )


def test_reset_is_never_asked_to_keep_into_a_file(repository: StudentRepository) -> None:
    path = edit(script(repository, "a1_permute"))
    (path.parent / "backup").write_text("in the way")
    with pytest.raises(UserError):
        reset.keep(path)


# --- the stubs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "assignments").glob("a[0-9]*_*")))
def test_a_stub_teaches_and_needs_nothing_of_ours(name: str) -> None:
    """An idea before the code, an example with its result in every docstring, full type hints, no import of ours."""
    import ast

    text = (ROOT / "assignments" / name / f"{name}.py").read_text(encoding="utf-8")
    assert "import autograder" not in text
    assert "from autograder" not in text
    assert text.splitlines()[1].startswith(f"# # {name}: "), "the first heading asks the assignment's question"
    first_code = text.index("\nimport torch")
    assert text[:first_code].count("\n# ") >= 5, "the idea comes before the code"
    tasks = StudentRepository(Course(ROOT)).tasks(name)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in tasks:
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            assert node.returns is not None, node.name
            assert all(argument.annotation for argument in arguments), node.name
            assert "Example" in (ast.get_docstring(node) or ""), f"{node.name} has no example"
