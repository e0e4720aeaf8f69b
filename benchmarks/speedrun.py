"""The record: 90 % on Fashion-MNIST's official 10,000 test images in as little time of one processor core as possible.

    python benchmarks/speedrun.py choose [RECIPE ...]   accuracy on 10,000 training images that are set aside
    python benchmarks/speedrun.py final                 the records (10 seeds) and the plain recipe on the test images
    python benchmarks/speedrun.py table                 what `final` measured
    python benchmarks/speedrun.py plot                  docs/accuracy.svg, from what `final` measured

Only `final` sees the test images, and nothing is chosen by them. Time is CPU time of one thread, from the uint8 images
in memory to the trained network. What comes before (imports, one warm-up on 500 images) and after (predicting) is not
counted, for the records and for the plain recipe alike. records/speedrun-tried.md says what was tried.

Why it is so fast: a first convolution would learn edges in all directions. These are known, so they are not learned.
Eight fixed filters, ReLU, a mean over each 4 x 4 pixels and a square root make 392 numbers from an image; 196 more are
its brightness at half the resolution. Rotated to their principal axes and scaled alike, 192 of them are enough. They
are computed once, and a small network on top is trained by AdamW with one cycle of the learning rate, in less than one
epoch. The rotation can be merged into the first Linear layer afterwards: the result is an ordinary CNN of 153,000
parameters.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.data import Examples, load_full

sys.path.insert(0, str(Path(__file__).resolve().parent))
import calibrate

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "benchmarks" / "records" / "speedrun.csv"
PICTURE = ROOT / "docs" / "accuracy.svg"
DIRECTIONS = 8
BATCH = 250


@dataclass(frozen=True)
class Recipe:
    """A record's settings. axes: how many principal axes are kept. hidden: width of the hidden layer."""

    name: str
    axes: int
    hidden: int
    epochs: float
    rate: float
    decay: float = 0.05


RECORDS = (
    Recipe("record-90", axes=192, hidden=256, epochs=0.8, rate=0.015),
    Recipe("record-91", axes=256, hidden=512, epochs=1.0, rate=0.01),
    Recipe("record-92", axes=256, hidden=512, epochs=3.0, rate=0.01, decay=0.3),
)
# What students hand in, on the subset and on all images.
SUBSET = "on 10,000 images"
HOMEWORK = (calibrate.REFERENCE, calibrate.PLAIN)
# Further points of the record's curve.
CURVE = tuple(Recipe(f"curve-{e:g}", axes=192, hidden=256, epochs=e, rate=0.015) for e in (0.1, 0.2, 0.35))


def edge_filters() -> Tensor:
    """Derivatives of a small blob in eight directions: (8, 3, 3)."""
    y, x = torch.meshgrid(torch.arange(-1.0, 2.0), torch.arange(-1.0, 2.0), indexing="ij")
    blob = torch.exp(-(x**2 + y**2) / (2 * 0.8**2))
    angles = [2 * math.pi * i / DIRECTIONS for i in range(DIRECTIONS)]
    filters = torch.stack([(math.cos(a) * x + math.sin(a) * y) * blob for a in angles])
    return 2 * filters / filters.abs().sum(dim=(1, 2), keepdim=True)


class Edges:
    """uint8 (N, 28, 28) -> float32 (N, 588): each edge's strength in 4 x 4 pixels, and the brightness of 2 x 2 pixels.

    One convolution gives the 8 filters at the 2 x 2 pixels of a block at once (32 channels, stride 2): 32 channels at a
    quarter of the places are four times faster than 8 channels. The mean is a convolution too, because torch's
    avg_pool2d takes three times as long.
    """

    def __init__(self) -> None:
        at = torch.zeros(4, DIRECTIONS, 1, 4, 4)
        mean = torch.zeros(DIRECTIONS, 4, DIRECTIONS, 2, 2)
        for place in range(4):
            row, column = divmod(place, 2)
            at[place, :, 0, row : row + 3, column : column + 3] = edge_filters()
        for direction in range(DIRECTIONS):
            mean[direction, :, direction] = 1 / 16
        self.at = at.reshape(32, 1, 4, 4).contiguous(memory_format=torch.channels_last)
        self.mean = mean.reshape(DIRECTIONS, 32, 2, 2).contiguous(memory_format=torch.channels_last)

    def __call__(self, images: Tensor) -> Tensor:
        """The features of a few hundred images, which fit into the processor's cache."""
        count = len(images)
        pixels = images.float().mul_(1 / 255)
        last = pixels.as_strided((count, 1, 28, 28), (784, 1, 28, 1))  # channels_last, although there is one channel
        edges = F.conv2d(F.conv2d(last, self.at, stride=2, padding=1).relu_(), self.mean, stride=2)
        rows = pixels.view(count, 14, 56)
        rows = rows[:, :, :28] + rows[:, :, 28:]
        bright = (rows[:, :, ::2] + rows[:, :, 1::2]) * 0.25
        both = torch.cat([edges.permute(0, 2, 3, 1).reshape(count, -1), bright.flatten(1)], dim=1)
        return both.clamp_(min=0).sqrt_()


