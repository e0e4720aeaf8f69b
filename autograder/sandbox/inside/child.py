"""Serve one submission: run it, and answer the grader's questions. Student code shares this process and may break it.

The grader asks numbered questions. A question may have several cases (arguments, keywords, and the object that is
called). Each case gets one reply, in the same order. A reply is a dict; what is empty is left out:

    number   the question's number, plus 1 for each case before this one
    status   "value" or "error"
    value    the task's return value as data, or a Handle if it is not data
    error    {"type", "message", "module", "line", "bases"} of what student code raised
    changed  names of the arguments that were changed in place
    called   names of the torch functions called, if the question asked to record them
    output   what was printed, at most 64 KB, and how much was cut
    interrupted   the budget of CPU time ran out in the middle
    notices  what was done differently from what the submission says, see `notices`
"""

import builtins
import contextlib
import functools
import inspect
import io
import os
import socket
import sys
import time
import traceback
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import alike, data, devices, imports, loading, notices, record, speedups, standins, wire, writing
from .interrupts import BudgetSpent, budget

MAX_OUTPUT = 64 << 10  # characters kept of what one call prints
_COPY_LIMIT = 4 << 20  # bytes: larger arguments are watched by their version counter


NO_ARGUMENTS: tuple[Any, ...] = ()  # the case of a question that has none
"""A case is (arguments, keywords or None, object to call or None). Empty parts at its end may be left out."""


@dataclass(frozen=True)
class Script:
    """What the grader wants served. Plain data, which comes in its own frame."""

    name: str  # of the assignment, and so of the module
    text: str  # the whole submission as it runs
    cells: tuple[tuple[str, int], ...]
    helpers: tuple[tuple[str, str], ...]  # (full name, text) of each module that lies beside it
    seed: int
    scratch: str


