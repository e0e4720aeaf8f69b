"""The official files, in full: found on this machine or downloaded, checked, laid down for torchvision."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from autograder.common.errors import InfrastructureError, UserError
from autograder.common.files import alone_in, sha256, write_whole
from autograder.data.download import DownloadError, download
from autograder.data.idx import Images, read_file, to_images, unpack


@dataclass(frozen=True)
class OfficialFile:
    """One of a data set's four files, unpacked: torchvision's name for it, bytes, checksum."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Dataset:
    """A data set in MNIST's format and the places where its official files may be."""

    name: str  # what `--name` takes
    title: str
    folder: str  # torchvision's class, and the folder that it reads under its root
    variable: str  # the environment variable that names a folder
    system: Path | None  # where a package of the system puts it
    mirrors: tuple[str, ...]  # torchvision's, for when torchvision is not installed
    files: tuple[OfficialFile, ...]

    def raw(self, root: Path) -> Path:
        """The folder that torchvision reads, when it is given `root`."""
        return root / self.folder / "raw"


# Checksums are of the unpacked files. torchvision's md5s are of the .gz, and packaging strips their headers of
# name and time (Debian does), which changes the md5 and not a single pixel.
FASHION_MNIST = Dataset(
    name="fashion-mnist",
    title="Fashion-MNIST",
    folder="FashionMNIST",
    variable="FASHION_MNIST_DIR",
    system=Path("/usr/share/datasets/fashion-mnist"),
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    files=(
        OfficialFile("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        OfficialFile("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        OfficialFile("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        OfficialFile("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ),
)  # fmt: skip
MNIST = Dataset(
    name="mnist",
    title="MNIST",
    folder="MNIST",
    variable="MNIST_DIR",
    system=None,
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
    files=(
        OfficialFile("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        OfficialFile("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        OfficialFile("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        OfficialFile("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ),
)  # fmt: skip
DATASETS = {dataset.name: dataset for dataset in (FASHION_MNIST, MNIST)}


class Reporter(Protocol):
    """Who is told what happens. `autograder data` prints it."""

    def note(self, text: str) -> None:
        """Something was passed over or tried again."""

    def progress(self, name: str, done: int, total: int | None) -> None:
        """Bytes of a download that are here."""


class Quiet:
    """A reporter that says nothing."""

    def note(self, text: str) -> None:
        pass

    def progress(self, name: str, done: int, total: int | None) -> None:
        pass


@dataclass(frozen=True)
class Laid:
    """A file that stands under `root` now, and where it came from ("" when it was there already)."""

    path: Path
    file: OfficialFile
    source: str


def lay_down(dataset: Dataset, root: Path, reporter: Reporter | None = None) -> tuple[Laid, ...]:
    """Bring the official files to `root`, where torchvision's class reads them; what is right stays untouched.

    Looks in `root`, in the folder that the environment variable names, in the system's folder, and downloads
    what is still missing. Every file is checked (sha256, unpacked) before it is written, whole.
    Raises InfrastructureError, saying where it looked and what to do, when a file is nowhere or the disk is full;
    UserError when `root` may not be written.
    """
    reporter = reporter or Quiet()
    with alone_in(dataset.raw(root)):
        return tuple(_lay_one(dataset, file, root, reporter) for file in dataset.files)


def _lay_one(dataset: Dataset, file: OfficialFile, root: Path, reporter: Reporter) -> Laid:
    target = dataset.raw(root) / file.name
    looked: list[str] = []
    for label, folder in _places(dataset, root):
        if folder is None:
            looked.append(label)
            continue
        candidates = list(_candidates(dataset, folder, file.name))
        if not candidates:
            looked.append(f"{label}: not there")
        for candidate in candidates:
            content, fault = _official(candidate, file)
            if content is None:
                looked.append(f"{candidate}: {fault}")
                reporter.note(f"{candidate} is passed over: {fault}.")
            elif candidate == target:
                return Laid(target, file, "")
            else:
                write_whole(target, content)
                return Laid(target, file, str(candidate))
    content, source = _download(dataset, file, root, reporter, looked)
    write_whole(target, content)
    _part(target).unlink(missing_ok=True)
    return Laid(target, file, source)


def _places(dataset: Dataset, root: Path) -> Iterator[tuple[str, Path | None]]:
    """The folders of this machine, in order, each with what to call it in a message."""
    yield str(root), root
    if named := os.environ.get(dataset.variable):
        yield f"${dataset.variable} ({named})", Path(named)
    else:
        yield f"${dataset.variable}: not set", None
    if dataset.system is not None:
        yield str(dataset.system), dataset.system


def _candidates(dataset: Dataset, folder: Path, name: str) -> Iterator[Path]:
    """The files of `folder` that may hold the one called `name`: torchvision's folders, both spellings, .gz or not."""
    for inside in (dataset.raw(folder), folder / "raw", folder):
        for spelling in (name, name.replace("-idx", ".idx")):
            for candidate in (inside / spelling, inside / f"{spelling}.gz"):
                if candidate.is_file():
                    yield candidate


def _official(path: Path, file: OfficialFile) -> tuple[bytes | None, str]:
    """The file's bytes, unpacked, if they are the official ones; else None and why not."""
    try:
        content = unpack(path.read_bytes(), file.size + 1)
    except OSError as error:
        return None, f"it cannot be read ({error.strerror or error})"
    except ValueError as error:
        return None, str(error)
    if sha256(content) != file.sha256:
        return None, "its checksum is not the official file's"
    return content, ""


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.gz.part")


def _download(
    dataset: Dataset, file: OfficialFile, root: Path, reporter: Reporter, looked: list[str]
) -> tuple[bytes, str]:
    """The file's bytes from the first mirror that has it, and its address. Raises InfrastructureError when none does."""
    packed = f"{file.name}.gz"
    part = _part(dataset.raw(root) / file.name)
    for mirror in mirrors(dataset):
        url = f"{mirror.rstrip('/')}/{packed}"
        for begun in (part.exists(), False):
            try:
                download(url, part, file.size + 100_000, lambda done, total: reporter.progress(packed, done, total))
            except DownloadError as error:
                looked.append(f"{url}: {error}")
                break
            content, fault = _official(part, file)
            if content is not None:
                return content, url
            # Not the file: never go on from it.
            with suppress(OSError):
                part.unlink()
            if not begun:
                looked.append(f"{url}: {fault}")
                break
            reporter.note(f"{packed} is downloaded afresh: {fault}.")
    places = "\n".join(f"  {line}" for line in looked)
    debian = " On Debian or Ubuntu, `apt install dataset-fashion-mnist` is enough." if dataset.system else ""
    raise InfrastructureError(
        f"{dataset.title}: {packed} is not on this machine and could not be downloaded.\n{places}\n"
        f"With a network, run the command again: it goes on where it stopped. Without one, put the four official\n"
        f".gz files into {root}, or into a folder that ${dataset.variable} names.{debian}"
    )


def mirrors(dataset: Dataset) -> tuple[str, ...]:
    """torchvision's addresses for the data set, or our copy of them when torchvision is not installed."""
    try:
        from torchvision import datasets  # type: ignore[import-untyped, unused-ignore]
    except Exception:  # not installed, or built for another torch: neither is needed to download
        return dataset.mirrors
    return tuple(getattr(datasets, dataset.folder).mirrors)


def load_full(root: Path, split: Literal["train", "test"], dataset: Dataset = FASHION_MNIST) -> Images:
    """The official images, (60000, 28, 28) or (10000, 28, 28), that `autograder data --full` laid down under `root`.

    Raises UserError when they are not there, or are not the official ones.
    """
    prefix = {"train": "train-", "test": "t10k-"}[split]
    again = f"Run `autograder data --full{'' if dataset is FASHION_MNIST else f' --name {dataset.name}'}`."
    contents = []
    for file in dataset.files:
        if not file.name.startswith(prefix):
            continue
        path = dataset.raw(root) / file.name
        try:
            content = read_file(path)
        except UserError as error:
            raise UserError(f"{error} {again}") from error
        if sha256(content) != file.sha256:
            raise UserError(f"{path} is damaged: its checksum is not the official file's. {again}")
        contents.append(content)
    images, labels = contents
    return to_images(images, labels, str(dataset.raw(root)))
