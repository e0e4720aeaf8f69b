"""A training, judged fairly: the same bits with the same seed, interrupted as it stands, and no free lunch."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import pytest
import torch

from autograder.checks import TRAIN_IMAGES, TRAIN_LABELS
from autograder.checks.training import Training, disguise, train_and_watch
from autograder.data.subset import load_test
from autograder.grading.engine import Engine
from autograder.sandbox.inside import probes
from autograder.sandbox.limits import Limits
from autograder.sandbox.loader import Order
from autograder.sandbox.proxy import SubmissionProxy
from autograder.sandbox.run import SandboxRun
from autograder.submission import weights
from autograder.submission.source import Cell, Source
from tests.support.places import ROOT
from tests.support.tiny_network import NETWORK


def images(count: int = 50) -> torch.Tensor:
    return load_test(ROOT / "data").items[:count]


# The test images, disguised


def test_a_disguise_leaves_the_clothes_and_no_image_its_bytes() -> None:
    plain = images(500)
    seen = disguise(plain, torch.Generator().manual_seed(1))
    assert seen.dtype == torch.uint8
    assert torch.equal(seen == 0, plain == 0), "the background stays black, and no other pixel becomes so"
    assert int((seen.int() - plain.int()).abs().max()) <= 2
    known = {image.numpy().tobytes() for image in plain}
    assert not known & {image.numpy().tobytes() for image in seen}


def test_a_disguise_is_the_seeds() -> None:
    one, again, other = (disguise(images(), torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


# Weights that are handed in


def safetensors(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def entry(shape: list[int], size: int) -> dict[str, object]:
    return {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04\x95",  # a pickle
        b"PK\x03\x04" + bytes(100),  # what torch.save writes
        safetensors({"w": entry([2], 8)}, b"four"),  # cut off
        safetensors({"w": entry([2**40], 8)}, bytes(8)),  # says that it is larger than it is
        safetensors({"w": entry([-1], 4)}, bytes(4)),
        safetensors({}, length=2**60),
        safetensors({"w": {"dtype": "OBJECT", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)),
        safetensors([1, 2]),
    ],
)
def test_only_safetensors_are_read(data: bytes) -> None:
    with pytest.raises(weights.BadWeights, match="not a safetensors file"):
        weights.parse(data)


def test_weights_have_a_limit() -> None:
    size = weights.MAX_ELEMENTS + 1
    header = {"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    with pytest.raises(weights.BadWeights, match="more than 1,000,000 numbers"):
        weights.parse(safetensors(header, bytes(size)))
    assert weights.parse(safetensors({"w": entry([1, 2], 8)}, bytes(8)))["w"].shape == (1, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda own: own.pop("bias"), "the network has bias, the file has not"),
        (lambda own: own.update(more=torch.zeros(1)), "the file has more, the network has not"),
        (lambda own: own.update(bias=torch.zeros(7)), "bias has shape (4,) in the network, (7,) in the file"),
        (lambda own: own["bias"].fill_(torch.nan), "bias holds NaN in the file"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(change: object, message: str) -> None:
    network = torch.nn.Linear(3, 4)
    before = network.weight.detach().clone()
    own = {name: torch.zeros_like(tensor) for name, tensor in network.state_dict().items()}
    assert callable(change)
    change(own)
    assert probes.load_weights(network, own, torch.zeros(1, 3)) == message
    assert torch.equal(network.weight, before)


def test_a_network_is_asked_in_the_precision_that_training_has_given_it() -> None:
    """A network that `train` had made one of bfloat16 was said not to work."""
    network = torch.nn.Linear(3, 4).to(torch.bfloat16)
    assert probes.logits(network, torch.ones(2, 3)).dtype is torch.float32
    assert probes.fit(network, torch.ones(2, 3), torch.tensor([0, 1]))[0] > 0


@pytest.mark.parametrize(
    ("wrapped", "in_the_file"),
    [("own", "_orig_mod.own"), ("own", "module._orig_mod.own"), ("own.module", "own"), ("own.module", "own.module"),
     ("module", "module"), ("own", "own._orig_mod")],
)  # fmt: skip
def test_a_wrappers_part_of_a_name_is_no_difference(wrapped: str, in_the_file: str) -> None:
    """`wrapped`: where the network has its layer. A layer that the student calls `module` stays what it is."""
    layer = network = torch.nn.Linear(3, 4)
    for part in reversed(wrapped.split(".")):
        network = torch.nn.ModuleDict({part: network})  # type: ignore[assignment]
    weights = {f"{in_the_file}.{name}": torch.ones_like(tensor) for name, tensor in layer.state_dict().items()}
    assert probes.load_weights(network, weights, torch.zeros(1, 3)) == ""
    assert bool((layer.weight == 1).all())


def test_two_names_that_differ_by_a_wrappers_part_alone_stay_two() -> None:
    network = torch.nn.ModuleDict({"module": torch.nn.Linear(2, 1), "_orig_mod": torch.nn.Linear(2, 1)})
    own = {name: torch.full_like(tensor, place) for place, (name, tensor) in enumerate(network.state_dict().items())}
    assert probes.load_weights(network, own, torch.zeros(1, 2)) == ""
    assert all(torch.equal(tensor, own[name]) for name, tensor in network.state_dict().items())
    assert probes.load_weights(network, {"weight": torch.ones(1, 2), "bias": torch.ones(1)}, torch.zeros(1, 2))


# No free lunch


def test_a_table_in_a_buffer_counts() -> None:
    network = torch.nn.Linear(3, 4)
    network.register_buffer("table", torch.zeros(2000, 784))
    counted = probes.parameters(network, torch.zeros(1, 3))
    assert counted["buffers"] == 2000 * 784
    assert counted["largest"] == ("table", (2000, 784))


class Lazy(torch.nn.Sequential):
    """A network that learns its sizes, and those of its buffers, from its first batch."""

    def __init__(self) -> None:
        nn = torch.nn
        super().__init__(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))


def test_probes_take_networks_that_learn_their_sizes_late() -> None:
    images, labels = torch.rand(16, 1, 8, 8), torch.arange(16) % 10
    assert probes.parameters(Lazy(), images[:1])["parameters"] == 4 * 9 + 4 + 8 + 144 * 10 + 10
    for training in (False, True):
        loss, _ = probes.fit(Lazy(), images, labels, training=training)
        assert 0 < loss < 10
    assert probes.few_steps(Lazy(), images, labels)["without_gradient"] == []
    network = Lazy()
    probes.watch(network, images[:1])
    assert probes.watched()["parameters"] == 6
    assert probes.load_weights(Lazy(), network.state_dict(), images[:1]) == ""


# In the sandbox

LEARNS = """
import torch
from torch import nn
from torch.nn import functional as F

