"""Does right work lose points for its wrapping? Wraps correct solutions at random in what people write around them.

    python benchmarks/wrapped.py                     2,000 wrapped submissions of a1 to a4 (ten minutes on one core)
    python benchmarks/wrapped.py --count 100 --seed 7

A solution is one of `tests/alternatives`. Around it come up to five pieces of `tests/submission/around/beside.txt`, and
decorators. It is a script, a notebook or a marimo notebook. Each is graded with its own inputs, and is a failure if it
does not get full marks. Prints each failure; exit 1 if there is one.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.submission.source import Source, read_source

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.written import BESIDE, is_slow, write  # noqa: E402

QUICK = sorted(name for name in BESIDE if not is_slow(name))
NAMES = ("a1_permute", "a2_linear_dims", "a3_conv_shapes", "a4_losses")

# Pieces that change what an answer does, if the pattern is in the answer: they are not put around it. Warnings (also of
# np.array for a tensor, or of a layer with an even kernel and padding="same") and underflows become errors, numbers
# without a dtype become float64, or nothing has a gradient any more.
# `import *` stands before the answer: after it, it would replace the answer's names.
CHANGES = {
    "logging": r"warnings\.warn|einops|np\.array\(|nn\.Conv2d\(",
    "float64": r"torch\.\w+\(",
    "np_seterr": r"\bnp\.|numpy",
    "nograd_enter": r"\.backward\(",
    "inference": r"\.backward\(",
}

DECORATORS = (
    ("from beartype_of_mine import beartype", "beartype"),
    ("import numba_of_mine as numba", "numba.jit(nopython=True)"),
    (
        "from jaxtyping import jaxtyped\nfrom beartype_of_mine import beartype",
        "jaxtyped(typechecker=beartype)",
    ),
    ("import torch", "torch.compile"),
    ("import line_profiler_of_mine as lp", "lp.profile"),
)


def wrapped(text: str, chance: random.Random) -> tuple[str, list[str]]:
    """(what was put around the text and into it, the cells). Lines with `from __future__` stay first."""
    fits = [name for name in QUICK if name not in CHANGES or not re.search(CHANGES[name], text)]
    names = chance.sample(fits, chance.randint(1, 5))
    future = "".join(line + "\n" for line in text.split("\n") if line.startswith("from __future__"))
    text = "\n".join("" if line.startswith("from __future__") else line for line in text.split("\n"))
    before = [BESIDE[name] for name in names if "import *" in BESIDE[name] or chance.random() < 0.7]
    after = [BESIDE[name] for name in names if BESIDE[name] not in before]
    if chance.random() < 0.6:
        needs, decorator = chance.choice(DECORATORS)
        text = f"{needs}\n" + re.sub(
            r"^(?=def \w+\()", lambda _: f"@{decorator}\n" * (chance.random() < 0.5), text, flags=re.M
        )
        names.append(decorator)
    return ", ".join(names), [*([future] if future else []), *before, text, *after]


def cases(name: str, count: int, seed: int, folder: Path) -> Iterator[tuple[str, Source]]:
    """`count` wrapped solutions of an assignment, each with what it was made of. The three forms take turns."""
    chance = random.Random(f"{name}/{seed}")
    files = sorted((ROOT / "tests" / "alternatives" / name).glob("*.py"))
    for number in range(count):
        file, form = chance.choice(files), ("py", "ipynb", "marimo")[number % 3]
        what, cells = wrapped(read_source(file).text, chance)
        yield f"{file.stem} as {form} with {what}", read_source(write(folder / name, form, cells))


def failures(engine: Engine, count: int, seed: int) -> Iterator[str]:
    """A text on each wrapped solution without full marks: what it is, and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (label, source) in enumerate(cases(engine.assignment.name, count, seed, Path(folder))):
            graded = engine.grade(source, seed * 100_003 + number)
            wrong = [verdict for verdict in graded.verdicts if verdict.outcome != "passed"]
            if wrong or not graded.verdicts:
                why = f"{wrong[0].check.name}: {wrong[0].message}" if wrong else graded.unreadable
                yield f"{label}\n    {why}\n    " + "\n    ".join(graded.notes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000, help="how many submissions (default: 2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--assignment", choices=NAMES, action="append")
    args = parser.parse_args()
    course, found, began = Course(ROOT), 0, time.monotonic()
    names = args.assignment or NAMES
    for name in names:
        engine = Engine(course, course.assignment(name))
        try:
            for failure in failures(engine, args.count // len(names), args.seed):
                found += 1
                print(f"{name}: {failure}", flush=True)
        finally:
            engine.close()
    print(f"{args.count:,} wrapped submissions, {found} failures, in {time.monotonic() - began:,.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
