"""Starts the warm process and forks children from it. This is the grader's side.

It does not import torch, so that the grader and the warm process import torch at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import InfrastructureError
from . import folders, processes, tiers

if TYPE_CHECKING:
    import torch

START_SECONDS = 120.0  # a cold import of torch from a slow disk


@dataclass(frozen=True)
class Child:
    """One child: its socket, and its pid as the warm process sees it."""

    sock: socket.socket
    pid: int


@dataclass(frozen=True)
class Door:
    """Where graders ask a shared warm process for a fork of it. It can be passed to a process at its start.

    memory: bytes that each submission may use. folder: the graders make theirs in it. It is removed with the shared
    process, so that a grader that is killed leaves nothing.
    """

    sock: socket.socket
    tier: tiers.Tier
    memory: int
    folder: str


class Sandbox:
    """A warm process in a tier. Each :meth:`open` gives a child, usually a fork of it, which runs one submission."""

    def __init__(
        self,
        tier: tiers.Tier,
        *,
        trains: bool = False,
        memory: int = 4 << 30,
        door: Door | None = None,
        shared: bool = False,
    ) -> None:
        """trains: import what a training needs. memory: bytes that each submission may use. door: use a fork of that
        shared warm process as long as it lives. shared: for a :class:`SharedSandbox`.
        """
        self.tier, self.trains = tier, trains
        self._door, self._shared, self._memory = door, shared, memory
        place = door.folder if door is not None and Path(door.folder).is_dir() else None
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-", dir=place, ignore_cleanup_errors=True)
        # Inside our folder, so that what a child leaves behind can be moved aside and is removed with the folder.
        own = str(Path(self._folder.name, "scratch"))
        self.scratch = tiers.private_scratch() if tier.letter == "A" else own
        self._policy = tiers.confinement(tier, scratch=self.scratch, memory=memory)
        self._log = Path(self._folder.name, "warm.log")
        if tier.letter != "A":
            self._renew_scratch()
            Path(self._folder.name).chmod(0o711)  # a child that runs as another user must reach its scratch folder
        self._kept: Mapping[str, torch.Tensor] = {}
        self._once = not tiers.can_fork(tier)
        self._process: subprocess.Popen[bytes] | None = None
        self._control = self._ask_for_fork(door.sock) if door is not None else self._start()
        self._ready = False
        self._root = 0  # the pid of the warm process, as the grader sees it

    def _ask_for_fork(self, door: socket.socket) -> socket.socket:
        ours, theirs = _pair()
        with theirs, contextlib.suppress(OSError):  # if the shared process is gone, reading from our end shows it
            socket.send_fds(door, [self._policy.to_json().encode()], [theirs.fileno()])
        return ours

    def _start(self) -> socket.socket:
        config: dict[str, Any] = {"trains": self.trains, "once": self._once, "policy": self._policy.to_json()}
        config["shared"] = self._shared
        if sys.platform == "win32":
            return self._start_by_callback(config)
        ours, theirs = _pair(messages=self._shared)
        with theirs:
            config |= {"fd": theirs.fileno(), "port": None, "token": None}
            self._process = self._popen(config, (theirs.fileno(),))
        return ours

    def _start_by_callback(self, config: dict[str, Any]) -> socket.socket:
        token = secrets.token_bytes(32)
        with socket.create_server(("127.0.0.1", 0)) as server:
            config |= {"fd": None, "port": server.getsockname()[1], "token": token.hex()}
            self._process = self._popen(config, ())
            server.settimeout(START_SECONDS)
            while True:
                connection, _ = server.accept()
                connection.settimeout(5)
                with contextlib.suppress(OSError):
                    if secrets.compare_digest(connection.recv(32), token):
                        connection.settimeout(None)
                        return connection
                connection.close()

    def _popen(self, config: dict[str, Any], pass_fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
        arguments = [tiers.STARTER, "zygote", json.dumps(config)]
        command, environment = tiers.zygote_command(self.tier, arguments, self._policy)
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
                start_new_session=True,
                cwd=self._folder.name,
            )

    def processes_of(self, child: Child) -> list[int]:
        """The pids of the child and its descendants, as the grader sees them. Without /proc, descendants are left out."""
        below = processes.descendants(self._root)
        return [child.pid, *below] if self._once else below

    @property
    def _own_pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def another(self) -> Sandbox:
        """A second sandbox like this one, with its own warm process and scratch folder, and without kept tensors."""
        return Sandbox(self.tier, trains=self.trains, memory=self._memory, door=self._door)

    def keep(self, kept: Mapping[str, torch.Tensor]) -> None:
        """Give the sandbox tensors for all submissions: name -> tensor. Must be called before the first :meth:`open`."""
        self._kept = kept

    def _finish_start(self) -> None:
        from .inside import wire

        if self._ready:
            return
        self._control.settimeout(START_SECONDS)
        try:
            wire.send(self._control, dict(self._kept))
            self._root = self._own_pid if self._once else _sender_of(self._control, b"R")
        except (OSError, EOFError) as error:
            if self._process is not None:
                raise self._gone(error) from error
            self._control.close()  # the shared process has ended, or cannot fork like this: start a process of our own
            self._control = self._start()
            self._finish_start()
        self._ready = True

    def _gone(self, error: OSError | EOFError) -> InfrastructureError:
        """The error to raise if the warm process does not answer. A shared one is not asked for another fork: it ends too."""
        if self._door is not None:
            self._door.sock.close()
        lines: list[str] = []
        with contextlib.suppress(OSError):
            lines = self._log.read_text(errors="replace").strip().splitlines()
        late = isinstance(error, TimeoutError)
        why = f"did not start within {START_SECONDS:.0f} s" if late else "has ended, and does not say why"
        return InfrastructureError(
            f"the sandbox (tier {self.tier.letter}) {f'did not start: {lines[-1][:300]}' if lines else why}"
        )

    @property
    def has_ended(self) -> bool:
        """Has the warm process ended since the last child? It says nothing unasked: only its end can be read."""
        if self._once or not self._ready:
            return False
        self._control.settimeout(0)
        try:
            return not self._control.recv(1, socket.MSG_PEEK)
        except OSError as error:
            return not isinstance(error, BlockingIOError)
        finally:
            self._control.settimeout(START_SECONDS)

    def open(self) -> Child:
        """A new child. Raises :class:`InfrastructureError` if the warm process is gone or does not start."""
        self._finish_start()
        if self._once:
            return Child(self._control, self._own_pid)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"S"], [theirs.fileno()])
                pid = self._answer()
            except (OSError, EOFError) as error:
                ours.close()
                raise self._gone(error) from error
        return Child(ours, pid)

    def close_child(self, child: Child) -> int:
        """Kill the child and all its descendants. Returns its wait status, as ``os.waitpid`` gives it."""
        with child.sock:  # closed after the kill, so that the child does not notice and begin to exit by itself
            return self._kill()

    def _kill(self) -> int:
        if self._once:
            assert self._process is not None
            self._process.kill()
            code = self._process.wait()
            self._renew_scratch()
            self._control = self._start()
            self._ready = False
            return -code if code < 0 else code << 8
        try:
            self._control.sendall(b"K")
            status = self._answer()
        except (OSError, EOFError) as error:
            raise self._gone(error) from error
        if self.tier.letter != "A":
            self._renew_scratch()
        return status

    def _renew_scratch(self) -> None:
        """Make an empty scratch folder for the next child, and remove the last one. No submission's clock runs here."""
        scratch, left = Path(self.scratch), Path(self._folder.name, "left")
        with contextlib.suppress(OSError):
            scratch.rename(left)
        folders.remove(left)
        folders.remove(scratch)  # if it could not be moved
        scratch.mkdir(mode=0o700, exist_ok=True)

    def _answer(self) -> int:
        """A number that the warm process sends."""
        from .inside import wire

        return int(struct.unpack("<q", wire.read_exactly(self._control, 8))[0])

    def close(self) -> None:
        """End the warm process and everything under it."""
        self._kept = {}
        self._control.close()
        if self._process is not None:
            below = processes.descendants(self._process.pid)
            self._process.kill()
            for pid in below:  # if bubblewrap is killed while it starts, its inner process stays and waits for it
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
        folders.remove(Path(self._folder.name))
        self._folder.cleanup()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SharedSandbox:
    """A warm process that imports torch once for several graders, which are separate processes. Linux, tiers A to C.

    It does not fork children itself. Each grader gets a fork of it through the door, and that forks the grader's
    children, which cannot see other graders' children. If it dies, its forks die too, and each grader starts its own warm
    process.
    """

    def __init__(self, tier: tiers.Tier, memory: int) -> None:
        # Some submissions train in a demo, or use the meta device, whatever the assignment. Nothing is imported after
        # student code has run, so what they need is imported now.
        self._sandbox = Sandbox(tier, trains=True, memory=memory, shared=True)
        self.door = Door(self._sandbox._control, tier, memory, self._sandbox._folder.name)

    def close(self) -> None:
        """End the warm process with all its forks."""
        self._sandbox.close()


def _pair(messages: bool = False) -> tuple[socket.socket, socket.socket]:
    """Two connected sockets. On Linux, messages that reach the first one carry the pid of their sender.

    messages: keep the bounds of messages, instead of a stream.
    """
    if not sys.platform.startswith("linux"):
        return socket.socketpair()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET if messages else socket.SOCK_STREAM)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return ours, theirs


def _sender_of(sock: socket.socket, message: bytes) -> int:
    """Receive `message`. Returns the pid of the process that sent it. Raises EOFError if anything else arrives."""
    received, ancillary, _, _ = sock.recvmsg(len(message), socket.CMSG_SPACE(struct.calcsize("3i")))
    for _, kind, data in ancillary:
        if received == message and kind == socket.SCM_CREDENTIALS:
            return int(struct.unpack("3i", data)[0])
    raise EOFError
