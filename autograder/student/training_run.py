"""A student's own training, in this process: watched through hooks, since `train` knows of no progress bar.

``run`` trains and says what came of it; ``Watcher`` counts images through the network's forward, reads losses where
`backward` is called on them, and looks at held-out images between two steps of the optimizer.
"""

from __future__ import annotations

import ast
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

LOOK_EVERY = 10_000  # images between two looks at the held-out ones, at most
_POINTS = 200  # points of the curve of the loss, about


@dataclass(frozen=True)
class Data:
    """images: uint8 (M, 28, 28), labels: int64 (M,); the held-out ones are never trained on."""

    images: Tensor
    labels: Tensor
    held_images: Tensor
    held_labels: Tensor


def split(images: Tensor, labels: Tensor, held: int) -> Data:
    """Hold ``held`` images out: every k-th one of each class, so that each class is held out alike."""
    if not 0 <= held < len(labels):
        raise ValueError(f"from {len(labels):,} images, 0 to {len(labels) - 1:,} can be held out")
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    if held:
        by_class = torch.argsort(labels, stable=True)
        chosen[by_class[(torch.arange(held) * len(labels)) // held]] = True
    return Data(images[~chosen], labels[~chosen], images[chosen], labels[chosen])


@dataclass(frozen=True)
class Moment:
    """Where the training is. loss: mean since the last moment, None where nothing called backward."""

    images: int
    seconds: float
    loss: float | None
    accuracy: float | None = None  # share of the held-out images; None between two looks


@dataclass(frozen=True)
class Trained:
    """What came of a training. curve: losses as they came; looks: moments at which held-out images were looked at.

    classes: int64 (H,), what `predict` says of the held-out images; scores: float32 (H, 10), softmaxed.
    stopped: by Ctrl-C.
    """

    model: nn.Module
    data: Data
    curve: tuple[Moment, ...]
    looks: tuple[Moment, ...]
    images: int
    steps: int
    seconds: float
    cpu_seconds: float
    stopped: bool
    returned: Any
    classes: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64))
    scores: Tensor = field(default_factory=lambda: torch.zeros(0, 10))
    problem: str = ""

    @property
    def accuracy(self) -> float | None:
        """The share of the held-out images that `predict` got right."""
        if len(self.classes) != len(self.data.held_labels) or not len(self.classes):
            return None
        return float((self.classes == self.data.held_labels).double().mean())

    @property
    def epochs(self) -> float:
        return self.images / max(1, len(self.data.labels))


