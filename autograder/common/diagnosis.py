"""What explains a failure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that explains a failure: its stable name, and the message that it earns."""

    name: str
    message: str
