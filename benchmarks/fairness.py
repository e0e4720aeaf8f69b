"""Are right answers right every time? Grades correct solutions over and over, with fresh inputs each time.

    python benchmarks/fairness.py                    every alternative of a1 to a4 100 times, then disguises: 10,000 in all
    python benchmarks/fairness.py --assignment a3    one assignment
    python benchmarks/fairness.py --networks 3       a5 as well: its networks trained 3 times (a quarter of an hour)

An alternative is one of `tests/alternatives`: an honest solution in a style of its own. A disguise wraps its tasks, so
that each call returns its result in another form that the contract allows: a list for a tuple, a numpy array or a view
that is not contiguous for a tensor, a numpy number for a number. A disguise may also print, warn, and draw random
numbers. Prints the number of gradings and of failures, with the reason for each failure; exit 1 if there is one.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from autograder.course.course import Course
from autograder.grading.context import CheckInfo
from autograder.grading.engine import Engine
from autograder.submission.source import Cell, Source, read_source

ROOT = Path(__file__).resolve().parent.parent
TRAINS = "a5_fashion_mnist"
TRAINED = ("train", "predict")  # the tasks whose checks train

DISGUISE = """

def _disguised_tasks(names, seed):
    import functools, random, types, warnings
    import numpy, torch

    chance, inside = random.Random(seed), []

    def tensor(value):
        form = chance.randrange(6)
        if form == 0:
            return value.detach().numpy()
        if form == 1:  # a view of every other element of something larger
            return torch.stack([value, value], dim=-1)[..., 0]
        if form == 2 and value.is_floating_point():  # on the graph
            return value.detach().clone().requires_grad_() * 1
        if form == 3 and value.dim() > 1:  # stored in another order
            return value.transpose(0, -1).contiguous().transpose(0, -1)
        if form == 4 and value.is_floating_point():
            return torch.nn.Parameter(value.detach().clone())
        return value

    def number(value):
        kinds = (int, numpy.int64, numpy.int32, torch.tensor) if isinstance(value, int) else (float, numpy.float64)
        return chance.choice(kinds)(value)

    def shape(value):
        kinds = (tuple, list, torch.Size)
        if all(type(size) is int for size in value):
            return chance.choice(kinds)(value)
        return chance.choice(kinds[:2])(value)

    def dress(value):
        if chance.random() < 0.1:
            print("returning", type(value))
        if chance.random() < 0.05:
            warnings.warn("a warning of the student's own")
        torch.rand(1), numpy.random.rand(), random.random()
        if isinstance(value, torch.Tensor):
            return tensor(value)
        if type(value) in (int, float):
            return number(value)
        if type(value) in (tuple, list, torch.Size):
            return shape(value)
        return value

    def wrap(task):
        @functools.wraps(task)
        def disguised(*args, **kwargs):
            inside.append(task)
            try:
                value = task(*args, **kwargs)
            finally:
                inside.pop()
            return value if inside else dress(value)  # tasks that build on each other get what they expect
        return disguised

    for name in names:
        if callable(globals().get(name)):
            globals()[name] = wrap(globals()[name])
    if isinstance(globals().get("ANSWERS"), dict):
        globals()["ANSWERS"] = {key: dress(value) for key, value in globals()["ANSWERS"].items()}

_disguised_tasks(%r, %d)
"""


@dataclass
class Tally:
    """What has been counted so far."""

    gradings: int = 0
    checks: int = 0
    failures: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        seconds = time.monotonic() - self.began
        return f"{self.gradings:,} gradings, {self.checks:,} checks, {len(self.failures)} failures in {seconds:,.0f} s"


def honest(course: Course, name: str) -> dict[str, Source]:
    """The reference and all alternatives of an assignment."""
    files = sorted((ROOT / "tests" / "alternatives" / name).glob("*.py"))
    return {"reference": read_source(course.assignment(name).master)} | {f.name: read_source(f) for f in files}


def disguises(engine: Engine, sources: dict[str, Source], count: int) -> Iterator[tuple[str, Source]]:
    """`count` disguised solutions, each with its own seed."""
    chance = random.Random(engine.assignment.name)
    tasks = tuple(dict.fromkeys(check.task for check in engine.checks))
    for number in range(count):
        name = chance.choice(list(sources))
        text = sources[name].text + DISGUISE % (tasks, number)
        yield f"{name}, disguise {number}", Source("py", (Cell(text, 1, None),))


def grade(
    engine: Engine, label: str, source: Source, seed: int, tally: Tally, only: Callable[[CheckInfo], bool] | None = None
) -> None:
    """Grade once. A check that does not pass is a failure, and so is a diagnosis."""
    graded = engine.grade(source, seed, only)
    tally.gradings += 1
    tally.checks += len(graded.verdicts)
    wrong = [v for v in graded.verdicts if v.outcome != "passed" or v.diagnosis is not None]
    for verdict in wrong:
        tally.failures.append(f"{label}, seed {seed}: {verdict.check.name}: {verdict.message}")
    if graded.unreadable or not graded.verdicts:
        tally.failures.append(f"{label}, seed {seed}: {graded.unreadable or 'nothing was run'}")


def light(course: Course, name: str, rounds: int, fuzz: int, tally: Tally) -> None:
    """Grade one assignment that does not train."""
    engine = Engine(course, course.assignment(name))
    try:
        sources = honest(course, name)
        for label, source in sources.items():
            for _ in range(rounds):
                grade(engine, f"{name}/{label}", source, fresh(), tally)
            print(f"  {name}/{label}: {tally.line()}", flush=True)
        for label, source in disguises(engine, sources, fuzz):
            grade(engine, f"{name}/{label}", source, fresh(), tally)
        print(f"{name}: {len(sources) - 1} alternatives; so far {tally.line()}", flush=True)
    finally:
        engine.close()


def networks(course: Course, rounds: int, trainings: int, tally: Tally) -> None:
    """Grade a5: the checks that do not train, and whole trainings."""
    engine = Engine(course, course.assignment(TRAINS))
    try:
        for label, source in honest(course, TRAINS).items():
            for _ in range(rounds):
                grade(engine, f"{TRAINS}/{label}", source, fresh(), tally, lambda check: check.task not in TRAINED)
            for _ in range(trainings):
                grade(engine, f"{TRAINS}/{label}", source, fresh(), tally)
            print(f"{TRAINS}/{label}: so far {tally.line()}", flush=True)
    finally:
        engine.close()


def fresh() -> int:
    """A new random seed."""
    return int.from_bytes(os.urandom(7), "big")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", action="append", default=[], help="only this one; may be given several times")
    parser.add_argument("--rounds", type=int, default=100, help="gradings of each alternative (100)")
    parser.add_argument("--total", type=int, default=10_000, help="gradings in all: disguises fill them up (10,000)")
    parser.add_argument("--networks", type=int, metavar="N", help="a5 as well, each network trained N times")
    options = parser.parse_args()
    course = Course(ROOT)
    names = [course.resolve(name) for name in options.assignment] or course.assignment_names()
    some = [name for name in names if name != TRAINS]
    tally = Tally()
    plain = sum(len(honest(course, name)) for name in some) * options.rounds
    for position, name in enumerate(some):
        left = max(0, options.total - plain)
        fuzz = left // len(some) + (position < left % len(some))
        light(course, name, options.rounds, fuzz, tally)
    if options.networks is not None:
        networks(course, options.rounds, options.networks, tally)
    print(tally.line())
    for failure in tally.failures[:50]:
        print(f"  {failure}")
    return 1 if tally.failures or not tally.gradings else 0


if __name__ == "__main__":
    sys.exit(main())
