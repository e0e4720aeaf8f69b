"""What `check --watch` does with saves and keys; the terminal and the clock have tests of their own (heavy)."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from autograder.checks.catalogues import CodeCatalogue
from autograder.checks.misconceptions import Written
from autograder.common.errors import InfrastructureError
from autograder.course.course import Course
from autograder.grading.context import CheckInfo, Verdict
from autograder.student import state, watch
from autograder.student.checker import Checker, CheckReport
from autograder.student.repository import StudentRepository, Target
from tests.support.places import ROOT


class FakeChecker(Checker):
    """Gives the reports that it was told to give, and says which assignments were checked."""

    def __init__(self, repository: StudentRepository) -> None:
        super().__init__(repository)
        self.asked: list[str] = []
        self.passed: set[str] = set()
        self.broken = 0

    def check(self, name: str, task: str | None = None) -> CheckReport:
        if self.broken:
            self.broken -= 1
            raise InfrastructureError("the warm process is gone")
        self.asked.append(name)
        verdicts = []
        for here in self.repository.tasks(name):
            info = CheckInfo(f"test_{here}", f"{here} does its work.", here, 1, False, (), False)
            right = here in self.passed
            verdicts.append(
                Verdict(info, "passed") if right else Verdict(info, "not_run", f"{here} is not started yet.")
            )
        return CheckReport(name, self.repository.file(name), tuple(verdicts))

    def warm(self, name: str):  # type: ignore[no-untyped-def]
        class Engine:
            catalogue = CodeCatalogue(Written())

        return Engine()


@pytest.fixture
def on_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> watch.Watch:
    from autograder.common import terminal

    terminal.console.cache_clear()
    monkeypatch.setenv("COLUMNS", "80")
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    repository = StudentRepository(Course(tmp_path))
    return watch.Watch(repository, FakeChecker(repository))


def saved(on: watch.Watch, *names: str) -> None:
    on.saved(tuple(on.repository.course.assignments / name / f"{name}.py" for name in names))


def test_a_save_is_checked_whichever_assignment_it_is_of(on_watch: watch.Watch) -> None:
    on_watch.begin()
    saved(on_watch, "a3_conv_shapes")
    saved(on_watch, "a1_permute")
    saved(on_watch, "test_a1_permute", "notes")
    assert on_watch.checker.asked == ["a1_permute", "a3_conv_shapes", "a1_permute", "a1_permute"]  # type: ignore[attr-defined]


def test_two_files_saved_at_once_leave_the_screen_where_it_was(on_watch: watch.Watch) -> None:
    on_watch.begin()
    saved(on_watch, "a5_fashion_mnist", "a1_permute")
    assert on_watch.report is not None
    assert on_watch.report.name == "a1_permute"


def test_a_named_assignment_is_the_only_one_watched(on_watch: watch.Watch) -> None:
    on_watch.only = (Target("a2_linear_dims"),)
    on_watch.begin()
    saved(on_watch, "a1_permute")
    saved(on_watch, "a2_linear_dims")
    assert on_watch.checker.asked == ["a2_linear_dims", "a2_linear_dims"]  # type: ignore[attr-defined]


def test_n_goes_through_the_tasks_and_on_to_the_next_assignment(
    on_watch: watch.Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_watch.begin()
    seen = []
    for _ in range(4):
        capsys.readouterr()
        assert on_watch.key("n")
        seen.append(capsys.readouterr().out)
    assert ["to_nhwc does its work" in seen[0], "image_to_batch does its work" in seen[1]] == [True, True]
    assert "a2_linear_dims: which dimension" in seen[3]


def test_the_task_in_focus_stays_until_it_passes(on_watch: watch.Watch, capsys: pytest.CaptureFixture[str]) -> None:
    on_watch.begin()
    on_watch.key("n")
    saved(on_watch, "a1_permute")
    assert "to_nhwc does its work" in capsys.readouterr().out.rpartition("----")[2]
    on_watch.checker.passed.add("to_nhwc")  # type: ignore[attr-defined]
    saved(on_watch, "a1_permute")
    last = capsys.readouterr().out.rpartition("----")[2]
    assert "to_nchw does its work" in last
    assert "to_nhwc passes so far. The idea behind it: " in last


def test_h_gives_hints_one_by_one_and_l_lists(on_watch: watch.Watch, capsys: pytest.CaptureFixture[str]) -> None:
    on_watch.begin()
    capsys.readouterr()
    on_watch.key("h")
    on_watch.key("h")
    text = capsys.readouterr().out
    assert "to_nchw, hint 1 of 3" in text
    assert "to_nchw, hint 2 of 3" in text
    assert state.load(on_watch.repository.root).hints_read("a1_permute", "to_nchw") == 2
    on_watch.key("l")
    assert "add_channel_axis does its work" in capsys.readouterr().out
    assert on_watch.key("x"), "a key without a meaning does nothing"
    assert not on_watch.key("q")


def test_nothing_left_to_do_is_said(on_watch: watch.Watch, capsys: pytest.CaptureFixture[str]) -> None:
    on_watch.checker.passed.update(t for n in on_watch.repository.names for t in on_watch.repository.tasks(n))  # type: ignore[attr-defined]
    on_watch.begin()
    assert "All public checks of a1_permute pass" in capsys.readouterr().out
    on_watch.key("h")
    assert "no hint is needed" in capsys.readouterr().out


def test_a_warm_process_that_was_lost_is_started_anew_once(on_watch: watch.Watch) -> None:
    on_watch.begin()
    on_watch.checker.broken = 1  # type: ignore[attr-defined]
    saved(on_watch, "a1_permute")
    on_watch.checker.broken = 2  # type: ignore[attr-defined]
    with pytest.raises(InfrastructureError):
        saved(on_watch, "a1_permute")


def test_keys_are_read_between_saves_and_a_key_ends_it(on_watch: watch.Watch) -> None:
    path = on_watch.repository.course.assignments / "a1_permute" / "a1_permute.py"
    keys = iter(["", "l", "n", "", "q", "never read"])
    watch.react(on_watch, iter([(), (), (path,), (path,), (path,)]), lambda: next(keys))
    assert on_watch.checker.asked == ["a1_permute", "a1_permute", "a1_permute"]  # type: ignore[attr-defined]
    assert next(keys) == "never read"


def test_a_folder_that_cannot_be_watched_ends_it_with_a_reason(on_watch: watch.Watch) -> None:
    on_watch.repository.names  # noqa: B018  (read before the folder goes)
    shutil.rmtree(on_watch.repository.course.assignments)
    with pytest.raises(InfrastructureError, match="cannot be watched"):
        next(watch.saves(on_watch.repository))


def test_a_save_is_noticed_in_any_way_that_editors_save(on_watch: watch.Watch) -> None:
    """In place, by a rename over it, and a notebook; what is beside it is not ours."""
    repository = on_watch.repository
    saves = watch.saves(repository)
    assert next(saves) == ()
    script = repository.course.assignments / "a1_permute" / "a1_permute.py"
    notebook = repository.course.assignments / "notebooks" / "a1_permute" / "a1_permute.ipynb"

    def rename() -> None:
        draft = script.with_name(".a1_permute.py.swp")
        draft.write_text("x = 1")
        draft.replace(script)

    def seen(seconds: float) -> list[tuple[Path, ...]]:
        end = time.monotonic() + seconds
        for paths in saves:
            if paths or time.monotonic() > end:
                break
        return [paths] if paths else []

    for save in (lambda: script.write_text("y = 2"), rename, lambda: notebook.write_text("{}")):
        save()
        (paths,) = seen(20)
        assert {path.stem for path in paths} == {"a1_permute"}
    script.with_name("training.html").write_text("not ours")
    script.with_name("a1_permute.py.orig").write_text("not ours")
    assert seen(0.7) == []


def test_saves_during_a_check_count_as_one(on_watch: watch.Watch) -> None:
    script = on_watch.repository.course.assignments / "a1_permute" / "a1_permute.py"
    saves = watch.saves(on_watch.repository)
    next(saves)
    for text in "abc":  # while something is checked, nobody looks
        script.write_text(text)
        time.sleep(0.3)
    assert next(saves) == (script,)
    assert next(saves) == ()
