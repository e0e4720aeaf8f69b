"""What a network says of items: its outputs, and the answers of the student's own `predict`."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ..checks import describe
from ..course.network import Network

_BATCH = 250  # items that the network gets at once


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


def answers_in(network: Network, outputs: Tensor) -> Tensor:
    """The answers in a network's outputs (N, K): the class with the largest score, int64 (N,), or the number itself."""
    return outputs.max(dim=1).indices if network.within is None else outputs.reshape(len(outputs))


def right(network: Network, answers: Tensor, labels: Tensor) -> Tensor:
    """Which answers (N,) are right: bool (N,)."""
    return answers == labels if network.within is None else (answers - labels).abs() <= network.within


def prepared(network: Network, tasks: Mapping[str, Any], items: Tensor) -> Tensor:
    """The network's inputs for items (N, ...): made by the student's own function, if there is one."""
    made: Tensor = tasks[network.preprocess](items.clone()) if network.preprocess else items.clone()
    return made


class Odd(Exception):
    """`predict` did not return an answer for each item. The message says what it returned."""


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
        raise Odd(f"{network.predict} returned {describe.kind(answer)} instead of a {what}") from None
    if given.numel() != count:
        many = "classes" if network.within is None else "numbers"
        raise Odd(f"{network.predict} gave {given.numel()} {many} for {count} {things}")
    if network.within is not None:
        return given.reshape(-1).float()
    classes = given.reshape(-1).to(torch.int64)
    if not bool((classes == given.reshape(-1)).all()):
        raise Odd(f"{network.predict} returned numbers that are not whole instead of a {what}")
    if not bool(((classes >= 0) & (classes < network.outputs)).all()):
        last = network.outputs - 1
        raise Odd(f"{network.predict} returned numbers that are not classes: classes go from 0 to {last}")
    return classes
