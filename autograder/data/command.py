"""`autograder data`: check the data in `data/`, and fetch a complete data set."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from ..common.errors import UserError
from ..common.terminal import console, print_line
from ..course.course import find_course
from .dataset import FOLDER, DataSet, Official, data_sets
from .full import Laid, lay_down
from .subset import SubsetManifest, make_subset, verify_subset


def add_arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Check the data in data/, and print how much there is and its checksums. "
        "With --full, also put the complete data set where torchvision reads it."
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="put the complete data set into data/. Files on this machine are used (in data/, in the folder that an "
        "environment variable names, in the system's folder); torchvision downloads the others",
    )
    parser.add_argument("--name", help="which data set (default: the one that is trained on)")
    parser.add_argument(
        "--make-subset",
        action="store_true",
        help="make the files in data/ again from the complete data set, byte for byte the same (for authors)",
    )
    parser.add_argument(
        "--root", type=Path, metavar="FOLDER", help="the folder of the data (default: the course's data/)"
    )


def run(args: Namespace) -> int:
    """Do what the command line asks. Returns 0; raises UserError or InfrastructureError."""
    root = args.root if args.root is not None else data_folder()
    dataset = _chosen(root, args.name)
    official = dataset.official
    if official is not None and (args.full or args.make_subset):
        laid = lay_down(official, root, lambda text: print_line(text, "yellow"))
        if args.make_subset:
            if dataset.subset is None:
                raise UserError(f"{dataset.title} has no subset in data/. Give only --full.")
            make_subset(official, dataset.subset, official.raw(root), root)
        if args.full:
            show_full(official, root, laid)
    elif args.full or args.make_subset:
        raise UserError(f"{dataset.title} is complete in data/ already.")
    if not args.full:
        if dataset.subset is not None:
            show_subset(dataset, root, verify_subset(root))
        else:
            print_line(f"{dataset.title}: {len(dataset.load_train(root)):,} {dataset.things} to train on.")
    return 0


def _chosen(root: Path, name: str | None) -> DataSet:
    """The data set `name`, or the first of the course, which is one to train on. Raises UserError if there is none."""
    known = data_sets(root) or data_sets(data_folder())
    if not known:
        raise UserError(f"This course has no data set: {root} holds no module that declares one.")
    wanted = next(iter(known)) if name is None else name.replace("-", "_")
    if wanted not in known:
        raise UserError(f"There is no data set {name!r}. The data sets are: {', '.join(known)}.")
    return known[wanted]


def data_folder() -> Path:
    """The data/ of the course that the working folder is in, relative to the working folder if it lies below it.

    Raises UserError if the working folder is not in a course.
    """
    folder = find_course(Path.cwd()).root / FOLDER
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def show_subset(dataset: DataSet, root: Path, manifests: tuple[SubsetManifest, ...]) -> None:
    """Print the number of images of each class, then the checksums in the format of `sha256sum`."""
    screen = console()
    frame = box.SIMPLE_HEAD if screen.is_terminal else None
    table = Table(title=Text(f"{dataset.title} in {root}"), title_justify="left", box=frame, pad_edge=False)
    table.add_column("class")
    table.add_column("", style="bold")
    for manifest in manifests:
        table.add_column(f"{manifest.split} images", justify="right")
    for number, name in enumerate(dataset.classes):
        table.add_row(str(number), name, *(f"{manifest.counts[name]:,}" for manifest in manifests))
    table.add_section()
    table.add_row("", "together", *(f"{manifest.images:,}" for manifest in manifests))
    screen.print(table)
    screen.print()
    for manifest in manifests:
        for entry in manifest.files:
            print_line(f"{entry.sha256}  {root / entry.name}", "dim")
    screen.print()
    only_training = " The test images are not here: only the course's own repository has them."
    screen.print("[green]All checksums are right.[/]" + (only_training if len(manifests) == 1 else ""))


def show_full(dataset: Official, root: Path, laid: tuple[Laid, ...]) -> None:
    """Print the checksum and the source of each file, and how to read the data set."""
    for item in laid:
        came = f"from {item.source}" if item.source else "was there already"
        print_line(f"{item.file.sha256}  {item.path}", "dim")
        print_line(f"    {item.file.size:,} bytes, {came}")
    console().print(f"\n[green]{dataset.title} is complete and all checksums are right.[/] To read it:")
    print_line(f'    torchvision.datasets.{dataset.folder}(root="{root}")', "bold")
