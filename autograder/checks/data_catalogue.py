"""The misconceptions of an assignment as data, for students: what wrong ideas give in the public checks, without code.

`release` writes two files beside the public checks: ``diagnoses.json`` and ``diagnoses.safetensors``.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch

from ..common.diagnosis import Diagnosis
from ..sandbox.observation import Observation
from ..submission.weights import BadWeights, parse
from .describe import is_answer
from .evidence import Look
from .failure import Judge
from .matching import Signature, Sums

DIAGNOSES, ROWS = "diagnoses.json", "diagnoses.safetensors"  # what release writes beside the public checks


class BadDiagnoses(Exception):
    """The two files are not what release wrote; the message says which."""


_Points = dict[str, list[tuple[list[Any], list[int]]]]
"""By ordinal, the results at that observation of a check, each with the numbers of the misconceptions that give it."""


@dataclass(frozen=True)
class Recorded:
    """One observation of one public check at which a misconception is wrong.

    signature: of the wrong result; of the right one if ``later``.
    later: the misconception is already wrong at an earlier observation of the check.
    """

    check: str
    ordinal: int
    name: str
    signature: Signature
    later: bool = False


class DataCatalogue:
    """A :class:`Catalogue` as data, for students: the signatures of wrong results, without the code that gives them."""

    def __init__(
        self,
        messages: dict[str, str],
        recorded: Iterable[Recorded],
        hints: dict[str, tuple[str, ...]],
        why: dict[str, str] | None = None,
        problem: str = "",
    ) -> None:
        """messages: by name, in the order of the file; if two fit, the earlier one counts. why: a sentence by task.

        problem: why the catalogue is empty, if its files could not be read.
        """
        place = {name: number for number, name in enumerate(messages)}
        self.messages, self.hints, self.why, self.problem = messages, hints, why or {}, problem
        order = lambda entry: (place[entry.name], entry.check, entry.ordinal, _json(entry.signature.as_json({})))
        self.recorded = tuple(sorted(recorded, key=order))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the two files beside the public checks; without ``diagnoses.json`` the catalogue is empty.

        Raises BadDiagnoses if they are not what :meth:`save` wrote.
        """
        path = folder / DIAGNOSES
        if not path.is_file():
            return cls({}, (), {})
        rows = _read_rows(folder / ROWS)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            messages = {name: str(text) for name, text in data["messages"].items()}
            names = dict(enumerate(messages))
            recorded = [
                Recorded(check, int(ordinal), names[number], Signature.from_json(signature, rows), part == "later")
                for part in ("wrong", "later")
                for check, points in data.get(part, {}).items()
                for ordinal, seen in points.items()
                for signature, numbers in seen
                for number in numbers
            ]
            hints = {task: tuple(map(str, texts)) for task, texts in data["hints"].items()}
            return cls(messages, recorded, hints, data.get("why", {}))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise BadDiagnoses(f"{DIAGNOSES} is damaged, or does not belong to {ROWS}") from error

    def save(self, folder: Path) -> None:
        """Write the files that :meth:`load` reads; byte-identical for the same catalogue."""
        for name, content in self.files().items():
            (folder / name).write_bytes(content)

    def files(self) -> dict[str, bytes]:
        """The content of each file, by its name.

        The JSON has a line for each message, and a line for each result with the numbers of the messages that it earns.
        The sums and counts of a tensor are a row of the other file; the line holds the row's number.
        """
        numbers = {name: number for number, name in enumerate(self.messages)}
        parts: dict[str, dict[str, _Points]] = {"wrong": {}, "later": {}}
        rows: dict[Sums, int] = {}
        for entry in self.recorded:
            part = parts["later" if entry.later else "wrong"]
            seen = part.setdefault(entry.check, {}).setdefault(str(entry.ordinal), [])
            signature = entry.signature.as_json(rows)
            known = next((who for other, who in seen if other == signature), None)
            if known is None:
                seen.append((signature, known := []))
            known.append(numbers[entry.name])
        lines = [
            '{"messages": {',
            ",\n".join(f"{_json(name)}: {_json(text)}" for name, text in self.messages.items()),
            '}, "hints":',
            _json(self.hints),
            *([', "why":', _json(self.why)] if self.why else []),
            ', "wrong": {',
            _checks(parts["wrong"]),
            '}, "later": {',
            _checks(parts["later"]),
            "}}",
        ]
        return {DIAGNOSES: ("\n".join(lines) + "\n").encode(), ROWS: _rows_as_bytes(list(rows))}

    def suspects(self, check: str, observation: Observation, judge: Judge) -> Iterator[Diagnosis]:
        """See :class:`Catalogue`. A misconception is right before the first observation recorded for its check."""
        if observation.status not in ("value", "error"):
            return
        seen = observation.run.earlier if observation.run is not None else ()
        here = [entry for entry in self._of(check) if not entry.later and entry.ordinal == observation.ordinal]
        signature = Signature.of(observation) if here else None
        for entry in here:
            fits = signature is not None and signature.fits(entry.signature)
            if fits and not self._contradicted(entry.name, check, seen, observation):
                yield Diagnosis(entry.name, self.messages[entry.name])

    def fits(self, name: str, look: Look) -> bool | None:
        wrong = [entry for entry in self._of(look.check, name) if not entry.later]
        if not wrong or any(map(is_answer, look.seen)):
            return None
        if look.failed is None or any(entry.ordinal < look.failed.ordinal for entry in wrong):
            return False
        if self._contradicted(name, look.check, look.seen, look.failed):
            return False
        here = [entry for entry in wrong if entry.ordinal == look.failed.ordinal]
        signature = Signature.of(look.failed)
        return any(signature.fits(entry.signature) for entry in here) if here else None

    def _of(self, check: str, name: str = "") -> list[Recorded]:
        return [entry for entry in self.recorded if entry.check == check and name in ("", entry.name)]

    def _contradicted(self, name: str, check: str, seen: Iterable[Observation], failed: Observation) -> bool:
        """See :class:`CodeCatalogue`."""
        right = {entry.ordinal: entry.signature for entry in self._of(check, name) if entry.later}
        later = (other for other in seen if other.ordinal > failed.ordinal and other.ordinal in right)
        return any(Signature.of(other).fits(right[other.ordinal]) for other in later)

    def named(self, name: str) -> Diagnosis | None:
        return Diagnosis(name, self.messages[name]) if name in self.messages else None


