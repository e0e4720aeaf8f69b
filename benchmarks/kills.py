"""Kills a worker, a warm sandbox process or the grader itself at random moments, again and again.

    python benchmarks/kills.py             50 killed runs (a quarter of an hour on two cores)
    python benchmarks/kills.py --runs 5

After each kill: every result that was finished is still there, byte for byte, and was not graded again; no process
is left behind; and the class, resumed until it is whole, has the results of an undisturbed run.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synthetic import write_class

from autograder.course.course import Course
from autograder.sandbox.processes import descendants

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("grader", "worker", "warm process")
PATIENCE = 15.0  # seconds until everything under a killed process must be gone


def start(folder: Path) -> subprocess.Popen[str]:
    """Start `autograder grade` on the class. Its temporary files, and so its processes, bear the folder's name."""
    (folder / "tmp").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "autograder", "grade", str(folder / "class"), "--out", str(folder / "results")]
    environment = os.environ | {"TMPDIR": str(folder / "tmp"), "AUTOGRADER_SECRET": "for the kills"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def results(folder: Path) -> dict[str, tuple[int, bytes]]:
    """path -> (time of the last change in ns, bytes) of every result file."""
    files = sorted((folder / "results").glob("*/*.json"))
    return {str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def without_times(data: bytes) -> object:
    """A result without its times."""
    result = json.loads(data)
    for check in result["checks"]:
        check.pop("seconds", None)
    return {key: value for key, value in result.items() if key not in ("graded_at", "seconds")}


def processes(mark: str) -> list[int]:
    """Every process whose command line or environment names the folder; this one does not."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                texts = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if state != "Z" and mark.encode() in texts:
                found.append(int(entry.name))
    return found


def victims(grader: int, kind: str) -> list[int]:
    """The processes of a kind under the grader.

    Workers are forks of their server, so they have its command line. The warm process is the first of its command line:
    its forks serve submissions, and the death of such a fork is that submission's own.
    """
    if kind == "grader":
        return [grader]
    is_worker = kind == "worker"
    mark = b"multiprocessing.forkserver" if is_worker else b"importable.py\0zygote"
    return [
        pid
        for pid in descendants(grader)
        if mark in command_of(pid) and (command_of(pid) == command_of(parent_of(pid))) == is_worker
    ]


def command_of(pid: int) -> bytes:
    """A process's command line; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def parent_of(pid: int) -> int:
    """The parent of a process; 0 if it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    count: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        write_class(Course(ROOT), folder / "class", args.students, ("a1_permute", "a3_conv_shapes"))
        began = time.monotonic()
        undisturbed = start(folder)
        undisturbed.communicate()
        lasts = time.monotonic() - began
        right = {file: without_times(data) for file, (_, data) in results(folder).items()}
        shutil.rmtree(folder / "results")
        print(f"{len(right)} results in {lasts:.0f} s undisturbed")
        while count["kills"] < args.runs:
            problems = one_run(folder, chance, lasts, right, count)
            if problems:
                print("\n".join(problems))
                return 1
    never = [kind for kind in KINDS if not count[kind]]
    if never and args.runs >= 20:  # fewer runs may leave one out by chance
        print(f"{count['kills']} kills, but none of a {' or a '.join(never)}: none was found among the processes.")
        return 1
    print(
        f"{count['kills']} kills ({count['grader']} of the grader, {count['worker']} of a worker, "
        f"{count['warm process']} of a warm process): {count['kept']} finished results, none lost, none torn, none "
        f"graded twice; {count['classes']} classes became whole, with the results of an undisturbed run; "
        "no process was left."
    )
    return 0


def one_run(
    folder: Path, chance: random.Random, lasts: float, right: dict[str, object], count: collections.Counter[str]
) -> list[str]:
    """One run with one kill. Returns what went wrong."""
    before = results(folder)
    grader = start(folder)
    kind = chance.choice(KINDS)
    time.sleep(chance.uniform(0.2, 0.95) * lasts)
    found = victims(grader.pid, kind)
    finished = results(folder)
    if found and grader.poll() is None:
        os.kill(chance.choice(found), signal.SIGKILL)
        count["kills"] += 1
        count[kind] += 1
    output, _ = grader.communicate()
    deadline = time.monotonic() + PATIENCE
    while (left := processes(folder.name)) and time.monotonic() < deadline:
        time.sleep(0.1)
    after = results(folder)
    problems = [f"process {pid} was left after the kill of a {kind}" for pid in left]
    problems += [f"{file} was lost" for file in (before.keys() | finished.keys()) - after.keys()]
    # What was finished before this run began must not have been graded again, nor what it finished before the kill.
    kept = before | finished
    problems += [f"{file} was graded twice" for file in kept if file in after and after[file] != kept[file]]
    count["kept"] += len(kept)
    try:
        wrong = [file for file, (_, data) in after.items() if without_times(data) != right[file]]
    except ValueError as error:
        return [*problems, f"a result is torn: {error}"]
    problems += [f"{file} is not what an undisturbed run gives" for file in wrong]
    if kind != "grader" and grader.returncode != 0:
        problems.append(f"the grader ended with {grader.returncode} after the kill of a {kind}:\n{output[-1500:]}")
    if after.keys() == right.keys():
        count["classes"] += 1
        shutil.rmtree(folder / "results")
    return problems


if __name__ == "__main__":
    sys.exit(main())
