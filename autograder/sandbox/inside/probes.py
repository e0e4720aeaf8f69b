"""Trusted functions that run in the sandbox beside the student's objects: probes return, checks judge.

The public functions of this module are the registry: ``submission.probe("parameters", model)`` calls
``parameters``. Handles arrive as the objects themselves; what goes back is plain data and tensors. What a probe
says can be faked by hostile code that shares its process, so facts from here carry few points.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn

from . import notices
from .reach import Reach
from .training_notes import TrainingNotes

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
    """The network's outputs, float32. It gets its inputs in its own precision, which `train` may have changed."""
    kind = next((p.dtype for p in model.parameters() if p.is_floating_point()), inputs.dtype)
    return torch.cat([model(part.to(kind)).float() for part in torch.split(inputs, 250)])


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
    """Load weights into the network in place, if every name and shape fits and none is NaN. Returns what is wrong, or "".

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
    for name, given in weights.items():
        if name not in own:
            return f"the file has {name}, the network has not"
        if given.isnan().any():
            return f"{name} holds NaN in the file"
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


_watches: list[TrainingNotes] = []  # the last one, if any


def watch(model: nn.Module, sample: Tensor, rate: float = 1.0) -> None:
    """Take notes of the training that follows, until :func:`watched`. rate: a factor on each step."""
    for earlier in _watches:
        earlier.stop()
    with suppress(Exception):  # a network that does not take the sample shows it when it is trained
        _wake(model, sample)
    before = {n: p.detach().clone() for n, p in model.named_parameters() if not nn.parameter.is_lazy(p)}
    _watches[:] = [TrainingNotes(model, before=before, rate=rate)]
    _watches[-1].start()


def watched() -> dict[str, Any]:
    """What was noted since :func:`watch`: plain counts and figures."""
    _watches[-1].stop()
    return _watches[-1].report()


def paired(inputs: Tensor, labels: Tensor) -> tuple[int, int]:
    """How many of the rows that were trained on are among these inputs (N, ...), and how many of those came with their
    own label (N,), or with another number for its whole class. Only some rows of the first batches were kept."""
    known, met, own = inputs.flatten(1).double(), 0, 0
    seen: set[tuple[int, int]] = set()  # an own label, and what it came as
    for rows, given in _watches[-1].pairs:
        rows = rows.detach().flatten(1).double()
        if rows.shape[1] != known.shape[1]:
            continue
        near, place = torch.cdist(rows, known).min(dim=1)
        same = near < 1e-3 * known.norm(dim=1).mean()
        met += int(same.sum())
        own += int(torch.stack([each[same] == labels[place[same]] for each in given]).any(dim=0).sum())
        seen |= {pair for each in given for pair in zip(labels[place[same]].tolist(), each[same].tolist(), strict=True)}
    renumbered = len(seen) == len({label for label, _ in seen}) == len({other for _, other in seen})
    return met, met if renumbered else own


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
    reach = Reach(spaces, own, set(map(id, own)))
    reach.walk("self", model)
    for space in spaces:
        reach.walk(predict, space.get(predict))
    found = reach.numbers | ({"texts": reach.characters} if reach.characters > _TEXTS else {})
    name = max(found, key=lambda name: found[name], default="")
    return {"numbers": sum(found.values()), "name": name, "shape": reach.shapes.get(name, ())}


_TEXTS = 64 << 10  # characters: a submission's own text is shorter
