"""What is said of a training is told only where the evidence names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.checks import training as judging
from autograder.checks.failure import CheckFailed
from autograder.checks.training import (
    Fit,
    Training,
    company_sign,
    predicts_in_train_mode,
    reason,
    require_network,
    signs,
)
from autograder.sandbox.observation import Call, Observation, StudentError
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run_local import LocalRun
from tests.support.tiny_network import NETWORK, tiny

SOUND: dict[str, Any] = {
    "steps": 100,
    "optimizers": 1,
    "forwards": 100,
    "images": 10_000,
    "largest_batch": 100,
    "different_batches": 50,
    "inputs": [(0.0, 1.0)] * 10,
    "parameters": 4,
    "parameters_trained": 4,
    "parameters_moved": 4,
    "change": 0.5,
    "losses": {"cross_entropy of other numbers": 100},
}


WELL = Fit(0.5, 0.8)


def training(after: Fit = WELL, labelled: tuple[int, int] = (100, 100), **notes: Any) -> Training:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1000, 10, generator=generator)
    inputs = torch.randn(1000, 1, 28, 28, generator=generator)
    ran = Observation("train", (), "value", value=[1.0, 0.5])
    model = Observation("FashionCNN", (), "value", handle=1)
    return Training(NETWORK, model, ran, Fit(2.3, 0.1), after, after, inputs, logits, 10_000, SOUND | notes, labelled)


def test_a_sound_training_shows_nothing() -> None:
    assert signs(training()) == ()


@pytest.mark.parametrize(
    ("sign", "evidence"),
    [
        ("nll_loss_on_probabilities", {"losses": {"nll_loss of probabilities": 3}}),
        ("nll_loss_on_logits", {"losses": {"nll_loss of other numbers": 3}}),
        ("softmax_before_the_loss", {"losses": {"cross_entropy of probabilities": 3}}),
        ("labels_lose_their_images", {"labelled": (100, 10)}),
        ("gradients_not_zeroed", {"compared_steps": 50, "carried_steps": 50}),
        ("learning_rate_far_too_high", {"after": Fit(40.0, 0.1)}),
        ("trains_on_few_images", {"images": 3000}),
        # another network's parameters have no gradient from this one's loss
        ("trains_a_copy", {"parameters_moved": 0, "parameters_trained": 0, "empty_steps": 100}),
        ("forgets_backward", {"parameters_moved": 0, "empty_steps": 100}),
        ("trains_on_raw_pixels", {"inputs": [(73.0, 90.0)] * 10}),
    ],
)
def test_each_sign_has_its_evidence(sign: str, evidence: dict[str, Any]) -> None:
    assert sign in signs(training(**evidence))


@pytest.mark.parametrize(("size", "because"), [("2, 1, 1, 28, 28", "adds_the_channel_axis_again"), ("2, 784", None)])
def test_a_fifth_axis_is_told_only_where_one_came(size: str, because: str | None) -> None:
    said = f"Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [{size}]"
    seen = Observation("FashionCNN", (), "error", error=StudentError("RuntimeError", said))
    with pytest.raises(CheckFailed) as failed:
        require_network(NETWORK, seen, rows=2)
    assert failed.value.because == because


@pytest.mark.parametrize(
    "evidence",
    [
        {"after": Fit(2.41, 0.1)},  # a network that learns slowly at any learning rate
        {"after": Fit(1.7, 0.6)},  # a loss above 1.46 is no proof of a softmax
        {"inputs": [(0.1, float("nan"))] * 10},  # the deviation of a single number
        {"labelled": (5, 0)},  # too few rows were found again
        {"losses": {"nll_loss of log-probabilities": 100}},
    ],
)
def test_nothing_is_said_without_evidence(evidence: dict[str, Any]) -> None:
    assert signs(training(**evidence)) == ()


@pytest.mark.parametrize("helps", [None, "learning_rate_far_too_high"])
@pytest.mark.parametrize("other", [None, "gradients_not_zeroed"])
def test_large_steps_are_blamed_only_where_smaller_ones_help(
    helps: str | None, other: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that has learned something else, images upside down, say, is worse than one that knows nothing, too."""
    monkeypatch.setattr(judging, "_other_steps", lambda *_: helps)
    found = ("learning_rate_far_too_high", *([other] if other else []))
    monkeypatch.setattr(judging, "signs", lambda _: found)
    assert reason(SubmissionProxy(LocalRun({})), training(after=Fit(40.0, 0.1))) == (helps or other)


IMAGES = torch.randint(0, 256, (60, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def asked(predict: Callable[..., Any], layer: torch.nn.Module | None = None) -> tuple[SubmissionProxy, Training]:
    """A submission with this ``predict``, and a training that left its network, which has this layer, in train mode: it has been asked."""
    torch.manual_seed(0)
    tasks = tiny(predict=predict)
    model: Any = tasks["FashionCNN"]()  # type: ignore[operator]
    model.layers.insert(2, layer or torch.nn.Dropout(0.5))
    submission = SubmissionProxy(LocalRun({**tasks, "FashionCNN": lambda: model}))
    inputs = torch.rand(60, 1, 28, 28)
    ran, nothing = Observation("train", (), "value"), torch.zeros(60, 10)
    network = submission.FashionCNN()
    assert submission.predict(network, IMAGES).returned
    return submission, Training(NETWORK, network, ran, WELL, WELL, WELL, inputs, nothing, 60, {})


def test_train_mode_is_blamed_only_where_eval_mode_mends_the_prediction() -> None:
    plain: Any = tiny()["preprocess"]
    torch.manual_seed(1)  # `asked` gives its own network other weights
    other: Any = tiny()["FashionCNN"]()  # type: ignore[operator]
    forgets, right = lambda model, x: model(plain(x)).argmax(1), tiny()["predict"]
    for predict, blamed in ((forgets, True), (right, False), (lambda _, x: other(plain(x)).argmax(1), False)):
        submission, run = asked(predict)  # type: ignore[arg-type]
        assert predicts_in_train_mode(submission, run, IMAGES) == blamed
        assert (company_sign(submission, run, IMAGES) == "forgets_eval_mode") == blamed


def test_a_network_that_always_draws_is_not_said_to_look_at_the_batch() -> None:
    class Draws(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.dropout(x, 0.5)

    class LooksAtTheBatch(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 3 * (x - x.mean(0)) / (x.std(0) + 1e-3) if len(x) > 1 else x

    predict: Any = tiny()["predict"]
    assert company_sign(*asked(predict, LooksAtTheBatch()), IMAGES) == "batch_statistics_in_eval"
    assert company_sign(*asked(predict, Draws()), IMAGES) is None


def test_a_train_that_only_makes_a_generator_is_told_so() -> None:
    run = training()
    assert run.story == ""
    made = Training(**vars(run) | {"ran": Observation("train", (), "value", handle=2, type_name="generator")})
    assert made.story == " `train` has a yield in it: a call of it makes a generator, so nothing in it ran."


def test_of_weights_that_came_with_the_file_nothing_is_said_about_a_training() -> None:
    """Weights that end in infinite scores were said to come from steps that are too large."""
    loaded = Observation("FashionCNN", (Call("probe", "load_weights"),), "value", value="")
    infinite = vars(training()) | {"logits": torch.full((60, 10), torch.inf), "notes": {}}
    assert signs(Training(**infinite)) == ("learning_rate_far_too_high",)
    run = Training(**infinite | {"ran": loaded})
    assert signs(run) == ()
    assert "nothing was trained here: without that file, grading trains the network" in run.story
