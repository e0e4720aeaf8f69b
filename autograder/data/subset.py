"""The subset of Fashion-MNIST in git: chosen by one rule, checked against a manifest, loaded in milliseconds.

Training and test images have files of their own. A student's repository carries `data/train-*` and nothing of
`data/test-*`; each half has its manifest, so that either is complete without the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.common.errors import UserError
from autograder.common.files import alone_in, sha256, write_whole
from autograder.data.full import FASHION_MNIST
from autograder.data.idx import Idx, Images, format_idx, pack, parse_idx, read_file, to_images, unpack

SCHEMA = "autograder/images/v1"
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = ("train", "test")
PER_CLASS = {"train": 1000, "test": 200}
OFFICIAL = {"train": "train", "test": "t10k"}  # how the official files begin

# What a student's repository gets of data/: never the test images.
STUDENT_FILES = ("train-*", "README.md", "LICENSE*")


def student_files(root: Path) -> tuple[Path, ...]:
    """The files of `root` (data/) that a student's repository carries, sorted."""
    return tuple(sorted(path for pattern in STUDENT_FILES for path in root.glob(pattern) if path.is_file()))


def images_path(root: Path, split: Split) -> Path:
    return root / f"{split}-images.idx.gz"


def labels_path(root: Path, split: Split) -> Path:
    return root / f"{split}-labels.idx.gz"


def manifest_path(root: Path, split: Split) -> Path:
    return root / f"{split}-manifest.json"


@dataclass(frozen=True)
class FileEntry:
    """A file as its manifest describes it: packed (as it lies in git) and unpacked."""

    name: str
    size: int
    sha256: str
    unpacked_size: int
    unpacked_sha256: str


@dataclass(frozen=True)
class SubsetManifest:
    """One half of the subset: what is in it, and its two files (images, labels)."""

    split: Split
    counts: dict[str, int]  # class name -> number of images
    files: tuple[FileEntry, FileEntry]

    @property
    def images(self) -> int:
        return sum(self.counts.values())


def load_train(root: Path) -> Images:
    """The 10,000 training images in `root` (data/): images (10000, 28, 28) uint8, labels (10000,) int64.

    Raises UserError when a file is missing or is not what its manifest says.
    """
    return _load(root, "train")


def load_test(root: Path) -> Images:
    """The 2,000 test images in `root` (data/): images (2000, 28, 28) uint8, labels (2000,) int64.

    Raises UserError when a file is missing (as in every student's repository) or is not what its manifest says.
    """
    return _load(root, "test")


def _load(root: Path, split: Split) -> Images:
    images, labels = (_checked(root, entry) for entry in read_manifest(root, split).files)
    return to_images(images, labels, str(images_path(root, split)))


def _checked(root: Path, entry: FileEntry) -> bytes:
    """The file's bytes, unpacked, if they are what the manifest says."""
    path = root / entry.name
    try:
        content = read_file(path)
    except UserError as error:
        raise UserError(f"{error} {_restore(root)}") from error
    if sha256(content) != entry.unpacked_sha256:
        raise UserError(f"{path} is damaged: its checksum is not the manifest's. {_restore(root)}")
    return content


def _restore(root: Path) -> str:
    return f"Bring it back with `git checkout -- {root}`."


def read_manifest(root: Path, split: Split) -> SubsetManifest:
    """The manifest of one half. Raises UserError when it is missing or no manifest of ours."""
    path = manifest_path(root, split)
    try:
        content = json.loads(path.read_bytes())
        if content["schema"] != SCHEMA or content["split"] != split:
            raise ValueError("it is for something else")
        images, labels = (FileEntry(**content["files"][role]) for role in ("images", "labels"))
        if (images.name, labels.name) != (images_path(root, split).name, labels_path(root, split).name):
            raise ValueError("it names other files")
        return SubsetManifest(split, dict(content["counts"]), (images, labels))
    except FileNotFoundError:
        if split == "test" and manifest_path(root, "train").exists():
            raise UserError(
                f"The test images are not in {root}: students' repositories do not carry them, only the course's "
                f"own does. There, bring them back with `git checkout -- {root}`."
            ) from None
        raise UserError(f"{path} is missing. {_restore(root)}") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: it is no manifest of {split} images. {_restore(root)}") from error


