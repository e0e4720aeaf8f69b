"""Gets a submission to run in a child of the sandbox: as it is written, else as its definitions alone."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..submission.source import Source
from . import translate
from .clock import Clock
from .launch import Sandbox
from .limits import Limits
from .observation import SYNTAX, StudentError
from .session import Session, SessionEnded

_LONG_NAME = 60  # characters


@dataclass(frozen=True)
class Order:
    """A submission to run. parameters: the names of each task's parameters, for messages."""

    name: str
    source: Source
    seed: int
    parameters: Mapping[str, tuple[str, ...]]
    limits: Limits


class Loader:
    """Loads one submission, again in each child that it takes.

    notes: what the reader of the result should know about how it was run. defines: the names that it defines.
    load_error: what it raised when it was run as it is written. session: the child that runs; None after its end.
    """

    def __init__(self, sandbox: Callable[[], Sandbox], order: Order, clock: Clock) -> None:
        self._sandbox, self._order, self._clock = sandbox, order, clock
        self._mode: Literal["whole", "definitions"] = "whole"
        self._broken: SessionEnded | None = None
        self._generation = 0
        self.session: Session | None = None
        self.notes: list[str] = []
        self.defines: tuple[str, ...] = ()
        self.load_error: StudentError | None = None

    @property
    def generation(self) -> int | None:
        """The number of the child that runs; None where none does."""
        return self._generation if self.session is not None else None

    def load(self) -> Session:
        """The session, with the submission loaded. Raises SessionEnded when it cannot be: every task shares that fate."""
        if self.session is not None:
            return self.session
        if self._broken is not None:
            raise self._broken
        if self._mode == "whole":
            problem = self._try("whole")
            if problem is not None:
                self._mode = "definitions"
                self.note(f"{problem} It was run again as its imports, definitions and constants alone.")
        if self.session is None and (problem := self._try("definitions")) is not None:
            self._broken = SessionEnded("crashed", f"the submission cannot be loaded: {problem}")
            raise self._broken
        assert self.session is not None
        return self.session

    def close(self) -> None:
        """End the child, if one runs, with everything under it."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def note(self, note: str) -> None:
        """Add a note, once."""
        if note not in self.notes:
            self.notes.append(note)

    def missing(self, task: str) -> str:
        """Why a task is not there, for the student."""
        others = [name for name in self.defines if name not in self._order.parameters]  # another task is no slip
        close = difflib.get_close_matches(task[:_LONG_NAME], others, 1, 0.75)
        also = f" It does define {close[0]}: is that a slip of the pen?" if close else ""
        broken = self.load_error
        if broken is None or broken.type_name not in SYNTAX:
            return f"The submission defines no {task}.{also}"
        line = f" (`{broken.text}`)" if broken.text else ""
        return (
            f"The submission defines no {task} that can be read. The code around {broken.where or 'one line'} was "
            f"left out: {broken.type_name}, {broken.message}{line}.{also}"
        )

    def _try(self, mode: Literal["whole", "definitions"]) -> str | None:
        """None when the submission loaded, else what came in between: of the whole a sentence, of the definitions the reason."""
        order = self._order
        session = Session(self._sandbox(), self._script(), order.limits, self._clock)
        try:
            reply = session.ask({"op": "load", "mode": mode}, order.limits.load_seconds)
        except SessionEnded as ended:
            whole = f"Run as it is written, the submission did not finish: {ended.reason}."
            return whole if mode == "whole" else ended.reason
        error = translate.error_of(reply, order.name, order.source)
        if error is not None and mode == "whole":
            session.close()
            self.load_error = error
            where = f" at {error.where}" if error.where else ""
            return f"Run as it is written, the submission raised {error.type_name}{where}: {error.message}."
        self.session = session
        self._generation += 1
        self.defines = translate.names(reply.get("value"), _LONG_NAME)
        return None

    def _script(self) -> dict[str, Any]:
        """The first message to a child: see :class:`autograder.sandbox.inside.child.Script`."""
        order = self._order
        return {
            "name": order.name,
            "text": order.source.text,
            "cells": tuple((cell.text, cell.first_line) for cell in order.source.cells),
            "seed": _seed_inside(order.seed),
            "scratch": self._sandbox().scratch,
        }


def _seed_inside(seed: int) -> int:
    """The seed of the sandbox's generators: student code can read it, and it tells nothing of the checks' own draws."""
    return int.from_bytes(hashlib.sha256(b"sandbox/%d" % seed).digest()[:7], "big")
