"""Run bubblewrap in a user namespace with two users, for a grader that is root.

Started as `importable.py usermap UID bwrap ARGUMENTS...`. Inside, root is root and UID is UID. Children become UID,
because the kernel's limit on processes does not bind root, under whatever name. bubblewrap alone can map only one user.
"""

import ctypes
import os
import signal
import sys

from .libc import libc
from .namespaces import CLONE_NEWUSER, PR_SET_PDEATHSIG, prctl


def main(arguments: list[str]) -> None:
    """Make the namespace and become the command. Never returns; exits with a message if that cannot be done."""
    uid, command = int(arguments[0]), arguments[1:]
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # bubblewrap takes this over
    readable, writable = os.pipe()
    parent, holder = os.getpid(), os.fork()
    if holder == 0:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        made = libc().unshare(CLONE_NEWUSER) == 0
        os.write(writable, b"y" if made else os.strerror(ctypes.get_errno()).encode())
        signal.pause()
    try:
        answer = os.read(readable, 200)
        if answer != b"y":
            sys.exit(f"no user namespace: {answer.decode()}")
        for kind in ("uid", "gid"):
            with open(f"/proc/{holder}/{kind}_map", "w") as table:
                table.write(f"0 0 1\n{uid} {uid} 1\n")
        namespace = os.open(f"/proc/{holder}/ns/user", os.O_RDONLY)
    except OSError as error:
        sys.exit(f"no user namespace with two users: {error}")
    finally:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
    os.close(readable)
    os.close(writable)
    os.set_inheritable(namespace, True)
    os.execv(command[0], [command[0], "--userns", str(namespace), *command[1:]])
