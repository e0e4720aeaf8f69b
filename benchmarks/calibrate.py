"""What honest networks reach in a5_fashion_mnist, and the bands that follow.

    python benchmarks/calibrate.py train            train what the table still lacks, one row each (an hour)
    python benchmarks/calibrate.py full             the reference on the full 60,000 images
    python benchmarks/calibrate.py regrade          grade the reference twice: the same bits? the same time as alone?
    python benchmarks/calibrate.py table            the table, the bands, and how rarely another seed changes the points
    python benchmarks/calibrate.py markdown         the table as docs/fashion-mnist.md shows it

`train` does what grading does, with the same functions and in the same order, but without the sandbox. It runs a
submission, seeds its generators, makes a network, trains it on the subset's 10,000 images with one thread, and asks its
`predict` about the 2,000 test images, shuffled and with the grader's noise, 250 at a time. Each row is appended to
records/calibration.csv at once, so that a stopped run can be continued.
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
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from rich.console import Console
from rich.table import Table

from autograder.checks.training import disguise
from autograder.course.course import Course
from autograder.course.network import network_beside
from autograder.data import Examples, data_set, load_full
from autograder.grading.engine import Engine
from autograder.sandbox.inside import child, loading
from autograder.submission.source import read_source

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "benchmarks" / "records"
TABLE = RECORDS / "calibration.csv"
FULL_TABLE = RECORDS / "calibration-full.csv"
COLUMNS = ("recipe", "seed", "images", "cpu_seconds", "parameters", "accuracies", "official")
SEEDS = 5  # of each network
BAND_SEEDS = 50  # of each network that sets a band: with five seeds, a spread may be wrong by half
NETWORK = network_beside(str(ROOT / "solutions" / "a5_fashion_mnist" / "a5_fashion_mnist.py"))
DATA = data_set(ROOT / "data", NETWORK.data)
NOISES = 10  # gradings of each network of the reference and the plain recipe, each with another noise
REFERENCE, PLAIN, RESIDUAL = "reference", "plain_student", "lazy_residual"


# Weaker forms of the plain recipe, which the lower bands reward: (text in its source, replacement).
LESSER = {
    "plain, 2 epochs": ("range(6)", "range(2)"),
    "plain, 1 epoch": ("range(6)", "range(1)"),
    "plain, 1,000 images": ("inputs = ", "images, labels = images[:1000], labels[:1000]; inputs = "),
    "plain, 250 images": ("inputs = ", "images, labels = images[:250], labels[:250]; inputs = "),
}
# The reference, and what the bands reward: their spread must be known well.
REWARDED = (REFERENCE, RESIDUAL, PLAIN, "plain, 2 epochs", "plain, 1 epoch", "plain, 250 images")


def recipes() -> dict[str, str]:
    """The source of each network: the reference, the plain student recipe, the other honest ones, and lesser ones."""
    folder = ROOT / "tests/alternatives/a5_fashion_mnist"
    others = {path.stem: read_source(path).text for path in sorted(folder.glob("*.py"))}
    reference = read_source(ROOT / "solutions/a5_fashion_mnist/a5_fashion_mnist.py").text
    lesser = {name: others[PLAIN].replace(*change) for name, change in LESSER.items()}
    return {REFERENCE: reference, PLAIN: others[PLAIN]} | lesser | others


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


def load(text: str, seed: int) -> types.ModuleType:
    """Run a submission as the sandbox does, and seed every generator after it."""
    with tempfile.TemporaryDirectory() as folder:
        module = loading.new_module("a5_fashion_mnist", Path(folder) / "a5_fashion_mnist.py", text)
        loading.run_whole(module, text)
    child.seed(seed)
    return module


def cpu_seconds() -> float:
    """CPU time of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def grade(name: str, text: str, seed: int, train: Examples, test: Examples, official: Examples) -> Row:
    """Train one network, and ask its `predict` as the grader does."""
    module = load(text, 1000 + seed)
    model = module.FashionCNN()
    began = cpu_seconds()
    budget = NETWORK.seconds * len(train.labels) / 10_000
    with contextlib.suppress(child.BudgetSpent), child._budget(budget):  # then the network is judged as it is
        module.train(model, train.items, train.labels)
    took = cpu_seconds() - began
    accuracies = []
    for number in range(NOISES if name in (REFERENCE, PLAIN) else 1):
        generator = torch.Generator().manual_seed(1_000_000 + 1000 * seed + number)
        order = torch.randperm(len(test.labels), generator=generator)
        accuracies.append(accuracy(module, model, disguise(test.items[order], generator), test.labels[order]))
    return Row(
        name,
        seed,
        len(train.labels),
        round(took, 2),
        sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers())),
        tuple(accuracies),
        math.nan if name in LESSER else accuracy(module, model, official.items, official.labels),
    )


