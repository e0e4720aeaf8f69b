"""Grades a class of 1,000, killed five times on the way and resumed; reports and exports it. Prints what it cost.

    python benchmarks/big_class.py                        1,000 students, 20 of them with a network
    python benchmarks/big_class.py --students 100 --networks 0 --kills 2
    python benchmarks/big_class.py --keep FOLDER          leaves class, results and report there

The class is made from references, alternatives, misconceptions and stubs (`synthetic.py`). A kill is `kill -9` of the
grading process. After each kill, every result must be whole, and no earlier result may be graded again. Otherwise the
script ends with an error.
"""

from __future__ import annotations

import argparse
import atexit
import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from rich.console import Console
from rich.table import Table
from synthetic import LIGHT, right_answers, write_class, wrong_answers

from autograder.course.course import Course
from autograder.results.store import read_all, result_files

ROOT = Path(__file__).resolve().parent.parent
NETWORK = "a5_fashion_mnist"
SAID = (r"(\d+) graded in ", r"(\d+) were unchanged and kept")  # by `grade`, at its end


def make_class(course: Course, folder: Path, students: int, networks: int) -> int:
    """Write the class, a fifth of it as notebooks. Returns how many submissions it holds."""
    write_class(course, folder, students)
    chance = random.Random(1)
    if networks:
        right, wrong = right_answers(course, NETWORK), wrong_answers(course, NETWORK)
        texts = [chance.choice(wrong if n % 4 == 3 else right) for n in range(networks)]
        for n, text in enumerate(texts):
            student = folder / f"student{n * max(1, students // networks):04d}"
            (student / f"{NETWORK}.py").write_text(f"{text}\n# handed in by {student.name}\n", encoding="utf-8")
    for path in sorted(folder.glob("*/*.py")):
        if chance.random() < 0.2:
            cell = {
                "cell_type": "code",
                "source": path.read_text(encoding="utf-8"),
                "metadata": {},
                "outputs": [],
            }
            book = {
                "cells": [cell | {"execution_count": None}],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
            path.with_suffix(".ipynb").write_text(json.dumps(book), encoding="utf-8")
            path.unlink()
    return sum(1 for _ in folder.glob("*/a*.*"))


class Run:
    """Runs `autograder COMMAND ...` in a process of its own. peak: its memory in MB. seconds: its wall time."""

    def __init__(self, *words: str, log: Path) -> None:
        self._log = log.open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder", *words],
            cwd=ROOT,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        atexit.register(self._process.kill)  # it does not outlive this script
        self.began, self.peak, self.seconds = time.monotonic(), 0.0, 0.0

    def running(self) -> bool:
        """Is it still running? Updates `peak`."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
            self.peak = max(self.peak, int(status.split("VmHWM:")[1].split()[0]) / 1024)
        except (OSError, IndexError):
            pass
        return self._process.poll() is None

    def kill(self) -> None:
        """kill -9."""
        os.kill(self._process.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Wait for its end. Returns its exit code."""
        while self.running():
            time.sleep(0.1)
        self.seconds = time.monotonic() - self.began
        self._log.close()
        return self._process.wait()


def digests(results: Path) -> dict[str, str]:
    """path -> sha256 of every result with the status "graded"."""
    found = {}
    for path in result_files(results):
        content = path.read_bytes()
        if json.loads(content)["status"] == "graded":  # raises if the file is torn
            found[path.relative_to(results).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def graded_in_pieces(folder: Path, submissions: int, kills: int, console: Console) -> dict[str, str]:
    """Grade the class, with kills on the way. Returns the figures to print."""
    klass, results, log = folder / "class", folder / "results", folder / "grade.log"
    words = ("grade", str(klass), "--out", str(results))
    results.mkdir()
    stood: dict[str, str] = {}
    seconds = peak = 0.0
    for kill in range(1, kills + 1):
        run = Run(*words, log=log)
        while run.running() and sum(1 for _ in result_files(results)) < submissions * kill / (kills + 1):
            time.sleep(0.5)
        if not run.running():
            sys.exit(f"The run ended before it could be killed:\n{log.read_text()}")
        run.kill()
        stood = compare(stood, digests(results), f"kill {kill}")
        seconds, peak = seconds + run.seconds, max(peak, run.peak)
        console.print(
            f"kill {kill} after {run.seconds:.0f} s: {len(stood)} of {submissions} graded, none torn or changed"
        )
    run = Run(*words, log=log)
    if run.wait():
        sys.exit(log.read_text())
    done = compare(stood, digests(results), "the last run")
    seconds, peak = seconds + run.seconds, max(peak, run.peak)
    said = " ".join(log.read_text().split())
    graded, kept = (int(number[1]) if (number := re.search(words, said)) else 0 for words in SAID)
    stubs = sum(json.loads(path.read_bytes())["status"] == "not_started" for path in result_files(results))
    if kept < len(stood) or len(done) + stubs != submissions:
        sys.exit(f"Something was graded twice, or not at all ({len(done)} of {submissions}):\n{log.read_text()}")
    return {
        f"grading, killed {kills} times": f"{seconds:.0f} s",
        "a submission, start-ups and lost work included": f"{1000 * seconds / submissions:.0f} ms",
        "graded by the last run, and kept by it": f"{graded} and {kept}",
        "memory of the grading process, at most": f"{peak:.0f} MB",
    }


def compare(before: dict[str, str], now: dict[str, str], when: str) -> dict[str, str]:
    """Returns `now` if it holds all results of `before` unchanged. Otherwise ends the script."""
    lost = [name for name in before if now.get(name) != before[name]]
    if lost:
        sys.exit(f"{when}: lost or graded again: {', '.join(lost[:5])}")
    return now


def timed(words: tuple[str, ...], folder: Path) -> float:
    """The seconds that a command takes. Ends the script if it fails."""
    log = folder / "command.log"
    run = Run(*words, log=log)
    if run.wait():
        sys.exit(log.read_text())
    return run.seconds


def afterwards(folder: Path, students: int) -> dict[str, str]:
    """Grade again, report and export; all totals must agree. Returns the figures to print."""
    results, report = folder / "results", folder / "report"
    names = Counter(result.student for result in read_all(results).results)
    some = [student for student, _ in names.most_common(3)]
    lines = [f"{student},a1_permute,-1,an example" for student in some]
    text = "\n".join(["student,assignment,points,reason", *lines]) + "\n"
    (results / "adjustments.csv").write_text(text, encoding="utf-8")
    again = timed(("grade", str(folder / "class"), "--out", str(results)), folder)
    wrote = timed(("report", str(results), "--out", str(report), "--title", f"A class of {students}"), folder)
    exports = {
        form: timed(("export", str(results), "--to", form, "--out", str(folder / f"scores.{form}")), folder)
        for form in ("csv", "json")
    }
    with (folder / "scores.csv").open(encoding="utf-8") as file:
        in_csv = {row["student"]: int(row["total"]) for row in csv.DictReader(file)}
    in_json = {k: v["total"] for k, v in json.loads((folder / "scores.json").read_text())["students"].items()}
    in_report = {
        name: int(re.search(r"<h1>.*?: (\d+) of", (report / "students" / f"{name}.html").read_text())[1])
        for name in in_csv
    }
    if not in_csv == in_json == in_report or len(in_csv) != students:
        sys.exit("The totals differ between csv, json and the report.")
    pages = list((report / "students").iterdir())
    return {
        "the same command again: everything is kept": f"{again:.1f} s",
        "report": f"{wrote:.1f} s for {len(pages)} pages and the class page "
        f"({(report / 'index.html').stat().st_size / 1e6:.1f} MB)",
        "export": ", ".join(f"{form} {seconds:.1f} s" for form, seconds in exports.items()),
        "results on disk": f"{sum(p.stat().st_size for p in result_files(results)) / 1e6:.0f} MB",
    }


def main() -> None:
    """Make the class, grade it in pieces, report and export it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--networks", type=int, default=20, help="how many of them hand in a5 as well")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="leave class, results and report in this folder")
    args = parser.parse_args()
    console = Console(width=110, highlight=False)
    folder = args.keep or Path(tempfile.mkdtemp(prefix="big-class-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        submissions = make_class(Course(ROOT), folder / "class", args.students, args.networks)
        light = f"{submissions - args.networks} light ones ({', '.join(name[:2] for name in LIGHT)})"
        console.print(f"{args.students} students, {submissions} submissions: {light} and {args.networks} networks")
        figures = graded_in_pieces(folder, submissions, args.kills, console)
        figures |= afterwards(folder, args.students)
    finally:
        if args.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    table = Table(show_header=False, title=f"{os.cpu_count()} cores", title_justify="left")
    for name, figure in figures.items():
        table.add_row(name, figure)
    console.print(table)


if __name__ == "__main__":
    main()