class Server:
    """Holds the student's module and the objects that stay here."""

    def __init__(self, script: Script, kept: dict[str, torch.Tensor], probes: types.ModuleType | None) -> None:
        self.script, self.kept, self.probes = script, kept, probes
        self.objects: list[object] = []
        self.module: types.ModuleType | None = None
        self.loader: loading.Statements | None = None
        self.start: alike.Start | None = None
        self.files: dict[str, str] = {}  # path -> name, for each of the student's modules

    def serve(self, sock: socket.socket) -> None:
        """Answer until the grader hangs up."""
        stream = sock.makefile("rb", 1 << 16)

        def read(length: int) -> bytes:
            read: bytes = stream.read(length)
            if len(read) < length:
                raise EOFError
            return read

        while True:
            try:
                question = wire.receive(read, self._resolve, self._kept, data.received)
            except EOFError:
                return
            for place, case in enumerate(question.get("cases", (NO_ARGUMENTS,))):
                self._send(sock, {"number": question["number"] + place} | self.answer(question, *case))

    def _send(self, sock: socket.socket, reply: dict[str, Any]) -> None:
        try:
            wire.send(sock, reply)
        except (wire.WireError, RuntimeError, TypeError, ValueError):
            # Many long texts together, or a tensor that torch cannot read out.
            reply["value"] = self._stays(reply.get("value"))
            wire.send(sock, reply)

    def answer(
        self,
        question: dict[str, Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        target: Any = None,
    ) -> dict[str, Any]:
        """Run one case of a question. Returns the reply without its number.

        Never raises: what student code raises is in the reply.
        """
        kwargs = kwargs or {}
        kept = Snapshot(args, kwargs)
        reply: dict[str, Any] = {"status": "value"}
        recorder = record.Recorder() if question.get("record") else contextlib.nullcontext()
        if self.start is not None and question["op"] == "call":
            self.start.again(everything="budget" in question)  # a training
        with _captured() as output:
            try:
                with budget(question.get("budget")), recorder:
                    value = self._run(question, args, kwargs, target)
                reply["value"] = plain = self._as_data(value)
                if not isinstance(plain, wire.Handle) and str(type(value).__module__) in notices.modules:
                    reply["object"] = self._stays(value)  # a list, say, of a class of its own, with methods
            except BudgetSpent:
                reply["interrupted"] = True
            except BaseException as error:
                reply["status"], reply["error"] = "error", self._describe(error)
        if changed := kept.changed():
            reply["changed"] = changed
        if isinstance(recorder, record.Recorder):
            reply["called"] = tuple(sorted(recorder.names))[:500]
        if printed := output.kept():
            reply["output"] = (printed, output.cut)
        if news := notices.take():
            reply["notices"] = news
        return reply

    def _run(self, question: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any], target: Any) -> object:
        operation = question["op"]
        if operation == "load":
            return self._load(question)
        if operation == "step":
            return self._step(question)
        if operation == "get":
            return self._lookup(question["name"])
        if operation == "call":
            task = self._lookup(question["name"])
            if not callable(task):
                kind = type(task).__name__
                raise TypeError(f"{question['name']} is of type {kind}, but must be something to call, as in the stub")
            return task(*args, **kwargs)
        if operation == "method":
            method = getattr(target, question["name"]) if question["name"] else target
            return method(*args, **kwargs)
        if operation == "probe":
            return getattr(self.probes, question["name"])(*args, **kwargs)
        raise ValueError(f"unknown operation {operation}")

    def _load(self, question: dict[str, Any]) -> dict[str, Any]:
        """Read the submission, and run its first step if the question says so. Returns how far it has come."""
        script, folder = self.script, Path(self.script.scratch)
        everything = "\n".join([script.text, *(text for _, text in script.helpers)])
        devices.hide()
        devices.without_windows(everything)
        if devices.wanted(everything):
            devices.serve()
        if speedups.wanted(everything):
            speedups.leave_out()
        writing.make_folders()
        imports.install()
        builtins.display = _displayed  # type: ignore[attr-defined]
        if script.helpers:
            imports.find_beside(dict(script.helpers), loading.helper_runner(folder))
        sys.path.append(str(folder))  # modules that it writes itself, as `%%writefile` does
        sys.argv = [f"{script.name}.py"]
        self.files = {str(folder / f"{name}.py"): name for name, _ in ((script.name, ""), *script.helpers)}
        self.module = loading.new_module(script.name, folder, script.text)
        self.loader = loading.read(self.module, script.text, script.cells)
        self.loader.skip |= set(question.get("skip", ()))
        return self._step(question) if question.get("run", True) else self._progress()

    def _step(self, question: dict[str, Any]) -> dict[str, Any]:
        """Run the next statements, see :meth:`loading.Statements.step`."""
        assert self.loader is not None
        began = time.process_time()
        self.loader.skip |= set(question.get("skip", ()))
        self.loader.one_by_one = question.get("one_by_one", False)
        self.loader.step(question.get("seconds"), question.get("definitions_only", False))
        return self._progress(time.process_time() - began)

    def _progress(self, seconds: float = 0.0) -> dict[str, Any]:
        """The next statement, what was left out, and the CPU time used. At the end, next is None, and names are the
        names that the submission defines."""
        assert self.loader is not None
        assert self.module is not None
        following, left_out = self.loader.following, tuple(self.loader.left_out)
        self.loader.left_out.clear()
        progress: dict[str, Any] = {"next": following, "left_out": left_out, "seconds": seconds}
        if following is None:
            names = (str(name) for name in self.module.__dict__ if not str(name).startswith("__"))
            progress["names"] = tuple(names)[:1000]
            alike.seed(self.script.seed)  # tasks start from the same state, whatever was drawn while loading
            if self.kept:
                self.start = alike.Start.now(self.script.seed, self.script.scratch)
        return progress

    def _lookup(self, name: str) -> Any:
        if self.module is None or name not in self.module.__dict__:
            raise MissingTask(name)
        return self.module.__dict__[name]

    def _resolve(self, handle: wire.Handle) -> object:
        return self.objects[handle.number]

    def _kept(self, kept: wire.SandboxTensor) -> object:
        return self.kept[kept.name][kept.start : kept.stop]

    def _as_data(self, value: object) -> object:
        plain = data.to_data(value)
        if isinstance(value, standins.StandIn):
            raise standins.error_of(value)
        return plain if plain is not data.NOT_DATA else self._stays(value)

    def _stays(self, value: object) -> wire.Handle:
        self.objects.append(value)
        return wire.Handle(len(self.objects) - 1, data.name_of(value))

    def _describe(self, error: BaseException) -> dict[str, Any]:
        """Type and message of what was raised, and the innermost line of the student's own modules."""
        module, line = "", None
        with contextlib.suppress(Exception):  # student code can put anything into what is read here
            module, line = self._place(error)
        kind, message = loading.describe(error)
        return {"type": kind, "message": message, "module": module, "line": line, "bases": bases(error)}

    def _place(self, error: BaseException) -> tuple[str, int | None]:
        if isinstance(error, SyntaxError) and error.filename in self.files:
            return self.files[error.filename], error.lineno
        frames = traceback.walk_tb(error.__traceback__)
        own = [(self.files[f.f_code.co_filename], line) for f, line in frames if f.f_code.co_filename in self.files]
        return own[-1] if own else ("", None)


