"""Runs a student's own training in this process.

`train_watched` trains, and `judged` evaluates the network on held-out images.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from ..course.network import Network
from ..data.dataset import DataSet
from .predictions import Odd, answers_in, outputs, predicted, prepared, right
from .watcher import Moment, Signs, Watcher

LOOK_EVERY = 10_000  # at most so many images are trained on between two looks at the held-out ones
_POINTS = 200  # the loss curve has about this many points


@dataclass(frozen=True)
class Data:
    """Examples of the data set `of`. images: items (M, ...); labels: (M,). The held-out ones are never trained on."""

    of: DataSet
    images: Tensor
    labels: Tensor
    held_images: Tensor
    held_labels: Tensor


def split(of: DataSet, images: Tensor, labels: Tensor, held: int) -> Data:
    """Hold out ``held`` images: every k-th one in the order of the labels, so that every class has its share.

    Raises ValueError if there are not enough images.
    """
    if not 0 <= held < len(labels):
        raise ValueError(f"from {len(labels):,} {of.things}, 0 to {len(labels) - 1:,} can be held out")
    chosen = torch.zeros(len(labels), dtype=torch.bool, device="cpu")  # the student's file may have changed the default
    if held:
        by_class = torch.argsort(labels, stable=True)
        chosen[by_class[(torch.arange(held, device="cpu") * len(labels)) // held]] = True
    return Data(of, images[~chosen], labels[~chosen], images[chosen], labels[chosen])


@dataclass(frozen=True)
class Trained:
    """The result of a training. curve: moments with a loss. looks: moments with an accuracy.

    numbers: the network's parameters and buffers by name, on the CPU, named as in the grader's network.
    images: how many were seen. device: where the network was left. stopped: by Ctrl-C. raised: what `train` raised
    after its first step. answers: (H,), the answers to the held-out images; empty before `judged`, or if there are
    none. scores: float32 (H, K), probabilities of the classes; else empty. problem: why `predict` gave no answers.
    """

    network: Network
    model: nn.Module
    data: Data
    numbers: Mapping[str, Tensor]
    curve: tuple[Moment, ...]
    looks: tuple[Moment, ...]
    images: int
    steps: int
    seconds: float
    cpu_seconds: float
    stopped: bool
    device: str
    signs: Signs
    answers: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64, device="cpu"))
    scores: Tensor = field(default_factory=lambda: torch.zeros(0, 1, device="cpu"))
    problem: str = ""
    raised: BaseException | None = None

    @property
    def accuracy(self) -> float | None:
        """The share of the held-out images whose answers are right; None without answers."""
        if len(self.answers) != len(self.data.held_labels) or not len(self.answers):
            return None
        return float(right(self.network, self.answers, self.data.held_labels).double().mean())

    @property
    def epochs(self) -> float:
        return self.images / max(1, len(self.data.labels))


def train_watched(network: Network, tasks: Mapping[str, Any], data: Data, tell: Callable[[Moment], None]) -> Trained:
    """Train a new network with the student's own functions. Ctrl-C ends the training and keeps what it has learnt.

    tasks: the student's functions by name; `predict` is not called yet. Their errors are raised as usual, except an
    error of `train` after a step: then the network has learnt something, and the error is part of the result.
    """
    model = tasks[network.model]()
    held = prepared(network, tasks, data.held_images) if len(data.held_labels) else torch.zeros(0, *network.inputs)
    before = numbers_of(model)
    look_every = max(1, min(len(data.labels), LOOK_EVERY))
    watcher = Watcher(network, model, held, data.held_labels, look_every, tell)
    cpu, stopped, raised = time.process_time(), False, None
    with watcher.watching():
        try:
            tasks[network.train](model, data.images.clone(), data.labels.clone())
        except KeyboardInterrupt:
            stopped = True
        except (Exception, SystemExit) as error:
            if not watcher.steps:
                raise
            raised = error
    seconds, cpu = watcher.seconds, time.process_time() - cpu
    try:
        numbers = numbers_of(model)
    except RuntimeError as error:  # after an error, a GPU gives no numbers any more
        raise raised or error from None
    watcher.signs.changed = any(name not in before or not torch.equal(before[name], numbers[name]) for name in numbers)
    every = max(1, len(watcher.curve) // _POINTS)
    return Trained(
        network, model, data, numbers, _thin(watcher.curve, every), tuple(watcher.looks), watcher.images, watcher.steps,
        seconds, cpu, stopped, next((p.device.type for p in model.parameters()), "cpu"), watcher.signs,
        raised=raised,
    )  # fmt: skip


def numbers_of(model: nn.Module) -> dict[str, Tensor]:
    """Copies of the parameters and buffers by name, on the CPU. A wrapper's prefix is removed from the names."""
    wrapped = {"OptimizedModule": "_orig_mod", "DataParallel": "module", "DistributedDataParallel": "module"}
    prefixes = [
        (f"{path}.{wrapped[kind]}." if path else f"{wrapped[kind]}.", f"{path}." if path else "")
        for path, module in model.named_modules()
        if (kind := type(module).__name__) in wrapped
    ]
    found = {}
    for name, tensor in model.state_dict().items():
        for before, after in sorted(prefixes, key=lambda pair: -len(pair[0])):  # the inner ones first
            if name.startswith(before):
                name = after + name.removeprefix(before)
        if isinstance(tensor, Tensor) and not nn.parameter.is_lazy(tensor):
            found[name] = tensor.detach().cpu().contiguous().clone()
    return found


def judged(trained: Trained, tasks: Mapping[str, Any]) -> Trained:
    """The training with answers to the held-out images: from `predict` or, if it fails, from the network's outputs."""
    data = trained.data
    if not len(data.held_labels):
        return trained
    network, answers, problem = trained.network, None, ""
    try:
        answers = predicted(network, tasks, trained.model, data.held_images, data.of.things)
    except (Exception, SystemExit) as error:
        what = f"{network.predict} raised {type(error).__name__}: {error}"
        problem = str(error) if isinstance(error, Odd) else what
    found = torch.zeros(0, network.outputs, device="cpu")
    with suppress(Exception):
        given = outputs(trained.model, prepared(network, tasks, data.held_images))
        found = given if given.shape == (len(data.held_labels), network.outputs) else found
    scores = trained.scores
    if len(found) and network.within is None:
        trained.signs.probabilities = bool((found >= 0).all() and (found.sum(dim=1) - 1).abs().max() < 1e-3)
        scores = found if trained.signs.probabilities else found.softmax(dim=1)
    if answers is not None:
        return replace(trained, answers=answers, scores=scores)
    own = answers_in(network, found) if len(found) else trained.answers
    return replace(trained, answers=own, scores=scores, problem=problem)


def _thin(curve: list[Moment], every: int) -> tuple[Moment, ...]:
    """The curve with one moment for ``every`` steps, with their mean loss."""
    thinned = []
    for start in range(0, len(curve), every):
        part = curve[start : start + every]
        losses = [moment.loss for moment in part if moment.loss is not None]
        if losses:
            thinned.append(Moment(part[-1].images, part[-1].seconds, sum(losses) / len(losses)))
    return tuple(thinned)
