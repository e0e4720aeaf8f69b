"""Trusted functions that run in the sandbox beside the student's objects: probes return, checks judge.

The public functions of this module are the registry: ``submission.probe("parameters", model)`` calls
``parameters``. Handles arrive as the objects themselves; what goes back is plain data and tensors. What a probe
says can be faked by hostile code that shares its process, so facts from here carry few points.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

# The network as it stands


def scaled(images: Tensor) -> Tensor:
    """uint8 (N, 28, 28) -> float32 (N, 1, 28, 28) in 0 ... 1: what checks feed while ``preprocess`` does not work."""
    return images[:, None].float() / 255


def unscaled(images: Tensor) -> Tensor:
    """uint8 (N, 28, 28) -> float32 (N, 1, 28, 28) in 0 ... 255: what a network gets that skips ``preprocess``."""
    return images[:, None].float()


def parameters(model: nn.Module, sample: Tensor) -> dict[str, Any]:
    """How large the network is. sample: one image as the network takes it; lazy layers get their sizes from it.

    Returns parameters and buffers (numbers in all), largest (name and shape of the largest tensor), and training
    (the mode that the network is in).
    """
    _wake(model, sample)
    tensors = dict([*model.named_parameters(), *model.named_buffers()])
    name = max(tensors, key=lambda name: tensors[name].numel(), default="")
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "buffers": sum(b.numel() for b in model.buffers()),
        "largest": (name, tuple(tensors[name].shape) if name else ()),
        "training": model.training,
    }


def logits(model: nn.Module, inputs: Tensor, batch: int = 250) -> Tensor:
    """What the network gives in eval mode, without a graph: float32, in batches. Leaves its mode as it was."""
    with _mode(model, training=False), torch.no_grad():
        return torch.cat([model(part).float() for part in torch.split(inputs, batch)])


def fit(model: nn.Module, inputs: Tensor, labels: Tensor, training: bool = False) -> tuple[float, float]:
    """Mean cross-entropy of the network's outputs taken as logits, and the share that it gets right, in eval or in
    train mode. The network is left as it was, the running statistics of batch norm too."""
    _wake(model, inputs[:2])
    kept = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with _mode(model, training=training), torch.no_grad():
        outputs = torch.cat([model(part).float() for part in torch.split(inputs, 250)])
        for name, buffer in model.named_buffers():
            if name in kept and buffer.shape == kept[name].shape:
                buffer.copy_(kept[name])
    accuracy = (outputs.argmax(dim=1) == labels).float().mean()
    return float(nn.functional.cross_entropy(outputs, labels)), float(accuracy)


def few_steps(model: nn.Module, inputs: Tensor, labels: Tensor, steps: int = 8) -> dict[str, Any]:
    """Train a little with Adam, each step on the next part of the images, in train mode.

    Returns without_gradient (names of the parameters that never got one), matter (does the output depend on these
    all the same?), trainable (how many parameters want a gradient) and unregistered (numbers that get a gradient, and
    are no parameters of the network: layers in a plain list, or made anew in forward).
    """
    model.train()
    _wake(model, inputs[:2])
    model.train()
    wanted = {name: p for name, p in model.named_parameters() if p.requires_grad}
    missing, unregistered = set(wanted), 0
    optimizer = torch.optim.Adam(list(wanted.values()) or [torch.zeros(1, requires_grad=True)], lr=1e-3)
    for part, answers in zip(inputs.chunk(steps), labels.chunk(steps), strict=True):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(part).float(), answers)
        if loss.requires_grad:
            known = {id(p) for p in model.parameters()}
            unregistered = max(unregistered, sum(p.numel() for p in _leaves(loss) if id(p) not in known))
            torch.autograd.backward(loss)
        missing -= {name for name in missing if wanted[name].grad is not None}
        optimizer.step()
    return {
        "without_gradient": sorted(missing),
        "matter": bool(missing) and _matter(model, inputs[:16], [wanted[name] for name in missing]),
        "trainable": len(wanted),
        "unregistered": unregistered,
    }


def _matter(model: nn.Module, inputs: Tensor, parameters: list[nn.Parameter]) -> bool:
    """Do the outputs change with these parameters? Question of a network that nobody needs any more."""
    before = logits(model, inputs)
    with torch.no_grad():
        for parameter in parameters:
            parameter.add_(torch.randn_like(parameter))
    return not torch.allclose(before, logits(model, inputs))


def _leaves(loss: Tensor) -> Iterator[Tensor]:
    """The tensors at which the gradient of ``loss`` ends."""
    seen, queue = set(), [loss.grad_fn]
    while queue:
        node = queue.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            yield node.variable
        queue += [following for following, _ in node.next_functions]


def load_weights(model: nn.Module, weights: dict[str, Tensor], sample: Tensor) -> str:
    """Load weights into the network in place, if every name and shape fits. Returns what does not fit, or ""."""
    _wake(model, sample)
    own = model.state_dict()
    for name, tensor in own.items():
        if name not in weights:
            return f"the network has {name}, the file has not"
        if weights[name].shape != tensor.shape:
            return f"{name} has shape {tuple(tensor.shape)} in the network, {tuple(weights[name].shape)} in the file"
    for name in weights:
        if name not in own:
            return f"the file has {name}, the network has not"
    model.load_state_dict(weights)
    return ""


def _wake(model: nn.Module, sample: Tensor) -> None:
    """Run one batch through, so that lazy layers know their sizes. What the network makes of it is not our concern."""
    if any(nn.parameter.is_lazy(tensor) for tensor in (*model.parameters(), *model.buffers())):
        logits(model, sample)


@contextmanager
def _mode(model: nn.Module, training: bool) -> Iterator[None]:
    before = model.training
    model.train(training)
    try:
        yield
    finally:
        model.train(before)


# A training, watched


@dataclass
class _Watch:
    """What is noted while student code trains. Hooks of torch's own, so that the training goes as without them."""

    model: nn.Module
    began: float = field(default_factory=lambda: _cpu_seconds())
    before: dict[str, Tensor] = field(default_factory=dict)
    handles: list[Any] = field(default_factory=list)
    optimizers: int = 0
    known: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)
    trained: set[int] = field(default_factory=set)  # ids of the parameters that an optimizer holds
    steps: int = 0
    empty_steps: int = 0  # steps at which no parameter had a gradient
    compared: int = 0  # steps at which it could be told whether the gradient had been zeroed
    carried: int = 0  # those at which it had not
    norms: list[float] = field(default_factory=list)
    forwards: int = 0
    forwards_in_eval: int = 0
    images: int = 0
    largest_batch: int = 0
    batches: set[float] = field(default_factory=set)  # a mark of each batch, to tell one batch from another
    inputs: list[tuple[float, float]] = field(default_factory=list)  # mean and deviation of the first inputs
    slot: Any = None  # a small parameter whose gradient is followed closely
    carry: Tensor | None = None  # its gradient after the last step
    fresh: Tensor | None = None  # what backward has brought since

    def forward(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if not torch.is_grad_enabled() or not self._is_network(module):
            return
        batch = args[0] if args and isinstance(args[0], Tensor) else None
        if batch is None or batch.dim() == 0:
            return
        self.forwards += 1
        self.forwards_in_eval += not module.training
        self.images += len(batch)
        self.largest_batch = max(self.largest_batch, len(batch))
        if len(self.batches) < 50 and batch.is_floating_point():
            self.batches.add(float(f"{batch.detach().double().sum().item():.9g}"))
        if len(self.inputs) < 10 and batch.is_floating_point():
            self.inputs.append((float(batch.detach().mean()), float(batch.detach().std())))

    def _is_network(self, module: nn.Module) -> bool:
        """The network or a copy of it, not one of torch's own layers within."""
        kind = type(self.model)
        return module is self.model or (type(module) is kind and not kind.__module__.startswith("torch."))

    def before_step(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self.steps += 1
        if optimizer not in self.known:
            self.known.add(optimizer)
            self.optimizers += 1
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self.trained.update(map(id, parameters))
        gradients = [p.grad for p in parameters if p.grad is not None]
        self.empty_steps += not gradients
        if gradients and (self.steps <= 10 or self.steps % 50 == 0):
            self.norms.append(float(sum(g.detach().double().square().sum() for g in gradients) ** 0.5))
        if self.slot is None:
            self._follow(parameters)
        elif self.carry is not None and self.fresh is not None and self.slot.grad is not None:
            got, fresh, scale = self.slot.grad, self.fresh, float(self.carry.abs().max())
            if scale > 0 and torch.isfinite(got).all():
                # Clipping scales the gradient and noise is added to it: only what fits one story is counted.
                near = 1e-3 * scale
                kept = bool((got - fresh - self.carry).abs().max() <= near)
                zeroed = bool((got - fresh).abs().max() <= near)
                self.compared += kept != zeroed
                self.carried += kept and not zeroed
        self.fresh = None

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
        if self.slot is not None:
            self.carry = None if self.slot.grad is None else self.slot.grad.detach().clone()

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
            "steps": self.steps,
            "optimizers": self.optimizers,
            "empty_steps": self.empty_steps,
            "compared_steps": self.compared,
            "carried_steps": self.carried,
            "gradient_norms": self.norms,
            "forwards": self.forwards,
            "forwards_in_eval": self.forwards_in_eval,
            "images": self.images,
            "largest_batch": self.largest_batch,
            "different_batches": len(self.batches),
            "inputs": self.inputs,
            "parameters": len(own),
            "parameters_trained": sum(id(p) in self.trained for p in own),
            "parameters_moved": len(moved),
            "change": (way / (size + 1e-12)) ** 0.5,
            "finite": all(bool(torch.isfinite(tensor).all()) for tensor in now.values()),
        }


_watches: list[_Watch] = []  # the last one, if any


def watch(model: nn.Module, sample: Tensor) -> None:
    """Take notes of the training that follows, until :func:`watched`."""
    _stop()
    _wake(model, sample)
    notes = _Watch(model, before={name: p.detach().clone() for name, p in model.named_parameters()})
    notes.handles = [
        register_module_forward_pre_hook(notes.forward),
        register_optimizer_step_pre_hook(notes.before_step),
        register_optimizer_step_post_hook(notes.after_step),
    ]
    _watches[:] = [notes]


def watched() -> dict[str, Any]:
    """What was noted since :func:`watch`: plain counts and figures."""
    _stop()
    return _watches[-1].report()


def _stop() -> None:
    for notes in _watches:
        for handle in notes.handles:
            handle.remove()


def _cpu_seconds() -> float:
    """CPU time of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
