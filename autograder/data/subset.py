"""A subset of labelled images in git: chosen by one rule, checked against a manifest, loaded in milliseconds.

Training and test images are in separate files, each split with a manifest, so that either is complete without the
other. A student's repository has `data/train-*` but not `data/test-*`.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..common.errors import UserError
from ..common.files import alone_in, as_typed, sha256, write_whole
from .dataset import DataSet, Examples, Official, Split, Subset
from .full import load_full, read_official
from .idx import Idx, format_idx, pack, parse_idx, read_checked, read_file, to_examples, unpack

SCHEMA = "autograder/images/v1"
SPLITS: tuple[Split, ...] = ("train", "test")


def idx_set(official: Official, subset: Subset | None = None) -> DataSet:
    """A data set of labelled images in IDX files: the subset in `data/`, and the complete set after `lay_down`.

    Without a subset, there is only the complete set.
    """
    known = DataSet(
        official.title,
        things="images",
        full=lambda root: load_full(root, "train", official),
        drawn=lambda image: image,
        official=official,
    )
    if subset is None:
        return known
    return replace(
        known,
        classes=subset.classes,
        train=load_train,
        test=load_test,
        test_picture=test_picture,
        released=("train-*",),
        kept=("test-*",),
        subset=subset,
    )


def images_path(root: Path, split: Split) -> Path:
    return root / f"{split}-images.idx.gz"


def labels_path(root: Path, split: Split) -> Path:
    return root / f"{split}-labels.idx.gz"


def manifest_path(root: Path, split: Split) -> Path:
    return root / f"{split}-manifest.json"


@dataclass(frozen=True)
class FileEntry:
    """A file as its manifest describes it: packed, as it is in git, and unpacked. Sizes are in bytes."""

    name: str
    size: int
    sha256: str
    unpacked_size: int
    unpacked_sha256: str


@dataclass(frozen=True)
class SubsetManifest:
    """One split of the subset: the number of images of each class, and its two files (images, labels)."""

    split: Split
    counts: dict[str, int]  # class name -> number of images
    files: tuple[FileEntry, FileEntry]

    @property
    def images(self) -> int:
        return sum(self.counts.values())


def _load(split: Split, root: Path) -> Examples:
    """The images of one split in `root` (data/): items uint8 (N, H, W), labels int64 (N,).

    Raises UserError if a file is missing, as the test images are in every student's repository, or differs from its
    manifest.
    """
    images, labels = (_checked(root, entry) for entry in read_manifest(root, split).files)
    return to_examples(images, labels, str(images_path(root, split)))


load_train, load_test = functools.partial(_load, "train"), functools.partial(_load, "test")


def test_picture(root: Path, number: int) -> tuple[bytes, int, int] | None:
    """A test image of `root` (data/) as (gray bytes, width, height); None if there is none. Does not import torch."""
    images = _test_images(root)
    if images is None or not 0 <= number < images.shape[0]:
        return None
    _, height, width = images.shape
    return images.data[number * height * width : (number + 1) * height * width], width, height


@functools.lru_cache(maxsize=1)
def _test_images(root: Path) -> Idx | None:
    try:
        images = parse_idx(read_file(images_path(root, "test")))
    except (UserError, ValueError):
        return None
    return images if len(images.shape) == 3 else None


def _checked(root: Path, entry: FileEntry) -> bytes:
    """The file's bytes, unpacked. Raises UserError if they are not what the manifest says."""
    return read_checked(root / entry.name, entry.unpacked_sha256, "the manifest's", _restore(root))


def _restore(root: Path) -> str:
    return f"Bring it back with `git checkout -- {as_typed(root)}`."


def read_manifest(root: Path, split: Split) -> SubsetManifest:
    """The manifest of one split in `root` (data/). Raises UserError if it is missing, unreadable or not a manifest."""
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
                f"own does. There, bring them back with `git checkout -- {as_typed(root)}`."
            ) from None
        raise UserError(f"{path} is missing. {_restore(root)}") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: it is not a manifest of {split} images. {_restore(root)}") from error


def verify_subset(root: Path) -> tuple[SubsetManifest, ...]:
    """Check the bytes of the files in `root` (data/), packed and unpacked, and the number of images of each class.

    Returns the manifests: training and test, or training alone in a student's repository.
    Raises UserError for the first file that is missing or differs.
    """
    parts = (manifest_path, images_path, labels_path)
    splits = [split for split in SPLITS if split == "train" or any(part(root, split).exists() for part in parts)]
    manifests = tuple(read_manifest(root, split) for split in splits)
    for manifest in manifests:
        images, labels = (_checked(root, entry) for entry in manifest.files)
        for entry in manifest.files:
            if sha256((root / entry.name).read_bytes()) != entry.sha256:
                raise UserError(
                    f"{root / entry.name} holds the right images, but other bytes than its manifest says: "
                    f"it was packed anew. {_restore(root)}"
                )
        counts = count_classes(parse_idx(labels).data, list(manifest.counts))
        if counts != manifest.counts or parse_idx(images).shape[0] != manifest.images:
            raise UserError(f"{root}: {manifest.split} images and manifest disagree on how many there are.")
    return manifests


def count_classes(labels: bytes, classes: Sequence[str]) -> dict[str, int]:
    """Class name -> the number of labels of that class. labels: one byte for each."""
    return {name: labels.count(number) for number, name in enumerate(classes)}


def first_of_each_class(labels: bytes, per_class: int) -> list[int]:
    """The rule that chooses a subset: the positions of the first `per_class` labels of each class, in the file's order.

    Example: labels 1 0 1 1 0, one of each class -> positions 0 and 1.
    """
    left = dict.fromkeys(labels, per_class)
    chosen = []
    for position, label in enumerate(labels):
        if left[label]:
            left[label] -= 1
            chosen.append(position)
    return chosen


def make_subset(official: Official, subset: Subset, raw: Path, root: Path) -> None:
    """Make the subset's files in `root` from the official files in `raw`.

    The bytes are the same every time: a file that already holds the right images is left alone, because another version
    of zlib might pack them differently. Raises UserError if an official file is missing or is not the official one, and
    the errors of `alone_in` and `write_whole`.
    """
    with alone_in(root):
        for split in SPLITS:
            images, labels = map(parse_idx, read_official(raw, split, official))
            chosen = first_of_each_class(labels.data, subset.per_class[split])
            subset_images, subset_labels = take(images, chosen), take(labels, chosen)
            entries = {
                "images": _write(images_path(root, split), format_idx(subset_images)),
                "labels": _write(labels_path(root, split), format_idx(subset_labels)),
            }
            manifest = {
                "schema": SCHEMA,
                "dataset": official.title,
                "split": split,
                "licence": subset.licence,
                "source": subset.source,
                "made_by": "autograder data --make-subset",
                "rule": f"the first {subset.per_class[split]} images of each class, in the order of the official file",
                "made_from": {file.name: file.sha256 for file in official.of(split)},
                "shape": list(subset_images.shape),
                "counts": count_classes(subset_labels.data, subset.classes),
                "files": {role: vars(entry) for role, entry in entries.items()},
            }
            # Written last, so that a manifest never describes files that are not there yet.
            write_whole(manifest_path(root, split), (json.dumps(manifest, indent=2) + "\n").encode())


def take(idx: Idx, positions: Sequence[int]) -> Idx:
    """The items at `positions` along the first axis."""
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
