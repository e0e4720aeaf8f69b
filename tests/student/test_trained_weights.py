"""What becomes of a trained network: written before it is asked anything, and replaced by better ones alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student import train, trained_weights, training_run
from autograder.student.repository import StudentRepository
from autograder.submission.source import read_source
from autograder.submission.trained_from import Origin, origin_of
from autograder.submission.weights import parse
from tests.support.tiny_network import CLOTHES, NETWORK

IMAGES = torch.arange(10).repeat_interleave(28 * 28 * 10).reshape(100, 28, 28).to(torch.uint8)
LABELS = torch.arange(10).repeat_interleave(10)


class Reads(nn.Module):
    """Tells the class from how bright the image is, if its one number is 1."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wanted = x.mean(dim=(1, 2, 3)) * self.factor
        return -(wanted[:, None] - torch.arange(10)).abs()


def tasks(factor: float, predict: Any = None) -> dict[str, Any]:
    def learn(model: Reads, images: torch.Tensor, labels: torch.Tensor) -> None:
        model.factor.data.fill_(factor)

    def usual(model: Reads, images: torch.Tensor) -> torch.Tensor:
        return model(images[:, None].float()).argmax(1)

    return {
        "preprocess": lambda x: x[:, None].float(),
        "FashionCNN": Reads,
        "train": learn,
        "predict": predict or usual,
    }


def trained(repository: StudentRepository, factor: float, quick: bool = False, predict: Any = None) -> list[str]:
    """Train and finish; what was said."""
    said: list[str] = []
    work = train.Work(repository, "a5_fashion_mnist", weights_of(repository), "a code")
    ours = tasks(factor, predict)
    result = training_run.train_watched(
        NETWORK, ours, training_run.split(CLOTHES, IMAGES, LABELS, 20), lambda moment: None
    )
    train.finish(work, result, ours, train.WeightsJudge((IMAGES, LABELS), quick), said.append)
    return said


def weights_of(repository: StudentRepository) -> Path:
    return repository.course.assignments / "a5_fashion_mnist" / "a5_fashion_mnist.safetensors"


def factor_in(path: Path) -> float:
    return float(parse(path.read_bytes())["factor"])


def backups(repository: StudentRepository) -> list[float]:
    return sorted(factor_in(path) for path in (weights_of(repository).parent / "backup").glob("*.safetensors"))


def test_better_replaces_worse_which_is_kept(repository: StudentRepository) -> None:
    trained(repository, 0.5)
    said = trained(repository, 1.0)
    assert factor_in(weights_of(repository)) == 1.0
    assert backups(repository) == [0.5]
    assert any("The network trained before is kept as backup/" in line for line in said)
    assert origin_of(weights_of(repository).read_bytes()) == Origin("a code", 1.0, 80)


@pytest.mark.parametrize("quick", [False, True])
def test_worse_never_replaces_better(repository: StudentRepository, quick: bool) -> None:
    trained(repository, 1.0)
    before = weights_of(repository).read_bytes()
    said = trained(repository, 0.5, quick)
    assert weights_of(repository).read_bytes() == before
    assert backups(repository) == [0.5]
    assert any("at least as good, so it stays" in line and "backup/" in line for line in said)


def test_a_quick_try_loses_a_tie_and_says_that_it_is_one(repository: StudentRepository) -> None:
    assert any("It has seen 80 images only" in line for line in trained(repository, 1.0, quick=True))
    before = weights_of(repository).stat().st_mtime_ns
    assert not any("images only" in line for line in trained(repository, 1.0, quick=True))
    assert weights_of(repository).stat().st_mtime_ns == before
    trained(repository, 1.0)
    assert weights_of(repository).stat().st_mtime_ns != before


def test_weights_that_do_not_fit_are_replaced_and_kept(repository: StudentRepository) -> None:
    weights_of(repository).write_bytes(b"of another network")
    trained(repository, 0.5, quick=True)
    assert factor_in(weights_of(repository)) == 0.5
    assert (weights_of(repository).parent / "backup" / "a5_fashion_mnist-2.safetensors").read_bytes()[:2] == b"of"


@pytest.mark.parametrize("error", [RuntimeError("no"), MemoryError(), SystemExit(1), KeyboardInterrupt()])
def test_whatever_predict_does_the_network_is_not_lost(repository: StudentRepository, error: BaseException) -> None:
    def raises(model: object, images: object) -> None:
        raise error

    if not isinstance(error, KeyboardInterrupt):
        assert any("predict raised" in line for line in trained(repository, 1.0, predict=raises))
        assert factor_in(weights_of(repository)) == 1.0
        return
    with pytest.raises(type(error)):
        trained(repository, 1.0, predict=raises)
    assert backups(repository) == [1.0]


def test_weights_know_their_code(repository: StudentRepository) -> None:
    own = repository.file("a5_fashion_mnist")
    own.write_text(own.read_text() + "\nWIDTH = 3\n")
    code = read_source(own).code_digest
    weights_of(repository).write_bytes(_weights(Origin(code, 0.875, 9000)))
    own.write_text(own.read_text() + "\n# a comment changes nothing\n")
    assert repository.older_weights("a5_fashion_mnist") == ""
    own.write_text(own.read_text() + "\nWIDTH = 4\n")
    note = repository.older_weights("a5_fashion_mnist")
    assert "trained by an earlier version of your code. It was right on 87.5% of the held-out data then" in note
    weights_of(repository).write_bytes(_weights(Origin()))
    assert repository.older_weights("a5_fashion_mnist") == "", "nobody knows the code of these"


@pytest.mark.heavy
def test_a_check_says_once_that_the_weights_are_of_other_code(repository: StudentRepository) -> None:
    from autograder.student.checker import Checker

    own = repository.file("a1_permute")
    own.write_text(own.read_text() + "\nWIDTH = 3\n")
    own.with_suffix(".safetensors").write_bytes(_weights(Origin("another", 0.875, 9000)))
    with Checker(repository) as checker:
        notes = checker.check("a1_permute").notes
    (note,) = (note for note in notes if "a1_permute.safetensors" in note)
    assert note.startswith("The code has changed since a1_permute.safetensors was trained")


def _weights(origin: Origin) -> bytes:
    import safetensors.torch

    return safetensors.torch.save({"factor": torch.ones(1)}, origin.metadata())


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 100, (5).to_bytes(8, "little") + b"[" * 5, (4).to_bytes(8, "little") + b"null",
     (2**40).to_bytes(8, "little") + b"{}"],
)  # fmt: skip
def test_a_broken_file_says_nothing_of_its_making(content: bytes) -> None:
    assert origin_of(content) is None
    assert origin_of((40).to_bytes(8, "little") + b'{"__metadata__":{"autograder.code":[]}}  ') == Origin()


def test_wrappers_leave_no_prefix() -> None:
    class OptimizedModule(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self._orig_mod = inner

    inner = nn.Sequential(OptimizedModule(nn.Linear(2, 3)), nn.Linear(3, 1))
    wrapped = OptimizedModule(nn.DataParallel(inner))
    assert set(training_run.numbers_of(wrapped)) == {"0.weight", "0.bias", "1.weight", "1.bias"}
    own = nn.ModuleDict({"module": nn.Linear(2, 1)})
    assert set(training_run.numbers_of(own)) == {"module.weight", "module.bias"}, "a name of the student's own stays"
    assert (
        trained_weights.share_right(NETWORK, {"FashionCNN": Reads, "predict": None}, b"", IMAGES, LABELS, "cpu") is None
    )
