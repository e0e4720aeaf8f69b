"""The images in git, the fetcher of the complete sets, and every place where it looks."""

from __future__ import annotations

import argparse
import errno
import gc
import gzip
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from autograder import data
from autograder.common import files
from autograder.common.errors import InfrastructureError, UserError
from autograder.data import command, idx, subset
from autograder.data.dataset import OfficialFile
from tests.support.places import ROOT

DATA = ROOT / "data"
CLOTHES = data.data_set(DATA, "fashion_mnist")
assert CLOTHES.official is not None
assert CLOTHES.subset is not None
OFFICIAL, SUBSET = CLOTHES.official, CLOTHES.subset
DEBIAN = Path("/usr/share/datasets/fashion-mnist")


# A data set as small as a data set can be: the official names, other bytes, their checksums.


def small_contents(count: int, salt: int) -> tuple[bytes, bytes]:
    """Images (count, 28, 28) of noise and labels (count,), class numbers in a scrambled order, as IDX."""
    pixels = random.Random(salt).randbytes(count * 784)
    labels = bytes((i * 7 + i // 10 + salt) % 10 for i in range(count))
    return idx.format_idx(idx.Idx((count, 28, 28), pixels)), idx.format_idx(idx.Idx((count,), labels))


FIRST = "train-images-idx3-ubyte"
CONTENTS = dict(zip([file.name for file in OFFICIAL.files], (*small_contents(60, 1), *small_contents(20, 2)), strict=True))  # fmt: skip
SMALL = replace(
    OFFICIAL,
    variable="SMALL_DIR",
    system=None,
    files=tuple(
        OfficialFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in CONTENTS.items()
    ),
)


FEW = replace(SUBSET, per_class={"train": 3, "test": 1})


def put(folder: Path, name: str = "{}", packed: bool = False) -> None:
    """Lay the small data set into a folder, under names such as `{}.gz`."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, content in CONTENTS.items():
        (folder / name.format(key)).write_bytes(gzip.compress(content) if packed else content)


def assert_complete(root: Path) -> None:
    """All four files, right, and nothing else."""
    raw = SMALL.raw(root)
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == CONTENTS


# The subset


def test_the_images_in_git_are_what_the_manifests_say() -> None:
    train, test = data.verify_subset(DATA)
    assert (train.images, test.images) == (10_000, 2_000)
    assert set(train.counts.values()) == {1_000}
    assert set(test.counts.values()) == {200}
    assert list(train.counts) == list(test.counts) == list(CLOTHES.classes)
    assert all(path.stat().st_size < 6_000_000 for path in DATA.glob("*.gz"))


@pytest.mark.parametrize(("load", "count"), [(subset.load_train, 10_000), (subset.load_test, 2_000)])
def test_loads_as_tensors(load: Callable[[Path], data.Examples], count: int) -> None:
    loaded = load(DATA)
    assert loaded.items.shape == (count, 28, 28)
    assert loaded.items.dtype == torch.uint8
    assert loaded.labels.dtype == torch.int64
    assert len(loaded) == count
    assert loaded.labels.bincount().tolist() == [count // 10] * 10
    # The first official training image is an ankle boot, as is the first test image.
    assert loaded.labels[0] == 9


def test_loads_in_well_under_a_tenth_of_a_second() -> None:
    seconds = []
    for _ in range(5):
        begin = time.process_time()
        subset.load_train(DATA)
        seconds.append(time.process_time() - begin)
    assert min(seconds) < 0.1


def test_no_training_image_is_a_test_image_and_none_occurs_twice() -> None:
    images = torch.cat((subset.load_train(DATA).items, subset.load_test(DATA).items))
    assert len({image.numpy().tobytes() for image in images}) == 12_000


def test_importing_the_package_is_cheap() -> None:
    heavy = "{'torch', 'numpy', 'rich', 'torchvision', 'urllib.request'}"
    code = f"import sys, autograder.data; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_images_and_labels_must_fit_together() -> None:
    images, labels = (CONTENTS[f"train-{name}"] for name in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    loaded = idx.to_examples(images, labels, "here")
    assert loaded.items.shape == (60, 28, 28)
    assert loaded.items[3, 5, 7] == images[16 + 3 * 784 + 5 * 28 + 7]
    assert loaded.labels[:3].tolist() == [1, 8, 5]
    with pytest.raises(UserError, match="here holds 20 images, but labels of shape"):
        idx.to_examples(CONTENTS["t10k-images-idx3-ubyte"], labels, "here")
    with pytest.raises(UserError, match=r"images have shape \(N, H, W\)"):
        idx.to_examples(labels, labels, "here")


@pytest.fixture
def course_data(tmp_path: Path) -> Path:
    """A copy of the course's data/."""
    root = tmp_path / "data"
    root.mkdir()
    for path in DATA.iterdir():
        if path.is_file():
            (root / path.name).write_bytes(path.read_bytes())
    return root


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("train-images.idx.gz", Path.unlink, "is missing"),
        ("train-labels.idx.gz", Path.unlink, "is missing"),
        ("train-manifest.json", Path.unlink, "is missing"),
        ("train-images.idx.gz", flip, "is damaged"),
        ("train-labels.idx.gz", lambda p: p.write_bytes(p.read_bytes()[:-9]), "is cut off"),
        ("train-images.idx.gz", lambda p: p.write_bytes(b""), "is damaged: its checksum"),
        ("train-images.idx.gz", lambda p: p.write_bytes(gzip.compress(b"other")), "is damaged: its checksum"),
        ("train-manifest.json", lambda p: p.write_text("{}"), "is not a manifest of train images"),
        ("train-manifest.json", lambda p: p.write_text("[1"), "is not a manifest of train images"),
    ],
)
def test_says_what_to_do_when_a_file_is_missing_or_damaged(
    course_data: Path, name: str, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(course_data / name)
    for use in (subset.load_train, data.verify_subset):
        with pytest.raises(UserError, match=message) as raised:
            use(course_data)
        assert str(course_data / name) in str(raised.value)
        assert f"git checkout -- {course_data}" in str(raised.value)
        assert "\n" not in str(raised.value)


def test_verify_sees_other_packing_of_the_right_images(course_data: Path) -> None:
    path = course_data / "train-labels.idx.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1))
    assert len(subset.load_train(course_data)) == 10_000
    with pytest.raises(UserError, match="packed anew"):
        data.verify_subset(course_data)


def test_a_students_repository_has_the_training_images_alone(course_data: Path, tmp_path: Path) -> None:
    student = tmp_path / "student"
    student.mkdir()
    chosen = data.files_of_students(course_data)
    assert {path.name for path in data.files_of_graders(course_data)} == {path.name for path in course_data.iterdir()}
    assert [path.name for path in chosen] == [
        "LICENSE",
        "README.md",
        "fashion_mnist.py",
        "mnist.py",
        "train-images.idx.gz",
        "train-labels.idx.gz",
        "train-manifest.json",
    ]
    for path in chosen:
        (student / path.name).write_bytes(path.read_bytes())
    (train,) = data.verify_subset(student)
    assert train.images == 10_000
    with pytest.raises(UserError, match="students' repositories do not carry them"):
        subset.load_test(student)


def test_a_test_file_alone_is_a_finding(course_data: Path) -> None:
    (course_data / "test-images.idx.gz").unlink()
    with pytest.raises(UserError, match=r"test-images\.idx\.gz is missing"):
        data.verify_subset(course_data)


def test_the_rule_takes_the_first_of_each_class_in_file_order() -> None:
    assert subset.first_of_each_class(bytes([1, 0, 1, 1, 0]), 1) == [0, 1]
    assert subset.first_of_each_class(bytes([1, 0, 1, 1, 0]), 2) == [0, 1, 2, 4]


def test_makes_the_same_subset_every_time(tmp_path: Path) -> None:
    put(tmp_path / "raw")
    made = []
    for name in ("once", "twice"):
        data.make_subset(SMALL, FEW, tmp_path / "raw", tmp_path / name)
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert made[0] == made[1]
    assert len(made[0]) == 6
    train, test = data.verify_subset(tmp_path / "once")
    assert (train.images, test.images) == (30, 10)
    # Each image kept its label, and the order of the file: an index loop says so.
    whole = idx.to_examples(CONTENTS["train-images-idx3-ubyte"], CONTENTS["train-labels-idx1-ubyte"], "raw")
    wanted, seen = [], [0] * 10
    for position, label in enumerate(whole.labels.tolist()):
        seen[label] += 1
        if seen[label] <= 3:
            wanted.append(position)
    part = subset.load_train(tmp_path / "once")
    assert torch.equal(part.items, whole.items[wanted])
    assert torch.equal(part.labels, whole.labels[wanted])


def test_making_the_subset_again_keeps_files_that_another_zlib_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "raw")
    monkeypatch.setattr(subset, "pack", lambda content: gzip.compress(content, 1, mtime=0))
    data.make_subset(SMALL, FEW, tmp_path / "raw", tmp_path / "made")
    before = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    monkeypatch.undo()
    data.make_subset(SMALL, FEW, tmp_path / "raw", tmp_path / "made")
    assert {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()} == before


