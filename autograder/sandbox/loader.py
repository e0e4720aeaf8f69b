"""Loads a submission in a child of the sandbox, without the statements that fail: the others still run."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..common.terminal import beginning
from ..submission.own_tasks import set_inside, unseen
from ..submission.source import Source
from ..submission.syntax import broken_line
from . import translate
from .clock import Clock
from .launch import Sandbox
from .left_out import ONCE, LeftOut, Note, also_out, for_want_of, left_out, notes_on, notice, why_not, why_not_filled
from .limits import Limits
from .observation import SYNTAX, StudentError
from .session import Session, SessionEnded

_LONG_NAME = 60  # characters
_MOST_RESTARTS = 3  # children after the first; the last one runs definitions alone
_MOST_NOTES = 12
_GRACE = 2.0  # CPU seconds from the interruption of a statement to the moment when its process is killed
_LAST_SECONDS = 0.5  # for each statement after the time for loading has been used up
_MOST_TIMES = 1.5  # after this multiple of the time for loading, only definitions are run


@dataclass(frozen=True)
class Order:
    """A submission to run. name: the assignment's. parameters: task -> the names of its parameters, for messages."""

    name: str
    source: Source
    seed: int
    parameters: Mapping[str, tuple[str, ...]]
    limits: Limits


@dataclass(frozen=True)
class Next:
    """The statement that a child is about to run. definition: it is a definition, and the step may run more of them."""

    number: int
    line: int
    last: int
    definition: bool


@dataclass(frozen=True)
class LoadProgress:
    """How far a child has come with loading.

    following: the next statement; None at the end. left_out: records of statements that were left out. seconds: the CPU
    time so far, as the child states it. names: at the end, the names that the submission defines.
    """

    following: Next | None
    left_out: tuple[Any, ...]
    seconds: float
    names: tuple[str, ...]


def _progress(value: Any, source: Source) -> LoadProgress | None:
    """The progress in a reply's value; None if it is not valid."""
    if not isinstance(value, dict) or "next" not in value:
        return None
    following, left_out, seconds = value["next"], value.get("left_out"), value.get("seconds")
    if not isinstance(left_out, tuple) or not isinstance(seconds, float) or not 0 <= seconds < 1e9:
        return None
    if following is not None:
        if not isinstance(following, tuple) or [type(part) for part in following] != [int, int, int, bool]:
            return None
        if not 0 < following[1] <= following[2] <= source.text.count("\n"):
            return None
        following = Next(*following)
    return LoadProgress(following, left_out[:200], seconds, translate.names(value.get("names"), _LONG_NAME))


