"""``autograder train``: train the student's own network on the student's own machine, and show what it has learnt.

Runs in this process and not in a sandbox: it is the student's code, machine and time. What it writes,
`a5_fashion_mnist.safetensors`, is data, and grading reads it as such.
"""

from __future__ import annotations

import argparse
import contextlib
import linecache
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..common.errors import UserError
from ..common.terminal import console
from ..course.course import find_course
from ..sandbox.observation import without_place
from ..submission.source import WEIGHTS_LIMIT, Source, Unreadable, read_source
from . import reset, screen
from .repository import StudentRepository

if TYPE_CHECKING:
    from .training_page import Band
    from .training_run import Data, Moment, Trained

TASKS = ("preprocess", "FashionCNN", "train", "predict")
BUDGET = 500_000  # numbers in all parameters and buffers
GRADER_SECONDS = 90  # CPU time that grading gives to a training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--full", action="store_true", help="on all 60,000 images (get them first: autograder data --full)"
    )
    parser.add_argument("--images", type=int, metavar="N", help="on the first N images only, to try something quickly")
    parser.add_argument(
        "--hold-out", type=int, metavar="N", help="images to judge by, not trained on (1000; 5000 with --full)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of torch's random numbers (0)")


def run(args: argparse.Namespace) -> int:
    """Train. Returns 1 when the student's code raised, and nothing was written."""
    repository = StudentRepository(find_course(Path.cwd()))
    name = training_assignment(repository)
    path = repository.own(name)
    if path is None:
        way = repository.gone(name) or f"Open {repository.where(name)}"
        raise UserError(f"{name} is not begun yet: there is no network to train. {way}")
    try:
        source = read_source(path)
    except Unreadable as error:
        raise UserError(error.message) from None
    screen.say(
        f"Training the network of {path.relative_to(repository.root).as_posix()}. Ctrl-C ends it and keeps what it has learnt."
    )
    with _loaded(name, source) as (module, problem):
        if problem:
            screen.say(problem, style="yellow")
        tasks = tasks_of(vars(module))
        data = data_for(repository, args.full, args.images, args.hold_out)
        import torch

        torch.manual_seed(args.seed)
        epochs = _epochs(source)
        try:
            outcome = _train(tasks, data, epochs)
        except Exception as error:
            screen.say(_own_error(error, str(module.__file__), source), style="red")
            return 1
    finish(repository, name, path, outcome)
    return 0


def training_assignment(repository: StudentRepository) -> str:
    """The assignment with a network to train. Raises UserError where there is none."""
    for name in repository.names:
        if set(TASKS) <= set(repository.tasks(name)):
            return name
    raise UserError("No assignment of this course trains a network.")