def released_catalogue(folder: Path) -> DataCatalogue:
    """The catalogue beside a folder's public checks. If it cannot be read, it is empty, and its `problem` says why."""
    try:
        return DataCatalogue.load(folder)
    except BadDiagnoses as error:
        # In quotes, so that git expands the star: a shell would leave out a file that is gone.
        both = f'"{folder.parent.name}/{folder.name}/diagnoses.*"'
        problem = (
            f"Known mistakes cannot be recognized here: {error}. Bring both files back with: git checkout -- {both}"
        )
        return DataCatalogue({}, (), {}, problem=problem)


def _read_rows(path: Path) -> list[Sums]:
    """The sums and counts of tensors, a row for each. Raises BadDiagnoses."""
    if not path.is_file():
        raise BadDiagnoses(f"{path.name} is missing")
    try:
        tensors = parse(path.read_bytes())
    except (OSError, BadWeights) as error:
        raise BadDiagnoses(f"{path.name} is damaged") from error
    forms = {name: (tensor.dtype, *tensor.shape) for name, tensor in tensors.items()}
    rows = tensors["sums"].numel() // 3 if "sums" in tensors else 0
    # An earlier release wrote the counts with 64 bits.
    if forms not in [
        {"sums": (torch.float64, rows, 3), "counts": (kind, rows, 3)} for kind in (torch.int32, torch.int64)
    ]:
        raise BadDiagnoses(f"{path.name} is damaged")
    return [(tuple(sums), tuple(counts)) for sums, counts in zip(tensors["sums"].tolist(), tensors["counts"].tolist())]


def _rows_as_bytes(rows: Sequence[Sums]) -> bytes:
    """What :func:`_read_rows` reads."""
    import safetensors.torch

    sums = torch.tensor([sums for sums, _ in rows], dtype=torch.float64).reshape(len(rows), 3)
    counts = torch.tensor([counts for _, counts in rows], dtype=torch.int32).reshape(len(rows), 3)
    return bytes(safetensors.torch.save({"sums": sums, "counts": counts}))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _checks(found: dict[str, _Points]) -> str:
    """The results at each observation of each check, as JSON with a line for each."""
    return ",\n".join(f"{_json(check)}: {_points(points)}" for check, points in found.items())


def _points(points: _Points) -> str:
    texts = [f"{_json(ordinal)}: [\n" + ",\n".join(map(_json, seen)) + "]" for ordinal, seen in points.items()]
    return "{" + ",\n".join(texts) + "}"