class Loader:
    """Loads one submission statement by statement, and loads it again in a new child after one has ended.

    notes: what readers of the result should know about how it was run. left_out: the statements that did not run.
    defines: the names that the submission defines. load_error: why Python cannot parse a cell of it, or the whole.
    session: the running child; None if there is none.
    """

    def __init__(self, sandbox: Callable[[], Sandbox], order: Order, clock: Clock) -> None:
        self._sandbox, self._order, self._clock = sandbox, order, clock
        self._skip: set[int] = set()  # the numbers of statements that took too long, or ended the process
        self._one_by_one = False
        self._restarts = 0
        self._unexplained: SessionEnded | None = None  # a child ended before it had said what it was about to run
        self._broken: SessionEnded | None = None
        self._generation = 0
        self._once: set[tuple[str, str]] = set()  # (kind, name) of notes of which only the first is kept
        self.session: Session | None = None
        self._others: list[Note] = []
        self.left_out: list[LeftOut] = []
        self._told: set[tuple[int, int]] = set()  # the first and last lines of the statements in left_out
        self.defines: tuple[str, ...] = ()
        self.load_error: StudentError | None = None

    @property
    def generation(self) -> int | None:
        """The number of the running child; None if there is none."""
        return self._generation if self.session is not None else None

    def load(self) -> Session:
        """The session in which the submission is loaded. Raises SessionEnded if it cannot be loaded: no task can run then."""
        while self.session is None:
            if self._broken is not None:
                raise self._broken
            session = Session(self._sandbox(), self._script(), self._order.limits, self._clock)
            try:
                self._run(session)
            except SessionEnded as ended:
                session.close()
                if self._clock.is_used_up:
                    raise
                self._restarts += 1
                if self._restarts > _MOST_RESTARTS:
                    self._broken = SessionEnded("crashed", f"your file cannot be run: {ended.reason}")
            else:
                self.session = session
                self._generation += 1
        return self.session

    def _run(self, session: Session) -> None:
        """Run the whole submission in a new child. Raises SessionEnded, after noting which statement ended it.

        The first child begins to run at once. Later ones first say which statement they are about to run.
        """
        limit, used = self._order.limits.load_seconds, 0.0
        last_try = self._restarts == _MOST_RESTARTS
        question: dict[str, Any] = {
            "op": "load",
            "run": self._restarts == 0,
            "seconds": limit,
            "skip": tuple(self._skip),
        }
        running: Next | None = None
        while True:
            began = time.monotonic()
            try:
                reply = session.ask(question | {"one_by_one": self._one_by_one}, question["seconds"] + _GRACE)
                progress = self._read(reply)
            except SessionEnded as ended:
                if running is None:
                    self._unexplained = ended
                else:
                    self._blame(running, ended)
                raise
            took = time.monotonic() - began - session.waited
            used += max(min(progress.seconds, took), took / 2)  # the child's own figure could be a lie
            if progress.following is None:
                break
            running = progress.following
            if self._unexplained is not None:  # the child before ended in this statement
                self._blame(running, self._unexplained)
                self._unexplained = None
            question = {
                "op": "step",
                "seconds": max(limit - used, _LAST_SECONDS),
                "skip": tuple(self._skip),
                "definitions_only": last_try or used > _MOST_TIMES * limit,
            }
        self.defines = progress.names

    def _blame(self, running: Next, ended: SessionEnded) -> None:
        """From now on, leave out the statement that was running when the process ended."""
        if running.definition and not self._one_by_one:
            self._one_by_one = True  # any of several definitions may have ended it: run them one by one
            return
        self._skip.add(running.number)
        limit = self._order.limits.load_seconds
        kind, reason = ended.kind, ended.reason
        if kind == "timeout":
            reason = f"it took longer than {limit:g} seconds"
        self._leave_out([LeftOut(running.line, running.line, running.last, kind, reason)])

    def _read(self, reply: dict[str, Any]) -> LoadProgress:
        """How far loading has come, by a reply. Raises SessionEnded if the reply does not say so."""
        order = self._order
        self.take_notices(reply)
        progress = _progress(reply.get("value"), order.source)
        if progress is None:
            error = translate.error_of(reply, order.name, order.source)
            said = f"{error.type_name}: {error.message}" if error is not None else "it answered something else"
            raise SessionEnded("crashed", said)
        limit = order.limits.load_seconds
        records = [(record, left_out(record, order.source, limit)) for record in progress.left_out]
        for record, each in records:
            if each is not None and each.kind == "BudgetSpent":
                self._skip.add(record[0])
            if each is not None and record[0] < 0 and self.load_error is None:
                where, text = order.source.locate(each.line), order.source.line(each.line)
                self.load_error = StudentError(
                    each.kind, beginning(translate.harmless(str(record[4])[:500])), where, text
                )
        self._leave_out([each for _, each in records if each is not None])
        return progress

    def _leave_out(self, found: Sequence[LeftOut]) -> None:
        new = [each for each in found if (each.first, each.last) not in self._told]
        self._told.update((each.first, each.last) for each in new)
        self.left_out += new

    def take_notices(self, reply: dict[str, Any]) -> None:
        """Keep the notices of a reply as notes: what the child did differently than the submission is written."""
        items = reply.get("notices")
        for item in items[:100] if isinstance(items, tuple) else ():
            note = notice(item, self._order.name, self._order.source)
            key = (note.kind, note.name)
            if note.kind and key not in self._once and note not in self._others:
                self._others.append(note)
            if note.kind in ONCE or note.name:
                self._once.add(key)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes, with those on statements that were left out first.

        The first line that is not Python has no note here: `syntax_problem` says more about it.
        """
        source = self._order.source
        broken = broken_line(source) if any(each.kind in SYNTAX for each in self.left_out) else None
        told = [
            each
            for each in self.left_out
            if each.kind not in SYNTAX or not (each.unreadable or (broken is not None and each.line == broken.line))
        ]
        misspelt = {note.name: note for note in self._others if note.kind == "misspelt"}
        wanting = {name: for_want_of([name], told, source) for name in misspelt}
        others = [note for note in self._others if note is misspelt.get(note.name, note)]
        told = [each for each in told if not any(each in some for some in wanting.values())]
        texts = [f"{note.text}{also_out(wanting.get(note.name, ()), source)}" for note in others[:_MOST_NOTES]]
        return (*notes_on(told, source), *texts)

    @property
    def is_in_doubt(self) -> bool:
        """May there be a line that is not Python? Not if each statement was run, or left out because of what it raised."""
        return not self.defines or any(each.kind in SYNTAX for each in self.left_out)

    def close(self) -> None:
        """Kill the running child, if there is one, with all its descendants."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def note(self, note: str) -> None:
        """Add a note, unless it is there already."""
        if (added := Note(text=note)) not in self._others:
            self._others.append(added)

    def missing_package(self) -> str:
        """The note on the package that could not be imported; "" if there are several such notes, or none."""
        notes = [note.text for note in self._others if note.kind == "missing"]
        return notes[0] if len(notes) == 1 else ""

    def why_not(self, name: str) -> str:
        """A sentence on the statement that would have made a name, and why it was left out; "" if there is none."""
        return why_not(name, self.left_out, self._order.source)

    def why_not_filled(self, name: str) -> str:
        """A sentence on the statement that would have filled a dict and did not run; "" if there is none."""
        return why_not_filled(name, self.left_out, self._order.source) or set_inside(self._order.source, name)

    def missing(self, task: str) -> str:
        """Why a task is missing, in sentences for the student."""
        if because := self.why_not(task):
            return f"Your file has no {task} that could be run. {because}"
        if hidden := unseen(self._order.source, task):
            return hidden
        return f"Your file defines no {task}."  # `checks.student_errors` looks for the name that was meant

    def _script(self) -> dict[str, Any]:
        """The first message to a child: see :class:`autograder.sandbox.inside.child.Script`."""
        order = self._order
        return {
            "name": order.name,
            "text": order.source.text,
            "cells": tuple((cell.text, cell.first_line) for cell in order.source.cells),
            "helpers": tuple((helper.name, helper.text) for helper in order.source.helpers),
            "seed": _seed_inside(order.seed),
            "scratch": self._sandbox().scratch,
        }


def _seed_inside(seed: int) -> int:
    """The seed of the sandbox's random generators. Student code can read it, but learns nothing about the checks' inputs."""
    return int.from_bytes(hashlib.sha256(b"sandbox/%d" % seed).digest()[:7], "big")
