"""Started by `tiers` to try a tier: `importable.py selftest POLICY CANARY` confines a child and lets it try to get out.

It prints "confined", or the first thing that is possible and should not be, or the reverse. Does not import torch.
"""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from . import confine


def escapes(tier: str, canary: str, scratch: str) -> list[str]:
    """What this confined process can do and should not, and what it cannot and should."""

    def possible(action: Callable[[], object]) -> bool:
        try:
            action()
        except OSError:
            return False
        return True

    def fork() -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

    wrong = {
        "a file of the grader's was read": possible(lambda: Path(canary).read_bytes()),
        "a file was made beside the grader's": possible(lambda: Path(canary + "2").write_bytes(b"")),
        "a network socket was had": possible(lambda: socket.socket(socket.AF_INET).close()),
        "the grader can be signalled": possible(lambda: os.kill(os.getppid() or 2**22 - 1, 0)),
        "the scratch folder cannot be written": not possible(lambda: Path(scratch, "x").write_bytes(b"x")),
        "/dev/null cannot be written": not possible(lambda: Path(os.devnull).write_bytes(b"x")),
    }
    if tier == "A":
        wrong["it is not in a pid namespace of its own"] = os.getpid() != 1
        wrong["/proc is another's"] = not possible(lambda: os.stat("/proc/1")) or possible(lambda: os.stat("/proc/2"))
        wrong["it cannot fork"] = not possible(fork)
        wrong["it has no unix sockets"] = not possible(lambda: socket.socket(socket.AF_UNIX).close())
        wrong["/dev/shm cannot be written"] = not possible(lambda: Path("/dev/shm/x").write_bytes(b"x"))
    else:
        wrong["it can fork"] = possible(fork)
    return [what for what, is_so in wrong.items() if is_so]


def main(arguments: list[str]) -> None:
    policy = confine.Confinement.from_json(arguments[0])
    confine.harden_zygote(policy.tier)
    for _ in range(2):  # a second child shows that the first has left the zygote able to fork
        pid = confine.fork_child(policy.tier)
        if pid == 0:
            with contextlib.suppress(BaseException):
                os._exit(_child(policy, arguments[1]))
            os._exit(1)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            return
    print("confined")


def _child(policy: confine.Confinement, canary: str) -> int:
    try:
        confine.enter(policy)
        wrong = escapes(policy.tier, canary, policy.scratch)
    except OSError as error:
        wrong = [str(error)]
    if wrong:
        os.write(1, (wrong[0] + "\n").encode())
    return len(wrong)
