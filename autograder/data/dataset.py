"""Data sets: how one is found, loaded, checked and drawn.

Each data set of a course is a module, `data/<name>.py`, which declares it as `DATA`. Students get this module and the
files that it releases. `idx_set` makes a data set of labelled images in IDX files. Any other data set declares its own
functions:

    DATA = DataSet("Daily temperatures", things="days", train=load_train, test=load_test, released=("days.csv",))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..common.errors import UserError
from ..common.run_file import declared_in

if TYPE_CHECKING:
    import torch

SAMPLE = "sample.safetensors"  # the first training examples, which a notebook without the repository brings along
FOLDER = "data"
Split = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class Examples:
    """Items with their labels: tensors (N, ...) and (N,)."""

    items: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, size: int) -> bytes:
        """The content of a safetensors file with the first examples: `size` bytes of items at most, but at least one item."""
        from safetensors.torch import save

        count = max(1, size // max(1, self.items[:1].nbytes))
        return save({"items": self.items[:count].contiguous(), "labels": self.labels[:count].contiguous()})


def examples_in(file: Path) -> Examples:
    """The examples in a file that :meth:`Examples.first` made."""
    from safetensors.torch import load_file

    part = load_file(file)
    return Examples(part["items"], part["labels"])


@dataclass(frozen=True)
class OfficialFile:
    """One of a data set's four files, unpacked: torchvision's name for it, its size in bytes, its checksum."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Official:
    """A data set of IDX files that torchvision knows, and the places where its official files may be.

    Checksums are of the unpacked files. torchvision's md5s are of the .gz files. They fail for files whose gzip header
    has no name and time (Debian removes both), although every pixel is right.
    """

    name: str  # its name for `--name`
    title: str
    folder: str  # the name of torchvision's class, and of the folder that this reads under its root
    variable: str  # the environment variable that may name a folder with the files
    system: Path | None  # the folder where a package of the system puts the files; debian: that package's name
    files: tuple[OfficialFile, ...]
    debian: str = ""

    def raw(self, root: Path) -> Path:
        """The folder that torchvision reads if its root is `root`."""
        return root / self.folder / "raw"

    def of(self, split: Split) -> tuple[OfficialFile, ...]:
        """The two files of one split: images, labels."""
        start = {"train": "train-", "test": "t10k-"}[split]
        return tuple(file for file in self.files if file.name.startswith(start))


@dataclass(frozen=True)
class Subset:
    """A subset of an official set: the names of its classes, the number of images of each, the licence and the source."""

    classes: tuple[str, ...]
    per_class: Mapping[Split, int]
    licence: str
    source: str


@dataclass(frozen=True)
class DataSet:
    """A data set. Functions that load take the course's `data/`, and raise UserError if a file is missing or damaged.

    title: its name. things: the word for its items in messages, in the plural.
    classes: the name of each class number; empty if labels are not classes.
    train: loads the examples that students train on. test: loads those that student code never gets. None: there are
    none.
    full: loads a larger set, for training at home.
    drawn: draws an item as a gray picture, uint8 (H, W). test_picture: from `data/` and a number, the test item of that
    number as (gray bytes, width, height), or None.
    released: patterns of the files in `data/` that students get. kept: patterns of those that only the course has.
    official: the complete set, and where its files may be. subset: the part of it in `data/`.
    """

    title: str
    things: str = "examples"
    classes: tuple[str, ...] = ()
    train: Callable[[Path], Examples] | None = None
    test: Callable[[Path], Examples] | None = None
    full: Callable[[Path], Examples] | None = None
    drawn: Callable[[torch.Tensor], torch.Tensor] | None = None
    test_picture: Callable[[Path, int], tuple[bytes, int, int] | None] | None = None
    released: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    official: Official | None = None
    subset: Subset | None = None

    def load_train(self, root: Path) -> Examples:
        """The training examples, from the course's `data/` (root). Raises UserError if there are none."""
        if not root.is_dir():
            raise UserError(
                f"This needs the course's training {self.things}, which are not here. In the course's repository they "
                "are in data/."
            )
        if self.train is None:
            raise UserError(f"{self.title} has no training {self.things} in data/.")
        return self.train(root)

    def load_test(self, root: Path) -> Examples:
        """The examples that student code never gets, from the course's `data/` (root). Raises UserError if there are none."""
        if self.test is None:
            raise UserError(f"{self.title} has no test {self.things}.")
        return self.test(root)


def data_sets(root: Path) -> dict[str, DataSet]:
    """Name -> data set of a course, those with training examples first. root: its `data/`."""
    found = {path.stem: _declared(path) for path in sorted(root.glob("*.py"))}
    return dict(sorted(found.items(), key=lambda pair: pair[1].train is None))


def data_set(root: Path, name: str) -> DataSet:
    """The data set that `data/<name>.py` declares. root: the course's `data/`. Raises UserError if there is none."""
    path = root / f"{name}.py"
    if root.is_dir() and not path.is_file():
        raise UserError(f"{path} is missing: it says what the data set {name} is. Bring it back from the course.")
    if not path.is_file():
        raise UserError(
            "This needs the course's data set, which is not here. In the course's repository it is in data/."
        )
    return _declared(path)


def _declared(path: Path) -> DataSet:
    return declared_in(path, "DATA", DataSet, "data set")


def files_of_students(root: Path) -> tuple[Path, ...]:
    """The files of `root` (data/) that a student's repository has, sorted; none if no data set is declared."""
    return _files(root, lambda data: data.released)


def files_of_graders(root: Path) -> tuple[Path, ...]:
    """The files of `root` (data/) that grading needs, sorted, with the test items; none if no data set is declared."""
    return _files(root, lambda data: (*data.released, *data.kept))


def _files(root: Path, patterns: Callable[[DataSet], tuple[str, ...]]) -> tuple[Path, ...]:
    known = data_sets(root)
    names = {"*.py", "README.md", "LICENSE*", *(p for data in known.values() for p in patterns(data))}
    return tuple(sorted({path for name in names for path in root.glob(name) if path.is_file()})) if known else ()
