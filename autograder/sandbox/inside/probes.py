"""Trusted functions that run in the sandbox beside the student's objects: probes return, checks judge.

The public functions of this module are the registry: ``submission.probe("parameters", model)`` calls
``parameters``. Handles arrive as the objects themselves; what goes back is plain data and tensors. What a probe
says can be faked by hostile code that shares its process, so facts from here carry few points.
"""

from __future__ import annotations

import array
import gc
import os
import re
import sys
import types
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch._C import DisableTorchFunction
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode

from . import notices

# The network as it stands


def plain(items: Tensor, shape: tuple[int, ...], scale: float) -> Tensor:
    """Items (N, ...) reshaped and scaled, float32 (N, *shape): inputs for the network while the task that prepares them
    does not work, or as if it were skipped."""
    return items.reshape(len(items), *shape).float() * scale


def exchanged(labels: Tensor, others: Tensor) -> Tensor:
    """The labels (N,), with `others[c]` in place of each class c. others: (classes,)."""
    return others[labels]


def parameters(model: nn.Module, sample: Tensor) -> dict[str, Any]:
    """How large the network is. sample: one image as the network takes it; lazy layers get their sizes from it.

    Returns parameters and buffers (how many numbers they hold), largest (name and shape of the largest tensor), and
    training (the mode that the network is in).
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


def logits(model: nn.Module, inputs: Tensor) -> Tensor:
    """The network's outputs in eval mode, float32, without a graph, computed in batches. The mode stays as it was."""
    with _mode(model, training=False), torch.no_grad():
        return _outputs(model, inputs)


def fit(
    model: nn.Module, inputs: Tensor, labels: Tensor, training: bool = False, within: float | None = None
) -> tuple[float, float]:
    """The network's loss and the share that it gets right, in eval or in train mode.

    The loss is the mean cross-entropy of its outputs as logits, or the mean squared error if labels are floats. The
    network stays as it was, even the running statistics of batch norm. within: for labels that are numbers, not
    classes, the largest error that counts as right."""
    _wake(model, inputs[:2])
    kept = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with _mode(model, training=training), torch.no_grad():
        outputs = _outputs(model, inputs)
        for name, buffer in model.named_buffers():
            if name in kept and buffer.shape == kept[name].shape:
                buffer.copy_(kept[name])
    right = (
        outputs.argmax(dim=1) == labels if within is None else (outputs.reshape(labels.shape) - labels).abs() <= within
    )
    return float(_loss(outputs, labels)), float(right.float().mean())


def _outputs(model: nn.Module, inputs: Tensor) -> Tensor:
    return torch.cat([model(part).float() for part in torch.split(inputs, 250)])


def _loss(outputs: Tensor, labels: Tensor) -> Tensor:
    """The mean cross-entropy of outputs taken as logits; the mean squared error if labels are floats."""
    if labels.is_floating_point():
        return nn.functional.mse_loss(outputs.reshape(labels.shape), labels)
    return nn.functional.cross_entropy(outputs, labels)


def few_steps(model: nn.Module, inputs: Tensor, labels: Tensor, steps: int = 8) -> dict[str, Any]:
    """Train a little with Adam, each step on the next part of the images, in train mode.

    Returns without_gradient (names of the parameters that never got one), matter (does the output depend on these
    anyway?), trainable (how many parameters require a gradient) and unregistered (how many numbers get a gradient but
    are not parameters of the network: layers in a plain list, or made anew in forward).
    """
    model.train()
    _wake(model, inputs[:2])
    model.train()
    wanted = {name: p for name, p in model.named_parameters() if p.requires_grad}
    missing, unregistered = set(wanted), 0
    optimizer = torch.optim.Adam(list(wanted.values()) or [torch.zeros(1, requires_grad=True)], lr=1e-3)
    for part, answers in zip(inputs.chunk(steps), labels.chunk(steps), strict=True):
        optimizer.zero_grad()
        loss = _loss(model(part).float(), answers)
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
    """Do the outputs change with these parameters? This spoils the network, which is not needed any more."""
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
    """Load weights into the network in place, if every name and shape fits. Returns what does not fit, or "".

    A name also fits with or without the prefixes that torch.compile and DataParallel put into it.
    """
    _wake(model, sample)
    own = model.state_dict()
    weights = _fitted(weights, own)
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


