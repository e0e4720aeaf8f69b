"""What is noted while student code trains, through torch's own hooks, which do not change the training."""

import os
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch._C import DisableTorchFunction
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode

_LABELS = 4  # times that labels are kept for one batch
_PAIRS = 16  # batches of which some rows are kept, with their labels


def _cpu_seconds() -> float:
    """CPU time of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class _Losses(TorchFunctionMode):
    """Notes which of torch's losses are called, and with what: "cross_entropy of probabilities", "one-hot labels"."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.tell: Callable[[Tensor], None] = lambda labels: None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = _LOSSES.get(func)
        if name is not None and len(args) >= 2 and all(isinstance(arg, Tensor) for arg in args[:2]):
            with torch.no_grad(), DisableTorchFunction():
                kinds = [f"{name} of {_kind(args[0])}", *(["one-hot labels"] if _is_one_hot(args[1]) else [])]
                self.tell(args[1])
            self.seen.update(kinds)
        return func(*args, **(kwargs or {}))


def _is_one_hot(labels: Tensor) -> bool:
    if labels.dim() != 2 or labels.shape[1] < 2:
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(dim=1) == 1).all())


def _kind(outputs: Tensor) -> str:
    """What the rows of a loss's first argument are: probabilities, log-probabilities, or any other numbers."""
    rows = outputs.detach().float()
    if rows.dim() != 2 or not rows.numel():
        return "other numbers"
    ones = torch.ones(len(rows))
    if bool((rows >= 0).all()) and torch.allclose(rows.sum(dim=1), ones, atol=1e-3):
        return "probabilities"
    if bool((rows <= 0).all()) and torch.allclose(rows.exp().sum(dim=1), ones, atol=1e-3):
        return "log-probabilities"
    return "other numbers"


_LOSSES = {nn.functional.cross_entropy: "cross_entropy", nn.functional.nll_loss: "nll_loss"}