def test_makes_no_subset_from_other_files(tmp_path: Path) -> None:
    put(tmp_path / "raw")
    flip(tmp_path / "raw/train-images-idx3-ubyte")
    with pytest.raises(UserError, match="is not the official file"):
        data.make_subset(SMALL, FEW, tmp_path / "raw", tmp_path / "made")
    assert list((tmp_path / "made").iterdir()) == []


def official() -> Path | None:
    """A folder on this machine that lays down the official files quickly, if there is one."""
    raw = OFFICIAL.raw(DATA)
    return DEBIAN if DEBIAN.is_dir() else DATA if raw.is_dir() else None


@pytest.mark.heavy
@pytest.mark.skipif(official() is None, reason="the official files are not on this machine")
def test_the_official_files_give_the_subset_in_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASHION_MNIST_DIR", str(official()))
    data.lay_down(OFFICIAL, tmp_path)
    data.make_subset(OFFICIAL, SUBSET, OFFICIAL.raw(tmp_path), tmp_path)
    for split in subset.SPLITS:
        for entry in subset.read_manifest(DATA, split).files:
            made = (tmp_path / entry.name).read_bytes()
            assert hashlib.sha256(gzip.decompress(made)).hexdigest() == entry.unpacked_sha256
            if re.fullmatch(r"1\.[23][\d.]*", zlib.ZLIB_RUNTIME_VERSION):  # not zlib-ng
                assert made == (DATA / entry.name).read_bytes()
    assert len(data.load_full(tmp_path, "train", OFFICIAL)) == 60_000
    assert data.load_full(tmp_path, "test", OFFICIAL).labels.bincount().tolist() == [1_000] * 10


