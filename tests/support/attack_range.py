"""The range: a small world with a grader, hidden checks, results and a network. An attack must not touch it.

Every attack is a submission that is told where everything lies (`@WORLD@`, `@COURSE@`, `@PID@`, `@PORT@`), which no
student is told. It runs through the real engine; then an honest submission runs in the same engine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import sysconfig
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.places import ROOT

HERE = ROOT / "tests" / "attacks"
CANARY = "canary-4b1d6f"
LEFT_BEHIND = (
    "torch.py", "usercustomize.py", "sitecustomize.py", "a1_permute.py", "sem.mp-owned", "conftest.py",
    "flag-of-mallory", "poison.pth", "owned",
)  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """One hostile submission. tries: the first line of its file, which says what it tries."""

    name: str
    tries: str
    assignment: str
    task: str
    text: str


def attacks() -> list[Attack]:
    """All attacks, by name."""
    found = []
    for path in sorted(HERE.glob("[!_]*.py")):
        text = path.read_text()
        first, second, *_ = text.splitlines()
        assignment, task = second.removeprefix("# ").split(": ")
        found.append(Attack(path.stem, first.strip('"'), assignment, task, text))
    return found


class Range:
    """One tier's world. Use as a context manager."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self._engines: dict[str, Any] = {}
        self._sandboxes: list[Any] = []
        self._shared: Any = None
        self._honest: dict[str, Any] = {}
        self._fastest: dict[str, float] = {}  # seconds of an honest submission

    def __enter__(self) -> Range:
        self.world = Path(tempfile.mkdtemp(prefix="range-")).resolve()
        self.course = self.world / "course"
        for name in ("solutions", "assignments"):
            shutil.copytree(ROOT / name, self.course / name, ignore=shutil.ignore_patterns("__pycache__"))
        for master in self.course.glob("solutions/*/*.py"):
            master.write_text(master.read_text() + f"\n# {CANARY}\n")
        self.target = self.world / "target"
        for name in ("results/mallory/a1_permute.json", "submissions/next/a1_permute.py", "canary"):
            file = self.target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(CANARY)
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._listeners = [self._tcp, self._udp]
        self.abstract = f"range-{os.getpid()}-{self.letter}"
        for address in (str(self.target / "socket"), "\0" + self.abstract):
            unix = socket.socket(socket.AF_UNIX)
            unix.bind(address)
            unix.listen()
            self._listeners.append(unix)
        for listener in self._listeners:
            listener.setblocking(False)
        # No file permissions protect this world: the sandbox must.
        for path in (self.world, *self.world.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        os.environ["CANARY"] = CANARY
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._engines.values():
            engine.close()
        for sandbox in (*self._sandboxes, *filter(None, [self._shared])):
            sandbox.close()
        for listener in self._listeners:
            listener.close()
        os.environ.pop("CANARY", None)
        shutil.rmtree(self.world, ignore_errors=True)

    def engine(self, assignment: str) -> Any:
        """The engine of an assignment in this tier, with short limits."""
        if assignment not in self._engines:
            from autograder.course.course import Course
            from autograder.grading.engine import Engine, sandbox_for
            from autograder.grading.job import Settings
            from autograder.sandbox import tiers
            from autograder.sandbox.launch import SharedSandbox

            settings = Settings(call_seconds=1.0, load_seconds=1.0, memory=1 << 30)
            course = Course(self.course)
            with _at_best(self.letter):
                if self._shared is None:
                    self._shared = SharedSandbox(tiers.best(), settings.memory)
                # As in a class: the sandbox is a fork of a warm process that others share.
                sandbox = sandbox_for(settings, trains=True, door=self._shared.door)
                self._sandboxes.append(sandbox)
                engine = Engine(course, course.assignment(assignment), settings, sandbox)
            assert engine.tier.letter == self.letter, engine.tier.reasons
            self._engines[assignment] = engine
            self._honest[assignment] = self._grade_honest(assignment)
            assert self._honest[assignment]["score"] == self._honest[assignment]["max_score"]
        return self._engines[assignment]

    def run(self, attack: Attack) -> list[str]:
        """Run an attack. Returns what went wrong; empty if the attack was resisted."""
        engine = self.engine(attack.assignment)
        text = attack.text
        for name, value in (
            ("@WORLD@", str(self.target)), ("@COURSE@", str(self.course)), ("@PID@", str(os.getpid())),
            ("@PORT@", str(self.port)), ("@ABSTRACT@", self.abstract),
        ):  # fmt: skip
            text = text.replace(name, value)
        before = self._state(engine)
        result, seconds = self._timed(engine, attack.assignment, text)
        written = json.dumps(result, ensure_ascii=False)
        wrong = [
            f"{check['name']} gave {check['score']} points"
            for check in result["checks"]
            if check["task"] == attack.task and check["score"]
        ]
        if CANARY in written:
            wrong.append("the result tells what was read")
        try:
            written.encode()
        except UnicodeEncodeError:
            wrong.append("the result cannot be written as UTF-8")
        if any(_is_a_control(character) for text in _texts(result) for character in text):
            wrong.append("the result holds control characters")
        after = self._state(engine)
        wrong += [_difference(what, before[what], after[what]) for what in before if before[what] != after[what]]
        wrong += [f"{listener.getsockname()!r} was reached" for listener in self._listeners if _reached(listener)]
        began = time.monotonic()
        honest, expected = self._grade_honest(attack.assignment), self._honest[attack.assignment]
        slowness = (time.monotonic() - began) / self._fastest[attack.assignment]
        most = 45 * slowness  # a busy machine is slower
        # Other work can stop the disk for most of a minute, once. An attack holds the grader a second time, too.
        if seconds > most and (seconds := self._timed(engine, attack.assignment, text)[1]) > most:
            wrong.append(f"it held the grader for {seconds:.0f} s (a machine {slowness:.1f} times as slow as before)")
        if honest != expected:
            told = [
                f"{was} became {now}"
                for was, now in zip(expected["checks"], honest["checks"], strict=True)
                if was != now
            ]
            wrong.append(f"the next submission was graded otherwise: {'; '.join(told) or honest}"[:1000])
        return wrong

    def _grade_honest(self, assignment: str) -> Any:
        master = self.course / "solutions" / assignment / f"{assignment}.py"
        result, seconds = self._timed(self._engines[assignment], assignment, master.read_text())
        self._fastest[assignment] = min(seconds, self._fastest.get(assignment, seconds))
        for check in result["checks"]:
            del check["seconds"]
        return result

    def _timed(self, engine: Any, assignment: str, text: str) -> tuple[Any, float]:
        """Grade a text. Returns the result, and the seconds that it took."""
        began = time.monotonic()
        result = self._grade(engine, assignment, text)
        return result, time.monotonic() - began

    def _grade(self, engine: Any, assignment: str, text: str) -> Any:
        from autograder.grading import worker
        from autograder.grading.job import Job
        from autograder.results import result as results
        from autograder.submission.source import read_source

        with tempfile.TemporaryDirectory(dir=self.world) as folder:
            path = Path(folder, f"{assignment}.py")
            path.write_text(text)
            source = read_source(path)
        job = Job("mallory", assignment, source, self.course)
        graded = engine.grade(source, 1234)
        return results.to_json(worker.result_of(job, engine, graded))

    def _state(self, engine: Any) -> dict[str, Any]:
        """All that an attack must leave as it is."""
        from autograder.sandbox import processes

        folders = ["/tmp", "/dev/shm", "/var/tmp", "/etc", str(Path.home()), sysconfig.get_path("purelib")]
        folders += [sysconfig.get_path("stdlib"), str(ROOT)]
        packages = Path(sysconfig.get_path("purelib"), "torch", "__init__.py")
        own = os.getpid()
        return {
            "the world": {str(path): _digest(path) for path in sorted(self.world.rglob("*"))},
            "left behind": [name for folder in folders for name in LEFT_BEHIND if Path(folder, name).exists()],
            "torch": packages.stat().st_mtime_ns,
            "priority": (os.getpriority(os.PRIO_PROCESS, own), os.sched_getscheduler(own)),
            "affinity": os.sched_getaffinity(own),
            "limits": _limits(),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "processes": len(processes.descendants(own)),
        }


def _difference(what: str, before: Any, after: Any) -> str:
    if isinstance(before, dict):
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return f"{what} changed at {', '.join(changed[:3])}"
    return f"{what}: {before} became {after}"


def _limits() -> list[tuple[int, int]]:
    import resource

    return [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _is_a_control(character: str) -> bool:
    """May a terminal or a CI log obey this character, or does it change the direction of writing?"""
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")


def _digest(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else ""
    # A folder's time changes with the files that the range itself writes there.
    return (status.st_mode, status.st_uid, status.st_mtime_ns if content else 0, content)


def _reached(listener: socket.socket) -> bool:
    with contextlib.suppress(OSError):
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
        return True
    return False


@contextlib.contextmanager
def _at_best(letter: str) -> Iterator[None]:
    before = os.environ.get("AUTOGRADER_TIER")
    os.environ["AUTOGRADER_TIER"] = letter
    try:
        yield
    finally:
        if before is None:
            del os.environ["AUTOGRADER_TIER"]
        else:
            os.environ["AUTOGRADER_TIER"] = before