@dataclass
class TrainingNotes:
    """What was noted of one training.

    counts: steps, forwards (passes with a graph), forwards_in_eval, images, optimizers, empty_steps (no parameter had a
    gradient), compared_steps (it could be told whether the gradient had been zeroed), carried_steps (it had not been).
    """

    model: nn.Module
    began: float = field(default_factory=_cpu_seconds)
    before: dict[str, Tensor] = field(default_factory=dict)
    handles: list[Any] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    known: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)
    trained: set[int] = field(default_factory=set)  # ids of the parameters that an optimizer holds
    largest_batch: int = 0
    batches: set[float] = field(default_factory=set)  # the sum of each batch, to tell one batch from another
    inputs: list[tuple[float, float]] = field(default_factory=list)  # mean and deviation of the first inputs
    slot: Any = None  # a small parameter whose gradient is followed closely
    carry: Tensor | None = None  # its gradient after the last step
    fresh: Tensor | None = None  # what backward has added since
    losses: _Losses = field(default_factory=_Losses)
    batch: Tensor | None = None  # what went into the network last
    met: bool = False  # have labels come to a loss since?
    # Some rows of a batch, and their labels; several times labels where the loss mixes those of two images (mixup).
    pairs: list[tuple[Tensor, list[Tensor]]] = field(default_factory=list)
    rate: float = 1.0  # a factor on each step: 0.1 is a smaller learning rate, -1 turns the step round
    kept: list[Tensor] = field(default_factory=list)

    def start(self) -> None:
        self.losses.tell = self.labels_met
        self.losses.__enter__()  # type: ignore[no-untyped-call]
        self.handles = [
            register_module_forward_pre_hook(self.forward),
            register_optimizer_step_pre_hook(self.before_step),
            register_optimizer_step_post_hook(self.after_step),
        ]

    def stop(self) -> None:
        for handle in self.handles:
            handle.remove()
        if self.handles:
            self.losses.__exit__(None, None, None)  # type: ignore[no-untyped-call]
        self.handles = []

    def forward(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if not torch.is_grad_enabled() or not self._is_network(module):
            return
        batch = args[0] if args and isinstance(args[0], Tensor) else None
        if batch is None or batch.dim() == 0:
            return
        self.counts += Counter(forwards=1, forwards_in_eval=not module.training, images=len(batch))
        self.largest_batch = max(self.largest_batch, len(batch))
        self.met = False
        self.batch = batch if len(self.pairs) < _PAIRS and batch.is_floating_point() else None
        if len(self.batches) < 50 and batch.is_floating_point():
            self.batches.add(float(f"{batch.detach().double().sum().item():.9g}"))
        if len(self.inputs) < 10 and batch.is_floating_point():
            self.inputs.append((float(batch.detach().mean()), float(batch.detach().std())))

    def _is_network(self, module: nn.Module) -> bool:
        """Is it the network or a copy of it, and not one of torch's own layers inside it?"""
        kind = type(self.model)
        return module is self.model or (type(module) is kind and not kind.__module__.startswith("torch."))

    def before_step(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self.counts["steps"] += 1
        parameters = self._held(optimizer)
        if self.rate != 1:
            self.kept = [p.detach().clone() for p in parameters]
        if optimizer not in self.known:
            self.known.add(optimizer)
            self.counts["optimizers"] += 1
        self.trained.update(map(id, parameters))
        self.counts["empty_steps"] += all(p.grad is None for p in parameters)
        if self.slot is None:
            self._follow(parameters)
        elif self.carry is not None and self.fresh is not None and self.slot.grad is not None:
            got, fresh, scale = self.slot.grad, self.fresh, float(self.carry.abs().max())
            if scale > 0 and torch.isfinite(got).all():
                # Clipping scales the gradient, and noise may be added to it: count only what clearly fits one case.
                near = 1e-3 * scale
                kept = bool((got - fresh - self.carry).abs().max() <= near)
                zeroed = bool((got - fresh).abs().max() <= near)
                self.counts["compared_steps"] += kept != zeroed
                self.counts["carried_steps"] += kept and not zeroed
        self.fresh = None

    @staticmethod
    def _held(optimizer: torch.optim.Optimizer) -> list[Tensor]:
        return [p for group in optimizer.param_groups for p in group["params"]]

    def _follow(self, parameters: list[Tensor]) -> None:
        """Choose the last small parameter that has a gradient (a bias of the last layer, most often)."""
        small = [p for p in parameters if p.grad is not None and p.numel() <= 4096 and p.is_leaf]
        if small:
            self.slot = small[-1]
            self.handles.append(self.slot.register_hook(self._arrived))

    def _arrived(self, gradient: Tensor) -> None:
        gradient = gradient.detach()
        self.fresh = gradient.clone() if self.fresh is None else self.fresh + gradient

    def after_step(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        if self.rate != 1:
            with torch.no_grad():
                for parameter, before in zip(self._held(optimizer), self.kept, strict=False):
                    parameter.copy_(before + self.rate * (parameter - before))
        if self.slot is not None:
            self.carry = None if self.slot.grad is None else self.slot.grad.detach().clone()

    def labels_met(self, labels: Tensor) -> None:
        """Labels reached a loss: keep some of them, with the rows that went into the network just before."""
        rows = self.batch
        if rows is not None and labels.shape == rows.shape[:1] and not labels.is_floating_point():
            if not self.met:
                self.pairs.append((rows[:128].detach().clone(), []))
            self.met = True
            if len(self.pairs[-1][1]) < _LABELS:
                self.pairs[-1][1].append(labels[:128].detach().clone())

    def report(self) -> dict[str, Any]:
        own = [p for p in self.model.parameters() if p.requires_grad]
        now = {name: p.detach() for name, p in self.model.named_parameters()}
        moved = {
            name
            for name, old in self.before.items()
            if name in now and now[name].shape == old.shape and not torch.equal(now[name], old)
        }
        way = sum(float((now[name] - self.before[name]).double().square().sum()) for name in moved)
        size = sum(float(old.double().square().sum()) for old in self.before.values())
        return {
            "cpu_seconds": _cpu_seconds() - self.began,
            **self.counts,
            "largest_batch": self.largest_batch,
            "different_batches": len(self.batches),
            "inputs": self.inputs,
            "losses": dict(self.losses.seen),
            "parameters": len(own),
            "parameters_trained": sum(id(p) in self.trained for p in own),
            "parameters_moved": len(moved),
            "change": (way / (size + 1e-12)) ** 0.5,
        }