def _fitted(weights: dict[str, Tensor], own: dict[str, Any]) -> dict[str, Tensor]:
    """The weights, renamed to the network's names if only prefixes of wrappers differ."""
    bare: dict[str, list[str]] = {}
    for name in own:
        bare.setdefault(_WRAPPERS.sub("", name), []).append(name)
    fitted = {}
    for name, tensor in weights.items():
        meant = [name] if name in own else bare.get(_WRAPPERS.sub("", name), [])
        fitted[meant[0] if len(meant) == 1 and (meant[0] == name or meant[0] not in weights) else name] = tensor
    return fitted


_WRAPPERS = re.compile(r"\b(?:_orig_mod|module)\.")


def _wake(model: nn.Module, sample: Tensor) -> None:
    """Run one batch through a network with lazy layers, so that they get their sizes. The outputs are not used."""
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
    """What is noted while student code trains, through torch's own hooks, which do not change the training.

    counts: steps, forwards (passes with a graph), forwards_in_eval, images, optimizers, empty_steps (no parameter had a
    gradient), compared_steps (it could be told whether the gradient had been zeroed), carried_steps (it had not been).
    """

    model: nn.Module
    began: float = field(default_factory=lambda: _cpu_seconds())
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
    losses: _Losses = field(default_factory=lambda: _Losses())
    batch: Tensor | None = None  # what went into the network last
    pairs: list[tuple[Tensor, Tensor]] = field(default_factory=list)  # some rows of a batch, and their labels
    rate: float = 1.0  # a factor on each step: 0.1 is a smaller learning rate, -1 turns the step round
    kept: list[Tensor] = field(default_factory=list)

    def forward(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if not torch.is_grad_enabled() or not self._is_network(module):
            return
        batch = args[0] if args and isinstance(args[0], Tensor) else None
        if batch is None or batch.dim() == 0:
            return
        self.counts += Counter(forwards=1, forwards_in_eval=not module.training, images=len(batch))
        self.largest_batch = max(self.largest_batch, len(batch))
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
            self.pairs.append((rows[:128].detach().clone(), labels[:128].detach().clone()))
        self.batch = None

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
_PAIRS = 16  # batches of which some rows are kept, with their labels

_watches: list[_Watch] = []  # the last one, if any


def watch(model: nn.Module, sample: Tensor, rate: float = 1.0) -> None:
    """Take notes of the training that follows, until :func:`watched`. rate: a factor on each step."""
    _stop()
    with suppress(Exception):  # a network that does not take the sample shows it when it is trained
        _wake(model, sample)
    before = {n: p.detach().clone() for n, p in model.named_parameters() if not nn.parameter.is_lazy(p)}
    notes = _Watch(model, before=before, rate=rate)
    notes.losses.tell = notes.labels_met
    notes.losses.__enter__()  # type: ignore[no-untyped-call]
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


def paired(inputs: Tensor, labels: Tensor) -> tuple[int, int]:
    """How many of the rows that were trained on are among these inputs (N, ...), and how many of those came with their
    own label (N,). Only some rows of the first batches were kept."""
    known, met, own = inputs.flatten(1).double(), 0, 0
    for rows, given in _watches[-1].pairs:
        rows = rows.detach().flatten(1).double()
        if rows.shape[1] != known.shape[1]:
            continue
        near, place = torch.cdist(rows, known).min(dim=1)
        same = near < 1e-3 * known.norm(dim=1).mean()
        met += int(same.sum())
        own += int((given[same] == labels[place[same]]).sum())
    return met, own


# What is kept beside the network


def kept_outside(model: nn.Module, predict: str) -> dict[str, Any]:
    """Count the numbers that the student's network and the task that predicts can reach: in what they hold, and in what
    their code names. The network's parameters and buffers, and copies of them, do not count. predict: that task's name.

    Returns numbers (how many), name (under which most of them lie) and shape (of the largest tensor or array there).
    """
    forward = getattr(type(model), "forward", None)
    spaces = [vars(sys.modules[name]) for name in notices.modules if name in sys.modules]
    spaces = list({id(space): space for space in (*spaces, getattr(forward, "__globals__", {}))}.values())
    own = [*model.parameters(), *model.buffers()]
    reach = _Reach(spaces, own, set(map(id, own)))
    reach.walk("self", model)
    for space in spaces:
        reach.walk(predict, space.get(predict))
    found = reach.numbers | ({"texts": reach.characters} if reach.characters > _TEXTS else {})
    name = max(found, key=lambda name: found[name], default="")
    return {"numbers": sum(found.values()), "name": name, "shape": reach.shapes.get(name, ())}


_TEXTS = 64 << 10  # characters: a submission's own text is shorter


@dataclass
class _Reach:
    """Counts the numbers that can be reached from an object: in what it holds, and in what its code names.

    spaces: the namespaces of the student's modules. own: the network's tensors.
    seen: ids of objects that do not count, or not again.
    numbers, shapes: by name, how many numbers, and the shape of the largest tensor or array.
    characters: in all texts; they count only if there are many. modules: ids of the namespaces of all modules.
    """

    spaces: list[dict[str, Any]]
    own: list[Tensor]
    seen: set[int]
    numbers: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    characters: int = 0
    left: int = 2_000_000  # objects that may still be looked at
    modules: set[int] = field(default_factory=lambda: {id(getattr(m, "__dict__", m)) for m in (*sys.modules.values(),)})

    def walk(self, name: str, thing: Any) -> None:
        """Count the numbers in an object and in all that it holds. name: the name that leads to it."""
        waiting = [(name, thing)]
        while waiting and self.left:
            self.left -= 1
            name, item = waiting.pop()
            if isinstance(item, (bool, int, float, complex)):
                self._add(name, 1 + (item.bit_length() // 64 if isinstance(item, int) else 0))
            elif id(item) not in self.seen:
                self.seen.add(id(item))
                waiting += self._look(name, item)

    def _add(self, name: str, count: int) -> None:
        self.numbers[name] = self.numbers.get(name, 0) + count

    def _look(self, name: str, item: Any) -> Iterator[tuple[str, Any]]:
        """Count the item's own numbers, and yield what it holds, each with a name."""
        if isinstance(item, Tensor) and (nn.parameter.is_lazy(item) or any(_is_copy(item, own) for own in self.own)):
            return  # an honest training may keep its best weights
        if isinstance(item, (Tensor, np.ndarray, np.generic)):
            shape = tuple(item.shape)
            self._add(name, torch.Size(shape).numel())
            self.shapes[name] = max(self.shapes.get(name, ()), shape, key=lambda shape: torch.Size(shape).numel())
        elif isinstance(item, (bytes, bytearray, array.array)):
            self._add(name, len(item))
        elif isinstance(item, str):
            self.characters += len(item)
        elif isinstance(item, types.FunctionType):
            yield from self._named_by(item)
        elif isinstance(item, type):
            if str(item.__module__) in notices.modules or str(item.__module__) not in sys.modules:
                yield from ((item.__name__, part) for part in vars(item).values())
        elif isinstance(item, nn.Module):
            yield name, type(item)
            of_torch = str(type(item).__module__).startswith("torch.")
            for attribute, part in vars(item).items():
                if not (of_torch and _is_setting(part)):
                    yield f"self.{attribute}", part
        elif isinstance(item, dict):
            yield from ((name, part) for part in (*item.keys(), *item.values()))
        elif not isinstance(item, (types.ModuleType, types.CodeType, types.FrameType, torch.optim.Optimizer)):
            yield from ((name, part) for part in gc.get_referents(item) if id(part) not in self.modules)

    def _named_by(self, function: types.FunctionType) -> Iterator[tuple[str, Any]]:
        """What a student's function holds, and what the names in its code mean."""
        module = sys.modules.get(str(function.__module__))
        if module is not None and module.__name__ not in notices.modules and vars(module) is function.__globals__:
            return  # a function of a library
        code = function.__code__
        kept = function.__defaults__, function.__kwdefaults__, function.__closure__, vars(function), code.co_consts
        yield from ((function.__name__, part) for part in kept)
        spaces = {id(space): space for space in (*self.spaces, function.__globals__)}.values()
        for name in _names(code):
            yield from ((name, space[name]) for space in spaces if name in space)


def _is_copy(one: Tensor, other: Tensor) -> bool:
    if nn.parameter.is_lazy(other) or one.shape != other.shape:
        return False
    kinds = [(tensor.dtype, tensor.layout, tensor.device) for tensor in (one, other)]
    return kinds[0] == kinds[1] and torch.equal(one, other)


def _is_setting(thing: object) -> bool:
    """Is it a setting of a torch layer: one number, or one for each axis?"""
    return isinstance(thing, (bool, int, float)) or (isinstance(thing, (tuple, list)) and len(thing) <= 8)


def _names(code: types.CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _stop() -> None:
    for notes in _watches:
        for handle in notes.handles:
            handle.remove()
        if notes.handles:
            notes.losses.__exit__(None, None, None)  # type: ignore[no-untyped-call]
        notes.handles = []


def _cpu_seconds() -> float:
    """CPU time of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
