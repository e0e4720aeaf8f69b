"""The manifest: what `release` wrote about the released assignments, in `assignments/manifest.json`.

Students may have edited or deleted the file. The parts of an assignment's entry that cannot be read are empty.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = "autograder/manifest/v1"
FILE = "manifest.json"


@dataclass(frozen=True)
class Released:
    """One assignment as it was released.

    points: task -> (public points, hidden points), in the order of the stub.
    bands: (accuracy in percent, the points that it earns), lowest first; empty if no points depend on accuracy.
    stubs: the code digests of the stub as a script and as a notebook.
    """

    points: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    bands: tuple[tuple[float, int], ...] = ()
    stubs: frozenset[str] = frozenset()

    def max_score(self, *, public_only: bool = False) -> int:
        """The points that the assignment is worth, or those of its public checks alone."""
        return sum(public + (0 if public_only else hidden) for public, hidden in self.points.values())


@dataclass(frozen=True)
class Manifest:
    """The released assignments, by name."""

    assignments: Mapping[str, Released] = field(default_factory=dict)

    def of(self, name: str) -> Released:
        """The entry of one assignment; an empty one if the manifest does not have it."""
        return self.assignments.get(name, Released())


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder` (assignments/); empty if it cannot be read."""
    try:
        document = json.loads((folder / FILE).read_bytes())
        names = {*document.get("assignments", {}), *document.get("stubs", {})}
    except (OSError, ValueError, RecursionError, TypeError, AttributeError):
        return Manifest()
    return Manifest({name: _released(document, name) for name in names})


def _released(document: dict[str, Any], name: str) -> Released:
    return Released(_points(document, name), _bands(document, name), frozenset(_strings(_get(document, "stubs", name))))


def _get(document: Any, *keys: str) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _points(document: dict[str, Any], name: str) -> dict[str, tuple[int, int]]:
    entry = _get(document, "assignments", name)
    try:
        return {
            task: (int((p := entry["points"][task])["public"]), int(p["hidden"]))
            for task in entry.get("tasks", entry["points"])
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}


def _bands(document: dict[str, Any], name: str) -> tuple[tuple[float, int], ...]:
    try:
        bands = _get(document, "assignments", name, "bands") or ()
        return tuple(sorted((float(percent), int(points)) for percent, points in bands))
    except (TypeError, ValueError):
        return ()


def _strings(value: Any) -> Iterator[str]:
    """The digests in an entry of "stubs", which may be one digest, a list of them, or a dict with one for each form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def write_manifest(folder: Path, document: Mapping[str, Any]) -> None:
    """Write a manifest into `folder` (assignments/). document: "assignments" and "stubs", each by assignment."""
    text = json.dumps({"schema": SCHEMA, **document}, indent=2, ensure_ascii=False) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(text.encode())


def entries_in(folder: Path) -> dict[str, dict[str, Any]]:
    """The manifest in `folder` as it is, without checks: its "assignments" and "stubs"; both empty if it cannot be read."""
    try:
        document = json.loads((folder / FILE).read_bytes())
        return {part: dict(document[part]) for part in ("assignments", "stubs")}
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return {"assignments": {}, "stubs": {}}


def excerpt(folder: Path, name: str) -> dict[str, Any]:
    """The part of the manifest in `folder` about one assignment, as a manifest of that assignment alone."""
    return {part: {name: entries[name]} for part, entries in entries_in(folder).items()}