def verify_subset(root: Path) -> tuple[SubsetManifest, ...]:
    """Check the files in `root` byte for byte, packed and unpacked, and count the images of each class.

    Returns the manifests: training and test, or training alone in a student's repository.
    Raises UserError at the first file that is missing or differs.
    """
    splits = [split for split in SPLITS if split == "train" or _has_any(root, split)]
    manifests = tuple(read_manifest(root, split) for split in splits)
    for manifest in manifests:
        images, labels = (_checked(root, entry) for entry in manifest.files)
        for entry in manifest.files:
            if sha256((root / entry.name).read_bytes()) != entry.sha256:
                raise UserError(
                    f"{root / entry.name} holds the right images, but other bytes than its manifest says: "
                    f"it was packed anew. {_restore(root)}"
                )
        counts = count_classes(parse_idx(labels).data)
        if counts != manifest.counts or parse_idx(images).shape != (manifest.images, 28, 28):
            raise UserError(f"{root}: {manifest.split} images and manifest disagree on how many there are.")
    return manifests


def _has_any(root: Path, split: Split) -> bool:
    return any(path(root, split).exists() for path in (manifest_path, images_path, labels_path))


def count_classes(labels: bytes) -> dict[str, int]:
    """Class name -> how many labels, given as one byte each, are of that class."""
    return {name: labels.count(number) for number, name in enumerate(CLASSES)}


def first_of_each_class(labels: bytes, per_class: int) -> list[int]:
    """The rule: the positions of the first `per_class` labels of each class, in the order of the file.

    Example: labels 1 0 1 1 0, one of each class -> positions 0 and 1.
    """
    left = dict.fromkeys(range(len(CLASSES)), per_class)
    chosen = []
    for position, label in enumerate(labels):
        if left[label]:
            left[label] -= 1
            chosen.append(position)
    return chosen


def make_subset(raw: Path, root: Path) -> None:
    """Make the subset's files in `root` from the official files in `raw` (data/FashionMNIST/raw).

    The same bytes every time: a file that holds the right images already is left alone, since another version of
    zlib might pack them differently. Raises UserError when an official file is missing or is not the official one.
    """
    with alone_in(root):
        for split in SPLITS:
            official = [file for file in FASHION_MNIST.files if file.name.startswith(OFFICIAL[split])]
            contents = []
            for file in official:
                content = read_file(raw / file.name)
                if sha256(content) != file.sha256:
                    raise UserError(f"{raw / file.name} is not the official file. Run `autograder data --full`.")
                contents.append(content)
            images, labels = (parse_idx(content) for content in contents)
            chosen = first_of_each_class(labels.data, PER_CLASS[split])
            subset_images, subset_labels = take(images, chosen), take(labels, chosen)
            entries = {
                "images": _write(images_path(root, split), format_idx(subset_images)),
                "labels": _write(labels_path(root, split), format_idx(subset_labels)),
            }
            manifest = {
                "schema": SCHEMA,
                "dataset": FASHION_MNIST.title,
                "split": split,
                "licence": "MIT, Copyright (c) 2017 Zalando SE; see LICENSE",
                "source": "https://github.com/zalandoresearch/fashion-mnist",
                "made_by": "autograder data --make-subset",
                "rule": f"the first {PER_CLASS[split]} images of each class, in the order of the official file",
                "made_from": {file.name: file.sha256 for file in official},
                "shape": list(subset_images.shape),
                "counts": count_classes(subset_labels.data),
                "files": {role: vars(entry) for role, entry in entries.items()},
            }
            # Last: a manifest never describes files that are not there yet.
            write_whole(manifest_path(root, split), (json.dumps(manifest, indent=2) + "\n").encode())


def take(idx: Idx, positions: Sequence[int]) -> Idx:
    """The items of the first axis at `positions`."""
    width = len(idx.data) // idx.shape[0]
    data = b"".join(idx.data[p * width : (p + 1) * width] for p in positions)
    return Idx((len(positions), *idx.shape[1:]), data)


def _write(path: Path, content: bytes) -> FileEntry:
    packed = _packed_already(path, content)
    if packed is None:
        packed = pack(content)
        write_whole(path, packed)
    return FileEntry(path.name, len(packed), sha256(packed), len(content), sha256(content))


def _packed_already(path: Path, content: bytes) -> bytes | None:
    """The bytes of the file at `path`, if they unpack to `content`."""
    try:
        packed = path.read_bytes()
        return packed if unpack(packed) == content else None
    except (OSError, ValueError):
        return None
