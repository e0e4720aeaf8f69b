"""Watches a training through hooks, because `train` reports no progress.

It counts images in the network's forward, reads a loss when `backward` is called on it, and evaluates the network
between two steps of the optimizer.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ..course.network import Network
from .predictions import answers_in, outputs, right

_STEPS_FOLLOWED = 20  # for this many first steps, see whether the gradients are set to zero


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
            found = answers_in(self.network, outputs(self.model, self.inputs))
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