# IDX and gzip


@pytest.mark.parametrize("content", [b"", b"x", b"the same again " * 1000])
def test_packing_is_gzip_without_a_time(content: bytes) -> None:
    packed = idx.pack(content)
    assert gzip.decompress(packed) == content
    assert idx.unpack(packed) == content
    assert packed[3:8] == bytes(5)  # flags (no name) and time


def test_unpacking_never_makes_more_than_it_may() -> None:
    bomb = gzip.compress(bytes(1_000_000))
    with pytest.raises(ValueError, match="more than 1,000 bytes"):
        idx.unpack(bomb, 1_000)
    assert len(idx.unpack(bomb, 1_000_000)) == 1_000_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"<html>not found</html>", "not an IDX file"),
        (b"\x00\x00\x08\x00", "header is cut off"),
        (b"\x00\x00\x08\x03\x00\x00", "header is cut off"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x05abcd", "announces 5 bytes and 4 follow"),
    ],
)
def test_what_is_no_idx_file(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        idx.parse_idx(content)


# The four look-ups


@pytest.mark.parametrize(("name", "packed"), [("{}", False), ("{}.gz", True)])
@pytest.mark.parametrize("folder", ["", "raw", "FashionMNIST/raw"])
@pytest.mark.parametrize("place", ["data", "variable", "system"])
def test_finds_the_files_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, folder: str, name: str, packed: bool
) -> None:
    places = {key: tmp_path / key for key in ("data", "variable", "system")}
    monkeypatch.setenv("SMALL_DIR", str(places["variable"]))
    put(places[place] / folder, name, packed)
    dataset = replace(SMALL, system=places["system"])
    laid = data.lay_down(dataset, places["data"])
    assert [item.path.read_bytes() for item in laid] == list(CONTENTS.values())
    if (place, folder, packed) == ("data", "FashionMNIST/raw", False):
        assert {item.source for item in laid} == {""}  # it was there
    else:
        assert [item.source for item in laid] == [str(places[place] / folder / name.format(n)) for n in CONTENTS]


