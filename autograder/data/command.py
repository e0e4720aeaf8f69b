"""`autograder data`: is the subset in git whole? And where can I get the rest?"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.common.errors import UserError
from autograder.course.course import find_course
from autograder.data.full import DATASETS, FASHION_MNIST, Dataset, Laid, lay_down
from autograder.data.subset import CLASSES, SubsetManifest, make_subset, verify_subset

if TYPE_CHECKING:
    from rich.console import Console


def add_arguments(parser: ArgumentParser) -> None:
    """The command line of `autograder data`."""
    parser.description = (
        "Check the images in data/, and print how many there are and their checksums. "
        "With --full, lay down the complete data set as well, so that "
        'torchvision.datasets.FashionMNIST(root="data") reads it.'
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="lay down the complete data set: looks in data/, in the folder that $FASHION_MNIST_DIR (or $MNIST_DIR) "
        "names and in Debian's package; torchvision downloads what is still missing",
    )
    parser.add_argument(
        "--name",
        choices=list(DATASETS),
        default=FASHION_MNIST.name,
        help="which data set --full lays down (default: %(default)s)",
    )
    parser.add_argument(
        "--make-subset",
        action="store_true",
        help="make the files in data/ again from the complete data set, byte for byte the same (for authors)",
    )
    parser.add_argument("--root", type=Path, metavar="FOLDER", help="another folder than the course's data/")


def run(args: Namespace) -> int:
    """Do what the command line asks. Returns 0; raises UserError or InfrastructureError."""
    from autograder.common.terminal import console as the_console

    console = the_console()
    root = args.root if args.root is not None else data_folder()
    dataset = DATASETS[args.name]
    if dataset is not FASHION_MNIST and (args.make_subset or not args.full):
        raise UserError(f"The images in data/ are Fashion-MNIST's. For {dataset.title}, add --full, and that alone.")
    if args.full or args.make_subset:
        laid = lay_down(dataset, root, lambda text: console.print(text, markup=False, style="yellow", soft_wrap=True))
        if args.make_subset:
            make_subset(dataset.raw(root), root)
        if args.full:
            show_full(console, dataset, root, laid)
    if not args.full:
        show_subset(console, root, verify_subset(root))
    return 0


def data_folder() -> Path:
    """The data/ of the course that the working folder lies in, as short a path as possible. Raises UserError."""
    folder = find_course(Path.cwd()).root / "data"
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def show_subset(console: Console, root: Path, manifests: tuple[SubsetManifest, ...]) -> None:
    """Print how many images of each class there are, then the checksums as `sha256sum` prints them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    frame = box.SIMPLE_HEAD if console.is_terminal else None
    table = Table(title=Text(f"Fashion-MNIST in {root}"), title_justify="left", box=frame, pad_edge=False)
    table.add_column("class")
    table.add_column("", style="bold")
    for manifest in manifests:
        table.add_column(f"{manifest.split} images", justify="right")
    for number, name in enumerate(CLASSES):
        table.add_row(str(number), name, *(f"{manifest.counts[name]:,}" for manifest in manifests))
    table.add_section()
    table.add_row("", "together", *(f"{manifest.images:,}" for manifest in manifests))
    console.print(table)
    console.print()
    for manifest in manifests:
        for entry in manifest.files:
            console.print(f"{entry.sha256}  {root / entry.name}", style="dim", markup=False, soft_wrap=True)
    console.print()
    only_training = " The test images are not here: only the course's own repository has them."
    console.print("[green]All checksums are right.[/]" + (only_training if len(manifests) == 1 else ""))


def show_full(console: Console, dataset: Dataset, root: Path, laid: tuple[Laid, ...]) -> None:
    """Print each file's checksum, where it came from, and how to read them all."""
    for item in laid:
        came = f"from {item.source}" if item.source else "was there already"
        console.print(f"{item.file.sha256}  {item.path}", style="dim", markup=False, soft_wrap=True)
        console.print(f"    {item.file.size:,} bytes, {came}", markup=False, soft_wrap=True)
    console.print()
    console.print(f"[green]{dataset.title} is complete and all checksums are right.[/] To read it:")
    console.print(
        f'    torchvision.datasets.{dataset.folder}(root="{root}")',
        style="bold",
        markup=False,
        soft_wrap=True,
    )
