"""The explanation of a failure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """The misconception that explains a failure: its stable name and its message."""

    name: str
    message: str