def accuracy(module: types.ModuleType, model: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share that `predict` gets right, asked about 250 images at a time."""
    given = torch.cat([torch.as_tensor(module.predict(model, part)) for part in images.split(250)])
    return round(float((given == labels).double().mean()), 4)


def read(path: Path) -> list[Row]:
    """The rows of a table; empty if there is no file."""
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
    """Append a row to a table."""
    path.parent.mkdir(exist_ok=True)
    new = not path.is_file()
    with path.open("a", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        if new:
            out.writerow(COLUMNS)
        values = [getattr(row, column) for column in COLUMNS]
        out.writerow([json.dumps(value) if isinstance(value, tuple) else value for value in values])


def missing(path: Path, names: list[str], seeds: int | None) -> Iterator[tuple[str, int]]:
    """(recipe, seed) for what is still to be trained: seed by seed, so that an incomplete table is fair to all recipes.

    seeds: for each recipe; None: BAND_SEEDS for those that set a band, SEEDS for the others.
    """
    there = {(row.recipe, row.seed) for row in read(path)}
    wanted = {name: seeds or (BAND_SEEDS if name in REWARDED else SEEDS) for name in names}
    for seed in range(max(wanted.values(), default=0)):
        yield from ((name, seed) for name in names if seed < wanted[name] and (name, seed) not in there)


def train(path: Path, names: list[str], seeds: int | None, images: Examples) -> None:
    """Train what the table lacks."""
    torch.set_num_threads(1)
    known, test = recipes(), DATA.load_test(ROOT / "data")
    official = load_full(ROOT / "data", "test", DATA.official)
    for name, seed in missing(path, names, seeds):
        with open(os.devnull, "w") as away, contextlib.redirect_stdout(away), contextlib.redirect_stderr(away):
            try:
                row = grade(name, known[name], seed, images, test, official)
            except Exception as error:
                print(f"{name:24} seed {seed}: {error}", file=sys.__stdout__, flush=True)
                continue
        append(path, row)
        print(f"{name:24} seed {seed}: {row.cpu_seconds:6.1f} s, {row.accuracies[0]:.2%}", flush=True)


# The table and the bands


@dataclass(frozen=True)
class Summary:
    """The seeds of one recipe, summed up. Accuracies and deviations are shares of the test images."""

    recipe: str
    runs: int
    cpu_seconds: float
    accuracy: float
    official: float
    between_seeds: float  # standard deviation
    sampling: float  # of 2,000 test images, binomial

    @property
    def deviation(self) -> float:
        """The standard deviation from seeds and test images together."""
        return math.hypot(self.between_seeds, self.sampling)

    @property
    def band(self) -> float:
        """Three standard deviations below the mean, in whole hundredths, rounded down."""
        return math.floor(100 * (self.accuracy - 3 * self.deviation)) / 100


def summaries(rows: list[Row]) -> list[Summary]:
    """One for each recipe, the best first."""
    found = []
    for name in dict.fromkeys(row.recipe for row in rows):
        own = [row for row in rows if row.recipe == name]
        means = [statistics.mean(row.accuracies) for row in own]
        mean = statistics.mean(means)
        found.append(
            Summary(
                name,
                len(own),
                statistics.mean(row.cpu_seconds for row in own),
                mean,
                statistics.mean(row.official for row in own),
                statistics.stdev(means) if len(own) > 1 else math.nan,
                math.sqrt(mean * (1 - mean) / 2000),
            )
        )
    return sorted(found, key=lambda summary: -summary.accuracy)


def table(console: Console) -> None:
    """Print the table, the bands, and the points that the gradings of each recipe reach."""
    rows = read(TABLE)
    table = Table(
        title="Honest networks, trained and asked as the grader does (10,000 images)", title_justify="left", box=None
    )
    for column in (
        "recipe",
        "seeds",
        "CPU s",
        "2,000 test images",
        "sd, seeds",
        "sd, both",
        "mean - 3 sd",
        "official 10,000",
    ):
        table.add_column(column, justify="left" if column == "recipe" else "right")
    for s in summaries(rows):
        table.add_row(
            s.recipe, str(s.runs), f"{s.cpu_seconds:.0f}", f"{s.accuracy:.2%}", f"{s.between_seeds:.2%}",
            f"{s.deviation:.2%}", f"{s.accuracy - 3 * s.deviation:.2%}", "" if math.isnan(s.official) else f"{s.official:.2%}",
        )  # fmt: skip
    console.print(table)
    for full in read(FULL_TABLE):
        console.print(f"{full.recipe} on the full {full.images:,} images, seed {full.seed}: {full.cpu_seconds:.0f} s, "
                      f"{full.official:.2%} of the official test images")  # fmt: skip
    console.print(f"\nbands: {', '.join(f'{share:.0%} ({points} points)' for share, points in NETWORK.bands.items())}")
    for name in dict.fromkeys(row.recipe for row in rows):
        gradings = [accuracy for row in rows if row.recipe == name for accuracy in row.accuracies]
        reached = [sum(p for share, p in NETWORK.bands.items() if accuracy >= share) for accuracy in gradings]
        usual = statistics.mode(reached)
        others = sum(points != usual for points in reached)
        console.print(f"{name:24} {len(gradings):3} gradings, {usual:2} points each but for {others} "
                      f"(lowest {min(gradings):.2%}, highest {max(gradings):.2%})", highlight=False)  # fmt: skip


def markdown(rows: list[Row]) -> str:
    """The table as docs/fashion-mnist.md has it."""
    lines = [
        "| recipe | seeds | CPU seconds | accuracy (2,000) | sd of seeds | sd of both | mean - 3 sd | official 10,000 |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for s in summaries(rows):
        shares = (s.accuracy, s.between_seeds, s.deviation, s.accuracy - 3 * s.deviation, s.official)
        shown = ("" if math.isnan(share) else f"{100 * share:.2f} %" for share in shares)
        lines.append(f"| {s.recipe} | {s.runs} | {s.cpu_seconds:.1f} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


# The proof that a regrade repeats


def regrade() -> dict[str, Any]:
    """Grade the reference twice in the sandbox with one seed, and train it without a sandbox on the same images.

    Returns whether both gradings agree in all but their times, and the CPU seconds of the training: alone (two seeds),
    and in grading, watched and in the sandbox.
    """
    torch.set_num_threads(1)
    course = Course(ROOT)
    assignment = course.assignment("a5_fashion_mnist")
    source, seed = read_source(assignment.master), 20250410
    train, test = DATA.load_train(ROOT / "data"), DATA.load_test(ROOT / "data")
    alone = []
    for number in (1, 2):
        alone.append(grade("alone", source.text, number, train, test, test).cpu_seconds)
    engine = Engine(course, assignment)
    gradings = [engine.grade(source, seed) for _ in range(2)]
    engine.close()
    within = [float(g.metrics["training_seconds"]) for g in gradings]
    outcomes = [[(v.check.name, v.outcome, v.message) for v in g.verdicts] for g in gradings]
    metrics = [{k: v for k, v in g.metrics.items() if k != "training_seconds"} for g in gradings]
    return {
        "same_outcomes": outcomes[0] == outcomes[1],
        "same_metrics": metrics[0] == metrics[1],
        "logits_sha256": [m["logits_sha256"] for m in metrics],
        "accuracy": [m["accuracy"] for m in metrics],
        "cpu_seconds_training_alone": alone,
        "cpu_seconds_training_in_grading": within,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["train", "full", "regrade", "table", "markdown"])
    parser.add_argument("--recipes", nargs="*", metavar="NAME", help="only these (all; for full: the reference)")
    parser.add_argument(
        "--seeds",
        type=int,
        help=f"of each recipe ({BAND_SEEDS} of those by which the bands stand, {SEEDS} of the others)",
    )
    args = parser.parse_args()
    if args.what == "train":
        train(TABLE, args.recipes or list(recipes()), args.seeds, DATA.load_train(ROOT / "data"))
    elif args.what == "full":
        train(
            FULL_TABLE,
            args.recipes or [REFERENCE],
            args.seeds or SEEDS,
            load_full(ROOT / "data", "train", DATA.official),
        )
    elif args.what == "regrade":
        found = regrade()
        (RECORDS / "regrade.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(found, indent=2))
    elif args.what == "markdown":
        print(markdown(read(TABLE)), end="")
    else:
        table(Console(width=120))


if __name__ == "__main__":
    main()
