"""The file of trained weights beside a student's work. A worse network never replaces it.

A training that took minutes is never lost, and a quick try never replaces a good network: the network that is not
handed in is kept in `backup/`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from ..common.files import write_whole
from ..course.network import Network
from ..sandbox.inside.probes import load_weights
from ..submission.source import WEIGHTS_LIMIT
from ..submission.trained_from import Origin
from ..submission.weights import parse
from . import reset
from .predictions import predicted, prepared, right
from .training_run import Trained


def packed(trained: Trained, origin: Origin) -> bytes:
    """The network's numbers as safetensors, with their origin as metadata."""
    import safetensors.torch

    return bytes(safetensors.torch.save(dict(trained.numbers), origin.metadata()))


def settle(
    weights: Path, kept: Path, content: bytes, trained: Trained, judge: tuple[Tensor, Tensor] | None,
    tasks: Mapping[str, Any], quick: bool, say: Callable[[str], None],
) -> bool:  # fmt: skip
    """Make the new network the one to hand in, unless the one before is better. Says what became of both.

    weights: the file to hand in. kept: the file that holds the new network. judge: items (N, ...) and labels (N,) to
    compare the two on; None: do not compare. quick: the new one was trained on a part of the data, so the old one also
    stays if both are equally good. Returns whether `weights` is now the new network.
    """
    if len(content) > WEIGHTS_LIMIT:
        say(
            f"The trained network takes {len(content) >> 20} MB, and grading reads at most {WEIGHTS_LIMIT >> 20}. "
            f"It is in {_short(kept)}."
        )
        return False
    before = weights.read_bytes() if weights.is_file() else None
    if before is not None and judge is not None:
        old = share_right(trained.network, tasks, before, *judge, trained.device)
        new = share_right(trained.network, tasks, content, *judge, trained.device)
        if old is not None and new is not None and (new < old or (quick and new == old)):
            write_whole(kept, content)
            say(
                f"The network trained before is at least as good, so it stays: on the same {len(judge[1]):,} {trained.data.of.things} "
                f"{old:.1%} are right with it, {new:.1%} with the new one. The new one is in {_short(kept)}."
            )
            return False
    if before is not None and before != content:
        say(f"The network trained before is kept as {_short(reset.keep(weights))}")
    write_whole(weights, content)
    kept.unlink(missing_ok=True)
    say(f"Trained network: {weights.name} (hand it in beside your file, and it is graded as it stands)")
    return True


def share_right(
    network: Network, tasks: Mapping[str, Any], weights: bytes, images: Tensor, labels: Tensor, device: str
) -> float | None:
    """The share of images (N, ...) that a new network with these weights gets right. None if it cannot be told.

    device: where the training left its network. The student's `predict` may expect it there.
    """
    try:
        model = tasks[network.model]()
        if load_weights(model, parse(weights), prepared(network, tasks, images[:2])):
            return None
        answers = predicted(network, tasks, model.eval().to(device), images)
    except (Exception, SystemExit):
        return None
    return float(right(network, answers, labels).double().mean())


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
