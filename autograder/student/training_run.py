"""Runs a student's own training in this process. It is watched through hooks, because `train` reports no progress.

`train_watched` trains, and `judged` evaluates the network on held-out images. `Watcher` counts images in the network's
forward, reads a loss when `backward` is called on it, and evaluates the network between two steps of the optimizer.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from ..checks import describe
from ..course.network import Network
from ..data.dataset import DataSet

LOOK_EVERY = 10_000  # at most so many images are trained on between two looks at the held-out ones
_BATCH = 250  # items that the network gets at once
_POINTS = 200  # the loss curve has about this many points
_STEPS_FOLLOWED = 20  # for this many first steps, see whether the gradients are set to zero


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
class Moment:
    """A moment of a training. images, seconds: since its start. loss: a mean of the last losses; None without any."""

    images: int
    seconds: float
    loss: float | None
    accuracy: float | None = None  # on the held-out images, from 0 to 1; None between two looks


@dataclass
class Signs:
    """Signs of mistakes in a training.

    first_loss: the loss of the first `backward`. backwards: the number of these calls. followed: how many of the first
    steps were followed by a `backward`. piled_up: how many of these found gradients that were not set to zero.
    changed: whether training changed any number of the network. probabilities: whether the network returns them.
    """

    first_loss: float | None = None
    backwards: int = 0
    piled_up: int = 0
    followed: int = 0
    changed: bool = True
    probabilities: bool = False


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


@dataclass
class Watcher:
    """Watches a training through torch's hooks, and through our own in `backward` and GradScaler.

    The training goes as it would without them.
    """

    network: Network
    model: nn.Module
    inputs: Tensor  # what `preprocess` makes of the held-out images
    labels: Tensor
    look_every: int
    tell: Callable[[Moment], None]
    images: int = 0
    steps: int = 0
    began: float = field(default_factory=time.monotonic)
    curve: list[Moment] = field(default_factory=list)
    looks: list[Moment] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)
    _losses: list[float] = field(default_factory=list)
    _next_look: int = 0
    _looking: bool = False
    _blind: bool = False  # a look has failed: do not try again
    _stepped_on: tuple[Tensor, Tensor] | None = None  # a parameter and its gradient, as the last step left it

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what is trained inside the block."""
        from torch.optim.optimizer import register_optimizer_step_post_hook

        self._next_look = self.look_every
        handles = [
            self.model.register_forward_hook(self._forward),
            register_optimizer_step_post_hook(self._stepped),
        ]
        backward: Any = torch.Tensor.backward
        scale: Any = torch.amp.GradScaler.scale

        def noted(loss: Tensor, *args: Any, **kwargs: Any) -> Any:
            self._backward(getattr(loss, "_before_scaling", loss))
            return backward(loss, *args, **kwargs)

        def scaled(scaler: Any, losses: Any) -> Any:
            found = scale(scaler, losses)
            if isinstance(found, Tensor) and isinstance(losses, Tensor) and found is not losses:
                found._before_scaling = losses.detach()  # type: ignore[attr-defined]
            return found

        torch.Tensor.backward = noted  # type: ignore[method-assign, assignment]
        torch.amp.GradScaler.scale = scaled  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            torch.Tensor.backward = backward  # type: ignore[method-assign]
            torch.amp.GradScaler.scale = scale  # type: ignore[method-assign]
            for handle in handles:
                handle.remove()

    def _forward(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        trained = isinstance(output, Tensor) and output.requires_grad and args and isinstance(args[0], Tensor)
        if trained and not self._looking:
            self.images += len(args[0]) if args[0].dim() else 1

    def _backward(self, loss: Tensor) -> None:
        if self._looking or loss.numel() != 1:
            return
        value = float(loss.detach())
        self._losses.append(value)
        self.signs.backwards += 1
        if self.signs.first_loss is None:
            self.signs.first_loss = value
        if self._stepped_on is not None:
            parameter, gradient = self._stepped_on
            self._stepped_on = None
            self.signs.followed += 1
            self.signs.piled_up += parameter.grad is not None and bool(torch.equal(parameter.grad, gradient))

    def _stepped(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self.steps += 1
        if self.steps <= _STEPS_FOLLOWED:
            self._stepped_on = _smallest_gradient(optimizer)
        losses, self._losses = self._losses, []
        finite = [loss for loss in losses if math.isfinite(loss)]
        moment = Moment(self.images, self.seconds, sum(finite) / len(finite) if finite else None)
        self.curve.append(moment)
        if self.images >= self._next_look and len(self.labels):
            self._next_look += self.look_every
            recent = [m.loss for m in self.curve[-100:] if m.loss is not None]
            loss = sum(recent) / len(recent) if recent else None
            moment = Moment(self.images, self.seconds, loss, self.look())
            self.looks.append(moment)
        self.tell(moment)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def look(self) -> float | None:
        """The share of the held-out images that the network gets right now; None if that fails.

        It leaves no trace in the training: the random state and the network's mode stay as they were.
        """
        if self._blind:
            return None
        self._looking = True
        state = torch.get_rng_state()
        try:
            found = _answers(self.network, outputs(self.model, self.inputs))
            return float(right(self.network, found, self.labels).double().mean())
        except Exception:
            self._blind = True  # the student reads the reason when `predict` fails too
            return None
        finally:
            torch.set_rng_state(state)
            self._looking = False


def _smallest_gradient(optimizer: torch.optim.Optimizer) -> tuple[Tensor, Tensor] | None:
    """One of the three smallest parameters whose gradient is not all zero, and a copy of that gradient, or None."""
    parameters = [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    for parameter in sorted(parameters, key=lambda p: int(p.numel()))[:3]:
        if not parameter.grad.is_sparse and bool(parameter.grad.any()):
            return parameter, parameter.grad.detach().clone()
    return None


def outputs(model: nn.Module, inputs: Tensor) -> Tensor:
    """The network's outputs for inputs (N, ...) in eval mode: float32 (N, K), on the CPU. Its mode is restored."""
    first = next(iter(model.parameters()), None)
    device = first.device if first is not None else torch.device("cpu")
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([model(part.to(device)).float().cpu() for part in torch.split(inputs, _BATCH)])
    finally:
        for module, training in before:
            module.training = training


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
        problem = str(error) if isinstance(error, _Odd) else what
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
    own = _answers(network, found) if len(found) else trained.answers
    return replace(trained, answers=own, scores=scores, problem=problem)


class _Odd(Exception):
    """`predict` did not return an answer for each item. The message says what it returned."""


def prepared(network: Network, tasks: Mapping[str, Any], items: Tensor) -> Tensor:
    """The network's inputs for items (N, ...): made by the student's own function, if there is one."""
    made: Tensor = tasks[network.preprocess](items.clone()) if network.preprocess else items.clone()
    return made


def predicted(
    network: Network, tasks: Mapping[str, Any], model: nn.Module, items: Tensor, things: str = "items"
) -> Tensor:
    """What the student's function predicts for items (N, ...).

    The network is tried on its own device first. If that fails, it is tried on the CPU, as in grading; an error there
    is raised. Returns, on the CPU, class numbers int64 (N,), or float32 (N,) if the network predicts numbers.
    """

    def asked() -> Tensor:
        parts = torch.split(items, _BATCH)
        return torch.cat(
            [_read(network, tasks[network.predict](model, part.clone()), len(part), things) for part in parts]
        )

    try:
        return asked()
    except (Exception, SystemExit):
        model.cpu()
    return asked()


def _read(network: Network, answer: Any, count: int, things: str) -> Tensor:
    what = f"{'class' if network.within is None else 'number'} for each of the {things}"
    try:
        given = torch.as_tensor(answer).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise _Odd(f"{network.predict} returned {describe.kind(answer)} instead of a {what}") from None
    if given.numel() != count:
        many = "classes" if network.within is None else "numbers"
        raise _Odd(f"{network.predict} gave {given.numel()} {many} for {count} {things}")
    if network.within is not None:
        return given.reshape(-1).float()
    classes = given.reshape(-1).to(torch.int64)
    if not bool((classes == given.reshape(-1)).all()):
        raise _Odd(f"{network.predict} returned numbers that are not whole instead of a {what}")
    if not bool(((classes >= 0) & (classes < network.outputs)).all()):
        last = network.outputs - 1
        raise _Odd(f"{network.predict} returned numbers that are not classes: classes go from 0 to {last}")
    return classes


def _answers(network: Network, outputs: Tensor) -> Tensor:
    """The answers in a network's outputs (N, K): the class with the largest score, int64 (N,), or the number itself."""
    return outputs.max(dim=1).indices if network.within is None else outputs.reshape(len(outputs))


def right(network: Network, answers: Tensor, labels: Tensor) -> Tensor:
    """Which answers (N,) are right: bool (N,)."""
    return answers == labels if network.within is None else (answers - labels).abs() <= network.within


def _thin(curve: list[Moment], every: int) -> tuple[Moment, ...]:
    """The curve with one moment for ``every`` steps, with their mean loss."""
    thinned = []
    for start in range(0, len(curve), every):
        part = curve[start : start + every]
        losses = [moment.loss for moment in part if moment.loss is not None]
        if losses:
            thinned.append(Moment(part[-1].images, part[-1].seconds, sum(losses) / len(losses)))
    return tuple(thinned)
