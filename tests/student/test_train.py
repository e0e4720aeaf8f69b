"""`train`: what it needs, what it keeps, and that grading reads it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import safetensors.torch

from autograder import cli
from autograder.common.errors import UserError
from autograder.student import train
from autograder.student.repository import StudentRepository
from tests.support.places import ROOT
from tests.support.student import script, words
from tests.support.tiny_network import NETWORK, TINY, some_data, tiny, train_and_judge


def test_trained_weights_are_read_by_grading() -> None:
    import torch

    from autograder.sandbox.inside import probes
    from autograder.student import trained_weights
    from autograder.submission import weights
    from autograder.submission.trained_from import Origin

    outcome = train_and_judge(tiny(), some_data(), lambda moment: None)
    read = weights.parse(trained_weights.packed(outcome, Origin("code")))
    model = tiny()["FashionCNN"]()
    assert probes.load_weights(model, read, torch.zeros(2, 1, 28, 28)) == ""
    assert all(torch.equal(model.state_dict()[k], v) for k, v in outcome.model.state_dict().items())


def test_train_says_what_is_missing(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train"]) == 2
    assert "not begun yet" in capsys.readouterr().err
    with pytest.raises(UserError, match="predict cannot be found"):
        train.tasks_of(NETWORK, {"preprocess": (1).__add__, "FashionCNN": object, "train": print})


@pytest.mark.parametrize("arguments", [["--first", "3"], ["--hold-out", "10000"], ["--hold-out", "-1"], ["--full"]])
def test_train_refuses_numbers_that_do_not_fit(
    repository: StudentRepository, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with_data(repository).write_text(TINY)
    assert cli.main(["train", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err


def with_data(repository: StudentRepository) -> Path:
    """The training images laid down in the student's repository; where the student's own script goes."""
    shutil.copytree(
        ROOT / "data", repository.root / "data", ignore=shutil.ignore_patterns("FashionMNIST", "MNIST", "test-*")
    )
    return script(repository, "a5_fashion_mnist")


@pytest.mark.parametrize("last", ["plt.plot(losses)", "exit(1)"])
def test_a_train_that_raises_late_loses_nothing(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str], last: str
) -> None:
    path = with_data(repository)
    path.write_text(TINY.replace("return losses", last))
    assert cli.main(["train", "--first", "400"]) == 1
    text = words(capsys)
    assert "what was learnt until then is kept" in text
    assert "Trained network: a5_fashion_mnist.safetensors" in text
    assert re.search(r"raised (NameError|SystemExit) at line 22", text)
    assert path.with_suffix(".safetensors").is_file()
    path.write_text(TINY.replace("optimizer = ", f"{last}; optimizer = "))
    assert cli.main(["train", "--first", "400"]) == 1
    assert re.search(r"raised (NameError|SystemExit) at line 13", text := words(capsys))
    assert "Trained" not in text


@pytest.mark.heavy
def test_what_cannot_be_compiled_is_trained_as_it_is(
    repository: StudentRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    path = with_data(repository)
    broken = "def broken(graph, inputs):\n    raise RuntimeError('no compiler')\n"
    path.write_text(
        broken
        + TINY.replace(
            "    def forward", "        self.layers = torch.compile(self.layers, backend=broken)\n    def forward"
        )
    )
    assert cli.main(["train", "--first", "400"]) == 0
    text = words(capsys)
    assert text.count("torch.compile could not compile here") == 1
    assert "Traceback" not in text
    assert "Note: predict" not in text
    names = set(safetensors.torch.load(path.with_suffix(".safetensors").read_bytes()))
    assert names == {f"layers.{n}.{kind}" for n in (0, 3) for kind in ("weight", "bias")}


def test_train_from_the_command_line(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    path = with_data(repository)
    path.write_text(TINY)
    for _ in range(2):
        assert cli.main(["train", "--first", "400", "--seed", "3"]) == 0
    text = words(capsys)
    assert "epoch 1.0" in text
    assert "are right (give or take" in text
    assert path.with_suffix(".safetensors").is_file()
    assert "<svg" in path.with_name("training.html").read_text()
    path.write_text(TINY.replace("nn.Linear(72, 10)", "nn.Linear(70, 10)"))
    assert cli.main(["train", "--first", "400"]) == 1
    assert "raised RuntimeError at line 11" in words(capsys)
    path.write_text(TINY.replace("def train", "def trian"))
    assert cli.main(["train", "--first", "400"]) == 2
    assert "train cannot be found" in capsys.readouterr().err


def test_a_misspelt_name_is_asked_about(repository: StudentRepository, capsys: pytest.CaptureFixture[str]) -> None:
    with_data(repository).write_text(TINY.replace("return self.layers(x)", "return layers(x)"))
    assert cli.main(["train", "--first", "400"]) == 1
    assert "name 'layers' is not defined. Did you mean self.layers?" in words(capsys)
