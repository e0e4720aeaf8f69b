"""``autograder train``: train the student's own network on the student's own machine, and show what it has learnt.

The code runs in this process and not in a sandbox: code and machine are the student's own. It writes the assignment's
`.safetensors`; grading reads this file as data.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..common.errors import UserError
from ..common.plural import listed
from ..common.terminal import console
from ..course.network import Network
from ..course.words import words_of
from ..submission.source import Unreadable, read_source
from ..submission.trained_from import Origin
from . import screen
from .own_file import compiled_or_not, loaded, own_error
from .repository import StudentRepository

if TYPE_CHECKING:
    from torch import Tensor

    from .run_before import RunBefore
    from .training_run import Data, Trained
    from .watcher import Moment

_COMPARED_ON = 2000  # examples that a quick try has not seen


@dataclass(frozen=True)
class Work:
    """What is trained. weights: the file of the network to hand in. code: the digest of its code; "" if unknown."""

    repository: StudentRepository
    name: str
    weights: Path
    code: str


@dataclass(frozen=True)
class WeightsJudge:
    """What two networks are compared on: items (N, ...) and labels (N,), or None.

    quick: the training uses only a part of the data.
    """

    images_and_labels: tuple[Tensor, Tensor] | None
    quick: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--full", action="store_true", help="train on the complete data set (get it first: autograder data --full)"
    )
    parser.add_argument(
        "--first", type=int, metavar="N", help="train on the first N of the data only, to try something quickly"
    )
    parser.add_argument("--images", type=int, dest="first", help=argparse.SUPPRESS)  # its name in earlier years
    parser.add_argument(
        "--hold-out",
        type=int,
        metavar="N",
        help="keep N of the data out of the training, to measure the accuracy (default: 1000; 5000 with --full)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="the seed of torch's random numbers (default: 0)"
    )


def run(args: argparse.Namespace) -> int:
    """Train. Returns 1 if the student's code raised an error; what it had learnt before is still written."""
    repository = StudentRepository.here()
    name, network = training_assignment(repository)
    path = repository.own(name)
    if path is None:
        way = repository.gone(name) or f"Open {repository.where(name)}"
        raise UserError(f"{name} is not begun yet: there is no network to train. {way}")
    try:
        source = read_source(path)
    except Unreadable as error:
        raise UserError(str(error)) from None
    screen.say(
        f"Training the network of {path.relative_to(repository.root).as_posix()}. Ctrl-C ends it and keeps what it has learnt."
    )
    if older := repository.older_weights(name):
        screen.say(older)
    data, judge = data_for(repository, network, args.full, args.first, args.hold_out)
    work = Work(repository, name, path.with_suffix(".safetensors"), source.code_digest)
    with compiled_or_not(screen.say), loaded(name, source) as (module, problem):
        if problem:
            screen.say(problem, style="yellow")
        tasks = tasks_of(network, vars(module))
        import torch

        from . import run_before

        torch.manual_seed(args.seed)
        raised: BaseException | None
        try:
            trained = _train(network, tasks, data, run_before.load(repository.root, name))
        except (Exception, SystemExit) as error:
            raised = error
        else:
            finish(work, trained, tasks, judge)
            raised = trained.raised
        if raised is not None:
            screen.say(own_error(raised, str(module.__file__), source), style="red")
    return 0 if raised is None else 1


def training_assignment(repository: StudentRepository) -> tuple[str, Network]:
    """The assignment with a network to train, and the network. Raises UserError if there is none."""
    for name in repository.names:
        if (network := repository.network(name)) is not None:
            return name, network
    raise UserError("No assignment of this course trains a network.")