def test_finds_the_other_spelling(tmp_path: Path) -> None:
    put(tmp_path)
    for name in CONTENTS:
        (tmp_path / name).rename(tmp_path / name.replace("-idx", ".idx"))
    data.lay_down(SMALL, tmp_path)
    assert_complete(tmp_path)


def test_the_places_have_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALL_DIR", str(tmp_path / "variable"))
    dataset = replace(SMALL, system=tmp_path / "system")
    put(tmp_path / "system")
    put(tmp_path / "variable")
    (tmp_path / "variable/t10k-labels-idx1-ubyte").unlink()
    put(tmp_path / "data")
    for name in list(CONTENTS)[1:]:
        (tmp_path / "data" / name).unlink()
    sources = [Path(item.source).parent.name for item in data.lay_down(dataset, tmp_path / "data")]
    assert sources == ["data", "variable", "variable", "system"]


def test_passes_over_what_is_not_official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = SMALL.raw(tmp_path / "data")
    put(wrong)
    flip(wrong / "train-images-idx3-ubyte")
    (wrong / "t10k-images-idx3-ubyte").write_bytes(gzip.compress(b"cut off")[:-4])
    monkeypatch.setenv("SMALL_DIR", str(tmp_path / "variable"))
    put(tmp_path / "variable")
    notes: list[str] = []
    laid = data.lay_down(SMALL, tmp_path / "data", notes.append)
    assert_complete(tmp_path / "data")
    assert [bool(item.source) for item in laid] == [True, False, True, False]
    assert len(notes) == 2
    assert "train-images-idx3-ubyte is passed over: its checksum" in notes[0]


def test_a_second_run_touches_nothing(tmp_path: Path) -> None:
    put(tmp_path)
    data.lay_down(SMALL, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in SMALL.raw(tmp_path).iterdir()}
    assert {item.source for item in data.lay_down(SMALL, tmp_path)} == {""}
    assert {path: path.stat().st_mtime_ns for path in SMALL.raw(tmp_path).iterdir()} == before


@pytest.mark.parametrize("name", ["FashionMNIST", "MNIST"])
def test_torchvision_reads_what_is_laid_down(tmp_path: Path, name: str) -> None:
    from torchvision import datasets  # type: ignore[import-untyped]

    (known,) = (o for one in data.data_sets(DATA).values() if (o := one.official) is not None and o.folder == name)
    dataset = replace(known, files=SMALL.files)
    put(tmp_path / "given")
    (tmp_path / "data").mkdir()
    for path in (tmp_path / "given").iterdir():
        path.rename(tmp_path / "data" / path.name)
    data.lay_down(dataset, tmp_path / "data")
    read = getattr(datasets, name)
    train, test = read(root=tmp_path / "data"), read(root=str(tmp_path / "data"), train=False)
    ours = data.load_full(tmp_path / "data", "test", dataset)
    assert len(train) == 60
    assert torch.equal(test.data, ours.items)
    assert torch.equal(test.targets, ours.labels)
    # The names of the files are torchvision's.
    assert [f"{file.name}.gz" for file in known.files] == [name for name, _ in read.resources]


def test_the_complete_set_is_missing_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is missing\. Run `autograder data --full --name fashion_mnist`"):
        data.load_full(tmp_path, "train", OFFICIAL)
    with pytest.raises(UserError, match=r"Run `autograder data --full --name mnist`"):
        data.load_full(tmp_path, "train", replace(OFFICIAL, name="mnist"))
    put(SMALL.raw(tmp_path))
    flip(SMALL.raw(tmp_path) / "t10k-labels-idx1-ubyte")
    assert len(data.load_full(tmp_path, "train", SMALL)) == 60
    with pytest.raises(UserError, match="is damaged: its checksum"):
        data.load_full(tmp_path, "test", SMALL)


