"""The warm process: imports torch once, then forks a child for each submission. It never runs student code.

It holds no secret: a fork copies memory, so it may hold nothing that a student must not see. It is started by
`importable.py`.

Over the control socket the grader first sends one frame with the tensors that stay here (the training data).
Then, for each submission: ``S`` with the submission's socket attached, answered by the child's pid (8 bytes);
``K``, answered by how the child ended (8 bytes, as ``waitpid`` gives it). One child at a time.

The first line that a child sends is empty if the child is confined; else it says why not. Only then does the child read
its order, and it loads student code later still, so that no submission can change that line.

A warm process that several graders share has a door instead of a control socket. Each message there is one grader's
policy, with a control socket attached. A fork of the warm process then serves this grader as described above.
"""

import dataclasses
import itertools
import json
import os
import random
import signal
import socket
import struct
from collections.abc import Callable
from typing import Any

from . import confine, lasting


def warm_up(trains: bool) -> None:
    """Import what submissions import, single-threaded, so that no fork happens after threads have run.

    trains: also import what the first training step, or the first layer on the meta device, would import; this takes
    most of a second.
    """
    import linecache
    import traceback

    import numpy.random
    import torch
    import torch.nn.functional
    import torch.optim
    import torch.overrides
    import torch.utils.data

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.manual_seed(random.getrandbits(63))  # imports what seeding needs
    if trains:
        import torch._dynamo


def main(arguments: list[str]) -> None:
    """``zygote CONFIG``: CONFIG is JSON, made by :mod:`autograder.sandbox.launch`."""
    config = json.loads(arguments[0])
    control = _connect(config)
    policy = confine.Confinement.from_json(config["policy"])
    confine.harden_zygote(policy.tier)  # first of all: from now on, this process ends when the grader does
    with lasting.lasting_imports():
        warm_up(config["trains"])
        from . import child, probes, rehearsal, wire

        rehearsal.rehearse()
    if config["shared"]:
        control, policy = _fork_zygotes(control, policy)

    def read(sock: socket.socket) -> Any:
        return wire.receive(lambda length: wire.read_exactly(sock, length))

    kept = read(control)

    policy = dataclasses.replace(policy, parent=None if config["once"] else os.getpid())

    def serve(sock: socket.socket) -> None:
        try:
            confine.enter(policy, sock.fileno())
        except Exception as error:
            sock.sendall(f"{type(error).__name__}: {' '.join(str(error).split())}\n".encode(errors="replace"))
            raise
        sock.sendall(b"\n")
        if not confine.may_fork(policy.tier):
            child.load_without_workers()
        child.run(sock, child.Script(**read(sock)), kept, probes)

    if config["once"]:
        serve(control)
        return
    control.sendall(b"R")
    _fork_for_ever(control, policy, serve, prepared=config["shared"])


def _connect(config: dict[str, Any]) -> socket.socket:
    if config["fd"] is not None:
        return socket.socket(fileno=config["fd"])
    # No descriptor can be inherited here (Windows): call back, and show that it is this process.
    sock = socket.create_connection(("127.0.0.1", config["port"]))
    sock.sendall(bytes.fromhex(config["token"]))
    return sock


def _fork_zygotes(door: socket.socket, own: confine.Confinement) -> tuple[socket.socket, confine.Confinement]:
    """Fork for each grader that asks. Returns only in a fork: the control socket and the policy of its grader."""
    confine.prepare_for_zygotes(own.tier)
    while True:
        text, descriptors, _, _ = socket.recv_fds(door, 1 << 16, 1)
        if not descriptors:  # all graders are gone
            os._exit(0)
        control = socket.socket(fileno=descriptors[0])
        try:
            forked = confine.fork_zygote(own.tier)
        except OSError as error:  # the grader sees its socket closed, and starts its own warm process
            os.write(2, f"fork for a grader: {error}\n".encode())
            forked = False
        if forked:
            door.close()
            policy = confine.Confinement.from_json(text.decode())
            for name in [name for name, value in os.environ.items() if value == own.scratch]:
                os.environ[name] = policy.scratch
            return control, policy
        control.close()


def _fork_for_ever(control: socket.socket, policy: Any, serve: Callable[[socket.socket], None], prepared: bool) -> None:
    for number in itertools.count(1):
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if message != b"S" or len(descriptors) != 1:
            return
        pid = confine.fork_child(policy.tier)
        if pid == 0:
            _be_child(control, descriptors[0], serve)
        os.close(descriptors[0])
        control.sendall(struct.pack("<q", pid))
        if control.recv(1) != b"K":  # the grader is gone, and nothing may outlive it
            os.kill(pid, signal.SIGKILL)
            return
        control.sendall(struct.pack("<q", confine.end_child(pid, policy.tier)))
        if number == _MANY and not prepared:
            confine.prepare_for_many()


_MANY = 10  # children: a grader that has asked for so many will ask for more


def _be_child(control: socket.socket, descriptor: int, serve: Callable[[socket.socket], None]) -> None:
    status = 1
    try:
        control.close()
        serve(socket.socket(fileno=descriptor))
    except (EOFError, ConnectionError):
        status = 0
    except BaseException as error:
        os.write(2, f"sandbox child: {type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)