def tasks_of(network: Network, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The student's functions for the network, by name. Raises UserError, which names those that are missing."""
    missing = [task for task in network.tasks if not callable(namespace.get(task))]
    if missing:
        raise UserError(f"{listed(missing)} cannot be found: a training needs {', '.join(network.tasks)}.")
    return {task: namespace[task] for task in network.tasks}


def data_for(
    repository: StudentRepository, network: Network, full: bool, count: int | None, hold_out: int | None
) -> tuple[Data, WeightsJudge]:
    """The examples to train on, some of them held out, and the examples to compare networks on.

    full: use the complete data set. count: use only the first `count` examples. hold_out: how many not to train on.
    Raises UserError for numbers that do not fit.
    """
    import torch

    from ..data import data_set
    from .training_run import split

    root = repository.root / "data"
    known = data_set(root, network.data)
    if full and known.full is None:
        raise UserError(f"--full: {known.title} has no larger set than the one in data/.")
    examples = known.full(root) if full and known.full is not None else known.load_train(root)
    if count is not None and not 20 <= count <= len(examples):
        raise UserError(f"--first must be 20 to {len(examples)}.")
    chosen = examples.items[:count], examples.labels[:count]
    usual = 5000 if full else 1000
    held = hold_out if hold_out is not None else min(usual, len(chosen[1]) // 10)
    try:
        data = split(known, *chosen, held)
    except ValueError as error:
        raise UserError(f"--hold-out: {error}.") from None
    quick = len(chosen[1]) < len(examples)
    unseen = slice(len(chosen[1]), len(chosen[1]) + _COMPARED_ON)
    pictures = torch.cat([data.held_images, examples.items[unseen]])
    labels = torch.cat([data.held_labels, examples.labels[unseen]])
    return data, WeightsJudge((pictures, labels) if len(labels) else None, quick)


def _train(network: Network, tasks: Mapping[str, Any], data: Data, before: RunBefore | None) -> Trained:
    """Train, with a printed line for each look at the held-out images. On a terminal there is also a progress bar.

    The time that is left is told as if this training took as many epochs as the one before.
    """
    from . import training_page, training_run

    display = console()
    size = max(1, len(data.labels))
    total = round(before.epochs * size) if before is not None else None

    def line(moment: Moment) -> None:
        if moment.accuracy is not None:
            screen.say(training_page.moment_line(moment, size, data.of.things))

    if not display.is_terminal:
        return training_run.train_watched(network, tasks, data, line)
    columns = (
        TextColumn("epoch {task.fields[epoch]}"), BarColumn(20), TextColumn("{task.fields[seen]}"),
        TextColumn("loss {task.fields[loss]}"), TimeElapsedColumn(),
        *((TextColumn("left"), TimeRemainingColumn()) if total else ()),
    )  # fmt: skip
    with Progress(*columns, console=display, transient=True) as bar:
        task = bar.add_task("", total=total, epoch=1, seen="0", loss="...")

        def tell(moment: Moment) -> None:
            line(moment)
            whole = total if total is None or moment.images <= total else None  # it trains on: its end is unknown
            shown: dict[str, Any] = {} if moment.loss is None else {"loss": f"{moment.loss:.3f}"}
            bar.update(
                task,
                completed=moment.images,
                total=whole,
                epoch=math.ceil(moment.images / size),
                seen=f"{moment.images:,} {data.of.things}",
                **shown,
            )

        return training_run.train_watched(network, tasks, data, tell)


def finish(
    work: Work, trained: Trained, tasks: Mapping[str, Any], judge: WeightsJudge, say: Callable[[str], None] = screen.say
) -> str:
    """Keep the network, judge it, write the page, and say how good it is. Returns the body of the page, for Jupyter.

    The network is written before `predict` is called: it is not lost whatever `predict` does.
    """
    import torch

    from ..common.files import write_whole
    from . import reset, run_before, trained_weights, training_page
    from .feature_maps import feature_maps
    from .training_run import judged

    origin = Origin(work.code, images=len(trained.data.labels))
    kept = reset.free_name(work.weights)
    write_whole(kept, trained_weights.packed(trained, origin))
    try:
        trained = judged(trained, tasks)
    except KeyboardInterrupt:
        say(f"Stopped. The trained network is in {kept.parent.name}/{kept.name}")
        raise
    with torch.device("cpu"):  # the student's file may have changed the default
        before = run_before.load(work.repository.root, work.name)
        run_before.save(work.repository.root, work.name, trained)
        for line in _words_on(trained, before):
            say(line)
        content = trained_weights.packed(trained, dataclasses.replace(origin, accuracy=trained.accuracy))
        settled = trained_weights.settle(
            work.weights, kept, content, trained, judge.images_and_labels, tasks, judge.quick, say
        )
        if settled and judge.quick:
            say(
                f"It has seen {origin.images:,} {trained.data.of.things} only. For the hand-in, train on all of them: autograder train"
            )
        title = f"{work.name}: what the network has learnt"
        report = work.weights.with_name("training.html")
        maps = feature_maps(trained, tasks)
        fragment = training_page.fragment(trained, title, before, maps)
        write_whole(report, words_of(work.repository.course).page(title, training_page.EDGES, fragment).encode())
        say(f"Curves, and what it gets wrong: {report.name} beside it (open it in a browser)")
        return fragment


def _words_on(trained: Trained, before: RunBefore | None) -> Iterator[str]:
    """What there is to say about a training, a line each."""
    from . import run_before, training_page
    from .advice import advice

    yield from training_page.said(trained)
    yield from training_page.band_lines(trained)
    yield from run_before.compared(trained, before)
    if worst := training_page.most_confused(trained):
        yield f"Most often confused: {'; '.join(worst)}."
    yield from (f"Note: {warning}" for warning in advice(trained))


def in_kernel(namespace: Mapping[str, Any], full: bool, images: int | None, hold_out: int | None) -> str:
    """Train with the functions of a notebook's kernel. Returns the HTML that Jupyter shows.

    Prints a line for each look at the held-out images. Raises what `train` raised, after its network was kept.
    """
    from . import training_page, training_run

    repository = StudentRepository.here()
    name, network = training_assignment(repository)
    tasks = tasks_of(network, namespace)
    data, judge = data_for(repository, network, full, images, hold_out)

    def tell(moment: Moment) -> None:
        if moment.accuracy is not None:
            print(training_page.moment_line(moment, max(1, len(data.labels)), data.of.things), flush=True)

    notebook = repository.files(name).notebook
    with compiled_or_not(print):
        trained = training_run.train_watched(network, tasks, data, tell)
        work = Work(repository, name, notebook.with_suffix(".safetensors"), _saved_code(notebook, tasks))
        shown = finish(work, trained, tasks, judge, print)
    if trained.raised is not None:
        raise trained.raised
    return shown


def _saved_code(notebook: Path, tasks: Mapping[str, Any]) -> str:
    """The digest of a notebook's code; "" if the kernel does not hold the functions that were saved."""
    try:
        source = read_source(notebook)
        written = [inspect.getsource(function).strip() for task in tasks.values() for function in _functions(task)]
        saved = all(text in source.text for text in written)
    except (Unreadable, OSError, TypeError):
        return ""
    return source.code_digest if saved else ""


def _functions(task: Any) -> list[Any]:
    """The function itself, or the methods of a class: in a notebook, Python finds the text of functions only."""
    return [f for f in vars(task).values() if inspect.isfunction(f)] if inspect.isclass(task) else [task]
