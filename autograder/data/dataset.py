"""What a data set is: how it is found, loaded, checked and drawn.

Each data set of a course is a module of its own, `data/<name>.py`, which declares it as `DATA`; students get the module
and the files that it releases. A data set of labelled images in IDX files is made by `idx_set`; any other says itself
how it is loaded:

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

SAMPLE = "sample.safetensors"  # the first examples to train on, which a notebook that stands alone brings along
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
        """The first of them, so many bytes at most, as a file."""
        from safetensors.torch import save

        count = max(1, size // max(1, self.items[:1].nbytes))
        return save({"items": self.items[:count].contiguous(), "labels": self.labels[:count].contiguous()})


def examples_in(file: Path) -> Examples:
    """What :meth:`Examples.first` made a file of."""
    from safetensors.torch import load_file

    part = load_file(file)
    return Examples(part["items"], part["labels"])


@dataclass(frozen=True)
class OfficialFile:
    """One of a data set's four files, unpacked: torchvision's name for it, bytes, checksum."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Official:
    """A data set of IDX files that torchvision knows, and the places where its official files may be.

    Checksums are of the unpacked files. torchvision's md5s are of the .gz, and packaging strips their headers of name
    and time (Debian does), which changes the md5 and not a single pixel.
    """

    name: str  # what `--name` takes
    title: str
    folder: str  # torchvision's class, and the folder that it reads under its root
    variable: str  # the environment variable that names a folder
    system: Path | None  # where a package of the system puts it; debian: that package
    files: tuple[OfficialFile, ...]
    debian: str = ""

    def raw(self, root: Path) -> Path:
        """The folder that torchvision reads, when it is given `root`."""
        return root / self.folder / "raw"

    def of(self, split: Split) -> tuple[OfficialFile, ...]:
        """The two files of one half: images, labels."""
        start = {"train": "train-", "test": "t10k-"}[split]
        return tuple(file for file in self.files if file.name.startswith(start))


@dataclass(frozen=True)
class Subset:
    """What a subset of an official set is: the names of its classes, how many of each are taken, and whose they are."""

    classes: tuple[str, ...]
    per_class: Mapping[Split, int]
    licence: str
    source: str


@dataclass(frozen=True)
class DataSet:
    """A data set. Every function takes the course's `data/`, and raises UserError where a file is missing or damaged.

    title: its name. things: what messages call its items, in the plural.
    classes: what the class numbers mean; empty where labels are no classes.
    train: the examples that students train on. test: those that no student code is ever given; None: there are none.
    full: a larger set, for training at home.
    drawn: an item as a gray picture, uint8 (H, W). test_picture: the test item of that number as (bytes, width, height).
    released: patterns of the files in `data/` that students get; kept: of those that only the course has.
    official: the complete set, and where it may be found; subset: the part of it in `data/`.
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
        """The examples to train on, from a course's `data/`. Raises UserError where they are not there."""
        if not root.is_dir():
            raise UserError(
                f"This needs the course's training {self.things}, which are not here. In the course's repository they "
                "lie in data/."
            )
        if self.train is None:
            raise UserError(f"{self.title} has no training {self.things} in data/.")
        return self.train(root)

    def load_test(self, root: Path) -> Examples:
        """The examples that no student code is given. Raises UserError where they are not there."""
        if self.test is None:
            raise UserError(f"{self.title} has no test {self.things}.")
        return self.test(root)


def data_sets(root: Path) -> dict[str, DataSet]:
    """The data sets of a course, by name, those to train on first. root: its `data/`."""
    found = {path.stem: _declared(path) for path in sorted(root.glob("*.py"))}
    return dict(sorted(found.items(), key=lambda pair: pair[1].train is None))


def data_set(root: Path, name: str) -> DataSet:
    """The data set of a course that `data/<name>.py` declares. root: its `data/`. Raises UserError where there is none."""
    path = root / f"{name}.py"
    if root.is_dir() and not path.is_file():
        raise UserError(f"{path} is missing: it says what the data set {name} is. Bring it back from the course.")
    if not path.is_file():
        raise UserError(
            "This needs the course's data set, which is not here. In the course's repository it lies in data/."
        )
    return _declared(path)


def _declared(path: Path) -> DataSet:
    return declared_in(path, "DATA", DataSet, "data set")


def files_of_students(root: Path) -> tuple[Path, ...]:
    """The files of `root` (data/) that a student's repository carries, sorted; none where no data set is declared."""
    return _files(root, lambda data: data.released)


def files_of_graders(root: Path) -> tuple[Path, ...]:
    """The files of `root` (data/) that grading needs, sorted: the test items too."""
    return _files(root, lambda data: (*data.released, *data.kept))


def _files(root: Path, patterns: Callable[[DataSet], tuple[str, ...]]) -> tuple[Path, ...]:
    known = data_sets(root)
    names = {"*.py", "README.md", "LICENSE*", *(p for data in known.values() for p in patterns(data))}
    return tuple(sorted({path for name in names for path in root.glob(name) if path.is_file()})) if known else ()
