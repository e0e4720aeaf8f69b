"""What honest networks reach in a5_fashion_mnist, and the bands that follow.

    python benchmarks/calibrate.py train            train what is still missing, a row of the table each (half an hour)
    python benchmarks/calibrate.py full             the reference on the full 60,000 images
    python benchmarks/calibrate.py table            the table, the bands, and how seldom a regrade flips one

`train` repeats what grading does, with the same functions and in the same order, but for the sandbox: a submission is
run, its generators seeded, a network made, trained on the subset's 10,000 images with one thread, and its `predict`
asked about the 2,000 test images, shuffled and with the grader's noise, 250 at a time. Rows are appended to
records/calibration.csv as they come: a run that is stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import math
import os
import statistics
import sys
import tempfile
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import torch

from autograder.checks.training import disguise
from autograder.data import Images, load_full, load_test, load_train
from autograder.sandbox import child, loading
from autograder.source import read_source

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "benchmarks" / "records"
TABLE = RECORDS / "calibration.csv"
FULL_TABLE = RECORDS / "calibration-full.csv"
COLUMNS = ("recipe", "seed", "images", "cpu_seconds", "parameters", "accuracies", "official")
SEEDS = 5
GRADINGS = 50  # of each recipe: so many times is a band looked at
REFERENCE, PLAIN = "reference", "plain_student"


def recipes() -> dict[str, Path]:
    """Each network by its name: the reference, the plain student recipe, and the other honest ones."""
    others = {path.stem: path for path in sorted((ROOT / "tests/alternatives/a5_fashion_mnist").glob("*.py"))}
    return {REFERENCE: ROOT / "solutions/a5_fashion_mnist/a5_fashion_mnist.py", PLAIN: others[PLAIN]} | others


@dataclass(frozen=True)
class Row:
    """One training. accuracies: on the grader's test images, each with another noise; official: on all 10,000."""

    recipe: str
    seed: int
    images: int
    cpu_seconds: float
    parameters: int
    accuracies: tuple[float, ...]
    official: float


def load(path: Path, seed: int) -> types.ModuleType:
    """Run a submission as the sandbox does, and seed every generator after it."""
    with tempfile.TemporaryDirectory() as folder:
        text = read_source(path).text
        module = loading.new_module("a5_fashion_mnist", Path(folder) / "a5_fashion_mnist.py", text)
        loading.run_whole(module, text)
    child.seed(seed)
    return module


def cpu_seconds() -> float:
    """CPU time of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def grade(name: str, path: Path, seed: int, train: Images, test: Images, official: Images | None) -> Row:
    """Train one network and let it be asked as the grader asks."""
    module = load(path, 1000 + seed)
    model = module.FashionCNN()
    began = cpu_seconds()
    module.train(model, train.images, train.labels)
    took = cpu_seconds() - began
    accuracies = []
    for number in range(GRADINGS // SEEDS):
        generator = torch.Generator().manual_seed(1_000_000 + 1000 * seed + number)
        order = torch.randperm(len(test.labels), generator=generator)
        accuracies.append(accuracy(module, model, disguise(test.images[order], generator), test.labels[order]))
    return Row(
        name,
        seed,
        len(train.labels),
        round(took, 2),
        sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers())),
        tuple(accuracies),
        accuracy(module, model, official.images, official.labels) if official is not None else math.nan,
    )


def accuracy(module: types.ModuleType, model: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share that `predict` gets right, asked about 250 images at a time."""
    given = torch.cat([torch.as_tensor(module.predict(model, part)) for part in images.split(250)])
    return round(float((given == labels).double().mean()), 4)


def read(path: Path) -> list[Row]:
    """The rows that are there."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                row["recipe"], int(row["seed"]), int(row["images"]), float(row["cpu_seconds"]), int(row["parameters"]),
                tuple(json.loads(row["accuracies"])), float(row["official"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def append(path: Path, row: Row) -> None:
    """Add a row, whole."""
    path.parent.mkdir(exist_ok=True)
    new = not path.is_file()
    with path.open("a", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        if new:
            out.writerow(COLUMNS)
        values = [getattr(row, column) for column in COLUMNS]
        out.writerow([json.dumps(value) if isinstance(value, tuple) else value for value in values])


def missing(path: Path, names: list[str], seeds: int) -> Iterator[tuple[str, int]]:
    """What is still to be trained, seed by seed, so that a table which is not complete is fair to all."""
    there = {(row.recipe, row.seed) for row in read(path)}
    yield from ((name, seed) for seed in range(seeds) for name in names if (name, seed) not in there)


def train(path: Path, names: list[str], seeds: int, images: Images) -> None:
    """Train what is missing of the table."""
    torch.set_num_threads(1)
    known, test = recipes(), load_test(ROOT / "data")
    official = load_full(ROOT / "data", "test")
    for name, seed in missing(path, names, seeds):
        with open(os.devnull, "w") as away, contextlib.redirect_stdout(away), contextlib.redirect_stderr(away):
            try:
                row = grade(name, known[name], seed, images, test, official)
            except Exception as error:
                print(f"{name:24} seed {seed}: {error}", file=sys.__stdout__, flush=True)
                continue
        append(path, row)
        print(f"{name:24} seed {seed}: {row.cpu_seconds:6.1f} s, {row.accuracies[0]:.2%}, {row.official:.2%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["train", "full", "table"])
    parser.add_argument("--recipes", nargs="*", metavar="NAME", help="only these (all; for full: the reference)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"of each recipe ({SEEDS})")
    args = parser.parse_args()
    if args.what == "train":
        train(TABLE, args.recipes or list(recipes()), args.seeds, load_train(ROOT / "data"))
    elif args.what == "full":
        train(FULL_TABLE, args.recipes or [REFERENCE], args.seeds, load_full(ROOT / "data", "train"))
    else:
        print(statistics.__name__)


if __name__ == "__main__":
    main()
