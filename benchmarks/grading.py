"""What grading costs with our grader, nbgrader's autograde and a fresh pytest process, in one run on one machine.

    python benchmarks/grading.py                 all tables (five minutes on two cores)
    python benchmarks/grading.py --class 100     a smaller class
    python benchmarks/grading.py --without-nbgrader

Ratios are the result; the seconds depend on the machine. Every figure is the median of its repetitions, and the
things compared take turns, so that a busy moment hits them alike.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from rich.console import Console
from rich.table import Table
from synthetic import LIGHT, right_answers, write_class, wrong_answers

from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.grading.job import Job
from autograder.grading.pool import let_the_sandbox_finish
from autograder.grading.worker import close_engines, grade_job
from autograder.submission.source import Cell, Source

ROOT = Path(__file__).resolve().parent.parent
WARM = 12  # submissions before any is timed: from the eleventh on, the warm process has its memory in large pages
FORK = """
import os, sys, time
from autograder.sandbox.inside import confine, zygote
zygote.warm_up(False)
confine.prepare_for_many()
for line in sys.stdin:
    began = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    print(time.perf_counter() - began, file=sys.stderr, flush=True)
"""

IN_PROCESS = """
import sys
from pathlib import Path
from autograder.grading import plugin
from autograder.grading.context import CheckContext
from autograder.checks.catalogues import CodeCatalogue
from autograder.sandbox.run_local import LocalRun

sys.path.insert(0, str(Path(__file__).parent))
import {name} as submission


def pytest_configure(config):
    context = CheckContext(LocalRun(vars(submission)), lambda: CodeCatalogue((), {{}}), 0, None)
    config.stash[plugin.CONTEXT] = lambda item: context
"""


def seconds(run: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def python(*words: str, **options: object) -> None:
    """Run the interpreter to its end. If it fails, show its output and end the script."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode not in (0, 1):  # pytest: 1 when a check fails
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def import_torch() -> float:
    """Seconds that a bare `import torch` takes."""
    return seconds(lambda: python("-c", "import torch"))


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Everything that is started inside the block shares one core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def forks(*words: str) -> Iterator[Callable[[str], float]]:
    """A process that forks for each line. Gives a function that sends a line and returns the child's seconds."""
    with subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        ask, answer = process.stdin, process.stderr

        def once(line: str) -> float:
            print(line, file=ask, flush=True)
            return float(answer.readline())

        yield once
        ask.close()


def source_of(text: str) -> Source:
    """A script as the grader reads it."""
    return Source("py", (Cell(text, 1, None),))


def grade(course: Course, name: str, text: str, number: int) -> None:
    """Do what a worker does for one submission. Each number gives other random inputs."""
    grade_job(Job("ada", name, source_of(text), course.root, secret=b"%d" % number))


def one_submission(course: Course, console: Console, rounds: int, with_nbgrader: bool) -> None:
    """Print what one more light submission costs, beside its floor, a bare fork, a fresh pytest process and nbgrader.

    The floor: a fork that loads the same file, makes the same calls, judges the answers and ends; see floor.py.
    """
    table = Table(title="One submission, all checks, on one core: milliseconds (median)", title_justify="left")
    for column in ("", "bare fork", "floor, right", "floor, wrong", "right", "wrong", "fresh pytest", "nbgrader",
                   "right/floor", "wrong/floor", "pytest/right", "nbgrader/right"):  # fmt: skip
        table.add_column(column, justify="left" if not column else "right")
    with one_core(), tempfile.TemporaryDirectory() as folder, forks("-c", FORK) as fork:
        slow = nbgraders(course, Path(folder)) if with_nbgrader else {}
        let_the_sandbox_finish()
        measured: list[dict[str, float]] = []
        for name in LIGHT:
            right, wrong = right_answers(course, name)[0], wrong_answers(course, name)
            beside = checks_beside(course, name, Path(folder) / "beside")
            files = [Path(folder) / f"{name}-{i}.py" for i in range(1 + min(rounds, len(wrong)))]
            for file, text in zip(files, [right, *spread(wrong, len(files) - 1)], strict=True):
                file.write_text(text, encoding="utf-8")
            for i in range(WARM):
                grade(course, name, right, i)
            took: dict[str, list[float]] = {
                what: [] for what in ("fork", "floor right", "floor wrong", "right", "wrong", "pytest")
            }
            with forks("benchmarks/floor.py", name) as floor:
                for file in files:
                    floor(str(file))  # not timed: it does what only the first of its kind needs
                for i in range(rounds):
                    bad = files[1 + i % (len(files) - 1)]
                    took["fork"].append(fork(""))
                    took["floor right"].append(floor(str(files[0])))
                    took["floor wrong"].append(floor(str(bad)))
                    took["right"].append(seconds(lambda: grade(course, name, right, i)))  # noqa: B023
                    text = bad.read_text(encoding="utf-8")
                    took["wrong"].append(seconds(lambda: grade(course, name, text, i)))  # noqa: B023
                    if i % 4 == 0:
                        took["pytest"].append(
                            seconds(lambda: python("-m", "pytest", "-q", "--import-mode=importlib", str(beside)))  # noqa: B023
                        )
            ms = {what: 1000 * statistics.median(times) for what, times in took.items()}
            ms["nbgrader"] = 1000 * slow.get(name, float("nan"))
            table.add_row(name, *cells(ms))
            measured.append(ms)
        table.add_row("a1 to a4", *cells({what: sum(ms[what] for ms in measured) for what in measured[0]}))
        close_engines()
    console.print(table)