@dataclass
class Watcher:
    """Hooks of torch's own, and one of ours on `backward`: the training goes as it would without them."""

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
    _losses: list[float] = field(default_factory=list)
    _next_look: int = 0
    _looking: bool = False

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

        def noted(loss: Tensor, *args: Any, **kwargs: Any) -> Any:
            if not self._looking and loss.numel() == 1:
                self._losses.append(float(loss.detach()))
            return backward(loss, *args, **kwargs)

        torch.Tensor.backward = noted  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            torch.Tensor.backward = backward  # type: ignore[method-assign]
            for handle in handles:
                handle.remove()

    def _forward(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        trained = isinstance(output, Tensor) and output.requires_grad and args and isinstance(args[0], Tensor)
        if trained and not self._looking:
            self.images += len(args[0]) if args[0].dim() else 1

    def _stepped(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self.steps += 1
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

    def look(self) -> float:
        """The share of the held-out images that the network gets right now. Nothing of it is seen by the training."""
        self._looking = True
        state = torch.get_rng_state()
        try:
            return float((_largest(outputs(self.model, self.inputs)) == self.labels).double().mean())
        finally:
            torch.set_rng_state(state)
            self._looking = False


def outputs(model: nn.Module, inputs: Tensor, batch: int = 250) -> Tensor:
    """What the network gives for inputs (N, 1, 28, 28) in eval mode: float32 (N, 10), on the CPU. Its mode stays."""
    first = next(iter(model.parameters()), None)
    device = first.device if first is not None else torch.device("cpu")
    before = model.training
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([model(part.to(device)).float().cpu() for part in torch.split(inputs, batch)])
    finally:
        model.train(before)


def run(tasks: Mapping[str, Any], data: Data, tell: Callable[[Moment], None]) -> Trained:
    """Train a new network with the student's own functions. Ctrl-C ends the training and keeps what it has learnt.

    tasks: preprocess, FashionCNN, train, predict. Whatever they raise goes through.
    """
    model = tasks["FashionCNN"]()
    held = tasks["preprocess"](data.held_images.clone()) if len(data.held_labels) else torch.zeros(0, 1, 28, 28)
    look_every = max(1, min(len(data.labels), LOOK_EVERY))
    watcher = Watcher(model, held, data.held_labels, look_every, tell)
    cpu, stopped, returned = time.process_time(), False, None
    with watcher.watching():
        try:
            returned = tasks["train"](model, data.images.clone(), data.labels.clone())
        except KeyboardInterrupt:
            stopped = True
    seconds, cpu = watcher.seconds, time.process_time() - cpu
    model.cpu().eval()
    every = max(1, len(watcher.curve) // _POINTS)
    outcome = Trained(
        model, data, _thin(watcher.curve, every), tuple(watcher.looks),
        watcher.images, watcher.steps, seconds, cpu, stopped, returned,
    )  # fmt: skip
    return _judged(outcome, tasks["predict"], held) if len(data.held_labels) else outcome


def _judged(outcome: Trained, predict: Callable[..., Any], held: Tensor) -> Trained:
    """The outcome with what `predict` says of the held-out images, or with the reason why it says nothing."""
    scores = outputs(outcome.model, held).softmax(dim=1)
    data = outcome.data
    try:
        parts = [predict(outcome.model, part.clone()) for part in torch.split(data.held_images, 250)]
        classes = torch.cat([torch.as_tensor(part).reshape(-1).to(torch.int64) for part in parts])
    except Exception as error:
        problem = f"predict raised {type(error).__name__}: {error}"
        return replace(outcome, classes=_largest(scores), scores=scores, problem=problem)
    if len(classes) != len(data.held_labels):
        problem = f"predict gave {len(classes)} classes for {len(data.held_labels)} images"
        return replace(outcome, classes=_largest(scores), scores=scores, problem=problem)
    return replace(outcome, classes=classes, scores=scores)


def _largest(scores: Tensor) -> Tensor:
    """(N, 10) -> int64 (N,): the class with the largest score."""
    return scores.max(dim=1).indices


def _thin(curve: list[Moment], every: int) -> tuple[Moment, ...]:
    """Means over ``every`` steps."""
    thinned = []
    for start in range(0, len(curve), every):
        part = curve[start : start + every]
        losses = [moment.loss for moment in part if moment.loss is not None]
        if losses:
            thinned.append(Moment(part[-1].images, part[-1].seconds, sum(losses) / len(losses)))
    return tuple(thinned)


def epochs_in(source: str) -> int | None:
    """How many epochs `train` will take, as its source says: the length of its outermost loop over a range.

    Followed through plain names: the constants of the file, the defaults of the function, assignments in it.
    None where the source does not say, as with a loop that ends when the loss does.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "train"]
    if not functions:
        return None
    function = functions[-1]
    known = _constants(tree.body)
    arguments = (*function.args.posonlyargs, *function.args.args)
    defaults = function.args.defaults
    pairs = [*zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)]
    pairs += [(a, d) for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d is not None]
    known |= {argument.arg: value for argument, default in pairs if (value := _whole(default, known)) is not None}
    known |= _constants([n for n in ast.walk(function) if isinstance(n, ast.stmt)])
    for node in _outer_loops(function.body):
        call = node.iter
        while isinstance(call, ast.Call) and _called(call) in ("tqdm", "trange", "enumerate", "range"):
            if _called(call) in ("range", "trange"):
                bounds = [_whole(arg, known) for arg in call.args]
                if len(bounds) == 1:
                    return bounds[0]
                return (
                    bounds[1] - bounds[0]
                    if len(bounds) == 2 and bounds[0] is not None and bounds[1] is not None
                    else None
                )
            call = call.args[0] if call.args else ast.Constant(None)
    return None


def _outer_loops(body: list[ast.stmt]) -> Iterator[ast.For]:
    for statement in body:
        if isinstance(statement, ast.For):
            yield statement
        elif isinstance(statement, (ast.With, ast.Try, ast.If)):
            yield from _outer_loops(statement.body)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _constants(statements: list[ast.stmt]) -> dict[str, int]:
    found: dict[str, int] = {}
    for statement in statements:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                _assign(target, statement.value, found)
    return found


def _assign(target: ast.expr, value: ast.expr, found: dict[str, int]) -> None:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            _assign(one, its, found)
    elif isinstance(target, ast.Name) and (number := _whole(value, found)) is not None:
        found[target.id] = number


def _whole(node: ast.expr, known: Mapping[str, int]) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return known.get(node.id) if isinstance(node, ast.Name) else None
