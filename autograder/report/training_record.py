"""What a result's metrics say about a training. Values of a wrong type are left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..common.terminal import printable

MOST_CLASSES = 1000


@dataclass(frozen=True)
class TrainingRecord:
    """A network's training as the grader recorded it. A field that was not recorded is None or empty."""

    accuracy: float | None
    standard_error: float | None
    seconds: float | None  # CPU time
    epochs: float | None
    interrupted: bool
    losses: tuple[float, ...]  # one an epoch, as `train` returned them
    confusion: tuple[tuple[int, ...], ...]  # counts [right class][given class]
    mix_ups: tuple[tuple[int, int, int], ...]  # (number of a test image, right class, given class)
    bands: tuple[float, ...]
    submitted_weights: bool
    weights_refused: str  # "not used: ..."
    gap: float | None  # accuracy of submitted weights minus that of training again (--retrain)
    loss_by_exchange: float | None  # accuracy minus that of training with exchanged class numbers (--exchange-classes)
    things: str = "items"  # what the test items are called
    classes: tuple[str, ...] = ()  # the names of the classes, by number
    honest: tuple[float, float] = (1.0, 1.0)  # accuracies that honest networks stay below: (trained here, elsewhere)

    def name(self, number: int) -> str:
        """The name of a class, or its number if the result has no name for it."""
        return self.classes[number] if number < len(self.classes) else str(number)


def read_training(metrics: Mapping[str, Any]) -> TrainingRecord | None:
    """The training that the metrics describe, or None if they do not describe one."""
    accuracy, seconds = _share(metrics.get("accuracy")), _number(metrics.get("training_seconds"))
    losses = _numbers(metrics.get("losses"))
    if accuracy is None and seconds is None and not losses:
        return None
    weights = metrics.get("weights")
    weights = weights if isinstance(weights, str) else ""
    of_weights, exchanged = _share(metrics.get("accuracy_of_weights")), _share(metrics.get("accuracy_exchanged"))
    return TrainingRecord(
        accuracy=accuracy,
        standard_error=_share(metrics.get("accuracy_standard_error")),
        seconds=seconds,
        epochs=_number(metrics.get("epochs")),
        interrupted=metrics.get("interrupted") is True,
        losses=losses,
        confusion=_square(metrics.get("confusion")),
        mix_ups=_triples(metrics.get("mix_ups")),
        things=_word(metrics.get("things")) or "items",
        classes=_words(metrics.get("classes")),
        honest=_pair(metrics.get("honest")),
        bands=tuple(sorted(_numbers(metrics.get("bands")))),
        submitted_weights=weights == "submitted",
        weights_refused=weights if weights.startswith("not used") else "",
        loss_by_exchange=None if accuracy is None or exchanged is None else accuracy - exchanged,
        gap=None if accuracy is None or of_weights is None else of_weights - accuracy,
    )


def _number(value: Any, low: float = 0.0, high: float = 1e9) -> float | None:
    right = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if right and low <= value <= high else None


def _share(value: Any) -> float | None:
    return _number(value, high=1.0)


def _numbers(value: Any) -> tuple[float, ...]:
    items = value if isinstance(value, (list, tuple)) else ()
    return tuple(number for item in items[:1000] if (number := _number(item, -1e9)) is not None)


def _word(value: Any) -> str:
    return printable(value)[:100] if isinstance(value, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, (list, tuple)) else ()
    return tuple(_word(item) for item in items[:MOST_CLASSES])


def _pair(value: Any) -> tuple[float, float]:
    shares = [_share(item) for item in value] if isinstance(value, (list, tuple)) and len(value) == 2 else []
    return (shares[0] or 1.0, shares[1] or 1.0) if shares else (1.0, 1.0)


def _square(value: Any) -> tuple[tuple[int, ...], ...]:
    rows = value if isinstance(value, (list, tuple)) and len(value) <= MOST_CLASSES else ()
    square = tuple(tuple(row) for row in rows if isinstance(row, (list, tuple)) and len(row) == len(rows))
    good = len(square) == len(rows) and all(type(n) is int and n >= 0 for row in square for n in row)
    return square if good else ()


def _triples(value: Any) -> tuple[tuple[int, int, int], ...]:
    items = value if isinstance(value, (list, tuple)) else ()
    found = []
    for item in items[:50]:
        if isinstance(item, (list, tuple)) and len(item) == 3 and all(type(n) is int and n >= 0 for n in item):
            number, right, given = item
            if right < MOST_CLASSES and given < MOST_CLASSES:
                found.append((number, right, given))
    return tuple(found)
