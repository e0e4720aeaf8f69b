"""A session: one child, which answers one question after another under the grader's clock. Nothing it sends is trusted."""

import contextlib
import math
import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

from ..common.errors import InfrastructureError
from . import folders, processes
from .clock import Clock
from .inside import wire
from .launch import START_SECONDS, Child, Sandbox
from .limits import BUSY, Limits

_SCRATCH = 256 << 20  # bytes that a submission may write
_CHUNK = 1 << 16  # bytes that are read at once
_LINE = 300  # the most bytes of the child's first line
_LOOK = 0.05  # seconds between two looks at the limits: a limit can be exceeded for this long


_UNKNOWN = processes.Usage(math.nan, math.nan, 0)


class SessionEnded(Exception):
    """The child has ended and answers no more. ``kind``: the outcome of the check. ``reason``: why, in words."""

    def __init__(self, kind: Literal["timeout", "crashed"], reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


class Session:
    """One child of a sandbox. After :class:`SessionEnded`, only :meth:`close` may be called."""

    def __init__(self, sandbox: Sandbox, order: dict[str, Any], limits: Limits, clock: Clock) -> None:
        """Start a child, wait until it is confined, and send it `order`, its first message.

        Raises InfrastructureError if it cannot be confined. No student code has run then.
        """
        self._sandbox, self._limits, self._clock = sandbox, limits, clock
        self._child: Child | None = sandbox.open()
        self._sock = self._child.sock
        self._sock.setblocking(False)
        self._ready = _poller(self._sock)
        self._ahead = bytearray()  # bytes that have arrived but are not used yet
        self._before = processes.Usage(0.0, 0.0, 0)  # what was used before the call began
        self.waited = 0.0  # seconds of the last call in which no processor was free: they do not count
        self._end = math.inf  # the monotonic time at which the submission's wall-clock time is used up
        self._deadline = time.monotonic() + START_SECONDS
        self._cpu_limit = START_SECONDS
        self._began = time.monotonic()
        self._next_look = self._began + _LOOK
        try:
            with clock.running():  # a submission that makes its children die pays for starting new ones
                frame = wire.frame(order)
                self._expect_confinement()
                for piece in frame:
                    self._write(piece)
            clock.stood(self.waited)
        except SessionEnded as ended:
            tier = sandbox.tier.letter
            raise InfrastructureError(f"a process could not be confined in tier {tier}: {ended.reason}") from None

    def _expect_confinement(self) -> None:
        """Wait for the child's first line. It is empty if the child is confined; otherwise it is the reason why not."""
        line = b""
        while not line.endswith(b"\n") and len(line) < _LINE:
            line += self._read(1)
        if line != b"\n":
            raise self._ended(line.decode(errors="replace").strip())

    def ask(self, question: dict[str, Any], cpu_seconds: float) -> dict[str, Any]:
        """The child's reply to a question with one case.

        Raises :class:`SessionEnded` if the child exceeds a limit, ends, or sends anything but the reply.
        """
        return next(self.ask_each(question, 1, cpu_seconds))

    def ask_each(self, question: dict[str, Any], cases: int, cpu_seconds: float) -> Iterator[dict[str, Any]]:
        """The replies to a question, one for each of its cases. Each case may take `cpu_seconds`, and raises as in `ask`.

        The caller must take all replies, up to the last one or the first that raises.
        """
        first = secrets.randbits(52)
        frame = wire.frame(question | {"number": first})
        if self._ahead or self._ready(0.0):
            raise self._ended(self._why_readable())
        with self._clock.running():
            self._end = time.monotonic() + self._clock.wall_left
            for number in range(first, first + cases):
                self._begin(cpu_seconds)
                for piece in frame if number == first else ():
                    self._write(piece)
                reply = self._reply(number)
                self._clock.stood(self.waited)
                self._end += self.waited
                yield reply

    def _begin(self, cpu_seconds: float) -> None:
        """Start the clock of a case."""
        self._began = time.monotonic()
        self._cpu_limit = cpu_seconds
        self._deadline = min(self._began + 2 * cpu_seconds + 0.5, self._end)
        self._before, self.waited = _UNKNOWN, 0.0
        self._next_look = self._began + _LOOK

    def _reply(self, number: int) -> dict[str, Any]:
        try:
            reply = wire.receive(self._read)
        except wire.WireError as error:
            raise self._ended(f"its answer could not be read ({error})") from None
        if type(reply.get("number")) is not int or reply["number"] != number:
            raise self._ended("its answer was not to the question asked")
        return reply

    def close(self) -> int | None:
        """Kill the child with all its descendants. Returns its wait status, as ``os.waitpid`` gives it; None if it was
        closed before.
        """
        child, self._child = self._child, None
        return None if child is None else self._sandbox.close_child(child)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
                self._look_if_due()
            except BlockingIOError:
                self._wait(writing=True)
            except OSError:
                raise self._ended(None) from None

    def _read(self, length: int) -> bytes:
        ahead = self._ahead
        while len(ahead) < length:
            try:
                chunk = self._sock.recv(max(length - len(ahead), _CHUNK))
            except BlockingIOError:
                self._wait()
                continue
            except OSError:
                chunk = b""
            if not chunk:
                raise self._ended(None)
            ahead += chunk
            self._look_if_due()
        data = bytes(ahead[:length])
        del ahead[:length]
        return data

    def _why_readable(self) -> str | None:
        if self._ahead:
            return "it answered more than it was asked"
        with contextlib.suppress(OSError):
            if self._sock.recv(1, socket.MSG_PEEK):
                return "it answered before it was asked"
        return None

    def _wait(self, writing: bool = False) -> None:
        """Wait until the socket is ready, and watch the limits. Raises :class:`SessionEnded` if one is exceeded."""
        while not self._ready(_LOOK, writing):
            self._look()

    def _look_if_due(self) -> None:
        """Watch the limits of a child that never makes us wait, too."""
        if time.monotonic() > self._next_look:
            self._look()
            self._next_look = time.monotonic() + _LOOK

    def _look(self) -> None:
        elapsed = time.monotonic() - self._began
        pids = self._sandbox.processes_of(self._child) if self._child else []
        used = processes.usage(pids, self._limits.memory)
        if self._before is _UNKNOWN:
            # The first look in this call. At most `elapsed` seconds can belong to the call; the rest was used before.
            cpu, waited = (max(0.0, seconds - elapsed) for seconds in (used.cpu_seconds, used.waited))
            self._before = processes.Usage(cpu, waited, 0)
        self.waited = max(self.waited, min(used.waited - self._before.waited, BUSY * elapsed))
        if used.memory > self._limits.memory:
            raise self._ended(f"it used more than {self._limits.memory / 2**30:.0f} GB of memory")
        # In tier A, the mounted folder itself limits the size. In the others, it is on the machine's own disk.
        if self._sandbox.tier.letter != "A" and folders.is_full(self._sandbox.scratch, pids, _SCRATCH):
            raise self._ended(f"it wrote more than it may: {_SCRATCH >> 20} MB, or 4,096 files")
        now = time.monotonic() - self.waited
        if used.cpu_seconds - self._before.cpu_seconds > self._cpu_limit or now > self._deadline:
            in_all = now > self._end
            self._clock.stood(self.waited)
            self.close()
            limit = f"{self._cpu_limit:.3g}"
            took = f"it took longer than {limit} second{'' if limit == '1' else 's'}"
            raise SessionEnded("timeout", self._clock.all_used_up if in_all else took)

    def _ended(self, reason: str | None) -> SessionEnded:
        """Kill the child. Returns the exception to raise, with the reason given, or else with what the system says."""
        status = self.close()
        return SessionEnded("crashed", reason or _story(status))


def _poller(sock: socket.socket) -> Callable[..., bool]:
    """A function that waits up to some seconds, and says whether the socket can be read (or written). Its end counts as
    readable.
    """
    if not hasattr(select, "poll"):
        return lambda seconds, writing=False: any(
            select.select([] if writing else [sock], [sock] if writing else [], [], seconds)
        )
    polls = {}
    for writing, event in ((False, select.POLLIN), (True, select.POLLOUT)):
        polls[writing] = select.poll()
        polls[writing].register(sock, event)
    return lambda seconds, writing=False: bool(polls[writing].poll(seconds * 1000))


def _story(status: int | None) -> str:
    if status is None or not hasattr(os, "WIFSIGNALED"):  # Windows does not say how it ended
        return "its process ended"
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) not in (signal.SIGKILL,):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"its process was ended by {name}, a crash below Python"
    if os.WIFEXITED(status):
        return f"it ended the Python process (exit code {os.WEXITSTATUS(status)})"
    return "its process was killed"