# The download: torchvision's own code, from a server on this machine


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that torchvision takes for Fashion-MNIST's address, with the small data set in it."""
    from torchvision import datasets

    folder = tmp_path / "mirror"
    put(folder, "{}.gz", packed=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    checksums = [(f"{name}.gz", hashlib.md5((folder / f"{name}.gz").read_bytes()).hexdigest()) for name in CONTENTS]
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
        monkeypatch.setattr(datasets.FashionMNIST, "resources", checksums)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield folder
        server.shutdown()
    # torchvision leaves open what answered it with an error: it is closed here, not in some test that comes later.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


def test_torchvision_downloads_what_is_nowhere_else(tmp_path: Path, mirror: Path) -> None:
    root = tmp_path / "data"
    put(root)
    (root / FIRST).unlink()
    laid = data.lay_down(SMALL, root)
    assert_complete(root)
    assert [item.source for item in laid] == ["torchvision's download", *(str(root / n) for n in list(CONTENTS)[1:])]
    assert not list(root.glob(".download-*"))
    for path in mirror.iterdir():
        path.unlink()
    assert {item.source for item in data.lay_down(SMALL, root)} == {""}  # nothing is downloaded twice


def test_a_damaged_file_is_downloaded_afresh(tmp_path: Path, mirror: Path) -> None:
    put(SMALL.raw(tmp_path / "data"))
    flip(SMALL.raw(tmp_path / "data") / FIRST)
    data.lay_down(SMALL, tmp_path / "data")
    assert_complete(tmp_path / "data")


def test_what_was_downloaded_must_be_the_official_file(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(SMALL, files=(replace(SMALL.files[0], sha256="0" * 64), *SMALL.files[1:]))
    with pytest.raises(InfrastructureError, match=f"{FIRST} from torchvision's download is not the official file"):
        data.lay_down(other, tmp_path / "data")
    assert not list(SMALL.raw(tmp_path / "data").iterdir())


def test_without_a_network_it_says_where_it_looked_and_what_to_do(tmp_path: Path, mirror: Path) -> None:
    for path in mirror.iterdir():
        path.unlink()
    with pytest.raises(InfrastructureError) as raised:
        data.lay_down(replace(SMALL, system=tmp_path / "system"), tmp_path / "data")
    message = str(raised.value)
    lines = message.splitlines()
    assert lines[1:4] == [
        f"  {tmp_path / 'data'}: not there",
        "  $SMALL_DIR: not set",
        f"  {tmp_path / 'system'}: not there",
    ]
    assert lines[4].startswith(f"  torchvision's download: Error downloading {FIRST}.gz")
    assert "put the four official .gz files into" in message
    assert "apt install dataset-fashion-mnist" in message


def test_without_torchvision_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(InfrastructureError, match="pip install torchvision"):
        data.lay_down(SMALL, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder has no lock there")
def test_two_runs_at_once_never_write_the_same_file(tmp_path: Path) -> None:
    with files.alone_in(SMALL.raw(tmp_path)), pytest.raises(UserError, match="wait until it has ended"):
        data.lay_down(SMALL, tmp_path)


# Disks and permissions

needs_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@needs_full_device
def test_a_full_disk_gets_one_line_and_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    (tmp_path / f".file.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(InfrastructureError, match=r"^The disk is full: .*file could not be written\. [^\n]*$"):
        files.write_whole(target, b"new" * 10_000)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("number", "kind", "message"),
    [
        (errno.ENOSPC, InfrastructureError, "The disk is full"),
        (errno.EDQUOT, InfrastructureError, "The disk is full"),
        (errno.EACCES, UserError, "may not be written"),
        (errno.EROFS, UserError, "may not be written"),
        (errno.ENOTDIR, UserError, "there is a file where a folder is needed"),
        (errno.EIO, InfrastructureError, "could not be written: Input/output error"),
    ],
)
def test_what_the_disk_says_in_one_line(number: int, kind: type[Exception], message: str) -> None:
    error = files.explain(OSError(number, os.strerror(number)), Path("data/x"))
    assert type(error) is kind
    assert message in str(error)
    assert "data/x" in str(error)
    assert "\n" not in str(error)


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "FashionMNIST").write_text("in the way")
    with pytest.raises(UserError, match="there is a file where a folder is needed"):
        data.lay_down(SMALL, tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="may not be written"):
        data.lay_down(SMALL, tmp_path / "data")


# The command


def autograder_data(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


def test_the_command_prints_counts_and_checksums(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert autograder_data("--root", str(DATA)) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    for path in sorted(DATA.glob("*.gz")):
        assert f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}\n" in out
    assert re.search(r"9 +Ankle boot +1,000 +200\n", out)
    assert re.search(r"together +10,000 +2,000\n", out)
    assert out.endswith("All checksums are right.\n")


def test_the_command_finds_the_courses_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assignments/a1").mkdir(parents=True)
    (tmp_path / "assignments/a1/a1.py").touch()
    monkeypatch.chdir(tmp_path)
    assert command.data_folder() == Path("data")
    monkeypatch.chdir(tmp_path / "assignments")
    assert command.data_folder() == tmp_path / "data"


def test_the_command_in_a_students_repository(course_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in course_data.glob("test-*"):
        path.unlink()
    assert autograder_data("--root", str(course_data)) == 0
    assert "The test images are not here" in capsys.readouterr().out


def test_the_command_lays_down_the_complete_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = subset.idx_set(replace(SMALL, folder="MNIST"))
    monkeypatch.setattr(command, "data_sets", lambda root: {"mnist": small})
    put(tmp_path)
    (tmp_path / f"{FIRST}.gz").write_bytes(b"cut off")
    assert autograder_data("--full", "--name", "mnist", "--root", str(tmp_path)) == 0
    out = capsys.readouterr().out
    assert f"    47,056 bytes, from {tmp_path / FIRST}\n" in out
    assert out.endswith(f'    torchvision.datasets.MNIST(root="{tmp_path}")\n')
    assert autograder_data("--full", "--name", "mnist", "--root", str(tmp_path)) == 0
    assert capsys.readouterr().out.count("was there already") == 4


def test_the_command_makes_the_subset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = subset.idx_set(SMALL, replace(SUBSET, per_class={"train": 2, "test": 1}))
    monkeypatch.setattr(command, "data_sets", lambda root: {"small": few})
    put(tmp_path, "{}.gz", packed=True)
    assert autograder_data("--make-subset", "--root", str(tmp_path)) == 0
    assert re.search(r"together +20 +10\n", capsys.readouterr().out)
    assert json.loads((tmp_path / "test-manifest.json").read_text())["rule"].startswith("the first 1 images")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--name", "mnist"], r"MNIST has no training images in data/"),
        (["--name", "letters"], "The data sets are: fashion_mnist, mnist"),
    ],
)
def test_a_data_set_that_is_not_there(words: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        autograder_data(*words, "--root", str(DATA))


def test_a_course_of_another_kind_declares_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "days.py").write_text(
        "from autograder.data import DataSet, Examples\n"
        "def load(root):\n"
        "    import torch\n"
        "    return Examples(torch.zeros(5, 1), torch.zeros(5))\n"
        "DATA = DataSet('Days', things='days', train=load, released=('days.csv',))\n"
    )
    (tmp_path / "days.csv").touch()
    (tmp_path / "secret.csv").touch()
    assert autograder_data("--root", str(tmp_path)) == 0
    assert "Days: 5 days to train on." in capsys.readouterr().out
    assert [path.name for path in data.files_of_students(tmp_path)] == ["days.csv", "days.py"]
    with pytest.raises(UserError, match="is complete in data/ already"):
        autograder_data("--full", "--root", str(tmp_path))
    (tmp_path / "days.py").write_text("DATA = 3")
    with pytest.raises(UserError, match=r"days\.py must set DATA = DataSet"):
        data.data_sets(tmp_path)
    (tmp_path / "days.py").write_text("1 / 0")
    with pytest.raises(UserError, match="declares no data set: ZeroDivisionError"):
        data.data_sets(tmp_path)