def spread(texts: list[str], count: int) -> list[str]:
    """`count` of the texts, evenly spread from the first on."""
    return [texts[i * len(texts) // count] for i in range(count)]


def cells(ms: dict[str, float]) -> list[str]:
    """A row's figures: milliseconds, then the four ratios."""
    ratios = (
        ms["right"] / ms["floor right"], ms["wrong"] / ms["floor wrong"],
        ms["pytest"] / ms["right"], ms["nbgrader"] / ms["right"],
    )  # fmt: skip
    shown = [
        f"{ms[what]:.0f}" for what in ("fork", "floor right", "floor wrong", "right", "wrong", "pytest", "nbgrader")
    ]
    return [*shown, *(f"{ratio:.{places}f}" for ratio, places in zip(ratios, (2, 2, 0, 0), strict=True))]


def checks_beside(course: Course, name: str, folder: Path) -> Path:
    """Write a folder with a submission and all its checks. pytest imports the submission there, without a sandbox."""
    own = folder / name
    own.mkdir(parents=True)
    for file in course.assignment(name).folder.glob("*.py"):
        if file.name != "misconceptions.py":
            shutil.copy(file, own)
    (own / "conftest.py").write_text(IN_PROCESS.format(name=name))
    return own


def nbgraders(course: Course, folder: Path) -> dict[str, float]:
    """assignment -> seconds of `nbgrader autograde` for a submission with our check cells. Three share one start."""
    root = folder / "course"
    for name in ("solutions", "data", "assignments"):
        shutil.copytree(course.root / name, root / name, ignore=shutil.ignore_patterns("FashionMNIST", "__pycache__"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(course.root / name, root)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    options = {"cwd": root, "env": os.environ | {"PATH": path}}
    python("-m", "autograder", "release", **options)
    took = {}
    for name in LIGHT:
        source = root / "solutions" / "notebooks" / name
        python("-m", "nbgrader", "generate_assignment", name, "--force", **options)
        for student in ("ada", "blaise", "carl"):
            shutil.copytree(source, root / "submitted" / student / name)
        took[name] = seconds(lambda: python("-m", "nbgrader", "autograde", name, **options)) / 3  # noqa: B023
        graded = list((root / "autograded").glob(f"*/{name}/*.ipynb"))
        if len(graded) != 3:
            sys.exit(f"nbgrader graded {len(graded)} of 3 submissions of {name}")
    return took


def whole_class(course: Course, console: Console, sizes: list[int]) -> None:
    """Print how long whole classes take through the command line on all cores, beside a bare import of torch."""
    table = Table(title="A class, four light assignments each, through `autograder grade`", title_justify="left")
    for column in ("students", "submissions", "seconds", "ms each", "import torch", "class / import"):
        table.add_column(column, justify="right")
    for students in sizes:
        with tempfile.TemporaryDirectory() as folder:
            write_class(course, Path(folder) / "class", students)
            bare = statistics.median(import_torch() for _ in range(3))
            command = ["-m", "autograder", "grade", str(Path(folder) / "class"), "--out", str(Path(folder) / "results")]
            took = seconds(lambda: python(*command, cwd=course.root))  # noqa: B023
            count = len(list((Path(folder) / "class").rglob("*.py")) + list((Path(folder) / "class").rglob("*.ipynb")))
        table.add_row(
            str(students), str(count), f"{took:.1f}", f"{1000 * took / count:.0f}", f"{bare:.2f}", f"{took / bare:.0f}"
        )
    console.print(table)


def workers(course: Course, console: Console, counts: list[int], students: int = 20) -> None:
    """Print what each further worker costs: CPU time and memory of everything that a run starts."""
    table = Table(title=f"A class of {students} on some workers: everything that runs, summed", title_justify="left")
    for column in ("workers", "CPU seconds", "each further", "peak PSS in MB", "each further"):
        table.add_column(column, justify="right")
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)  # a process that outlives the run is then our child
    first: tuple[float, float] | None = None
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            write_class(course, Path(folder) / "class", students)
            words = ["grade", f"{folder}/class", "--out", f"{folder}/results", "--workers", str(count)]
            before, peak = cpu_of_ended(), 0.0
            with subprocess.Popen([sys.executable, "-m", "autograder", *words], stdout=subprocess.DEVNULL) as run:
                while run.poll() is None:
                    peak = max(peak, sum(map(resident, below(os.getpid()))))
                    time.sleep(0.2)
            with contextlib.suppress(ChildProcessError):
                while True:
                    os.wait()
        used = cpu_of_ended() - before
        first = first or (used, peak)
        more = max(1, count - counts[0])
        further = (
            [f"{(used - first[0]) / more:.1f}", f"{(peak - first[1]) / more:.0f}"] if count > counts[0] else ["", ""]
        )
        table.add_row(str(count), f"{used:.1f}", further[0], f"{peak:.0f}", further[1])
    console.print(table)


_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER


def cpu_of_ended() -> float:
    """CPU seconds of all processes below this one that have ended."""
    used = os.times()
    return used.children_user + used.children_system


def cold_check(course: Course, console: Console, rounds: int = 7) -> None:
    """Print how long a single `autograder check` takes, beside a bare import of torch."""
    bare, check = [], []
    for _ in range(rounds):
        bare.append(import_torch())
        check.append(seconds(lambda: python("-m", "autograder", "check", "a1_permute", cwd=course.root)))
    one, other = statistics.median(check), statistics.median(bare)
    console.print(
        f"autograder check a1_permute, from cold: {one:.2f} s, {one / other:.2f} times import torch ({other:.2f} s)"
    )


def memory(course: Course, console: Console, count: int) -> None:
    """Print the memory of one grading process and its warm sandbox, up to `count` submissions."""
    table = Table(title="Memory of one worker: MB (grader + warm sandbox)", title_justify="left")
    marks = sorted({20, count // 5, count})
    for column in ("", *(f"after {mark}" for mark in marks)):
        table.add_column(column, justify="left" if not column else "right")
    for name in LIGHT:
        engine = Engine(course, course.assignment(name))
        texts = [*right_answers(course, name), *wrong_answers(course, name)]
        row = []
        for i in range(count):
            engine.grade(source_of(texts[i % len(texts)]), i)
            if i + 1 in marks:
                row.append(f"{resident(os.getpid()):.0f} + {sum(map(resident, below(os.getpid()))):.0f}")
        engine.close()
        table.add_row(name, *row)
    console.print(table)


def resident(pid: int) -> float:
    """A process's proportional share of memory in MB."""
    from autograder.sandbox.processes import memory

    return memory(pid) / 2**20


def below(pid: int) -> list[int]:
    """The descendants of a process."""
    from autograder.sandbox.processes import descendants

    return descendants(pid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", dest="students", type=int, default=500, metavar="N", help="students (500)")
    parser.add_argument("--rounds", type=int, default=25, help="submissions timed for each figure (25)")
    parser.add_argument("--without-nbgrader", action="store_true", help="leave nbgrader out")
    args = parser.parse_args()
    course, console = Course(ROOT), Console(width=140)
    one_submission(course, console, args.rounds, not args.without_nbgrader)
    cold_check(course, console)
    whole_class(course, console, sorted({20, max(20, args.students // 5), args.students}))
    if sys.platform == "linux":
        workers(course, console, [1, 2, 4, 8])
        memory(course, console, args.students)


if __name__ == "__main__":
    main()