def preprocess(images):
    return images[:, None].float() / 255

class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 8, 5, 4), nn.ReLU(), nn.Dropout(0.1), nn.Flatten(), nn.Linear(288, 10))

    def forward(self, x):
        return self.layers(x)

def train(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    x = preprocess(images)
    EPOCHS
        for i in torch.randperm(len(x)).split(50):
            loss = nn.functional.cross_entropy(model(x[i]), labels[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return [loss.item()]
"""


@pytest.fixture(scope="module")
def engine(engines: Callable[[str], Engine]) -> Engine:
    return engines("a5_fashion_mnist")


def trained(engine: Engine, epochs: str, seed: int, seconds: float, text: str = LEARNS) -> Training:
    source = Source("py", (Cell(text.replace("EPOCHS", epochs), 1, None),))
    run = SandboxRun(lambda: engine._ready, Order("a5_fashion_mnist", source, seed, {}, Limits()))
    try:
        return train_and_watch(SubmissionProxy(run), NETWORK, TRAIN_IMAGES[:1000], TRAIN_LABELS[:1000], seconds)
    finally:
        run.close()


@pytest.mark.heavy
def test_the_same_seed_gives_the_same_bits(engine: Engine) -> None:
    one, again, other = (trained(engine, "for _ in range(2):", seed, 60) for seed in (5, 5, 6))
    assert one.ran.returned
    assert not one.ran.interrupted
    assert one.number("images") == 2000
    assert one.story == ""
    assert torch.equal(one.logits, again.logits)
    assert one.losses == again.losses
    assert not torch.equal(one.logits, other.logits)


@pytest.mark.heavy
def test_a_missing_package_costs_nothing_in_the_losses_and_is_named_where_it_should_have_trained(
    engine: Engine,
) -> None:
    """A right training lost its points for losses in a table of pandas, and one by lightning was only told that nothing moved."""
    table = "import pandas as pd\n" + LEARNS.replace("[loss.item()]", "pd.Series([loss.item()]).tolist()")
    training = trained(engine, "for _ in range(2):", 5, 60, table)
    assert training.ran.returned
    assert training.number("images") == 2000
    assert training.story == ""
    begin = LEARNS.index("    optimizer =")
    left = "import lightning\n" + LEARNS[:begin] + "    lightning.Trainer().fit(model, images)\n"
    assert "imports lightning, which grading does not have" in trained(engine, "", 5, 60, left).story
    raises = "import pandas as pd\n" + LEARNS.replace("EPOCHS", "for _ in pd.Series():")
    assert not trained(engine, "", 5, 60, raises).ran.returned


@pytest.mark.heavy
def test_a_training_that_runs_out_is_judged_as_it_stands(engine: Engine) -> None:
    training = trained(engine, "while True:", 5, 3.0)
    assert training.ran.interrupted
    assert training.after.loss < training.before.loss
    seen = training.number("images")
    assert seen > 1000
    assert 2.0 < training.number("cpu_seconds") < 6.0, "CPU time, however busy the machine is"
    assert f"the network had seen {seen:,.0f} images by then" in training.story
    assert "is judged as it stands" in training.story


def test_classes_with_other_numbers_keep_their_images() -> None:
    """A train that numbers the classes in another order was said to shuffle labels and images apart."""
    inputs, labels = torch.eye(4), torch.arange(4)
    network = torch.nn.Sequential(torch.nn.Linear(4, 4))
    for given, own in ((torch.tensor([2, 0, 3, 1]), 8), (torch.tensor([2, 0, 0, 1]), 0)):
        probes.watch(network, inputs[:1])
        for order in ([0, 1], [1, 2], [3, 2], [0, 3]):
            torch.nn.functional.cross_entropy(network(inputs[order]), given[order]).backward()
        probes.watched()
        assert probes.paired(inputs, labels) == (8, own)


@pytest.mark.parametrize(
    ("losses", "own"),
    [
        (lambda out, own, other: torch.nn.functional.cross_entropy(out, own), 12),
        (lambda out, own, other: torch.nn.functional.cross_entropy(out, other), 0),
        (
            lambda out, own, other: (
                0.0 * torch.nn.functional.cross_entropy(out, other) + torch.nn.functional.cross_entropy(out, own)
            ),
            12,
        ),  # mixup
        (
            lambda out, own, other: (
                torch.nn.functional.nll_loss(out.log_softmax(1), other)
                + 0 * torch.nn.functional.nll_loss(out.log_softmax(1), other)
            ),
            0,
        ),
    ],
)
def test_labels_are_an_images_own_if_one_of_its_losses_has_them(losses: Callable[..., torch.Tensor], own: int) -> None:
    inputs, labels = torch.eye(4), torch.arange(4)
    network = torch.nn.Sequential(torch.nn.Linear(4, 4))
    probes.watch(network, inputs[:1])
    for turn in (0, 1, 2):
        losses(network(inputs[[turn, 3]]), labels[[turn, 3]], labels[[3, turn]]).backward()
        losses(network(inputs[[turn, 3]]), labels[[turn, 3]], labels[[3, turn]]).backward()
    probes.watched()
    assert probes.paired(inputs, labels) == (12, own)