class MissingTask(Exception):
    """The submission defines nothing of this name."""


def bases(error: BaseException) -> tuple[str, ...]:
    """The names of the classes that the type of an error inherits from, nearest first."""
    return tuple(str(base.__name__)[:100] for base in type(error).__mro__[1:20])


class Snapshot:
    """Remembers the tensors and arrays that a call gets, to see afterwards which were changed in place."""

    def __init__(self, args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        named = [*((str(i), a) for i, a in enumerate(args)), *kwargs.items()]
        self.before = [
            (name, arg, (arg.shape, _bytes(arg)) if arg.nbytes <= _COPY_LIMIT else getattr(arg, "_version", None))
            for name, arg in named
            if isinstance(arg, (torch.Tensor, np.ndarray))
        ]

    def changed(self) -> tuple[str, ...]:
        return tuple(name for name, after, before in self.before if not _same(before, after))


def _bytes(value: torch.Tensor | np.ndarray) -> bytes:
    return value.tobytes() if isinstance(value, np.ndarray) else wire.tensor_bytes(value)


def _same(before: tuple[Any, bytes] | int | None, after: torch.Tensor | np.ndarray) -> bool:
    if not isinstance(before, tuple):
        return before == getattr(after, "_version", None)
    try:
        return before == (after.shape, _bytes(after))
    except Exception:
        return False


class _Output(io.TextIOBase):
    """Takes the place of stdout and stderr: keeps the first characters and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._room = MAX_OUTPUT
        self.cut = 0
        self.buffer = _ByteOutput(self)

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def reconfigure(self, **_: Any) -> None:
        """Do nothing; a real stream has this method too."""

    def fileno(self) -> int:
        return 1  # /dev/null: programs that ask for the descriptor may write to it

    def write(self, text: str) -> int:
        text = str(text)
        if self._room > 0:
            self._kept.append(text[: self._room])
        self.cut += max(0, len(text) - self._room)
        self._room = max(0, self._room - len(text))
        return len(text)

    def close(self) -> None:
        """Stay open: code that closes stdout must not break the next call."""

    def kept(self) -> str:
        return "".join(self._kept)


def _displayed(*shown: object, **_: Any) -> None:
    """The function that notebooks call `display`."""
    print(*shown)


class _ByteOutput(io.RawIOBase):
    """``sys.stdout.buffer``, for code that writes bytes."""

    def __init__(self, text: _Output) -> None:
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._text.write(bytes(data).decode("utf-8", "replace"))


@contextlib.contextmanager
def _captured() -> Iterator[_Output]:
    output = _Output()
    sys.stdout = sys.stderr = output
    try:
        yield output
    finally:
        sys.stdout = sys.stderr = _Output()


def load_without_workers() -> None:
    """Make every DataLoader load in this process, because tier B cannot start another."""
    loader = torch.utils.data.DataLoader
    original = loader.__init__
    signature = inspect.signature(original)
    of_workers = ("num_workers", "multiprocessing_context", "prefetch_factor", "persistent_workers", "timeout")

    @functools.wraps(original)
    def init(*args: Any, **kwargs: Any) -> None:
        bound = signature.bind(*args, **kwargs)
        for name in of_workers:
            bound.arguments.pop(name, None)
        original(*bound.args, **bound.kwargs)

    loader.__init__ = init  # type: ignore[method-assign]


def run(
    sock: socket.socket,
    script: Script,
    kept: dict[str, torch.Tensor],
    probes: types.ModuleType | None,
) -> None:
    """Serve one submission on ``sock`` and end the process."""
    os.chdir(script.scratch)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    alike.seed(script.seed)
    try:
        Server(script, kept, probes).serve(sock)
    finally:
        os._exit(0)