@dataclass(frozen=True)
class Axes:
    """Maps features (N, 588) to their principal axes (N, K), scaled alike. matrix: (588, K); offset: (K,)."""

    matrix: Tensor
    offset: Tensor

    @classmethod
    def of(cls, features: Tensor, keep: int) -> Axes:
        """From the features of a few thousand images. Small axes are noise; adding 0.5 to the size keeps them small."""
        mean, deviation = features.mean(dim=0), features.std(dim=0) + 0.05
        scaled = (features - mean) / deviation
        sizes, axes = torch.linalg.eigh(scaled.T @ scaled / len(features))
        matrix = axes[:, -keep:] / (sizes[-keep:] + 0.5).sqrt() / deviation[:, None]
        return cls(matrix, -mean @ matrix)

    def __call__(self, features: Tensor) -> Tensor:
        return torch.addmm(self.offset, features, self.matrix)


class Network(nn.Module):
    """What is trained: axes (N, K) -> logits (N, 10)."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(recipe.axes, recipe.hidden), nn.Linear(recipe.hidden, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(F.relu(self.first(x)))


@dataclass(frozen=True)
class Trained:
    """A trained record."""

    edges: Edges
    axes: Axes
    network: Network

    def predict(self, images: Tensor) -> Tensor:
        """uint8 (N, 28, 28) -> classes (N,)."""
        with torch.no_grad():
            parts = [self.network(self.axes(self.edges(part))) for part in images.split(BATCH)]
            return torch.cat(parts).argmax(dim=1)


def train_record(recipe: Recipe, images: Tensor, labels: Tensor, seed: int) -> Trained:
    """The whole training, from uint8 images (M, 28, 28) and labels (M,)."""
    torch.manual_seed(seed)
    edges = Edges()
    batches = len(images) // BATCH
    steps = round(recipe.epochs * batches)
    needed = torch.randperm(batches)[: min(steps, batches)].tolist()  # which batches are seen at all
    features = torch.empty(len(needed), BATCH, recipe.axes)
    with torch.no_grad():
        sample = torch.cat([edges(images[BATCH * i : BATCH * (i + 1)]) for i in needed[:20]])
        axes = Axes.of(sample, recipe.axes)
        for place, i in enumerate(needed):
            features[place] = axes(edges(images[BATCH * i : BATCH * (i + 1)]))
    answers = torch.stack([labels[BATCH * i : BATCH * (i + 1)] for i in needed])
    network = Network(recipe)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay, fused=True)
    order: list[int] = []
    for step in range(steps):
        order = order or torch.randperm(len(needed)).tolist()
        now, done = order.pop(), step / steps
        optimizer.param_groups[0]["lr"] = recipe.rate * max(min(done / 0.2, (1 - done) / 0.8), 0.01)
        loss = F.cross_entropy(network(features[now]), answers[now], label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Trained(edges, axes, network)


def run_record(recipe: Recipe, train: Examples, test: Examples, seed: int) -> tuple[float, float, float]:
    """Train once. Returns CPU seconds, epochs and accuracy."""
    began = time.process_time()
    trained = train_record(recipe, train.items, train.labels, seed)
    took = time.process_time() - began
    return took, recipe.epochs, share(trained.predict(test.items), test.labels)


def share(given: Tensor, labels: Tensor) -> float:
    """The share that is right."""
    return float((given == labels).double().mean())


# The plain recipe


def run_plain(train: Examples, test: Examples, seed: int, most: int = 8) -> list[tuple[float, float, float]]:
    """Train the calibrated plain student recipe, and test it after each half epoch until it has reached 90 %.

    It has two convolutions, Adam with its default learning rate, and batches of 64. The time of testing is not counted.
    most: epochs. Returns (CPU seconds, epochs, accuracy) of each test.
    """
    module = calibrate.load(calibrate.recipes()[calibrate.PLAIN], seed)
    network, loss_function = module.FashionCNN(), nn.CrossEntropyLoss()
    began = time.process_time()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001)
    inputs, labels = module.preprocess(train.items), train.labels
    looks: list[tuple[float, float, float]] = []
    away = 0.0  # seconds spent on testing
    for epoch in range(most):
        batches = torch.randperm(len(inputs)).split(64)
        for number, chosen in enumerate(batches, 1):
            loss = loss_function(network(inputs[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if number in (len(batches) // 2, len(batches)):
                took = time.process_time() - began - away
                right = share(torch.cat([module.predict(network, part) for part in test.items.split(250)]), test.labels)
                looks.append((took, epoch + (1.0 if number == len(batches) else 0.5), right))
                away = time.process_time() - began - took
                print(f"plain, seed {seed}: {took:6.1f} s, {right:.2%}", flush=True)
        if looks[-1][2] >= 0.9 or looks[-2][2] >= 0.9:
            break
    return looks


def run_homework(name: str, train: Examples, test: Examples, seed: int) -> tuple[float, float, float]:
    """Train a calibrated network as it would be handed in. Returns CPU seconds, 0 (for the epochs), and accuracy."""
    module = calibrate.load(calibrate.recipes()[name], seed)
    network = module.FashionCNN()
    began = time.process_time()
    module.train(network, train.items, train.labels)
    took = time.process_time() - began
    return took, 0, calibrate.accuracy(module, network, test.items, test.labels)


# The runs


def warm_up(images: Examples) -> None:
    """Let torch load and choose what it needs, once, for both kinds of network."""
    few = Examples(images.items[:500], images.labels[:500])
    train_record(Recipe("warm-up", 192, 256, 1, 0.01), few.items, few.labels, 0)
    module = calibrate.load(calibrate.recipes()[calibrate.PLAIN], 0)
    loss = F.cross_entropy(module.FashionCNN()(module.preprocess(few.items[:64])), few.labels[:64])
    loss.backward()


def choose(recipes: list[Recipe], seeds: int) -> None:
    """Train each recipe on 50,000 of the training images, and judge it by the other 10,000."""
    whole = load_full(ROOT / "data", "train", calibrate.DATA.official)
    order = torch.randperm(60_000, generator=torch.Generator().manual_seed(12345))
    train = Examples(whole.items[order[:50_000]], whole.labels[order[:50_000]])
    aside = Examples(whole.items[order[50_000:]], whole.labels[order[50_000:]])
    warm_up(train)
    for recipe in recipes:
        runs = [run_record(recipe, train, aside, seed) for seed in range(seeds)]
        times, shares = [r[0] for r in runs], [r[2] for r in runs]
        print(
            f"{recipe}: {statistics.mean(times):.2f} s, {statistics.mean(shares):.2%} ({min(shares):.2%} to {max(shares):.2%})",
            flush=True,
        )


def final(plain_seeds: int, seeds: int) -> None:
    """Train the records and the plain recipe in turns. Each row is appended, so that a stopped run can be continued."""
    train, test = (
        load_full(ROOT / "data", "train", calibrate.DATA.official),
        load_full(ROOT / "data", "test", calibrate.DATA.official),
    )
    subset = calibrate.DATA.load_train(ROOT / "data")
    warm_up(train)
    TABLE.parent.mkdir(exist_ok=True)
    there = {(p.recipe, p.seed) for p in measured()} if TABLE.is_file() else set()
    with TABLE.open("a", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        if not there:
            out.writerow(("recipe", "seed", "cpu_seconds", "epochs", "accuracy"))

        def write(name: str, seed: int, took: float, epochs: float, right: float) -> None:
            out.writerow((name, seed, f"{took:.3f}", f"{epochs:g}", f"{right:.4f}"))
            file.flush()

        for turn in range(plain_seeds):
            for seed in range(turn, seeds, plain_seeds):
                for recipe in (*RECORDS, *CURVE) if seed < 3 else RECORDS:
                    if (recipe.name, seed) not in there:
                        write(recipe.name, seed, *run_record(recipe, train, test, seed))
            if turn < 3:
                for name in HOMEWORK:
                    if (f"{name} {SUBSET}", turn) not in there:
                        write(f"{name} {SUBSET}", turn, *run_homework(name, subset, test, turn))
                if (calibrate.REFERENCE, turn) not in there:
                    write(calibrate.REFERENCE, turn, *run_homework(calibrate.REFERENCE, train, test, turn))
            if ("plain", turn) not in there:
                for look in run_plain(train, test, turn):  # written when all of it is done
                    write("plain", turn, *look)


# What came out


@dataclass(frozen=True)
class Point:
    """One measured network. accuracy: on the official test images, from 0 to 1."""

    recipe: str
    seed: int
    cpu_seconds: float
    epochs: float
    accuracy: float


def measured() -> list[Point]:
    """The table that `final` wrote."""
    if not TABLE.is_file():
        sys.exit(f"{TABLE.relative_to(ROOT)} is missing: run `python benchmarks/speedrun.py final` first.")
    with TABLE.open(newline="", encoding="utf-8") as file:
        return [
            Point(r["recipe"], int(r["seed"]), float(r["cpu_seconds"]), float(r["epochs"]), float(r["accuracy"]))
            for r in csv.DictReader(file)
        ]


def reached(points: list[Point], share: float) -> list[float]:
    """For each seed, the CPU seconds until the plain recipe first had this accuracy. Seeds without it are left out."""
    plain = [p for p in points if p.recipe == "plain"]
    times = []
    for seed in sorted({p.seed for p in plain}):
        had = [p.cpu_seconds for p in plain if p.seed == seed and p.accuracy >= share]
        times += had[:1]
    return times


def means(points: list[Point]) -> list[tuple[str, float, float, list[Point]]]:
    """For each record and each test of the plain recipe: its name, mean seconds, mean accuracy, and its points."""
    groups: dict[str, list[Point]] = {}
    for p in points:
        groups.setdefault(p.recipe if p.recipe != "plain" else f"plain, {p.epochs:g} epochs", []).append(p)
    return [
        (name, statistics.mean(p.cpu_seconds for p in own), statistics.mean(p.accuracy for p in own), own)
        for name, own in groups.items()
    ]


def table(console: Console) -> None:
    """Print the means with their spread, and how many times faster the records are."""
    points = measured()
    shown = Table(title="Official 10,000 test images, one thread", title_justify="left", box=None)
    for column in ("", "seeds", "CPU seconds", "sd", "accuracy", "sd", "lowest"):
        shown.add_column(column, justify="right" if column else "left")
    for name, seconds, accuracy, own in sorted(means(points), key=lambda row: row[1]):
        spread = [
            statistics.stdev(v) if len(own) > 1 else math.nan
            for v in ([p.cpu_seconds for p in own], [p.accuracy for p in own])
        ]
        shown.add_row(name, str(len(own)), f"{seconds:.2f}", f"{spread[0]:.2f}", f"{accuracy:.2%}", f"{spread[1]:.2%}",
                      f"{min(p.accuracy for p in own):.2%}")  # fmt: skip
    console.print(shown)
    plain = reached(points, 0.9)
    if not plain:
        console.print("The plain recipe never reached 90 %.")
        return
    console.print(f"\nThe plain recipe had 90 % after {statistics.mean(plain):.1f} CPU seconds (seeds: {len(plain)}).")
    for name, seconds, _, _ in means(points):
        if name.startswith("record"):
            console.print(f"{name}: 1/{statistics.mean(plain) / seconds:.0f} of that")


# The picture: time to the right, on a logarithmic scale, and accuracy upwards.

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 430, 64, 24, 54, 52
_TIMES, _SHARES = (0.15, 150.0), (0.80, 0.94)


def _x(seconds: float) -> float:
    low, high = map(math.log, _TIMES)
    return _LEFT + (math.log(seconds) - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)


def _y(accuracy: float) -> float:
    low, high = _SHARES
    return _HEIGHT - _BOTTOM - (max(accuracy, low) - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)


def plot() -> str:
    """docs/accuracy.svg: accuracy on the official test images against CPU seconds of training."""
    points = measured()
    at = {name: (seconds, accuracy) for name, seconds, accuracy, _ in means(points)}
    record = sorted(at[name] for name in at if name.startswith(("record", "curve")))
    record_90 = at["record-90"]
    seeds = len({p.seed for p in points if p.recipe == "plain"})
    plain = sorted((s, a) for name, s, a, own in means(points) if name.startswith("plain, ") and len(own) == seeds)
    reference = [at[name] for name in (f"{calibrate.REFERENCE} {SUBSET}", calibrate.REFERENCE) if name in at]
    homework = [at[name] for name in (f"{calibrate.PLAIN} {SUBSET}",) if name in at]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, sans-serif" font-size="13">',
        '<title id="t">Accuracy on Fashion-MNIST against CPU seconds of training</title>',
        f'<desc id="d">The record has {record_90[1]:.1%} after {record_90[0]:.1f} seconds of one core, the student recipe 90 % '
        f"after {statistics.mean(reached(points, 0.9)):.0f}; the reference lies between them.</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="600" fill="#1b1f24">'
        "Accuracy on Fashion-MNIST's 10,000 test images</text>",
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 10}" text-anchor="end" fill="#57606a">CPU seconds of training, one core</text>',
    ]
    for accuracy in (0.80, 0.82, 0.84, 0.86, 0.88, 0.90, 0.92, 0.94):
        line = 'stroke="#57606a" stroke-dasharray="5 4"' if accuracy == 0.90 else 'stroke="#e3e6ea"'
        y = f"{_y(accuracy):.1f}"
        out.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" {line}/>')
        out.append(
            f'<text x="{_LEFT - 10}" y="{_y(accuracy) + 4:.1f}" text-anchor="end" fill="#57606a">{accuracy:.0%}</text>'
        )
    for seconds in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        out.append(
            f'<line x1="{_x(seconds):.1f}" x2="{_x(seconds):.1f}" y1="{_y(0.8):.1f}" y2="{_y(0.8) + 5:.1f}" stroke="#57606a"/>'
        )
        out.append(
            f'<text x="{_x(seconds):.1f}" y="{_y(0.8) + 20:.1f}" text-anchor="middle" fill="#57606a">{seconds:g} s</text>'
        )
    out += _series("record, all 60,000 images", record, "#0a6c5a", "circle", (-1, 12, 4, "start"))
    out += _series("student recipe, all 60,000 images", plain, "#b3470d", "square", (0, 12, 20, "start"))
    out += _series("reference: 10,000 and 60,000", reference, "#5b3fb5", "diamond", (0, -12, 4, "end"))
    out += _series("student recipe, 10,000 images", homework, "#b3470d", "square", (0, 12, 5, "start"))
    return "\n".join([*out, "</svg>"]) + "\n"


def _series(
    name: str,
    points: list[tuple[float, float]],
    colour: str,
    mark: str,
    label: tuple[int, int, int, str],
) -> list[str]:
    """A line through the points (seconds, share), a mark on each, and its name beside one of them.

    label: number of the point, distance to the right and down, and which end of the name is there.
    """
    shown = [(s, a) for s, a in points if a >= _SHARES[0]]
    if not shown:
        return []
    path = " ".join(f"{_x(s):.1f},{_y(a):.1f}" for s, a in shown)
    out = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'] if len(shown) > 1 else []
    for s, a in shown:
        x, y = _x(s), _y(a)
        shape = {
            "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"',
            "square": f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"',
            "diamond": f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6z"',
        }[mark]
        out.append(f'{shape} fill="{colour}"><title>{a:.1%} after {s:.1f} s</title>{"</" + shape[1:].split()[0] + ">"}')
    at, right, down, anchor = label
    s, a = shown[at]
    out.append(
        f'<text x="{_x(s) + right:.1f}" y="{_y(a) + down:.1f}" text-anchor="{anchor}" font-weight="600" '
        f'fill="{colour}">{name}</text>'
    )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["choose", "final", "table", "plot"])
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="for choose: only these")
    parser.add_argument("--seeds", type=int, default=10, help="of each record (10)")
    parser.add_argument("--plain-seeds", type=int, default=10, help="of the plain recipe (10)")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what == "choose":
        choose([r for r in RECORDS if not args.recipes or r.name in args.recipes], args.seeds)
    elif args.what == "final":
        final(args.plain_seeds, args.seeds)
    elif args.what == "table":
        table(Console(width=110))
    else:
        PICTURE.write_text(plot(), encoding="utf-8")
        print(f"{PICTURE.relative_to(ROOT)} is made.")


if __name__ == "__main__":
    main()
