"""The training before this one, kept in `.autograder/`, and how this one compares with it."""

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..common.errors import InfrastructureError, UserError
from ..common.files import write_whole
from . import state
from .training_run import Trained


@dataclass(frozen=True)
class RunBefore:
    """accuracy: on `held` images, from 0 to 1. seconds: wall time. looks: (images seen, accuracy) while training."""

    accuracy: float
    held: int
    epochs: float
    seconds: float
    looks: tuple[tuple[int, float], ...]


def load(root: Path, name: str) -> RunBefore | None:
    """The last training of an assignment in this repository; None if there is none that can be read."""
    try:
        data = json.loads(_path(root, name).read_text(encoding="utf-8"))
        looks = tuple((int(images), float(share)) for images, share in data["looks"])
        numbers = [float(data[key]) for key in ("accuracy", "epochs", "seconds")]
        if not all(map(math.isfinite, numbers)) or not (0 <= numbers[0] <= 1 and data["held"] > 0):
            return None
        return RunBefore(numbers[0], int(data["held"]), numbers[1], numbers[2], looks)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None


def save(root: Path, name: str, outcome: Trained) -> None:
    """Remember a training that was judged. If that fails, nothing is raised: nothing depends on it."""
    if outcome.accuracy is None:
        return
    looks = tuple((look.images, look.accuracy) for look in outcome.looks if look.accuracy is not None)
    run = RunBefore(outcome.accuracy, len(outcome.data.held_labels), outcome.epochs, outcome.seconds, looks)
    state.save(root, state.load(root))  # makes the folder, which git ignores
    with suppress(OSError, UserError, InfrastructureError):
        write_whole(_path(root, name), (json.dumps(asdict(run)) + "\n").encode())


def compared(outcome: Trained, before: RunBefore | None) -> list[str]:
    """A sentence on how much better or worse this training is, and whether chance explains it. Empty without both."""
    now = outcome.accuracy
    if before is None or now is None:
        return []
    shares = ((now, len(outcome.data.held_labels)), (before.accuracy, before.held))
    chance = 2 * math.sqrt(sum(max(share * (1 - share), 1e-4) / held for share, held in shares))
    gain = now - before.accuracy
    which = "better" if gain > 0 else "worse"
    told = f"{100 * abs(gain):.1f} percentage points {which}" if round(1000 * gain) else "just as good"
    limit = f"{100 * chance:.1f} points"
    meant = (
        f"which is more than chance makes ({limit})" if abs(gain) > chance else f"and chance alone makes up to {limit}"
    )
    return [
        f"The run before: {before.accuracy:.1%} right after {before.epochs:.1f} epochs in {before.seconds:.0f} s. "
        f"This one is {told}, {meant}."
    ]


def _path(root: Path, name: str) -> Path:
    return root / state.FOLDER / f"{name}.training.json"
