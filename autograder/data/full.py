"""The complete official files: found on this machine or downloaded, checked, and put where torchvision reads them."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..common.errors import InfrastructureError
from ..common.files import alone_in, explain, sha256, write_whole
from .dataset import Examples, Official, OfficialFile, Split
from .idx import read_checked, to_examples, unpack


@dataclass(frozen=True)
class Laid:
    """A file that is now in place, and where it came from ("" if it was there already)."""

    path: Path
    file: OfficialFile
    source: str


def lay_down(dataset: Official, root: Path, note: Callable[[str], None] = lambda text: None) -> tuple[Laid, ...]:
    """Put the official files under `root`, where torchvision's class reads them. Files that are right stay untouched.

    Looks in `root`, in the folder that the environment variable names and in the system's folder. torchvision downloads
    what is still missing. Every file is checked (sha256 of the unpacked bytes) before it is written, whole.
    note: called with a sentence for each file that was passed over.
    Raises InfrastructureError if a file cannot be found or the disk is full: its message says where it looked and what
    to do. Raises UserError if `root` may not be written or another run holds it.
    """
    with alone_in(dataset.raw(root)):
        found = {file: _find(dataset, file, root, note) for file in dataset.files}
        missing = [file for file, (where, _) in found.items() if where is None]
        with TemporaryDirectory(prefix=".download-", dir=root) if missing else nullcontext("") as fresh:
            looked = [line for _, lines in found.values() for line in lines]
            source = _download(dataset, Path(fresh), root, looked) if missing else ""
            laid = []
            for file, (where, _) in found.items():
                target = dataset.raw(root) / file.name
                content, fault = _official(where or dataset.raw(Path(fresh)) / file.name, file)
                if content is None:  # it was downloaded: a file found on this machine was right a moment ago
                    raise InfrastructureError(f"{file.name} from {source} is not the official file: {fault}.")
                if where != target:
                    write_whole(target, content)
                laid.append(Laid(target, file, "" if where == target else str(where or source)))
            return tuple(laid)


def _find(
    dataset: Official, file: OfficialFile, root: Path, note: Callable[[str], None]
) -> tuple[Path | None, list[str]]:
    """The path of the official file on this machine, or None; and a line for each place where it was not found."""
    looked: list[str] = []
    for label, folder in _places(dataset, root):
        candidates = list(_candidates(dataset, folder, file.name)) if folder is not None else []
        if not candidates:
            looked.append(label if folder is None else f"{label}: not there")
        for candidate in candidates:
            content, fault = _official(candidate, file)
            if content is not None:
                return candidate, looked
            looked.append(f"{candidate}: {fault}")
            note(f"{candidate} is passed over: {fault}.")
    return None, looked


def _places(dataset: Official, root: Path) -> Iterator[tuple[str, Path | None]]:
    """The folders to look in, in order: (its name for messages, the folder; None if the variable is not set)."""
    yield str(root), root
    if named := os.environ.get(dataset.variable):
        yield f"${dataset.variable} ({named})", Path(named)
    else:
        yield f"${dataset.variable}: not set", None
    if dataset.system is not None:
        yield str(dataset.system), dataset.system


def _candidates(dataset: Official, folder: Path, name: str) -> Iterator[Path]:
    """The files of `folder` that may be the one called `name`: in torchvision's folders, in both spellings, .gz or not."""
    for inside in (dataset.raw(folder), folder / "raw", folder):
        for spelling in (name, name.replace("-idx", ".idx")):
            for candidate in (inside / spelling, inside / f"{spelling}.gz"):
                if candidate.is_file():
                    yield candidate


def _official(path: Path, file: OfficialFile) -> tuple[bytes | None, str]:
    """The file's bytes, unpacked, and ""; or None and the reason if they are not the official ones."""
    try:
        content = unpack(path.read_bytes(), file.size + 1)
    except OSError as error:
        return None, f"it cannot be read ({error.strerror or error})"
    except ValueError as error:
        return None, str(error)
    if sha256(content) != file.sha256:
        return None, "its checksum is not the official file's"
    return content, ""


def _download(dataset: Official, fresh: Path, root: Path, looked: list[str]) -> str:
    """Let torchvision download the files into the folder `fresh`. Returns their source for messages.

    looked: the places where they were not found. Raises InfrastructureError, which lists them, if the download fails.
    """
    try:
        from torchvision import datasets  # type: ignore[import-untyped, unused-ignore]
    except Exception as error:  # not installed, or built for another torch
        reason = (
            f"torchvision, which downloads it, cannot be imported ({error}). To install it: pip install torchvision"
        )
    else:
        try:
            getattr(datasets, dataset.folder)(fresh, download=True)
            return "torchvision's download"
        except Exception as error:  # no network, a mirror's error page, another file
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise explain(error, fresh) from error
            reason = f"torchvision's download: {' '.join(str(error).split())}"
    places = "\n".join(f"  {line}" for line in dict.fromkeys([*looked, reason]))
    debian = f" On Debian or Ubuntu, `apt install {dataset.debian}` is enough." if dataset.debian else ""
    raise InfrastructureError(
        f"{dataset.title} is not on this machine and could not be downloaded.\n{places}\n"
        f"With a network, run the command again. Without one, put the four official .gz files into {root}, or into a\n"
        f"folder that ${dataset.variable} names.{debian}"
    )


def read_official(raw: Path, split: Split, dataset: Official) -> tuple[bytes, bytes]:
    """The official images and labels of one split, unpacked. raw: the folder that torchvision reads.

    Raises UserError if they are not there, or are not the official ones.
    """
    again = f"Run `autograder data --full --name {dataset.name}`."
    images, labels = (
        read_checked(raw / file.name, file.sha256, "the official file's", again) for file in dataset.of(split)
    )
    return images, labels


def load_full(root: Path, split: Split, dataset: Official) -> Examples:
    """The official images that `autograder data --full` laid down under `root`. Raises UserError, see `read_official`."""
    images, labels = read_official(dataset.raw(root), split, dataset)
    return to_examples(images, labels, str(dataset.raw(root)))