def tasks_of(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The student's four pieces. Raises UserError naming those that are missing."""
    missing = [task for task in TASKS if not callable(namespace.get(task))]
    if missing:
        raise UserError(f"{' and '.join(missing)} cannot be found: a training needs {', '.join(TASKS)}.")
    return {task: namespace[task] for task in TASKS}


def data_for(repository: StudentRepository, full: bool, count: int | None, hold_out: int | None) -> Data:
    """The training images, some of them held out. Raises UserError for numbers that do not fit."""
    from ..data import load_full, load_train
    from .training_run import split

    root = repository.root / "data"
    images = load_full(root, "train") if full else load_train(root)
    if count is not None and not 20 <= count <= len(images):
        raise UserError(f"--images must be 20 to {len(images)}.")
    chosen = images.images[:count], images.labels[:count]
    usual = 5000 if full else 1000
    held = hold_out if hold_out is not None else min(usual, len(chosen[1]) // 10)
    try:
        return split(*chosen, held)
    except ValueError as error:
        raise UserError(f"--hold-out: {error}.") from None


@contextlib.contextmanager
def _loaded(name: str, source: Source) -> Iterator[tuple[ModuleType, str]]:
    """The submission as a module, as grading runs it, and what went wrong on the way.

    Its text lies in a folder on the import path while it runs, so that workers that are started anew find it.
    """
    from ..sandbox.inside import loading

    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as folder:
        sys.path.insert(0, folder)
        module = loading.new_module(name, Path(folder, f"{name}.py"), source.text)
        problem = ""
        try:
            loading.run_whole(module, source.text)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            problem = f"Run as it is written, {_own_error(error, str(module.__file__), source)} Its definitions are used all the same."
            loading.run_definitions(module, [(cell.text, cell.first_line) for cell in source.cells])
        try:
            yield module, problem
        finally:
            sys.path.remove(folder)
            sys.modules.pop(name, None)
            linecache.checkcache(str(module.__file__))


def _own_error(error: BaseException, file: str, source: Source) -> str:
    """What the student's code raised, at which of its lines, and what that usually means."""
    from ..checks import student_errors

    name, message = type(error).__name__, (str(error).strip().splitlines() or [""])[0][:300]
    if isinstance(error, NotImplementedError):
        return f"{message or 'A task'} is not started yet."
    line = None
    if isinstance(error, SyntaxError) and error.filename == file:
        line, message = error.lineno, without_place(message, Path(file).name)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == file and line is None:
            line = frame.lineno
    where = f" at {source.locate(line)}" if line else ""
    text = "".join(source.text.split("\n")[line - 1 : line]) if line else ""
    idea = student_errors.explain(name, str(error), text)
    return f"your code raised {name}{where}: {message.rstrip('.')}." + (f" {idea}" if idea else "")


def _epochs(source: Source) -> int | None:
    from .training_run import epochs_in

    return epochs_in(source.text)


def _train(tasks: Mapping[str, Any], data: Data, epochs: int | None) -> Trained:
    """Train under a progress bar; in a log, with a line an epoch."""
    from . import training_page, training_run

    display = console()
    size = max(1, len(data.labels))

    def line(moment: Moment) -> None:
        if moment.accuracy is not None:
            screen.say(training_page.moment_line(moment, moment.images / size))

    if not display.is_terminal:
        return training_run.run(tasks, data, line)
    columns = (
        TextColumn("epoch {task.fields[epoch]}"), BarColumn(20), TextColumn("{task.fields[seen]}"),
        TextColumn("loss {task.fields[loss]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=display, transient=True) as bar:
        total = epochs * size if epochs else None
        task = bar.add_task("", total=total, epoch=_of(0, epochs), seen="0", loss="...")

        def tell(moment: Moment) -> None:
            line(moment)
            whole = total if total is None or moment.images <= total else None  # it trains on: nobody knows how long
            shown: dict[str, Any] = {} if moment.loss is None else {"loss": f"{moment.loss:.3f}"}
            epoch = _of(moment.images // size, epochs)
            bar.update(
                task, completed=moment.images, total=whole, epoch=epoch, seen=f"{moment.images:,} images", **shown
            )

        return training_run.run(tasks, data, tell)


def _of(epoch: int, epochs: int | None) -> str:
    return f"{min(epoch + 1, epochs)} of {epochs}" if epochs else str(epoch + 1)


def finish(
    repository: StudentRepository, name: str, path: Path, outcome: Trained, say: Callable[[str], None] = screen.say
) -> str:
    """Write the weights and the page, and tell what came of it. Returns what of the page Jupyter shows."""
    from ..common.files import write_whole
    from ..data import CLASSES
    from . import training_page

    bands = bands_of(repository, name)
    for line in [*training_page.said(outcome), *training_page.band_lines(outcome, bands)]:
        say(line)
    worst = training_page.most_confused(outcome, CLASSES) if len(outcome.classes) else []
    if worst:
        say(f"Most often confused: {'; '.join(worst)}.")
    for warning in warnings(outcome):
        say(f"Mind: {warning}")
    weights = path.with_suffix(".safetensors")
    content = pack(outcome)
    if len(content) > WEIGHTS_LIMIT:
        say(
            f"The trained network takes {len(content) >> 20} MB and was not written: grading reads at most {WEIGHTS_LIMIT >> 20}."
        )
    else:
        if weights.is_file() and weights.read_bytes() != content:
            kept = reset.keep(weights)
            say(f"The network trained before is kept as {kept.relative_to(repository.root).as_posix()}")
        write_whole(weights, content)
        say(
            f"Trained network: {weights.relative_to(repository.root).as_posix()} (hand it in beside your file, and it is graded as it stands)"
        )
    title = f"{name}: what the network has learnt"
    report = path.with_name("training.html")
    write_whole(report, training_page.document(outcome, CLASSES, bands, title).encode())
    say(f"Curves, confusion matrix, filters: {report.relative_to(repository.root).as_posix()} (open it in a browser)")
    return training_page.fragment(outcome, CLASSES, bands, title)


def in_kernel(namespace: Mapping[str, Any], full: bool, images: int | None, hold_out: int | None) -> str:
    """Train the functions of a notebook's kernel, with a printed line an epoch. Returns what Jupyter is to show."""
    from . import training_page, training_run

    repository = StudentRepository(find_course(Path.cwd()))
    name = training_assignment(repository)
    tasks = tasks_of(namespace)
    data = data_for(repository, full, images, hold_out)

    def tell(moment: Moment) -> None:
        if moment.accuracy is not None:
            print(training_page.moment_line(moment, moment.images / max(1, len(data.labels))), flush=True)

    outcome = training_run.run(tasks, data, tell)
    notebook = repository.course.assignments / "notebooks" / name / f"{name}.ipynb"
    return finish(repository, name, notebook, outcome, print)


def warnings(outcome: Trained) -> list[str]:
    """What grading will not like about the network, or about training it anew."""
    import torch

    found = []
    tensors = outcome.model.state_dict()
    size = sum(t.numel() for t in tensors.values() if isinstance(t, torch.Tensor))
    if size > BUDGET:
        found.append(f"the network holds {size:,} numbers; at most {BUDGET:,} are allowed.")
    if any(not bool(torch.isfinite(t).all()) for t in tensors.values() if isinstance(t, torch.Tensor)):
        found.append("some of its numbers are not finite: the training has blown up. Try a smaller learning rate.")
    if not outcome.steps and not outcome.images:
        found.append("`train` has shown no image to the network that it was given.")
    if outcome.cpu_seconds > GRADER_SECONDS:
        found.append(
            f"this took {outcome.cpu_seconds:.0f} CPU-seconds, and grading stops a training after {GRADER_SECONDS}. "
            "Hand in the trained network, or train for less."
        )
    return found


def pack(outcome: Trained) -> bytes:
    """The network's numbers as safetensors: parameters and buffers by name, on the CPU, each on its own."""
    import safetensors.torch
    import torch

    state = outcome.model.state_dict()
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in state.items() if isinstance(v, torch.Tensor)}
    return bytes(safetensors.torch.save(tensors))


def bands_of(repository: StudentRepository, name: str) -> list[Band]:
    """What accuracy earns, lowest first, as the release wrote it down; empty where it did not."""
    from .training_page import Band

    return [Band(percent / 100, points) for percent, points in repository.bands(name)]
