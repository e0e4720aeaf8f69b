"""Grading a class: nothing is lost, nothing is graded twice, and no submission stops the batch.

The engine is a fake here: its submissions say in their first line what shall happen to the grading process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import cli
from autograder.common.errors import InfrastructureError, UserError
from autograder.course.course import Course
from autograder.grading.batch import grade_class
from autograder.grading.job import Settings
from autograder.grading.pool import LocalWorkers
from autograder.grading.progress import Progress
from autograder.results import result as results
from autograder.results import store
from autograder.results.folder import results_folder
from tests.support import fake_engine
from tests.support.another_user import forbid
from tests.support.fake_class import course_in, run, score_of
from tests.support.files import put
from tests.support.places import ROOT


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes import the fake by name; they get this process's import path."""
    monkeypatch.setenv("AUTOGRADER_SECRET", "for tests")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with two assignments."""
    return course_in(tmp_path / "course")


def contents(folder: Path) -> dict[str, bytes]:
    """All result files, byte for byte."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in store.result_files(folder)}


def test_everybody_gets_a_result_for_every_assignment(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# right\nx = 1\n")
    put(class_ / "ada" / "a2_linear_dims.py", "# right\nx = 1\n")
    put(class_ / "ben" / "a1_permute.py", "x = 2\n")
    put(class_ / "cas" / "a1_permute.ipynb", "{ no json")
    put(class_ / "dan" / "a1_permute.py", "x = 3\n")
    put(class_ / "dan" / "old" / "a1_permute.py", "x = 4\n")
    report = run(course, class_, out)
    assert (report.graded, report.kept, report.lost) == (3, 0, [])
    assert score_of(out, "ada") == ("graded", 10, 10)
    assert score_of(out, "ben") == ("graded", 0, 10)
    assert score_of(out, "ben", "a2_linear_dims") == ("missing", 0, 10)
    assert score_of(out, "cas") == ("unreadable", 0, 10)
    assert score_of(out, "dan") == ("ambiguous", 0, 10)
    told = store.read(store.path_of(out, "dan", "a1_permute")).notes[0]
    assert "a1_permute.py" in told
    assert "old/a1_permute.py" in told


def test_a_second_run_grades_only_what_changed(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for student in ("ada", "ben", "cas"):
        put(class_ / student / "a1_permute.py", f"# right\n# {student}\n")
        put(class_ / student / "a2_linear_dims.py", f"# right\n# {student}\n")
    assert run(course, class_, out).graded == 6
    before = contents(out)
    again = run(course, class_, out)
    assert (again.graded, again.kept) == (0, 6)
    assert contents(out) == before
    put(class_ / "ben" / "a1_permute.py", "# wrong now\n")
    assert (again := run(course, class_, out)).graded == 1
    assert again.kept == 5
    assert score_of(out, "ben") == ("graded", 0, 10)


def test_a_changed_check_grades_exactly_its_assignment_again(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for student in ("ada", "ben"):
        put(class_ / student / "a1_permute.py", f"# right\n# {student}\n")
        put(class_ / student / "a2_linear_dims.py", f"# right\n# {student}\n")
    run(course, class_, out)
    put(course.solutions / "a2_linear_dims" / "test_a2_linear_dims.py", "# checks, improved\n")
    again = run(course, class_, out)
    assert (again.graded, again.kept) == (2, 2)
    put(course.solutions / "a2_linear_dims" / "a2_linear_dims.py", "# the master's prose, improved\n")
    assert run(course, class_, out).kept == 4
    assert run(course, class_, out, regrade=True).graded == 4
    assert run(course, class_, out, settings=Settings(memory=1 << 30)).graded == 4


def test_what_was_graded_below_the_required_tier_is_graded_again(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# right\n")
    put(class_ / "ben" / "a1_permute.ipynb", "{ no json")  # never ran: no tier is too low for it
    monkeypatch.setenv("FAKE_TIER", "C")
    assert run(course, class_, out, settings=Settings(require_sandbox="C")).graded == 1
    assert run(course, class_, out, settings=Settings(require_sandbox="C")).graded == 0
    monkeypatch.setenv("FAKE_TIER", "A")
    assert run(course, class_, out, settings=Settings(require_sandbox="B")).graded == 1
    assert store.read(store.path_of(out, "ada", "a1_permute")).environment["sandbox"] == "A"
    assert run(course, class_, out, settings=Settings(require_sandbox="A")).kept == 1
    assert run(course, class_, out).kept == 1


def test_one_assignment_alone(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# right\n")
    put(class_ / "ada" / "a2_linear_dims.py", "# right\n")
    assert run(course, class_, out, only=("a2_linear_dims",)).graded == 1
    assert list(contents(out)) == ["ada/a2_linear_dims.json"]


def test_one_student_alone(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for login in ("ada", "ben", "cas"):
        put(class_ / f"cnn-{login}" / "a1_permute.py", "# right\n")
    assert run(course, class_, out, only=("a1_permute",), students=("ben",)).graded == 1
    assert list(contents(out)) == ["cnn-ben/a1_permute.json"]
    with pytest.raises(UserError, match="nobody in this class is called 'eve'"):
        run(course, class_, out, students=("eve",))


def test_one_file_alone(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    put(tmp_path / "class" / "bob" / "a1_permute.py", "# half\n")
    put(out / "groups.csv", "")
    file = put(tmp_path / "class" / "ada" / "assignments" / "a1_permute" / "a1_permute.py", "# right\n")
    report = run(course, file, out)
    assert (report.graded, score_of(out, "ada")) == (1, ("graded", 10, 10))
    assert {p.name for p in out.rglob("*.json")} == {"a1_permute.json"}, "of the others nothing is said"
    run(course, put(tmp_path / "leeann_4711_67999_a1_permute-1.py", "# half\n"), out)
    assert store.read(store.path_of(out, "leeann", "a1_permute")).identity["number"] == "4711"
    work = put(tmp_path / "cas" / "homework.py", "# right\n")
    with pytest.raises(UserError, match="Say which one it answers: --assignment"):
        run(course, work, out)
    run(course, work, out, only=("a2_linear_dims",))
    assert score_of(out, "cas", "a2_linear_dims") == ("graded", 10, 10)
    with zipfile.ZipFile(tmp_path / "dee.zip", "w") as archive:
        archive.writestr("x/a1_permute.py", "# right\n")
    run(course, tmp_path / "dee.zip", out)
    assert score_of(out, "dee") == ("graded", 10, 10)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for student in ("ann", "bob"):
            archive.writestr(f"{student}/a1_permute.py", "# right\n")
    with pytest.raises(UserError, match="holds a class"):
        run(course, tmp_path / "all.zip", out)
    with pytest.raises(UserError, match="is not there"):
        run(course, tmp_path / "nowhere", out)


def test_a_person_chooses_between_files_and_the_result_says_which_was_graded(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# wrong\n")
    put(class_ / "ada" / "new" / "a1_permute.py", "# right\nx = 1\n")
    put(class_ / "ada" / "a1_permute.ipynb", "{ torn")
    assert run(course, class_, out, only=("a1_permute",)).graded == 0
    put(out / "choices.csv", "Student; Assignment; File\nADA; a1; new/a1_permute.py\n")
    assert run(course, class_, out, only=("a1_permute",)).graded == 1
    result = store.read(store.path_of(out, "ada", "a1_permute"))
    assert (result.score, result.file) == (10, "ada/new/a1_permute.py")
    assert not any("differ" in note for note in result.notes)


def test_an_untouched_stub_is_nobodys_hand_in(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "stub = 'a1_permute'\n")
    put(class_ / "ben" / "a1_permute.py", "# right\n")
    assert run(course, class_, out, only=("a1_permute",)).graded == 1
    assert score_of(out, "ada") == ("not_started", 0, 10)


def test_downloads_of_single_assignments_add_up(course: Course, tmp_path: Path) -> None:
    """An LMS gives a download for each assignment; the second does not make the first one missing."""
    out = tmp_path / "results"
    put(tmp_path / "first" / "ada" / "a1_permute.py", "# right\n")
    put(tmp_path / "second" / "ada" / "a2_linear_dims.py", "# right\n")
    run(course, tmp_path / "first", out)
    run(course, tmp_path / "second", out)
    assert score_of(out, "ada") == ("graded", 10, 10)
    assert score_of(out, "ada", "a2_linear_dims") == ("graded", 10, 10)


def test_a_dying_worker_takes_nobody_with_it(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for number in range(6):
        put(class_ / f"s{number}" / "a1_permute.py", f"# right\n# {number}\n")
    put(class_ / "s3" / "a1_permute.py", "# kill\n")
    report = run(course, class_, out)
    assert [result.student for result in report.lost] == ["s3"]
    assert "died" in store.read(store.path_of(out, "s3", "a1_permute")).notes[0]
    assert report.graded == 5
    assert all(score_of(out, f"s{number}") == ("graded", 10, 10) for number in range(6) if number != 3)
    report = run(course, class_, out)  # it was no verdict: the next run tries again
    assert (report.kept, len(report.lost)) == (5, 1)


@pytest.mark.parametrize("trouble", ["machine", "bug", "nonsense"])
def test_a_failure_of_ours_is_not_the_students(course: Course, tmp_path: Path, trouble: str) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", f"# {trouble}\n")
    put(class_ / "ben" / "a1_permute.py", "# right\n")
    report = run(course, class_, out)
    assert [result.student for result in report.lost] == ["ada"]
    saved = store.read(store.path_of(out, "ada", "a1_permute"))
    assert saved.fingerprint == ""
    assert "not the student's fault" in saved.notes[0]
    assert score_of(out, "ben") == ("graded", 10, 10)


def test_a_torn_result_is_graded_again(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# right\n")
    run(course, class_, out)
    path = store.path_of(out, "ada", "a1_permute")
    path.write_bytes(path.read_bytes()[:100])
    report = run(course, class_, out)
    assert (report.graded, report.torn) == (1, [path])
    assert score_of(out, "ada") == ("graded", 10, 10)


def test_a_result_of_somebody_else_ends_the_run_with_its_name(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "zed" / "a1_permute.py", "# right\n")
    run(course, class_, out)
    forbid(out / "zed", monkeypatch)
    with pytest.raises(InfrastructureError, match=r"zed/a1_permute\.json: you have no permission to read it"):
        run(course, class_, out)
    forbid(out, monkeypatch)
    (out / ".autograder-results").unlink()
    with pytest.raises(InfrastructureError, match=r"results cannot be read or written to: Permission denied"):
        run(course, class_, out)


def test_two_runs_on_one_folder_exclude_each_other(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    put(class_ / "ada" / "a1_permute.py", "# right\n")
    with results_folder(out, class_), pytest.raises(UserError, match="Another run"):
        run(course, class_, out)
    assert run(course, class_, out).graded == 1


def test_a_folder_of_other_things_is_not_written_to(course: Course, tmp_path: Path) -> None:
    put(tmp_path / "class" / "ada" / "a1_permute.py", "# right\n")
    put(tmp_path / "home" / "letter.txt", "Dear ...")
    with pytest.raises(UserError, match="other things"):
        run(course, tmp_path / "class", tmp_path / "home")
    with pytest.raises(UserError, match="cannot share"):
        run(course, tmp_path / "class", tmp_path / "class")


def test_a_file_in_place_of_a_folder_is_called_a_file(
    here: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(tmp_path / "README.md", "# A class")
    assert cli.main([*here, "--out", str(file)]) == 2
    assert f"{file} is a file. Give a folder to --out." in capsys.readouterr().err


@pytest.mark.parametrize("number", ["x", "0", "-1", "1.5", ""])
def test_a_number_of_workers_is_asked_for_in_words(
    here: list[str], capsys: pytest.CaptureFixture[str], number: str
) -> None:
    with pytest.raises(SystemExit):
        cli.main([*here, f"--workers={number}"])
    assert f"argument --workers: {number!r} is not a number of processes: give 1 or more" in capsys.readouterr().err


def test_a_full_disk_keeps_what_is_done(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for number in range(4):
        put(class_ / f"s{number}" / "a1_permute.py", f"# right\n# {number}\n")
    real, calls = os.fsync, []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 2:
            raise OSError(28, "The disk is full on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(InfrastructureError, match="The disk is full"):
        run(course, class_, out)
    monkeypatch.undo()
    assert len(contents(out)) == 2
    assert not list(out.rglob("*.tmp"))
    report = run(course, class_, out)
    assert (report.kept, report.graded) == (2, 2)


def test_strange_names_get_folders_of_their_own(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    names = [
        "-rf",
        "Zoë Müller",
        "李雷",
        "😀",
        "two\nlines",
        "a:b",
        "%",
        "per%3Acent",
        "con",
        "x" * 250,
        "a [red] b",
    ]
    for name in names:
        put(class_ / name / "a1_permute.py", "# right\n")
    report = run(course, class_, out)
    assert sorted({result.student for result in report.results.results}) == sorted(names)
    assert {result.student for result in store.read_all(out).results} == set(names)
    assert all(score_of(out, name) == ("graded", 10, 10) for name in names)


SCRIPT = """
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
sys.path.insert(0, {tests!r})
if __name__ == "__main__":
    from tests.support import fake_engine
    from autograder.course.course import Course
    from autograder.grading.batch import ClassRequest, grade_class
    from autograder.grading.command import print_report
    from autograder.grading.pool import LocalWorkers
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have ignored it
    request = ClassRequest(Path({class_!r}), Path({out!r}), Course(Path({course!r})))
    report = grade_class(request, lambda: LocalWorkers(2), grade=fake_engine.grade_job)
    print_report(report, request.out)
    sys.exit(130 if report.interrupted else 0)
"""


def start(course: Course, class_: Path, out: Path, preload: str = "") -> subprocess.Popen[str]:
    """A run in a process of its own. preload: a module beside the class that its workers import first."""
    script = SCRIPT.format(tests=str(ROOT), class_=str(class_), out=str(out), course=str(course.root))
    script = script.replace("LocalWorkers(2)", f"LocalWorkers(2, preload={preload!r}.split())")
    path = put(class_.parent / "run.py", script)
    return subprocess.Popen(
        [sys.executable, path],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{class_.parent}"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_for(out: Path, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until this many results are there."""
    for _ in range(2400):
        if out.is_dir() and len(contents(out)) >= number:
            return
        assert process.poll() is None, process.stdout and process.stdout.read()
        time.sleep(0.05)
    raise AssertionError("no results came")


def children_of(process: int) -> list[int]:
    """The processes that a process has started."""
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_killed_at_any_moment_it_goes_on_from_there(course: Course, tmp_path: Path) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for number in range(20):
        put(class_ / f"s{number}" / "a1_permute.py", f"# right sleep 0.1\n# {number}\n")
    seen: dict[str, bytes] = {}
    for round_ in range(1, 4):
        process = start(course, class_, out)
        wait_for(out, 5 * round_, process)
        orphans = children_of(process.pid)
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        now = contents(out)
        assert {name: now[name] for name in seen} == seen, "a result was graded again"
        assert all(json.loads(text)["schema"] == results.SCHEMA for text in now.values())
        seen = now
        for _ in range(1200):  # the workers end with the main process
            if not any(Path(f"/proc/{orphan}").exists() for orphan in orphans):
                break
            time.sleep(0.05)
        else:
            raise AssertionError("a worker outlived the run")
    report = run(course, class_, out)
    assert report.kept == len(seen)
    assert report.kept + report.graded == 20
    assert not list(out.rglob("*.tmp"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for others")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_with_what_is_done(course: Course, tmp_path: Path, number: signal.Signals) -> None:
    class_, out = tmp_path / "class", tmp_path / "results"
    for student in range(8):
        sleep = 0.05 if student < 2 else 60
        put(class_ / f"s{student}" / "a1_permute.py", f"# right sleep {sleep}\n# {student}\n")
    process = start(course, class_, out)
    wait_for(out, 2, process)
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    assert "6 left to grade (… above)" in output
    assert "Traceback" not in output
    graded = [name for name in sorted(contents(out)) if "a1" in name]
    assert graded == ["s0/a1_permute.json", "s1/a1_permute.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers have no server")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_the_workers_start_shows_nobody_their_insides(
    course: Course, tmp_path: Path, number: signal.Signals
) -> None:
    """Importing torch takes seconds, in which somebody sees what they have mistyped."""
    class_, out, begun = tmp_path / "class", tmp_path / "results", tmp_path / "begun"
    put(class_ / "ada" / "a1_permute.py", "# right\n")
    put(tmp_path / "slow_to_import.py", f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep(2)\n")
    process = start(course, class_, out, "slow_to_import")
    for _ in range(600):
        if begun.exists():
            break
        time.sleep(0.05)
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert output.endswith("Stopped, with 1 left to grade. Run the same command to go on from here.\n")


def test_a_job_that_never_ends_is_given_up(tmp_path: Path) -> None:
    """Even one that keeps Python's lock. It is tried twice, and costs nobody else anything."""
    from autograder.grading.job import Job
    from autograder.grading.running import run_jobs
    from autograder.submission.source import Cell, Source

    def job(student: str, text: str) -> Job:
        return Job(student, "a1_permute", Source("py", (Cell(text, 1, None),)), tmp_path)

    jobs = [job("slow", "# hangs"), *(job(f"s{n}", "# right sleep 0.2") for n in range(4))]
    workers = LocalWorkers(2)
    try:
        ended = {e.job.student: e for e in run_jobs(iter(jobs), fake_engine.grade_job, workers)}
    finally:
        workers.stop(now=True)
    assert ended["slow"].lost == "its grading process died twice"
    assert all(ended[f"s{n}"].data for n in range(4))


@pytest.mark.parametrize("trouble", [RuntimeError, KeyboardInterrupt])
def test_what_has_ended_is_handed_over_although_the_next_cannot_begin(
    tmp_path: Path, trouble: type[BaseException]
) -> None:
    from autograder.grading.job import Job
    from autograder.grading.running import run_jobs
    from autograder.submission.source import Cell, Source

    def jobs() -> Iterator[Job]:
        for student in ("ada", "bob"):
            yield Job(student, "a1_permute", Source("py", (Cell("# right", 1, None),)), tmp_path)
        raise trouble

    workers, ended = LocalWorkers(1), []
    try:
        with pytest.raises(trouble):
            for end in run_jobs(jobs(), fake_engine.grade_job, workers):
                ended.append(end.job.student)
    finally:
        workers.stop(now=True)
    assert ended == ["ada", "bob"]


def test_a_student_repository_cannot_grade_a_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "assignments" / "a1_permute" / "a1_permute.py", "x = 1\n")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["grade", "class", "--out", "results"]) == 2
    assert "student's repository" in capsys.readouterr().err


@pytest.fixture
def here(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that grade a class of one on the command line, with the fake engine."""
    put(tmp_path / "class" / "ada" / "a1_permute.py", "# right\n")
    monkeypatch.chdir(course.root)
    monkeypatch.setattr(grade_class, "__kwdefaults__", {"grade": fake_engine.grade_job, "progress": Progress})
    return ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "results"), "--workers", "1"]


@pytest.mark.skipif(os.name != "posix", reason="tier C needs Linux or macOS")
def test_the_tier_is_told_once_and_what_a_weak_one_means(
    here: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTOGRADER_TIER", "C")
    assert cli.main(here) == 0
    said = capsys.readouterr().out
    assert "1 submission with 1 worker in sandbox tier C (limits and a process group: stops accidents" in said
    assert said.count("sandbox") == 1


def test_a_sandbox_below_the_required_tier_is_refused_before_anything_is_written(
    here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTOGRADER_TIER", "D")
    assert cli.main([*here, "--require-sandbox", "A"]) == 3
    said = capsys.readouterr()
    assert "sandbox tier A was required, but the best on this machine is tier D" in said.err
    assert "AUTOGRADER_TIER forbids it" in said.err
    assert not said.out
    assert not (tmp_path / "results").exists()


FULL_DISK = """
set -e
mount -t tmpfs -o size={small},nr_inodes=400 none {out}
set +e
{python} {script}; echo "first run: $?"
ls -A {out}/*/ | grep -c "[.]tmp$"
mount -o remount,size=32m {out}
{python} {script}; echo "second run: $?"
cp -r {out} {copy}
"""


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk")
def test_a_disk_that_is_really_full(course: Course, tmp_path: Path) -> None:
    class_, out, copy = tmp_path / "class", tmp_path / "results", tmp_path / "copy"
    for number in range(30):
        put(class_ / f"s{number}" / "a1_permute.py", f"# right\n# {number}\n")
    out.mkdir()
    text = SCRIPT.format(tests=str(ROOT), class_=str(class_), out=str(out), course=str(course.root))
    caught = "    except InfrastructureError as error:\n        sys.exit(f'told: {error}')\n"
    text = text.replace("    report = ", "    try:\n        report = ").replace(
        "    print_report", f"{caught}    print_report"
    )
    script = put(tmp_path / "run.py", "from autograder.common.errors import InfrastructureError\n" + text)
    shell = FULL_DISK.format(small="60k", out=out, copy=copy, python=sys.executable, script=script)
    try:
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", shell],
            capture_output=True,
            text=True,
            timeout=120,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if "first run" not in done.stdout:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    assert "told: " in done.stderr
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    first = lines.index("first run: 1")
    assert lines[first + 1] == "0", "a draft was left"
    assert lines[-1] == "second run: 0"
    kept = [line for line in lines if "were unchanged and kept" in line]
    assert kept, "nothing had been written before the disk was full"
    assert len([name for name in contents(copy) if "a1" in name]) == 30
    assert all(json.loads(content)["status"] for content in contents(copy).values())


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")
def test_a_worker_that_cannot_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As one that waits for a lock which a killed worker held."""
    from autograder.grading import pool
    from autograder.grading.job import Job
    from autograder.submission.source import Cell, Source

    monkeypatch.setattr(pool, "_FAREWELL", 0.5)
    workers = LocalWorkers(2)
    job = Job("ada", "a1_permute", Source("py", (Cell("# right", 1, None),)), tmp_path)
    assert workers.submit(fake_engine.grade_job, job).result(timeout=60)
    process = next(iter(workers._executor._processes.values()))  # type: ignore[union-attr]
    os.kill(process.pid, signal.SIGSTOP)
    began = time.monotonic()
    workers.stop(now=False)
    assert time.monotonic() - began < 20
    while process.is_alive() and time.monotonic() - began < 30:  # killed: the pool's own thread may reap it
        time.sleep(0.05)
    assert not process.is_alive()


RUN = """
import os, sys
if __name__ == "__main__":
    from autograder.grading.pool import process_context
    worker = process_context(("planted",)).Process(target=print)
    worker.start()
    worker.join()
    print(sorted(name for name in os.environ if name in ("PYTHONSAFEPATH", "PYTHONPATH")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no server forks the workers")
def test_nothing_in_the_current_folder_runs_outside_the_sandbox(tmp_path: Path) -> None:
    """As when somebody stands in a student's clone and grades it."""
    for name in ("planted", "signal", "selectors"):
        (tmp_path / f"{name}.py").write_text("open('it_ran', 'w').close()\n")
    script = tmp_path / "bin" / "run.py"  # as the command lies in a folder of its own
    script.parent.mkdir()
    script.write_text(RUN)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.endswith("[]\n"), done.stderr
    assert not (tmp_path / "it_ran").exists()
